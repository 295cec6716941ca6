import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, desk, office, type Desk, type Office } from './support.ts';

const noKeys = { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_ACCESS_TOKEN: undefined, SALESFORCE_INSTANCE_URL: undefined };

describe('truce explain', () => {
  let o: Office;
  let d: Desk;
  let email: string;
  let lead: string;

  beforeAll(async () => {
    o = await office({ empty: false, people: 80, seed: 3, clock: 'virtual' });
    d = desk(o.box, { TRUCE_MODE: 'sync' });
    const query = `${api}/query?q=${encodeURIComponent("SELECT Id, Email FROM Lead WHERE IsConverted = true AND Email != null AND ConvertedOpportunity.StageName = 'Closed Won' ORDER BY Id LIMIT 1")}`;
    const { records } = (await o.salesforce('GET', query)) as { records: { Id: string; Email: string }[] };
    [{ Id: lead, Email: email } = { Id: '', Email: '' }] = records;
    expect((await d.run(['sync', '--yes'])).exit).toBe(0);
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it("tells a person's story over both CRMs in order, with who did it, what Truce wrote and why, and the deal's origin", async () => {
    const { exit, out } = await d.run(['explain', email], { env: noKeys });
    expect(exit).toBe(0);
    const text = out.join('\n');
    expect(text).toMatch(new RegExp(`sales Lead ${lead} {2}http://127\\.0\\.0\\.1:\\d+/\\S*${lead}`));
    expect(text).toMatch(/marketing contact \d+ {2}http/);
    const lines = text.split('\n').filter((line) => /^\d{4}-/.test(line));
    expect(lines.map((line) => line.slice(0, 10))).toEqual(lines.map((line) => line.slice(0, 10)).toSorted());
    expect(text).toMatch(/marketing {2}form received by the prospect/);
    expect(text).toMatch(/sales {6}record created by [A-Z]/);
    expect(text).toMatch(/sales {6}deal ".+" over [\d,.]+ USD won/);
    expect(text).toMatch(/truce {6}wrote in sales: outcome blank -> "won"/);
    expect(text).toMatch(/The deal \S+ came from the campaign "/);
  });

  it('finds the same person by any record id, as JSON and as a page that loads nothing', async () => {
    const byMail = (await d.run(['explain', email, '--json'], { env: noKeys })).json() as { story: unknown[] };
    const byId = (await d.run(['explain', lead, '--json'], { env: noKeys })).json() as { story: unknown[] };
    expect(byId.story).toEqual(byMail.story);
    expect(byId.story.length).toBeGreaterThan(5);
    expect((await d.run(['explain', lead, '--format', 'html', '--out', 'story.html'], { env: noKeys })).exit).toBe(0);
    const page = readFileSync(d.path('story.html'), 'utf8');
    expect(page).toContain('What happened');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|src=/);
  });

  it('says what to do about somebody it does not know, and makes no file', async () => {
    const { exit, text } = await d.run(['explain', 'nobody@example.com'], { env: noKeys });
    expect([exit, text]).toEqual([2, expect.stringMatching(/PERSON_NOT_FOUND[\s\S]*Check the spelling/)]);
    using empty = desk(null);
    expect((await empty.run(['explain', 'nobody@example.com'])).exit).toBe(2);
    expect(empty.hashes()).toEqual({});
  });
});
