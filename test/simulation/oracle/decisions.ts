import type { Base, Intent, Link } from '../../../src/state/types.ts';
import type { Happening, Violation } from '../history.ts';
import type { FieldValue, Side } from '../model.ts';
import { otherSide, statusWords, type SyncedField } from '../words.ts';
import type { Evidence } from './judge.ts';
import { mayBeWritten } from './reference.ts';
import { same } from './same.ts';

interface Belief {
  readonly operation: number;
  readonly fields: ReadonlyMap<string, FieldValue>;
}

/** What Truce has stored so far: what it must have known when it decided. */
interface Knowledge {
  readonly members: Map<string, Link['members']>;
  readonly bases: Map<string, Base[]>;
  /** By `side id`: what was stored of the record within the current operation, and the last before it. */
  readonly beliefs: Map<string, Belief[]>;
  readonly converted: Set<string>;
  /** Records that are no more: a merge may have put another one in their place, on a copy of the state or in truth. */
  readonly gone: Set<string>;
  /** Links whose records have changed. */
  readonly replaced: Set<string>;
  /** By `side id field`: every value that it ever had, with the times of its settings. */
  readonly held: Map<string, Map<string, number[]>>;
}

/** 4, 5: each planned write is what the policy gives for what was known, and is a value that somebody has set. */
export function checkDecisions(evidence: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const known: Knowledge = {
    members: new Map(),
    bases: new Map(),
    beliefs: new Map(),
    converted: new Set(),
    gone: new Set(),
    replaced: new Set(),
    held: new Map(),
  };
  let operation = 0;
  let rehearsed = false;
  for (const one of evidence.history) {
    if (one.kind === 'begin') {
      ({ operation } = one);
      rehearsed = one.what === 'apply';
    }
    // A plan that is made for a file is made on a copy of the state: what it read is known from the pages.
    if (one.kind === 'read' && one.page !== null && rehearsed) believe(known, `${one.side} ${one.id}`, { operation, fields: one.fields });
    if (one.kind === 'gone') known.gone.add(`${one.side} ${one.id}`);
    if (one.kind === 'change') remember(known, one);
    if (one.kind !== 'commit') continue;
    for (const intent of one.batch.intents ?? []) if (intent.status === 'open') violations.push(...judged(evidence, known, intent));
    learn(known, one);
  }
  return violations;
}

function remember({ held }: Knowledge, one: Happening & { readonly kind: 'change' }): void {
  const key = `${one.side} ${one.id} ${one.field}`;
  const values = held.get(key) ?? new Map<string, number[]>();
  const text = String(one.value ?? '').trim();
  // What a record is born with may be older: a merge takes it over.
  const times = [...(values.get(text) ?? []), ...(one.before === undefined ? [0, one.at] : [one.at])];
  held.set(key, values.set(text, times));
}

function believe({ beliefs }: Knowledge, key: string, belief: Belief): void {
  const before = beliefs.get(key) ?? [];
  const last = before.filter((one) => one.operation < belief.operation).at(-1);
  const kept = [...(last === undefined ? [] : [last]), ...before.filter((one) => one.operation === belief.operation)];
  beliefs.set(key, [...kept, belief]);
}

function learn(known: Knowledge, { batch, operation }: Happening & { readonly kind: 'commit' }): void {
  for (const person of batch.people ?? []) {
    const key = `${person.side} ${person.id}`;
    believe(known, key, { operation, fields: person.fields });
    if (person.converted || person.object === 'Contact') known.converted.add(key);
  }
  for (const link of batch.links ?? []) {
    const before = known.members.get(link.id);
    known.members.set(link.id, link.members);
    // Records that took the place of others, as in a merge: what was agreed on with those may count or not.
    if (before !== undefined && before.map((ref) => ref.id).join() !== link.members.map((ref) => ref.id).join())
      known.replaced.add(link.id);
  }
  for (const base of batch.bases ?? []) {
    const key = `${base.linkId} ${base.field}`;
    known.bases.set(key, [...(known.bases.get(key) ?? []).slice(-1), base]);
  }
  for (const { linkId, field } of batch.dropBases ?? []) known.bases.delete(`${linkId} ${field}`);
}

function judged(evidence: Evidence, known: Knowledge, intent: Intent): readonly Violation[] {
  const { line } = intent;
  const members = known.members.get(line.linkId ?? '') ?? [];
  const others = members.filter((ref) => ref.side === otherSide(line.side));
  const violations: Violation[] = [];
  // Linked on a copy of the state, for a plan in a file: who belongs together is not known here.
  if (others.length === 0 && line.room === 'sync') return violations;
  if (members.some((ref) => known.gone.has(`${ref.side} ${ref.id}`))) return violations;
  for (const change of line.changes) {
    const field = change.name as SyncedField;
    const say = (invariant: number, what: string): void =>
      void violations.push({ invariant, what: `${line.side} ${String(line.recordId)} ${intent.id}: ${what}` });
    const mine = [...(known.held.get(`${line.side} ${String(line.recordId)} ${field}`)?.keys() ?? [])];
    const theirs = others.flatMap((ref) => [...(known.held.get(`${ref.side} ${ref.id} ${field}`)?.keys() ?? [])]);
    const derived = members.some((ref) => known.converted.has(`${ref.side} ${ref.id}`));
    if (!derived && ![...mine, ...theirs.flatMap((value) => meanings(field, value, line.side))].some((value) => same(value, change.after)))
      say(5, `writes ${field} ${JSON.stringify(change.after)}, which nobody has set`);
    if (line.room !== 'sync' || derived || others.length !== 1 || members.length !== 2) continue;
    const [other] = others;
    if (other === undefined) continue;
    const sources = (known.beliefs.get(`${other.side} ${other.id}`) ?? []).map(({ fields }) => fields.get(field));
    const target = new Map(intent.before).get(field);
    const bases: readonly (Base | null)[] = [...(known.bases.get(`${String(line.linkId)} ${field}`) ?? []), null];
    const time = (side: Side, id: string, value: FieldValue | undefined): readonly number[] =>
      known.held.get(`${side} ${id} ${field}`)?.get(String(value ?? '').trim()) ?? [0];
    const sure = known.bases.has(`${String(line.linkId)} ${field}`) && !known.replaced.has(String(line.linkId));
    const base = sure ? bases.slice(0, -1) : bases;
    const right = sources.some((source) =>
      base.some((one) =>
        mayBeWritten({
          field,
          rules: evidence.scenario.rules,
          target: line.side,
          source,
          current: target,
          value: change.after,
          base: one,
          times: { source: time(other.side, other.id, source), target: time(line.side, String(line.recordId), target) },
        }),
      ),
    );
    if (!right)
      say(
        4,
        `writes ${field} ${JSON.stringify(change.after)} over ${JSON.stringify(target ?? null)}; known were ${JSON.stringify(sources)} and the base ${JSON.stringify(base)}`,
      );
  }
  return violations;
}

/** What a value of one side may be called on the other. */
function meanings(field: SyncedField, value: string, target: Side): readonly string[] {
  if (field !== 'status') return [value];
  const rung = statusWords[otherSide(target)].reads[value];
  const written = rung === undefined ? undefined : statusWords[target].writes[rung];
  return written === undefined ? [] : [written];
}
