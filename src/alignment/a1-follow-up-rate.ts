import type { CurveGroup } from './curves.ts';
import { curvePoints, curvesAt, incidenceInterval, loadCurves, reaches, valueAt } from './curves.ts';
import {
  dayMs,
  firstTouchObs,
  followUpPopulation,
  followUpWarnings,
  hourMs,
  missingFollowUp,
  policyCurve,
  selfSourcedCurve,
} from './follow-up.ts';
import { policies, policyNumber } from './prepare.ts';
import type { Rate } from './rates.ts';
import { clusterWarnings, labelOf, otherKey, rate, rates } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { touchedBySql } from './sql/touched-by.sql.ts';
import type { Curve, Definition, Dimension, SegmentRow, StatContext, Statistic, StatResult } from './types.ts';

const definition: Definition = {
  id: 'A1',
  slug: 'follow-up-rate',
  version: 1,
  title: 'Follow-up rate',
  question: 'How many of the leads handed over does sales ever contact?',
  population:
    'First handovers of leads that marketing, a partner or an unknown source brought; not those that sales found itself, nor people who had opted out before.',
  denominator: 'All of them. A contact in the 7 days before the handover counts as follow-up at once.',
  censoring:
    'The time until the first contact, with being closed untouched (rejected, recycled, opted out) as the competing end; censored at the next handover and at the instant of the report.',
  needs: ['handovers', 'sales touches'],
};

/**
 * The share of handed leads that sales contacts within the horizon: the cumulative incidence of the first contact where
 * being closed untouched competes (Aalen-Johansen). Population: first episodes. Censoring: next handover, the instant.
 * n = 0: not measured; n = 1: 0 or 1 with limits equal to it. Not reached while no handover is as old as the horizon.
 * Rows: `horizon` (1 h, 24 h, 7 d, the horizon), `fate` at the horizon (touched, closed untouched, waiting: they add to 1),
 * `policy` (who counts as touching), `due` (without leads that a program closed untouched, which nobody was to follow up),
 * `origin` for the leads that sales found itself, and the dimensions asked for.
 * @source Aalen and Johansen 1978; Dinse and Larson 1986 (variance); design effect of accounts by Korn and Graubard 1998
 */
export const followUpRate: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const horizonMs = context.settings.horizonDays * dayMs;
  const horizonKey = `${context.settings.horizonDays}d`;
  const estimateOf = `contacted by sales within ${context.settings.horizonDays} days`;
  const missing = missingFollowUp(context);
  if (missing !== null) return notMeasured(definition, context, { estimateOf, unit: 'share', needs: missing });

  const policy = policyNumber(context.settings.touchPolicy);
  const population = await followUpPopulation(context, policy);
  const params = [policy, context.asOf - horizonMs, horizonMs];
  const places = { cluster: { sql: 'cluster' }, filter: { sql: '' } };
  const mature = await rate(context, { obs: touchedBySql, places: { ...places, g: { sql: "''" } }, params });
  const groups = await loadCurves(context.db, firstTouchObs(context, { preTouched: true }), [policy]);
  const main = groups.find((group) => group.curve === policyCurve(context.settings.touchPolicy));
  const shared = { groups, main, designEffect: mature.designEffect, horizonMs, horizonKey };
  const rows = [
    ...(main === undefined ? [] : await mainRows(context, { ...shared, main })),
    ...(await comparisonRows(context, { ...shared, policy })),
    ...(await dimensionRows(context, {
      ...shared,
      effectsOf: (column) => rates(context, { obs: touchedBySql, places: { ...places, g: column }, params }),
    })),
  ];

  const headline = rows.find((r) => r.dimension === 'horizon' && r.key === horizonKey);
  const curves =
    main === undefined
      ? []
      : await curvePoints(context.db, main, { shapes: followUpShapes, designEffect: mature.designEffect, until: 2 * horizonMs });
  const segmentCurves = await segmentsOf(context, groups, { until: horizonMs, designEffect: mature.designEffect });
  const estimate = headline?.estimate ?? null;
  const upper = estimate === null ? null : Math.min(1, estimate + population.unknownActor / Math.max(1, population.episodes));
  return resultOf(definition, context, {
    params: {
      horizonDays: context.settings.horizonDays,
      touchPolicy: context.settings.touchPolicy,
      preTouchDays: context.settings.preTouchMs / dayMs,
      historyFrom: context.facts.historyFrom,
      handedBy: context.facts.handedBy,
      preTouched: population.preTouched,
      designEffect: mature.designEffect,
    },
    population: {
      n: population.episodes,
      clusters: population.clusters,
      unknown: population.unknownActor,
      excluded: nonZero(population.excluded),
      immature: population.immature,
    },
    estimate,
    estimateOf,
    unit: 'share',
    interval: headline?.interval ?? null,
    ...(upper !== null && estimate !== null && upper > estimate
      ? { bounds: { lo: estimate, hi: upper, why: 'leads contacted only by someone the CRM does not name' } }
      : {}),
    ...(estimate === null ? { notReached: `No lead has been watched for ${context.settings.horizonDays} days yet.` } : {}),
    rows,
    curve: curves[0]?.points ?? [],
    curves: [...curves, ...segmentCurves],
    warnings: [...followUpWarnings(population), ...clusterWarnings({ n: population.episodes, clusters: population.clusters }, 'account')],
  });
}

interface Loaded {
  readonly groups: readonly CurveGroup[];
  readonly designEffect: number;
  readonly horizonMs: number;
  readonly horizonKey: string;
}

/** The headline's curve at the usual times, and what became of the leads by the horizon. */
async function mainRows(context: StatContext, loaded: Loaded & { readonly main: CurveGroup }): Promise<readonly SegmentRow[]> {
  const { main, designEffect, horizonMs } = loaded;
  const rows: SegmentRow[] = [];
  for (const [key, t] of horizonsUpTo(horizonMs, loaded.horizonKey)) {
    rows.push(incidenceRow(main, await curvesAt(context.db, t), { dimension: 'horizon', key, label: `within ${key}`, designEffect, t }));
  }
  return [...rows, ...fateRows(main, await curvesAt(context.db, horizonMs), { t: horizonMs, designEffect })];
}

/** Who counts as touching, and who counts as a lead that was due. */
async function comparisonRows(
  context: StatContext,
  loaded: Loaded & { readonly main: CurveGroup | undefined; readonly policy: number },
): Promise<readonly SegmentRow[]> {
  const { groups, main, designEffect, horizonMs: t } = loaded;
  const values = await curvesAt(context.db, t);
  const rows: SegmentRow[] = [];
  for (const one of policies) {
    const group = groups.find((g) => g.curve === policyCurve(one));
    if (group !== undefined)
      rows.push(incidenceRow(group, values, { dimension: 'policy', key: one, label: policyLabels[one], designEffect, t }));
  }
  const self = groups.find((group) => group.curve === `${selfSourcedCurve} ${loaded.policy}`);
  if (self !== undefined)
    rows.push(incidenceRow(self, values, { dimension: 'origin', key: 'sales', label: 'found by sales itself', designEffect, t }));
  const due = groups.find((group) => group.curve === 'due');
  if (main !== undefined && due !== undefined && due.n < main.n) {
    const label = `without the ${main.n - due.n} that a program closed untouched`;
    rows.push(incidenceRow(due, values, { dimension: 'due', key: 'without-automatic', label, designEffect, t }));
  }
  return rows;
}

async function dimensionRows(
  context: StatContext,
  loaded: Loaded & { readonly effectsOf: (column: Dimension) => Promise<readonly Rate[]> },
): Promise<readonly SegmentRow[]> {
  const values = await curvesAt(context.db, loaded.horizonMs);
  const rows: SegmentRow[] = [];
  for (const dimension of context.dimensions) {
    const effects = new Map((await loaded.effectsOf(dimension)).map((found) => [found.key, found.designEffect]));
    const groups = loaded.groups.filter((group) => group.curve === dimension);
    for (const group of groups) {
      const merged = group.g === otherKey ? [...effects.keys()].filter((key) => !groups.some((g) => g.g === key)).length : 1;
      const label = labelOf(context, dimension, group.g, merged);
      const designEffect = effects.get(group.g) ?? loaded.designEffect;
      rows.push(incidenceRow(group, values, { dimension, key: group.g, label, designEffect, t: loaded.horizonMs }));
    }
  }
  return rows;
}

/** What the touch policies count. */
export const policyLabels = {
  human: 'people of sales',
  'human+sequence': 'people and sequences of sales',
  any: 'anyone, programs too',
} as const;

/** The three curves of what became of the leads. */
export const followUpShapes = [
  { which: 'f1', event: 'touched', title: 'contacted', dimension: 'total', key: '', label: 'all' },
  { which: 'f2', event: 'closed-untouched', title: 'closed untouched', dimension: 'total', key: '', label: 'all' },
  { which: 's', event: 'waiting', title: 'waiting', dimension: 'total', key: '', label: 'all' },
] as const;

function horizonsUpTo(horizonMs: number, key: string): readonly (readonly [string, number])[] {
  const fixed = [['1h', hourMs] as const, ['24h', dayMs] as const, ['7d', 7 * dayMs] as const];
  return [...fixed.filter(([name, t]) => t < horizonMs && name !== key), [key, horizonMs] as const];
}

/** The incidence of one curve at a time, as a row; no estimate where the curve does not reach so far. */
export function incidenceRow(
  group: CurveGroup,
  values: Awaited<ReturnType<typeof curvesAt>>,
  place: { readonly dimension: string; readonly key: string; readonly label: string; readonly designEffect: number; readonly t: number },
): SegmentRow {
  const value = valueAt(values, group);
  const known = reaches(group, place.t);
  return {
    dimension: place.dimension,
    key: place.key,
    label: place.label,
    k: value.k1,
    n: group.n,
    unknown: 0,
    estimate: known ? value.f1 : null,
    interval: known ? incidenceInterval(value.f1, value.se1, place.designEffect) : null,
  };
}

function fateRows(
  group: CurveGroup,
  values: Awaited<ReturnType<typeof curvesAt>>,
  options: { readonly t: number; readonly designEffect: number },
): readonly SegmentRow[] {
  if (!reaches(group, options.t)) return [];
  const value = valueAt(values, group);
  const base = { dimension: 'fate', n: group.n, unknown: 0 };
  const interval = (p: number, se: number): SegmentRow['interval'] => incidenceInterval(p, se, options.designEffect);
  return [
    { ...base, key: 'touched', label: 'contacted', k: value.k1, estimate: value.f1, interval: interval(value.f1, value.se1) },
    {
      ...base,
      key: 'closed-untouched',
      label: 'closed untouched',
      k: value.k2,
      estimate: value.f2,
      interval: interval(value.f2, value.se2),
    },
    {
      ...base,
      key: 'waiting',
      label: 'still waiting',
      k: group.n - value.k1 - value.k2,
      estimate: value.s,
      interval: interval(value.s, value.seS),
    },
  ];
}

async function segmentsOf(
  context: StatContext,
  groups: readonly CurveGroup[],
  options: { readonly until: number; readonly designEffect: number },
): Promise<readonly Curve[]> {
  const curves: Curve[] = [];
  for (const dimension of context.dimensions) {
    const largest = groups.filter((group) => group.curve === dimension).slice(0, 12);
    for (const group of largest) {
      const shape = {
        which: 'f1',
        event: 'touched',
        title: 'contacted',
        dimension,
        key: group.g,
        label: labelOf(context, dimension, group.g),
      } as const;
      curves.push(...(await curvePoints(context.db, group, { shapes: [shape], ...options })));
    }
  }
  return curves;
}
