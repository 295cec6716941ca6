import { readFileSync, statSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, it } from 'vitest';
import { api, desk, office, type Desk, type Office } from './support.ts';

const syncing = { TRUCE_MODE: 'sync' };
type Line = Record<string, string>;

/** A second lead with somebody's address, whose name a spreadsheet would run. */
async function twin(o: Office, email: string, status: string): Promise<string> {
  const { id } = await o.salesforce('POST', `${api}/sobjects/Lead`, {
    Email: email,
    LastName: '=HYPERLINK("x")',
    Company: 'Acme',
    Status: status,
  });
  return String(id);
}

function linesOf(d: Desk, file: string): Line[] {
  return parse(readFileSync(d.path(file), 'utf8'), { columns: true, bom: true }) as Line[];
}

/** The file as a spreadsheet saves it after somebody filled the first column. */
function save(d: Desk, file: string, lines: readonly Line[], delimiter = ','): void {
  d.write(file, `\ufeff${stringify([...lines], { header: true, delimiter, record_delimiter: 'windows' })}`);
}

describe('truce link', () => {
  it('writes a file to decide in, reads it back from a spreadsheet, and both CRMs follow', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    const ann = await o.person({ email: 'ann@example.com' });
    const other = await twin(o, 'ann@example.com', 'Working - Contacted');
    await d.run(['sync', '--yes']);
    expect(await o.statuses(ann)).toEqual(['NEW', 'Open - Not Contacted']);

    const reviewed = await d.run(['link', 'review', '--out', 'who.csv']);
    expect(reviewed.err.join()).toMatch(/Wrote 1 person to .*who\.csv/);
    expect(statSync(d.path('who.csv')).mode & 0o077).toBe(0);
    const lines = linesOf(d, 'who.csv');
    expect(lines).toMatchObject([{ decision: '', record: `marketing:${ann.contact}`, address: 'ann@example.com', name: 'ann' }]);
    const column = [1, 2].find((n) => lines[0]?.[`record_${n}`] === `sales:${other}`) ?? 0;
    expect(lines[0]?.[`candidate_${column}`]).toContain('Lead, =HYPERLINK("x")');
    expect(lines[0]?.[`link_${column}`]).toContain(other);

    save(d, 'who.csv', [{ ...lines[0], decision: String(column) }], ';');
    const before = d.hashes()['truce.db'];
    expect((await d.run(['link', 'settle', 'who.csv', '--dry-run'])).out).toEqual([
      '1 decision would be stored, 0 stood already, 0 left open.',
    ]);
    expect(d.hashes()['truce.db']).toBe(before);
    expect((await d.run(['link', 'settle', 'who.csv'])).out).toEqual(['1 decision stored, 0 stood already, 0 left open.']);
    expect((await d.run(['link', 'settle', 'who.csv', '--json'])).json()).toMatchObject({ decided: 0, unchanged: 1, exit: 0 });

    for (let again = 0; again < 2; again += 1) await d.run(['sync', '--yes']);
    expect(await o.statuses({ contact: ann.contact, lead: other })).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(await o.statuses(ann)).toEqual(['IN_PROGRESS', 'Open - Not Contacted']);
    const shown = (await d.run(['link', 'show', 'ann@example.com'])).text;
    expect(shown).toMatch(/one person in both CRMs, by person, certainty 1/);
    expect(shown).toContain(`sales ${ann.lead} are two people`);
  });

  it('keeps cells harmless for a spreadsheet and for a browser', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    for (const name of ['=1+1', '@SUM(A1)', '<script>alert(1)</script>']) {
      const email = `p${name.length}@example.com`;
      await o.hubspot('POST', '/crm/v3/objects/contacts', { properties: { email, lastname: name, hs_lead_status: 'NEW' } });
      await twin(o, email, 'Open - Not Contacted');
      await twin(o, email, 'Working - Contacted');
    }
    await d.run(['pull']);
    await d.run(['link', 'review', '--out', 'who.csv']);
    const cells = linesOf(d, 'who.csv').flatMap((line) => Object.values(line));
    expect(cells).toEqual(expect.arrayContaining(["'=1+1", "'@SUM(A1)"]));
    expect(cells.filter((cell) => /^[=+@\t\r-]/.test(cell))).toEqual([]);
    await d.run(['link', 'review', '--out', 'who.html']);
    const page = readFileSync(d.path('who.html'), 'utf8');
    expect(page).toContain('&lt;script&gt;alert(1)');
    expect(page).not.toContain('<script');
  });

  it('names every line that it can not take, and stores none', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    for (const email of ['ann@example.com', 'bob@example.com']) {
      await o.person({ email });
      await twin(o, email, 'Working - Contacted');
    }
    await d.run(['pull']);
    await d.run(['link', 'review', '--out', 'who.csv']);
    const [first, second] = linesOf(d, 'who.csv');
    save(d, 'who.csv', [
      { ...first, decision: '1' },
      { ...second, decision: 'maybe' },
    ]);
    const refused = await d.run(['link', 'settle', 'who.csv']);
    expect(refused.exit).toBe(2);
    expect(refused.text).toMatch(/who\.csv:3: "maybe" is no decision: yes, a number/);
    expect(refused.text).toContain('Nothing was stored');
    expect((await d.run(['link', 'review', '--settled', '--json'])).out).toEqual([]);

    d.write('not.csv', 'a,b\n1,2\n');
    expect((await d.run(['link', 'settle', 'not.csv', '--json'])).json()).toMatchObject({ error: { code: 'REVIEW_UNREADABLE' }, exit: 2 });
    expect((await d.run(['link', 'settle', 'missing.csv', '--json'])).json()).toMatchObject({ error: { code: 'REVIEW_UNREADABLE' } });
    expect((await d.run(['link', 'settle', '--json'])).json()).toMatchObject({ error: { code: 'OPTION_INVALID' } });
    expect((await d.run(['link', 'review', '--out', 'who.xlsx', '--json'])).json()).toMatchObject({ error: { code: 'OPTION_INVALID' } });
    expect((await d.run(['link', 'show', 'nobody@example.com', '--json'])).json()).toMatchObject({ error: { code: 'PERSON_NOT_FOUND' } });
  });

  it('takes all leads of a person for one over both CRMs, and an address that HubSpot keeps as a second one', async () => {
    await using o = await office();
    using d = desk(o.box, { ...syncing, TRUCE_WAREHOUSE: 'none' });
    d.write('truce.config.json', { ambiguous: 'group' });
    const ann = await o.person({ email: 'ann@example.com' });
    const other = await twin(o, 'ann@old.example.com', 'Working - Contacted');
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${ann.contact}`, { properties: { hs_additional_emails: 'ann@old.example.com' } });
    await d.run(['sync', '--yes']);
    expect(await o.statuses(ann)).toEqual(['IN_PROGRESS', 'Open - Not Contacted']);
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${ann.contact}`, { properties: { hs_lead_status: 'UNQUALIFIED' } });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 2, exit: 0 });
    expect(await o.statuses(ann)).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
    expect(await o.statuses({ contact: ann.contact, lead: other })).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 0 });
  });

  it('waits with a new contact that has the address of a deleted one, until somebody says that it is the same person', async () => {
    await using o = await office();
    using d = desk(o.box, { ...syncing, TRUCE_WAREHOUSE: 'none' });
    const ann = await o.person({ email: 'ann@example.com' });
    await o.person({ email: 'bob@example.com' });
    await d.run(['sync', '--yes']);
    await o.hubspot('DELETE', `/crm/v3/objects/contacts/${ann.contact}`);
    expect((await d.run(['sync', '--yes', '--json', '--allow-unlinks', '1'])).json()).toMatchObject({ applied: 0, exit: 0 });
    const again = await o.person({ email: 'ann@example.com', marketing: 'IN_PROGRESS', sales: null });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 0, quarantined: 1 });
    expect((await d.run(['quarantine'])).text).toContain('COUNTERPART_DELETED');
    await d.run(['link', 'review', '--out', 'who.csv']);
    save(
      d,
      'who.csv',
      linesOf(d, 'who.csv').map((line) => ({ ...line, decision: '1' })),
    );
    expect((await d.run(['link', 'settle', 'who.csv'])).exit).toBe(0);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 1, quarantined: 0 });
    expect(await o.statuses({ contact: again.contact, lead: ann.lead })).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  });
});
