import { dayMs } from './follow-up.ts';
import { materialise } from './prepare.ts';
import type { Splice } from './splice.ts';
import type { RateQuery } from './rates.ts';
import { clusterWarnings, rate, rateRow, rates, segmentRates } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { closedLoopRateSql } from './sql/closed-loop-rate.sql.ts';
import { closedLoopSql } from './sql/closed-loop.sql.ts';
import type { Definition, SegmentRow, StatContext, Statistic, StatResult } from './types.ts';

const definition: Definition = {
  id: 'F3',
  slug: 'closed-loop',
  version: 1,
  title: 'Closed loop',
  question: 'Does marketing learn what became of its leads?',
  population: 'People whose outcome in the sales CRM (won, lost, rejected) has stood for at least 7 days.',
  denominator: 'All of them whose state in the marketing CRM can be told.',
  censoring: 'None: outcomes younger than 7 days are left out, for the sync may be on its way.',
  needs: ['outcomes in the sales CRM', 'statuses or deals in the marketing CRM'],
};

/**
 * The share of outcomes in the sales CRM that the marketing CRM shows too, and equal. A status that only ever moves forward
 * keeps a lost deal's people at "opportunity": that is not visible. Population: outcomes older than the threshold.
 * Censoring: none. n = 0: no estimate; n = 1: 0 or 1. Rows: `outcome` (won, lost, rejected), `reason` (shown together with
 * a reason), and the dimensions. Deals of which the marketing CRM keeps no stage history are unknown and give bounds.
 * @source Korn and Graubard 1998 (limits)
 */
export const closedLoop: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'outcomes that the marketing CRM shows too';
  const { facts, settings } = context;
  if (facts.salesRecords === 0 || facts.marketingRecords === 0) {
    const needs = 'record ids of both CRMs (marketing_person_id, and sales_lead_id or sales_contact_id)';
    return notMeasured(definition, context, { estimateOf, unit: 'share', needs });
  }
  if (facts.marketingStates === 0) {
    return notMeasured(definition, context, { estimateOf, unit: 'share', needs: 'statuses in the marketing CRM' });
  }
  await materialise(context.db, { name: 'closed_loop', sql: closedLoopSql, params: [context.asOf - settings.closedLoopMs, context.asOf] });
  const query = (g: Splice, y: string): RateQuery => ({
    obs: closedLoopRateSql,
    places: { g, y: { sql: y } },
    params: [],
    unknownWhy: 'deals of which the marketing CRM keeps no stage history',
  });
  const total = await rate(context, query({ sql: "''" }, 'o.agrees'));
  const outcomes = await rates(context, query({ sql: 'o.outcome' }, 'o.agrees'));
  const why = await rate(context, query({ sql: "''" }, 'CASE WHEN o.agrees IS NULL THEN NULL ELSE o.agrees * o.told_why END'));
  const rows: SegmentRow[] = [
    ...outcomes.map((one) => rateRow('outcome', one)),
    ...(why.n + why.unknown > 0 ? [rateRow('reason', { ...why, key: 'with-reason' }, 'shown together with a reason')] : []),
    ...(await segmentRates(context, (column) => query({ sql: `o.${column}` }, 'o.agrees'))),
  ];
  return resultOf(definition, context, {
    params: { settledDays: settings.closedLoopMs / dayMs },
    population: { n: total.n, clusters: total.clusters, unknown: total.unknown, excluded: nonZero(facts.excluded), immature: 0 },
    estimate: total.estimate,
    estimateOf,
    unit: 'share',
    interval: total.n > 0 ? total.interval : null,
    ...(total.bounds === undefined ? {} : { bounds: total.bounds }),
    ...(total.n === 0 ? { notReached: 'No outcome in the sales CRM is old enough yet, or none can be compared.' } : {}),
    rows,
    warnings: clusterWarnings(total, 'account'),
  });
}
