import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { render, reportFormats } from '../../src/report/index.ts';
import { durationText, intervalText, moneyText, shareText } from '../../src/report/format.ts';
import { escapeHtml, html, trusted } from '../../src/report/markup.ts';
import { hostile, reportInput } from '../support/report-input.ts';

describe('the HTML report', () => {
  it('is the same text for the same input', async () => {
    expect(await render(reportInput(), 'html')).toBe(await render(reportInput(), 'html'));
  });

  it('keeps hostile text as text: no element, no attribute, no control character comes from data', async () => {
    const page = await render(reportInput(), 'html');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=&quot;');
    expect(/<script|\son\w+\s*=\s*["'](?!.*&quot;)|javascript:/i.test(page.replace(/&lt;.*?&quot;/g, ''))).toBe(false);
    // oxlint-disable-next-line no-control-regex
    expect(/[\u0000-\u0008\u000b-\u001f]/.test(page)).toBe(false);
  });

  it('loads nothing from anywhere and forbids it', async () => {
    const page = await render(reportInput(), 'html');
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`);
    expect(page.match(/(?:src|href)="(?!#)[^"]*"/g) ?? []).toEqual([]);
    expect(page.match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)[^\s"<]*/g) ?? []).toEqual([]);
    expect(page).not.toMatch(/url\((?!#)/);
  });

  it('draws each chart twice as well-formed SVG with unique ids, and says in words what it shows', async () => {
    const page = await render(reportInput(), 'html');
    const svgs = page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
    const figures = page.match(/<figure role="img" aria-label="[^"]+"/g) ?? [];
    expect(figures.length).toBeGreaterThanOrEqual(11);
    expect(svgs).toHaveLength(figures.length * 2);
    for (const svg of svgs) expect(XMLValidator.validate(svg)).toBe(true);
    const ids = svgs.flatMap((svg) => [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows each figure with its interval and its population, and what is not measured with what it needs', async () => {
    const page = await render(reportInput(), 'html');
    expect(page).toContain('61 %');
    expect(page).toContain('[58–65 %]');
    expect(page).toContain('Followed up within 30 days. Of 400 handovers.');
    expect(page).toContain('Not in it: 3 unknown, 11 too young to judge, 2 internal.');
    expect(page).toContain('It needs closed outcomes that are at least 7 days old.');
    expect(page).toContain(
      'Only half of all leads are followed up. MillerPierce, quoted in Data Driven Sales, 2017; grade D. No study was found.',
    );
  });
});

describe('the other formats', () => {
  it('renders JSON with asOf and every statistic by id and slug', async () => {
    const parsed = JSON.parse(await render(reportInput(), 'json')) as { asOf: string; statistics: { id: string; slug: string }[] };
    expect(parsed.asOf).toBe('2026-03-01T00:00:00.000Z');
    expect(parsed.statistics.map((each) => each.id)).toEqual(['A1', 'A2', 'A3', 'A4', 'B1', 'B3', 'B5', 'B6', 'F1', 'F3', 'F4']);
    expect(parsed.statistics[0]?.slug).toBe('follow-up-rate');
  });

  it('renders CSV whose cells no spreadsheet runs', async () => {
    const input = reportInput();
    const rows: string[][] = parse(await render({ ...input, company: '=cmd' }, 'csv'));
    expect(rows[0]).toEqual(['statistic', 'slug', 'table', 'row', 'column', 'value']);
    expect(rows.find((row) => row[0] === 'A1' && row[4] === 'estimate')?.[5]).toBe('0.614');
    expect(rows.filter((row) => /^[=+@\t]/.test(row[5] ?? ''))).toEqual([]);
  });

  it('renders text no wider than a terminal, without control or direction characters', async () => {
    const text = await render(reportInput(), 'text');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(140);
    expect(text).toContain('Title of A1 (A1)');
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  });

  it('renders Markdown in which data is never markup', async () => {
    const text = await render(reportInput(), 'markdown');
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toContain(hostile);
    expect(text).toContain('\\<img');
  });

  it('knows every format that it lists', async () => {
    for (const format of reportFormats) expect((await render(reportInput(), format)).length).toBeGreaterThan(500);
  });
});

describe('values as people read them', () => {
  it('never rounds a share to a false 0 % or 100 %', () => {
    expect([0, 0.0004, 0.031, 0.5, 0.957, 0.9996, 1].map(shareText)).toEqual([
      '0 %',
      '<0.1 %',
      '3.1 %',
      '50 %',
      '95.7 %',
      '>99.9 %',
      '100 %',
    ]);
  });

  it('gives durations their natural unit', () => {
    expect([30_000, 5 * 60_000, 3.25 * 3_600_000, 14 * 86_400_000, -2 * 86_400_000].map(durationText)).toEqual([
      '30 s',
      '5 min',
      '3.3 h',
      '14 days',
      '-2 days',
    ]);
  });

  it('writes money from minor units without a float', () => {
    expect(moneyText('12345678901234567', 'EUR')).toBe('123\u202f456\u202f789\u202f012\u202f345.67 EUR');
    expect(moneyText('-5', 'USD')).toBe('-0.05 USD');
    expect(moneyText('1500', 'JPY', 0)).toBe('1\u202f500 JPY');
  });

  it('says the unit of an interval once, and leaves an open end open', () => {
    expect(intervalText({ lo: 0.58, hi: 0.66, level: 0.95, method: '' }, 'share')).toBe('[58–66 %]');
    expect(intervalText({ lo: 3_600_000, hi: null, level: 0.95, method: '' }, 'ms')).toBe('[1 h or more]');
    expect(intervalText(null, 'share')).toBe('');
  });
});

describe('markup', () => {
  it('escapes every value and leaves what is trusted', () => {
    expect(html`<b title="${'"><x'}">${[trusted('<i>'), '<i>', 3, null]}</b>`.markup).toBe('<b title="&quot;&gt;&lt;x"><i>&lt;i&gt;3</b>');
    expect(escapeHtml('a\u0000b\ud800')).toBe('a\ufffdb\ufffd');
    expect(new XMLParser().parse('<a/>')).toBeDefined();
  });
});
