import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { wholeSecond } from '../time.ts';
import type { Draft } from './draft.ts';
import { runAfter, runBefore } from './automation.ts';
import { refuseDuplicates } from './duplicates.ts';
import { trackCreation, trackChanges } from './history.ts';
import type { Input } from './input.ts';
import { refuseLocked } from './locks.ts';
import { rulesOf } from './rules.ts';
import { rounded, validate } from './validate.ts';
import { runValidationRules } from './validation-rules.ts';

/**
 * Creates a record: defaults, rules, checks, stamps, histories. Returns its id.
 * @throws {RecordProblem} with Salesforce's code when it refuses the record; nothing is stored then.
 */
export function insertRecord(context: WriteContext, def: ObjectDef, input: Input): string {
  const { store, ids } = context.org;
  if (!def.createable && !context.trusted) {
    throw new RecordProblem('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be inserted: ${def.label}`);
  }
  return store.atomically(() => {
    const at = wholeSecond(context.at);
    const values = new Map<string, Value>([
      ['CreatedDate', at],
      ['CreatedById', context.userId],
      ['LastModifiedDate', at],
      ['LastModifiedById', context.userId],
      ['SystemModstamp', at],
    ]);
    for (const field of def.fields.values()) if (field.defaultValue !== null) values.set(field.name, field.defaultValue);
    if (def.fields.has('ownerid')) values.set('OwnerId', context.userId);
    setGiven(def, values, input);
    const draft: Draft = { def, id: ids.next(def.prefix), before: null, values, given: new Set(input.keys()) };
    const row = save(context, draft);
    trackCreation(context, row);
    rulesOf(def.name).after?.(context, draft, row);
    runAfter(context, draft, updateRecord);
    return row.id;
  });
}

/**
 * Changes a record.
 * @throws {RecordProblem} with Salesforce's code when it refuses the change; nothing is stored then.
 */
export function updateRecord(context: WriteContext, before: Row, input: Input): void {
  const { store } = context.org;
  if (!before.def.updateable && !context.trusted) {
    throw new RecordProblem('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be updated: ${before.def.label}`);
  }
  if (store.value(before, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
  store.atomically(() => {
    const at = wholeSecond(context.at);
    const values = new Map(before.values);
    values.set('LastModifiedDate', at).set('LastModifiedById', context.userId).set('SystemModstamp', at);
    setGiven(before.def, values, input);
    const draft: Draft = { def: before.def, id: before.id, before, values, given: new Set(input.keys()) };
    const row = save(context, draft);
    trackChanges(context, before, row);
    rulesOf(before.def.name).after?.(context, draft, row);
    runAfter(context, draft, updateRecord);
  });
}

function setGiven(def: ObjectDef, values: Map<string, Value>, input: Input): void {
  for (const [name, value] of input) {
    const field = def.fields.get(name.toLowerCase());
    if (field === undefined) continue;
    // A field that is always filled keeps its default when it is cleared.
    if (value === null && field.type === 'boolean') values.set(name, false);
    else values.set(name, rounded(field, value));
  }
}

/** @source https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm (the order, checked 2026-11-22) */
function save(context: WriteContext, asked: Draft): Row {
  refuseLocked(context, asked.id, asked);
  const draft = runBefore(context, asked);
  rulesOf(draft.def.name).before?.(context, draft);
  validate(context.org, draft);
  runValidationRules(context, draft);
  refuseDuplicates(context, draft);
  for (const [name, value] of draft.values) if (value === null) draft.values.delete(name);
  const row: Row = { def: draft.def, id: draft.id, stamp: Number(draft.values.get('SystemModstamp')), values: draft.values };
  context.org.store.set(row);
  return row;
}

/** Writes values of Salesforce's own into a row: no rules, no checks; the stamps move, the modifier stays. */
export function systemUpdate(context: WriteContext, row: Row, changes: ReadonlyMap<string, Value>): Row {
  const values = new Map(row.values);
  for (const [name, value] of changes) {
    if (value === null) values.delete(name);
    else values.set(name, value);
  }
  const stamp = wholeSecond(context.at);
  values.set('SystemModstamp', stamp);
  const next: Row = { ...row, stamp, values };
  context.org.store.set(next);
  return next;
}
