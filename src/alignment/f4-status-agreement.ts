import { z95 } from './distributions.ts';
import { cohenKappa, gwetAc1, pabak } from './estimators/kappa.ts';
import { bowker, stuartMaxwell } from './estimators/symmetry.ts';
import { barred, materialise } from './prepare.ts';
import { clusterWarnings, rate, rateRow, segmentRates } from './rates.ts';
import type { RateQuery } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count, text } from './rows.ts';
import type { Splice } from './splice.ts';
import { agreementRateSql } from './sql/agreement-rate.sql.ts';
import { positionsSql } from './sql/positions.sql.ts';
import { statusPairsSql } from './sql/status-pairs.sql.ts';
import type { AgreementMatrix, Definition, Figure, Interval, StatContext, Statistic, StatResult, StatUnit, Warning } from './types.ts';

const definition: Definition = {
  id: 'F4',
  slug: 'status-agreement',
  version: 1,
  title: 'Status agreement',
  question: 'Do the two CRMs agree on where a lead stands?',
  population: 'People with a status in both CRMs, as it was half an hour before the instant of the report: a sync needs its time.',
  denominator: 'All of them. People with a status on one side only are in the statistic of one-sided records.',
  censoring: 'None.',
  needs: ['statuses in both CRMs'],
};

/** The ladder's order, the side exits last. */
const ladder = ['new', 'engaged', 'mql', 'handed', 'working', 'accepted', 'sql', 'opportunity', 'customer'];
const order = [...ladder, 'recycled', 'rejected'];

/**
 * Cohen's kappa between the two CRMs' statuses: agreement beyond what chance gives. Population: people with a status in
 * both. Censoring: none. n = 0: not measured; with one status only, kappa is undefined (null) and the raw agreement stands;
 * n = 1 is that case. Figures: `raw`, `kappa-linear` (on the ladder alone, with credit for nearness), `pabak`, `ac1`,
 * `marketing-ahead`, `sales-ahead` and `ahead-difference`, `bowker-p`, `stuart-maxwell-p`. Rows: raw agreement by the
 * dimensions. The interval is widened by the design effect of the raw agreement.
 * @source Cohen 1960; Fleiss, Cohen and Everitt 1969; Bowker 1948; Stuart 1955; Maxwell 1970; Gwet 2008
 */
export const statusAgreement: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = "agreement beyond chance (Cohen's kappa)";
  const { facts, settings } = context;
  if (facts.marketingStates === 0 || facts.salesStates === 0) {
    return notMeasured(definition, context, { estimateOf, unit: 'kappa', needs: 'statuses in both CRMs' });
  }
  // Today's value stands where no history is kept: it holds at the settled instant too, as far as anyone can tell.
  const [mark] = await context.db.query('SELECT CAST(count(*) AS BIGINT) AS n FROM run_positions WHERE occurred_at IS NULL');
  const params = [context.asOf - settings.settleMs, barred(settings.ratchetFields), count(mark, 'n') > 0 ? 1 : 0];
  await materialise(context.db, { name: 'settled', sql: positionsSql, params });
  const query = (g: Splice): RateQuery => ({ obs: agreementRateSql, places: { g }, params: [] });
  const raw = await rate(context, query({ sql: "''" }));
  if (raw.n === 0) return notMeasured(definition, context, { estimateOf, unit: 'kappa', needs: 'people with a status in both CRMs' });
  const pairs = await context.db.query(statusPairsSql);
  const matrix = matrixOf(pairs.map((row) => ({ marketing: text(row, 'marketing'), sales: text(row, 'sales'), n: count(row, 'n') })));
  const all = cohenKappa(matrix.counts);
  const onLadder = restrict(matrix, ladder);
  const linear = cohenKappa(onLadder.counts, 'linear');
  const limits = (kappa: number | null, se: number | null): Interval | null => kappaInterval(kappa, se, raw.designEffect);
  const figures: Figure[] = [
    figure('raw', 'same status in both', raw.estimate, { unit: 'share', interval: raw.interval }),
    figure('kappa-linear', 'on the ladder alone, with credit for nearness', linear.kappa, {
      unit: 'kappa',
      interval: limits(linear.kappa, linear.se),
    }),
    figure('pabak', 'prevalence- and bias-adjusted kappa', pabak(all.observed, matrix.states.length), { unit: 'kappa' }),
    figure('ac1', "Gwet's AC1", gwetAc1(matrix.counts), { unit: 'kappa' }),
    ...aheadFigures(onLadder, raw.designEffect),
    figure('bowker-p', 'p of symmetric disagreement (Bowker)', bowker(matrix.counts)?.p ?? null, { unit: 'ratio' }),
    figure('stuart-maxwell-p', 'p of equal use of the statuses (Stuart-Maxwell)', stuartMaxwell(matrix.counts)?.p ?? null, {
      unit: 'ratio',
    }),
  ];
  const segments = await segmentRates(context, (column) => query({ sql: `p.${column}` }));
  const warnings: Warning[] = [...clusterWarnings(raw, 'account')];
  if (all.kappa === null)
    warnings.push({
      code: 'ONE_STATUS',
      text: 'Everyone has the same status: chance alone would agree, so kappa says nothing. See the raw agreement.',
    });
  return resultOf(definition, context, {
    params: { settleMinutes: settings.settleMs / 60_000, designEffect: raw.designEffect, kappaSe: all.se },
    population: { n: raw.n, clusters: raw.clusters, unknown: 0, excluded: nonZero(facts.excluded), immature: 0 },
    estimate: all.kappa,
    estimateOf,
    unit: 'kappa',
    interval: limits(all.kappa, all.se),
    ...(all.kappa === null ? { notReached: 'With one status only there is no agreement beyond chance to measure.' } : {}),
    rows: [rateRow('total', raw, 'all'), ...segments],
    figures,
    matrix,
    warnings,
  });
}

function figure(
  key: string,
  label: string,
  value: number | null,
  rest: { readonly unit: StatUnit; readonly interval?: Interval | null },
): Figure {
  return { key, label, value, unit: rest.unit, interval: value === null ? null : (rest.interval ?? null) };
}

function kappaInterval(kappa: number | null, se: number | null, designEffect: number): Interval | null {
  if (kappa === null || se === null) return null;
  const half = z95 * se * Math.sqrt(designEffect);
  return { lo: Math.max(-1, kappa - half), hi: Math.min(1, kappa + half), level: 0.95, method: 'fleiss-cohen-everitt, design effect' };
}

function matrixOf(pairs: readonly { readonly marketing: string; readonly sales: string; readonly n: number }[]): AgreementMatrix {
  const seen = new Set(pairs.flatMap((pair) => [pair.marketing, pair.sales]));
  const others = [...seen].filter((state) => !order.includes(state)).sort();
  const states = [...order.filter((state) => seen.has(state)), ...others];
  const counts = states.map(() => states.map(() => 0));
  for (const pair of pairs) {
    const row = counts[states.indexOf(pair.marketing)];
    const column = states.indexOf(pair.sales);
    if (row !== undefined) row[column] = (row[column] ?? 0) + pair.n;
  }
  return { states, counts };
}

/** The part of the matrix whose states are both among `kept`, over all of `kept` so that distances keep their meaning. */
function restrict(matrix: AgreementMatrix, kept: readonly string[]): AgreementMatrix {
  const index = kept.map((state) => matrix.states.indexOf(state));
  return { states: kept, counts: index.map((i) => index.map((j) => (i < 0 || j < 0 ? 0 : (matrix.counts[i]?.[j] ?? 0)))) };
}

/** Who is further up the ladder when they disagree. A status that only moves forward puts its CRM ahead. */
function aheadFigures(onLadder: AgreementMatrix, designEffect: number): readonly Figure[] {
  let marketing = 0;
  let sales = 0;
  let n = 0;
  onLadder.counts.forEach((row, i) =>
    row.forEach((c, j) => {
      n += c;
      if (i > j) marketing += c;
      if (i < j) sales += c;
    }),
  );
  if (n === 0) return [];
  const difference = (marketing - sales) / n;
  const se = Math.sqrt((((marketing + sales) / n - difference * difference) * designEffect) / n);
  const interval: Interval = {
    lo: Math.max(-1, difference - z95 * se),
    hi: Math.min(1, difference + z95 * se),
    level: 0.95,
    method: 'difference of two shares of one table, design effect',
  };
  return [
    figure('marketing-ahead', 'marketing CRM further up', marketing / n, { unit: 'share' }),
    figure('sales-ahead', 'sales CRM further up', sales / n, { unit: 'share' }),
    figure('ahead-difference', 'difference of the two', difference, { unit: 'share', interval }),
  ];
}
