import { dayMs } from './follow-up.ts';
import { materialise } from './prepare.ts';
import type { Rate } from './rates.ts';
import { clusterWarnings, rates } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count, text } from './rows.ts';
import { splice } from './splice.ts';
import { funnelCountsSql } from './sql/funnel-counts.sql.ts';
import { funnelStepsSql } from './sql/funnel-steps.sql.ts';
import { funnelSql } from './sql/funnel.sql.ts';
import type { Definition, FunnelRow, StatContext, Statistic, StatResult, Warning } from './types.ts';

const definition: Definition = {
  id: 'B3',
  slug: 'cohort-funnel',
  version: 1,
  title: 'Cohort funnel',
  question: 'How far do leads get, month by month?',
  population: 'All people known at the instant of the report; cohorts by the month of their creation.',
  denominator: 'For each step the leads that reached the stage before; a stage that was skipped counts as reached.',
  censoring: 'Ever reached by the instant; beside it, reached within 90 days, for leads at least that old.',
  needs: ['leads', 'statuses or deals'],
};

const stages = [
  ['inquiry', 'inquiry'],
  ['mql', 'qualified by marketing'],
  ['handed', 'handed over'],
  ['accepted', 'accepted by sales'],
  ['opportunity', 'opportunity'],
  ['won', 'won'],
] as const;

/**
 * The funnel of cohorts: of the leads of a stage, how many ever reached the next one; not a count of who stands where now.
 * The headline is the share of all leads that were won. Population: everyone. Censoring: none for "ever", which young
 * cohorts can't win at; the fixed horizon leaves them out. n = 0: not measured; n = 1: steps of 0 or 1. A stage of which
 * no lead has a record is marked as not measured: its count is only what later stages imply.
 * @source Korn and Graubard 1998 (limits)
 */
export const cohortFunnel: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'inquiries that were ever won';
  const { facts, settings } = context;
  if (facts.leads === 0) return notMeasured(definition, context, { estimateOf, unit: 'share', needs: 'leads' });
  if (facts.leadStatuses === 0 && facts.deals === 0 && facts.marketingStates + facts.salesStates === 0) {
    return notMeasured(definition, context, {
      estimateOf,
      unit: 'share',
      needs: 'statuses of leads, or deals with the people who take part',
    });
  }
  await materialise(context.db, { name: 'funnel', sql: funnelSql, params: [settings.funnelMs, context.asOf - settings.funnelMs] });
  const periods = await context.db.query('SELECT number, period FROM run_months');
  const total = await cohortRows(context, { g: '0', names: new Map([[0, 'all']]) });
  const names = new Map(periods.map((row) => [count(row, 'number'), text(row, 'period')]));
  const months = await cohortRows(context, { g: 'f.month_number', names });
  const won = total.rates.get('6|of-all');
  const young = await context.db.query('SELECT CAST(count(*) AS BIGINT) AS n FROM run_people WHERE created_at > $1', [
    context.asOf - settings.funnelMs,
  ]);
  const warnings: Warning[] = [...clusterWarnings({ n: won?.n ?? 0, clusters: won?.clusters ?? 0 }, 'account')];
  const unmeasured = total.rows.filter((row) => !row.measured).map((row) => row.label);
  if (unmeasured.length > 0) {
    warnings.push({
      code: 'STAGE_NOT_MEASURED',
      text: `No lead has a record of: ${unmeasured.join(', ')}. Those steps only show what later ones imply.`,
    });
  }
  return resultOf(definition, context, {
    params: { funnelDays: settings.funnelMs / dayMs },
    population: {
      n: won?.n ?? 0,
      clusters: won?.clusters ?? 0,
      unknown: 0,
      excluded: nonZero(facts.excluded),
      immature: count(young[0], 'n'),
    },
    estimate: won?.estimate ?? null,
    estimateOf,
    unit: 'share',
    interval: won?.interval ?? null,
    funnel: [...total.rows, ...months.rows],
    warnings,
  });
}

async function cohortRows(
  context: StatContext,
  cohort: { readonly g: string; readonly names: ReadonlyMap<number, string> },
): Promise<{ readonly rows: readonly FunnelRow[]; readonly rates: ReadonlyMap<string, Rate> }> {
  const g = { sql: cohort.g };
  const found = new Map<string, Rate>();
  const collect = async (name: string, y: string, of: string): Promise<void> => {
    const places = { g, y: { sql: y }, of: { sql: of } };
    for (const one of await rates(context, { obs: funnelStepsSql, places, params: [] })) found.set(`${one.key}|${name}`, one);
  };
  await collect('step', 'f.reached', 'f.before = 1');
  await collect('within', 'f.within', 'f.judged = 1');
  await collect('of-all', 'f.reached', '1 = 1');
  const counts = await context.db.query(splice(funnelCountsSql, { g }));
  const rows = counts.map((row) => rowOf(row, { days: context.settings.funnelMs / dayMs, found, names: cohort.names }));
  return { rows: rows.filter((row) => row !== null).sort((a, b) => compare(a, b)), rates: found };
}

function compare(a: FunnelRow, b: FunnelRow): number {
  if (a.cohort !== b.cohort) return a.cohort < b.cohort ? -1 : 1;
  return stages.findIndex(([s]) => s === a.stage) - stages.findIndex(([s]) => s === b.stage);
}

function rowOf(
  row: Readonly<Record<string, unknown>>,
  options: { readonly days: number; readonly found: ReadonlyMap<string, Rate>; readonly names: ReadonlyMap<number, string> },
): FunnelRow | null {
  const number = count(row, 'stage');
  const stage = stages[number - 1];
  if (stage === undefined) return null;
  const cohort = count(row, 'g');
  const group = cohort * 10 + number;
  const n = count(row, 'n');
  const of = count(row, 'of_n');
  const first = number === 1;
  const step = options.found.get(`${group}|step`);
  const within = options.found.get(`${group}|within`);
  const leads = count(row, 'leads');
  return {
    cohort: options.names.get(cohort) ?? '(unknown month)',
    stage: stage[0],
    label: stage[1],
    n,
    imputed: count(row, 'imputed'),
    of: first ? leads : of,
    rate: first || of === 0 ? null : n / of,
    interval: first || step === undefined || step.n === 0 ? null : step.interval,
    shareOfAll: leads > 0 ? n / leads : null,
    measured: count(row, 'recorded') > 0,
    within:
      within === undefined || within.n === 0
        ? null
        : { days: options.days, k: within.k, n: within.n, rate: within.k / within.n, interval: within.interval },
  };
}
