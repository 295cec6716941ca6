import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { desk, office } from './support.ts';

const syncing = { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' };

describe('truce pause and truce resume', () => {
  it('keep sync, outcomes and apply from writing, say who paused and why, and let them write again', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    const pair = await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
    await d.run(['plan', '--out', 'plan.ndjson']);
    const before = o.writes().length;
    const paused = await d.run(['pause', '--reason', 'CRM migration', '--until', '8h', '--json']);
    expect(paused).toMatchObject({ exit: 0 });
    const { by } = (paused.json() as { paused: { by: string } }).paused;
    const words = new RegExp(`Paused by ${by} since \\S+Z until \\S+Z: CRM migration`);
    for (const command of [['sync', '--yes'], ['outcomes'], ['apply', 'plan.ndjson']]) {
      const ran = await d.run(command);
      expect([ran.exit, ran.text]).toEqual([3, expect.stringMatching(words)]);
      expect(ran.text).toContain('truce resume');
    }
    expect(o.writes()).toHaveLength(before);
    expect((await d.run(['status'])).out[0]).toMatch(words);
    expect((await d.run(['status', '--json'])).json()).toMatchObject({ paused: { by, reason: 'CRM migration' } });
    expect((await d.run(['resume'])).out[0]).toMatch(/^Resumed\. It was: Paused by /);
    expect((await d.run(['resume'])).out).toEqual(['It was not paused.']);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 1 });
    expect(await o.statuses(pair)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  });

  it('refuse an end that is over', async () => {
    using d = desk(null);
    for (const until of ['2020-01-01T00:00:00Z', 'tomorrow', '5']) expect((await d.run(['pause', '--until', until])).exit).toBe(2);
    expect(d.hashes()).toEqual({});
  });
});

/** A webhook and a dead man's switch on loopback; `status` is what they answer. */
async function watcher() {
  const got = { status: 200, texts: [] as string[], pings: [] as string[], credentials: [] as string[] };
  const server = createServer((message, answer) => {
    let body = '';
    message.on('data', (chunk: Buffer) => (body += chunk.toString()));
    message.on('end', () => {
      if (message.headers.authorization !== undefined) got.credentials.push(message.headers.authorization);
      if (message.url?.startsWith('/ping/') === true) got.pings.push(message.url);
      else got.texts.push((JSON.parse(body) as { text: string }).text);
      answer.writeHead(got.status, { 'content-type': 'text/plain', 'content-length': 2 }).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    got,
    env: { TRUCE_NOTICE_URL: `${url}/hook/hush-one`, TRUCE_PING_URL: `${url}/ping/hush-two` },
    [Symbol.dispose]: () => server.close().closeAllConnections(),
  };
}

const listening = { mode: 'sync', notices: { hosts: ['127.0.0.1'] }, guards: { changes: { count: 0, share: 0 } } };

describe('notices', () => {
  it('tell once of a guard that stopped a sync, and ping each run; a good run lets it be told anew', async () => {
    await using o = await office();
    using watch = await watcher();
    const { got } = watch;
    using d = desk(o.box, { ...syncing, ...watch.env });
    d.write('truce.config.json', listening);
    await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
    for (const _ of [1, 2]) expect((await d.run(['sync', '--yes'])).exit).toBe(3);
    expect(got.texts).toEqual([expect.stringMatching(/^Truce, Our company, sync: guard \(TOO_MANY_CHANGES\)\. .*1 records.* Fix: /)]);
    expect(got.texts.join('')).not.toContain('jane');
    expect(got.pings).toEqual(['/ping/hush-two/fail', '/ping/hush-two/fail']);
    expect((await d.run(['sync', '--yes', '--allow-changes', '1'])).exit).toBe(0);
    expect(got.pings.at(-1)).toBe('/ping/hush-two');
    await o.person({ email: 'bob@example.com', sales: 'Working - Contacted' });
    const last = await d.run(['sync', '--yes']);
    expect(got.texts).toHaveLength(2);
    expect(got.credentials).toEqual([]);
    expect(last.text).not.toContain('hush');
  });

  it('tell of credentials that are missing or refused, and of standstill', async () => {
    await using o = await office();
    using watch = await watcher();
    using d = desk(o.box, { ...syncing, ...watch.env });
    d.write('truce.config.json', listening);
    expect((await d.run(['sync'], { env: { HUBSPOT_ACCESS_TOKEN: 'wrong-token' } })).exit).toBe(4);
    expect((await d.run(['sync'], { env: { HUBSPOT_ACCESS_TOKEN: undefined } })).exit).toBe(2);
    expect(watch.got.texts.map((text) => /sync: (\w+)/.exec(text)?.[1])).toEqual(['authentication', 'authentication']);
    for (const _ of [1, 2]) expect((await d.run(['status', '--fail-if-older', '30m', '--notify'])).exit).toBe(1);
    expect(watch.got.texts.slice(2)).toEqual([expect.stringContaining('status: stale (STALE). No run has gone through yet.')]);
    expect((await d.run(['status', '--fail-if-older', '30m'])).exit).toBe(1);
    expect(watch.got.texts).toHaveLength(3);
  });

  it('that fail, or go to a host that is not configured, fail no run and show no secret', async () => {
    await using o = await office();
    using watch = await watcher();
    using d = desk(o.box, { ...syncing, ...watch.env });
    d.write('truce.config.json', listening);
    watch.got.status = 404;
    const failing = await d.run(['sync', '--yes', '--json']);
    expect([failing.exit, failing.text]).toEqual([0, expect.stringContaining('! A notice could not be sent:')]);
    expect(failing.text).not.toContain('hush');
    d.write('truce.config.json', { mode: 'sync' });
    const elsewhere = await d.run(['sync', '--yes', '--json']);
    expect([elsewhere.exit, elsewhere.text]).toEqual([0, expect.stringContaining('allow-list')]);
    expect(elsewhere.text).not.toContain('hush');
  });
});

describe('guards.statusWritesPerHour', () => {
  it('spreads a backfill over the hours, and says how many wait', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    d.write('truce.config.json', { mode: 'sync', guards: { statusWritesPerHour: 2 } });
    for (const name of ['a', 'b', 'c']) await o.person({ email: `${name}@example.com`, sales: 'Working - Contacted' });
    const plan = await d.run(['plan']);
    expect(plan.err.join('\n')).toMatch(/^1 record more waits for later runs[\s\S]*2 updates/);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 2, waiting: 1, exit: 0 });
    const again = await d.run(['sync', '--yes']);
    expect(again.text).toContain("1 record waits for later runs: this hour's status writes are used up.");
    expect(again.text).toContain('Written 0');
  });
});

describe('a proxy in the environment', () => {
  it('is not asked for loopback, and one that is no URL ends with 2 without being shown', async () => {
    await using o = await office();
    using d = desk(o.box, { ...syncing, HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' });
    expect((await d.run(['check'])).exit).not.toBe(5);
    const ran = await d.run(['check'], { env: { HTTPS_PROXY: 'joe:hunter2@proxy' } });
    expect([ran.exit, ran.text]).toEqual([2, expect.stringContaining('PROXY_INVALID')]);
    expect(ran.text).not.toContain('hunter2');
  });
});

describe('truce state', () => {
  it('backs up, restores over an older or a damaged state, and lets a restored one write when it is confirmed', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    const first = await d.run(['state', 'backup', 'copy.db']);
    expect([first.exit, first.text]).toEqual([2, expect.stringContaining('STATE_MISSING')]);
    const pair = await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
    await d.run(['sync', '--yes']);
    expect((await d.run(['state', 'backup', 'copy.db'])).exit).toBe(0);
    const twice = await d.run(['state', 'backup', 'copy.db']);
    expect([twice.exit, twice.text]).toEqual([2, expect.stringContaining('OUT_UNWRITABLE')]);
    await d.run(['sync', '--yes']);
    const older = await d.run(['state', 'restore', 'copy.db']);
    expect([older.exit, older.text]).toEqual([3, expect.stringMatching(/1 runs that the copy does not.*RESTORE_OLDER/)]);
    const restored = await d.run(['state', 'restore', 'copy.db', '--force']);
    expect([restored.exit, restored.text]).toEqual([0, expect.stringContaining('truce state confirm --yes')]);
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${pair.contact}`, { properties: { hs_lead_status: 'NEW' } });
    const before = await o.everything();
    const compared = await d.run(['sync', '--yes', '--json']);
    expect(compared.json()).toMatchObject({ applied: 0, plan: { update: 1 }, exit: 3, restored: { at: expect.any(Number) } });
    expect(await o.everything()).toBe(before);
    expect((await d.run(['status'])).out[0]).toContain('truce state confirm --yes');
    expect((await d.run(['state', 'confirm'])).exit).toBe(3);
    expect((await d.run(['state', 'confirm', '--yes'])).exit).toBe(0);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 1, exit: 0 });
    expect(await o.statuses(pair)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  });
});

describe('an approved plan and the audit', () => {
  it('go from a page to the CRMs and into a file for the auditors', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    const pair = await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
    const plan = await d.run(['plan', '--out', 'plan.ndjson', '--html', 'plan.html']);
    expect(plan.exit).toBe(0);
    const page = readFileSync(d.path('plan.html'), 'utf8');
    expect(page).toMatch(/<a href="http[^"]*0-1\/[^"]*"[^>]*>HubSpot /);
    expect(page).toContain('Working - Contacted');
    expect(page).not.toContain('<script');
    expect((await d.run(['apply', 'plan.ndjson', '--approver', '=Ann Example'])).exit).toBe(0);
    expect(await o.statuses(pair)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    const csv = await d.run(['audit', 'export', '--out', 'audit.csv', '--json']);
    expect(csv.json()).toMatchObject({ rows: 1, exit: 0 });
    const [head, row] = readFileSync(d.path('audit.csv'), 'utf8').split('\n');
    expect(head).toMatch(/^at,run,command,user,approver,/);
    expect(row).toMatch(new RegExp(`,apply,[^,]+,'=Ann Example,sync,marketing,person,${pair.contact},.*,NEW,IN_PROGRESS,`));
    await d.run(['audit', 'export', '--out', 'audit.ndjson', '--format', 'ndjson', '--since', '2020-01-01']);
    expect(JSON.parse(readFileSync(d.path('audit.ndjson'), 'utf8'))).toMatchObject({
      approver: '=Ann Example',
      after: 'IN_PROGRESS',
      outcome: 'applied',
    });
    expect(statSync(d.path('audit.csv')).mode & 0o077).toBe(0);
    expect((await d.run(['audit', 'export', '--out', 'none.csv', '--since', '2999-01-01'])).out).toEqual([
      `0 changes in ${d.path('none.csv')}.`,
    ]);
  });
});
