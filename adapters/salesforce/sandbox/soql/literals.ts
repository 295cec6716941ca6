import { to18 } from '../ids.ts';
import type { FieldDef, Value } from '../schema/types.ts';
import { isDay, isoDay, parseInstant } from '../time.ts';
import { malformed } from './parse.ts';
import { fiscalYear } from './functions.ts';
import type { Asking } from './scope.ts';
import { pointing } from './scope.ts';

/** What a field is compared with: one value, or the span of time a date literal stands for (end excluded). */
export type Operand =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'span'; readonly from: Value; readonly to: Value };

const KINDS: Readonly<Record<string, string>> = {
  datetime: 'dateTime',
  double: 'double',
  currency: 'double',
  percent: 'double',
  int: 'int',
  boolean: 'boolean',
  date: 'date',
};

/**
 * Reads a literal as the field's own kind.
 * @throws {RequestProblem} INVALID_FIELD for a literal of another kind, INVALID_QUERY_FILTER_OPERATOR for an id that is none.
 */
export function operandOf(asking: Asking, field: FieldDef, literal: { readonly text: string; readonly type: string }): Operand {
  const { text, type } = literal;
  // A checkbox is never empty: null stands for false.
  if (type === 'NULL' || text.toLowerCase() === 'null') return { kind: 'value', value: field.type === 'boolean' ? false : null };
  switch (field.type) {
    case 'boolean':
      if (type !== 'BOOLEAN') throw misfit(asking, field);
      return { kind: 'value', value: text.toUpperCase() === 'TRUE' };
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      if (!type.startsWith('INTEGER') && !type.startsWith('DECIMAL')) throw misfit(asking, field);
      return { kind: 'value', value: Number(text.replace(/^[A-Za-z]{3}/, '')) };
    case 'datetime': {
      if (type.startsWith('DATE_')) return spanOf(asking, text, (at) => at);
      const at = type === 'DATETIME' ? parseInstant(text) : null;
      if (at === null) throw misfit(asking, field);
      return { kind: 'value', value: at };
    }
    case 'date':
      if (type.startsWith('DATE_')) return spanOf(asking, text, isoDay);
      if (type !== 'DATE' || !isDay(text)) throw misfit(asking, field);
      return { kind: 'value', value: text };
    case 'id':
    case 'reference': {
      if (type !== 'STRING') throw quoted(asking, field);
      const word = unquote(text);
      if (word === '') return { kind: 'value', value: null };
      const id = to18(word);
      if (id === null) throw pointing(asking, 'INVALID_QUERY_FILTER_OPERATOR', field.name, `invalid ID field: ${word}`);
      return { kind: 'value', value: id };
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
    case 'anyType': {
      if (type !== 'STRING') throw quoted(asking, field);
      const word = unquote(text);
      return { kind: 'value', value: word === '' ? null : word };
    }
  }
}

function misfit(asking: Asking, field: FieldDef): Error {
  return pointing(
    asking,
    'INVALID_FIELD',
    field.name,
    `value of filter criterion for field '${field.name}' must be of type ${KINDS[field.type] ?? field.type} and should not be enclosed in quotes`,
  );
}

function quoted(asking: Asking, field: FieldDef): Error {
  return pointing(
    asking,
    'INVALID_FIELD',
    field.name,
    `value of filter criterion for field '${field.name}' must be of type string and should be enclosed in quotes`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The text of a quoted string, its escapes undone; `\%` and `\_` stay for LIKE. */
function unquote(text: string): string {
  if (text.length - 2 > LONGEST_TEXT) throw malformed(`Strings in a WHERE clause cannot be longer than ${String(LONGEST_TEXT)} characters`);
  return text
    .replace(/^'|'$/g, '')
    .replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^%_]))/gs, (_, code: string | undefined, letter = '') =>
      code === undefined ? (ESCAPES[letter.toLowerCase()] ?? letter) : String.fromCodePoint(Number.parseInt(code, 16)),
    );
}

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** Longest text of a WHERE clause. @source https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm */
const LONGEST_TEXT = 4000;

/** Start of the unit that holds `at`, moved by `count` units. Weeks begin on Sunday (locale en_US); `firstMonth` 0 is January. */
function startOf(unit: Unit, at: number, count: number, firstMonth: number): number {
  const date = new Date(at);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (unit) {
    case 'DAY':
      return Date.UTC(year, month, day + count);
    case 'WEEK':
      return Date.UTC(year, month, day - date.getUTCDay() + 7 * count);
    case 'MONTH':
      return Date.UTC(year, month + count, 1);
    case 'QUARTER':
      return Date.UTC(year, firstMonth + Math.floor((month - firstMonth) / 3) * 3 + 3 * count, 1);
    case 'YEAR':
      return Date.UTC(year + count - (month < firstMonth ? 1 : 0), firstMonth, 1);
  }
}

/** First and last unit of a literal, counted from the present one: `LAST_N_DAYS:3` is -3 to 0 (today included). */
function unitsOf(literal: string): { readonly unit: Unit; readonly from: number; readonly to: number } | null {
  const [word = '', digits = '0'] = literal.toUpperCase().replace('FISCAL_', '').split(':');
  // More than a year of the calendar has days, and nothing that a date can hold.
  const n = Math.min(Number(digits), 100_000);
  const fixed: Readonly<Record<string, readonly [Unit, number]>> = { YESTERDAY: ['DAY', -1], TODAY: ['DAY', 0], TOMORROW: ['DAY', 1] };
  const day = fixed[word];
  if (day !== undefined) return { unit: day[0], from: day[1], to: day[1] };
  if (word === 'LAST_90_DAYS') return { unit: 'DAY', from: -90, to: 0 };
  if (word === 'NEXT_90_DAYS') return { unit: 'DAY', from: 1, to: 90 };
  const simple = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(word);
  if (simple !== null) {
    const shift = simple[1] === 'LAST' ? -1 : simple[1] === 'NEXT' ? 1 : 0;
    return { unit: simple[2] as Unit, from: shift, to: shift };
  }
  const counted = /^(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S$/.exec(word);
  if (counted !== null) {
    const unit = counted[2] as Unit;
    if (counted[1] === 'NEXT') return { unit, from: 1, to: n };
    return { unit, from: -n, to: unit === 'DAY' ? 0 : -1 };
  }
  const ago = /^N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO$/.exec(word);
  return ago === null ? null : { unit: ago[1] as Unit, from: -n, to: -n };
}

function spanOf(asking: Asking, literal: string, as: (at: number) => Value): Operand {
  const units = unitsOf(literal);
  if (units === null) throw pointing(asking, 'MALFORMED_QUERY', literal, `unexpected token: '${literal}'`);
  const now = asking.org.store.now();
  const firstMonth = literal.toUpperCase().includes('FISCAL') ? fiscalYear(asking.org).firstMonth : 0;
  const edge = (count: number): Value => as(startOf(units.unit, now, count, firstMonth));
  return { kind: 'span', from: edge(units.from), to: edge(units.to + 1) };
}
