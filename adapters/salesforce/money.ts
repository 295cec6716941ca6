import type { FieldValue, Money } from '../../src/model/words.ts';
import { decimal } from './row.ts';

/** Minor units of the currencies that don't have two. @source ISO 4217, table A.1 */
const exponents: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code): [string, number] => [code, 0],
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code): [string, number] => [code, 3]),
]);

/**
 * A currency field's number as minor units, rounded half away from zero; from its decimal digits, never by float
 * arithmetic. Null when there is no number or no currency.
 *
 * @example toMoney(19.995, 'EUR') // { minor: 2000n, currency: 'EUR' }
 */
export function toMoney(value: number | null, currency: string | null): Money | null {
  if (value === null || currency === null) return null;
  const exponent = exponents.get(currency) ?? 2;
  const digits = decimal(Math.abs(value));
  const [whole = '0', fraction = ''] = digits.split('.');
  const kept = BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  const minor = (fraction[exponent] ?? '0') >= '5' ? kept + 1n : kept;
  return { minor: value < 0 ? -minor : minor, currency };
}

/** A boundary value as JSON for a field of this type: numbers are sent as numbers, Salesforce refuses quoted ones. */
export function toJson(value: FieldValue, type: string | undefined): FieldValue {
  const numeric = type === 'currency' || type === 'double' || type === 'percent' || type === 'int';
  if (!numeric || typeof value !== 'string') return value;
  const parsed = Number(value);
  return value.trim() === '' || !Number.isFinite(parsed) ? value : parsed;
}
