import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cohenKappa, gwetAc1, pabak } from '../../../src/alignment/estimators/kappa.ts';
import { bowker, stuartMaxwell } from '../../../src/alignment/estimators/symmetry.ts';

// vcd::SexualFun (Agresti 1990): husbands and wives rating the same item
const couples = [
  [7, 7, 2, 3],
  [2, 8, 3, 7],
  [1, 5, 4, 9],
  [2, 8, 9, 14],
];
const table = (size: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.nat(30), { minLength: size, maxLength: size }), { minLength: size, maxLength: size });
const transpose = (t: readonly (readonly number[])[]): number[][] => t.map((_, i) => t.map((row) => row[i] ?? 0));

describe('kappa', () => {
  test('equals the textbook 2 by 2 table with its standard error', () => {
    const found = cohenKappa([
      [20, 5],
      [10, 15],
    ]);
    expect(found.kappa).toBeCloseTo(0.4, 12);
    expect(found.se).toBeCloseTo(0.1269960629, 10);
  });

  test('unweighted, linear and quadratic equal R (vcd 1.4-11, Kappa and its ASE)', () => {
    expect(cohenKappa(couples).kappa).toBeCloseTo(0.129330254, 9);
    expect(cohenKappa(couples).se).toBeCloseTo(0.0685985325, 9);
    expect(cohenKappa(couples, 'linear').kappa).toBeCloseTo(0.2373806276, 9);
    expect(cohenKappa(couples, 'linear').se).toBeCloseTo(0.0783163348, 9);
    expect(cohenKappa(couples, 'quadratic').kappa).toBeCloseTo(0.3320455862, 9);
    expect(cohenKappa(couples, 'quadratic').se).toBeCloseTo(0.097297522, 9);
  });

  test('is 1 for perfect agreement, 0 for independent raters, and undefined with one category', () => {
    expect(
      cohenKappa([
        [5, 0],
        [0, 9],
      ]).kappa,
    ).toBeCloseTo(1, 12);
    expect(
      cohenKappa([
        [8, 12],
        [12, 18],
      ]).kappa,
    ).toBeCloseTo(0, 12);
    expect(cohenKappa([[7]]).kappa).toBeNull();
    expect(cohenKappa([]).kappa).toBeNull();
    expect(
      cohenKappa([
        [4, 0],
        [0, 0],
      ]),
    ).toMatchObject({ kappa: null, observed: 1 });
  });

  test('is the same for the transposed table, weighted or not', () => {
    fc.assert(
      fc.property(table(4), fc.constantFrom('none', 'linear', 'quadratic'), (t, weighting) => {
        const one = cohenKappa(t, weighting);
        const other = cohenKappa(transpose(t), weighting);
        if (one.kappa === null) expect(other.kappa).toBeNull();
        else {
          expect(other.kappa).toBeCloseTo(one.kappa, 9);
          expect(other.se).toBeCloseTo(one.se ?? NaN, 9);
        }
      }),
    );
  });

  test('with two categories all weightings agree', () => {
    fc.assert(
      fc.property(table(2), (t) => {
        expect(cohenKappa(t, 'linear')).toEqual(cohenKappa(t));
        expect(cohenKappa(t, 'quadratic')).toEqual(cohenKappa(t));
      }),
    );
  });

  test('PABAK and AC1 stand where kappa collapses', () => {
    const skewed = [
      [118, 5],
      [2, 0],
    ];
    expect(cohenKappa(skewed).kappa).toBeCloseTo(-0.0234, 4);
    expect(pabak(118 / 125, 2)).toBeCloseTo(0.888, 12);
    // Gwet 2008, table 2: AC1 = .9408
    expect(gwetAc1(skewed)).toBeCloseTo(0.9408, 4);
    expect(pabak(1, 1)).toBeNull();
    expect(gwetAc1([[3]])).toBeNull();
  });
});

describe('symmetry', () => {
  test('Bowker and Stuart-Maxwell equal R', () => {
    // stats::mcnemar.test(vcd::SexualFun) and coin::mh_test
    expect(bowker(couples)?.statistic).toBeCloseTo(3.877778, 6);
    expect(bowker(couples)?.df).toBe(6);
    expect(stuartMaxwell(couples)?.statistic).toBeCloseTo(3.580256, 6);
    expect(stuartMaxwell(couples)?.df).toBe(3);
  });

  test("Bowker of a 2 by 2 table is McNemar's test (Agresti: approval ratings)", () => {
    const approval = [
      [794, 150],
      [86, 570],
    ];
    expect(bowker(approval)?.statistic).toBeCloseTo(17.355932, 6);
    expect(stuartMaxwell(approval)?.statistic).toBeCloseTo(17.355932, 6);
  });

  test('a symmetric table shows no asymmetry, an undisputed one says nothing', () => {
    fc.assert(
      fc.property(table(3), (t) => {
        const symmetric = t.map((row, i) => row.map((c, j) => c + (t[j]?.[i] ?? 0)));
        expect(bowker(symmetric)?.statistic ?? 0).toBe(0);
        expect(stuartMaxwell(symmetric)?.statistic ?? 0).toBe(0);
      }),
    );
    expect(
      bowker([
        [3, 0],
        [0, 4],
      ]),
    ).toBeNull();
    expect(
      stuartMaxwell([
        [3, 0],
        [0, 4],
      ]),
    ).toBeNull();
  });
});
