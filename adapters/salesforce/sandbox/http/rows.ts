import { visibleField } from '../access.ts';
import { deleteRecord } from '../dml/delete.ts';
import { readInput } from '../dml/input.ts';
import { insertRecord, updateRecord } from '../dml/write.ts';
import { RecordProblem, RequestProblem, noSuchColumn, notFound } from '../errors.ts';
import { to18 } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { contextOf } from '../org.ts';
import type { FieldDef, ObjectDef } from '../schema/types.ts';
import { attributesOf } from '../soql/project.ts';
import type { Json } from '../soql/project.ts';
import { jsonValue } from '../soql/values.ts';
import type { Row } from '../store.ts';
import { precondition, validators } from './conditional.ts';
import { allow, objectBody, writeContext } from './reply.ts';
import type { Call, Reply } from './reply.ts';

/** `POST /sobjects/Lead`. */
export function createRow(call: Call, def: ObjectDef): Reply {
  const context = writeContext(call);
  const id = insertRecord(context, def, readInput(context, def, objectBody(call), true));
  return { status: 201, json: { id, success: true, errors: [] }, headers: { location: `${call.base}/sobjects/${def.name}/${id}` } };
}

/** The live row of an id. @throws {RequestProblem} NOT_FOUND, ENTITY_IS_DELETED or MALFORMED_ID. */
function liveRow(call: Call, def: ObjectDef, given: string): Row {
  const id = to18(given);
  if (id === null)
    throw given.length === 15 || given.length === 18 ? new RequestProblem('MALFORMED_ID', `malformed id ${given}`) : notFound();
  const row = call.org.store.row(id);
  if (row === undefined || row.def !== def) throw notFound();
  if (call.org.store.value(row, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
  return row;
}

/** The record as JSON: the fields asked for, or all that the user sees. */
export function rowJson(call: Call, row: Row, fields: readonly FieldDef[]): Json {
  const record: Json = { attributes: attributesOf(call.base, row, row.def.name) };
  for (const field of fields) record[field.name] = jsonValue(field, call.org.store.read(row, field));
  return record;
}

/** Fields by name in any case. @throws {RequestProblem} INVALID_FIELD. */
export function fieldsNamed(call: Call, def: ObjectDef, names: readonly string[]): readonly FieldDef[] {
  return names.map((name) => {
    const field = visibleField(call.org.access, call.userId, def, name.trim());
    if (field === undefined) throw noSuchColumn(name.trim(), def.name);
    return field;
  });
}

function requestedFields(call: Call, def: ObjectDef): readonly FieldDef[] {
  const asked = call.query.get('fields');
  // The id comes in any case, behind the fields that were asked for.
  if (asked !== null && asked.trim() !== '') return [...new Set(fieldsNamed(call, def, [...asked.split(','), 'Id']))];
  return [...def.fields.values()].filter((field) => call.org.access.field(call.userId, def, field).read);
}

/** `GET | PATCH | DELETE /sobjects/Lead/ID`. */
export function rowById(call: Call, def: ObjectDef, id: string): Reply {
  allow(call, ['GET', 'PATCH', 'DELETE']);
  return oneRow(call, liveRow(call, def, id));
}

function oneRow(call: Call, row: Row): Reply {
  if (call.method === 'DELETE') {
    deleteRecord(contextOf(call.org, call.userId, false), row);
    return { status: 204 };
  }
  const instead = precondition(call, row);
  if (instead !== undefined) return instead;
  if (call.method === 'PATCH') {
    change(call, row, objectBody(call));
    return { status: 204 };
  }
  return { status: 200, json: rowJson(call, row, requestedFields(call, row.def)), headers: validators(call, row) };
}

function change(call: Call, row: Row, raw: JsonObject): void {
  const context = writeContext(call);
  updateRecord(context, row, readInput(context, row.def, raw, false));
}

/** Rows that have this external id. @throws {RequestProblem} NOT_FOUND when the field is no external id. */
export function rowsByKey(
  call: Call,
  def: ObjectDef,
  name: string,
  value: string,
): { readonly field: FieldDef; readonly rows: readonly Row[] } {
  const field = visibleField(call.org.access, call.userId, def, name);
  if (field === undefined || !(field.externalId || field.type === 'id')) {
    throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
  }
  if (field.type !== 'id') return { field, rows: call.org.store.find(def.name, field.name, value) ?? [] };
  const row = call.org.store.row(to18(value) ?? undefined);
  return { field, rows: row?.def === def && call.org.store.value(row, 'IsDeleted') !== true ? [row] : [] };
}

/** `GET | PATCH | DELETE /sobjects/Lead/Key__c/VALUE`: read, upsert, delete by external id; 300 when several match. */
export function rowByKey(call: Call, def: ObjectDef, name: string, value: string): Reply {
  allow(call, ['GET', 'PATCH', 'POST', 'DELETE']);
  const { field, rows } = rowsByKey(call, def, name, value);
  if (rows.length > 1) return { status: 300, json: rows.map((row) => `${call.base}/sobjects/${def.name}/${row.id}`) };
  const [row] = rows;
  if (call.method === 'PATCH' || call.method === 'POST') return upsert(call, def, { field, value, row });
  if (row === undefined) throw notFound();
  return oneRow(call, row);
}

function upsert(
  call: Call,
  def: ObjectDef,
  target: { readonly field: FieldDef; readonly value: string; readonly row: Row | undefined },
): Reply {
  const raw = objectBody(call);
  const repeated = Object.keys(raw).find((key) => key.toLowerCase() === target.field.name.toLowerCase());
  if (repeated !== undefined)
    throw new RequestProblem('INVALID_FIELD', `The ${target.field.name} field should not be specified in the sobject data.`);
  if (target.row !== undefined) {
    precondition(call, target.row);
    change(call, target.row, raw);
    return call.version < 46 ? { status: 204 } : { status: 200, json: { id: target.row.id, success: true, errors: [], created: false } };
  }
  if (target.field.type === 'id') throw notFound();
  const context = writeContext(call);
  const id = insertRecord(context, def, readInput(context, def, { ...raw, [target.field.name]: target.value }, true));
  return {
    status: 201,
    json: { id, success: true, errors: [], created: true },
    headers: { location: `${call.base}/sobjects/${def.name}/${id}` },
  };
}
