import { deleteRecord } from '../dml/delete.ts';
import { readInput } from '../dml/input.ts';
import { insertRecord, updateRecord } from '../dml/write.ts';
import { RecordProblem, RequestProblem, notFound, reasonsOf } from '../errors.ts';
import { to18 } from '../ids.ts';
import { get, isObject, plainText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { WriteContext } from '../org.ts';
import type { ObjectDef } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { allow, objectBody, writeContext } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { fieldsNamed, rowJson, rowsByKey } from './rows.ts';

const MOST_WRITES = 200;
const MOST_READS = 2000;
const MOST_CHUNKS = 10;

/** One entry of the answer, in request order. A refused record has no id. */
type Outcome =
  | { readonly id: string; readonly success: true; readonly errors: readonly never[]; readonly created?: boolean }
  | {
      readonly success: false;
      readonly errors: readonly { readonly statusCode: string; readonly message: string; readonly fields: readonly string[] }[];
    };

/** Rolls a whole collection back. */
class Rollback extends Error {}

type Work = () => { readonly id: string; readonly created?: boolean };

function attempt(work: Work): Outcome {
  try {
    return { ...work(), success: true, errors: [] };
  } catch (error) {
    if (error instanceof RecordProblem)
      return {
        success: false,
        errors: reasonsOf(error).map(({ code, message, fields }) => ({ statusCode: code, message, fields })),
      };
    throw error;
  }
}

const ROLLED_BACK: Outcome = {
  success: false,
  errors: [
    {
      statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
      fields: [],
    },
  ],
};

/** Does the work in order; with `allOrNone`, one failure takes everything back. */
function all(call: Call, works: readonly Work[], allOrNone: boolean): Reply {
  let outcomes: readonly Outcome[] = [];
  try {
    call.org.store.atomically(() => {
      outcomes = works.map(attempt);
      if (allOrNone && outcomes.some((outcome) => !outcome.success)) throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
    outcomes = outcomes.map((outcome) => (outcome.success ? ROLLED_BACK : outcome));
  }
  return { status: 200, json: outcomes };
}

function tooMany(limit: number): RequestProblem {
  return new RequestProblem('EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${String(limit)} records into this call`);
}

/** The records of a body, at most 200, with their objects; a change of type begins a new chunk, at most ten. */
function recordsOf(call: Call, forced: ObjectDef | null): readonly { readonly def: ObjectDef; readonly raw: JsonObject }[] {
  const list = get(objectBody(call), 'records');
  if (!Array.isArray(list)) throw new RequestProblem('JSON_PARSER_ERROR', 'Missing or invalid records in the request body');
  if (list.length > MOST_WRITES) throw tooMany(MOST_WRITES);
  const records = list.map((raw: unknown) => {
    if (!isObject(raw)) throw new RequestProblem('JSON_PARSER_ERROR', 'A record must be a JSON object');
    const attributes = get(raw, 'attributes');
    const type = isObject(attributes) ? get(attributes, 'type') : undefined;
    if (typeof type !== 'string') throw new RequestProblem('INVALID_TYPE', 'sObject type is required in attributes');
    return { def: objectNamed(call, type), raw };
  });
  if (forced !== null && records.some(({ def }) => def !== forced)) {
    throw new RequestProblem('INVALID_TYPE', 'All records of an upsert must be of the type in the URL');
  }
  const chunks = records.filter(({ def }, index) => index === 0 || records[index - 1]?.def !== def).length;
  if (chunks > MOST_CHUNKS) {
    throw new RequestProblem(
      'LIMIT_EXCEEDED',
      'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.',
    );
  }
  return records;
}

/** An object that records can be written to and read from. @throws {RequestProblem} NOT_FOUND. */
export function objectNamed(call: Call, name: string): ObjectDef {
  const def = call.org.store.object(name);
  if (def === undefined || def.home === 'tooling') throw notFound();
  return def;
}

function idOf(raw: JsonObject): unknown {
  const key = Object.keys(raw).find((one) => one.toLowerCase() === 'id');
  return key === undefined ? undefined : raw[key];
}

/** The row to change. @throws {RecordProblem} in the words that collections use. */
function targetRow(call: Call, def: ObjectDef | null, given: unknown): Row {
  if (given === undefined || given === null || given === '')
    throw new RecordProblem('MISSING_ARGUMENT', 'Id not specified in an update call');
  const id = to18(plainText(given));
  if (id === null) throw new RecordProblem('MALFORMED_ID', `malformed id ${plainText(given)}`, ['Id']);
  const row = call.org.store.row(id);
  if (row === undefined || (def !== null && row.def !== def))
    throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (call.org.store.value(row, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}

function create(context: WriteContext, def: ObjectDef, raw: JsonObject): Work {
  const input = early(() => readInput(context, def, raw, true));
  return () => ({ id: insertRecord(context, def, input()) });
}

/**
 * Reads input before anything is written: what can't be read at all refuses the whole request, what one record may not
 * do is reported when its turn comes.
 */
function early<T>(read: () => T): () => T {
  try {
    const value = read();
    return () => value;
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    return () => {
      throw error;
    };
  }
}

function update(call: Call, context: WriteContext, def: ObjectDef, raw: JsonObject): Work {
  const input = early(() => readInput(context, def, raw, false));
  return () => {
    const row = targetRow(call, def, idOf(raw));
    updateRecord(context, row, input());
    return { id: row.id };
  };
}

/** `POST | PATCH | DELETE /composite/sobjects`. */
export function writeCollection(call: Call): Reply {
  allow(call, ['POST', 'PATCH', 'DELETE', 'GET']);
  if (call.method === 'GET') throw notFound();
  const context = writeContext(call);
  if (call.method === 'DELETE') {
    const ids = (call.query.get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length > MOST_WRITES) throw tooMany(MOST_WRITES);
    const works = ids.map((id): Work => () => {
      const row = targetRow(call, null, id);
      deleteRecord(context, row);
      return { id: row.id };
    });
    return all(call, works, call.query.get('allOrNone') === 'true');
  }
  const records = recordsOf(call, null);
  const works = records.map(({ def, raw }) => (call.method === 'POST' ? create(context, def, raw) : update(call, context, def, raw)));
  return all(call, works, get(objectBody(call), 'allOrNone') === true);
}

/** `PATCH /composite/sobjects/Lead/Key__c`: upsert by an external id that each record carries. */
export function upsertCollection(call: Call, def: ObjectDef, keyName: string): Reply {
  allow(call, ['PATCH']);
  const context = writeContext(call);
  const { field } = rowsByKey(call, def, keyName, '');
  const works = recordsOf(call, def).map(({ raw }): Work => {
    const name = Object.keys(raw).find((key) => key.toLowerCase() === field.name.toLowerCase());
    const value = name === undefined ? undefined : raw[name];
    const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => key !== name));
    const created = early(() => readInput(context, def, raw, true));
    const updated = early(() => readInput(context, def, rest, false));
    return () => {
      if (value === undefined || value === null || value === '') {
        throw new RecordProblem('MISSING_ARGUMENT', `${field.name} not specified`, [field.name]);
      }
      const { rows } = rowsByKey(call, def, keyName, plainText(value));
      if (rows.length > 1)
        throw new RecordProblem(
          'DUPLICATE_EXTERNAL_ID',
          `${field.name}: more than one record found for external id field: [${rows.map((row) => row.id).join(', ')}]`,
          [field.name],
        );
      const [row] = rows;
      if (row === undefined) return { id: insertRecord(context, def, created()), created: true };
      updateRecord(context, row, updated());
      return { id: row.id, created: false };
    };
  });
  return all(call, works, get(objectBody(call), 'allOrNone') === true);
}

/** `POST | GET /composite/sobjects/Lead`: up to 2,000 records by id, in order, null for those that aren't there. */
export function readCollection(call: Call, def: ObjectDef): Reply {
  allow(call, ['GET', 'POST']);
  const asked =
    call.method === 'POST'
      ? objectBody(call)
      : { ids: (call.query.get('ids') ?? '').split(','), fields: (call.query.get('fields') ?? '').split(',') };
  const ids = get(asked, 'ids');
  const names = get(asked, 'fields');
  if (!Array.isArray(ids) || !Array.isArray(names)) throw new RequestProblem('MISSING_ARGUMENT', 'ids and fields are required');
  if (ids.length > MOST_READS) throw tooMany(MOST_READS);
  const fields = fieldsNamed(call, def, names.map(plainText));
  const records = ids.map((given: unknown) => {
    const id = to18(plainText(given));
    if (id === null) throw new RequestProblem('MALFORMED_ID', `malformed id ${plainText(given)}`);
    const row = call.org.store.row(id);
    return row === undefined || row.def !== def || call.org.store.value(row, 'IsDeleted') === true ? null : rowJson(call, row, fields);
  });
  return { status: 200, json: records };
}
