import { materialise } from './prepare.ts';
import type { Rate } from './rates.ts';
import { clusterWarnings, rate, rateRow, segmentRates } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { sideRateSql } from './sql/side-rate.sql.ts';
import { sidesSql } from './sql/sides.sql.ts';
import type { Definition, SegmentRow, StatContext, Statistic, StatResult } from './types.ts';

const definition: Definition = {
  id: 'F1',
  slug: 'one-sided-records',
  version: 1,
  title: 'Records only one side sees',
  question: 'How many people exist in only one of the two CRMs?',
  population: 'All people with a record in at least one CRM, as the links are now.',
  denominator: 'All of them; and, apart, those that marketing called qualified or that got further.',
  censoring: 'None.',
  needs: ['record ids of both CRMs'],
};

const parts = [
  ['only-marketing', 'only in the marketing CRM', 'q.in_marketing = 1 AND q.in_sales = 0'],
  ['only-sales', 'only in the sales CRM', 'q.in_marketing = 0 AND q.in_sales = 1'],
  ['both', 'in both', 'q.in_marketing = 1 AND q.in_sales = 1'],
] as const;

/**
 * The share of people with a record in only one CRM. Population: everyone with a record id. Censoring: none. n = 0: not
 * measured, as when one CRM's ids are missing altogether; n = 1: 0 or 1. Doubtful links are unknown and give bounds. Rows:
 * `all` and `qualified` (only-marketing, only-sales, both: they add to 1), and the dimensions. Where a filter decides which
 * leads reach sales, being only in marketing is by design for the rest.
 * @source Korn and Graubard 1998 (limits)
 */
export const oneSidedRecords: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'people with a record in only one CRM';
  const { marketingRecords, salesRecords } = context.facts;
  if (marketingRecords === 0 || salesRecords === 0) {
    const needs = 'record ids of both CRMs (marketing_person_id, and sales_lead_id or sales_contact_id)';
    return notMeasured(definition, context, { estimateOf, unit: 'share', needs });
  }
  await materialise(context.db, { name: 'sides', sql: sidesSql, params: [] });
  const unknownWhy = 'people whose link between the CRMs is doubtful';
  const oneSided = 'q.in_marketing <> q.in_sales';
  const total = await sideRate(context, { hit: oneSided, scope: '1 = 1', unknownWhy });
  const rows: SegmentRow[] = [];
  for (const [scope, where] of [
    ['all', '1 = 1'],
    ['qualified', 'q.qualified = 1'],
  ] as const) {
    for (const [key, label, hit] of parts) {
      const found = await sideRate(context, { hit, scope: where, unknownWhy });
      rows.push(rateRow(scope, { ...found, key }, label));
    }
  }
  const segments = await segmentRates(context, (column) => ({
    obs: sideRateSql,
    places: { g: { sql: `q.${column}` }, hit: { sql: oneSided }, scope: { sql: '1 = 1' } },
    params: [],
    unknownWhy,
  }));
  return resultOf(definition, context, {
    params: { doubtfulBelow: 0.9 },
    population: {
      n: total.n,
      clusters: total.clusters,
      unknown: total.unknown,
      excluded: nonZero({ ...context.facts.excluded, 'no record id': context.facts.leads - total.n - total.unknown }),
      immature: 0,
    },
    estimate: total.estimate,
    estimateOf,
    unit: 'share',
    interval: total.n > 0 ? total.interval : null,
    ...(total.bounds === undefined ? {} : { bounds: total.bounds }),
    rows: [...rows, ...segments],
    warnings: clusterWarnings(total, 'account'),
  });
}

function sideRate(
  context: StatContext,
  what: { readonly hit: string; readonly scope: string; readonly unknownWhy: string },
): Promise<Rate> {
  const places = { g: { sql: "''" }, hit: { sql: what.hit }, scope: { sql: what.scope } };
  return rate(context, { obs: sideRateSql, places, params: [], unknownWhy: what.unknownWhy });
}
