import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PGlite } from '@electric-sql/pglite';
import { expect, it } from 'vitest';

import { StateError } from '../../src/errors.ts';
import { loadDuckDb } from '../../src/warehouse/db.ts';
import { openWarehouse } from '../../src/warehouse/duckdb.ts';
import type { LinkRow } from '../../src/warehouse/types.ts';
import { indexSql, mergedTables, schemaSql } from '../../src/warehouse/schema.sql.ts';
import * as make from './records.ts';
import { links, page, settings } from './records.ts';

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'truce-warehouse-'));
  try {
    await work(join(folder, 'data.duckdb'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const small = { memoryLimit: '512MB', threads: 1 } as const;

it('a warehouse that another process has open is refused with the fix, and opens when that process has ended', () =>
  withFile(async (path) => {
    const program = `
      const { DuckDBInstance } = await import('@duckdb/node-api');
      const open = await DuckDBInstance.create(process.argv[1]);
      console.log('open');
      process.stdin.resume();
      process.stdin.on('end', () => { open.closeSync(); process.exit(0); });`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', program, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    for (const readOnly of [false, true]) {
      const refused = await openWarehouse(path, { ...small, readOnly }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StateError);
      expect(refused).toMatchObject({ code: 'WAREHOUSE_LOCKED', hint: expect.stringContaining('Wait') });
    }
    other.stdin.end();
    await once(other, 'exit');
    await (await openWarehouse(path, small)).close();
  }));

it('what was loaded and merged is there for a reader, who can write nothing', () =>
  withFile(async (path) => {
    const writer = await openWarehouse(path, small);
    await writer.load('marketing', 'people', page<'people'>([make.person('C1')], { cursor: '"x"' }));
    await writer.merge(links(), settings);
    await writer.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const reader = await openWarehouse(path, { ...small, readOnly: true });
    const second = await openWarehouse(path, { ...small, readOnly: true });
    expect(await reader.query('SELECT lead_id FROM leads')).toEqual([{ lead_id: 'marketing:C1' }]);
    expect(await second.cursor('marketing', 'people')).toBe('"x"');
    await expect(reader.load('marketing', 'people', page<'people'>([]))).rejects.toThrow(/read-only/u);
    await reader.close();
    await second.close();
  }));

it('pages that were loaded but not merged are merged by the next process', () =>
  withFile(async (path) => {
    const first = await openWarehouse(path, small);
    await first.load('marketing', 'people', page<'people'>([make.person('C1')]));
    await first.close();
    const second = await openWarehouse(path, small);
    await second.merge(links(), settings);
    expect(await second.query('SELECT lead_id FROM leads')).toHaveLength(1);
    await second.close();
  }));

it('a merge that fails leaves the merged tables as they were', () =>
  withFile(async (path) => {
    const warehouse = await openWarehouse(path, small);
    await warehouse.load('marketing', 'people', page<'people'>([make.person('C1')]));
    await warehouse.merge(links(), settings);
    await warehouse.load('marketing', 'people', page<'people'>([make.person('C2')]));
    async function* broken(): AsyncGenerator<LinkRow> {
      yield* links(['marketing', 'C1', 'P1']);
      throw new Error('the links could not be read');
    }
    await expect(warehouse.merge(broken(), settings)).rejects.toThrow('links could not be read');
    expect(await warehouse.query('SELECT lead_id FROM leads')).toHaveLength(1);
    await warehouse.merge(links(), settings);
    expect(await warehouse.query('SELECT lead_id FROM leads')).toHaveLength(2);
    await warehouse.close();
  }));

it('a missing file, a file that is no warehouse and a newer one are told apart', () =>
  withFile(async (path) => {
    await expect(openWarehouse(path, { ...small, readOnly: true })).rejects.toMatchObject({ code: 'WAREHOUSE_MISSING' });
    writeFileSync(path, 'this is not a database'.repeat(1000));
    await expect(openWarehouse(path, small)).rejects.toMatchObject({ code: 'WAREHOUSE_DAMAGED' });
    rmSync(path);
    const { DuckDBInstance } = await loadDuckDb();
    const foreign = await DuckDBInstance.create(path);
    const connection = await foreign.connect();
    await connection.run('CREATE TABLE meta (key TEXT, value TEXT)');
    connection.closeSync();
    foreign.closeSync();
    await expect(openWarehouse(path, small)).rejects.toMatchObject({ code: 'WAREHOUSE_DAMAGED' });
    const again = await DuckDBInstance.create(path);
    const writer = await again.connect();
    await writer.run(`INSERT INTO meta VALUES ('format', '99')`);
    writer.closeSync();
    again.closeSync();
    await expect(openWarehouse(path, small)).rejects.toMatchObject({ code: 'WAREHOUSE_VERSION' });
  }));

it('without the optional dependency the error says what to install', async () => {
  const absent = loadDuckDb(() => Promise.reject(new Error("Cannot find package '@duckdb/node-api'")));
  await expect(absent).rejects.toMatchObject({ code: 'DUCKDB_MISSING', hint: expect.stringContaining('npm install @duckdb/node-api') });
});

it('whole numbers, fractions, text, truth and null can be bound', async () => {
  const warehouse = await openWarehouse(':memory:', small);
  const rows = await warehouse.query('SELECT $1 + 1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 IS NULL AS e, $6 AS f', [
    1_700_000_000_000,
    0.5,
    "it's",
    true,
    null,
    5n,
  ]);
  expect(rows).toEqual([{ a: 1_700_000_000_001n, b: 0.5, c: "it's", d: true, e: true, f: 5n }]);
  const streamed = [];
  for await (const row of warehouse.stream('SELECT i FROM range(5000) t(i) WHERE i >= $1', [4997])) streamed.push(row['i']);
  expect(streamed).toEqual([4997n, 4998n, 4999n]);
  await warehouse.close();
});

it('the tables are those of the committed dump, and the same on Postgres', async () => {
  const shape = `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name IN (${[...mergedTables, 'coverage', 'business_hours'].map((name) => `'${name}'`).join(', ')}) ORDER BY table_name, ordinal_position`;
  type Column = { table_name: string; column_name: string; data_type: string; is_nullable: string };
  const plain = new Map([
    ['VARCHAR', 'text'],
    ['DOUBLE', 'double precision'],
  ]);
  const dump = (columns: readonly Column[]): string =>
    columns
      .map(
        (column) =>
          `${column.table_name}.${column.column_name} ${plain.get(column.data_type) ?? column.data_type.toLowerCase()}${column.is_nullable === 'NO' ? ' not null' : ''}\n`,
      )
      .join('');
  const warehouse = await openWarehouse(':memory:', small);
  const ours = dump((await warehouse.query(shape)) as unknown as readonly Column[]);
  await warehouse.close();
  const postgres = new PGlite();
  await postgres.exec(schemaSql + indexSql);
  const theirs = dump((await postgres.query<Column>(shape)).rows);
  await postgres.close();
  expect(theirs).toBe(ours);
  await expect(ours).toMatchFileSnapshot('schema.dump.txt');
});
