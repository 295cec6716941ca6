import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openState } from '../../src/state/open.ts';
import { testConfig, withPolicy } from '../support/settings.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

/** `count` pairs in agreement, of which `changed` changed in sales since. */
async function many(crms: TwoCrms, count: number, changed: number) {
  const pairs = Array.from({ length: count }, (_, n) => crms.pair(`p${n}@example.com`));
  const t = await crms.open();
  await t.sync({ yes: true });
  const at = crms.later();
  for (const pair of pairs.slice(0, changed)) crms.sales.world.edit(pair.s, 'status', 'Working', { at });
  crms.later();
  return { pairs, t };
}

const worlds = (crms: TwoCrms) => [crms.marketing.world.snapshot(), crms.sales.world.snapshot()];

describe('guards', () => {
  test('too many changes stop the run before the first write, and the number lets it through', async () => {
    await using crms = twoCrms({ config: { guards: { changes: { count: 5, share: 0.1 } } } });
    const { pairs, t } = await many(crms, 20, 6);
    const before = worlds(crms);
    await expect(t.sync({ yes: true })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'TOO_MANY_CHANGES',
      hint: expect.stringContaining('6'),
    });
    await expect(t.sync({ yes: true, allow: { changes: 5 } })).rejects.toMatchObject({ code: 'TOO_MANY_CHANGES' });
    expect(worlds(crms)).toEqual(before);
    expect((await t.status()).runs[0]).toMatchObject({ status: 'stopped', code: 'TOO_MANY_CHANGES' });
    expect(await t.sync({ yes: true, allow: { changes: 6 } })).toMatchObject({ applied: 6 });
    expect(crms.statuses(pairs[5]!)).toEqual(['In progress', 'Working']);
  });

  test('many changes pass while they are a small share of everybody', async () => {
    await using crms = twoCrms({ config: { guards: { changes: { count: 5, share: 0.5 } } } });
    const { t } = await many(crms, 20, 6);
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 6 });
  });

  test('the first live run writes to its canary, reads it back and stops; the next one goes on', async () => {
    await using crms = twoCrms({ config: { guards: { canary: 3 } } });
    const pairs = Array.from({ length: 8 }, (_, n) => crms.pair(`p${n}@example.com`, { sales: 'Working' }));
    const t = await crms.open();
    expect(await t.sync()).toMatchObject({ applied: 3, canary: { people: 3, wrong: 0 } });
    crms.later();
    expect(await t.sync()).toMatchObject({ applied: 5, canary: null });
    expect(pairs.map((pair) => crms.statuses(pair)[0])).toEqual(pairs.map(() => 'In progress'));
  });

  test('a side without people stops the run', async () => {
    await using crms = twoCrms();
    crms.sales.world.addPerson({ email: 'ann@example.com' });
    const t = await crms.open();
    await expect(t.sync()).rejects.toMatchObject({ name: 'PlanError', code: 'SIDE_EMPTY', message: expect.stringContaining('marketing') });
  });

  test('a side that lists far fewer people than before stops the run and unlinks nobody', async () => {
    await using crms = twoCrms({ sales: { streams: { people: 'snapshot' } } });
    const { pairs, t } = await many(crms, 10, 0);
    for (const pair of pairs.slice(0, 7)) crms.sales.world.remove(pair.s, { at: crms.later() });
    crms.later();
    await expect(t.sync({ yes: true })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'SIDE_SHRUNK',
      hint: expect.stringContaining('7'),
    });
    await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'SIDE_SHRUNK' });
    expect((await t.status()).people).toMatchObject({ sales: 10, linked: 10 });
    expect(await t.sync({ yes: true, allow: { gone: 7 } })).toMatchObject({ applied: 0 });
    expect((await t.status()).people).toMatchObject({ marketing: 10, sales: 3, linked: 3 });
  });

  test("a plan that would go into the others' share of the daily calls is not begun", async () => {
    await using crms = twoCrms({ marketing: { dailyCalls: 40 }, config: { guards: { budgetReserve: 0.9 } } });
    crms.pair('ann@example.com', { sales: 'Working' });
    const t = await crms.open();
    await expect(t.sync({ yes: true })).rejects.toMatchObject({ name: 'CrmError', code: 'BUDGET_RESERVED', failure: 'budget' });
    expect(crms.writes()).toEqual([0, 0]);
  });

  test('a field that the native integration writes is left to it; observing goes on', async () => {
    await using crms = twoCrms();
    crms.pair('ann@example.com', { sales: 'Working' });
    const connect = crms.marketing.connect.bind(crms.marketing);
    const owned = {
      ...crms.marketing,
      connect: (ports: Parameters<typeof connect>[0]) => {
        const crm = connect(ports);
        return {
          ...crm,
          describe: async () => ({
            ...(await crm.describe()),
            connector: { present: true, fields: ['status'], evidence: 'history source' },
          }),
        };
      },
    };
    const t = await crms.open({ marketing: owned });
    await expect(t.sync({ yes: true })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'CONNECTOR_OWNS_FIELD',
      hint: expect.stringContaining('status'),
    });
    expect((await t.check()).problems.map((problem) => problem.code)).toContain('CONNECTOR_OWNS_FIELD');
    expect((await t.pull()).people.linked).toBe(1);
    await t.close();
    const observing = await crms.open({ marketing: owned, with: { mode: 'observe' } });
    expect(await observing.sync()).toMatchObject({ plan: { update: 1 }, applied: 0 });
    expect(crms.writes()).toEqual([0, 0]);
  });
});

describe('a plan', () => {
  test('leaves both CRMs and the state as they are, to the byte', async () => {
    await using crms = twoCrms();
    const { t } = await many(crms, 5, 3);
    await t.close();
    const bytes = readFileSync(crms.statePath);
    const before = worlds(crms);
    const again = await crms.open();
    const plan = await again.plan();
    expect(plan.summary).toMatchObject({ update: 3, unchanged: 2 });
    const lines = [];
    for await (const line of plan.lines()) lines.push(line);
    for await (const line of plan.lines()) expect(lines.map((one) => one.id)).toContain(line.id);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ side: 'marketing', changes: [{ before: 'Ready', after: 'In progress', rule: 'propagate' }] });
    await again.close();
    expect(readFileSync(crms.statePath).equals(bytes)).toBe(true);
    expect(worlds(crms)).toEqual(before);
  });

  test('makes no state where there is none', async () => {
    await using crms = twoCrms();
    crms.pair('ann@example.com', { sales: 'Working' });
    const t = await crms.open();
    expect((await t.plan()).summary.update).toBe(1);
    expect(() => readFileSync(crms.statePath)).toThrow('ENOENT');
  });

  test('is applied as it was reviewed, from its file, and the run after it has nothing left to do', async () => {
    await using crms = twoCrms();
    const { pairs, t } = await many(crms, 4, 2);
    const out = join(crms.folder, 'plan.ndjson');
    const { hash } = await t.plan({ out });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const run = await t.apply(out);
    expect(run).toMatchObject({ ok: true, counts: { applied: 2, skipped: 0 } });
    expect(pairs.slice(0, 2).map((pair) => crms.statuses(pair)[0])).toEqual(['In progress', 'In progress']);
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, plan: { update: 0 } });
  });

  test('applied on a state that has never pulled, leaves the right bases behind', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com', { sales: 'Working' });
    const t = await crms.open();
    await t.apply(await t.plan());
    crms.marketing.world.edit(ann.m, 'status', 'Ready', { at: crms.later() });
    crms.later();
    // With a base this is one side's change; without one it would be a conflict that the further rung wins.
    expect(await t.sync({ yes: true })).toMatchObject({ plan: { conflict: 0, update: 1 } });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Open']);
  });

  test('skips lines whose record changed since, with the reason', async () => {
    await using crms = twoCrms();
    const { pairs, t } = await many(crms, 3, 2);
    const plan = await t.plan();
    crms.marketing.world.edit(pairs[0]!.m, 'status', 'Not a fit', { at: crms.later() });
    const run = await t.apply(plan);
    expect(run.counts).toMatchObject({ applied: 1, skipped: 1 });
    const skipped = [];
    for await (const intent of run.lines()) if (intent.status === 'skipped') skipped.push(intent);
    expect(skipped).toMatchObject([{ code: 'DRIFTED', cause: expect.stringContaining('status') }]);
    expect(crms.statuses(pairs[0]!)).toEqual(['Not a fit', 'Working']);
  });

  test('is refused after another run has written, under another configuration, for another account, and when a day old', async () => {
    await using crms = twoCrms();
    const { pairs, t } = await many(crms, 3, 1);
    const out = join(crms.folder, 'plan.ndjson');
    await t.plan({ out });
    await t.close();
    const other = await crms.open({ settings: withPolicy('ask') });
    await expect(other.apply(out)).rejects.toMatchObject({ name: 'PlanError', code: 'PLAN_OTHER_CONFIG' });
    await other.close();
    const same = await crms.open();
    for (let hour = 0; hour < 25; hour += 1) crms.later();
    await expect(same.apply(out)).rejects.toMatchObject({ code: 'PLAN_STALE', message: expect.stringContaining('day') });
    const fresh = await same.plan();
    await same.sync({ yes: true });
    expect(crms.statuses(pairs[0]!)).toEqual(['In progress', 'Working']);
    await expect(same.apply(fresh)).rejects.toMatchObject({ code: 'PLAN_STALE' });
  });

  test('that was edited, cut off, or is none, is refused', async () => {
    await using crms = twoCrms();
    const { t } = await many(crms, 3, 2);
    const out = join(crms.folder, 'plan.ndjson');
    await t.plan({ out });
    const text = readFileSync(out, 'utf8');
    for (const [broken, why] of [
      [text.replaceAll('In progress', 'Not a fit'), 'hash'],
      [text.split('\n').slice(0, -2).join('\n'), 'cut off'],
      ['{"header":{}}\n', 'begin'],
      ['hello\n', 'JSON'],
    ] as const) {
      writeFileSync(out, broken);
      await expect(t.apply(out)).rejects.toMatchObject({ name: 'PlanError', code: 'PLAN_DAMAGED', message: expect.stringContaining(why) });
    }
    await expect(t.apply(join(crms.folder, 'nothing'))).rejects.toMatchObject({ code: 'PLAN_UNREADABLE' });
  });

  test('writes nothing in the mode observe', async () => {
    await using crms = twoCrms({ config: { mode: 'observe' } });
    crms.pair('ann@example.com', { sales: 'Working' });
    const t = await crms.open();
    const plan = await t.plan();
    expect(plan.summary.update).toBe(1);
    await expect(t.apply(plan)).rejects.toMatchObject({ code: 'MODE_FORBIDS' });
    expect(crms.writes()).toEqual([0, 0]);
  });
});

describe('who takes part', () => {
  test('--only writes to one person; --limit to so many', async () => {
    await using crms = twoCrms();
    const { pairs, t } = await many(crms, 6, 6);
    expect(await t.sync({ yes: true, only: ' P2@Example.com ' })).toMatchObject({ applied: 1 });
    expect(crms.statuses(pairs[2]!)[0]).toBe('In progress');
    expect(await t.sync({ yes: true, limit: 2 })).toMatchObject({ applied: 2 });
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 3 });
    await expect(t.sync({ yes: true, only: 'nobody@example.com' })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'PERSON_NOT_FOUND',
    });
  });

  test('the hook may keep a line from being written; one that fails stops nobody else', async () => {
    await using crms = twoCrms();
    const pairs = ['a', 'b', 'c'].map((name) => crms.pair(`${name}@example.com`, { sales: 'Working' }));
    const t = await crms.open({
      beforeWrite: (line) => {
        if (line.recordId === pairs[0]!.m) return false;
        if (line.recordId === pairs[1]!.m) throw new Error('hook');
        return true;
      },
    });
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, skipped: 2 });
    expect(pairs.map((pair) => crms.statuses(pair)[0])).toEqual(['Ready', 'Ready', 'In progress']);
  });
});

describe('the state', () => {
  test('is used by one run at a time', async () => {
    await using crms = twoCrms();
    crms.pair('ann@example.com');
    const state = await openState({ path: crms.statePath });
    await state.lease.acquire({ pid: process.pid, host: hostname() }, crms.later(), 3_600_000);
    const t = await crms.open();
    await expect(t.sync({ yes: true })).rejects.toMatchObject({ name: 'StateError', code: 'STATE_LOCKED' });
    await state.close();
    expect(await t.sync({ yes: true })).toMatchObject({ mode: 'sync' });
  });

  test('belongs to its accounts, and a configuration may be pinned to them', async () => {
    await using crms = twoCrms();
    crms.pair('ann@example.com', { sales: 'Working' });
    const t = await crms.open();
    await t.pull();
    await t.close();
    const swapped = await crms.open({ marketing: crms.sales, sales: crms.marketing });
    await expect(swapped.sync({ yes: true })).rejects.toMatchObject({
      name: 'StateError',
      code: 'STATE_OTHER_ACCOUNT',
      message: expect.stringContaining('crm-m-1'),
    });
    await swapped.close();
    const pinned = await crms.open({ config: testConfig({ accounts: { sales: '00D9' } }) });
    await expect(pinned.sync({ yes: true })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'OTHER_ACCOUNT',
      hint: expect.stringContaining('00D9'),
    });
    expect(crms.writes()).toEqual([0, 0]);
  });
});

test('many linked people who lose their record stop a sync, the next one too, until their number is allowed', async () => {
  await using crms = twoCrms();
  const { pairs, t } = await many(crms, 30, 0);
  for (const pair of pairs.slice(0, 12)) crms.sales.world.remove(pair.s, { at: crms.later() });
  crms.later();
  for (let run = 0; run < 2; run += 1) {
    await expect(t.sync({ yes: true })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'TOO_MANY_UNLINKS',
      hint: expect.stringContaining('12'),
    });
  }
  expect((await t.status()).people).toMatchObject({ sales: 30, linked: 30 });
  await t.sync({ yes: true, allow: { unlinks: 12 } });
  expect((await t.status()).people).toMatchObject({ sales: 18, linked: 18 });
});
