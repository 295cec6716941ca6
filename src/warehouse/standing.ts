import { createHash } from 'node:crypto';

import type { Settings } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { Db } from './db.ts';
import { mergeRules } from './merge/build.ts';
import type { MergeReport } from './types.ts';

/** What the merged tables were built from, and what came out. */
interface Standing {
  /** Digest of data, links, settings and rules. */
  readonly sources: string;
  /** From this instant on the same data merge differently: another rate holds, or the calendar is at its end. */
  readonly freshBefore: Instant | null;
  readonly revision: string;
  readonly report: MergeReport;
}

/** Notes, in the transaction that changed a staged record, that the loaded data are not what they were. */
export async function dataChanged(connection: Db): Promise<void> {
  await connection.run(`INSERT INTO meta VALUES ('data', CAST(uuid() AS VARCHAR)) ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
}

/** Digest of everything that merging reads: the loaded data, what they cover, the links, the settings, the rules. */
export async function sourcesOf(connection: Db, settings: Settings, links: string): Promise<string> {
  const data = await connection.rows(`SELECT value FROM meta WHERE key = 'data'`);
  const coverage = await connection.rows(
    'SELECT recorded_in, stream, complete, CAST(history_from AS VARCHAR) AS history_from FROM coverage ORDER BY recorded_in, stream',
  );
  return createHash('sha256')
    .update(JSON.stringify([data[0]?.['value'] ?? null, coverage, links, settings.hash, mergeRules]))
    .digest('hex');
}

/** The report of the merge that stands, when building anew from `sources` would change nothing; else null. */
export async function standingReport(connection: Db, sources: string): Promise<MergeReport | null> {
  const standing = await read(connection);
  if (standing === null || standing.sources !== sources) return null;
  const asOf = await connection.rows('SELECT CAST(min(as_of) AS DOUBLE) AS as_of FROM coverage WHERE complete');
  const fresh = standing.freshBefore === null || Number(asOf[0]?.['as_of'] ?? 0) < standing.freshBefore;
  return fresh ? standing.report : null;
}

/** Notes, in the transaction that built the merged tables, what they were built from. */
export async function rememberMerge(connection: Db, sources: string, report: MergeReport): Promise<void> {
  const [found] = await connection.rows(`
    SELECT CAST(uuid() AS VARCHAR) AS revision, CAST(least(
      (SELECT min(ends_at) FROM (SELECT max(ends_at) AS ends_at FROM periods GROUP BY kind)),
      (SELECT min(starts_at) FROM fx_rates WHERE starts_at > (SELECT min(as_of) FROM coverage WHERE complete))) AS DOUBLE) AS fresh_before`);
  const standing: Standing = {
    sources,
    freshBefore: (found?.['fresh_before'] as number | null | undefined) ?? null,
    revision: String(found?.['revision']),
    report,
  };
  await connection.run(`INSERT INTO meta VALUES ('merged', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, [
    JSON.stringify(standing),
  ]);
}

/** Names the merged tables as they are: another name after each merge that built them anew; null before the first. */
export async function mergedRevision(connection: Db): Promise<string | null> {
  return (await read(connection))?.revision ?? null;
}

async function read(connection: Db): Promise<Standing | null> {
  const value = (await connection.rows(`SELECT value FROM meta WHERE key = 'merged'`))[0]?.['value'];
  return typeof value === 'string' ? (JSON.parse(value) as Standing) : null;
}
