import type { Instant, Side } from '../model/words.ts';
import { parseRatio, reduced, type Ratio } from './money.ts';

/** A dated rate as one CRM has it. */
export interface RateRecord {
  readonly side: Side;
  readonly currency: string;
  readonly startsAt: Instant;
  readonly rate: string;
  readonly corporate: boolean;
}

/** One unit of the company's currency is `ratio` units of `currency` from `startsAt` until before `endsAt`. */
export interface RateInterval {
  readonly currency: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly ratio: Ratio;
}

/** Later than every instant of the data; the same word as the statistics' SQL uses. */
export const endOfTime: Instant = 9_000_000_000_000_000;

type Step = { readonly startsAt: Instant; readonly ratio: Ratio };

/**
 * The dated rates against the company's currency. One CRM's table is used, never a mixture: the sales side's where it has
 * one. Where that CRM's corporate currency is another one than the company's, all rates are re-based over the company's own
 * rate; without such a rate there is no table, since a guess would be worse.
 */
export function rateTable(records: readonly RateRecord[], companyCurrency: string): readonly RateInterval[] {
  const side: Side = records.some((record) => record.side === 'sales' && !record.corporate) ? 'sales' : 'marketing';
  const steps = new Map<string, Step[]>();
  const own = records.filter((record) => record.side === side);
  for (const record of own) {
    const ratio = parseRatio(record.rate);
    if (ratio === null) continue;
    const list = steps.get(record.currency);
    const step = { startsAt: record.startsAt, ratio };
    if (list === undefined) steps.set(record.currency, [step]);
    else list.push(step);
  }
  for (const list of steps.values()) list.sort((a, b) => a.startsAt - b.startsAt);
  const corporate = own.find((record) => record.corporate)?.currency ?? null;
  const base = steps.get(companyCurrency) ?? null;
  if (base === null && corporate !== null && corporate !== companyCurrency) return [];
  const table: RateInterval[] = [];
  for (const [currency, list] of steps) {
    if (currency === companyCurrency) continue;
    table.push(...intervals(currency, base === null ? list : rebased(list, base)));
  }
  return table;
}

function rebased(list: readonly Step[], base: readonly Step[]): readonly Step[] {
  const starts = [...new Set([...list, ...base].map((step) => step.startsAt))].sort((a, b) => a - b);
  const at = (steps: readonly Step[], instant: Instant): Ratio | null => steps.findLast((step) => step.startsAt <= instant)?.ratio ?? null;
  const result: Step[] = [];
  for (const startsAt of starts) {
    const [own, over] = [at(list, startsAt), at(base, startsAt)];
    if (own === null || over === null) continue;
    result.push({
      startsAt,
      ratio: bounded({ numerator: own.numerator * over.denominator, denominator: own.denominator * over.numerator }),
    });
  }
  return result;
}

/** Keeps both parts below 10^18, so that the product with an amount fits 128 bits; the change is below 10^-16 of the rate. */
function bounded(ratio: Ratio): Ratio {
  const exact = reduced(ratio);
  const digits = Math.max(exact.numerator.toString().length, exact.denominator.toString().length) - 18;
  if (digits <= 0) return exact;
  const scale = 10n ** BigInt(digits);
  const part = (value: bigint): bigint => (value / scale > 0n ? value / scale : 1n);
  return { numerator: part(exact.numerator), denominator: part(exact.denominator) };
}

function intervals(currency: string, steps: readonly Step[]): readonly RateInterval[] {
  const last = new Map(steps.map((step) => [step.startsAt, step.ratio]));
  const starts = [...last.keys()];
  return starts.map((startsAt, index) => ({
    currency,
    startsAt,
    endsAt: starts[index + 1] ?? endOfTime,
    ratio: bounded(last.get(startsAt)!),
  }));
}

/** The rate of a currency at an instant; null where none is known. */
export function rateAt(table: readonly RateInterval[], currency: string, at: Instant): Ratio | null {
  return table.find((row) => row.currency === currency && row.startsAt <= at && at < row.endsAt)?.ratio ?? null;
}
