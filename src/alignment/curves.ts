import type { Param, Queryable, Row } from '../warehouse/types.ts';
import { z95 } from './distributions.ts';
import { logLogLimits } from './estimators/limits.ts';
import { count, numberOrNull, text } from './rows.ts';
import { materialise } from './prepare.ts';
import { curveAtSql } from './sql/curve-at.sql.ts';
import { curveCrossSql } from './sql/curve-cross.sql.ts';
import { curveGroupsSql } from './sql/curve-groups.sql.ts';
import { curveNumbersSql } from './sql/curve-numbers.sql.ts';
import { curveObsSql } from './sql/curve-obs.sql.ts';
import { curvePointsSql } from './sql/curve-points.sql.ts';
import { survivalSql } from './sql/survival.sql.ts';
import type { Curve, CurvePoint, Interval } from './types.ts';

/** One curve: what entered it. `curve` and `g` name it, `c` is its number in this load. */
export interface CurveGroup {
  readonly c: number;
  readonly curve: string;
  readonly g: string;
  readonly n: number;
  readonly k1: number;
  readonly k2: number;
  /** The longest time any case was under observation, in milliseconds. */
  readonly longest: number;
}

/** The curve's values at a time. Before the first event: all waiting, no spread. */
export interface CurveValue {
  readonly f1: number;
  readonly f2: number;
  readonly s: number;
  readonly se1: number;
  readonly se2: number;
  readonly seS: number;
  /** Events seen by then. */
  readonly k1: number;
  readonly k2: number;
}

export interface Quantile {
  readonly value: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}

/**
 * Computes the curves of all groups of `obs`, a SELECT of (curve, g, t, e), into the temporary tables that the other
 * functions read until the next call.
 */
export async function loadCurves(db: Queryable, obs: string, params: readonly Param[]): Promise<readonly CurveGroup[]> {
  await materialise(db, { name: 'named_obs', sql: obs, params });
  await materialise(db, { name: 'curve_names', sql: curveNumbersSql, params: [] });
  await materialise(db, { name: 'obs', sql: curveObsSql, params: [] });
  await materialise(db, { name: 'curve', sql: survivalSql, params: [] });
  const rows = await db.query(curveGroupsSql);
  return rows
    .map((row) => ({
      c: count(row, 'c'),
      curve: text(row, 'curve'),
      g: text(row, 'g'),
      n: count(row, 'n'),
      k1: count(row, 'k1'),
      k2: count(row, 'k2'),
      longest: count(row, 'longest'),
    }))
    .sort((a, b) => b.n - a.n || (a.curve + a.g < b.curve + b.g ? -1 : 1));
}

/** Every curve's values at time `t`, by its number. A curve without an event by then is absent: see `valueAt`. */
export async function curvesAt(db: Queryable, t: number): Promise<ReadonlyMap<number, CurveValue>> {
  const rows = await db.query(curveAtSql, [t]);
  return new Map(rows.map((row) => [count(row, 'c'), valueOf(row)]));
}

/** A curve's value among those of `curvesAt`; flat where nothing has happened yet. */
export function valueAt(values: ReadonlyMap<number, CurveValue>, group: Pick<CurveGroup, 'c'>): CurveValue {
  return values.get(group.c) ?? { f1: 0, f2: 0, s: 1, se1: 0, se2: 0, seS: 0, k1: 0, k2: 0 };
}

function valueOf(row: Row): CurveValue {
  const s = count(row, 's');
  return {
    f1: unit(count(row, 'f1')),
    f2: unit(count(row, 'f2')),
    s,
    se1: Math.sqrt(count(row, 'var_f1')),
    se2: Math.sqrt(count(row, 'var_f2')),
    seS: s * Math.sqrt(count(row, 'greenwood')),
    k1: count(row, 'k1'),
    k2: count(row, 'k2'),
  };
}

/** Running sums of floats may pass 1 by a last bit. */
function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Whether a curve says anything about time `t`: somebody was watched that long, or nobody was left waiting before. */
export function reaches(group: CurveGroup, t: number): boolean {
  return group.longest >= t || group.k1 + group.k2 === group.n;
}

/** Limits of an incidence on the log(-log) scale, widened by the design effect of its clusters. */
export function incidenceInterval(p: number, se: number, designEffect: number): Interval {
  const method = designEffect > 1 ? 'aalen-johansen log(-log), design effect' : 'aalen-johansen log(-log)';
  return { ...logLogLimits(p, se * Math.sqrt(designEffect)), level: 0.95, method };
}

/** The shares for which `curveQuantiles` finds the times. */
export type QuantileShare = 0.25 | 0.5 | 0.75;

/**
 * The times by which a quarter, half and three quarters of each curve's cases had the first kind of end: the first step at
 * or above the share, the middle of a step exactly at it; with limits by inverting the log(-log) band.
 */
export async function curveQuantiles(
  db: Queryable,
  designEffect: number,
): Promise<(group: Pick<CurveGroup, 'c'>, p: QuantileShare) => Quantile> {
  const found = new Map<string, Quantile>();
  for (const row of await db.query(curveCrossSql, [z95 * Math.sqrt(designEffect)])) {
    const t = numberOrNull(row, 't');
    const beyond = numberOrNull(row, 'beyond');
    const value = t !== null && beyond !== null && count(row, 'flat') === 1 ? (t + beyond) / 2 : t;
    const key = `${count(row, 'c')} ${count(row, 'p')}`;
    found.set(key, { value, lo: numberOrNull(row, 'earliest'), hi: numberOrNull(row, 'latest') });
  }
  return (group, p) => found.get(`${group.c} ${p}`) ?? { value: null, lo: null, hi: null };
}

/** What a curve shows and is called. `which`: ends of the first kind, of the second, or none yet. */
export interface CurveShape extends Omit<Curve, 'points' | 'n'> {
  readonly which: 'f1' | 'f2' | 's';
}

/** The curves of one group, thinned to at most 300 points each, beginning at time 0. */
export async function curvePoints(
  db: Queryable,
  group: CurveGroup,
  options: { readonly shapes: readonly CurveShape[]; readonly designEffect: number; readonly until: number },
): Promise<readonly Curve[]> {
  const rows = await db.query(curvePointsSql, [group.c, 296]);
  const steps = rows
    .map((row) => ({ t: count(row, 't'), atRisk: count(row, 'n'), ...valueOf(row) }))
    .filter((step) => step.t <= options.until)
    .sort((a, b) => a.t - b.t);
  return options.shapes.map(({ which, ...shape }) => {
    const start: CurvePoint = {
      t: Math.min(0, steps[0]?.t ?? 0),
      y: which === 's' ? 1 : 0,
      lo: which === 's' ? 1 : 0,
      hi: which === 's' ? 1 : 0,
      atRisk: group.n,
    };
    const points = steps.map((step) => {
      const y = step[which];
      const se = which === 'f1' ? step.se1 : which === 'f2' ? step.se2 : step.seS;
      return { t: step.t, y, ...logLogLimits(y, se * Math.sqrt(options.designEffect)), atRisk: step.atRisk };
    });
    return { ...shape, n: group.n, points: [start, ...points] };
  });
}
