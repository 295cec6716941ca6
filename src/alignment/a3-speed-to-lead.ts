import { followUpShapes, incidenceRow, policyLabels } from './a1-follow-up-rate.ts';
import type { CurveGroup, Quantile, QuantileShare } from './curves.ts';
import { curvePoints, curveQuantiles, curvesAt, loadCurves } from './curves.ts';
import { dayMs, firstTouchObs, followUpPopulation, followUpWarnings, hourMs, missingFollowUp, policyCurve } from './follow-up.ts';
import { policies, policyNumber } from './prepare.ts';
import { clusterWarnings, labelOf, rate } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { firstTouchBusinessSql } from './sql/first-touch-business.sql.ts';
import { touchedBySql } from './sql/touched-by.sql.ts';
import type { Definition, QuantileRow, SegmentRow, StatContext, Statistic, StatResult } from './types.ts';

const definition: Definition = {
  id: 'A3',
  slug: 'speed-to-lead',
  version: 1,
  title: 'Speed to lead',
  question: 'How long does a lead wait for its first contact?',
  population:
    'First handovers of leads that sales did not find itself and had not contacted in the week before, where the first contact is known to the minute.',
  denominator: 'All of them, also those never contacted: the median is not that of the lucky ones.',
  censoring: 'As for the follow-up rate: closed untouched is a competing end, the next handover and the instant of the report censor.',
  needs: ['handovers', 'sales touches with times'],
};

const marks = [
  ['5min', 5 * 60_000],
  ['1h', hourMs],
  ['24h', dayMs],
] as const;

/**
 * The median time from the handover to the first contact over all leads, from the same incidence as the follow-up rate:
 * the smallest time by which half of them were contacted, in milliseconds. It is not reached when fewer than half ever are.
 * Population: first episodes, not contacted in the week before. Censoring: next handover, the instant. n = 0: not measured;
 * n = 1: its own time, without limits. Rows: `horizon` (5 min, 1 h, 24 h), `policy` (within 24 h), the dimensions (within
 * 24 h). Quantiles: median and third quartile, for the total, each dimension, and in working hours where they are known.
 * @source Aalen and Johansen 1978; limits by inverting the log(-log) band, as R's survfit does
 */
export const speedToLead: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'median time to the first contact, of all leads';
  const missing = missingFollowUp(context);
  if (missing !== null) return notMeasured(definition, context, { estimateOf, unit: 'ms', needs: missing });

  const policy = policyNumber(context.settings.touchPolicy);
  const population = await followUpPopulation(context, policy);
  const filter = { sql: 'AND n_pre = 0 AND by_day = 0' };
  const places = { g: { sql: "''" }, cluster: { sql: 'cluster' }, filter };
  const mature = await rate(context, { obs: touchedBySql, places, params: [policy, context.asOf - dayMs, dayMs] });
  const { designEffect } = mature;
  const groups = await loadCurves(context.db, firstTouchObs(context, { preTouched: false }), [policy]);
  const main = groups.find((group) => group.curve === policyCurve(context.settings.touchPolicy));

  const { rows, quantiles } = await timesOf(context, { groups, main, designEffect });
  const until = context.settings.horizonDays * dayMs;
  const curves = main === undefined ? [] : await curvePoints(context.db, main, { shapes: followUpShapes, designEffect, until });
  if (context.facts.businessHours > 0) quantiles.push(...(await businessQuantiles(context, policy, designEffect)));

  const median = quantiles.find((q) => q.clock === 'handed' && q.dimension === 'total' && q.p === 0.5);
  const n = main?.n ?? 0;
  return resultOf(definition, context, {
    params: { touchPolicy: context.settings.touchPolicy, preTouchDays: context.settings.preTouchMs / dayMs, designEffect },
    population: {
      n,
      clusters: mature.clusters,
      unknown: 0,
      excluded: nonZero({
        ...population.excluded,
        'contacted before the handover': population.preTouched,
        'first contact known by its day only': population.byDay,
      }),
      immature: 0,
    },
    estimate: median?.value ?? null,
    estimateOf,
    unit: 'ms',
    interval:
      median === undefined || median.lo === null || median.value === null
        ? null
        : { lo: median.lo, hi: median.hi, level: 0.95, method: 'inverted aalen-johansen log(-log)' },
    ...(median?.value === undefined || median.value === null
      ? {
          notReached:
            n === 0
              ? 'No handover is left whose first contact could be timed.'
              : 'Fewer than half of the leads were contacted within the time observed.',
        }
      : {}),
    rows,
    quantiles,
    curve: curves[0]?.points ?? [],
    curves,
    warnings: [...followUpWarnings({ ...population, byDay: 0 }), ...clusterWarnings({ n, clusters: mature.clusters }, 'account')],
  });
}

function quantilesOf(
  group: CurveGroup,
  quantileOf: (group: CurveGroup, p: QuantileShare) => Quantile,
  place: { readonly clock: string; readonly dimension: string; readonly label: string },
): readonly QuantileRow[] {
  const shares = [0.5, 0.75] as const;
  return shares.map((p) => ({
    ...place,
    population: 'all',
    key: group.g,
    p,
    n: group.n,
    ...quantileOf(group, p),
    method: 'aalen-johansen',
  }));
}

interface Times {
  readonly rows: SegmentRow[];
  readonly quantiles: QuantileRow[];
}

async function timesOf(
  context: StatContext,
  loaded: { readonly groups: readonly CurveGroup[]; readonly main: CurveGroup | undefined; readonly designEffect: number },
): Promise<Times> {
  const { groups, main, designEffect } = loaded;
  const quantileOf = await curveQuantiles(context.db, designEffect);
  const rows: SegmentRow[] = [];
  const quantiles: QuantileRow[] = [];
  const atDay = await curvesAt(context.db, dayMs);
  if (main !== undefined) {
    for (const [key, t] of marks) {
      rows.push(incidenceRow(main, await curvesAt(context.db, t), { dimension: 'horizon', key, label: `within ${key}`, designEffect, t }));
    }
    quantiles.push(...quantilesOf(main, quantileOf, { clock: 'handed', dimension: 'total', label: 'all' }));
  }
  for (const one of policies) {
    const group = groups.find((g) => g.curve === policyCurve(one));
    if (group !== undefined)
      rows.push(incidenceRow(group, atDay, { dimension: 'policy', key: one, label: policyLabels[one], designEffect, t: dayMs }));
  }
  for (const dimension of context.dimensions) {
    for (const group of groups.filter((g) => g.curve === dimension)) {
      const label = labelOf(context, dimension, group.g);
      rows.push(incidenceRow(group, atDay, { dimension, key: group.g, label, designEffect, t: dayMs }));
      quantiles.push(...quantilesOf(group, quantileOf, { clock: 'handed', dimension, label }));
    }
  }
  return { rows, quantiles };
}

async function businessQuantiles(context: StatContext, policy: number, designEffect: number): Promise<readonly QuantileRow[]> {
  const [group] = await loadCurves(context.db, firstTouchBusinessSql, [policy, context.settings.horizonDays * dayMs]);
  if (group === undefined) return [];
  const quantileOf = await curveQuantiles(context.db, designEffect);
  return quantilesOf(group, quantileOf, { clock: 'handed, working hours', dimension: 'total', label: 'all' });
}
