import type { FieldType, Value } from '../schema/types.ts';
import { isoDay } from '../time.ts';

export interface DateFunction {
  readonly type: FieldType;
  of(value: Value): Value;
}

const DAY = 86_400_000;

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;
}

const PARTS: ReadonlyMap<string, (date: Date) => number> = new Map([
  ['CALENDAR_YEAR', (date) => date.getUTCFullYear()],
  ['CALENDAR_QUARTER', (date) => Math.floor(date.getUTCMonth() / 3) + 1],
  ['CALENDAR_MONTH', (date) => date.getUTCMonth() + 1],
  ['FISCAL_YEAR', (date) => date.getUTCFullYear()],
  ['FISCAL_QUARTER', (date) => Math.floor(date.getUTCMonth() / 3) + 1],
  ['FISCAL_MONTH', (date) => date.getUTCMonth() + 1],
  ['DAY_IN_MONTH', (date) => date.getUTCDate()],
  ['DAY_IN_WEEK', (date) => date.getUTCDay() + 1],
  ['DAY_IN_YEAR', dayOfYear],
  ['HOUR_IN_DAY', (date) => date.getUTCHours()],
  ['WEEK_IN_YEAR', (date) => Math.floor((dayOfYear(date) - 1) / 7) + 1],
  ['WEEK_IN_MONTH', (date) => Math.floor((date.getUTCDate() - 1) / 7) + 1],
]);

/** A function of dates, in UTC as SOQL computes them; null when there is none of that name. */
export function dateFunction(name: string): DateFunction | null {
  const dateOf = (value: Value): Date | null =>
    value === null ? null : new Date(typeof value === 'number' ? value : `${String(value)}T00:00:00Z`);
  if (name === 'DAY_ONLY') {
    return { type: 'date', of: (value) => (value === null ? null : isoDay(dateOf(value)?.getTime() ?? 0)) };
  }
  const part = PARTS.get(name);
  if (part === undefined) return null;
  return {
    type: 'int',
    of: (value) => {
      const date = dateOf(value);
      return date === null ? null : part(date);
    },
  };
}
