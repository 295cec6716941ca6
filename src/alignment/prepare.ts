import type { Instant } from '../model/words.ts';
import type { Param, Queryable } from '../warehouse/types.ts';
import { attemptsSql } from './sql/attempts.sql.ts';
import { connectsSql } from './sql/connects.sql.ts';
import { dealsSql } from './sql/deals.sql.ts';
import { effortsSql } from './sql/efforts.sql.ts';
import { fatesSql } from './sql/fates.sql.ts';
import { firstTouchSql } from './sql/first-touch.sql.ts';
import { followupSql } from './sql/followup.sql.ts';
import { handoversSql } from './sql/handovers.sql.ts';
import { leadDealsSql } from './sql/lead-deals.sql.ts';
import { momentsSql } from './sql/moments.sql.ts';
import { peopleSql } from './sql/people.sql.ts';
import { positionsSql } from './sql/positions.sql.ts';
import { reachSql } from './sql/reach.sql.ts';
import { count } from './rows.ts';
import type { AlignmentThresholds, TouchPolicy } from './types.ts';
import type { ReportSettings } from '../model/settings.ts';

export interface Preparation {
  readonly asOf: Instant;
  /** Nothing in the warehouse is later than `asOf`, so today's values count where no history is kept. */
  readonly current: boolean;
  readonly historyFrom: Instant | null;
  readonly touchesMeasured: boolean;
  readonly settings: ReportSettings & AlignmentThresholds;
}

const dayMs = 86_400_000;

/** The touch policies as the prepared tables number them: each holds the ones before. */
export const policies: readonly TouchPolicy[] = ['human', 'human+sequence', 'any'];

export function policyNumber(policy: TouchPolicy): number {
  return policies.indexOf(policy) + 1;
}

/** Field names between bars, as the SQL looks them up; names with a bar in them can't be meant. */
export function barred(names: readonly string[]): string {
  return `|${names.join('|')}|`;
}

/**
 * Materialises, once per run, what the statistics share, as temporary tables named `run_…`: they vanish with the
 * connection, so a database that is open for reading only will do. One run at a time per connection.
 */
export async function prepare(db: Queryable, options: Preparation): Promise<void> {
  const { asOf, settings } = options;
  const ratchets = barred(settings.ratchetFields);
  const current = options.current ? 1 : 0;
  const policy = policyNumber(settings.touchPolicy);
  await dropPrepared(db);
  await prepareMonths(db, asOf);
  const tables: readonly (readonly [string, string, readonly Param[]])[] = [
    ['run_people', peopleSql, [asOf]],
    ['run_deals', dealsSql, [asOf]],
    ['run_lead_deals', leadDealsSql, [asOf]],
    ['run_moments', momentsSql, [asOf, ratchets]],
    ['run_handovers', handoversSql, [asOf, options.historyFrom]],
    ['run_attempts', attemptsSql, [asOf, settings.collapseMs]],
    ['run_connects', connectsSql, [asOf]],
    ['run_efforts', effortsSql, [settings.preTouchMs, settings.horizonDays * dayMs]],
    ['run_reach', reachSql, [asOf, current]],
    ['run_positions', positionsSql, [asOf, ratchets, current]],
    ['run_fates', fatesSql, [policy, options.touchesMeasured ? 1 : 0]],
  ];
  for (const [name, sql, params] of tables) {
    await db.query(`CREATE TEMP TABLE ${name} AS ${sql}`, params);
    await db.query(`ANALYZE ${name}`);
  }
  await db.query(`CREATE TEMP VIEW run_followup AS ${followupSql}`);
  await db.query(`CREATE TEMP VIEW run_first_touch AS ${firstTouchSql}`);
}

/** Tables of single statistics, each made by `materialise` and gone with the run. */
const scratch = [
  'obs',
  'named_obs',
  'curve_names',
  'curve',
  'ladder',
  'attempt_counts',
  'funnel',
  'close_times',
  'sides',
  'closed_loop',
  'settled',
] as const;

/** Makes a statistic's own temporary table `run_…`, in place of the last one of that name. */
export async function materialise(
  db: Queryable,
  table: { readonly name: (typeof scratch)[number]; readonly sql: string; readonly params: readonly Param[] },
): Promise<void> {
  await db.query(`DROP TABLE IF EXISTS run_${table.name}`);
  await db.query(`CREATE TEMP TABLE run_${table.name} AS ${table.sql}`, table.params);
}

/** Drops what `prepare` and the statistics made. */
export async function dropPrepared(db: Queryable): Promise<void> {
  await db.query('DROP VIEW IF EXISTS run_first_touch');
  await db.query('DROP VIEW IF EXISTS run_followup');
  const names = [
    'obs',
    'curve',
    'months',
    'people',
    'deals',
    'lead_deals',
    'moments',
    'handovers',
    'attempts',
    'connects',
    'efforts',
    'reach',
    'positions',
    'fates',
  ];
  for (const name of names) await db.query(`DROP TABLE IF EXISTS run_${name}`);
}

/** The company's months; where the warehouse has no calendar, those of UTC from the first lead on. */
async function prepareMonths(db: Queryable, asOf: Instant): Promise<void> {
  await db.query(
    "CREATE TEMP TABLE run_months AS SELECT CAST(row_number() OVER (ORDER BY starts_at) AS INTEGER) AS number, period, starts_at, ends_at FROM periods WHERE kind = 'month'",
  );
  const [has] = await db.query('SELECT CAST(count(*) AS BIGINT) AS n FROM run_months');
  if (count(has, 'n') > 0) return;
  const [range] = await db.query('SELECT CAST(min(created_at) AS BIGINT) AS first FROM leads WHERE created_at > 0');
  const first = new Date(count(range, 'first') || asOf);
  for (let year = first.getUTCFullYear(), month = first.getUTCMonth(), number = 1; ; month += 1, number += 1) {
    const start = Date.UTC(year, month, 1);
    if (start > asOf) return;
    const period = new Date(start).toISOString().slice(0, 7);
    await db.query('INSERT INTO run_months VALUES ($1, $2, $3, $4)', [number, period, start, Date.UTC(year, month + 1, 1)]);
  }
}
