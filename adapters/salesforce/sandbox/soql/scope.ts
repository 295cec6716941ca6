import { visibleField } from '../access.ts';
import { RequestProblem } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Address, FieldDef, ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { isViewStamp, viewStamp } from './views.ts';

/** Who asks, and with which words: what every part of a query needs. */
export interface Asking {
  readonly org: Org;
  readonly userId: string;
  readonly soql: string;
  /** queryAll: deleted and archived rows too. */
  readonly all: boolean;
  /** `/services/data/v67.0`, for the links in records. */
  readonly base: string;
  readonly tooling: boolean;
  /** Where the clause being read begins in `soql`: errors point at the first fitting word after it. */
  readonly from?: number;
}

const REFERENCE_HINT = 'Please reference your WSDL or the describe call for the appropriate names.';

/** The version that the query was sent to. */
export function versionOf(asking: Asking): number {
  return Number(/\/v(\d+)\./.exec(asking.base)?.[1] ?? 0);
}

/** The same question, its errors pointing behind a clause's word. */
export function inClause(asking: Asking, word: string): Asking {
  const at = new RegExp(`\\b${word}\\b`, 'i').exec(asking.soql)?.index;
  return at === undefined || at < (asking.from ?? 0) ? asking : { ...asking, from: at };
}

/** Characters shown before a place, and from it on, before the words there are completed. */
const SHOWN = 30;
const SHOWN_AFTER = 31;

/**
 * A problem that points at a word of the query, as Salesforce draws it: the words around it, a caret, row and column.
 * @source https://github.com/apache/camel-quarkus/issues/3022, https://github.com/roblesterjr04/EloquentSalesForce/issues/68 (checked 2026-11-22)
 */
export function pointing(asking: Asking, code: string, word: string, message: string): RequestProblem {
  const at = placeOf(asking, word);
  const before = asking.soql.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const line = asking.soql.slice(start).split('\n', 1)[0] ?? '';
  const column = at - start;
  const from = column <= SHOWN ? 0 : line.slice(0, column - SHOWN + 1).search(/\S*.$/);
  const rest = line.slice(column + SHOWN_AFTER);
  const shown = line.slice(from, column + SHOWN_AFTER) + (/^[^\s,]*/.exec(rest)?.[0] ?? '');
  const row = before.split('\n').length;
  return new RequestProblem(
    code,
    `\n${shown}\n${' '.repeat(column - from)}^\nERROR at Row:${String(row)}:Column:${String(column + 1)}\n${message}`,
  );
}

/** Where a word stands: behind `from` if it does, else anywhere, else at the beginning. */
function placeOf(asking: Asking, word: string): number {
  const pattern = new RegExp(`(?<![\\w.])${word.replaceAll(/[^\w]/g, '\\$&')}(?![\\w.])`, 'gi');
  pattern.lastIndex = asking.from ?? 0;
  const found = pattern.exec(asking.soql);
  if (found !== null) return found.index;
  pattern.lastIndex = 0;
  return pattern.exec(asking.soql)?.index ?? 0;
}

/** @throws {RequestProblem} INVALID_TYPE when this API has no such object. */
export function objectOf(asking: Asking, name: string): ObjectDef {
  const def = asking.org.store.object(name);
  if (def !== undefined && (def.home === 'both' || (def.home === 'tooling') === asking.tooling)) return def;
  throw pointing(
    asking,
    'INVALID_TYPE',
    name,
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. ${REFERENCE_HINT}`,
  );
}

/** A step from a record to its parent. */
interface Hop {
  readonly field: FieldDef;
  /** Several objects are possible: only the fields of `Name` can be read there. */
  readonly polymorphic: boolean;
}

/** A field reached from a record, through its parents. */
export interface Path {
  readonly field: FieldDef;
  readonly hops: readonly Hop[];
  /** Canonical names: `['Account', 'Name']`. */
  readonly names: readonly string[];
  get(row: Row): Value | Address;
}

/** Steps from a record to its parents that one field path may take. */
const MOST_LEVELS = 5;

/** Fields that can be read of a parent whose object isn't known beforehand. */
const NAME_FIELDS = [
  'Id',
  'Name',
  'Type',
  'FirstName',
  'LastName',
  'Email',
  'Phone',
  'Title',
  'Username',
  'IsActive',
  'ProfileId',
  'UserRoleId',
  'Alias',
];

/**
 * Finds a dotted field name in an object, in any case.
 * @throws {RequestProblem} INVALID_FIELD when there is no such field or relationship, or the user can't see it.
 */
export function pathOf(asking: Asking, def: ObjectDef, dotted: string, alias?: string): Path {
  let parts = dotted.split('.');
  const first = parts[0]?.toLowerCase();
  if (parts.length > 1 && (first === alias?.toLowerCase() || first === def.name.toLowerCase())) parts = parts.slice(1);
  const hops: Hop[] = [];
  let here: ObjectDef | 'Name' = def;
  if (parts.length - 1 > MOST_LEVELS) {
    throw malformedAt(asking, dotted, `SOQL relationship queries cannot follow more than ${String(MOST_LEVELS)} levels of parents`);
  }
  for (const relationship of parts.slice(0, -1)) {
    const field: FieldDef | undefined =
      here === 'Name' ? undefined : [...here.fields.values()].find((one) => one.relationship?.toLowerCase() === relationship.toLowerCase());
    const targets: readonly ObjectDef[] = (field?.referenceTo ?? []).flatMap((name) => asking.org.store.object(name) ?? []);
    const [target] = targets;
    if (field === undefined || target === undefined) {
      const message = `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${REFERENCE_HINT}`;
      throw pointing(asking, 'INVALID_FIELD', dotted, message);
    }
    hops.push({ field, polymorphic: targets.length > 1 });
    here = targets.length > 1 ? 'Name' : target;
  }
  const name = parts.at(-1) ?? '';
  const field = here === 'Name' ? nameField(asking, name) : visibleField(asking.org.access, asking.userId, here, name);
  if (field === undefined) {
    const entity = here === 'Name' ? 'Name' : here.name;
    const message = `No such column '${name}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${REFERENCE_HINT}`;
    throw pointing(asking, 'INVALID_FIELD', dotted, message);
  }
  return {
    field,
    hops,
    names: [...hops.map((hop) => hop.field.relationship ?? ''), field.name],
    get: (row) => (isViewStamp(field.name) ? seen(asking, parentRow(asking.org, row, hops), field) : follow(asking.org, row, hops, field)),
  };
}

function malformedAt(asking: Asking, word: string, message: string): RequestProblem {
  return pointing(asking, 'MALFORMED_QUERY', word, message);
}

/** When this user last saw a record: the only fields whose value depends on who asks. */
function seen(asking: Asking, row: Row | undefined, field: FieldDef): Value {
  return row === undefined ? null : viewStamp(asking.org, asking.userId, row.id, field.name);
}

function nameField(asking: Asking, name: string): FieldDef | undefined {
  const canonical = NAME_FIELDS.find((one) => one.toLowerCase() === name.toLowerCase());
  const user = asking.org.store.object('User');
  const text = user?.fields.get('lastname');
  return canonical === 'Type' && text !== undefined
    ? { ...text, name: 'Type', nillable: true }
    : user?.fields.get(canonical?.toLowerCase() ?? '');
}

function follow(org: Org, row: Row, hops: readonly Hop[], field: FieldDef): Value | Address {
  const target = parentRow(org, row, hops);
  return target === undefined ? null : readOf(org, target, hops.at(-1)?.polymorphic === true, field);
}

/** The record at the end of the steps, if every step leads somewhere. */
export function parentRow(org: Org, row: Row, hops: readonly Hop[]): Row | undefined {
  let here: Row | undefined = row;
  for (const hop of hops) {
    if (here === undefined) return undefined;
    const id = org.store.read(here, hop.field);
    here = typeof id === 'string' ? org.store.row(id) : undefined;
  }
  return here;
}

function readOf(org: Org, row: Row, polymorphic: boolean, field: FieldDef): Value | Address {
  if (!polymorphic || field.type === 'id') return org.store.read(row, field);
  if (field.name === 'Type') return row.def.name;
  const own = row.def.fields.get(field.name.toLowerCase());
  return own === undefined ? null : org.store.read(row, own);
}
