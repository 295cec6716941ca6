import { tQuantile, z95 } from '../distributions.ts';
import type { Interval } from '../types.ts';

/** The counts of a share whose cases come in clusters (the leads of one account, of one owner). */
export interface ClusterCounts {
  readonly k: number;
  readonly n: number;
  readonly clusters: number;
  /** Linearised variance of k/n over the clusters; null when there is only one. */
  readonly clusterVariance: number | null;
}

export interface ClusterShare {
  readonly estimate: number | null;
  readonly interval: Interval;
  /** How much wider than for independent cases: at least 1. */
  readonly designEffect: number;
  /** The number of independent cases that would say as much. */
  readonly effectiveN: number;
}

/**
 * Wilson's 95 % limits for `k` of `n`; also for a fractional, effective `n`. n = 0 gives 0 to 1.
 * @source Wilson 1927; the limits of Newcombe, Statistics in Medicine 17 (1998) 857, method 3
 */
export function wilson(k: number, n: number, z: number = z95): { readonly lo: number; readonly hi: number } {
  if (n <= 0) return { lo: 0, hi: 1 };
  const p = k / n;
  const centre = 2 * n * p + z * z;
  const half = z * Math.sqrt(z * z + 4 * n * p * (1 - p));
  const below = 2 * (n + z * z);
  return { lo: p <= 0 ? 0 : Math.max(0, (centre - half) / below), hi: p >= 1 ? 1 : Math.min(1, (centre + half) / below) };
}

/** Wilson's limits as an `Interval`. */
export function wilsonInterval(k: number, n: number): Interval {
  return { ...wilson(k, n), level: 0.95, method: 'wilson' };
}

/**
 * A share with limits that allow for cases of one cluster resembling each other: Wilson at n divided by the design effect,
 * with Student's t for the number of clusters. One cluster can't show any resemblance, so it gets plain Wilson limits (and
 * deserves a warning); n = 0 gives no estimate and 0 to 1. Limits always contain k/n.
 * @source Korn and Graubard, Survey Methodology 24 (1998) 193 (effective sample size); Wilson 1927
 */
export function clusterWilson(counts: ClusterCounts): ClusterShare {
  const { k, n, clusters, clusterVariance } = counts;
  if (n <= 0) return { estimate: null, interval: { lo: 0, hi: 1, level: 0.95, method: 'none' }, designEffect: 1, effectiveN: 0 };
  const p = k / n;
  if (clusters < 2 || clusterVariance === null) return { estimate: p, interval: wilsonInterval(k, n), designEffect: 1, effectiveN: n };
  const simple = (p * (1 - p)) / n;
  const designEffect = simple > 0 ? Math.max(1, clusterVariance / simple) : 1;
  const effectiveN = n / designEffect;
  const limits = wilson(p * effectiveN, effectiveN, tQuantile(0.975, clusters - 1));
  return { estimate: p, interval: { ...limits, level: 0.95, method: 'cluster-wilson' }, designEffect, effectiveN };
}

/**
 * The linearised variance of k/n from each cluster's count and size, as the SQL computes it for the statistics. Null for
 * fewer than two clusters or no cases.
 * @source Cochran, Sampling Techniques (1977), 3.12: the ratio estimator
 */
export function linearisedVariance(clusters: readonly { readonly k: number; readonly n: number }[]): number | null {
  const n = clusters.reduce((sum, c) => sum + c.n, 0);
  const k = clusters.reduce((sum, c) => sum + c.k, 0);
  if (clusters.length < 2 || n === 0) return null;
  const squares = clusters.reduce((sum, c) => sum + (c.k - (c.n * k) / n) ** 2, 0);
  return (squares * clusters.length) / (clusters.length - 1) / (n * n);
}
