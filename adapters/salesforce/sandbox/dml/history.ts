import type { WriteContext } from '../org.ts';
import type { FieldDef, Tracking, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { wholeSecond } from '../time.ts';
import { nameOf } from './validate.ts';

/** Puts a row of Salesforce's own making into the store. */
export function systemInsert(context: WriteContext, object: string, values: Readonly<Record<string, Value>>): void {
  const { store, ids } = context.org;
  const def = store.object(object);
  if (def === undefined) return;
  const at = wholeSecond(context.at);
  const filled = new Map<string, Value>([
    ['CreatedDate', at],
    ['CreatedById', context.userId],
  ]);
  if (def.fields.has('systemmodstamp')) filled.set('SystemModstamp', at);
  for (const [name, value] of Object.entries(values)) if (value !== null) filled.set(name, value);
  store.set({ def, id: ids.next(def.prefix), stamp: at, values: filled });
}

interface Change {
  readonly field: string;
  readonly dataType: string;
  readonly from: Value;
  readonly to: Value;
}

function write(context: WriteContext, tracking: Tracking, row: Row, change: Change): void {
  systemInsert(context, tracking.object, {
    [tracking.parent]: row.id,
    Field: change.field,
    DataType: change.dataType,
    OldValue: change.from,
    NewValue: change.to,
  });
}

/** A history begins with the row `created`, which has no values. */
export function trackCreation(context: WriteContext, row: Row): void {
  if (row.def.tracking !== null) write(context, row.def.tracking, row, { field: 'created', dataType: 'Text', from: null, to: null });
}

/** The row that a conversion leaves in the history of the lead, and of the opportunity that it made. */
export function trackConversion(context: WriteContext, row: Row, field: 'leadConverted' | 'opportunityCreatedFromLead'): void {
  if (row.def.tracking !== null) write(context, row.def.tracking, row, { field, dataType: 'Text', from: null, to: null });
}

/** One row per tracked field that changed; two for a reference: ids, then names. */
export function trackChanges(context: WriteContext, before: Row, after: Row): void {
  const { tracking } = after.def;
  if (tracking === null) return;
  for (const name of tracking.fields) {
    const from = before.values.get(name) ?? null;
    const to = after.values.get(name) ?? null;
    const field = after.def.fields.get(name.toLowerCase());
    if (from === to || field === undefined) continue;
    if (field.type === 'reference') {
      const label = field.relationship ?? name;
      write(context, tracking, after, { field: label, dataType: 'EntityId', from, to });
      write(context, tracking, after, {
        field: label,
        dataType: 'Text',
        from: nameOf(context.org.store, from),
        to: nameOf(context.org.store, to),
      });
    } else {
      write(context, tracking, after, { field: name, dataType: dataTypeOf(field), from, to });
    }
  }
}

function dataTypeOf(field: FieldDef): string {
  const types: Readonly<Record<string, string>> = {
    picklist: 'DynamicEnum',
    currency: 'Currency',
    date: 'DateOnly',
    datetime: 'DateTime',
    boolean: 'Boolean',
    percent: 'Percent',
    double: 'Double',
    int: 'Double',
  };
  return types[field.type] ?? 'Text';
}
