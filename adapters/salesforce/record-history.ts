import type { HistoryEntry, ReadOptions } from '../../src/crm.ts';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import type { ObjectShape } from './catalog.ts';
import type { Context } from './context.ts';
import { inOrder } from './deals.ts';
import { isSalesforceId } from './ids.ts';
import type { ActorOf } from './map.ts';
import { rowsByIds } from './query.ts';
import { fieldValue, get, id, requiredId, requiredInstant, text } from './row.ts';
import type { Row } from './row.ts';
import { name, soql } from './soql.ts';

/** By record, then by field, newest first. */
export type Histories = ReadonlyMap<RecordId, ReadonlyMap<string, readonly HistoryEntry[]>>;

/**
 * The histories of tracked fields. The value a record was created with has no row of its own: it is the old value of the
 * first change, or the value that stands, and is given only where the history also holds the creation, which shows that
 * the tracking was on by then.
 */
export async function readHistories(
  context: Context,
  input: { readonly shape: ObjectShape; readonly rows: readonly Row[] },
  options: ReadOptions,
): Promise<Histories> {
  const { shape, rows } = input;
  const parent = `${shape.name}Id`;
  const wanted = [...options.fields.flatMap((field) => (field === 'OwnerId' ? ['OwnerId', 'Owner'] : [field])), 'created'];
  const found = await rowsByIds(
    context.wire,
    rows.map((row) => requiredId(row, 'Id')),
    (part) => ({
      soql: soql`SELECT Id, ${name(parent)}, Field, OldValue, NewValue, CreatedById, CreatedDate FROM ${name(`${shape.name}History`)} WHERE Field IN ${wanted} AND ${name(parent)} IN ${part}`,
      all: true,
    }),
    options,
  );
  const actorOf = await context.users.actors(
    (found ?? []).map((row) => id(row, 'CreatedById')),
    options,
  );
  const byRecord = Map.groupBy(found ?? [], (row) => requiredId(row, parent));
  return new Map(
    rows.map((row) => {
      const recordId = requiredId(row, 'Id');
      return [recordId, historyOf({ row, shape, steps: inOrder(byRecord.get(recordId) ?? []), actorOf }, options.fields)];
    }),
  );
}

interface OneRecord {
  readonly row: Row;
  readonly shape: ObjectShape;
  readonly steps: readonly Row[];
  readonly actorOf: ActorOf;
}

function historyOf(one: OneRecord, fields: readonly string[]): ReadonlyMap<string, readonly HistoryEntry[]> {
  const creation = one.steps.find((step) => text(step, 'Field') === 'created');
  const histories = new Map<string, readonly HistoryEntry[]>();
  for (const field of fields) {
    const shape = one.shape.fields.get(field);
    if (shape === undefined) continue;
    const steps = one.steps.filter((step) => isStepOf(step, field));
    const entry = (step: Row, value: FieldValue): HistoryEntry => ({
      value,
      at: requiredInstant(step, 'CreatedDate'),
      precision: 'second',
      actor: one.actorOf(id(step, 'CreatedById')),
    });
    const entries = steps.map((step) => entry(step, fieldValue(get(step, 'NewValue'), shape.type)));
    if (creation !== undefined) {
      const [first] = steps;
      const initial = first === undefined ? get(one.row, field) : get(first, 'OldValue');
      entries.unshift(entry(creation, fieldValue(initial, shape.type)));
    }
    if (entries.length > 0) histories.set(field, entries.reverse());
  }
  return histories;
}

/** A change of owner leaves a row with names and one with ids; only the latter counts. */
function isStepOf(step: Row, field: string): boolean {
  const named = text(step, 'Field');
  if (field !== 'OwnerId') return named === field;
  return (
    (named === 'Owner' || named === 'OwnerId') &&
    [get(step, 'OldValue'), get(step, 'NewValue')].some((value) => typeof value === 'string' && isSalesforceId(value))
  );
}
