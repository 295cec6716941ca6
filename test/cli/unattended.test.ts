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
