import { policyLabels } from './a1-follow-up-rate.ts';
import { goodman } from './estimators/goodman.ts';
import { dayMs, followUpPopulation, followUpWarnings, missingFollowUp } from './follow-up.ts';
import { materialise, policies, policyNumber } from './prepare.ts';
import type { RateQuery } from './rates.ts';
import { clusterWarnings, rate, rateRow, rates, segmentRates } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count } from './rows.ts';
import { attemptCountsSql } from './sql/attempt-counts.sql.ts';
import { attemptCutsSql } from './sql/attempt-cuts.sql.ts';
import { attemptDistributionSql } from './sql/attempt-distribution.sql.ts';
import { attemptShareSql } from './sql/attempt-share.sql.ts';
import type { Definition, SegmentRow, StatContext, Statistic, StatResult } from './types.ts';

const definition: Definition = {
  id: 'A4',
  slug: 'attempts',
  version: 1,
  title: 'Attempts per lead',
  question: 'How often does sales try before it gives up?',
  population: 'First handovers at least a horizon (30 days) old of leads that sales did not find itself.',
  denominator: 'All of them; in the owed table only those still unresolved and never spoken to: one call that converts is no neglect.',
  censoring: 'None: only handovers whose window is over count. The window ends at acceptance, rejection or opt-out.',
  needs: ['handovers', 'sales touches'],
};

const cuts: readonly (readonly [string, string])[] = [
  ['0', 'none'],
  ['1', '1'],
  ['2', '2'],
  ['3', '3'],
  ['1-3', '1 to 3'],
  ['<=3', 'at most 3'],
  ['<3', 'fewer than 3'],
  ['>=4', '4 or more'],
  ['>=6', '6 or more'],
];

/**
 * The share of handed leads that got fewer attempts than the settings ask for (`attempts`, 4), within the horizon and before
 * their outcome. Population: first episodes old enough. Censoring: none. n = 0: no estimate; n = 1: 0 or 1. Clusters are
 * owners. Rows: `attempts` (0, 1, 2, 3, 1-3, <=3, <3, >=4, >=6), `distribution` (0 to 10+, limits that hold together),
 * `owed` (the same share among unresolved leads never spoken to), `policy`, and the dimensions. Figure `mean`.
 * @source Goodman 1965 (simultaneous limits); Korn and Graubard 1998
 */
export const attempts: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const { horizonDays } = context.settings;
  const most = context.settings.attempts - 1;
  const estimateOf = `at most ${most} attempts within ${horizonDays} days`;
  const missing = missingFollowUp(context);
  if (missing !== null) return notMeasured(definition, context, { estimateOf, unit: 'share', needs: missing });

  const policy = policyNumber(context.settings.touchPolicy);
  const horizonMs = horizonDays * dayMs;
  const window = [context.asOf - horizonMs, horizonMs];
  await materialise(context.db, { name: 'attempt_counts', sql: attemptCountsSql, params: window });
  const share = (number: number, owed: 0 | 1): RateQuery => ({
    obs: attemptShareSql,
    params: [number, most],
    places: { g: { sql: "''" }, owed },
  });
  const total = await rate(context, share(policy, 0));
  const owed = await rate(context, share(policy, 1));
  const cutRates = await rates(context, { obs: attemptCutsSql, params: [policy] });
  const rows: SegmentRow[] = cuts.flatMap(([key, label]) =>
    cutRates.filter((r) => r.key === key).map((r) => rateRow('attempts', r, label)),
  );
  const distribution = await distributionOf(context, policy, total.designEffect);
  rows.push(...distribution.rows, rateRow('owed', { ...owed, key: `<=${most}` }, `at most ${most}, unresolved and never spoken to`));
  for (const one of policies)
    rows.push(rateRow('policy', { ...(await rate(context, share(policyNumber(one), 0))), key: one }, policyLabels[one]));
  rows.push(...(await segmentRates(context, (column) => ({ ...share(policy, 0), places: { g: column, owed: 0 } }))));

  const population = await followUpPopulation(context, policy);
  return resultOf(definition, context, {
    params: {
      horizonDays,
      touchPolicy: context.settings.touchPolicy,
      attempts: context.settings.attempts,
      collapseMinutes: context.settings.collapseMs / 60_000,
    },
    population: {
      n: total.n,
      clusters: total.clusters,
      unknown: 0,
      excluded: nonZero(population.excluded),
      immature: population.immature,
    },
    estimate: total.estimate,
    estimateOf,
    unit: 'share',
    interval: total.n > 0 ? total.interval : null,
    ...(total.n === 0 ? { notReached: `No handover is ${horizonDays} days old yet.` } : {}),
    rows,
    figures: [
      { key: 'mean', label: `attempts per lead within ${horizonDays} days`, value: distribution.mean, unit: 'count', interval: null },
    ],
    warnings: [...followUpWarnings(population), ...clusterWarnings(total, 'owner')],
  });
}

async function distributionOf(
  context: StatContext,
  policy: number,
  designEffect: number,
): Promise<{ readonly rows: readonly SegmentRow[]; readonly mean: number | null }> {
  const found = await context.db.query(attemptDistributionSql, [policy]);
  const n = found.reduce((sum, row) => sum + count(row, 'n'), 0);
  if (n === 0) return { rows: [], mean: null };
  const byAttempts = new Map(found.map((row) => [count(row, 'attempts'), count(row, 'n')]));
  const keys = Array.from({ length: 11 }, (_, i) => i);
  const limits = goodman(
    keys.map((key) => byAttempts.get(key) ?? 0),
    designEffect,
  );
  const rows = keys.map((key, i): SegmentRow => {
    const k = byAttempts.get(key) ?? 0;
    const name = key === 10 ? '10+' : String(key);
    return { dimension: 'distribution', key: name, label: name, k, n, unknown: 0, estimate: k / n, interval: limits[i] ?? null };
  });
  return { rows, mean: found.reduce((sum, row) => sum + count(row, 'total'), 0) / n };
}
