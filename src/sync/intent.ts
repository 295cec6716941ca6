import { createHash } from 'node:crypto';
import type { ReadRecord, WriteItem } from '../crm.ts';
import type { PlanLine, PlannedChange } from '../model/plan.ts';
import type { FieldValue, Instant } from '../model/words.ts';
import type { Base, Intent, IntentOutcome } from '../state/types.ts';
import { sameValue } from './values.ts';

/** What is known of the record that a line is about. */
export type Verdict =
  /** As planned: these changes are still to be written. */
  | { readonly kind: 'go'; readonly changes: readonly PlannedChange[] }
  /** Everything stands there already. */
  | { readonly kind: 'done' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'drifted'; readonly cause: string };

/** Looks whether a record still is what its line was planned on. Pure. */
export function judge(line: PlanLine, record: ReadRecord | null): Verdict {
  const changes = line.changes.filter((change) => change.rule !== 'ask');
  if (line.op === 'create') return record === null ? { kind: 'go', changes } : { kind: 'done' };
  if (record === null) return { kind: 'gone' };
  if ('converted' in record.record && record.record.converted !== null)
    return { kind: 'drifted', cause: 'The record was converted meanwhile.' };
  const open = changes.filter((change) => !sameValue(current(record, change), change.after));
  if (open.length === 0) return { kind: 'done' };
  // Truce's own figures are recomputed from the truth: whatever stands there now gives way.
  const undoing = line.room === 'undo';
  const drifted = open.filter((change) => (change.own === null || undoing) && !sameValue(current(record, change), change.before));
  // What somebody changed since stays as it is; the rest of the record goes back.
  if (undoing && drifted.length < open.length) return { kind: 'go', changes: open.filter((change) => !drifted.includes(change)) };
  if (drifted.length > 0)
    return { kind: 'drifted', cause: `Changed since the plan was made: ${drifted.map((change) => change.name).join(', ')}.` };
  return { kind: 'go', changes: open };
}

/** A change's value as the record holds it now. An own field without a value is blank, not absent. */
export function current(record: ReadRecord, change: PlannedChange): FieldValue | undefined {
  if (change.own !== null) return record.own.get(change.own) ?? null;
  return change.remote === null ? undefined : record.fields.get(change.remote);
}

export interface IntentParts {
  readonly id: string;
  readonly runId: string;
  readonly epoch: number;
  readonly at: Instant;
  readonly line: PlanLine;
  readonly changes: readonly PlannedChange[];
  /** What the target held when it was read. */
  readonly record: ReadRecord | null;
  readonly repairs?: string | null;
  /** What its person has agreed on so far. */
  readonly agreed?: readonly Base[] | undefined;
}

/** The durable note of a write that is about to be sent. */
export function intentOf(parts: IntentParts): Intent {
  const { id, runId, epoch, at, changes, record } = parts;
  const line = { ...parts.line, changes };
  // A sync agrees on what stood there already, too; an undo says nothing of what it left alone.
  const undoing = line.room === 'undo';
  return {
    id,
    runId,
    epoch,
    at,
    line,
    targetAt: record?.modifiedAt ?? null,
    before: changes.map((change) => [change.name, record === null ? undefined : current(record, change)] as const),
    bases: basesOf(undoing ? line : parts.line, at),
    basesBefore: (parts.agreed ?? []).filter((base) => parts.line.changes.some((change) => change.name === base.field)),
    paramHash: paramHash(line),
    status: 'open',
    recordId: line.recordId,
    code: null,
    cause: null,
    fix: null,
    closedAt: null,
    repairs: parts.repairs ?? null,
  };
}

/** A note of a line that was not sent, with its reason: every line of a plan has an outcome. */
export function skipOf(
  parts: Omit<IntentParts, 'changes'>,
  why: { readonly code: string; readonly cause: string; readonly fix?: string },
): Intent {
  const intent = intentOf({ ...parts, changes: parts.line.changes });
  return { ...intent, bases: [], status: 'skipped', code: why.code, cause: why.cause, fix: why.fix ?? null, closedAt: parts.at };
}

/** The bases that hold once all changes of a line stand. */
export function basesOf(line: PlanLine, at: Instant): readonly Base[] {
  const { linkId } = line;
  if (linkId === null || (line.room !== 'sync' && line.room !== 'undo')) return [];
  return line.changes.flatMap(({ name, settles }) =>
    settles === undefined
      ? []
      : [{ linkId, field: name, marketing: settles.marketing, sales: settles.sales, rung: settles.rung, held: settles.held, at }],
  );
}

/** What the boundary is asked to write. */
export function itemOf(intent: Intent, ifUnmodifiedSince: Instant | null): WriteItem {
  const { line } = intent;
  const fields = new Map(
    line.changes.flatMap((change) => (change.own === null && change.remote !== null ? [[change.remote, change.after] as const] : [])),
  );
  const own = new Map(line.changes.flatMap((change) => (change.own === null ? [] : [[change.own, change.after] as const])));
  return {
    intentId: intent.id,
    op: line.op,
    fields,
    ...(line.recordId === null ? {} : { id: line.recordId }),
    ...(line.object === null ? {} : { object: line.object }),
    ...(line.key === null ? {} : { key: line.key }),
    ...(own.size === 0 ? {} : { own }),
    ...(line.lead === undefined ? {} : { lead: line.lead }),
    ...(ifUnmodifiedSince === null ? {} : { ifUnmodifiedSince }),
  };
}

/** What reading the world says of a write whose answer is not known: it stands, or it had no effect that lasts. */
export function resolveUnknown(intent: Intent, record: ReadRecord | null, at: Instant): IntentOutcome {
  if (record === null)
    return { id: intent.id, status: 'superseded', code: 'NO_EFFECT', cause: 'Nothing came of it: the record is not there.', at };
  const stands = intent.line.changes.every(
    (change) => sameValue(current(record, change), change.after) || ourEntry(intent, record, change) >= 0,
  );
  if (intent.line.op === 'create' || stands) return { id: intent.id, status: 'applied', recordId: record.record.id, at };
  return {
    id: intent.id,
    status: 'superseded',
    code: 'NO_EFFECT',
    cause: 'It had no effect, or another value stands there by now; the person is planned anew.',
    at,
  };
}

/** Position of this intent's write in the field's history, newest first; -1 where it is not in it. An older write of the same value is another one. */
function ourEntry(intent: Intent, record: ReadRecord, change: PlannedChange): number {
  const entries = change.remote === null ? undefined : record.history.get(change.remote);
  const since = intent.targetAt ?? -Infinity;
  return entries?.findIndex((entry) => entry.actor.kind === 'truce' && entry.at >= since && sameValue(entry.value, change.after)) ?? -1;
}

/** A value that somebody set between our reading and our writing, and that our write hid. */
export interface Unseen {
  readonly change: PlannedChange;
  readonly value: FieldValue;
  readonly at: Instant;
}

/**
 * Finds values that a write has overwritten unseen: what lies directly under our entry in the field's history is not what
 * was read before. Where a later edit lies on top there is nothing to put back: it was made knowing ours.
 */
export function unseenValues(intent: Intent, record: ReadRecord): readonly Unseen[] {
  const before = new Map(intent.before);
  return intent.line.changes.flatMap((change) => {
    if (change.remote === null || ourEntry(intent, record, change) !== 0) return [];
    const beneath = record.history.get(change.remote)?.[1];
    if (beneath === undefined || beneath.actor.kind === 'truce' || sameValue(beneath.value, before.get(change.name) ?? null)) return [];
    // An automation that rewrote the value to what we wrote anyway hid nothing.
    return sameValue(beneath.value, change.after) ? [] : [{ change, value: beneath.value, at: beneath.at }];
  });
}

function paramHash(line: PlanLine): string {
  const values = line.changes.map((change) => [change.own ?? change.remote, change.after]);
  return createHash('sha256')
    .update(JSON.stringify([line.side, line.kind, line.op, line.recordId ?? line.key, values]))
    .digest('hex');
}
