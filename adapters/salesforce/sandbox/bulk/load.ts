import { deleteRecord } from '../dml/delete.ts';
import { readInput } from '../dml/input.ts';
import { insertRecord, updateRecord } from '../dml/write.ts';
import { RecordProblem, RequestProblem, reasonsOf } from '../errors.ts';
import { to18 } from '../ids.ts';
import type { WriteContext } from '../org.ts';
import type { FieldDef, ObjectDef } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { rowInput } from './columns.ts';
import type { Column, RowInput } from './columns.ts';
import type { IngestJob } from './jobs.ts';

/** What became of a record. */
export type Outcome =
  | { readonly ok: true; readonly id: string; readonly created: boolean }
  | { readonly ok: false; readonly id: string; readonly error: string; readonly locked: boolean };

/** What loading a stretch of records needs. */
export interface Load {
  readonly context: WriteContext;
  readonly def: ObjectDef;
  readonly job: IngestJob;
  readonly columns: readonly Column[];
}

/** `CODE:message:Field1,Field2 --` for each reason, as the failed results show what a record was refused for. */
function errorText(error: RecordProblem | RequestProblem): string {
  if (error instanceof RequestProblem) return `${error.code}:${error.message}:--`;
  return reasonsOf(error)
    .map(({ code, message, fields }) => (fields.length === 0 ? `${code}:${message}:--` : `${code}:${message}:${fields.join(',')} --`))
    .join('');
}

/** Ids and keys that occur in this stretch of records before: a second one is refused. */
export type Taken = Set<string>;

/** Writes one record. Its problems become an outcome; nothing is stored of a refused record. */
export function loadRecord(load: Load, cells: readonly string[], taken: Taken): Outcome {
  let id = '';
  try {
    if (cells.length !== load.columns.length) {
      throw new RequestProblem(
        'InvalidBatch',
        `The number of columns in the row (${String(cells.length)}) is not that of the header (${String(load.columns.length)})`,
      );
    }
    const input = rowInput(load.context, load.columns, cells);
    id = input.id === null ? '' : (to18(input.id) ?? '');
    return { ok: true, ...write(load, input, taken) };
  } catch (error) {
    if (!(error instanceof RecordProblem) && !(error instanceof RequestProblem)) throw error;
    return { ok: false, id, error: errorText(error), locked: error.code === 'UNABLE_TO_LOCK_ROW' };
  }
}

/** The outcome of a record that can't be read as CSV. */
export const UNREADABLE: Outcome = {
  ok: false,
  id: '',
  error: 'InvalidBatch:Failed to parse CSV: a quote stands where none may:--',
  locked: false,
};

function write(load: Load, input: RowInput, taken: Taken): { readonly id: string; readonly created: boolean } {
  const { context, def, job } = load;
  switch (job.operation) {
    case 'insert':
      if (input.id !== null) throw new RecordProblem('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
      return { id: insertRecord(context, def, readInput(context, def, input.fields, true)), created: true };
    case 'update': {
      const row = targetOf(load, input.id);
      takeOnce(taken, row.id, `Duplicate id specified: ${row.id}`);
      updateRecord(context, row, readInput(context, def, input.fields, false));
      return { id: row.id, created: false };
    }
    case 'upsert':
      return upsert(load, input, taken);
    case 'delete':
    case 'hardDelete': {
      const row = targetOf(load, input.id);
      deleteRecord(context, row);
      if (job.operation === 'hardDelete') context.org.store.drop(row);
      return { id: row.id, created: false };
    }
  }
}

function takeOnce(taken: Taken, key: string, message: string): void {
  if (taken.has(key)) throw new RecordProblem('DUPLICATE_VALUE', message);
  taken.add(key);
}

function targetOf(load: Load, given: string | null): Row {
  const { store } = load.context.org;
  if (given === null) throw new RecordProblem('MISSING_ARGUMENT', `Id not specified in an ${load.job.operation} call`);
  const id = to18(given.trim());
  if (id === null) throw new RecordProblem('MALFORMED_ID', `malformed id ${given}`, ['Id']);
  const row = store.row(id);
  if (row === undefined || row.def !== load.def) throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (store.value(row, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}

function upsert(load: Load, input: RowInput, taken: Taken): { readonly id: string; readonly created: boolean } {
  const { context, def, job } = load;
  const key = def.fields.get((job.externalIdFieldName ?? '').toLowerCase());
  if (key === undefined || key.type === 'id') return upsertById(load, input, taken);
  if (input.id !== null) {
    throw new RecordProblem('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify both an external ID reference and a salesforce id', ['Id']);
  }
  const value = (input.fields[key.name] ?? '').trim();
  if (value === '') throw new RecordProblem('MISSING_ARGUMENT', `${key.name} not specified`, [key.name]);
  takeOnce(taken, value.toLowerCase(), `Duplicate external id specified: ${value}`);
  const row = oneByKey(load, key, value);
  if (row === undefined) return { id: insertRecord(context, def, readInput(context, def, input.fields, true)), created: true };
  const { [key.name]: _, ...rest } = input.fields;
  updateRecord(context, row, readInput(context, def, rest, false));
  return { id: row.id, created: false };
}

function upsertById(load: Load, input: RowInput, taken: Taken): { readonly id: string; readonly created: boolean } {
  const { context, def } = load;
  if (input.id === null) return { id: insertRecord(context, def, readInput(context, def, input.fields, true)), created: true };
  const row = targetOf(load, input.id);
  takeOnce(taken, row.id, `Duplicate id specified: ${row.id}`);
  updateRecord(context, row, readInput(context, def, input.fields, false));
  return { id: row.id, created: false };
}

function oneByKey(load: Load, key: FieldDef, value: string): Row | undefined {
  const rows = load.context.org.store.find(load.def.name, key.name, value) ?? [];
  if (rows.length > 1) {
    throw new RecordProblem(
      'DUPLICATE_EXTERNAL_ID',
      `${key.name}: more than one record found for external id field: [${rows.map((row) => row.id).join(', ')}]`,
      [key.name],
    );
  }
  return rows[0];
}
