import { CrmError } from '../../src/errors.ts';
import type { FieldValue, Instant, RecordId } from '../../src/model/words.ts';
import { canonicalId } from './ids.ts';
import { system } from './limits.ts';

/** A record as an answer holds it. A Map, because field names are the customer's: `__proto__` is one like any other. */
export type Row = ReadonlyMap<string, unknown>;

/** @throws {CrmError} `BAD_ANSWER` when the value isn't an object */
export function toRow(value: unknown): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badAnswer('a record is not an object');
  return new Map(Object.entries(value));
}

/** A value through relationships: `get(row, 'Opportunity.IsWon')`; undefined where a step is missing. */
export function get(row: Row, path: string): unknown {
  // Most paths are a field of the row itself, read a dozen times a record.
  if (!path.includes('.')) return row.get(path);
  let value: unknown = row;
  for (const step of path.split('.')) {
    if (value instanceof Map) value = (value as Row).get(step);
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, step)) value = Reflect.get(value, step);
    else return undefined;
  }
  return value;
}

/** Text that isn't blank, else null. */
export function text(row: Row, path: string): string | null {
  const value = get(row, path);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A record id in its 18-character form, else null. */
export function id(row: Row, path: string): RecordId | null {
  const value = text(row, path);
  return value === null ? null : canonicalId(value);
}

/** @throws {CrmError} `BAD_ANSWER` when the record has no such id: without one it can't be told apart */
export function requiredId(row: Row, path: string): RecordId {
  const value = id(row, path);
  if (value === null) throw badAnswer(`a record came without ${path}`);
  return value;
}

export function flag(row: Row, path: string): boolean {
  return get(row, path) === true;
}

export function number(row: Row, path: string): number | null {
  const value = get(row, path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A date-time field; null when it is empty or can't be read. */
export function instant(row: Row, path: string): Instant | null {
  const value = text(row, path);
  return value === null ? null : parseInstant(value);
}

/** @throws {CrmError} `BAD_ANSWER` when the stamp is missing or unreadable */
export function requiredInstant(row: Row, path: string): Instant {
  const value = instant(row, path);
  if (value === null) throw badAnswer(`a record came without a readable ${path}`);
  return value;
}

/** A date field as the beginning of its UTC day; null when it is empty or can't be read. */
export function day(row: Row, path: string): Instant | null {
  const value = text(row, path);
  if (value === null || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  const ms = Date.parse(`${value}T00:00:00Z`);
  return Number.isNaN(ms) ? null : ms;
}

const dateTime = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,3})?\d*(Z|[+-]\d{2}:?\d{2})$/;

/** Reads `2021-12-02T18:23:39.000+0000` and the forms with `Z` or `+00:00`; null for anything else. */
export function parseInstant(value: string): Instant | null {
  const parts = dateTime.exec(value);
  if (parts === null) return null;
  const zone = parts[3] ?? 'Z';
  const ms = Date.parse(`${parts[1] ?? ''}${parts[2] ?? ''}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`);
  return Number.isNaN(ms) ? null : ms;
}

/**
 * A raw value in the boundary's form, by the field's type: date-times as ISO with `Z`, money and percent as they are
 * written in decimals, blank as null. Compound values (addresses) have no such form and become their JSON text.
 */
export function fieldValue(value: unknown, type: string): FieldValue {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return type === 'currency' ? decimal(value) : value;
  if (typeof value !== 'string') return JSON.stringify(value);
  if (type === 'datetime') {
    const ms = parseInstant(value);
    return ms === null ? value : new Date(ms).toISOString();
  }
  return type === 'reference' || type === 'id' ? canonicalId(value) : value;
}

/** A number's decimal digits without an exponent. */
export function decimal(value: number): string {
  const plain = String(value);
  return plain.includes('e') ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 }) : plain;
}

export function badAnswer(what: string): CrmError {
  return new CrmError('BAD_ANSWER', `${system} answered in a form that can't be read: ${what}.`, {
    system,
    failure: 'protocol',
    hint: 'Usually something between answered instead of the API, or the API version changed. Nothing was taken over from this answer.',
    retryable: true,
  });
}
