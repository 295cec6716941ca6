import { isDay, isoDay } from '../time.ts';

/** What a formula computes with: text, numbers, truth, days as `YYYY-MM-DD`, instants as epoch milliseconds, nothing. */
export type Cell = string | number | boolean | null;

export type Kind = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'picklist' | 'any';

interface Pure {
  /** Kinds of the arguments; the last repeats when `most` is larger. */
  readonly takes: readonly Kind[];
  readonly least: number;
  readonly most: number;
  readonly gives: Kind;
  run(args: readonly Cell[], now: number): Cell;
}

function pure(takes: readonly Kind[], gives: Kind, run: Pure['run'], least = takes.length, most = takes.length): Pure {
  return { takes, least, most, gives, run };
}

const text = (value: Cell | undefined): string => (value === null || value === undefined ? '' : String(value));
const number = (value: Cell | undefined): number => Number(value ?? 0);
/** An empty result of a text function is a blank. */
const orBlank = (value: string): Cell => (value === '' ? null : value);

function parsedNumber(value: string): Cell {
  const found = Number(value);
  return value.trim() === '' || !Number.isFinite(found) ? null : found;
}

/**
 * Functions of their arguments alone. Those that look at fields, or decide which argument is computed, are in `check.ts`
 * and `evaluate.ts`.
 * @source https://help.salesforce.com/s/articleView?id=platform.customize_functions.htm (checked 2026-11-22)
 */
export const PURE: ReadonlyMap<string, Pure> = new Map<string, Pure>([
  ['NOT', pure(['boolean'], 'boolean', ([value]) => value !== true)],
  ['LEN', pure(['text'], 'number', ([value]) => text(value).length)],
  ['BEGINS', pure(['text', 'text'], 'boolean', ([value, start]) => text(value).startsWith(text(start)))],
  ['CONTAINS', pure(['text', 'text'], 'boolean', ([value, part]) => text(value).includes(text(part)))],
  ['LEFT', pure(['text', 'number'], 'text', ([value, length]) => orBlank(text(value).slice(0, Math.max(0, number(length)))))],
  [
    'RIGHT',
    pure(['text', 'number'], 'text', ([value, length]) => orBlank(text(value).slice(Math.max(0, text(value).length - number(length))))),
  ],
  [
    'MID',
    pure(['text', 'number', 'number'], 'text', ([value, start, length]) =>
      orBlank(text(value).slice(Math.max(0, number(start) - 1), Math.max(0, number(start) - 1) + Math.max(0, number(length)))),
    ),
  ],
  ['FIND', pure(['text', 'text'], 'number', ([part, value]) => text(value).indexOf(text(part)) + 1)],
  ['LOWER', pure(['text'], 'text', ([value]) => orBlank(text(value).toLowerCase()))],
  ['UPPER', pure(['text'], 'text', ([value]) => orBlank(text(value).toUpperCase()))],
  ['TRIM', pure(['text'], 'text', ([value]) => orBlank(text(value).trim()))],
  ['SUBSTITUTE', pure(['text', 'text', 'text'], 'text', ([value, from, to]) => orBlank(text(value).replaceAll(text(from), text(to))))],
  ['VALUE', pure(['text'], 'number', ([value]) => parsedNumber(text(value)))],
  ['ABS', pure(['number'], 'number', ([value]) => (value === null ? null : Math.abs(number(value))))],
  [
    'ROUND',
    pure(['number', 'number'], 'number', ([value, digits]) =>
      value === null ? null : Number(number(value).toFixed(Math.min(18, Math.max(0, number(digits))))),
    ),
  ],
  ['MIN', pure(['number'], 'number', (values) => Math.min(...values.map(number)), 1, 99)],
  ['MAX', pure(['number'], 'number', (values) => Math.max(...values.map(number)), 1, 99)],
  ['TODAY', pure([], 'date', (_, now) => isoDay(now))],
  ['NOW', pure([], 'datetime', (_, now) => now)],
  [
    'DATE',
    pure(['number', 'number', 'number'], 'date', ([year, month, day]) => {
      const made = `${String(number(year)).padStart(4, '0')}-${String(number(month)).padStart(2, '0')}-${String(number(day)).padStart(2, '0')}`;
      return isDay(made) ? made : null;
    }),
  ],
  ['YEAR', pure(['date'], 'number', ([value]) => (value === null ? null : Number(text(value).slice(0, 4))))],
  ['MONTH', pure(['date'], 'number', ([value]) => (value === null ? null : Number(text(value).slice(5, 7))))],
  ['DAY', pure(['date'], 'number', ([value]) => (value === null ? null : Number(text(value).slice(8, 10))))],
  ['DATEVALUE', pure(['any'], 'date', ([value]) => (typeof value === 'number' ? isoDay(value) : isDay(text(value)) ? text(value) : null))],
]);
