import type { CompanySettings } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';

type PeriodKind = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A calendar period of the company's time zone, from `startsAt` until before `endsAt`. */
export interface Period {
  readonly kind: PeriodKind;
  /** `2026-11-22`, `2026-11-16` (a week's first day), `2026-11`, `FY2026-Q2`, `FY2026`. */
  readonly period: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

interface Calendar {
  /** The instant at which a local day begins; `day` may run over its month's ends. */
  midnight(year: number, month: number, day: number): Instant;
  /** The local date of an instant. */
  date(at: Instant): { readonly year: number; readonly month: number; readonly day: number };
}

function calendar(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const local = (at: Instant): readonly number[] => {
    const parts = new Map(format.formatToParts(at).map((part) => [part.type as string, Number(part.value)]));
    return ['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) => parts.get(name) ?? 0);
  };
  const offset = (at: Instant): number => {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = local(at);
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
  };
  return {
    midnight(year, month, day) {
      const wall = Date.UTC(year, month - 1, day);
      const guess = wall - offset(wall);
      // The offset at the guess is the right one unless the clocks change in between.
      return wall - offset(guess);
    },
    date(at) {
      const [year = 0, month = 1, day = 1] = local(at);
      return { year, month, day };
    },
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * All days, weeks, months, fiscal quarters and fiscal years that touch the time from `from` to `to`, in the company's zone.
 * A fiscal year is named for the calendar year in which it ends. Days are at most 25 hours long, at least 23.
 */
export function periods(company: CompanySettings, from: Instant, to: Instant): readonly Period[] {
  const zone = calendar(company.timeZone);
  const first = zone.date(from);
  const last = zone.date(to);
  const lastDay = Date.UTC(last.year, last.month - 1, last.day);
  const rows: Period[] = [];
  const add = (
    kind: PeriodKind,
    period: string,
    start: readonly [number, number, number],
    end: readonly [number, number, number],
  ): void => {
    rows.push({ kind, period, startsAt: zone.midnight(...start), endsAt: zone.midnight(...end) });
  };

  for (let day = Date.UTC(first.year, first.month - 1, first.day); day <= lastDay; day += 86_400_000) {
    const [y, m, d] = ymd(day);
    add('day', `${y}-${two(m)}-${two(d)}`, [y, m, d], [y, m, d + 1]);
  }
  const weekday = company.weekStart === 'monday' ? 1 : 0;
  const back = (new Date(Date.UTC(first.year, first.month - 1, first.day)).getUTCDay() - weekday + 7) % 7;
  for (let day = Date.UTC(first.year, first.month - 1, first.day - back); day <= lastDay; day += 7 * 86_400_000) {
    const [y, m, d] = ymd(day);
    add('week', `${y}-${two(m)}-${two(d)}`, [y, m, d], [y, m, d + 7]);
  }
  for (let month = first.year * 12 + first.month - 1; month <= last.year * 12 + last.month - 1; month += 1) {
    const [y, m] = [Math.floor(month / 12), (month % 12) + 1];
    add('month', `${y}-${two(m)}`, [y, m, 1], [y, m + 1, 1]);
  }
  const shift = company.fiscalYearStartMonth - 1;
  const fiscal = (date: { readonly year: number; readonly month: number }): number => date.year * 12 + date.month - 1 - shift;
  // The fiscal year that begins in January ends in the same calendar year.
  const named = (start: number): number => start + (shift === 0 ? 0 : 1);
  for (let quarter = Math.floor(fiscal(first) / 3); quarter <= Math.floor(fiscal(last) / 3); quarter += 1) {
    const start = quarter * 3 + shift;
    const [y, m] = [Math.floor(start / 12), (start % 12) + 1];
    add('quarter', `FY${named(Math.floor(quarter / 4))}-Q${(quarter % 4) + 1}`, [y, m, 1], [y, m + 3, 1]);
  }
  for (let year = Math.floor(fiscal(first) / 12); year <= Math.floor(fiscal(last) / 12); year += 1) {
    add('year', `FY${named(year)}`, [year, shift + 1, 1], [year + 1, shift + 1, 1]);
  }
  return rows;
}

function ymd(day: number): readonly [number, number, number] {
  const date = new Date(day);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}
