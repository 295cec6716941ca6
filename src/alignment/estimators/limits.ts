import { z95 } from '../distributions.ts';

/**
 * Limits of a probability on the log(-log) scale, which never leave 0 to 1. A probability of 0 or 1, or one without a
 * standard error, gets itself as both limits: nothing is known about its spread.
 * @source Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (1980), 1.4
 */
export function logLogLimits(p: number, se: number, z: number = z95): { readonly lo: number; readonly hi: number } {
  if (p <= 0 || p >= 1 || !(se > 0)) return { lo: Math.min(1, Math.max(0, p)), hi: Math.min(1, Math.max(0, p)) };
  const centre = Math.log(-Math.log(p));
  const half = (z * se) / (p * -Math.log(p));
  return { lo: Math.exp(-Math.exp(centre + half)), hi: Math.exp(-Math.exp(centre - half)) };
}
