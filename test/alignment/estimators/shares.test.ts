import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tQuantile } from '../../../src/alignment/distributions.ts';
import { boundUnknown } from '../../../src/alignment/estimators/bounds.ts';
import { goodman } from '../../../src/alignment/estimators/goodman.ts';
import { logLogLimits } from '../../../src/alignment/estimators/limits.ts';
import { newcombe } from '../../../src/alignment/estimators/newcombe.ts';
import { clusterWilson, linearisedVariance, wilson } from '../../../src/alignment/estimators/wilson.ts';

const counts = fc.tuple(fc.nat(400), fc.nat(400)).map(([a, b]) => ({ k: a, n: a + b }));

describe('Wilson limits', () => {
  test("equal Newcombe's published table (1998, method 3)", () => {
    const table = [
      [81, 263, 0.255289, 0.36621],
      [15, 148, 0.062386, 0.160487],
      [0, 20, 0, 0.161125],
      [1, 29, 0.006113, 0.171755],
    ] as const;
    for (const [k, n, lo, hi] of table) {
      expect(wilson(k, n).lo).toBeCloseTo(lo, 6);
      expect(wilson(k, n).hi).toBeCloseTo(hi, 6);
    }
  });

  test('stay in the unit interval and hold the share, for every k of n', () => {
    fc.assert(
      fc.property(counts, ({ k, n }) => {
        const { lo, hi } = wilson(k, n);
        expect(lo).toBeGreaterThanOrEqual(0);
        expect(hi).toBeLessThanOrEqual(1);
        if (n > 0) expect(lo <= k / n && k / n <= hi).toBe(true);
      }),
    );
  });

  test('say nothing about no cases', () => {
    expect(wilson(0, 0)).toEqual({ lo: 0, hi: 1 });
    expect(wilson(1, 1).hi).toBe(1);
  });
});

describe('cluster-adjusted Wilson limits', () => {
  // statsmodels 0.13.5: OLS(y, 1).fit(cov_type='cluster') gives the variance .0312860438
  const clusters = [
    [3, 5],
    [0, 4],
    [7, 7],
    [1, 6],
    [2, 3],
    [0, 5],
    [4, 4],
  ].map(([k, n]) => ({ k: k ?? 0, n: n ?? 0 }));

  test('equal the reference of seven clusters', () => {
    const variance = linearisedVariance(clusters);
    expect(variance).toBeCloseTo(0.0312860438, 10);
    const share = clusterWilson({ k: 17, n: 34, clusters: 7, clusterVariance: variance });
    expect(share.estimate).toBe(0.5);
    expect(share.designEffect).toBeCloseTo(4.254902, 6);
    expect(share.effectiveN).toBeCloseTo(7.990783, 6);
    const limits = wilson(0.5 * share.effectiveN, share.effectiveN, tQuantile(0.975, 6));
    expect(share.interval).toEqual({ ...limits, level: 0.95, method: 'cluster-wilson' });
  });

  test('are never narrower than for independent cases, hold the share, and stay in the unit interval', () => {
    const cluster = fc.tuple(fc.nat(6), fc.nat(6)).map(([k, rest]) => ({ k, n: k + rest + 1 }));
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 2, maxLength: 12 }), (list) => {
        const k = list.reduce((sum, c) => sum + c.k, 0);
        const n = list.reduce((sum, c) => sum + c.n, 0);
        const share = clusterWilson({ k, n, clusters: list.length, clusterVariance: linearisedVariance(list) });
        const plain = wilson(k, n);
        expect(share.designEffect).toBeGreaterThanOrEqual(1);
        expect(share.interval.lo).toBeLessThanOrEqual(plain.lo + 1e-12);
        expect(share.interval.hi).toBeGreaterThanOrEqual(plain.hi - 1e-12);
        expect(share.interval.lo).toBeLessThanOrEqual(k / n);
        expect(share.interval.hi).toBeGreaterThanOrEqual(k / n);
        expect(share.interval.lo).toBeGreaterThanOrEqual(0);
        expect(share.interval.hi).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('of independent cases are plain ones up to the t quantile', () => {
    const ones = Array.from({ length: 50 }, (_, i) => ({ k: i < 20 ? 1 : 0, n: 1 }));
    const share = clusterWilson({ k: 20, n: 50, clusters: 50, clusterVariance: linearisedVariance(ones) });
    const limits = wilson(20 / share.designEffect, 50 / share.designEffect, tQuantile(0.975, 49));
    expect(share.designEffect).toBeCloseTo(50 / 49, 12);
    expect(share.interval.lo).toBeCloseTo(limits.lo, 12);
  });

  test('of one cluster are plain, of no case there is no estimate', () => {
    expect(clusterWilson({ k: 3, n: 9, clusters: 1, clusterVariance: null }).interval).toEqual({
      ...wilson(3, 9),
      level: 0.95,
      method: 'wilson',
    });
    expect(clusterWilson({ k: 0, n: 0, clusters: 0, clusterVariance: null })).toMatchObject({ estimate: null, interval: { lo: 0, hi: 1 } });
    expect(clusterWilson({ k: 1, n: 1, clusters: 1, clusterVariance: null }).estimate).toBe(1);
  });
});

describe("Newcombe's interval for a difference", () => {
  test('equals the published examples (1998, method 10)', () => {
    const table = [
      [56, 70, 48, 80, 0.052431, 0.333873],
      [9, 10, 3, 10, 0.170523, 0.809018],
      [5, 56, 0, 29, -0.038137, 0.19256],
      [0, 10, 0, 20, -0.161125, 0.277533],
      [10, 10, 0, 10, 0.607509, 1],
    ] as const;
    for (const [ka, na, kb, nb, lo, hi] of table) {
      const found = newcombe({ k: ka, n: na }, { k: kb, n: nb });
      expect(found?.interval.lo).toBeCloseTo(lo, 5);
      expect(found?.interval.hi).toBeCloseTo(hi, 6);
    }
  });

  test('flips its sign when the arms are swapped, and is nothing when one is empty', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const one = newcombe(a, b);
        const other = newcombe(b, a);
        if (a.n === 0 || b.n === 0) {
          expect(one).toBeNull();
          return;
        }
        expect(one?.interval.lo).toBeCloseTo(-(other?.interval.hi ?? NaN), 12);
        expect(one?.difference).toBeCloseTo(-(other?.difference ?? NaN), 12);
      }),
    );
  });
});

test('Goodman limits of several categories hold together: each is wider than its own Wilson limits', () => {
  const limits = goodman([30, 50, 20]);
  // z = qnorm(1 - .05/6) = 2.39397979; Wilson 30 of 100 at that z
  expect(limits[0]?.lo).toBeCloseTo(wilson(30, 100, 2.3939797998185104).lo, 12);
  limits.forEach((limit, i) => expect(limit.lo).toBeLessThan(wilson([30, 50, 20][i] ?? 0, 100).lo));
  expect(goodman([0, 0])[0]).toMatchObject({ lo: 0, hi: 1 });
  expect(goodman([])).toEqual([]);
});

test('unknown cases are bounded by the two worst cases', () => {
  expect(boundUnknown({ k: 3, n: 10, unknown: 5 }, 'why')).toEqual({ lo: 3 / 15, hi: 8 / 15, why: 'why' });
  expect(boundUnknown({ k: 3, n: 10, unknown: 0 }, 'why')).toBeUndefined();
});

test('log(-log) limits equal R and collapse at 0 and 1', () => {
  // summary(survfit(Surv(time, cens) ~ 1, subset(MASS::gehan, treat == "6-MP"), conf.type = "log-log")), survival 3.5-3
  expect(logLogLimits(0.857142857142857, 0.0763603548321213).lo).toBeCloseTo(0.619717955265984, 12);
  expect(logLogLimits(0.448179271708683, 0.1345914567557604).hi).toBeCloseTo(0.680142628495241, 12);
  expect(logLogLimits(0, 0)).toEqual({ lo: 0, hi: 0 });
  expect(logLogLimits(1, 0)).toEqual({ lo: 1, hi: 1 });
});
