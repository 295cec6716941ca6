import type { Instant } from '../../src/model/words.ts';

/** An instant as a file gives it; `day` when it had no time. */
export interface ReadInstant {
  readonly at: Instant;
  readonly precision: 'ms' | 'day';
}

/** Earlier numbers are more likely seconds than milliseconds of the early seventies. */
const earliestMs = 100_000_000_000;
/** Databases and spreadsheets write "no date" as a day of the years 0, 1, 1753, 1899 or 1900. */
const earliestYear = 1901;
const dayMs = 86_400_000;

const shape = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/iu;
/** The shape that most exports have; its parts stand at fixed places. */
const plain = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{3})?Z$/u;

/**
 * Makes a reader of instants: epoch milliseconds, or ISO 8601 with `T` or a blank between date and time. A time without a
 * zone is one of `timeZone`. A date alone stands for its day, as the first instant that has this date both in UTC and in
 * `timeZone`: so neither the differences between dates nor the company's months shift it to another day. The reader returns
 * the rest of a sentence for what it can't read.
 */
export function instantReader(timeZone: string): (text: string) => ReadInstant | string {
  const offsetAt = offsets(timeZone);
  return (text) => {
    if (plain.test(text)) {
      const wall = wallTime([
        number(text, 0, 4),
        number(text, 5, 2),
        number(text, 8, 2),
        number(text, 11, 2),
        number(text, 14, 2),
        number(text, 17, 2),
      ]);
      if (wall !== null) return { at: text.length > 20 ? wall + number(text, 20, 3) : wall, precision: 'ms' };
    }
    if (/^-?\d+$/u.test(text)) return epoch(text);
    const match = shape.exec(text);
    if (match === null) return 'is no instant: epoch milliseconds or ISO 8601 are expected, for example 2026-11-22T09:30:00Z';
    const part = (index: number): number => Number(match[index] ?? 0);
    const wall = wallTime([part(1), part(2), part(3), part(4), part(5), part(6)]);
    if (wall === null) return part(1) < earliestYear && part(2) <= 12 ? 'is how programs write "no date"' : 'is no date that exists';
    if (match[4] === undefined) return { at: wall + Math.max(0, -offsetAt(wall)), precision: 'day' };
    const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
    const zone = match[8];
    return { at: wall + fraction - (zone === undefined ? offsetAt(wall) : fixedOffset(zone)), precision: 'ms' };
  };
}

function epoch(text: string): ReadInstant | string {
  const at = Number(text);
  if (!Number.isSafeInteger(at) || Math.abs(at) > 8.64e15) return 'is no instant';
  return Math.abs(at) < earliestMs ? 'looks like seconds; epoch milliseconds or ISO 8601 are expected' : { at, precision: 'ms' };
}

const number = (text: string, from: number, digits: number): number => {
  let value = 0;
  for (let at = from; at < from + digits; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
};

/** Year, month, day, hour, minute and second as if they were UTC's; null where no clock ever shows them. */
function wallTime(parts: readonly [number, number, number, number, number, number]): number | null {
  const [year, month, day, hour, minute, second] = parts;
  if (year < earliestYear || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > daysOf[month - 1]! + (leap ? 1 : 0)) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function fixedOffset(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** How far a zone's wall clock is ahead of UTC, by wall time; of two readings in autumn's double hour the first counts. */
function offsets(timeZone: string): (wall: number) => number {
  if (timeZone === 'UTC') return () => 0;
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
  const at = (instant: number): number => {
    const parts = new Map(format.formatToParts(instant).map((part) => [part.type as string, Number(part.value)]));
    const part = (name: string): number => parts.get(name) ?? 0;
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - instant;
  };
  // Offsets change on full quarter hours, so one answer serves a quarter of an hour.
  const step = 900_000;
  const known = new Map<number, number>();
  return (wall) => {
    const key = Math.floor(wall / step) * step;
    let offset = known.get(key);
    if (offset === undefined) {
      const before = at(key - dayMs);
      const after = at(key + dayMs);
      offset = at(key - before) === before ? before : at(key - after) === after ? after : before;
      known.set(key, offset);
    }
    return offset;
  };
}
