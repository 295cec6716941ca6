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
  /** Makes an empty temporary table `i_TABLE` with a `line` column (BIGINT) before the given ones of the table, all nullable. */
  stage(table: string, columns: readonly MergedColumn[]): Promise<ChunkAppender>;
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
  const stages = stagesOf(connection);
  try {
    const result = await work({
      columns: (table) => columnsOf(connection, table),
      stage: (table, own) => stages.open(table, own),
      run: (sql, params) => connection.run(sql, params),
      rows: (sql, params) => connection.rows(sql, params),
      async complete(settings, options) {
        if (options.markDoubleLogs) await markDoubleLogs(connection);
        await writePeriods(connection, settings, 0);
      },
    });
    await stages.drop();
    return result;
  } catch (error) {
    stages.abandon();
    throw error;
  }
}

interface Stages {
  open(table: string, columns: readonly MergedColumn[]): Promise<ChunkAppender>;
  /** Closes what is still open. An appender that outlives its transaction would write into the next one when it is collected. */
  abandon(): void;
  drop(): Promise<void>;
}

function stagesOf(connection: Db): Stages {
  const open = new Set<ChunkAppender>();
  const made = new Set<string>();
  return {
    async open(table, columns) {
      const head = [{ name: 'line', type: 'BIGINT' } as const, ...columns];
      await connection.run(`CREATE OR REPLACE TEMP TABLE i_${table} (${head.map(({ name, type }) => `${name} ${type}`).join(', ')})`);
      made.add(`i_${table}`);
      const appender = await connection.appender(
        `i_${table}`,
        head.map(({ type }) => type),
      );
      open.add(appender);
      return {
        append: (row) => appender.append(row),
        finish() {
          open.delete(appender);
          appender.finish();
        },
      };
    },
    abandon() {
      for (const appender of open) {
        try {
          appender.finish();
        } catch {
          // What was appended is rolled back either way, and the first error is the one to tell.
        }
      }
      open.clear();
    },
    async drop() {
      for (const table of made) await connection.run(`DROP TABLE IF EXISTS temp.${table}`);
    },
  };
}

async function columnsOf(connection: Db, table: string): Promise<readonly MergedColumn[]> {
  const rows = await connection.rows(
    `SELECT column_name, data_type, is_nullable, column_default FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' AND table_name = $1 ORDER BY column_index`,
    [table],
  );
  return rows.map((row) => ({
    name: String(row['column_name']),
    type: columnType(String(row['data_type'])),
    required: row['is_nullable'] === false && row['column_default'] === null,
  }));
}

/** Calls that both CRMs logged, where both did log. */
async function markDoubleLogs(connection: Db): Promise<void> {
  const [row] = await connection.rows(
    `SELECT CAST(count(DISTINCT recorded_in) AS INTEGER) AS n FROM touches WHERE recorded_in IN ('marketing', 'sales') AND lead_id IS NOT NULL`,
  );
  if (Number(row?.['n']) < 2) return;
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
