import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';

import { ConfigError } from '../errors.ts';
import { chunkAppender, type ChunkAppender } from './appender.ts';
import type { Param, Row } from './types.ts';

export type DuckDb = typeof import('@duckdb/node-api');

/**
 * Loads the engine when it is first needed: it is an optional dependency, and 70 MB.
 * @throws {ConfigError} DUCKDB_MISSING when it is not installed.
 */
export async function loadDuckDb(load: () => Promise<DuckDb> = () => import('@duckdb/node-api')): Promise<DuckDb> {
  try {
    return await load();
  } catch (cause) {
    throw new ConfigError('DUCKDB_MISSING', 'The warehouse needs DuckDB, which is not installed.', {
      hint: 'Install it with "npm install @duckdb/node-api", or run without a warehouse: the status sync needs none.',
      cause,
    });
  }
}

/** Column types that rows are appended with. */
export type ColumnType = 'TEXT' | 'BIGINT' | 'BOOLEAN' | 'DOUBLE';

/** One connection with the few ways in which the warehouse uses it. */
export interface Db {
  /** Runs one or several statements; the last one's rows are dropped. */
  run(sql: string, params?: readonly Param[]): Promise<void>;
  rows(sql: string, params?: readonly Param[]): Promise<readonly Row[]>;
  stream(sql: string, params?: readonly Param[]): AsyncIterable<Row>;
  appender(table: string, columns: readonly ColumnType[]): Promise<ChunkAppender>;
  /** Runs `work` in a transaction; rolls back when it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Wraps a connection. */
export function db(duckdb: DuckDb, connection: DuckDBConnection): Db {
  const bind = (params: readonly Param[] | undefined): [values?: Param[], types?: DuckDBType[]] => {
    if (params === undefined || params.length === 0) return [];
    const whole = (value: Param): boolean => typeof value === 'number' && Number.isSafeInteger(value);
    return [
      params.map((value) => (whole(value) ? BigInt(value as number) : value)),
      params.map((value) => {
        if (value === null || typeof value === 'string') return duckdb.VARCHAR;
        if (typeof value === 'boolean') return duckdb.BOOLEAN;
        return typeof value === 'bigint' || whole(value) ? duckdb.BIGINT : duckdb.DOUBLE;
      }),
    ];
  };
  return {
    async run(sql, params) {
      await connection.run(sql, ...bind(params));
    },
    async rows(sql, params) {
      const reader = await connection.runAndReadAll(sql, ...bind(params));
      return reader.getRowObjectsJS();
    },
    async *stream(sql, params) {
      const result = await connection.stream(sql, ...bind(params));
      for await (const rows of result.yieldRowObjectJs()) yield* rows;
    },
    appender: (table, columns) => chunkAppender(duckdb, connection, { table, columns }),
    async transaction(work) {
      await connection.run('BEGIN');
      try {
        const result = await work();
        await connection.run('COMMIT');
        return result;
      } catch (error) {
        await connection.run('ROLLBACK');
        throw error;
      }
    },
    close: () => connection.closeSync(),
  };
}
