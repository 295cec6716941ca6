import { createHash } from 'node:crypto';

import type { Settings, StatusMap } from '../../model/settings.ts';
import type { Side } from '../../model/words.ts';
import { pairCampaigns, type CampaignRecord } from '../campaign-pairs.ts';
import type { Db } from '../db.ts';
import { mergeUsers, type UserRecord } from '../merged-users.ts';
import { minorDigits, ratioText } from '../money.ts';
import { periods } from '../periods.ts';
import { rateTable, type RateInterval, type RateRecord } from '../rate-table.ts';
import { mergedTables, schemaSql } from '../schema.sql.ts';
import type { LinkRow, MergeReport, Row } from '../types.ts';
import { campaignsSql } from './campaigns.sql.ts';
import { dealsSql } from './deals.sql.ts';
import { doubleLogSql, statusChangesSql, touchesSql, touchRowsSql } from './history.sql.ts';
import { accountsSql, identitySql, leadsSql } from './people.sql.ts';

const sides: readonly Side[] = ['marketing', 'sales'];
const text = (row: Row, name: string): string | null => (row[name] as string | null) ?? null;
const list = (row: Row, name: string): readonly string[] => JSON.parse(text(row, name) ?? '[]') as string[];

/** Raise it when code outside the SQL texts makes something else of the same data: merged tables are then built anew. */
const codeRules = 1;

/** Names the rules by which this release merges. */
export const mergeRules: string = createHash('sha256')
  .update(
    JSON.stringify([
      codeRules,
      schemaSql,
      identitySql,
      accountsSql,
      campaignsSql,
      leadsSql({ marketingStatus: '', salesStatus: '', marketingReason: null, salesReason: null }),
      dealsSql,
      statusChangesSql,
      touchesSql,
      doubleLogSql,
      touchRowsSql,
    ]),
  )
  .digest('hex');

/** Builds all merged tables anew. Runs within the caller's transaction; links are staged, the `raw_…` tables complete. */
export async function buildMerged(connection: Db, settings: Settings): Promise<MergeReport> {
  await emptyMerged(connection);
  await stageSettings(connection, settings);
  const asOf = await stageConstants(connection, settings);
  await stageRates(connection, settings);
  await connection.run(identitySql);
  await connection.run(accountsSql);
  await stageUsers(connection, settings);
  await stageCampaigns(connection, settings);
  await connection.run(campaignsSql);
  const reason = settings.fields.find((field) => field.name === 'rejection_reason');
  await connection.run(
    leadsSql({
      marketingStatus: settings.status.marketing.field,
      salesStatus: settings.status.sales.field,
      marketingReason: reason?.marketing ?? null,
      salesReason: reason?.sales ?? null,
    }),
  );
  await connection.run(dealsSql);
  await connection.run(statusChangesSql);
  await connection.run(touchesSql);
  await pairDoubleLogs(connection);
  await connection.run(touchRowsSql);
  await writePeriods(connection, settings, asOf);
  return describe(connection);
}

/** Empties the merged tables by making them anew; what is not built here (`coverage`, `business_hours`) stays. */
export async function emptyMerged(connection: Db): Promise<void> {
  const statements = schemaSql.split(';\n').filter((statement) => statement.trim() !== '');
  for (const table of mergedTables) {
    const create = statements.find((statement) => statement.trimStart().startsWith(`CREATE TABLE ${table} (`));
    await connection.run(`DROP TABLE IF EXISTS ${table}; ${create};`);
  }
}

/** Drops what merging staged, of this merge or of one that failed. */
export async function dropTemporary(connection: Db): Promise<void> {
  const tables = await connection.rows(`SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 't\\_%' ESCAPE '\\'`);
  for (const row of tables) await connection.run(`DROP TABLE temp.${String(row['table_name'])}`);
}

/** Stages the links. @returns a digest of them, in their order */
export async function stageLinks(connection: Db, links: AsyncIterable<LinkRow>): Promise<string> {
  const digest = createHash('sha256');
  await connection.run('CREATE TEMP TABLE t_links (side TEXT, record_id TEXT, person_id TEXT, rule TEXT, confidence DOUBLE)');
  const appender = await connection.appender('t_links', ['TEXT', 'TEXT', 'TEXT', 'TEXT', 'DOUBLE']);
  try {
    for await (const link of links) {
      const row = [link.side, link.recordId, link.personId, link.rule, link.confidence];
      digest.update(JSON.stringify(row));
      appender.append(row);
    }
  } finally {
    appender.finish();
  }
  return digest.digest('hex');
}

/** The status maps as rows: `status` for the synced field, `history` for further fields, `blank` for an empty status. */
async function stageSettings(connection: Db, settings: Settings): Promise<void> {
  await connection.run(
    'CREATE TEMP TABLE t_rung (side TEXT, field TEXT, kind TEXT, value TEXT, rung TEXT); CREATE TEMP TABLE t_internal (domain TEXT)',
  );
  const rungs = await connection.appender('t_rung', ['TEXT', 'TEXT', 'TEXT', 'TEXT', 'TEXT']);
  for (const side of sides) {
    const map: StatusMap = settings.status[side];
    for (const [value, rung] of map.reads) rungs.append([side, map.field, 'status', value, rung]);
    if (map.blank !== null) rungs.append([side, map.field, 'blank', null, map.blank]);
    for (const [field, values] of map.history) {
      if (field === map.field) continue;
      for (const [value, rung] of values) rungs.append([side, field, 'history', value, rung]);
    }
  }
  rungs.finish();
  const domains = await connection.appender('t_internal', ['TEXT']);
  for (const domain of new Set(settings.company.internalDomains.map((name) => name.trim().toLowerCase()))) domains.append([domain]);
  domains.finish();
}

/** The instant up to which everything is known: the earliest of the completed streams' stamps. */
async function stageConstants(connection: Db, settings: Settings): Promise<number> {
  const rows = await connection.rows('SELECT min(as_of) AS as_of FROM coverage WHERE complete');
  const asOf = Number((rows[0]?.['as_of'] as bigint | null) ?? 0n);
  await connection.run('CREATE TEMP TABLE t_const AS SELECT CAST($1 AS VARCHAR) AS company_currency, CAST($2 AS BIGINT) AS as_of', [
    settings.company.currency,
    asOf,
  ]);
  return asOf;
}

async function stageRates(connection: Db, settings: Settings): Promise<void> {
  const records = (
    await connection.rows(
      'SELECT side, currency, starts_at, rate, corporate FROM raw_rates WHERE gone IS NULL ORDER BY side, currency, starts_at',
    )
  ).map((row): RateRecord => ({
    side: text(row, 'side') as Side,
    currency: text(row, 'currency') ?? '',
    startsAt: Number(row['starts_at']),
    rate: text(row, 'rate') ?? '',
    corporate: row['corporate'] === true,
  }));
  await writeRates(connection, rateTable(records, settings.company.currency), settings.company.currency);
}

/** Fills `fx_rates`, and `t_fx` with the whole factors by which minor units are converted. */
async function writeRates(connection: Db, table: readonly RateInterval[], companyCurrency: string): Promise<void> {
  await connection.run('CREATE TEMP TABLE t_fx (currency TEXT, starts_at BIGINT, ends_at BIGINT, times HUGEINT, over HUGEINT)');
  for (const row of table) {
    await connection.run('INSERT INTO fx_rates (currency, starts_at, ends_at, rate, ratio) VALUES ($1, $2, $3, CAST($4 AS DOUBLE), $5)', [
      row.currency,
      row.startsAt,
      row.endsAt,
      Number(row.ratio.numerator) / Number(row.ratio.denominator),
      ratioText(row.ratio),
    ]);
    const shift = minorDigits(companyCurrency) - minorDigits(row.currency);
    const times = row.ratio.denominator * (shift > 0 ? 10n ** BigInt(shift) : 1n);
    const over = row.ratio.numerator * (shift < 0 ? 10n ** BigInt(-shift) : 1n);
    await connection.run('INSERT INTO t_fx VALUES ($1, $2, $3, CAST($4 AS HUGEINT), CAST($5 AS HUGEINT))', [
      row.currency,
      row.startsAt,
      row.endsAt,
      String(times),
      String(over),
    ]);
  }
}

async function stageUsers(connection: Db, settings: Settings): Promise<void> {
  const rows = await connection.rows(
    'SELECT side, id, other_id, name, email, active, kind, teams, time_zone FROM raw_users WHERE gone IS NULL ORDER BY side, id',
  );
  const owners = await connection.rows(
    `SELECT DISTINCT owner_id FROM raw_people WHERE side = 'sales' AND gone IS NULL UNION SELECT DISTINCT owner_id FROM raw_deals WHERE side = 'sales' AND gone IS NULL`,
  );
  const records = rows.map((row): UserRecord => ({
    side: text(row, 'side') as Side,
    id: text(row, 'id') ?? '',
    otherId: text(row, 'other_id'),
    name: text(row, 'name'),
    email: text(row, 'email'),
    active: row['active'] === true,
    kind: text(row, 'kind') ?? 'person',
    teams: list(row, 'teams'),
    timeZone: text(row, 'time_zone'),
  }));
  const merged = mergeUsers(records, settings.teams, new Set(owners.map((row) => text(row, 'owner_id') ?? '')));
  await connection.run('CREATE TEMP TABLE t_user_id (side TEXT, id TEXT, user_id TEXT)');
  const ids = await connection.appender('t_user_id', ['TEXT', 'TEXT', 'TEXT']);
  for (const [key, userId] of merged.userOf) {
    const cut = key.indexOf(':');
    ids.append([key.slice(0, cut), key.slice(cut + 1), userId]);
  }
  ids.finish();
  for (const user of merged.users) {
    await connection.run(
      'INSERT INTO users (user_id, marketing_owner_id, sales_user_id, name, email, team, role, kind, time_zone, is_active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
      [
        user.userId,
        user.marketingOwnerId,
        user.salesUserId,
        user.name,
        user.email,
        user.team,
        user.role,
        user.kind,
        user.timeZone,
        user.active,
      ],
    );
  }
  await connection.run(
    'CREATE TEMP TABLE t_user AS SELECT i.side, i.id, u.user_id, u.team, u.kind FROM t_user_id i JOIN users u ON u.user_id = i.user_id',
  );
}

async function stageCampaigns(connection: Db, settings: Settings): Promise<void> {
  const rows = await connection.rows('SELECT side, id, name, cross_ids FROM raw_campaigns WHERE gone IS NULL ORDER BY side, id');
  const records = rows.map((row): CampaignRecord => ({
    side: text(row, 'side') as Side,
    id: text(row, 'id') ?? '',
    name: text(row, 'name') ?? '',
    crossIds: list(row, 'cross_ids'),
  }));
  const places = pairCampaigns(records, settings.outcomes.campaigns);
  await connection.run('CREATE TEMP TABLE t_campaign (side TEXT, id TEXT, campaign_id TEXT, paired_by TEXT)');
  const appender = await connection.appender('t_campaign', ['TEXT', 'TEXT', 'TEXT', 'TEXT']);
  for (const record of records) {
    const place = places.get(`${record.side}:${record.id}`);
    if (place !== undefined) appender.append([record.side, record.id, place.campaignId, place.pairedBy]);
  }
  appender.finish();
}

/** Marks, in `t_double`, which rows of `t_touch` are the second log of one interaction. */
export async function pairDoubleLogs(connection: Db): Promise<void> {
  const found = async (): Promise<number> =>
    Number((await connection.rows('SELECT CAST(count(*) AS INTEGER) AS n FROM t_double'))[0]?.['n']);
  // Every round but the last pairs at least one touch, so the number of touches bounds the rounds.
  for (let before = -1, now = 0; now > before;) {
    before = now;
    await connection.run(doubleLogSql);
    now = await found();
  }
}

/** Fills `periods` for the time that the merged tables cover. */
export async function writePeriods(connection: Db, settings: Settings, asOf: number): Promise<void> {
  const rows = await connection.rows(`
    SELECT min(t) AS earliest, max(t) AS latest FROM (
      SELECT min(created_at) AS t FROM leads UNION ALL SELECT max(created_at) FROM leads
      UNION ALL SELECT min(occurred_at) FROM touches UNION ALL SELECT max(occurred_at) FROM touches
      UNION ALL SELECT min(created_at) FROM deals UNION ALL SELECT max(closed_at) FROM deals)`);
  const [earliest, latest] = [rows[0]?.['earliest'], rows[0]?.['latest']];
  if (typeof earliest !== 'bigint' || typeof latest !== 'bigint') return;
  // A mistyped close date in the year 9999 must not make three million rows of calendar.
  const to = Math.min(Math.max(Number(latest), asOf), Math.max(asOf, Number(earliest)) + 366 * 86_400_000);
  const from = Math.max(Number(earliest), to - 30 * 366 * 86_400_000);
  const appender = await connection.appender('periods', ['TEXT', 'TEXT', 'BIGINT', 'BIGINT']);
  for (const period of periods(settings.company, from, to))
    appender.append([period.kind, period.period, BigInt(period.startsAt), BigInt(period.endsAt)]);
  appender.finish();
}

async function describe(connection: Db): Promise<MergeReport> {
  const row = (
    await connection.rows(`
    SELECT CAST((SELECT count(*) FROM leads) AS INTEGER) AS leads, CAST((SELECT count(*) FROM deals) AS INTEGER) AS deals,
           CAST((SELECT count(*) FROM campaigns) AS INTEGER) AS campaigns, CAST((SELECT count(*) FROM touches) AS INTEGER) AS touches,
           CAST((SELECT count(*) FROM touches WHERE dup_of IS NOT NULL) AS INTEGER) AS doubles,
           CAST((SELECT count(*) FROM deals WHERE amount_minor IS NOT NULL AND amount_base IS NULL) AS INTEGER) AS no_rate`)
  )[0]!;
  const unmapped = await connection.rows(
    'SELECT recorded_in, field, value, CAST(n AS INTEGER) AS n FROM unmapped_statuses ORDER BY n DESC, recorded_in, field, value',
  );
  return {
    leads: Number(row['leads']),
    deals: Number(row['deals']),
    campaigns: Number(row['campaigns']),
    touches: Number(row['touches']),
    duplicateTouches: Number(row['doubles']),
    unmapped: unmapped.map((each) => ({
      side: text(each, 'recorded_in') as Side,
      field: text(each, 'field') ?? '',
      value: text(each, 'value') ?? '',
      count: Number(each['n']),
    })),
    dealsWithoutRate: Number(row['no_rate']),
  };
}
