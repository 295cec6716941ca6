import type { Instant } from '../../src/model/words.ts';

/** An instant as a file gives it; `day` when it had no time. */
export interface ReadInstant {
  readonly at: Instant;
  readonly precision: 'ms' | 'day';
}

/** Earlier numbers are more likely seconds than milliseconds of the early seventies. */
const earliestMs = 100_000_000_000;

const shape = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/iu;

/**
 * Makes a reader of instants: epoch milliseconds, or ISO 8601 with `T` or a blank between date and time. A time without a
 * zone is one of `timeZone`; a date alone stands for its UTC day. The reader returns a sentence for what it can't read.
 */
export function instantReader(timeZone: string): (text: string) => ReadInstant | string {
  const offsetAt = offsets(timeZone);
  return (text) => {
    if (/^-?\d+$/u.test(text)) {
      const at = Number(text);
      if (!Number.isSafeInteger(at)) return `"${text}" is no instant`;
      return Math.abs(at) < earliestMs
        ? `"${text}" looks like seconds; epoch milliseconds or ISO 8601 are expected`
        : { at, precision: 'ms' };
    }
    const match = shape.exec(text);
    if (match === null) return `"${text}" is no instant: epoch milliseconds or ISO 8601 are expected, for example 2026-11-22T09:30:00Z`;
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    const back = new Date(wall);
    if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
      return `"${text}" is no date that exists`;
    if (match[4] === undefined) return { at: wall, precision: 'day' };
    const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
    const zone = match[8];
    return { at: wall + fraction - (zone === undefined ? offsetAt(wall) : fixedOffset(zone)), precision: 'ms' };
  };
}

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
      const before = at(key - 86_400_000);
      const after = at(key + 86_400_000);
      offset = at(key - before) === before ? before : at(key - after) === after ? after : before;
      known.set(key, offset);
    }
    return offset;
  };
}
