import { dayMs } from './follow-up.ts';
import { materialise, policyNumber } from './prepare.ts';
import type { Rate, RateQuery } from './rates.ts';
import { clusterWarnings, rates, rateRow, segmentRates } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count } from './rows.ts';
import { splice } from './splice.ts';
import { dropBySql } from './sql/drop-by.sql.ts';
import { dropExtrasSql } from './sql/drop-extras.sql.ts';
import { dropLadderSql } from './sql/drop-ladder.sql.ts';
import { dropRungsSql } from './sql/drop-rungs.sql.ts';
import type { Definition, LadderRow, StatContext, Statistic, StatResult, Warning } from './types.ts';

const definition: Definition = {
  id: 'A2',
  slug: 'dropped-at-handover',
  version: 1,
  title: 'Dropped at the handover',
  question: 'How much is lost between the teams, and where exactly?',
  population: 'Leads that marketing called qualified (or that were handed over) at least 30 days ago, in whichever CRM first.',
  denominator: 'All of them. Each is on exactly one rung, the first that applies.',
  censoring: 'None: only leads old enough to be judged count.',
  needs: ['qualified or handed leads', 'sales touches'],
};

const rungs = [
  ['never-synced', 'never reached the sales CRM'],
  ['never-assigned', 'never assigned to anyone in sales'],
  ['untouched-open', 'assigned, never contacted, still open'],
  ['closed-untouched', 'closed without any contact'],
  ['given-up', 'given up after few attempts'],
  ['worked', 'worked'],
] as const;

/**
 * A ladder of where qualified leads are lost. The headline is the strict definition: never synced, never assigned, never
 * contacted, or closed without contact (rungs 1 to 4); the wide one adds leads given up after fewer than `attempts` tries.
 * Population: qualified at least a horizon ago. Censoring: none. n = 0: no estimate; n = 1: 0 or 1. Rows: `definition`
 * (strict, wide) and the dimensions (strict). A rung that the data can't show (no record ids of the sales CRM, no users) is
 * not measured and catches nobody.
 * @source Korn and Graubard 1998 (limits); the four definitions are Truce's own, for the quoted figure has none
 */
export const droppedAtHandover: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const { settings, facts } = context;
  const estimateOf = 'never assigned, never contacted or closed without contact';
  if (facts.mqls === 0 && facts.episodes === 0) {
    return notMeasured(definition, context, { estimateOf, unit: 'share', needs: 'leads with a status `mql` or `handed`' });
  }
  if (facts.salesTouches === 0) {
    return notMeasured(definition, context, {
      estimateOf,
      unit: 'share',
      needs: 'outbound contacts of sales: calls, mails, meetings logged in a CRM, or touches.csv',
    });
  }
  const synced = facts.salesRecords > 0;
  const assignable = facts.salesUsers > 0;
  const before = context.asOf - settings.horizonDays * dayMs;
  const params = [
    context.asOf,
    before,
    policyNumber(settings.touchPolicy),
    synced ? 1 : 0,
    settings.attempts,
    settings.idleMs,
    settings.preTouchMs,
  ];
  await materialise(context.db, { name: 'ladder', sql: splice(dropLadderSql, { assignable: assignable ? 1 : 0 }), params });
  const query = (obs: string, places: NonNullable<RateQuery['places']>): RateQuery => ({ obs, places, params: [] });
  const fell = await rates(context, query(dropRungsSql, { compare: { sql: '=' } }));
  const lost = await rates(context, query(dropRungsSql, { compare: { sql: '<=' } }));
  const [extras] = await context.db.query(dropExtrasSql, [before]);
  const strict = lost.find((r) => r.key === '4');
  const wide = lost.find((r) => r.key === '5');

  const rows = [
    ...(strict === undefined
      ? []
      : [rateRow('definition', { ...strict, key: 'strict' }, 'never assigned, contacted or synced, or closed without contact')]),
    ...(wide === undefined ? [] : [rateRow('definition', { ...wide, key: 'wide' }, 'also given up after few attempts')]),
    ...(await segmentRates(context, (column) => query(dropBySql, { column, last: 4 }))),
  ];
  const steps = ladderOf({ fell, lost, neverOpened: count(extras, 'never_opened'), measured: [synced, assignable] });
  return resultOf(definition, context, {
    params: {
      horizonDays: settings.horizonDays,
      attempts: settings.attempts,
      idleDays: settings.idleMs / dayMs,
      touchPolicy: settings.touchPolicy,
    },
    population: {
      n: strict?.n ?? 0,
      clusters: strict?.clusters ?? 0,
      unknown: 0,
      excluded: nonZero(facts.excluded),
      immature: count(extras, 'immature'),
    },
    estimate: strict?.estimate ?? null,
    estimateOf,
    unit: 'share',
    interval: strict?.interval ?? null,
    ...(strict === undefined ? { notReached: `No qualified lead is ${settings.horizonDays} days old yet.` } : {}),
    rows,
    ladder: steps,
    warnings: [...missingRungs(synced, assignable), ...clusterWarnings({ n: strict?.n ?? 0, clusters: strict?.clusters ?? 0 }, 'account')],
  });
}

function ladderOf(found: {
  readonly fell: readonly Rate[];
  readonly lost: readonly Rate[];
  readonly neverOpened: number;
  /** Of the first rungs; the others always are. */
  readonly measured: readonly boolean[];
}): readonly LadderRow[] {
  const of = (list: readonly Rate[], rung: number): Rate | undefined => list.find((r) => r.key === String(rung));
  return rungs.map(([reason, label], i): LadderRow => {
    const own = of(found.fell, i + 1);
    return {
      reason,
      label,
      n: own?.k ?? 0,
      share: own?.estimate ?? null,
      interval: own?.interval ?? null,
      // Those on the last rung are not lost.
      lostSoFar: of(found.lost, Math.min(i + 1, rungs.length - 1))?.k ?? 0,
      measured: found.measured[i] ?? true,
      ...(reason === 'untouched-open' ? { neverOpened: found.neverOpened } : {}),
    };
  });
}

function missingRungs(synced: boolean, assignable: boolean): readonly Warning[] {
  const warnings: Warning[] = [];
  if (!synced)
    warnings.push({
      code: 'NO_SALES_RECORDS',
      text: 'The data hold no record ids of the sales CRM: leads that never reached it can not be told.',
    });
  if (!assignable) warnings.push({ code: 'NO_USERS', text: 'The data name no users of sales: leads never assigned can not be told.' });
  return warnings;
}
