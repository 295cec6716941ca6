import { invalid, invalidJson } from './errors.ts';
import { objectOf, requiredText, textOf } from './http.ts';
import type { Portal, PropertyDefinition, Table } from './model.ts';
import { associationTest } from './search-associations.ts';
import { parseInstant } from './values.ts';

/** One condition of a search, ready to be tested. */
interface Condition {
  readonly property: string;
  readonly operator: string;
  readonly test: (value: string | undefined) => boolean;
  /** In place of `test`, for a condition on what a record is associated with. */
  readonly ofRecord: ((id: string) => boolean) | null;
  /** For conditions on an instant or an id: a document meets it exactly when its own is within [from, to]. */
  readonly range: { readonly from: number; readonly to: number } | null;
  /** For conditions that a text is one of these, in lower case. */
  readonly equals: readonly string[] | null;
}

/** Groups are joined by OR, the conditions of a group by AND. */
export type ConditionGroups = readonly (readonly Condition[])[];

const EVERYWHERE = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The groups of a search body; filters outside of any group are one. */
export function groupsIn(body: Record<string, unknown>): unknown {
  const { filterGroups, filters } = body;
  const none = filterGroups === undefined || filterGroups === null || (Array.isArray(filterGroups) && filterGroups.length === 0);
  return none && Array.isArray(filters) ? [{ filters }] : filterGroups;
}

/**
 * The filters of a search body: at most 5 groups of 6, 18 in all. Without the portal nothing is known of associations.
 * @throws {HubspotProblem} 400 for more, for unknown properties or operators, or a missing value
 * @source https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (checked 2026-11)
 */
export function conditionsOf(table: Table, given: unknown, portal?: Portal): ConditionGroups {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw invalidJson('Cannot deserialize value of type `java.util.List` for field filterGroups');
  if (given.length > 5) throw invalid(`Too many filterGroups: ${given.length} were given, the maximum is 5`);
  const groups = given.map((group) => {
    const filters = objectOf(group)['filters'] ?? [];
    if (!Array.isArray(filters)) throw invalidJson('Cannot deserialize value of type `java.util.List` for field filters');
    if (filters.length > 6) throw invalid(`Too many filters in a group: ${filters.length} were given, the maximum is 6`);
    return filters.map((filter) => conditionOf(table, objectOf(filter), portal));
  });
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  if (total > 18) throw invalid(`Too many filters: ${total} were given, the maximum is 18`);
  return groups;
}

function conditionOf(table: Table, filter: Record<string, unknown>, portal?: Portal): Condition {
  const property = requiredText(filter['propertyName'], 'propertyName');
  const operator = requiredText(filter['operator'], 'operator');
  const ofRecord = portal === undefined ? undefined : associationTest(portal, table, filter);
  if (ofRecord !== undefined) return { property, operator, ofRecord, test: () => true, range: null, equals: null };
  const definition = table.definitions.get(property);
  if (definition === undefined || definition.archivedAt !== null) {
    throw invalid(`There was a problem with the request. Property "${property}" does not exist on ${table.type.upper}`, {
      errors: [{ message: `Property "${property}" does not exist`, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [property] } }],
    });
  }
  const values = filter['values'];
  const read = reader(definition);
  const one = (name: string): string => {
    const text = textOf(filter[name], name);
    if (text === undefined || text === '') throw invalid(`operator ${operator} requires ${name} for property ${property}`);
    return text;
  };
  const many = (): readonly string[] => {
    if (!Array.isArray(values) || values.length === 0) throw invalid(`operator ${operator} requires values for property ${property}`);
    return values.map((value) => requiredText(value, 'values'));
  };
  return { property, operator, ofRecord: null, ...testOf(operator, { definition, read, one, many }) };
}

interface Reading {
  readonly definition: PropertyDefinition;
  readonly read: (text: string) => number | string;
  readonly one: (name: string) => string;
  readonly many: () => readonly string[];
}

function testOf(operator: string, reading: Reading): Pick<Condition, 'test' | 'range' | 'equals'> {
  const { read, one, many } = reading;
  const has = (value: string | undefined): value is string => value !== undefined && value !== '';
  const compared = (
    accept: (order: number) => boolean,
    range: (bound: number) => { from: number; to: number },
  ): Pick<Condition, 'test' | 'range' | 'equals'> => {
    const bound = read(one('value'));
    const test = (value: string | undefined): boolean => has(value) && accept(order(read(value), bound));
    return {
      test,
      range: typeof bound === 'number' ? range(bound) : null,
      equals: operator === 'EQ' && reading.definition.type === 'string' ? [String(bound)] : null,
    };
  };
  switch (operator) {
    case 'EQ':
      return compared(
        (sign) => sign === 0,
        (bound) => ({ from: bound, to: bound }),
      );
    case 'NEQ': {
      const bound = read(one('value'));
      return { test: (value) => !has(value) || order(read(value), bound) !== 0, range: null, equals: null };
    }
    case 'LT':
    case 'LTE':
      return compared(
        (sign) => sign < 0 || (operator === 'LTE' && sign === 0),
        // Instants and ids are whole: less than one of them is at most the one before it.
        (bound) => ({ ...EVERYWHERE, to: operator === 'LTE' ? bound : Math.ceil(bound) - 1 }),
      );
    case 'GT':
    case 'GTE':
      return compared(
        (sign) => sign > 0 || (operator === 'GTE' && sign === 0),
        (bound) => ({ ...EVERYWHERE, from: operator === 'GTE' ? bound : Math.floor(bound) + 1 }),
      );
    case 'BETWEEN': {
      const [low, high] = [read(one('value')), read(one('highValue'))];
      const test = (value: string | undefined): boolean => has(value) && order(read(value), low) >= 0 && order(read(value), high) <= 0;
      return { test, range: typeof low === 'number' && typeof high === 'number' ? { from: low, to: high } : null, equals: null };
    }
    case 'IN':
    case 'NOT_IN':
      return membership(operator, reading.definition, many());
    case 'HAS_PROPERTY':
      return { test: has, range: null, equals: null };
    case 'NOT_HAS_PROPERTY':
      return { test: (value) => !has(value), range: null, equals: null };
    case 'CONTAINS_TOKEN':
    case 'NOT_CONTAINS_TOKEN': {
      const matches = tokenTest(one('value'));
      return { test: (value) => (has(value) && matches(value)) === (operator === 'CONTAINS_TOKEN'), range: null, equals: null };
    }
    default:
      throw invalidJson(`Cannot deserialize value of type \`Filter$Operator\` from String "${operator}"`);
  }
}

/** Text values of IN and NOT_IN must be lower case to match, as documented; option values are compared as they are. */
function membership(
  operator: string,
  definition: PropertyDefinition,
  values: readonly string[],
): Pick<Condition, 'test' | 'range' | 'equals'> {
  const wanted = new Set(values);
  const form = (value: string): readonly string[] => {
    if (definition.type === 'string') return [value.toLowerCase()];
    return definition.fieldType === 'checkbox' ? value.split(';') : [value];
  };
  const test = (value: string | undefined): boolean => {
    const found = value !== undefined && value !== '' && form(value).some((each) => wanted.has(each));
    return found === (operator === 'IN');
  };
  return { test, range: null, equals: operator === 'IN' && definition.type === 'string' ? [...wanted] : null };
}

/** How values of a property are compared: numbers and instants as numbers, text without regard to case. */
export function reader(definition: PropertyDefinition): (text: string) => number | string {
  switch (definition.type) {
    case 'number':
      return (text) => Number(text);
    case 'datetime':
    case 'date':
      return (text) => parseInstant(text) ?? Number.NaN;
    case 'string':
      return (text) => text.toLowerCase();
    default:
      return (text) => text;
  }
}

/** Negative, zero or positive, as in sorting. */
export function order(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Tokens are the words of a text; `*` stands for any characters within one. */
function tokenTest(pattern: string): (value: string) => boolean {
  const wanted = pattern
    .toLowerCase()
    .split(/[^\p{L}\p{N}*]+/u)
    .filter((token) => token !== '');
  return (value) => {
    const tokens = tokensOf(value);
    return wanted.length > 0 && wanted.every((token) => tokens.some((one) => fits(one, token)));
  };
}

/**
 * Whether a word is of a form in which `*` stands for any characters. Each part is taken at its first place after the one
 * before, which is as good as any: a regular expression would try them all.
 */
function fits(word: string, form: string): boolean {
  const [head = '', ...rest] = form.split('*');
  const tail = rest.pop();
  if (tail === undefined) return word === head;
  if (!word.startsWith(head) || !word.endsWith(tail) || word.length < head.length + tail.length) return false;
  let from = head.length;
  const end = word.length - tail.length;
  for (const part of rest) {
    const at = word.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** The lower-case words of a text. */
export function tokensOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');
}
