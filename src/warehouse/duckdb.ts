import { chmodSync, existsSync } from 'node:fs';

import type { DuckDBInstance } from '@duckdb/node-api';

import type { Cursor, Stream } from '../crm.ts';
import { StateError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';
import { db, loadDuckDb, type Db, type DuckDb } from './db.ts';
import { importInto, type MergedImport } from './imports.ts';
import { loader } from './load.ts';
import { buildMerged, dropTemporary, stageLinks } from './merge/build.ts';
import { schemaSql } from './schema.sql.ts';
import { stagingSql } from './staging.ts';
import { mergedRevision, rememberMerge, sourcesOf, standingReport } from './standing.ts';
import type { Coverage, LinkRow, MergeReport, Warehouse } from './types.ts';

/** The layout of the file; a warehouse of a newer one is refused. */
const format = 1;

/** Staged records that one thread merges as quickly as several. */
const fewRows = 500_000;

export interface WarehouseOptions {
  /** Readers share the file with each other, but not with a writer. @default false */
  readonly readOnly?: boolean;
  /** DuckDB's own words for a size, for example `1GB`. @default '2GB' */
  readonly memoryLimit?: string;
  /** Threads that queries may use. @default as many as there are cores */
  readonly threads?: number;
}

/** The warehouse on DuckDB: the whole contract, and the import of merged files. */
export interface DuckDbWarehouse extends Warehouse, MergedImport {
  revision(): Promise<string | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the warehouse, making it where there is none. A file that is open for writing belongs to one process: open it,
 * load, merge, close; readers open it `readOnly`. Works offline: extensions are never installed.
 * @param path a file, or `:memory:`
 * @throws {ConfigError} DUCKDB_MISSING when the optional dependency is not installed.
 * @throws {StateError} WAREHOUSE_LOCKED when another process has it open; WAREHOUSE_MISSING when a reader finds no file;
 * WAREHOUSE_DAMAGED when it is no warehouse; WAREHOUSE_VERSION when a newer release made it.
 */
export async function openWarehouse(path: string, options: WarehouseOptions = {}): Promise<DuckDbWarehouse> {
  const readOnly = options.readOnly ?? false;
  const duckdb = await loadDuckDb();
  if (readOnly && path !== ':memory:' && !existsSync(path)) {
    throw new StateError('WAREHOUSE_MISSING', `There is no warehouse at ${path}.`, {
      hint: 'Fill one with "truce pull", or with "truce import DIR" from CSV exports.',
    });
  }
  const instance = await open(duckdb, path, { ...options, readOnly });
  try {
    const connection = db(duckdb, await instance.connect());
    await connection.run(`SET TimeZone = 'UTC'`);
    const reader = db(duckdb, await instance.connect());
    await reader.run(`SET TimeZone = 'UTC'`);
    await prepare(connection, path, readOnly);
    if (path !== ':memory:' && !readOnly) chmodSync(path, 0o600);
    return warehouse(duckdb, instance, { connection, reader });
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

async function open(duckdb: DuckDb, path: string, options: WarehouseOptions): Promise<DuckDBInstance> {
  try {
    return await duckdb.DuckDBInstance.create(path, {
      access_mode: options.readOnly === true && path !== ':memory:' ? 'READ_ONLY' : 'READ_WRITE',
      autoinstall_known_extensions: 'false',
      memory_limit: options.memoryLimit ?? '2GB',
      // A checkpoint every 16 MB of log would cost more than the loading itself.
      checkpoint_threshold: '256MB',
      // Each column that is being filled holds a block, and there are hundreds: at the default of 256 KB the memory of a small
      // company's merge would be mostly air. Holds for files made here; others keep the size they were made with.
      default_block_size: '16384',
      // The C library keeps freed memory for the next query; given back sooner, a merge peaks at half of it.
      allocator_flush_threshold: '1MB',
      allocator_bulk_deallocation_flush_threshold: '1MB',
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/lock|being used by another process/iu.test(message)) {
      throw new StateError('WAREHOUSE_LOCKED', `The warehouse ${path} is open in another process.`, {
        hint: 'Wait until that run has ended, or stop it, then repeat; the status sync goes on without the warehouse.',
        cause,
      });
    }
    throw new StateError('WAREHOUSE_DAMAGED', `The warehouse ${path} can't be opened.`, {
      hint: 'Move the file away and fill a new one with "truce pull --rebuild"; everything but expired history comes back.',
      cause,
    });
  }
}

/** Makes the tables of a new file, or checks that they are ours. */
async function prepare(connection: Db, path: string, readOnly: boolean): Promise<void> {
  const tables = await connection.rows(`SELECT table_name FROM duckdb_tables() WHERE NOT temporary`);
  if (tables.length === 0 && !readOnly) {
    await connection.transaction(async () => {
      await connection.run(stagingSql);
      await connection.run(schemaSql);
      await connection.run(`INSERT INTO meta VALUES ('format', $1)`, [String(format)]);
    });
    return;
  }
  const ours = tables.some((row) => row['table_name'] === 'meta');
  const found = ours
    ? Number((await connection.rows(`SELECT value FROM meta WHERE key = 'format'`))[0]?.['value'] ?? Number.NaN)
    : Number.NaN;
  if (found === format) return;
  if (found > format) {
    throw new StateError('WAREHOUSE_VERSION', `The warehouse ${path} was made by a newer release.`, {
      hint: 'Update this package, or use another file.',
    });
  }
  throw new StateError('WAREHOUSE_DAMAGED', `The file ${path} holds no warehouse.`, {
    hint: 'Name another file, or fill a new one with "truce pull".',
  });
}

function warehouse(
  duckdb: DuckDb,
  instance: DuckDBInstance,
  connections: { readonly connection: Db; readonly reader: Db },
): DuckDbWarehouse {
  const { connection, reader } = connections;
  const loading = loader(connection);
  // Writes take turns: they share one connection and so one transaction.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await last;
    reader.close();
    connection.close();
    instance.closeSync();
  };
  return {
    query: (sql, params) => reader.rows(sql, params),
    // A connection of its own: the next query on a connection ends the rows of the one before.
    async *stream(sql, params) {
      const own = db(duckdb, await instance.connect());
      try {
        yield* own.stream(sql, params);
      } finally {
        own.close();
      }
    },
    async cursor(side: Side, stream: Stream) {
      const rows = await reader.rows('SELECT cursor FROM load_state WHERE recorded_in = $1 AND stream = $2', [side, stream]);
      return (rows[0]?.['cursor'] as Cursor | undefined) ?? null;
    },
    coverage: () => readCoverage(reader),
    revision: () => mergedRevision(reader),
    load: (side, stream, page, options = {}) =>
      inTurn(async () => {
        await claim(connection, 'pull');
        await loading.load(side, stream, page, options);
      }),
    merge: (links, settings) =>
      inTurn(async () => {
        await claim(connection, 'pull');
        await loading.fold();
        return onFewThreads(connection, () => mergeWhereNeeded(connection, links, settings));
      }),
    importMerged: (work) =>
      inTurn(() =>
        connection.transaction(async () => {
          await claim(connection, 'import');
          return importInto(connection, work);
        }),
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function mergeWhereNeeded(connection: Db, links: AsyncIterable<LinkRow>, settings: Settings): Promise<MergeReport> {
  await dropTemporary(connection);
  const sources = await sourcesOf(connection, settings, await stageLinks(connection, links));
  const standing = await standingReport(connection, sources);
  const report =
    standing ??
    (await connection.transaction(async () => {
      const built = await buildMerged(connection, settings);
      await rememberMerge(connection, sources, built);
      return built;
    }));
  await dropTemporary(connection);
  return report;
}

/** Every thread keeps buffers of its own, tens of megabytes in all: with few rows one thread is as fast, and smaller. */
async function onFewThreads<T>(connection: Db, work: () => Promise<T>): Promise<T> {
  const [found] = await connection.rows(`
    SELECT CAST(coalesce(sum(estimated_size), 0) AS DOUBLE) AS n, CAST(current_setting('threads') AS VARCHAR) AS threads
    FROM duckdb_tables() WHERE table_name LIKE 'raw\\_%' ESCAPE '\\'`);
  if (Number(found?.['n']) > fewRows) return work();
  await connection.run('SET threads = 1');
  try {
    return await work();
  } finally {
    await connection.run(`SET threads = ${String(found?.['threads'])}`);
  }
}

async function readCoverage(reader: Db): Promise<readonly Coverage[]> {
  const rows = await reader.rows('SELECT recorded_in, stream, complete, history_from, as_of FROM coverage ORDER BY recorded_in, stream');
  return rows.map((row) => ({
    side: row['recorded_in'] as Side,
    stream: row['stream'] as Stream,
    complete: row['complete'] === true,
    historyFrom: row['history_from'] === null ? null : Number(row['history_from']),
    asOf: Number(row['as_of']),
  }));
}

/** A warehouse is filled either by pulling or by importing: mixing them would overwrite one with the other at the next merge. */
async function claim(connection: Db, use: 'pull' | 'import'): Promise<void> {
  const filledBy = (await connection.rows(`SELECT value FROM meta WHERE key = 'filled_by'`))[0]?.['value'];
  if (filledBy === use) return;
  if (filledBy === undefined) {
    await connection.run(`INSERT INTO meta VALUES ('filled_by', $1)`, [use]);
    return;
  }
  if (use === 'import') {
    throw new StateError('WAREHOUSE_PULLED', 'This warehouse was filled by "truce pull"; importing files would mix two sources.', {
      hint: 'Import into another file: set TRUCE_WAREHOUSE or --warehouse to a new path.',
    });
  }
  throw new StateError('WAREHOUSE_IMPORTED', 'This warehouse was filled from files; pulling would overwrite them.', {
    hint: 'Pull into another file: set TRUCE_WAREHOUSE or --warehouse to a new path.',
  });
}
