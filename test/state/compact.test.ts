import { expect, test } from 'vitest';
import { openState } from '../../src/state/open.ts';
import type { Intent, RunRecord, State } from '../../src/state/types.ts';
import type { RecordId } from '../../src/model/words.ts';
import { twoCrms } from '../support/two-crms.ts';

const day = 86_400_000;
const now = 1_000 * day;
const before = now - 400 * day;

const run = (id: string, at: number): RunRecord => ({
  id,
  command: 'sync',
  mode: 'sync',
  epoch: 1,
  startedAt: at,
  endedAt: at + 1_000,
  status: 'done',
  code: null,
  detail: null,
  user: null,
  approver: null,
});

function intent(id: string, runId: string, at: number, more: Partial<Intent> & { readonly own?: readonly string[] } = {}): Intent {
  const { own, ...rest } = more;
  const change = {
    remote: 'status',
    own: null,
    before: 'a',
    after: 'b',
    rule: 'propagate',
    certainty: 'none',
    reason: 'r',
    sideEffect: null,
  } as const;
  const changes = (own ?? [null]).map((stem) => ({ ...change, name: stem ?? 'status', own: stem as never }));
  const line = {
    id,
    room: own === undefined ? 'sync' : 'outcomes',
    side: 'sales',
    kind: 'person',
    op: 'update',
    recordId: 'x',
    object: null,
  } as const;
  return {
    id,
    runId,
    line: { ...line, recordId: 'x' as RecordId, key: null, linkId: null, urls: {}, conflict: false, changes },
    before: [],
    targetAt: null,
    bases: [],
    basesBefore: [],
    paramHash: 'h',
    epoch: 1,
    at,
    status: 'applied',
    recordId: 'x' as RecordId,
    code: null,
    cause: null,
    fix: null,
    closedAt: at,
    repairs: null,
    ...rest,
  };
}

async function left(state: State): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const one of state.journal.since(0)) ids.push(one.id);
  return ids.toSorted();
}

test('what is older goes with its run, and what somebody still needs stays', async () => {
  const state = await openState({ path: ':memory:' });
  const old = before - 10 * day;
  for (const id of ['plain', 'open', 'held', 'repaired', 'figures']) await state.commit({ run: run(id, old) });
  await state.commit({ run: run('edge', before - 500) });
  await state.commit({ run: run('young', now - day) });
  await state.commit({
    intents: [
      intent('plain', 'plain', old),
      intent('open', 'open', old, { status: 'open', closedAt: null }),
      intent('held', 'held', old),
      intent('repaired', 'repaired', old),
      intent('repair', 'young', now - day, { repairs: 'repaired' }),
      intent('figures-1', 'figures', old, { own: ['won_deals', 'won_amount'] }),
      intent('figures-2', 'figures', old + 1, { own: ['won_deals'] }),
      intent('figures-3', 'figures', old + 2, { own: ['won_deals', 'won_amount'] }),
      intent('edge', 'edge', before - 400),
      intent('young', 'young', now - day),
    ],
    freeze: [
      { side: 'sales', kind: 'person', recordId: 'x' as RecordId, field: 'status', why: 'undo', runId: 'held', byRun: 'u', at: old },
    ],
  });
  expect(await state.journal.compact({ before, now })).toBe(3);
  expect(await left(state)).toEqual(['edge', 'figures-3', 'held', 'open', 'repair', 'repaired', 'young']);
  expect((await state.runs.last(20)).map((one) => one.id).toSorted()).toEqual(['edge', 'figures', 'held', 'open', 'repaired', 'young']);
  await state.close();
});

test('a large journal goes in pieces, a pass begins at most once a day, and the canary does not come back', async () => {
  const state = await openState({ path: ':memory:' });
  const old = before - 10 * day;
  await state.commit({ run: run('old', old) });
  await state.commit({
    intents: Array.from({ length: 4_500 }, (_, n) => intent(`i${n}`, 'old', old + n, { recordId: `r${n}` as RecordId })),
  });
  const step = (at: number) => state.journal.compact({ before, now: at });
  expect([await step(now), await step(now + 1), await step(now + 2), await step(now + 3)]).toEqual([2_000, 2_000, 500, 0]);
  expect(await left(state)).toEqual([]);
  expect(await state.journal.everApplied('sync')).toBe(true);
  expect(await state.journal.everApplied('undo')).toBe(false);
  // The only run that ever went through stays, so that its age can be told.
  expect(await state.runs.last(5)).toHaveLength(1);
  await state.commit({ intents: [intent('late', 'old', old)] });
  expect([await step(now + 4), await step(now + 2 * day)]).toEqual([0, 1]);
  await state.close();
});

test('a sync compacts by the configured days, and for ever keeps everything', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com', { sales: 'Working' });
  const audited = async (keepDays: number | null): Promise<number> => {
    const t = await crms.open({ with: { journal: { keepDays } } });
    await t.sync({ yes: true });
    let rows = 0;
    for await (const _ of t.audit()) rows += 1;
    await t.close();
    return rows;
  };
  expect(await audited(30)).toBe(1);
  for (let hours = 0; hours < 31 * 24; hours += 1) crms.later();
  expect([await audited(null), await audited(400)]).toEqual([1, 1]);
  for (let hours = 0; hours < 25; hours += 1) crms.later();
  expect(await audited(30)).toBe(0);
  crms.sales.world.edit(ann.s, 'status', 'Closed', { at: crms.later() });
  crms.later();
  expect(await audited(30)).toBe(1);
});
