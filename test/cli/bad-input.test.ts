import { hostname } from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openState } from '../../src/state/open.ts';
import { holdOpen, withoutObject } from './others.ts';
import { api, credentials, desk, office, type Desk, type Office, type Pair, type Ran } from './support.ts';

const env = { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' };

describe('bad configuration: nothing is contacted', () => {
  const refused = async (
    args: readonly string[],
    over: Readonly<Record<string, string | undefined>>,
    files: Readonly<Record<string, string>> = {},
  ): Promise<Ran> => {
    using d = desk(null, {
      HUBSPOT_ACCESS_TOKEN: 'pat-na1-x',
      SALESFORCE_INSTANCE_URL: 'http://127.0.0.1:1',
      SALESFORCE_ACCESS_TOKEN: 'x',
    });
    for (const [name, text] of Object.entries(files)) d.write(name, text);
    const before = d.hashes();
    const ran = await d.run(args, { env: over });
    expect(ran.exit).toBe(2);
    expect(ran.text).toContain('\n  -> ');
    expect(d.hashes()).toEqual(before);
    return ran;
  };

  it('an unknown key is named, with what to do', async () => {
    const { err } = await refused(['sync'], {}, { 'truce.config.json': '{"mode":"sync","guards":{"cannary":5}}' });
    expect(err.slice(0, 2)).toEqual([
      'truce: The configuration has a problem. (CONFIG_INVALID)',
      '  guards.cannary: expected a known key, got an unknown key',
    ]);
  });

  it('every wrong value is named at once, as data for who asked for JSON', async () => {
    using d = desk(null);
    d.write('truce.config.json', { mode: 'everything', company: { currency: 'Euro' } });
    const ran = await d.run(['check', '--json']);
    expect(ran.json()).toMatchObject({
      error: {
        code: 'CONFIG_INVALID',
        problems: [
          { path: 'mode', got: '"everything"' },
          { path: 'company.currency', got: '"Euro"' },
        ],
      },
      exit: 2,
    });
  });

  it('__proto__ as a name is refused wherever it stands', async () => {
    const config = '{"status":{"marketing":{"reads":{"NEW":"handed","__proto__":"working"}}},"__proto__":{"mode":"sync"}}';
    const { text } = await refused(['plan'], {}, { 'truce.config.json': config });
    expect(text).toContain('  __proto__: expected another name, got __proto__');
    expect(text).toContain('  status.marketing.reads.__proto__: expected another name');
  });

  it('a file that is missing or no JSON is named', async () => {
    expect((await refused(['sync', '--config', 'nowhere.json'], {})).text).toContain('CONFIG_NOT_FOUND');
    expect((await refused(['sync'], {}, { 'truce.config.json': '{"mode": sync}' })).text).toContain('CONFIG_NOT_JSON');
  });

  it('each credential that is missing is named, and a .env file gives it', async () => {
    const none = { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_INSTANCE_URL: undefined, SALESFORCE_ACCESS_TOKEN: '' };
    const { text } = await refused(['sync'], none);
    for (const name of [
      'HUBSPOT_ACCESS_TOKEN',
      'SALESFORCE_INSTANCE_URL',
      'SALESFORCE_ACCESS_TOKEN',
      'SALESFORCE_CLIENT_SECRET',
      'SALESFORCE_JWT_KEY_FILE',
    ])
      expect(text).toContain(name);
    expect(text).toContain('adapters/hubspot/README.md');
  });

  it.each([
    ['HUBSPOT_BASE_URL', 'https://hubspot.example.com'],
    ['HUBSPOT_BASE_URL', 'http://api.hubapi.com'],
    ['SALESFORCE_INSTANCE_URL', 'https://my.salesforce.com.example.com'],
    ['SALESFORCE_INSTANCE_URL', 'acme.my.salesforce.com'],
    ['TRUCE_MODE', 'live'],
  ])('%s=%s is refused', async (name, value) => {
    await refused(['check'], { [name]: value });
  });
});

describe('bad input from two CRMs', () => {
  let o: Office;
  let d: Desk;
  let jane: Pair;

  beforeEach(async () => {
    o = await office();
    d = desk(o.box, env);
    jane = await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
  });

  afterEach(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  const synced = ['IN_PROGRESS', 'Working - Contacted'];
  const unsynced = ['NEW', 'Working - Contacted'];
  const sync = (...args: readonly string[]): Promise<Ran> => d.run(['sync', '--yes', '--json', ...args]);

  it('credentials from a .env file in the working directory are used, and what is set already wins', async () => {
    d.write(
      '.env',
      Object.entries(credentials(o.box))
        .map(([name, value]) => `${name}="${value}"\n`)
        .join(''),
    );
    const empty = {
      HUBSPOT_BASE_URL: undefined,
      HUBSPOT_ACCESS_TOKEN: undefined,
      SALESFORCE_INSTANCE_URL: undefined,
      SALESFORCE_ACCESS_TOKEN: undefined,
    };
    expect((await d.run(['check'], { env: empty })).exit).toBe(0);
    expect((await d.run(['check'], { env: { ...empty, HUBSPOT_ACCESS_TOKEN: 'pat-na1-other' } })).exit).toBe(4);
  });

  it('a wrong token ends with 4 and says whose it is', async () => {
    for (const [name, system, value] of [
      ['HUBSPOT_ACCESS_TOKEN', 'hubspot', 'pat-na1-0000'],
      ['SALESFORCE_ACCESS_TOKEN', 'salesforce', '00D!wrong'],
    ] as const) {
      const ran = await d.run(['sync', '--yes', '--json'], { env: { [name]: value } });
      expect(ran.exit).toBe(4);
      expect(ran.json()).toMatchObject({ error: { system, status: 401 }, exit: 4 });
      expect(ran.err.at(-1)).toMatch(/^ {2}-> \S/);
      expect(ran.text).not.toContain(value);
    }
    expect(await o.statuses(jane)).toEqual(unsynced);
    expect((await sync()).exit).toBe(0);
    expect(await o.statuses(jane)).toEqual(synced);
  });

  it('an account that is not the pinned one ends with 3, whether the configuration or the state pins it', async () => {
    d.write('truce.config.json', { accounts: { marketing: '1' } });
    expect((await sync()).json()).toMatchObject({ error: { code: 'OTHER_ACCOUNT' }, exit: 3 });
    d.write('truce.config.json', {});
    await using other = await office({ seed: 9 });
    await other.person({ email: 'jane@example.com' });
    expect((await sync()).exit).toBe(0);
    const before = await other.everything();
    const swapped = await d.run(['sync', '--yes', '--json'], { env: credentials(other.box) });
    expect(swapped.json()).toMatchObject({ error: { code: 'STATE_OTHER_ACCOUNT', hint: expect.any(String) as string }, exit: 3 });
    expect(await other.everything()).toBe(before);
    expect((await sync()).exit).toBe(0);
  });

  it('an unknown status is held back with the fix, does not stop the others, and is an error only with --strict', async () => {
    const { options } = await o.hubspot('GET', '/crm/v3/properties/contacts/hs_lead_status');
    const added = ['NURTURING', '__proto__'].map((value, n) => ({ label: value, value, displayOrder: 90 + n, hidden: false }));
    await o.hubspot('PATCH', '/crm/v3/properties/contacts/hs_lead_status', { options: [...options, ...added] });
    const unknown = await o.person({ email: 'unknown@example.com', marketing: 'NURTURING' });
    const hostile = await o.person({ email: 'hostile@example.com', marketing: '__proto__' });
    expect((await sync()).json()).toMatchObject({ applied: 1, quarantined: 2, exit: 0 });
    expect(await o.statuses(jane)).toEqual(synced);
    expect(await o.statuses(unknown)).toEqual(['NURTURING', 'Open - Not Contacted']);
    expect(await o.statuses(hostile)).toEqual(['__proto__', 'Open - Not Contacted']);
    expect((await sync('--strict')).json()).toMatchObject({ quarantined: 2, exit: 1 });
    const { quarantine } = (await d.run(['status', '--json'])).json();
    expect(quarantine).toContainEqual(
      expect.objectContaining({
        side: 'marketing',
        recordId: unknown.contact,
        cause: expect.stringContaining('NURTURING') as string,
        fix: expect.stringContaining('status.marketing.reads') as string,
      }),
    );
    // Once somebody has decided what it means, it syncs.
    const reads = { NEW: 'handed', IN_PROGRESS: 'working', NURTURING: 'working', UNQUALIFIED: 'rejected' };
    d.write('truce.config.json', {
      status: { marketing: { reads, writes: { handed: 'NEW', working: 'IN_PROGRESS', rejected: 'UNQUALIFIED' } } },
    });
    expect((await sync()).json()).toMatchObject({ quarantined: 1, exit: 0 });
    expect(await o.statuses(unknown)).toEqual(['NURTURING', 'Working - Contacted']);
  });

  it('two leads with one address are held back, both named, and nobody is written', async () => {
    const twin = await o.person({ email: 'jane@example.com', marketing: null, sales: 'Closed - Not Converted' });
    const before = await o.everything();
    expect((await sync()).json()).toMatchObject({ applied: 0, exit: 0 });
    expect(await o.everything()).toBe(before);
    const { quarantine, people } = (await d.run(['status', '--json'])).json();
    const said = JSON.stringify(quarantine);
    for (const id of [jane.contact, jane.lead, twin.lead]) expect(said).toContain(id);
    expect(people).toMatchObject({ linked: 0, ambiguous: 3 });
    expect((quarantine as { fix: string }[]).every(({ fix }) => fix !== '')).toBe(true);
  });

  it('a malformed address links nobody, is held back with the fix, never repaired by guessing, and stops nobody else', async () => {
    const odd = await o.person({ email: 'odd@-example.com', marketing: null, sales: 'Working - Contacted' });
    const same = await o.person({ email: 'odd@example.com', sales: null });
    expect((await sync()).json()).toMatchObject({ applied: 1, quarantined: 1, exit: 0 });
    expect(await o.statuses(jane)).toEqual(synced);
    expect((await o.hubspot('GET', `/crm/v3/objects/contacts/${same.contact}?properties=hs_lead_status`)).properties.hs_lead_status).toBe(
      'NEW',
    );
    expect((await o.salesforce('GET', `${api}/sobjects/Lead/${odd.lead}?fields=Email`)).Email).toBe('odd@-example.com');
    const { quarantine } = (await d.run(['status', '--json'])).json();
    expect(quarantine).toMatchObject([{ side: 'sales', recordId: odd.lead, fix: expect.stringMatching(/./) as string }]);
  });

  it('a property called __proto__ is a name like any other', async () => {
    d.write('truce.config.json', { fields: [{ name: 'odd', marketing: '__proto__', sales: 'Company' }] });
    const ran = await sync();
    expect(ran.json()).toMatchObject({ error: { code: 'FIELD_MISSING', message: 'hubspot: people have no field __proto__.' }, exit: 3 });
    expect(({} as Record<string, unknown>)['mode']).toBeUndefined();
  });

  it('a side that lists nobody stops the run with 3', async () => {
    await using empty = await office({ seed: 3 });
    const lead = await empty.person({ email: 'joe@example.com', marketing: null });
    using fresh = desk(empty.box, env);
    const before = await empty.everything();
    const ran = await fresh.run(['sync', '--yes', '--json']);
    expect(ran.json()).toMatchObject({ error: { code: 'SIDE_EMPTY', hint: expect.stringContaining('marketing') as string }, exit: 3 });
    expect(await empty.everything()).toBe(before);
    expect(lead.lead).not.toBe('');
  });

  it('without a permission on campaigns the status syncs; outcomes are not written, with the fix', async () => {
    const scopes = { requiredGranularScopes: ['marketing.campaigns.read'] };
    const body = { status: 'error', message: 'not granted', category: 'MISSING_SCOPES', errors: [{ message: 'scopes', context: scopes }] };
    o.box.faults.add([{ side: 'hubspot', match: { path: '/marketing/' }, effect: { type: 'status', status: 403, body } }]);
    const hubspot = await d.run(['sync', '--yes', '--json'], { env: { TRUCE_WAREHOUSE: 'truce.duckdb' } });
    expect(await o.statuses(jane)).toEqual(synced);
    expect(hubspot.json()).toMatchObject({
      applied: 1,
      campaigns: { written: 0 },
      outcomes: { stopped: { code: 'COVERAGE_INCOMPLETE' } },
      exit: 3,
    });
    expect(JSON.stringify(hubspot.json().problems)).toContain('marketing.campaigns.read');
  });

  it('a Salesforce user who may not see campaigns does not stop the status either', async () => {
    await using door = await withoutObject(o.box.salesforce.url, 'Campaign');
    using fresh = desk(o.box, { ...env, TRUCE_WAREHOUSE: 'truce.duckdb', SALESFORCE_INSTANCE_URL: door.url });
    const ran = await fresh.run(['sync', '--yes', '--json']);
    expect(await o.statuses(jane)).toEqual(synced);
    expect(ran.json()).toMatchObject({
      applied: 1,
      campaigns: { written: 0 },
      outcomes: { stopped: { code: 'COVERAGE_INCOMPLETE' } },
      exit: 3,
    });
    const check = await fresh.run(['check']);
    expect(check.exit).toBe(0);
    expect(check.text).toContain(
      "· salesforce: the credentials may not read campaigns. Salesforce's campaigns are left out of outcomes and figures.",
    );
    expect(check.text).toContain('-> Assign the permission set Truce_Integration');
  });

  it('an answer that is cut is no data: exit 5, nothing lost, and the next run goes on', async () => {
    await sync();
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${jane.lead}`, { Status: 'Closed - Not Converted' });
    o.box.faults.add([{ side: 'salesforce', match: { path: 'query|composite' }, effect: { type: 'cut', share: 0.5 } }]);
    const cursors = (await d.run(['status', '--json'])).json().cursors;
    const cut = await sync();
    expect(cut.json()).toMatchObject({ error: { code: 'CUT_BODY', system: 'salesforce' }, exit: 5 });
    expect((await d.run(['status', '--json'])).json().cursors.filter((one: { side: string }) => one.side === 'sales')).toEqual(
      (cursors as { side: string }[]).filter((one) => one.side === 'sales'),
    );
    expect(await o.statuses(jane)).toEqual(['IN_PROGRESS', 'Closed - Not Converted']);
    o.box.faults.clear();
    expect((await sync()).json()).toMatchObject({ applied: 1, exit: 0 });
    expect(await o.statuses(jane)).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
  });

  it('a storm of 429 is waited out, and a spent day ends with 5 and leaves the rest for later', async () => {
    const limited = (message: string, policyName: string) =>
      ({ type: 'status', status: 429, body: { status: 'error', errorType: 'RATE_LIMIT', message, policyName } }) as const;
    const storm = limited('You have reached your secondly limit.', 'SECONDLY');
    o.box.faults.add([
      { side: 'hubspot', nth: [2, 3], effect: storm },
      { side: 'hubspot', match: { path: 'batch/update' }, nth: 1, effect: storm },
    ]);
    expect((await sync()).json()).toMatchObject({ applied: 1, rejected: 0, exit: 0 });
    expect(await o.statuses(jane)).toEqual(synced);
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${jane.lead}`, { Status: 'Closed - Not Converted' });
    o.box.faults.clear();
    const spentDay = limited('You have reached your daily limit.', 'DAILY');
    o.box.faults.add([{ side: 'hubspot', match: { path: 'batch/update' }, effect: spentDay }]);
    const spent = await sync();
    expect(spent.exit).toBe(5);
    expect(spent.json().error).toMatchObject({ system: 'hubspot', status: 429 });
    expect(await o.statuses(jane)).toEqual(['IN_PROGRESS', 'Closed - Not Converted']);
    o.box.faults.clear();
    expect((await sync()).json()).toMatchObject({ applied: 1, exit: 0 });
    expect(await o.statuses(jane)).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
  });

  it('a warehouse that another process holds does not stop the status; the report says so and ends with 6', async () => {
    const here = { env: { TRUCE_WAREHOUSE: 'truce.duckdb' } };
    await d.run(['pull'], here);
    await using holder = await holdOpen(d.path('truce.duckdb'));
    expect(holder.pid).toBeGreaterThan(0);
    const ran = await d.run(['sync', '--yes', '--json'], here);
    expect(ran.json()).toMatchObject({ applied: 1, warehouse: 'behind', outcomes: { stopped: { code: 'WAREHOUSE_BEHIND' } }, exit: 0 });
    expect(ran.err).toContainEqual(expect.stringMatching(/^! The warehouse can't be opened now: .* is open in another process\./));
    expect(await o.statuses(jane)).toEqual(synced);
    const report = await d.run(['report', '--json'], here);
    expect(report.json()).toMatchObject({ error: { code: 'WAREHOUSE_LOCKED', hint: expect.stringContaining('Wait') as string }, exit: 6 });
  });

  it('a state that another run holds ends with 6 and says by whom; nothing is written', async () => {
    const state = await openState({ path: d.path('truce.db') });
    await state.lease.acquire({ pid: process.pid, host: hostname() }, Date.now(), 60_000);
    const ran = await sync();
    expect(ran.json()).toMatchObject({
      error: { code: 'STATE_LOCKED', message: expect.stringContaining(`process ${process.pid}`) as string },
      exit: 6,
    });
    expect(await o.statuses(jane)).toEqual(unsynced);
    expect((await d.run(['status'])).exit).toBe(0);
    await state.close();
    expect((await sync()).exit).toBe(0);
  });

  it('a state that is none, or is damaged, ends with 6 and stays as it is', async () => {
    writeFileSync(d.path('truce.db'), 'this is a letter to my aunt, not a database\n'.repeat(200));
    const text = readFileSync(d.path('truce.db'), 'utf8');
    const ran = await sync();
    expect(ran.exit).toBe(6);
    expect(ran.json().error.hint).not.toBe('');
    expect(readFileSync(d.path('truce.db'), 'utf8')).toBe(text);
    expect(await o.statuses(jane)).toEqual(unsynced);
  });
});
