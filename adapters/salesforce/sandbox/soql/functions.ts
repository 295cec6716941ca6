import type { Org } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import type { FieldType, Value } from '../schema/types.ts';
import { isoDay } from '../time.ts';
import { malformed } from './parse.ts';
import type { Call } from './parse.ts';
import type { Asking } from './scope.ts';

export interface DateFunction {
  readonly type: FieldType;
  of(value: Value): Value;
}

/** How an organisation counts fiscal years: month 0 is January; `named` is what is added to the year in which one begins. */
interface FiscalYear {
  readonly firstMonth: number;
  readonly named: 0 | 1;
}

const DAY = 86_400_000;

/** The organisation's fiscal year. Named for the year in which it ends, unless the organisation says otherwise. */
export function fiscalYear(org: Org): FiscalYear {
  const row = org.store.row(org.settings.orgId);
  const first = Number(org.store.value(row, 'FiscalYearStartMonth') ?? 1) - 1;
  return { firstMonth: first, named: first > 0 && org.store.value(row, 'UsesStartDateAsFiscalYearName') !== true ? 1 : 0 };
}

function dayOfYear(date: Date): number {
  return (
    Math.floor((Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1
  );
}

type Part = (date: Date, fiscal: FiscalYear) => number;

function fiscalMonth(date: Date, { firstMonth }: FiscalYear): number {
  return (date.getUTCMonth() - firstMonth + 12) % 12;
}

const PARTS: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['CALENDAR_YEAR', (date) => date.getUTCFullYear()],
  ['CALENDAR_QUARTER', (date) => Math.floor(date.getUTCMonth() / 3) + 1],
  ['CALENDAR_MONTH', (date) => date.getUTCMonth() + 1],
  ['FISCAL_YEAR', (date, fiscal) => date.getUTCFullYear() - (date.getUTCMonth() < fiscal.firstMonth ? 1 : 0) + fiscal.named],
  ['FISCAL_QUARTER', (date, fiscal) => Math.floor(fiscalMonth(date, fiscal) / 3) + 1],
  ['FISCAL_MONTH', (date, fiscal) => fiscalMonth(date, fiscal) + 1],
  ['DAY_IN_MONTH', (date) => date.getUTCDate()],
  ['DAY_IN_WEEK', (date) => date.getUTCDay() + 1],
  ['DAY_IN_YEAR', dayOfYear],
  ['HOUR_IN_DAY', (date) => date.getUTCHours()],
  ['WEEK_IN_YEAR', (date) => Math.floor((dayOfYear(date) - 1) / 7) + 1],
  ['WEEK_IN_MONTH', (date) => Math.floor((date.getUTCDate() - 1) / 7) + 1],
]);

/** Functions that need a time of day. */
const OF_INSTANTS = new Set(['HOUR_IN_DAY', 'DAY_ONLY']);

/**
 * A function of dates, in UTC as SOQL computes them, or in the user's zone with `convertTimezone`; null when there is none
 * of that name.
 * @throws {RequestProblem} MALFORMED_QUERY for a field that has no date, or no time where one is needed.
 */
export function dateFunction(asking: Asking, call: Call, type: FieldType): DateFunction | null {
  const part = PARTS.get(call.name);
  if (part === undefined && call.name !== 'DAY_ONLY') return null;
  if (call.inner !== null && call.inner !== 'CONVERTTIMEZONE') throw malformed(`unexpected token: '${call.inner}'`);
  const needsTime = OF_INSTANTS.has(call.name) || call.inner !== null;
  if (type !== 'datetime' && (needsTime || type !== 'date'))
    throw malformed(`field ${call.field ?? ''} does not support date function ${call.name}`);
  const zone = call.inner === null ? null : textOf(asking.org.store.value(asking.org.store.row(asking.userId), 'TimeZoneSidKey'));
  const dateOf = (value: string | number): Date =>
    new Date(typeof value === 'number' ? value + offsetOf(value, zone) : `${value}T00:00:00Z`);
  if (part === undefined) {
    return { type: 'date', of: (value) => (typeof value === 'number' ? isoDay(dateOf(value).getTime()) : null) };
  }
  const fiscal = fiscalYear(asking.org);
  return { type: 'int', of: (value) => (value === null || typeof value === 'boolean' ? null : part(dateOf(value), fiscal)) };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetOf(at: number, zone: string | null): number {
  if (zone === null || zone === 'GMT') return 0;
  let format = formats.get(zone);
  if (format === undefined) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    format = new Intl.DateTimeFormat('sv-SE', { ...parts, timeZone: zone, hourCycle: 'h23' });
    formats.set(zone, format);
  }
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
}
