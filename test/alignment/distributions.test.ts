import { expect, test } from 'vitest';
import { betaCdf, betaQuantile, chiSquareTail, logGamma, normalQuantile, tQuantile, z95 } from '../../src/alignment/distributions.ts';

/** Reference values: R 4.2.2, options(digits = 15), the call beside each. */
function close(actual: number, expected: number, relative = 1e-12): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-300));
}

test('normal quantiles equal R, far out in the tail too', () => {
  // qnorm(c(1e-10, .001, .025, .9, .9999))
  const expected = [-6.36134090240406, -3.09023230616781, -1.95996398454005, 1.2815515655446, 3.71901648545571];
  [1e-10, 0.001, 0.025, 0.9, 0.9999].forEach((p, i) => close(normalQuantile(p), expected[i] ?? NaN));
  expect(normalQuantile(0.5)).toBe(0);
  close(z95, 1.95996398454005, 1e-14);
});

test("Student's t quantiles equal R from one degree of freedom to a hundred thousand", () => {
  // qt(.975, c(1, 2, 3, 5, 10, 30, 100, 1000, 1e5)); qt(.995, c(1, 4, 7))
  const expected = [
    12.7062047361747, 4.30265272974946, 3.18244630528371, 2.57058183563631, 2.22813885198627, 2.04227245630124, 1.98397151852355,
    1.96233908082641, 1.95998770753461,
  ];
  // ln B of large shapes is a small difference of large numbers: two to three digits go
  [1, 2, 3, 5, 10, 30, 100, 1000, 1e5].forEach((df, i) => close(tQuantile(0.975, df), expected[i] ?? NaN, 1e-10));
  [63.6567411628715, 4.60409487134999, 3.49948329735049].forEach((t, i) => close(tQuantile(0.995, [1, 4, 7][i] ?? 1), t));
  close(tQuantile(0.025, 5), -2.57058183563631);
  expect(tQuantile(0.5, 3)).toBe(0);
  close(tQuantile(0.975, 1e9), z95, 1e-8);
});

test('beta quantiles equal R for flat, skewed, large and tiny shapes', () => {
  // qbeta(.025, 2, 30) and so on
  close(betaQuantile(0.025, 2, 30), 0.0079109834618547);
  close(betaQuantile(0.5, 2, 30), 0.0535520521170028);
  close(betaQuantile(0.975, 2, 30), 0.167021116230228);
  close(betaQuantile(0.5, 0.5, 0.5), 0.5);
  close(betaQuantile(0.025, 0.05, 4), 1.50302149535881e-33);
  close(betaQuantile(0.975, 300, 20_000), 0.0164829631747693);
  expect(betaQuantile(0, 2, 3)).toBe(0);
  expect(betaQuantile(1, 2, 3)).toBe(1);
});

test('the beta distribution function equals R and stays in the unit interval', () => {
  // pbeta(c(.01, .2, .5, .9), 2, 30); pbeta(.3, .5, .5); pbeta(.015, 300, 20000); pbeta(1e-8, .05, 4)
  [0.0383895145952355, 0.991334419725002, 0.999999985098839, 1].forEach((p, i) => close(betaCdf([0.01, 0.2, 0.5, 0.9][i] ?? 0, 2, 30), p));
  close(betaCdf(0.3, 0.5, 0.5), 0.369010119565545);
  close(betaCdf(0.015, 300, 20_000), 0.609978149289112, 1e-10);
  close(betaCdf(1e-8, 0.05, 4), 0.435603889057713);
  expect(betaCdf(-1, 2, 2)).toBe(0);
  expect(betaCdf(2, 2, 2)).toBe(1);
});

test('the chi-squared tail keeps its digits', () => {
  // pchisq(c(.1, 3.877778, 3.580256, 50, 80, 200), c(1, 6, 3, 10, 3, 100), lower = FALSE)
  const expected = [0.751829634045849, 0.69321213878865, 0.31050138791866, 2.6690834249045e-7, 3.06927748617242e-17, 1.17845007209794e-8];
  const cases = [
    [0.1, 1],
    [3.877778, 6],
    [3.580256, 3],
    [50, 10],
    [80, 3],
    [200, 100],
  ] as const;
  cases.forEach(([x, df], i) => close(chiSquareTail(x, df), expected[i] ?? NaN, 1e-11));
  expect(chiSquareTail(0, 4)).toBe(1);
});

test('ln gamma equals R', () => {
  // lgamma(c(1e-5, .1, .5, 3.7, 11.9, 12.1, 100, 1e6))
  const expected = [
    11.5129196928958, 2.25271265173421, 0.5723649429247, 1.42807232666539, 17.2584774505955, 17.7470072707987, 359.134205369575,
    12815504.5691476,
  ];
  [1e-5, 0.1, 0.5, 3.7, 11.9, 12.1, 100, 1e6].forEach((x, i) => close(logGamma(x), expected[i] ?? NaN, 1e-13));
});
