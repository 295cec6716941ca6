import jstat from 'jstat';

/**
 * The value below which a standard normal variable falls with probability `p` (0 < p < 1).
 * @source jstat 1.9, whose last digits far out in the tail are mended by one Newton step
 */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  const z = jstat.normal.inv(p, 0, 1);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return z - (chiSquareTail(z * z, 1) / 2 - p) / density;
}

/** The 97.5 % point of the standard normal distribution: half the width of a 95 % interval in standard errors. */
export const z95: number = 1.959963984540054;

/**
 * ln Γ(x) for x > 0.
 * @source Abramowitz and Stegun 6.1.41, after shifting x above 12 by the recurrence 6.1.15
 */
export function logGamma(x: number): number {
  let shift = 1;
  let y = x;
  while (y < 12) {
    shift *= y;
    y += 1;
  }
  const r = 1 / (y * y);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift);
}

/** ln B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * P(X <= x) for X ~ Beta(a, b), a, b > 0; 0 below and 1 above the unit interval.
 * @source Abramowitz and Stegun 26.5.8, the continued fraction evaluated by Lentz's method
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1), tiny);
  let value = d;
  for (let m = 1; m <= 20_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d, tiny);
    c = guard(1 + even / c, tiny);
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d, tiny);
    c = guard(1 + odd / c, tiny);
    value *= c * d;
    if (Math.abs(c * d - 1) < 4e-16) break;
  }
  return value;
}

function guard(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** The density of Beta(a, b) at x, 0 < x < 1. */
export function betaDensity(x: number, a: number, b: number): number {
  return Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta(a, b));
}

/** The x with betaCdf(x, a, b) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  return invertUnit(
    { p, start: a / (a + b), tolerance: 1e-15 },
    (x) => betaCdf(x, a, b),
    (x) => betaDensity(x, a, b),
  );
}

/**
 * Solves cdf(x) = p on the unit interval by Newton steps that never leave the bracket found so far; halves the bracket
 * (on a log scale near 0) where a step would leave it.
 */
export function invertUnit(
  target: { readonly p: number; readonly start: number; readonly tolerance: number },
  cdf: (x: number) => number,
  density: (x: number) => number,
): number {
  const { p, start, tolerance } = target;
  let lo = 0;
  let hi = 1;
  let x = start;
  for (let step = 0; step < 400; step += 1) {
    const error = cdf(x) - p;
    if (error === 0) return x;
    if (error > 0) hi = x;
    else lo = x;
    const newton = x - error / density(x);
    const next = newton > lo && newton < hi ? newton : middle(lo, hi);
    if (Math.abs(next - x) <= tolerance * x) return next;
    x = next;
  }
  return x;
}

function middle(lo: number, hi: number): number {
  if (lo === 0) return hi > 1e-300 ? hi * 0.01 : hi / 2;
  return hi > 4 * lo ? Math.sqrt(lo * hi) : (lo + hi) / 2;
}

/** The value below which Student's t with `df` > 0 degrees of freedom falls with probability `p` (0 < p < 1). */
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -tQuantile(1 - p, df);
  if (df > 1e7) return normalQuantile(p);
  const y = betaQuantile(2 * p - 1, 0.5, df / 2);
  if (y < 0.5) return Math.sqrt((df * y) / (1 - y));
  const x = betaQuantile(2 * (1 - p), df / 2, 0.5);
  return Math.sqrt((df * (1 - x)) / x);
}

/**
 * P(X > x) for X ~ chi-squared with `df` degrees of freedom; keeps its digits far out in the tail.
 * @source Abramowitz and Stegun 6.5.29 (series) and 6.5.31 (continued fraction)
 */
export function chiSquareTail(x: number, df: number): number {
  if (x <= 0) return 1;
  const a = df / 2;
  const y = x / 2;
  const front = Math.exp(a * Math.log(y) - y - logGamma(a));
  if (y < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-17; n += 1) {
      term *= y / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = y + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / guard(an * d + b, 1e-300);
    c = guard(b + an / c, 1e-300);
    value *= c * d;
    if (Math.abs(c * d - 1) < 4e-16) break;
  }
  return front * value;
}
