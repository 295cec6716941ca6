import type { Interval, StatUnit } from '../alignment/types.ts';
import type { Instant } from '../model/words.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A share as people say it: whole percents, one decimal below 10 % and above 90 %, never a false 0 % or 100 %. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  if (percent < 100 && percent > 99.9) return '>99.9 %';
  const fine = percent !== 0 && percent !== 100 && (percent < 10 || percent > 90);
  return `${percent.toFixed(fine ? 1 : 0)} %`;
}

/** A duration in its natural unit, two figures: `45 min`, `3.2 h`, `14 days`. Negative durations keep their sign. */
export function durationText(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '-' : '';
  if (size < minute) return `${sign}${Math.round(size / 1000)} s`;
  if (size < hour) return `${sign}${trim(size / minute)} min`;
  if (size < 2 * day) return `${sign}${trim(size / hour)} h`;
  return `${sign}${trim(size / day)} days`;
}

function trim(value: number): string {
  return value >= 10 ? String(Number(value.toFixed(value < 100 ? 1 : 0))) : String(Number(value.toFixed(1)));
}

/** A whole number with thin thousands separators. */
export function countText(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

/** An amount in minor units as a decimal text with separators; the exponent of the currency is the caller's. */
export function moneyText(minor: string, currency: string | null, exponent = 2): string {
  const negative = minor.startsWith('-');
  const digits = (negative ? minor.slice(1) : minor).padStart(exponent + 1, '0');
  const whole = (exponent === 0 ? digits : digits.slice(0, -exponent)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
  const cents = exponent === 0 || /^0*$/.test(digits.slice(-exponent)) ? '' : `.${digits.slice(-exponent)}`;
  return `${negative ? '-' : ''}${whole}${cents}${currency === null ? '' : ` ${currency}`}`;
}

/** A value in its unit. */
export function valueText(value: number | null, unit: StatUnit): string {
  if (value === null) return '–';
  switch (unit) {
    case 'share':
      return shareText(value);
    case 'ms':
    case 'business_ms':
      return durationText(value);
    case 'count':
      return countText(value);
    case 'kappa':
    case 'auc':
    case 'ratio':
      return value.toFixed(2);
    case 'money':
      return countText(value);
  }
}

/** An interval in square brackets, the unit said once: `[58–66 %]`. Empty without one. */
export function intervalText(interval: Interval | null, unit: StatUnit): string {
  if (interval === null) return '';
  const lo = valueText(interval.lo, unit);
  if (interval.hi === null) return `[${lo} or more]`;
  const hi = valueText(interval.hi, unit);
  return unit === 'share' && !/[<>]/.test(lo + hi) ? `[${lo.slice(0, -2)}–${hi}]` : `[${lo} – ${hi}]`;
}

/** An instant as a date with its time, UTC. */
export function instantText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
