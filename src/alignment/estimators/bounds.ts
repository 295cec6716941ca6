import type { Bounds } from '../types.ts';

/**
 * The worst cases of a share when `unknown` further cases can't be judged: none of them has the property, or all have.
 * No unknown cases: undefined, for there is nothing to bound.
 */
export function boundUnknown(
  counts: { readonly k: number; readonly n: number; readonly unknown: number },
  why: string,
): Bounds | undefined {
  const { k, n, unknown } = counts;
  if (unknown <= 0) return undefined;
  return { lo: k / (n + unknown), hi: (k + unknown) / (n + unknown), why };
}
