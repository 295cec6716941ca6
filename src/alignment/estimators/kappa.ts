/** How far two raters agree beyond chance. */
export interface Kappa {
  /** Null when chance alone would agree always (one category only). */
  readonly kappa: number | null;
  /** Asymptotic standard error of Fleiss, Cohen and Everitt; null with `kappa`. */
  readonly se: number | null;
  readonly observed: number;
  readonly expected: number;
}

export type Weighting = 'none' | 'linear' | 'quadratic';

/**
 * Cohen's kappa of a square table of counts (rows: one rater, columns: the other, same order of categories). `linear` and
 * `quadratic` give partial credit by the distance of the categories. An empty table gives kappa null and 0 for the rest.
 * Transposing the table changes nothing.
 * @source Cohen 1960, 1968; Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969) 323 (standard error)
 */
export function cohenKappa(table: readonly (readonly number[])[], weighting: Weighting = 'none'): Kappa {
  const size = table.length;
  const n = table.flat().reduce((sum, c) => sum + c, 0);
  if (n === 0) return { kappa: null, se: null, observed: 0, expected: 0 };
  const p = table.map((row) => row.map((c) => c / n));
  const rows = p.map((row) => row.reduce((sum, x) => sum + x, 0));
  const columns = rows.map((_, j) => p.reduce((sum, row) => sum + (row[j] ?? 0), 0));
  const weight = (i: number, j: number): number => credit(Math.abs(i - j), size, weighting);
  let observed = 0;
  let expected = 0;
  each(size, (i, j) => {
    observed += weight(i, j) * at(p, i, j);
    expected += weight(i, j) * (rows[i] ?? 0) * (columns[j] ?? 0);
  });
  if (1 - expected < 1e-12) return { kappa: null, se: null, observed, expected };
  const kappa = (observed - expected) / (1 - expected);
  const rowMeans = rows.map((_, i) => columns.reduce((sum, c, j) => sum + c * weight(i, j), 0));
  const columnMeans = columns.map((_, j) => rows.reduce((sum, r, i) => sum + r * weight(i, j), 0));
  let spread = 0;
  each(size, (i, j) => {
    const term = weight(i, j) * (1 - expected) - ((rowMeans[i] ?? 0) + (columnMeans[j] ?? 0)) * (1 - observed);
    spread += at(p, i, j) * term * term;
  });
  const rest = observed * expected - 2 * expected + observed;
  const variance = (spread - rest * rest) / (n * (1 - expected) ** 4);
  return { kappa, se: Math.sqrt(Math.max(0, variance)), observed, expected };
}

/**
 * Prevalence- and bias-adjusted kappa: the raw agreement rescaled so that guessing among the categories gives 0.
 * @source Byrt, Bishop and Carlin, Journal of Clinical Epidemiology 46 (1993) 423, for any number of categories
 */
export function pabak(observed: number, categories: number): number | null {
  return categories < 2 ? null : (categories * observed - 1) / (categories - 1);
}

/**
 * Gwet's AC1: agreement beyond chance that does not collapse when nearly all cases are in one category.
 * @source Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008) 29
 */
export function gwetAc1(table: readonly (readonly number[])[]): number | null {
  const size = table.length;
  const n = table.flat().reduce((sum, c) => sum + c, 0);
  if (n === 0 || size < 2) return null;
  let observed = 0;
  let chance = 0;
  for (let i = 0; i < size; i += 1) {
    const row = (table[i] ?? []).reduce((sum, c) => sum + c, 0) / n;
    const column = table.reduce((sum, r) => sum + (r[i] ?? 0), 0) / n;
    const mean = (row + column) / 2;
    observed += at(table, i, i) / n;
    chance += (mean * (1 - mean)) / (size - 1);
  }
  return (observed - chance) / (1 - chance);
}

function credit(distance: number, size: number, weighting: Weighting): number {
  if (weighting === 'none' || size < 2) return distance === 0 ? 1 : 0;
  const share = distance / (size - 1);
  return weighting === 'linear' ? 1 - share : 1 - share * share;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}

function each(size: number, visit: (i: number, j: number) => void): void {
  for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) visit(i, j);
}
