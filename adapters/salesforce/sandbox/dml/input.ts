import { RecordProblem, RequestProblem, noSuchColumn, notWriteable } from '../errors.ts';
import { to18 } from '../ids.ts';
import { plainText } from '../json.ts';
import type { WriteContext } from '../org.ts';
import type { FieldDef, ObjectDef, Value } from '../schema/types.ts';
import { isDay, isoDay, parseInstant } from '../time.ts';

/** A record's fields as a request gave them, by canonical name. */
export type Input = ReadonlyMap<string, Value>;

/** Keys that address a record instead of describing it. */
const ADDRESS = new Set(['attributes', 'id', 'type']);

/**
 * Reads the fields of a JSON record.
 * @throws {RequestProblem} INVALID_FIELD for a field that is not there or hidden, JSON_PARSER_ERROR for a value of the wrong kind.
 * @throws {RecordProblem} INVALID_FIELD_FOR_INSERT_UPDATE for fields that can't be written.
 */
export function readInput(context: WriteContext, def: ObjectDef, raw: Readonly<Record<string, unknown>>, creating: boolean): Input {
  const input = new Map<string, Value>();
  const refused: string[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (ADDRESS.has(key.toLowerCase()) && !(key.toLowerCase() === 'type' && def.fields.has('type'))) continue;
    const field = def.fields.get(key.toLowerCase());
    const parent = field === undefined ? parentField(def, key) : undefined;
    if (parent !== undefined && typeof value === 'object' && value !== null) {
      input.set(parent.name, foreignRecord(context, parent, new Map(Object.entries(value))));
      continue;
    }
    if (field === undefined) throw noSuchColumn(key, def.name);
    const access = context.org.access.field(context.userId, def, field);
    const writable = (creating ? field.createable : field.updateable) && access.edit;
    if (!writable && !context.trusted) refused.push(field.name);
    else input.set(field.name, fromJson(field, value));
  }
  if (refused.length > 0) throw notWriteable(refused);
  return input;
}

function parentField(def: ObjectDef, relationship: string): FieldDef | undefined {
  return [...def.fields.values()].find((field) => field.relationship?.toLowerCase() === relationship.toLowerCase());
}

/** `"Campaign": { "Key__c": "x" }` names a parent by its external id. */
function foreignRecord(context: WriteContext, field: FieldDef, by: ReadonlyMap<string, unknown>): string {
  const keys = [...by].filter(([name]) => name !== 'attributes');
  const [name, value] = keys[0] ?? ['', null];
  for (const object of field.referenceTo) {
    const target = context.org.store.object(object)?.fields.get(name.toLowerCase());
    if (target === undefined || !target.externalId) continue;
    const found = context.org.store.find(object, target.name, plainText(value)) ?? [];
    if (found.length === 1 && found[0] !== undefined) return found[0].id;
    throw new RecordProblem(
      'INVALID_FIELD',
      `Foreign key external ID: ${plainText(value).toLowerCase()} not found for field ${target.name} in entity ${object}`,
    );
  }
  throw new RequestProblem(
    'INVALID_FIELD',
    `The external foreign key reference does not reference a valid entity: ${field.relationship ?? field.name}`,
  );
}

function misfit(kind: string, value: unknown): RequestProblem {
  const token =
    typeof value === 'number' ? 'VALUE_NUMBER' : typeof value === 'boolean' ? `VALUE_${value ? 'TRUE' : 'FALSE'}` : 'VALUE_STRING';
  const shown = Array.isArray(value)
    ? 'START_ARRAY value ['
    : typeof value === 'object'
      ? 'START_OBJECT value {'
      : `${token} value ${plainText(value)}`;
  return new RequestProblem(
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${kind} from ${shown} or request may be missing a required field at [line:1, column:1]`,
  );
}

/** A JSON value as the field's own kind; text is trimmed, and empty text is null. */
function fromJson(field: FieldDef, value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') throw misfit(field.type, value);
  const text = plainText(value).trim();
  switch (field.type) {
    case 'boolean':
      if (text.toLowerCase() === 'true') return true;
      if (text.toLowerCase() === 'false') return false;
      throw misfit('boolean', value);
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      if (text === '') return null;
      const number = Number(text);
      if (typeof value === 'boolean' || !Number.isFinite(number)) throw misfit(field.type === 'int' ? 'int' : 'double', value);
      return number;
    }
    case 'date': {
      if (text === '') return null;
      if (isDay(text)) return text;
      const at = parseInstant(text);
      if (at === null) throw misfit('date', value);
      return isoDay(at);
    }
    case 'datetime': {
      if (text === '') return null;
      const at = parseInstant(text);
      if (at === null) throw misfit('datetime', value);
      return at;
    }
    case 'id':
    case 'reference': {
      if (text === '') return null;
      const id = to18(text);
      if (id === null) throw new RecordProblem('MALFORMED_ID', `${field.label}: id value of incorrect type: ${text}`, [field.name]);
      return id;
    }
    case 'string':
    case 'textarea':
    case 'email':
    case 'phone':
    case 'url':
    case 'picklist':
    case 'multipicklist':
    case 'combobox':
    case 'address':
    case 'anyType':
      return text === '' ? null : text;
  }
}
