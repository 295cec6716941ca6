import type { Interval } from '../types.ts';
import { wilson } from './wilson.ts';

/** `k` of `n`; both may be effective (fractional) numbers. */
export interface Arm {
  readonly k: number;
  readonly n: number;
}

/**
 * The difference of two independent shares (`a` minus `b`) with the hybrid score interval: each arm's Wilson limits, squared
 * and added. An arm without cases gives null. Swapping the arms flips the signs.
 * @source Newcombe, Statistics in Medicine 17 (1998) 873, method 10
 */
export function newcombe(a: Arm, b: Arm): { readonly difference: number; readonly interval: Interval } | null {
  if (a.n <= 0 || b.n <= 0) return null;
  const pa = a.k / a.n;
  const pb = b.k / b.n;
  const wa = wilson(a.k, a.n);
  const wb = wilson(b.k, b.n);
  const difference = pa - pb;
  return {
    difference,
    interval: {
      lo: difference - Math.hypot(pa - wa.lo, wb.hi - pb),
      hi: difference + Math.hypot(wa.hi - pa, pb - wb.lo),
      level: 0.95,
      method: 'newcombe-10',
    },
  };
}
