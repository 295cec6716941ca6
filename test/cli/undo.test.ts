import { describe, expect, it } from 'vitest';
import { api, desk, office } from './support.ts';

const syncing = { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' };

describe('truce undo and truce release', () => {
  it('put the status back in both CRMs, hold it, and let it go again', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    const toMarketing = await o.person({ email: 'to-marketing@example.com', sales: 'Working - Contacted' });
    const toSales = await o.person({ email: 'to-sales@example.com', marketing: 'UNQUALIFIED' });
    const { run } = (await d.run(['sync', '--json'])).json() as { run: string };
    expect(await o.statuses(toMarketing)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(await o.statuses(toSales)).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
    // A rep goes on working with one of them: that stays.
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${toSales.lead}`, { Status: 'Working - Contacted' });
    const undone = await d.run(['undo', run]);
    expect(undone.exit).toBe(0);
    expect(undone.out).toEqual(['1 record put back, 1 left alone as they were changed since, 2 fields held.']);
    expect(undone.text).toContain(`truce release ${run}`);
    expect(await o.statuses(toMarketing)).toEqual(['NEW', 'Working - Contacted']);
    expect(await o.statuses(toSales)).toEqual(['UNQUALIFIED', 'Working - Contacted']);
    const before = await o.everything();
    expect((await d.run(['sync', '--json'])).json()).toMatchObject({ applied: 0, exit: 0 });
    expect(await o.everything()).toBe(before);
    expect((await d.run(['status'])).text).toContain(`Undone: ${run}; 2 fields held until: truce release ${run}`);
    expect((await d.run(['release', run])).out).toEqual(['2 fields released.']);
    expect((await d.run(['sync', '--json'])).json()).toMatchObject({ applied: 2, exit: 0 });
    expect(await o.statuses(toMarketing)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  });

  it('say what is wrong with a run that is not known or holds nothing', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    await d.run(['sync']);
    const unknown = await d.run(['undo', 'run_nothing']);
    expect([unknown.exit, unknown.text]).toEqual([2, expect.stringMatching(/no run run_nothing.*RUN_NOT_FOUND.*\n.*truce status/)]);
    const nothing = await d.run(['release', 'run_nothing', '--json']);
    expect(nothing.json()).toMatchObject({ error: { code: 'NOTHING_FROZEN' }, exit: 2 });
  });

  it("take Truce's own figures off the campaigns again, until they are released", async () => {
    await using o = await office({ empty: false, people: 60, seed: 4, clock: 'virtual' });
    using d = desk(o.box, { TRUCE_MODE: 'outcomes' });
    const leads = async (): Promise<readonly unknown[]> => {
      const query = `${api}/query?q=${encodeURIComponent('SELECT Truce_Leads__c FROM Campaign ORDER BY Id')}`;
      const { records } = (await o.salesforce('GET', query)) as { records: { Truce_Leads__c: unknown }[] };
      return records.map((record) => record.Truce_Leads__c);
    };
    const { run } = (await d.run(['outcomes', '--json'])).json() as { run: string };
    const written = await leads();
    expect(written.filter((value) => value !== null).length).toBeGreaterThan(3);
    expect((await d.run(['undo', run])).exit).toBe(0);
    expect(new Set(await leads())).toEqual(new Set([null]));
    expect((await d.run(['outcomes', '--json'])).json()).toMatchObject({ campaigns: { written: 0 }, people: { written: 0 } });
    expect(new Set(await leads())).toEqual(new Set([null]));
    expect((await d.run(['release', run])).exit).toBe(0);
    await d.run(['outcomes', '--json']);
    expect(await leads()).toEqual(written);
  });
});
