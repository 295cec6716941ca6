import { expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { testConfig } from '../support/settings.ts';
import { twoCrms } from '../support/two-crms.ts';

const week = 7 * 24;

test('a scheduler that stood still for a week catches up in one run, and nobody is read twice for it', async () => {
  await using crms = twoCrms({ marketing: { pageSize: 10 }, sales: { pageSize: 10 } });
  const pairs = Array.from({ length: 40 }, (_, n) => crms.pair(`p${n}@example.com`));
  const t = await crms.open();
  await t.sync({ yes: true });
  for (let hour = 0; hour < week; hour += 1) {
    const pair = pairs[hour % 20];
    if (pair !== undefined && hour < 20) crms.sales.world.edit(pair.s, 'status', 'Working', { at: crms.later() });
    else crms.later();
  }
  const read = { marketing: 0, sales: 0 };
  const stop = t.on('page', ({ side, stream, records }) => {
    if (stream === 'people') read[side] += records;
  });
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 20, raced: 0, quarantined: 0 });
  stop();
  // What changed, and no more than an overlap beside it: the position stood still, not the clock.
  expect(read.sales).toBeLessThanOrEqual(40);
  for (const pair of pairs.slice(0, 20)) expect(crms.statuses(pair)).toEqual(['In progress', 'Working']);
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, plan: { update: 0 } });
});

test("what a run says it wrote is what the journal says, and what the CRM's users find", async () => {
  await using crms = twoCrms({ marketing: { perCall: { write: 3 } } });
  const pairs = Array.from({ length: 9 }, (_, n) => crms.pair(`p${n}@example.com`, { sales: 'Working' }));
  const t = await crms.open({ beforeWrite: (line) => line.recordId !== pairs[8]!.m });
  // The second batch is written, and its answer is lost.
  crms.marketing.world.fail({ on: 'write', nth: 2, when: 'after' });
  const result = await t.sync({ yes: true });
  const outcomes: string[] = [];
  for await (const row of t.audit()) outcomes.push(row.outcome);
  const count = (status: string): number => outcomes.filter((one) => one === status).length;
  expect(result).toMatchObject({
    applied: count('applied'),
    rejected: count('rejected'),
    skipped: count('skipped'),
    raced: count('raced'),
  });
  const standing = pairs.filter((pair) => crms.statuses(pair)[0] === 'In progress').length;
  expect([result.applied, result.skipped, standing]).toEqual([8, 1, 8]);
});

test('a run that stops half-way counts what was confirmed, and the next run the rest, together everybody once', async () => {
  await using crms = twoCrms({ marketing: { perCall: { write: 2 } } });
  for (let n = 0; n < 8; n += 1) crms.pair(`p${n}@example.com`, { sales: 'Working' });
  const t = await crms.open();
  const error = new CrmError('UNAVAILABLE', 'down', { system: 'crm-m', failure: 'unavailable', hint: 'wait' });
  crms.marketing.world.fail({ on: 'write', nth: 3, when: 'before', error });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  crms.later();
  await t.sync({ yes: true });
  const applied = new Map<string, number>();
  for await (const row of t.audit()) if (row.outcome === 'applied') applied.set(row.record ?? '', (applied.get(row.record ?? '') ?? 0) + 1);
  expect([...applied.values()]).toEqual(Array.from({ length: 8 }, () => 1));
});

test('a changed map rewrites nobody by itself; what it does to people who change is planned first, and held by the guard', async () => {
  await using crms = twoCrms({ config: { guards: { changes: { count: 3, share: 0.1 } } } });
  const pairs = Array.from({ length: 10 }, (_, n) => crms.pair(`p${n}@example.com`));
  const t = await crms.open();
  await t.sync({ yes: true });
  await t.close();
  const { status } = testConfig();
  const reads = { Open: 'working', Working: 'rejected', Closed: 'rejected', Converted: 'accepted' } as const;
  const wrong = await crms.open({ with: { status: { ...status, sales: { ...status?.sales, reads } } } });
  expect((await wrong.plan()).summary).toMatchObject({ update: 0, create: 0, unchanged: 10 });
  const at = crms.later();
  for (const pair of pairs) crms.sales.world.edit(pair.s, 'status', 'Working', { at });
  crms.later();
  const plan = await wrong.plan();
  expect(plan.summary.update).toBe(10);
  for await (const line of plan.lines()) expect(line.changes).toMatchObject([{ before: 'Ready', after: 'Not a fit' }]);
  const before = crms.writes();
  await expect(wrong.sync({ yes: true })).rejects.toMatchObject({ code: 'TOO_MANY_CHANGES', hint: expect.stringContaining('10') });
  expect(crms.writes()).toEqual(before);
});

test('who leaves the scope is left alone from then on, on both sides', async () => {
  await using crms = twoCrms({ config: { scope: { marketing: 'ours', sales: null } } });
  const [stays, leaves] = [crms.pair('stays@example.com'), crms.pair('leaves@example.com')];
  let left = false;
  crms.marketing.world.scope('ours', (person) => !left || person.id !== leaves.m);
  const t = await crms.open();
  await t.sync({ yes: true });
  left = true;
  for (const pair of [stays, leaves]) crms.sales.world.edit(pair.s, 'status', 'Working', { at: crms.later() });
  crms.marketing.world.edit(leaves.m, 'status', 'Not a fit', { at: crms.later() });
  crms.later();
  await t.sync({ yes: true });
  expect(crms.statuses(stays)).toEqual(['In progress', 'Working']);
  expect(crms.statuses(leaves)).toEqual(['Not a fit', 'Working']);
});
