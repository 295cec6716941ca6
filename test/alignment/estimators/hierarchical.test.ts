import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupRate, hierarchicalRates, sharedPrior } from '../../../src/alignment/estimators/hierarchical.ts';

// Gelman et al., Bayesian Data Analysis, 3rd edition, table 5.1: tumours among control rats of 70 experiments, then the current one
const rats = (
  '0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18 2/25 2/24 2/23 ' +
  '2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 ' +
  '4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14'
)
  .split(' ')
  .map((cell) => ({ k: Number(cell.split('/')[0]), n: Number(cell.split('/')[1]) }));

describe('the shared prior of groups', () => {
  test("of the rat tumours has the book's posterior means on the book's grid", () => {
    const prior = sharedPrior(rats, { u: [-2.3, -1.3], v: [1, 5], points: 100 });
    const nodes = prior?.nodes ?? [];
    expect(nodes.reduce((sum, node) => sum + node.weight * node.alpha, 0)).toBeCloseTo(2.4026, 4);
    expect(nodes.reduce((sum, node) => sum + node.weight * node.beta, 0)).toBeCloseTo(14.3195, 4);
    expect(groupRate(prior ?? { nodes: [] }, { k: 4, n: 14 }).mean).toBeCloseTo(0.210857, 6);
  });

  test('finds the region by itself', () => {
    const rate = hierarchicalRates(rats)?.at(-1);
    expect(rate?.mean).toBeCloseTo(0.210857, 5);
    expect(rate?.lo).toBeCloseTo(0.0865, 3);
    expect(rate?.hi).toBeCloseTo(0.3784, 3);
  });

  test('is not decided by how fine the grid is', () => {
    const region = { u: [-3, -0.8], v: [0, 7] } as const;
    const coarse = sharedPrior(rats, { ...region, points: 24 });
    const fine = sharedPrior(rats, { ...region, points: 120 });
    const one = groupRate(coarse ?? { nodes: [] }, { k: 2, n: 2 });
    const other = groupRate(fine ?? { nodes: [] }, { k: 2, n: 2 });
    expect(one.mean).toBeCloseTo(other.mean, 5);
    expect(one.hi).toBeCloseTo(other.hi, 4);
  });
});

describe('shrunken rates', () => {
  test('a 2 of 2 campaign among like ones stays near them', () => {
    const groups = [...Array.from({ length: 40 }, () => ({ k: 15, n: 100 })), { k: 2, n: 2 }];
    const small = hierarchicalRates(groups)?.at(-1);
    expect(small?.mean).toBeGreaterThan(0.15);
    expect(small?.mean).toBeLessThan(0.17);
    expect(small?.hi).toBeLessThan(0.25);
  });

  test('lie between the raw rate and the others, keep the order of equal groups, and hold their mean', () => {
    const group = fc.tuple(fc.nat(20), fc.nat(20)).map(([k, rest]) => ({ k, n: k + rest + 1 }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 3, maxLength: 8 }), (groups) => {
        const all = [...groups, { k: 2, n: 9 }, { k: 5, n: 9 }];
        const rates = hierarchicalRates(all) ?? [];
        const means = rates.map((r) => r.mean);
        all.forEach((g, i) => {
          const mean = means[i] ?? NaN;
          const raw = g.k / g.n;
          const centre = rates.length > 0 ? means : [];
          expect(mean).toBeGreaterThan(Math.min(raw, ...centre) - 1e-12);
          expect(mean).toBeLessThan(Math.max(raw, ...centre) + 1e-12);
          expect(rates[i]?.lo).toBeLessThan(mean);
          expect(rates[i]?.hi).toBeGreaterThan(mean);
        });
        expect(means.at(-1)).toBeGreaterThan(means.at(-2) ?? NaN);
      }),
      { numRuns: 15 },
    );
  });

  test('of a large group are its raw rate', () => {
    const rate = hierarchicalRates([...rats, { k: 700_000, n: 1_000_000 }])?.at(-1);
    expect(rate?.mean).toBeCloseTo(0.7, 4);
  });

  test('of a group without cases are the prior alone', () => {
    const rates = hierarchicalRates([...rats, { k: 0, n: 0 }]);
    expect(rates?.at(-1)?.mean).toBeCloseTo(0.1454, 2);
  });

  test('are not offered when no group has both outcomes', () => {
    expect(
      hierarchicalRates([
        { k: 0, n: 12 },
        { k: 3, n: 3 },
      ]),
    ).toBeNull();
    expect(hierarchicalRates([])).toBeNull();
  });
});
