import { PGlite } from '@electric-sql/pglite';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBValue } from '@duckdb/node-api';
import { schemaSql } from '../../src/warehouse/schema.sql.ts';
import type { Queryable, Row } from '../../src/warehouse/types.ts';
import type { Cell, ToyRow } from '../support/toy-company.ts';

/** An empty warehouse in memory, with the project's schema, that a test fills with rows of its own. */
export interface Bench extends Queryable {
  readonly engine: 'duckdb' | 'postgres';
  insert(table: string, rows: readonly ToyRow[]): Promise<void>;
  /** Empties all tables. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export const engines: readonly Bench['engine'][] = ['duckdb', 'postgres'];

export async function openBench(engine: Bench['engine']): Promise<Bench> {
  const { query, close } = engine === 'duckdb' ? await openDuckDb() : await openPglite();
  for (const statement of schemaSql.split(';')) if (statement.trim() !== '') await query(statement);
  const tables = [...schemaSql.matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1] ?? '');
  return {
    engine,
    query,
    close,
    async insert(table, rows) {
      // Rows with the same columns go together: a column that a row leaves out keeps its default.
      const shapes = Map.groupBy(rows, (row) => Object.keys(row).join(','));
      for (const same of shapes.values()) for (let i = 0; i < same.length; i += 500) await query(insertText(table, same.slice(i, i + 500)));
    },
    async clear() {
      for (const table of tables) await query(`DELETE FROM ${table}`);
    },
  };
}

async function openDuckDb(): Promise<Pick<Bench, 'query' | 'close'>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  // Tiny tables: a second thread only costs time.
  await connection.run('SET threads = 1');
  return {
    async query(sql, params = []) {
      const values = params.map((value): DuckDBValue => (typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value));
      const reader = await connection.runAndReadAll(sql, values);
      return reader.getRowObjectsJS();
    },
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function openPglite(): Promise<Pick<Bench, 'query' | 'close'>> {
  const database = await PGlite.create();
  return {
    async query(sql, params = []) {
      return (await database.query<Row>(sql, [...params])).rows;
    },
    async close() {
      await database.close();
    },
  };
}

function insertText(table: string, rows: readonly ToyRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (row: ToyRow): string => `(${columns.map((column) => literal(row[column] ?? null)).join(', ')})`;
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(line).join(', ')}`;
}

function literal(value: Cell): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
