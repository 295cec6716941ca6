import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CurveGroup } from '../../../src/alignment/curves.ts';
import { curvePoints, curveQuantiles, curvesAt, incidenceInterval, loadCurves, reaches, valueAt } from '../../../src/alignment/curves.ts';
import { logLogLimits } from '../../../src/alignment/estimators/limits.ts';
import type { Bench } from '../engines.ts';
import { engines, openBench } from '../engines.ts';

/** MASS::gehan, both arms: remission of leukaemia in weeks, 1 relapse, 0 censored (Freireich et al. 1963). */
const sixMp = '6 1,6 1,6 1,6 0,7 1,9 0,10 1,10 0,11 0,13 1,16 1,17 0,19 0,20 0,22 1,23 1,25 0,32 0,32 0,34 0,35 0';
const control = '1 1,1 1,2 1,2 1,3 1,4 1,4 1,5 1,5 1,8 1,8 1,8 1,8 1,11 1,11 1,12 1,12 1,15 1,17 1,22 1,23 1';
/** Times with two kinds of end. */
const toy = '1 1,1 2,2 0,3 1,3 1,3 2,5 0,6 2,8 1,9 0,10 1,12 0';

function obs(sets: Readonly<Record<string, string>>): string {
  const rows = Object.entries(sets).flatMap(([g, text]) => text.split(',').map((pair) => `('km', '${g}', ${pair.replace(' ', ', ')})`));
  return `SELECT curve, g, CAST(t AS BIGINT) AS t, CAST(e AS INTEGER) AS e FROM (VALUES ${rows.join(', ')}) AS v (curve, g, t, e)`;
}

describe.each(engines)('survival curves by SQL on %s', (engine) => {
  let bench: Bench;
  let loaded: readonly CurveGroup[] = [];
  const load = async (sql: string): Promise<readonly CurveGroup[]> => (loaded = await loadCurves(bench, sql, []));
  const curveOf = (g: string): CurveGroup => {
    const found = loaded.find((group) => group.g === g);
    if (found === undefined) throw new Error(`no curve ${g}`);
    return found;
  };
  beforeAll(async () => {
    bench = await openBench(engine);
  }, 120_000);
  afterAll(() => bench.close());

  test('Kaplan-Meier and Greenwood equal R for the 6-MP trial', async () => {
    const groups = await load(obs({ '6-MP': sixMp, control }));
    // survfit(Surv(time, cens) ~ treat, MASS::gehan), survival 3.5-3: time, S, standard error
    const table = [
      [6, 0.857142857142857, 0.0763603548321213],
      [7, 0.80672268907563, 0.0869352851800572],
      [10, 0.752941176470588, 0.0963496529943205],
      [13, 0.690196078431372, 0.10681470777501],
      [16, 0.627450980392157, 0.114053865256753],
      [22, 0.53781512605042, 0.128233751693034],
      [23, 0.448179271708683, 0.13459145675576],
    ] as const;
    for (const [t, s, se] of table) {
      const value = valueAt(await curvesAt(bench, t), curveOf('6-MP'));
      expect(value.s).toBeCloseTo(s, 12);
      expect(value.seS).toBeCloseTo(se, 12);
      expect(value.f1).toBeCloseTo(1 - s, 12);
    }
    const limits = logLogLimits(0.857142857142857, 0.0763603548321213);
    expect(limits.lo).toBeCloseTo(0.619718, 6);
    expect(limits.hi).toBeCloseTo(0.951552, 6);
    const quantileOf = await curveQuantiles(bench, 1);
    expect(quantileOf(curveOf('6-MP'), 0.5).value).toBe(23);
    expect(quantileOf(curveOf('6-MP'), 0.5).hi).toBeNull();
    expect(quantileOf(curveOf('control'), 0.5).value).toBe(8);
    expect(quantileOf(curveOf('6-MP'), 0.75)).toMatchObject({ value: null });
    expect(groups.find((g) => g.g === '6-MP')).toMatchObject({ n: 21, k1: 9, k2: 0, longest: 35 });
  });

  test('Aalen-Johansen with Dinse-Larson errors equals R for two kinds of end', async () => {
    const [group] = await load(obs({ toy }));
    // survfit(Surv(t, factor(e)) ~ 1), survival 3.5-3: time, F1, its error, F2, its error
    const table = [
      [1, 0.083333, 0.079786, 0.083333, 0.079786],
      [3, 0.268519, 0.133048, 0.175926, 0.113329],
      [8, 0.37963, 0.151789, 0.287037, 0.141863],
      [10, 0.546296, 0.172515, 0.287037, 0.141863],
    ] as const;
    for (const [t, f1, se1, f2, se2] of table) {
      const value = valueAt(await curvesAt(bench, t), curveOf('toy'));
      expect(value.f1).toBeCloseTo(f1, 6);
      expect(value.se1).toBeCloseTo(se1, 6);
      expect(value.f2).toBeCloseTo(f2, 6);
      expect(value.se2).toBeCloseTo(se2, 6);
      expect(value.f1 + value.f2 + value.s).toBeCloseTo(1, 12);
    }
    const before = valueAt(await curvesAt(bench, 0), curveOf('toy'));
    expect(before).toMatchObject({ f1: 0, f2: 0, s: 1 });
    expect(group === undefined ? null : reaches(group, 12)).toBe(true);
    expect(group === undefined ? null : reaches(group, 13)).toBe(false);
  });

  test('without competing ends the incidence is one minus survival; without censoring it is the share', async () => {
    await load(obs({ all: '1 1,2 1,2 1,5 1', mixed: '1 1,2 2,4 1,4 2' }));
    const at = await curvesAt(bench, 2);
    expect(valueAt(at, curveOf('all')).f1).toBeCloseTo(0.75, 12);
    expect(valueAt(at, curveOf('mixed'))).toMatchObject({ k1: 1, k2: 1 });
    expect(valueAt(at, curveOf('mixed')).f1).toBeCloseTo(0.25, 12);
    const last = valueAt(await curvesAt(bench, 9), curveOf('all'));
    expect(last.f1).toBeCloseTo(1, 12);
    expect(last.f1).toBeLessThanOrEqual(1);
  });

  test('scaling the times scales the quantiles and nothing else', async () => {
    await load(obs({ toy }));
    const before = {
      quantile: (await curveQuantiles(bench, 1))(curveOf('toy'), 0.25),
      at: valueAt(await curvesAt(bench, 8), curveOf('toy')),
    };
    const scaled = toy.replaceAll(/(\d+) (\d)/g, (_, t: string, e: string) => `${Number(t) * 1000} ${e}`);
    await load(obs({ toy: scaled }));
    const after = (await curveQuantiles(bench, 1))(curveOf('toy'), 0.25);
    expect(after.value).toBe((before.quantile.value ?? NaN) * 1000);
    expect(valueAt(await curvesAt(bench, 8000), curveOf('toy'))).toEqual(before.at);
  });

  test('a curve of many steps is thinned to 300 points and keeps its ends', async () => {
    const [group] = await loadCurves(
      bench,
      `SELECT 'km' AS curve, '' AS g, CAST(i AS BIGINT) AS t, 1 AS e FROM generate_series(1, 2000) AS s (i)`,
      [],
    );
    if (group === undefined) throw new Error('no curve');
    const shape = { which: 'f1', event: 'touched', title: '', dimension: 'total', key: '', label: '' } as const;
    const [curve] = await curvePoints(bench, group, { shapes: [shape], designEffect: 1, until: 5000 });
    expect(curve?.points.length).toBeLessThanOrEqual(300);
    expect(curve?.points.length).toBeGreaterThan(280);
    expect(curve?.points[0]).toMatchObject({ t: 0, y: 0, atRisk: 2000 });
    expect(curve?.points.at(-1)?.t).toBe(2000);
    expect(curve?.points.at(-1)?.y).toBeCloseTo(1, 9);
    const ys = curve?.points.map((p) => p.y) ?? [];
    expect(ys.every((y, i) => i === 0 || y >= (ys[i - 1] ?? 0))).toBe(true);
  });

  test('one case has its own time and no spread; none has no curve', async () => {
    const [one] = await load(obs({ one: '7 1' }));
    expect(one).toMatchObject({ n: 1, k1: 1 });
    expect((await curveQuantiles(bench, 1))(curveOf('one'), 0.5)).toEqual({ value: 7, lo: 7, hi: 7 });
    expect(await load(`${obs({ one: '7 1' })} WHERE t > 100`)).toEqual([]);
  });
});

test('limits of an incidence say when a design effect widened them', () => {
  expect(incidenceInterval(0.4, 0.05, 1).method).not.toContain('design effect');
  const wide = incidenceInterval(0.4, 0.05, 2);
  expect(wide.method).toContain('design effect');
  expect(wide.lo).toBeLessThan(incidenceInterval(0.4, 0.05, 1).lo);
});
