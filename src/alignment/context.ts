import type { ReportSettings } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { Queryable } from '../warehouse/types.ts';
import { prepare } from './prepare.ts';
import { count, numberOrNull, text } from './rows.ts';
import { excludedSql } from './sql/excluded.sql.ts';
import { factsSql } from './sql/facts.sql.ts';
import { highWaterSql } from './sql/high-water.sql.ts';
import { lastEventSql } from './sql/last-event.sql.ts';
import { salesTouchesSql } from './sql/sales-touches.sql.ts';
import type { AlignmentOptions, AlignmentSettings, AlignmentThresholds, Dimension, Facts, StatContext } from './types.ts';

const day = 86_400_000;

/** The thresholds that hold where the settings don't say otherwise. */
const defaultThresholds: AlignmentThresholds = {
  preTouchMs: 7 * day,
  collapseMs: 600_000,
  settleMs: 1_800_000,
  closedLoopMs: 7 * day,
  idleMs: 30 * day,
  funnelMs: 90 * day,
  ratchetFields: [],
  currency: null,
};

/** Finds the instant, prepares the shared tables and reads what the warehouse holds. */
export async function openContext(db: Queryable, options: AlignmentOptions): Promise<StatContext> {
  const settings = { ...defaultThresholds, ...defined(options.settings) };
  const [coverage] = await db.query(highWaterSql);
  const mark = numberOrNull(coverage, 'as_of') ?? numberOrNull((await db.query(lastEventSql))[0], 'as_of') ?? 0;
  const asOf = options.asOf ?? mark;
  const historyFrom = numberOrNull(coverage, 'history_from');
  const salesTouches = count((await db.query(salesTouchesSql, [asOf]))[0], 'n');
  await prepare(db, { asOf, current: asOf >= mark, historyFrom, touchesMeasured: salesTouches > 0, settings });
  return {
    db,
    asOf,
    settings,
    dimensions: dimensionsOf(options.by),
    facts: await readFacts(db, { asOf, salesTouches, historyFrom }),
    labels: {
      campaign: await readNames(db, 'SELECT campaign_id AS id, name FROM campaigns WHERE name IS NOT NULL'),
      owner: await readNames(db, 'SELECT user_id AS id, name FROM users WHERE name IS NOT NULL'),
    },
  };
}

function defined(settings: AlignmentSettings): ReportSettings & Partial<AlignmentThresholds> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as unknown as AlignmentSettings;
}

function dimensionsOf(by: AlignmentOptions['by']): readonly Dimension[] {
  if (by === undefined) return ['channel'];
  return typeof by === 'string' ? [by] : [...new Set(by)];
}

async function readFacts(
  db: Queryable,
  known: { readonly asOf: Instant; readonly salesTouches: number; readonly historyFrom: Instant | null },
): Promise<Facts> {
  const [row] = await db.query(factsSql, [known.asOf]);
  const excluded: Record<string, number> = {};
  for (const found of await db.query(excludedSql, [known.asOf])) excluded[text(found, 'reason')] = count(found, 'n');
  const handedBy: Record<string, number> = {};
  const rules = await db.query('SELECT handed_by, CAST(count(*) AS BIGINT) AS n FROM run_handovers WHERE truncated = 0 GROUP BY handed_by');
  for (const found of rules) handedBy[text(found, 'handed_by')] = count(found, 'n');
  const truncated = count(row, 'truncated');
  return {
    leads: count(row, 'leads'),
    episodes: count(row, 'episodes'),
    salesTouches: known.salesTouches,
    leadStatuses: count(row, 'lead_statuses'),
    marketingStates: count(row, 'marketing_states'),
    salesStates: count(row, 'sales_states'),
    mqls: count(row, 'mqls'),
    deals: count(row, 'deals'),
    marketingRecords: count(row, 'marketing_records'),
    salesRecords: count(row, 'sales_records'),
    salesUsers: count(row, 'sales_users'),
    businessHours: count(row, 'business_hours'),
    excluded,
    handedBy: { ...handedBy, ...(truncated > 0 ? { 'older than the history': truncated } : {}) },
    historyFrom: known.historyFrom,
  };
}

async function readNames(db: Queryable, sql: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.query(sql);
  return new Map(rows.map((row) => [text(row, 'id'), text(row, 'name')]));
}
