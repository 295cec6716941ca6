import type { Row } from '../warehouse/types.ts';

/** A column as a number: engines give BIGINT as bigint, number or text. Null and absent become null. */
export function numberOrNull(row: Row | undefined, name: string): number | null {
  const value = row?.[name];
  if (value === null || value === undefined) return null;
  const found = typeof value === 'number' ? value : Number(value);
  return Number.isFinite(found) ? found : null;
}

/** A column as a number; null becomes 0 (an empty sum or count). */
export function count(row: Row | undefined, name: string): number {
  return numberOrNull(row, name) ?? 0;
}

/** A column as text; null becomes `''`. */
export function text(row: Row | undefined, name: string): string {
  const value = row?.[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
}
