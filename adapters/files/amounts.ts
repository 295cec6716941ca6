import { minorDigits } from '../../src/warehouse/money.ts';
import type { OpenRow } from './finish.ts';
import { shown, type FileNotes } from './notes.ts';

/** The columns that tell one amount. */
export interface MoneyColumns {
  /** Written with a decimal sign. */
  readonly decimal: string;
  readonly minor: string;
  readonly currency: string;
}

/**
 * Reads an amount in minor units or as a decimal, and its currency, the company's where none is given. An amount that can't be
 * read, whose currency can't be read, or that its two columns state differently is left empty: a sum must never hold a guess.
 */
export function readMoney(
  row: OpenRow,
  columns: MoneyColumns,
  options: { readonly companyCurrency: string; readonly notes: FileNotes },
): void {
  const [decimal, minorText, currencyText] = [row.text(columns.decimal), row.text(columns.minor), row.text(columns.currency)];
  if (decimal === '' && minorText === '' && currencyText === '') return;
  const leave = (problem: string): void => options.notes.leave(row.line, columns.minor, problem);
  const currency = currencyText === '' ? options.companyCurrency : currencyText.toUpperCase();
  if (!/^[A-Z]{3}$/u.test(currency))
    return leave(`${columns.currency} ${shown(currencyText)} is no ISO 4217 code, so the amount means nothing`);
  const given = minorText === '' ? null : wholeNumber(minorText);
  const written = decimal === '' ? null : toMinor(decimal, currency);
  if (minorText !== '' && given === null) return leave(`${columns.minor} ${shown(minorText)} is no whole number`);
  if (decimal !== '' && written === null) return leave(`${columns.decimal} ${shown(decimal)} is no amount of ${currency}`);
  if (given !== null && written !== null && given !== written)
    return leave(`${columns.decimal} and ${columns.minor} do not say the same amount of ${currency}`);
  const minor = given ?? written;
  if (minor === null && currencyText === '') return;
  row.set(columns.minor, minor);
  row.set(columns.currency, currency);
}

/** A whole number as the warehouse's BIGINT takes it; null for anything else. */
export function wholeNumber(text: string): bigint | null {
  return /^[+-]?\d{1,18}$/u.test(text) ? BigInt(text.replace('+', '')) : null;
}

/**
 * A decimal as minor units, exactly; more places than the currency has are only taken when they are zeros. The sign is a
 * point; a comma with one or two digits behind it can be nothing else either.
 */
export function toMinor(text: string, currency: string): bigint | null {
  const match = /^([+-]?)(\d{1,15})(?:\.(\d+)|,(\d{1,2}))?$/u.exec(text);
  if (match === null) return null;
  const digits = minorDigits(currency);
  const decimals = (match[3] ?? match[4] ?? '').replace(/0+$/u, '');
  if (decimals.length > digits) return null;
  const minor = BigInt(`${match[2]}${decimals.padEnd(digits, '0')}`);
  return match[1] === '-' ? -minor : minor;
}
