import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan, PlanLine } from '../../src/model/plan.ts';
import { openState } from '../../src/state/open.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

const perHour = (statusWritesPerHour: number) => ({ guards: { statusWritesPerHour } });

/** `count` pairs, all of which sales has moved on. */
function backfill(crms: TwoCrms, count: number) {
  return Array.from({ length: count }, (_, n) => crms.pair(`p${n}@example.com`, { sales: 'Working' }));
}

const done = (crms: TwoCrms, pairs: ReturnType<typeof backfill>) => pairs.filter((pair) => crms.statuses(pair)[0] === 'In progress').length;

test('a backfill goes out at the configured rate over all runs of an hour, and loses nothing', async () => {
  await using crms = twoCrms({ config: perHour(4) });
  const pairs = backfill(crms, 10);
  const t = await crms.open();
  const runs: (readonly [number, number, number])[] = [];
  const sync = async (): Promise<void> => {
    const { applied, waiting, plan } = await t.sync({ yes: true });
    runs.push([applied, waiting, plan.unchanged]);
  };
  await sync();
  await sync();
  expect(done(crms, pairs)).toBe(4);
  expect(await t.status()).toMatchObject({ open: 6, openIntents: 0 });
  for (let hours = 0; hours < 3; hours += 1) {
    crms.later();
    crms.later();
    await sync();
  }
  expect(runs).toEqual([
    [4, 6, 0],
    [0, 6, 4],
    [4, 2, 4],
    [2, 0, 8],
    [0, 0, 10],
  ]);
  expect(done(crms, pairs)).toBe(10);
  expect((await t.status()).open).toBe(0);
});

test('who waits still gets what was changed meanwhile, and other fields of other people do not wait', async () => {
  const title = { fields: [{ name: 'title' }] };
  const mapped = { name: 'title', marketing: 'title', sales: 'title', direction: 'both', policy: 'most-recent', prefer: 'sales' } as const;
  const config = { ...perHour(1), fields: [{ ...mapped, blankOverwrites: false }] };
  await using crms = twoCrms({ marketing: title, sales: title, config });
  const other = crms.pair('other@example.com');
  crms.marketing.world.edit(other.m, 'title', 'CTO', { at: crms.now() });
  crms.sales.world.edit(other.s, 'title', 'CTO', { at: crms.now() });
  const t = await crms.open();
  await t.sync({ yes: true });
  const pairs = backfill(crms, 3);
  crms.sales.world.edit(other.s, 'title', 'CEO', { at: crms.later() });
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 2, waiting: 2 });
  expect(crms.marketing.world.person(other.m)?.fields.get('title')).toBe('CEO');
  const last = pairs.find((pair) => crms.statuses(pair)[0] === 'Ready');
  crms.sales.world.edit(last!.s, 'status', 'Closed', { at: crms.later() });
  for (let hours = 0; hours < 3; hours += 1) {
    crms.later();
    crms.later();
    await t.sync({ yes: true });
  }
  expect(crms.statuses(last!)).toEqual(['Not a fit', 'Closed']);
  expect((await t.status()).open).toBe(0);
});

test('the guard against too many changes counts those that wait, so that a wrong map does not go out in drops', async () => {
  await using crms = twoCrms({ config: { guards: { statusWritesPerHour: 1, changes: { count: 5, share: 0.1 } } } });
  backfill(crms, 10);
  const t = await crms.open();
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'TOO_MANY_CHANGES', hint: expect.stringContaining('10') });
  expect(crms.writes()).toEqual([0, 0]);
  expect(await t.sync({ yes: true, allow: { changes: 10 } })).toMatchObject({ applied: 1, waiting: 9 });
});

test('a reviewed plan keeps the rate too, and the next syncs write what it left', async () => {
  await using crms = twoCrms({ config: perHour(3) });
  const pairs = backfill(crms, 3);
  const t = await crms.open();
  const plan = await t.plan({ out: join(crms.folder, 'plan.ndjson') });
  expect(plan.summary).toMatchObject({ update: 3, waiting: 0 });
  // Two writes of the hour are gone by the time the plan is applied.
  const state = await openState({ path: crms.statePath });
  const line = await firstLine(plan);
  const intent = {
    runId: 'r',
    line,
    before: [],
    targetAt: null,
    bases: [],
    basesBefore: [],
    paramHash: 'h',
    epoch: 0,
    at: crms.now(),
    status: 'applied',
    recordId: line.recordId,
    code: null,
    cause: null,
    fix: null,
    closedAt: crms.now(),
    repairs: null,
  } as const;
  await state.commit({
    intents: [
      { ...intent, id: 'i1' },
      { ...intent, id: 'i2' },
    ],
  });
  await state.close();
  expect(await t.apply(plan)).toMatchObject({ ok: true, waiting: 2, counts: { applied: 1 } });
  crms.later();
  crms.later();
  await t.sync({ yes: true });
  expect(done(crms, pairs)).toBe(3);
});

async function firstLine(plan: Plan): Promise<PlanLine> {
  for await (const line of plan.lines()) return line;
  throw new Error('the plan is empty');
}
