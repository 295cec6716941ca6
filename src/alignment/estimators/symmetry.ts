import { chiSquareTail } from '../distributions.ts';

/** A chi-squared test. */
export interface ChiSquareTest {
  readonly statistic: number;
  readonly df: number;
  readonly p: number;
}

/**
 * Bowker's test whether disagreements go both ways alike: cell (i, j) against cell (j, i). Pairs of cells that are both
 * empty don't count; no pair at all gives null.
 * @source Bowker, Journal of the American Statistical Association 43 (1948) 572
 */
export function bowker(table: readonly (readonly number[])[]): ChiSquareTest | null {
  let statistic = 0;
  let df = 0;
  for (let i = 0; i < table.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const above = table[j]?.[i] ?? 0;
      const below = table[i]?.[j] ?? 0;
      if (above + below === 0) continue;
      statistic += (above - below) ** 2 / (above + below);
      df += 1;
    }
  }
  return df === 0 ? null : { statistic, df, p: chiSquareTail(statistic, df) };
}

/**
 * The Stuart-Maxwell test whether both raters use the categories equally often. Categories that nobody disagrees about
 * carry no information and are left out; fewer than two others give null.
 * @source Stuart, Biometrika 42 (1955) 412; Maxwell, British Journal of Psychiatry 116 (1970) 651
 */
export function stuartMaxwell(table: readonly (readonly number[])[]): ChiSquareTest | null {
  const cell = (i: number, j: number): number => table[i]?.[j] ?? 0;
  const all = table.map((_, i) => i);
  const row = (i: number): number => all.reduce((sum, j) => sum + cell(i, j), 0);
  const column = (j: number): number => all.reduce((sum, i) => sum + cell(i, j), 0);
  const used = all.filter((i) => row(i) + column(i) - 2 * cell(i, i) > 0).slice(1);
  if (used.length === 0) return null;
  const difference = used.map((i) => row(i) - column(i));
  const covariance = used.map((i) => used.map((j) => (i === j ? row(i) + column(i) - 2 * cell(i, i) : -(cell(i, j) + cell(j, i)))));
  const solved = solve(covariance, difference);
  if (solved === null) return null;
  const statistic = difference.reduce((sum, d, i) => sum + d * (solved[i] ?? 0), 0);
  return { statistic, df: used.length, p: chiSquareTail(statistic, used.length) };
}

/** Solves a x = b by elimination with row exchanges; null when `a` is singular. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): readonly number[] | null {
  const size = b.length;
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const scale = Math.max(...rows.flat().map(Math.abs), 1);
  for (let c = 0; c < size; c += 1) {
    const order = rows.slice(c).sort((x, y) => Math.abs(y[c] ?? 0) - Math.abs(x[c] ?? 0));
    rows.splice(c, size - c, ...order);
    const pivot = rows[c] ?? [];
    if (Math.abs(pivot[c] ?? 0) < 1e-12 * scale) return null;
    for (let r = 0; r < size; r += 1) {
      const row = rows[r] ?? [];
      if (r === c) continue;
      const factor = (row[c] ?? 0) / (pivot[c] ?? 1);
      for (let k = c; k <= size; k += 1) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}
