import type { ChunkAppender } from './appender.ts';
import type { ColumnType, Db } from './db.ts';
import type { Settings } from '../model/settings.ts';
import { emptyMerged, pairDoubleLogs, writePeriods } from './merge/build.ts';
import type { Param, Row } from './types.ts';

/** A column of a merged table. */
export interface MergedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
}

/** What an import works with: staged copies of the merged tables, and SQL over both. */
export interface MergedSink {
  columns(table: string): Promise<readonly MergedColumn[]>;
  /** Makes an empty temporary table `i_TABLE` with a `line` column (BIGINT) before the table's own, all nullable. */
  stage(table: string): Promise<ChunkAppender>;
  run(sql: string, params?: readonly Param[]): Promise<void>;
  rows(sql: string, params?: readonly Param[]): Promise<readonly Row[]>;
  /** Marks double logs among the touches, where asked, and fills the periods. Call it when all rows are in. */
  complete(settings: Settings, options: { readonly markDoubleLogs: boolean }): Promise<void>;
}

/** Takes data that is merged already. */
export interface MergedImport {
  /**
   * Replaces the merged tables by what `work` puts there, in one transaction: all or nothing.
   * @throws {StateError} WAREHOUSE_PULLED when this warehouse was filled by a pull.
   */
  importMerged<T>(work: (sink: MergedSink) => Promise<T>): Promise<T>;
}

/** Runs an import within the caller's transaction. */
export async function importInto<T>(connection: Db, work: (sink: MergedSink) => Promise<T>): Promise<T> {
  await emptyMerged(connection);
  await connection.run('DELETE FROM coverage');
  const made: string[] = [];
  const columns = async (table: string): Promise<readonly MergedColumn[]> =>
    (
      await connection.rows(
        `SELECT column_name, data_type, is_nullable, column_default FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' AND table_name = $1 ORDER BY column_index`,
        [table],
      )
    ).map((row) => ({
      name: String(row['column_name']),
      type: columnType(String(row['data_type'])),
      required: row['is_nullable'] === false && row['column_default'] === null,
    }));
  const result = await work({
    columns,
    async stage(table) {
      const own = await columns(table);
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE i_${table} (line BIGINT, ${own.map((column) => `${column.name} ${column.type}`).join(', ')})`,
      );
      made.push(`i_${table}`);
      return connection.appender(`i_${table}`, ['BIGINT', ...own.map((column) => column.type)]);
    },
    run: (sql, params) => connection.run(sql, params),
    rows: (sql, params) => connection.rows(sql, params),
    async complete(settings, options) {
      if (options.markDoubleLogs) await markDoubleLogs(connection);
      await writePeriods(connection, settings, 0);
    },
  });
  for (const table of new Set(made)) await connection.run(`DROP TABLE temp.${table}`);
  return result;
}

async function markDoubleLogs(connection: Db): Promise<void> {
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE t_touch AS
    SELECT touch_id, lead_id, occurred_at, at_precision, direction, recorded_in,
           CASE kind WHEN 'sms' THEN 'message' WHEN 'social' THEN 'message' ELSE kind END AS family FROM touches;
    CREATE OR REPLACE TEMP TABLE t_double (touch_id TEXT, dup_of TEXT, other TEXT);`);
  await pairDoubleLogs(connection);
  await connection.run(`
    UPDATE touches SET dup_of = d.dup_of FROM t_double d WHERE d.touch_id = touches.touch_id;
    DROP TABLE t_touch; DROP TABLE t_double;`);
}

function columnType(type: string): ColumnType {
  switch (type) {
    case 'BIGINT':
    case 'INTEGER':
      return 'BIGINT';
    case 'BOOLEAN':
      return 'BOOLEAN';
    case 'DOUBLE':
      return 'DOUBLE';
    default:
      return 'TEXT';
  }
}
