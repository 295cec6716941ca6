import { normalQuantile } from '../distributions.ts';
import type { Interval } from '../types.ts';
import { wilson } from './wilson.ts';

/**
 * Simultaneous 95 % limits for the shares of a distribution over categories: all of them hold together with at least that
 * probability. One category or none: plain limits; no cases: 0 to 1 each. `inflation` is a design effect (1: none).
 * @source Goodman, Technometrics 7 (1965) 247, with the Bonferroni-corrected normal quantile
 */
export function goodman(counts: readonly number[], inflation: number = 1): readonly Interval[] {
  const total = counts.reduce((sum, c) => sum + c, 0);
  const n = total / inflation;
  const z = normalQuantile(1 - 0.05 / (2 * Math.max(1, counts.length)));
  return counts.map((c) => ({ ...wilson(total > 0 ? (c / total) * n : 0, n, z), level: 0.95, method: 'goodman' }));
}
