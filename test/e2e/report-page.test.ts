import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../src/report/index.ts';
import { reportInput } from '../support/report-input.ts';
import { noChromium, visit } from './support/chromium.ts';

if (noChromium !== undefined) console.warn(`the page tests are skipped: ${noChromium}`);

let home = '';
let file = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'truce-page-'));
  file = join(home, 'report.html');
  await writeFile(file, await render(reportInput(), 'html'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

describe.skipIf(noChromium !== undefined)('the report in a browser', () => {
  it.each([360, 768, 1440])('opens at %i px without error, request, dialog or anything cut off', async (width) => {
    await visit(file, width, async (page) => {
      expect(page.consoleErrors).toEqual([]);
      expect(page.requests).toEqual([]);
      expect(page.dialogs).toBe(0);
      expect(await page.evaluate<string>('document.title')).toContain('<img src=x');
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate<number>(overflow)).toBe(0);
      const shown = `[...document.querySelectorAll('figure svg')].filter((svg) => svg.getBoundingClientRect().width > 200 && svg.querySelectorAll('path,text').length > 3).length`;
      expect(await page.evaluate<number>(shown)).toBeGreaterThanOrEqual(11);
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => each.open = true)`);
      expect(await page.evaluate<number>(overflow)).toBe(0);
      const clipped = `[...document.querySelectorAll('p,li,h1,h2,.number,dd,summary')].filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== 'auto').map((each) => each.textContent.slice(0, 60))`;
      expect(await page.evaluate<string[]>(clipped)).toEqual([]);
    });
  });

  it('has no script, and every chart has words', async () => {
    await visit(file, 1024, async (page) => {
      expect(await page.evaluate<number>('document.scripts.length')).toBe(0);
      expect(await page.evaluate<number>('document.images.length')).toBe(0);
      expect(
        await page.evaluate<number>(
          `[...document.querySelectorAll('figure')].filter((each) => !(each.getAttribute('aria-label') ?? '').includes('.')).length`,
        ),
      ).toBe(0);
    });
  });
});
