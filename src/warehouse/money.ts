/** An exact positive fraction. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * Currencies whose minor unit is not a hundredth.
 * @source ISO 4217, list one (checked 2026-11)
 */
const exponents: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code): [string, number] => [code, 0],
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code): [string, number] => [code, 3]),
  ...['CLF', 'UYW'].map((code): [string, number] => [code, 4]),
]);

/** Decimal places of a currency's minor unit; 2 for one that is not listed. */
export const minorDigits = (currency: string): number => exponents.get(currency) ?? 2;

/** The quotient rounded to the nearest whole number, halves away from zero. `divisor` is positive. */
export function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const half = dividend < 0n ? -divisor : divisor;
  return (2n * dividend + half) / (2n * divisor);
}

/** A positive decimal such as `1.0845` or `2e-3` as an exact fraction; null for anything else. */
export function parseRatio(text: string): Ratio | null {
  const match = /^\s*(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?\s*$/u.exec(text);
  if (match === null) return null;
  const decimals = match[2] ?? '';
  const exponent = Number(match[3] ?? 0) - decimals.length;
  const digits = BigInt(`${match[1]}${decimals}`);
  if (digits === 0n) return null;
  return exponent >= 0
    ? reduced({ numerator: digits * 10n ** BigInt(exponent), denominator: 1n })
    : reduced({ numerator: digits, denominator: 10n ** BigInt(-exponent) });
}

/** The fraction in lowest terms. */
export function reduced(ratio: Ratio): Ratio {
  let [a, b] = [ratio.numerator, ratio.denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: ratio.numerator / a, denominator: ratio.denominator / a };
}

/** `numerator/denominator`, as `fx_rates.ratio` holds it. */
export const ratioText = (ratio: Ratio): string => `${ratio.numerator}/${ratio.denominator}`;

/** Reads what `ratioText` wrote; null for anything else. */
export function ratioFromText(text: string): Ratio | null {
  const match = /^(\d+)\/(\d+)$/u.exec(text);
  if (match === null) return null;
  const ratio = { numerator: BigInt(match[1]!), denominator: BigInt(match[2]!) };
  return ratio.numerator > 0n && ratio.denominator > 0n ? ratio : null;
}

/**
 * Converts minor units of one currency to minor units of another, rounded once, halves away from zero.
 * `perUnit`: units of `from` for one unit of `to`.
 */
export function convertMinor(minor: bigint, currencies: { readonly from: string; readonly to: string }, perUnit: Ratio): bigint {
  const shift = minorDigits(currencies.to) - minorDigits(currencies.from);
  const dividend = minor * perUnit.denominator * (shift > 0 ? 10n ** BigInt(shift) : 1n);
  const divisor = perUnit.numerator * (shift < 0 ? 10n ** BigInt(-shift) : 1n);
  return roundedQuotient(dividend, divisor);
}

/** Minor units as a decimal string with the currency's places: `-1234.50`. */
export function decimalText(minor: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
