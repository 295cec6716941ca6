import type { FieldValue, Money } from '../../src/model/words.ts';

/** The property types that decide how a value is read; others are text. */
export type ValueType = 'text' | 'number' | 'boolean' | 'date' | 'instant';

const newestSafeNumber = 2 ** 53;

/**
 * A property's value at the boundary. HubSpot keeps everything as text, and empty as null or as an empty string.
 * Numbers that a double can't hold exactly stay text.
 */
export function fromHubspot(value: string | null, type: ValueType): FieldValue {
  if (value === null || value === '') return null;
  switch (type) {
    case 'number': {
      const number = Number(value);
      return Number.isFinite(number) && Math.abs(number) < newestSafeNumber ? number : value;
    }
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'date': {
      const at = /^\d{4}-\d{2}-\d{2}$/.test(value) ? null : instantOf(value);
      return at === null ? value : new Date(at).toISOString().slice(0, 10);
    }
    case 'instant': {
      const at = instantOf(value);
      return at === null ? value : new Date(at).toISOString();
    }
    case 'text':
      return value;
  }
}

/** A value as HubSpot takes it: text, and an empty string to clear. */
export function toHubspot(value: FieldValue, type: ValueType): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return plain(value);
  // A date property refuses a time of day.
  return type === 'date' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? value.slice(0, 10) : value;
}

/** Without an exponent, which number properties refuse. */
function plain(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, '');
}

/** An instant from ISO text or epoch milliseconds as text, HubSpot's two ways to write one; null when it is neither. */
export function instantOf(value: string | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  if (/^-?\d{1,16}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

/** The beginning of an instant's UTC day. */
export function dayOf(at: number): number {
  return Math.floor(at / 86_400_000) * 86_400_000;
}

/**
 * An amount in minor units of its currency, exactly; digits beyond the currency's own are rounded half away from zero.
 * Null when there is no amount, no currency, or the text is no number: never 0.
 * @example moneyOf('12.345', 'USD') // { minor: 1235n, currency: 'USD' }
 */
export function moneyOf(value: string | null | undefined, currency: string | null): Money | null {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*$/.exec(value ?? '');
  if (match === null || currency === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const digits = digitsOf(currency);
  if (digits === null) return null;
  // As if written without a point: shift says how many places it stands from the end.
  const shift = digits - fraction.length + Number(exponent);
  const all = BigInt(`${whole}${fraction}` || '0');
  const minor = shift >= 0 ? all * 10n ** BigInt(shift) : rounded(all, 10n ** BigInt(-shift));
  return { minor: sign === '-' ? -minor : minor, currency };
}

function rounded(value: bigint, by: bigint): bigint {
  return (value * 2n + by) / (by * 2n);
}

/** Decimals of an ISO 4217 currency; null for what is none. */
function digitsOf(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}
