/** One line of the table: what was measured, against which bar. */
export interface Measured {
  readonly what: string;
  readonly value: number;
  /** `calls`, `s`, `MB`, `ms`, `writes`, `x` for a ratio, ... */
  readonly unit: string;
  /** The figure to reach; null where the project set none. */
  readonly bar: { readonly is: 'at most' | 'at least'; readonly value: number } | null;
  /** Spread, sizes, and whatever the figure means nothing without. */
  readonly note: string;
}

/** A figure of the bench: one file each under `figures/`. */
export interface Figure {
  /** What it measures, in a few words. */
  readonly title: string;
  measure(): Promise<readonly Measured[]>;
}

export type Verdict = 'reached' | 'missed' | 'no bar';

export function verdictOf({ value, bar }: Pick<Measured, 'value' | 'bar'>): Verdict {
  if (bar === null) return 'no bar';
  // A figure that could not be taken (NaN) is never a figure reached.
  return (bar.is === 'at most' ? value <= bar.value : value >= bar.value) ? 'reached' : 'missed';
}

const widths = { what: 62, measured: 14, bar: 18 } as const;

export const heading: string = `${'what'.padEnd(widths.what)} ${'measured'.padStart(widths.measured)} ${'bar'.padStart(widths.bar)}  verdict`;

/** A table row, its note below it. */
export function rowOf(measured: Measured): string {
  const { what, unit, bar, note } = measured;
  const shown = `${short(measured.value)} ${unit}`.padStart(widths.measured);
  const aim = (bar === null ? '' : `${bar.is} ${short(bar.value)}`).padStart(widths.bar);
  return `${what.padEnd(widths.what)} ${shown} ${aim}  ${verdictOf(measured)}${note === '' ? '' : `\n    ${note}`}`;
}

/** Four significant digits for fractions, all of a whole number. */
function short(value: number): string {
  if (!Number.isFinite(value)) return 'not measured';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(value < 1 ? 3 : 4)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}
