import type { Happening, Violation } from '../history.ts';
import type { Intent } from '../../../src/state/types.ts';
import type { RecordId } from '../model.ts';
import type { Evidence } from './judge.ts';
import { same } from './same.ts';

/** What the journal, the cursors and the bases have to be at every moment. */
export function checkBooks(evidence: Evidence): readonly Violation[] {
  return [...checkIntents(evidence), ...checkFrozen(evidence), ...checkCursors(evidence), ...checkKnown(evidence), ...checkBases(evidence)];
}

/** 6, 7, 8, 14, 19: each write has its note before it is sent, is sent once at most, and ends once. */
function checkIntents({ history, state }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const intents = new Map<string, Intent>();
  const outcomes = new Map<string, number>();
  const sent = new Set<string>();
  for (const one of history) {
    if (one.kind === 'commit') {
      for (const intent of one.batch.intents ?? []) intents.set(intent.id, intent);
      for (const { id } of one.batch.outcomes ?? []) outcomes.set(id, (outcomes.get(id) ?? 0) + 1);
    }
    if (one.kind !== 'send') continue;
    const { item, side } = one;
    const intent = intents.get(item.intentId);
    const say = (invariant: number, what: string): void => void violations.push({ invariant, what: `${side} ${item.intentId}: ${what}` });
    if (item.op === 'create') say(8, 'a record was created, which nobody has switched on');
    if (intent === undefined) {
      say(6, 'a write was sent without a stored intent');
      continue;
    }
    if (intent.status !== 'open' || outcomes.has(item.intentId)) say(6, 'a write was sent whose intent was closed');
    if (sent.has(item.intentId)) say(14, 'a write was sent twice');
    sent.add(item.intentId);
    if (intent.line.side !== side || intent.line.recordId !== item.id) say(6, 'a write went to another record than its intent');
    const noted = new Map(intent.line.changes.map((change) => [change.remote, change.after]));
    const differs = noted.size !== item.fields.size || [...item.fields].some(([field, value]) => noted.get(field) !== value);
    if (differs) say(6, 'a write had other values than its intent');
  }
  for (const [id, count] of outcomes) if (count > 1) violations.push({ invariant: 7, what: `the intent ${id} ended ${count} times` });
  for (const row of state['journal'] ?? [])
    if (row['status'] === 'open') violations.push({ invariant: 7, what: `the intent ${String(row['id'])} is open at the end` });
  return violations;
}

/** 22: what was undone is left alone until it is released. */
function checkFrozen({ history }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const frozen = new Map<string, { readonly runs: readonly string[]; readonly name: string }>();
  for (const one of history) {
    if (one.kind !== 'commit') continue;
    for (const intent of one.batch.intents ?? []) {
      if (intent.line.room !== 'sync' || intent.status !== 'open') continue;
      for (const { name } of intent.line.changes)
        if (frozen.has(`${intent.line.side} ${String(intent.line.recordId)} ${name}`))
          violations.push({ invariant: 22, what: `${intent.id} writes ${name}, which is frozen` });
    }
    for (const { side, recordId, field, runId, byRun } of one.batch.freeze ?? [])
      frozen.set(`${side} ${recordId} ${field}`, { runs: [runId, byRun], name: field });
    const { thaw } = one.batch;
    if (thaw !== undefined) for (const [key, { runs }] of frozen) if (runs.includes(thaw.runId)) frozen.delete(key);
  }
  return violations;
}

/** 10, 11: a cursor is stored only when all that it covers is stored, and never goes back within its pass. */
function checkCursors({ history }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const owed: Record<string, Set<RecordId>> = { marketing: new Set(), sales: new Set() };
  const told = new Map<string, Set<string>>();
  const places = new Map<string, number>();
  for (const one of history) {
    // What a run has read but not stored dies with it.
    if (one.kind === 'begin' || one.kind === 'crash') {
      for (const side of Object.keys(owed)) owed[side]?.clear();
      told.clear();
    }
    if (one.kind === 'page') {
      for (const id of one.ids) owed[one.side]?.add(id);
      told.set(one.side, (told.get(one.side) ?? new Set()).add(one.cursor));
    }
    if (one.kind !== 'commit') continue;
    for (const person of one.batch.people ?? []) owed[person.side]?.delete(person.id);
    for (const ref of one.batch.gone ?? []) owed[ref.side]?.delete(ref.id);
    for (const cursor of one.batch.cursors ?? []) {
      if (cursor.stream !== 'people' || cursor.cursor === null) continue;
      const left = owed[cursor.side] ?? new Set();
      if (left.size > 0)
        violations.push({ invariant: 11, what: `${cursor.side}: the cursor moved past ${[...left].join(', ')}, not stored` });
      if (told.get(cursor.side)?.has(cursor.cursor) !== true)
        violations.push({ invariant: 10, what: `${cursor.side}: a cursor was stored that no page came with` });
      const { at, pass } = JSON.parse(cursor.cursor) as { readonly at: number; readonly pass?: { readonly asOf: number } };
      if (pass === undefined) continue;
      // The overlap lets a new pass begin earlier; within a pass it only goes on.
      const key = `${cursor.side} ${cursor.stream} ${pass.asOf}`;
      if (at < (places.get(key) ?? 0)) violations.push({ invariant: 10, what: `${key}: the cursor went back to ${at}` });
      places.set(key, at);
    }
  }
  return violations;
}

/** 10: what is known of a record never goes back, whatever a page shows that comes from an index. */
function checkKnown({ history }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const known = new Map<string, number>();
  for (const one of history) {
    if (one.kind !== 'commit') continue;
    for (const person of one.batch.people ?? []) {
      const key = `${person.side} ${person.id}`;
      if (person.modifiedAt < (known.get(key) ?? 0))
        violations.push({ invariant: 10, what: `${key}: an older state of it replaced a newer one` });
      known.set(key, person.modifiedAt);
    }
    for (const ref of one.batch.gone ?? []) known.delete(`${ref.side} ${ref.id}`);
  }
  return violations;
}

/** 34: a base holds only what each side has held at some time. */
function checkBases({ history }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const held = new Map<string, Set<string>>();
  const members = new Map<string, readonly { readonly side: string; readonly id: string }[]>();
  const gone = new Set<string>();
  const key = (side: string, field: string): string => `${side} ${field}`;
  for (const one of history) {
    note(held, one);
    if (one.kind === 'gone' || one.kind === 'converted') gone.add(`${one.side} ${one.id}`);
    if (one.kind !== 'commit') continue;
    // Also what was merged away: its values went on.
    for (const link of one.batch.links ?? []) members.set(link.id, [...(members.get(link.id) ?? []), ...link.members]);
    for (const base of one.batch.bases ?? []) {
      for (const side of ['marketing', 'sales'] as const) {
        const value = base[side];
        if (value === undefined || value === null || value === '' || String(value).startsWith('derived')) continue;
        const refs = (members.get(base.linkId) ?? []).filter((ref) => ref.side === side);
        // A record that was merged or converted answers for the one that it became.
        if (refs.some((ref) => gone.has(`${ref.side} ${ref.id}`))) continue;
        const values = refs.flatMap((ref) => [...(held.get(`${key(side, base.field)} ${ref.id}`) ?? [])]);
        if (values.length > 0 && !values.some((other) => same(other, value)))
          violations.push({
            invariant: 34,
            what: `${base.linkId}: the base of ${base.field} says ${side} held ${String(value)}, which it never did`,
          });
      }
    }
  }
  return violations;
}

function note(held: Map<string, Set<string>>, one: Happening): void {
  if (one.kind !== 'change') return;
  const key = `${one.side} ${one.field} ${one.id}`;
  const values = held.get(key) ?? new Set();
  held.set(key, values.add(String(one.value ?? '')));
}
