import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, desk, office, type Desk, type Office, type Pair } from './support.ts';

/** No warehouse: these tests are about the status. */
const statusOnly = { TRUCE_WAREHOUSE: 'none' };
const syncing = { ...statusOnly, TRUCE_MODE: 'sync' };

async function withOffice(work: (at: { readonly o: Office; readonly d: Desk }) => Promise<void>): Promise<void> {
  await using o = await office();
  using d = desk(o.box, syncing);
  await work({ o, d });
}

describe('truce sync', () => {
  let o: Office;
  let d: Desk;
  let toMarketing: Pair;
  let toSales: Pair;
  let still: Pair;

  beforeAll(async () => {
    o = await office();
    d = desk(o.box, statusOnly);
    toMarketing = await o.person({ email: 'to-marketing@example.com', sales: 'Working - Contacted' });
    toSales = await o.person({ email: 'to-sales@example.com', marketing: 'UNQUALIFIED' });
    still = await o.person({ email: 'still@example.com' });
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it('writes nothing in the mode observe, says so, and tells what it would do', async () => {
    const before = await o.everything();
    const { exit, out, err } = await d.run(['sync']);
    expect(exit).toBe(0);
    expect(out[0]).toContain('Mode observe: 2 updates and 0 creates planned');
    expect(err.join('\n')).toContain('Nothing was written: the mode is observe.');
    expect(await o.everything()).toBe(before);
  });

  it('brings a status from each side to the other, as both CRMs show their users', async () => {
    const { exit, err } = await d.run(['sync', '--mode', 'sync']);
    expect({ exit, err }).toEqual({ exit: 0, err: [] });
    expect(await o.statuses(toMarketing)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(await o.statuses(toSales)).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
    expect(await o.statuses(still)).toEqual(['NEW', 'Open - Not Contacted']);
  });

  it("brings a user's later change across, and nothing on the run after", async () => {
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${still.lead}`, { Status: 'Working - Contacted' });
    expect((await d.run(['sync'], { env: { TRUCE_MODE: 'sync' } })).exit).toBe(0);
    expect(await o.statuses(still)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    const before = await o.everything();
    const again = await d.run(['sync', '--mode', 'sync', '--json']);
    expect(again.json()).toMatchObject({ applied: 0, plan: { create: 0, update: 0, conflict: 0, unchanged: 3 } });
    expect(await o.everything()).toBe(before);
  });

  it('prints one last line of JSON with the fixed members, first and in order', async () => {
    const ran = await d.run(['sync', '--json', '--yes', '--mode', 'sync']);
    expect(ran.out).toHaveLength(1);
    expect(ran.err).toEqual([]);
    const line = ran.json();
    const members = ['run', 'mode', 'plan', 'applied', 'rejected', 'raced', 'quarantined', 'campaigns', 'calls', 'durationMs', 'exit'];
    expect(Object.keys(line).slice(0, members.length)).toEqual(members);
    expect(Object.keys(line.plan)).toEqual(['create', 'update', 'conflict', 'unchanged']);
    expect(Object.keys(line.campaigns)).toEqual(['written', 'unchanged']);
    expect(Object.keys(line.calls)).toEqual(['hubspot', 'salesforce']);
    expect(line).toMatchObject({ mode: 'sync', exit: 0, quarantined: 0, raced: 0, rejected: 0 });
    expect(line.run).toMatch(/^run_/);
  });

  it('counts the calls that both CRMs received', async () => {
    const before = o.box.calls.totals();
    const { calls } = (await d.run(['sync', '--json', '--mode', 'sync'])).json();
    const after = o.box.calls.totals();
    expect(calls).toEqual({
      hubspot: after.hubspot.integration - before.hubspot.integration,
      salesforce: after.salesforce.integration - before.salesforce.integration,
    });
  });

  it('--only writes one person, by address or by record id', async () => {
    const others = await o.person({ email: 'other@example.com', sales: 'Working - Contacted' });
    const byAddress = await o.person({ email: 'by-address@example.com', sales: 'Working - Contacted' });
    const byId = await o.person({ email: 'by-id@example.com', sales: 'Working - Contacted' });
    expect((await d.run(['sync', '--mode', 'sync', '--only', 'By-Address@example.com'])).exit).toBe(0);
    expect((await d.run(['sync', '--mode', 'sync', '--only', byId.lead])).exit).toBe(0);
    expect(await o.statuses(byAddress)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(await o.statuses(byId)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(await o.statuses(others)).toEqual(['NEW', 'Working - Contacted']);
    const nobody = await d.run(['sync', '--mode', 'sync', '--only', 'nobody@example.com', '--json']);
    expect(nobody.exit).toBe(2);
    expect(nobody.json().error).toMatchObject({ code: 'PERSON_NOT_FOUND' });
  });

  it('--limit writes at most so many people, the rest with the next run', async () => {
    const more = [
      await o.person({ email: 'm1@example.com', sales: 'Working - Contacted' }),
      await o.person({ email: 'm2@example.com', sales: 'Working - Contacted' }),
    ];
    const first = (await d.run(['sync', '--mode', 'sync', '--limit', '1', '--json'])).json();
    expect(first.applied).toBe(1);
    // The person that --only left out above, and these two.
    expect((await d.run(['sync', '--mode', 'sync', '--json'])).json().applied).toBe(2);
    for (const pair of more) expect(await o.statuses(pair)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  });
});

describe('the first live run', () => {
  it('writes 25 people, reads them back and stops; a person at the terminal may let it go on', async () => {
    await withOffice(async ({ o, d }) => {
      const pairs = await Promise.all(
        Array.from({ length: 30 }, (_, n) => o.person({ email: `p${n}@example.com`, sales: 'Working - Contacted' })),
      );
      const written = async (): Promise<number> => {
        const statuses = await Promise.all(pairs.map((pair) => o.statuses(pair)));
        return statuses.filter(([marketing]) => marketing === 'IN_PROGRESS').length;
      };
      const stopped = await d.run(['sync']);
      expect(stopped.exit).toBe(0);
      expect(await written()).toBe(25);
      expect(stopped.text).toContain('The first live run wrote 25 people and read them back: every value stands as planned.');
      expect(stopped.text).toContain('--yes');
      // The canary has sung: the next run needs no leave.
      expect((await d.run(['sync', '--json'])).json()).toMatchObject({ applied: 5, canary: null });
      expect(await written()).toBe(30);
    });
  });

  it('goes on with everybody where somebody says so, or with --yes', async () => {
    await withOffice(async ({ o, d }) => {
      const pairs = await Promise.all(
        Array.from({ length: 28 }, (_, n) => o.person({ email: `p${n}@example.com`, sales: 'Working - Contacted' })),
      );
      const asked = await d.run(['sync'], { answers: ['yes'] });
      expect(asked.exit).toBe(0);
      expect(asked.err.filter((line) => line.startsWith('Go on with everybody?'))).toHaveLength(1);
      for (const pair of pairs) expect((await o.statuses(pair))[0]).toBe('IN_PROGRESS');
    });
    await withOffice(async ({ o, d }) => {
      await Promise.all(Array.from({ length: 28 }, (_, n) => o.person({ email: `p${n}@example.com`, sales: 'Working - Contacted' })));
      expect((await d.run(['sync', '--json', '--yes'])).json()).toMatchObject({ applied: 28, canary: null });
    });
  });
});

describe('a guard', () => {
  it('stops a run that would change too much before anything is written; only its own number lets it through', async () => {
    await withOffice(async ({ o, d }) => {
      const pairs = await Promise.all([1, 2, 3].map((n) => o.person({ email: `p${n}@example.com`, sales: 'Working - Contacted' })));
      d.write('truce.config.json', { guards: { changes: { count: 2, share: 0.1 } } });
      const before = await o.everything();
      const stopped = await d.run(['sync', '--yes']);
      expect(stopped.exit).toBe(3);
      expect(stopped.text).toMatch(/would change 3 records, .* \(TOO_MANY_CHANGES\)\n {2}-> .* For one run: --allow-changes N\./);
      expect((await d.run(['sync', '--yes', '--allow-changes', '2'])).exit).toBe(3);
      expect(await o.everything()).toBe(before);
      expect((await d.run(['sync', '--yes', '--allow-changes', '3'])).exit).toBe(0);
      for (const pair of pairs) expect((await o.statuses(pair))[0]).toBe('IN_PROGRESS');
    });
  });
});

describe('truce plan and truce apply', () => {
  let o: Office;
  let d: Desk;
  let jane: Pair;
  let joe: Pair;

  beforeAll(async () => {
    o = await office();
    d = desk(o.box, statusOnly);
    jane = await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
    joe = await o.person({ email: 'joe@example.com', marketing: 'CONNECTED' });
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it('shows each write with before, after, reason and links to both CRMs, and makes no state', async () => {
    const before = await o.everything();
    const { exit, out, err } = await d.run(['plan']);
    expect(exit).toBe(0);
    const text = out.join('\n');
    expect(text).toContain(
      `marketing contact ${jane.contact}  https://app.hubspot.com/contacts/${o.box.hubspot.portalId}/record/0-1/${jane.contact}`,
    );
    expect(text).toContain(`the same person: ${o.box.salesforce.url}/lightning/r/Lead/${jane.lead}/view`);
    expect(text).toContain('status: NEW -> IN_PROGRESS');
    expect(text).toContain('working is further than handed');
    expect(err.join('\n')).toContain('2 updates, 0 creates; 2 conflicts decided');
    expect(await o.everything()).toBe(before);
    expect(d.hashes()).toEqual({});
  });

  it('leaves CRMs, state and warehouse as they are, to the byte', async () => {
    const warm = { env: { TRUCE_WAREHOUSE: 'truce.duckdb' } };
    expect((await d.run(['pull'], warm)).exit).toBe(0);
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${jane.lead}`, { Rating: 'Hot' });
    const [crms, files] = [await o.everything(), d.hashes()];
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['truce.db', 'truce.duckdb']));
    const planned = await d.run(['plan', '--json'], warm);
    expect(planned.out).toHaveLength(3);
    expect(planned.json()).toMatchObject({ summary: { update: 2, conflict: 2 }, header: { format: 'truce-plan/1', mode: 'sync' } });
    expect(await o.everything()).toBe(crms);
    expect(d.hashes()).toEqual(files);
  });

  it('--only and --limit narrow it', async () => {
    expect((await d.run(['plan', '--only', 'jane@example.com', '--json'])).json().summary).toMatchObject({ update: 1 });
    expect((await d.run(['plan', '--limit', '1', '--json'])).json().summary).toMatchObject({ update: 1 });
  });

  it('--out keeps it whole or not at all, and says how to write it', async () => {
    const kept = await d.run(['plan', '--out', 'plan.ndjson']);
    expect(kept.exit).toBe(0);
    expect(kept.err.at(-1)).toContain('truce apply plan.ndjson --mode sync');
    expect(readFileSync(d.path('plan.ndjson'), 'utf8').trim().split('\n')).toHaveLength(4);
    const nowhere = await d.run(['plan', '--out', 'nowhere/plan.ndjson']);
    expect(nowhere.exit).toBe(2);
    expect(nowhere.text).toMatch(
      /nowhere\/plan\.ndjson can't be written \(ENOENT\)\. \(OUT_UNWRITABLE\)\n {2}-> Make the folder .*nowhere first/,
    );
    expect(Object.keys(d.hashes()).filter((name) => name.includes('partial'))).toEqual([]);
  });

  const refused = async (args: readonly string[], code: string): Promise<string> => {
    const before = await o.everything();
    const ran = await d.run(['apply', ...args, '--json']);
    expect({ exit: ran.exit, code: ran.json().error?.code }).toEqual({ exit: 3, code });
    expect(await o.everything()).toBe(before);
    return ran.text;
  };

  it('apply is refused in the mode observe, with another configuration, and for another account', async () => {
    await refused(['plan.ndjson'], 'MODE_FORBIDS');
    const other = d.write('other.json', { mode: 'sync', status: { policy: 'prefer-sales' } });
    await refused(['plan.ndjson', '--config', other], 'PLAN_OTHER_CONFIG');
    await using elsewhere = await office({ seed: 7 });
    await elsewhere.person({ email: 'jane@example.com' });
    using desk2 = desk(elsewhere.box, syncing);
    const ran = await desk2.run(['apply', d.path('plan.ndjson'), '--json']);
    expect({ exit: ran.exit, code: ran.json().error.code }).toEqual({ exit: 3, code: 'PLAN_OTHER_ACCOUNT' });
    expect(elsewhere.writes().filter((call) => call.method === 'PATCH')).toEqual([]);
  });

  it('apply is refused when the file was edited, cut, or is no plan', async () => {
    const text = readFileSync(d.path('plan.ndjson'), 'utf8');
    writeFileSync(d.path('edited.ndjson'), text.replace('IN_PROGRESS', 'UNQUALIFIED'));
    expect(await refused(['edited.ndjson', '--mode', 'sync'], 'PLAN_DAMAGED')).toContain('it was edited');
    writeFileSync(d.path('cut.ndjson'), text.slice(0, text.lastIndexOf('{"footer"')));
    expect(await refused(['cut.ndjson', '--mode', 'sync'], 'PLAN_DAMAGED')).toContain('it was cut off');
    await refused(['missing.ndjson', '--mode', 'sync'], 'PLAN_UNREADABLE');
  });

  it('apply writes the plan, but skips a line that somebody changed since, with its reason', async () => {
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${joe.lead}`, { Status: 'Closed - Not Converted' });
    const applied = await d.run(['apply', 'plan.ndjson', '--mode', 'sync']);
    expect(applied.exit).toBe(0);
    expect(await o.statuses(jane)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(await o.statuses(joe)).toEqual(['CONNECTED', 'Closed - Not Converted']);
    expect(applied.out.find((line) => line.startsWith('applied\t'))).toContain(`marketing\t${jane.contact}\tstatus`);
    expect(applied.out.find((line) => line.includes(joe.lead))).toMatch(/^skipped\tsales\t.*\tstatus: .+/);
    expect(applied.err.at(-1)).toMatch(/^Written 1, refused 0, raced and repaired 0, skipped 1\. Run run_/);
  });

  it('apply refuses the plan the second time: another run has written since', async () => {
    await refused(['plan.ndjson', '--mode', 'sync'], 'PLAN_STALE');
  });

  it('sync then settles the drifted line by what both CRMs hold now', async () => {
    expect((await d.run(['sync', '--mode', 'sync', '--yes'])).exit).toBe(0);
    expect(await o.statuses(joe)).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
  });
});
