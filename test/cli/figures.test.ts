import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, desk, office, type Desk, type Office } from './support.ts';

interface Stat {
  readonly id: string;
  readonly slug: string;
}

describe('from both CRMs to a report', { timeout: 90_000 }, () => {
  let o: Office;
  let d: Desk;

  beforeAll(async () => {
    o = await office({ people: 40, empty: false });
    d = desk(o.box);
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it('pull fills state and warehouse and writes to no CRM', async () => {
    const before = await o.everything();
    const { exit, out, err } = await d.run(['pull']);
    expect(exit).toBe(0);
    expect(out).toContainEqual(expect.stringMatching(/^marketing\tpeople\t\d+$/));
    expect(out).toContainEqual(expect.stringMatching(/^sales\tdeals\t\d+$/));
    expect(err.at(-1)).toMatch(/^\d+ people in HubSpot, \d+ in Salesforce, \d+ in both; \d+ in quarantine\. Next: truce report/);
    expect(Object.keys(d.hashes())).toEqual(['truce.db', 'truce.db.epoch', 'truce.duckdb']);
    expect(o.writes().filter((call) => !call.path.endsWith('/composite'))).toEqual([]);
    expect(await o.everything()).toBe(before);
  });

  it('a second pull reads far less, and prints its result as one line of JSON', async () => {
    const first = o.box.calls.totals().hubspot.integration;
    const ran = await d.run(['pull', '--json']);
    expect(ran.out).toHaveLength(1);
    expect(ran.json()).toMatchObject({ exit: 0, warehouse: 'loaded', problems: [], calls: { hubspot: expect.any(Number) as number } });
    expect(o.box.calls.totals().hubspot.integration - first).toBeLessThan(first);
  });

  it('report needs no credentials and gives every format, to stdout or whole into a file', async () => {
    const noKeys = { env: { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_ACCESS_TOKEN: undefined, SALESFORCE_INSTANCE_URL: undefined } };
    const calls = o.box.calls.totals();
    const text = await d.run(['report'], noKeys);
    expect([text.exit, text.err]).toEqual([0, []]);
    expect(text.out.join('\n')).toMatch(/Follow-up|follow-up/);
    const json = await d.run(['report', '--json'], noKeys);
    const parsed = JSON.parse(json.out.join('\n')) as { asOf: string; statistics: Stat[] };
    expect(parsed.statistics.find((stat) => stat.id === 'A1')).toMatchObject({ slug: 'follow-up-rate' });
    expect(Date.parse(parsed.asOf)).toBeGreaterThan(0);
    const csv = await d.run(['report', '--format', 'csv', '--by', 'campaign'], noKeys);
    expect(csv.out[0]?.split(',').length).toBeGreaterThan(3);
    expect((await d.run(['report', '--format', 'markdown'], noKeys)).out.some((line) => line.startsWith('|'))).toBe(true);
    const html = await d.run(['report', '--out', 'page.html'], noKeys);
    expect([html.exit, html.out, html.err]).toEqual([0, [], [`Wrote ${d.path('page.html')}.`]]);
    const page = readFileSync(d.path('page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain('Content-Security-Policy');
    expect(o.box.calls.totals()).toEqual(calls);
  });

  it('report --as-of sees nothing later, and refuses what is no instant', async () => {
    const asOf = '2026-03-01T00:00:00.000Z';
    const { asOf: said } = JSON.parse((await d.run(['report', '--json', '--as-of', asOf])).out.join('\n')) as { asOf: string };
    expect(said).toBe(asOf);
    const wrong = await d.run(['report', '--as-of', 'last tuesday']);
    expect(wrong.exit).toBe(2);
    expect(wrong.text).toMatch(/--as-of last tuesday is not an instant\. \(OPTION_INVALID\)\n {2}-> Write it like/);
  });

  it('outcomes writes onto campaigns of both CRMs, equal on both, and nothing the second time', async () => {
    const forbidden = await d.run(['outcomes', '--json']);
    expect(forbidden.json()).toMatchObject({ error: { code: 'MODE_FORBIDS' }, exit: 3 });
    const first = await d.run(['outcomes', '--mode', 'outcomes', '--json']);
    expect(first.json()).toMatchObject({ rejected: 0, exit: 0 });
    expect(first.json().campaigns.written).toBeGreaterThan(10);
    expect(await pairedTallies(o)).not.toEqual([]);
    for (const [marketing, sales] of await pairedTallies(o)) expect(marketing).toEqual(sales);
    const before = await o.everything();
    const second = await d.run(['outcomes', '--mode', 'outcomes', '--json']);
    expect(second.json()).toMatchObject({ campaigns: { written: 0 }, people: { written: 0 }, members: { written: 0 } });
    expect(await o.everything()).toBe(before);
  });

  it('without the warehouse no outcome is written until it is complete again', async () => {
    using fresh = desk(o.box, { TRUCE_STATE: d.path('truce.db') });
    o.box.faults.add([{ side: 'hubspot', match: { path: 'associations' }, effect: { type: 'status', status: 403, body: missingScopes } }]);
    const before = await o.everything();
    const stopped = await fresh.run(['sync', '--mode', 'outcomes']);
    expect(stopped.exit).toBe(3);
    expect(stopped.text).toContain('Outcomes: none written.');
    expect(await o.everything()).toBe(before);
    o.box.faults.clear();
    expect((await fresh.run(['sync', '--mode', 'outcomes', '--json'])).json()).toMatchObject({ exit: 0, campaigns: { written: 0 } });
  });

  it('pull --rebuild says what only the old warehouse has, asks, and keeps it', async () => {
    const files = d.hashes();
    const silent = await d.run(['pull', '--rebuild', '--json']);
    expect(silent.json()).toMatchObject({ error: { code: 'NOT_CONFIRMED' }, exit: 3 });
    expect((await d.run(['pull', '--rebuild'], { answers: ['no'] })).exit).toBe(3);
    expect(d.hashes()).toEqual(files);
    const ran = await d.run(['pull', '--rebuild', '--yes']);
    expect(ran.exit).toBe(0);
    expect(ran.err[0]).toMatch(/status history reaches back to \d{4}-\d\d-\d\d; .* It is kept as /);
    const archive = readdirSync(d.folder).find((name) => name.startsWith('truce.duckdb.2'));
    expect(d.hashes()[archive ?? '']).toBe(files['truce.duckdb']);
  });

  it('status says when it last ran and how, and fails when that is too long ago', async () => {
    const { exit, out } = await d.run(['status', '--fail-if-older', '1h'], { env: { HUBSPOT_ACCESS_TOKEN: undefined } });
    expect(exit).toBe(0);
    expect(out[0]).toMatch(/^Last good run ended \d{4}-/);
    expect(out[1]).toMatch(/ {2}pull {2}observe {2}done {2}run_/);
    const old = await d.run(['status', '--fail-if-older', '0s', '--json']);
    expect(old.exit).toBe(1);
    expect(old.json()).toMatchObject({ exit: 1, openIntents: 0, runs: expect.any(Array) as unknown });
  });
});

describe('truce status', () => {
  it('before any run says so, makes no file, and fails where an age was asked for', async () => {
    using d = desk(null);
    expect(await d.run(['status'])).toMatchObject({
      exit: 0,
      out: ['No run has gone through yet.', expect.any(String), 'In quarantine: 0'],
    });
    expect((await d.run(['status', '--fail-if-older', '1d'])).exit).toBe(1);
    expect(d.hashes()).toEqual({});
  });
});

describe('truce import', () => {
  it('turns CSV exports into a report without any CRM or credentials', async () => {
    using d = desk(null);
    mkdirSync(d.path('exports'));
    const leads = Array.from({ length: 12 }, (_, n) => `L${n},2026-01-${String(n + 1).padStart(2, '0')}T09:00:00Z,search,C1`);
    writeFileSync(d.path('exports/leads.csv'), ['lead_id,created_at,channel,campaign_id', ...leads, ''].join('\n'));
    writeFileSync(
      d.path('exports/deals.csv'),
      'deal_id,outcome,created_at,closed_at,amount,campaign_id,shoe_size\nD1,won,2026-01-10,2026-02-01,100.50,C1,43\nD2,lost,2026-01-10,2026-02-03,50,C1,44\n',
    );
    const ran = await d.run(['import', 'exports']);
    expect(ran.exit).toBe(0);
    expect(ran.out).toEqual(expect.arrayContaining(['leads.csv\t12 rows', 'deals.csv\t2 rows']));
    expect(ran.err).toContainEqual(expect.stringContaining('shoe_size'));
    const report = JSON.parse((await d.run(['report', '--json'])).out.join('\n')) as { statistics: Stat[] };
    expect(report.statistics.map((stat) => stat.id)).toEqual(expect.arrayContaining(['A1', 'B1', 'F3']));
    expect((await d.run(['import', 'exports', '--json'])).json()).toMatchObject({ exit: 0, warehouse: d.path('truce.duckdb') });
  });

  it('leaves nothing behind when it fails', async () => {
    using d = desk(null);
    const nowhere = await d.run(['import', 'nowhere', '--json']);
    expect(nowhere.exit).toBe(2);
    expect(nowhere.json().error).toMatchObject({ code: 'IMPORT_NO_FILES' });
    expect(d.hashes()).toEqual({});
    const report = await d.run(['report', '--json']);
    expect(report.json()).toMatchObject({
      error: { code: 'WAREHOUSE_MISSING', hint: expect.stringContaining('truce pull') as string },
      exit: 6,
    });
    expect(d.hashes()).toEqual({});
  });

  it('needs a warehouse', async () => {
    using d = desk(null, { TRUCE_WAREHOUSE: 'none' });
    expect((await d.run(['import', '.', '--json'])).json()).toMatchObject({ error: { code: 'NO_WAREHOUSE' }, exit: 2 });
  });
});

// These do minutes' worth of work for a person in seconds; a busy machine may need more of them than the usual limit.
describe('truce demo', { timeout: 90_000 }, () => {
  it('goes from two CRMs to a report that lies where it says, with nothing left to write the second time', async () => {
    using d = desk(null);
    const ran = await d.run(['demo', '--people', '30', '--json']);
    expect(ran.exit).toBe(0);
    const { report, second } = ran.json();
    expect(report).toBe(d.path('truce-demo/report.html'));
    expect(existsSync(report as string)).toBe(true);
    expect(second).toMatchObject({ applied: 0, campaigns: { written: 0 } });
    for (const step of ['1. truce plan', '2. truce sync', '3. truce sync again', '4. truce report'])
      expect(ran.err.join('\n')).toContain(step);
  });
});

const missingScopes = {
  status: 'error',
  message: "This app hasn't been granted all required scopes to make this call.",
  category: 'MISSING_SCOPES',
  errors: [
    { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: ['crm.objects.deals.read'] } },
  ],
};

/** Leads and won deals of campaigns with one name on both sides, as each CRM shows them to its users. */
async function pairedTallies(o: Office): Promise<readonly (readonly [object, object])[]> {
  const { results } = await o.hubspot('GET', '/marketing/v3/campaigns?limit=100&properties=hs_name,truce_leads,truce_won_deals');
  const soql = encodeURIComponent('SELECT Name, Truce_Leads__c, Truce_Won_Deals__c FROM Campaign');
  const { records } = await o.salesforce('GET', `${api}/query?q=${soql}`);
  const sales = Map.groupBy(records as Record<string, unknown>[], (record) => String(record['Name']));
  return (results as { properties: Record<string, string> }[]).flatMap(({ properties }) => {
    const same = sales.get(properties['hs_name'] ?? '') ?? [];
    const [record] = same;
    if (record === undefined || same.length > 1) return [];
    const marketing = { leads: Number(properties['truce_leads']), won: Number(properties['truce_won_deals']) };
    return [[marketing, { leads: record['Truce_Leads__c'], won: record['Truce_Won_Deals__c'] }] as const];
  });
}
