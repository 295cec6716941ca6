import { visibleField } from '../access.ts';
import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { FieldDef, ObjectDef } from '../schema/types.ts';
import { isDay, parseInstant } from '../time.ts';
import { JobFailure } from './csv.ts';
import type { IngestJob } from './jobs.ts';

/** What a column of the file means. */
export type Column =
  | { readonly kind: 'id' }
  | { readonly kind: 'field'; readonly field: FieldDef }
  /** `Account.Key__c`: the lookup is given by a field of the record it points at. */
  | { readonly kind: 'parent'; readonly field: FieldDef; readonly targets: readonly { readonly object: string; readonly key: FieldDef }[] };

/** The empty cell leaves a field as it is; this one clears it. */
const CLEARED = '#N/A';

function unknownColumn(name: string): JobFailure {
  return new JobFailure(`InvalidBatch : InvalidBatch : Field name not found : ${name}`);
}

/**
 * Reads the header.
 * @throws {JobFailure} InvalidBatch for a column that isn't a field, that is there twice, or that the operation lacks.
 */
export function columnsOf(context: WriteContext, def: ObjectDef, job: IngestJob, header: readonly string[]): readonly Column[] {
  const deleting = job.operation === 'delete' || job.operation === 'hardDelete';
  const seen = new Set<string>();
  const columns = header.map((name): Column => {
    const key = name.toLowerCase();
    if (seen.has(key)) throw new JobFailure(`InvalidBatch : InvalidBatch : Duplicate field name in header : ${name}`);
    seen.add(key);
    if (key === 'id') return { kind: 'id' };
    if (deleting) throw new JobFailure(`InvalidBatch : InvalidBatch : The '${job.operation}' batch must contain only ids.`);
    return name.includes('.') ? parentColumn(context, def, name) : fieldColumn(context, def, name);
  });
  const needed = job.operation === 'upsert' ? (job.externalIdFieldName ?? '') : job.operation === 'insert' ? null : 'Id';
  if (needed !== null && !seen.has(needed.toLowerCase())) throw unknownColumn(needed);
  return columns;
}

function fieldColumn(context: WriteContext, def: ObjectDef, name: string): Column {
  const field = visibleField(context.org.access, context.userId, def, name);
  if (field === undefined) throw unknownColumn(name);
  return { kind: 'field', field };
}

/** `Account.Key__c`, `User:Owner.Email`: one step to a parent, by a field that finds it. */
function parentColumn(context: WriteContext, def: ObjectDef, name: string): Column {
  const match = /^(?:(\w+):)?(\w+)\.(\w+)$/.exec(name);
  const [, type, relationship = '', keyName = ''] = match ?? [];
  const field = [...def.fields.values()].find((one) => one.relationship?.toLowerCase() === relationship.toLowerCase());
  const targets = (field?.referenceTo ?? [])
    .filter((object) => type === undefined || object.toLowerCase() === type.toLowerCase())
    .flatMap((object) => {
      const target = context.org.store.object(object);
      const key = target === undefined ? undefined : visibleField(context.org.access, context.userId, target, keyName);
      return key !== undefined && findsRecords(key) ? [{ object, key }] : [];
    });
  if (match === null || field === undefined || targets.length === 0) throw unknownColumn(name);
  return { kind: 'parent', field, targets };
}

/** External ids, and standard fields whose describe says `idLookup`. */
function findsRecords(field: FieldDef): boolean {
  return field.type === 'id' || field.externalId || field.name === 'Email' || field.name === 'Username';
}

/** A record's id and fields, as `readInput` takes them. */
export interface RowInput {
  readonly id: string | null;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** @throws {RecordProblem} for a value that doesn't fit its field, or a parent that isn't there. */
export function rowInput(context: WriteContext, columns: readonly Column[], cells: readonly string[]): RowInput {
  let id: string | null = null;
  const fields: Record<string, string | null> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    const value = cell === CLEARED ? null : cell;
    if (column.kind === 'id') id = value;
    else if (value === null) fields[column.field.name] = null;
    else fields[column.field.name] = column.kind === 'field' ? fitted(column.field, value) : parentId(context, column.targets, value);
  }
  return { id, fields };
}

function misfit(field: FieldDef, text: string): RecordProblem {
  return new RecordProblem('INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: ${text}`, [field.name]);
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'double', 'currency', 'percent']);

/** Checks what a JSON value would have told by its kind. */
function fitted(field: FieldDef, given: string): string {
  const text = given.trim();
  const fits = (good: boolean, value: string): string => {
    if (good) return value;
    throw misfit(field, given);
  };
  if (field.type === 'boolean') return fits(/^(?:true|false)$/i.test(text), text);
  if (NUMBERS.has(field.type)) return fits(text === '' || /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text), text);
  if (field.type === 'date') {
    // The guide's own sample ends a date with Z; an offset is not supported.
    const day = text.replace(/^(\d{4}-\d{2}-\d{2})Z$/, '$1');
    return fits(isDay(day) || parseInstant(day) !== null, day);
  }
  if (field.type === 'datetime') {
    const instant = isDay(text) ? `${text}T00:00:00Z` : text;
    return fits(parseInstant(instant) !== null, instant);
  }
  return given;
}

function parentId(context: WriteContext, targets: Extract<Column, { kind: 'parent' }>['targets'], text: string): string {
  const { store } = context.org;
  let first: { readonly object: string; readonly key: FieldDef } | undefined;
  for (const target of targets) {
    first ??= target;
    if (target.key.type === 'id') return text;
    const found = store.find(target.object, target.key.name, text) ?? [];
    if (found.length > 1) {
      throw new RecordProblem(
        'INVALID_FIELD',
        `More than one record found for external id field: [${found.map((row) => row.id).join(', ')}]`,
      );
    }
    if (found[0] !== undefined) return found[0].id;
  }
  throw new RecordProblem(
    'INVALID_FIELD',
    `Foreign key external ID: ${text.toLowerCase()} not found for field ${first?.key.name ?? ''} in entity ${first?.object ?? ''}`,
  );
}
