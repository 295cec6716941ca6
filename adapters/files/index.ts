import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

import { CsvError, parse, type Info } from 'csv-parse';

import { ConfigError } from '../../src/errors.ts';
import type { Settings } from '../../src/model/settings.ts';
import type { MergedImport, MergedSink } from '../../src/warehouse/imports.ts';
import { campaignsFromOthersSql, derivedSql, leadsFromOthersSql, ownCurrencySql } from './fill.sql.ts';
import { instantReader } from './instants.ts';
import { rowReader, unknownColumns } from './row.ts';
import { fileTables, type FileTable } from './tables.ts';

export type { MergedImport } from '../../src/warehouse/imports.ts';

export interface ImportOptions {
  /** Time zone for instants without one, the status maps for raw statuses, the company's currency and calendar. */
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}

/** What an import did. */
export interface ImportReport {
  readonly files: readonly ImportedFile[];
  /** Sentences about what was unknown, skipped or made up, the first few of each kind with file and line. */
  readonly warnings: readonly string[];
}

export interface ImportedFile {
  /** The file's name. */
  readonly name: string;
  readonly table: string;
  /** Rows that are in the warehouse now. */
  readonly rows: number;
  readonly skipped: number;
}

/** Bad rows of a file that are named one by one. */
const named = 10;

/**
 * Loads CSV exports into an empty warehouse, all or nothing: `leads.csv`, `touches.csv`, `status_changes.csv`,
 * `campaigns.csv`, `campaign_members.csv`, `deals.csv`, `deal_contacts.csv`, `users.csv` and `accounts.csv`, or any of
 * them, also as `.csv.gz`. A row that can't be read is skipped and reported; what a file leaves out is filled where
 * another file tells it. Importing again replaces what was imported before.
 * @param dir the folder with the files; its README says what each may hold
 * @throws {ConfigError} IMPORT_NO_FILES, IMPORT_COLUMN_MISSING, IMPORT_BAD_CSV, IMPORT_ALL_ROWS_BAD; nothing is changed then.
 * @throws {StateError} WAREHOUSE_PULLED when the warehouse was filled by a pull.
 */
export async function importFiles(dir: string, warehouse: MergedImport, options: ImportOptions): Promise<ImportReport> {
  const found = await filesIn(dir);
  const warnings: string[] = [];
  const files = await warehouse.importMerged(async (sink) => {
    const done: ImportedFile[] = [];
    const headers = new Map<string, readonly string[]>();
    for (const [table, name] of found) {
      const loading: Loading = { sink, table, name, path: join(dir, name), options, warnings };
      const staged = await stageFile(loading);
      headers.set(table.name, staged.header);
      done.push(await takeStaged(loading, staged.read));
    }
    await fill(sink, { headers, options, warnings });
    return done;
  });
  return { files, warnings };
}

interface Loading {
  readonly sink: MergedSink;
  readonly table: FileTable;
  readonly name: string;
  readonly path: string;
  readonly options: ImportOptions;
  readonly warnings: string[];
}

async function filesIn(dir: string): Promise<readonly (readonly [FileTable, string])[]> {
  let names: readonly string[];
  try {
    names = await readdir(dir);
  } catch (cause) {
    throw new ConfigError('IMPORT_NO_FILES', `The folder ${dir} can't be read.`, {
      hint: 'Name the folder that holds the CSV files.',
      cause,
    });
  }
  const found = fileTables.flatMap((table): (readonly [FileTable, string])[] => {
    const name = [`${table.name}.csv`, `${table.name}.csv.gz`].find((each) => names.includes(each));
    return name === undefined ? [] : [[table, name]];
  });
  if (found.length > 0) return found;
  throw new ConfigError('IMPORT_NO_FILES', `The folder ${dir} holds none of the files that can be imported.`, {
    hint: `It may hold any of ${fileTables.map((table) => `${table.name}.csv`).join(', ')}; adapters/files/README.md says what stands in each.`,
  });
}

/** Reads one file row by row into its staging table. */
async function stageFile(loading: Loading): Promise<{ readonly header: readonly string[]; readonly read: number }> {
  const { table, name, options, warnings } = loading;
  const columns = await loading.sink.columns(table.name);
  const appender = await loading.sink.stage(table.name);
  let header: readonly string[] = [];
  let read: ReturnType<typeof rowReader> | null = null;
  let rows = 0;
  let bad = 0;
  let first = '';
  for await (const { record, info } of records(loading)) {
    options.signal?.throwIfAborted();
    if (read === null) {
      header = checkHeader(loading, record);
      for (const column of unknownColumns(table, columns, header))
        warnings.push(`${name}: the column "${column}" is not known and left out.`);
      const { timeZone, currency } = options.settings.company;
      read = rowReader({ table, columns, header, readInstant: instantReader(timeZone), companyCurrency: currency, fileName: name });
      continue;
    }
    rows += 1;
    const values = read(record, info.lines);
    if ('problem' in values) {
      bad += 1;
      const sentence = `${name}:${info.lines}: skipped, ${values.problem}.`;
      if (bad === 1) first = sentence;
      if (bad <= named) warnings.push(sentence);
    } else appender.append([BigInt(info.lines), ...values]);
  }
  appender.finish();
  if (read === null) header = checkHeader(loading, []);
  if (bad > named) warnings.push(`${name}: ${bad - named} more rows were skipped.`);
  if (rows > 0 && bad === rows) {
    throw new ConfigError('IMPORT_ALL_ROWS_BAD', `No row of ${name} can be read. The first: ${first}`, {
      hint: 'Correct the file by adapters/files/README.md and import again; nothing was imported.',
    });
  }
  return { header, read: rows };
}

async function* records(
  loading: Loading,
): AsyncGenerator<{ readonly record: readonly string[]; readonly info: Info & { readonly lines: number } }> {
  const { path, name } = loading;
  const file = createReadStream(path);
  const text = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  for (const source of new Set([file, text])) source.on('error', (error: Error) => parser.destroy(error));
  try {
    yield* text.pipe(parser) as AsyncIterable<{ readonly record: readonly string[]; readonly info: Info & { readonly lines: number } }>;
  } catch (cause) {
    if (!(cause instanceof CsvError) && !(cause instanceof Error && 'code' in cause)) throw cause;
    const place = cause instanceof CsvError && typeof cause['lines'] === 'number' ? `:${cause['lines']}` : '';
    throw new ConfigError('IMPORT_BAD_CSV', `${name}${place} is no readable CSV: ${(cause as Error).message}`, {
      hint: 'Write it with commas, a header line and double quotes, in UTF-8; nothing was imported.',
      cause,
    });
  } finally {
    file.destroy();
  }
}

function checkHeader(loading: Loading, cells: readonly string[]): readonly string[] {
  const header = cells.map((cell) => cell.trim());
  const missing = loading.table.required.filter((column) => !header.includes(column));
  const twice = header.filter((column, index) => column !== '' && header.indexOf(column) !== index);
  if (missing.length === 0 && twice.length === 0) return header;
  const what = missing.length > 0 ? `has no column ${missing.join(' and no column ')}` : `has the column ${twice[0]} twice`;
  throw new ConfigError('IMPORT_COLUMN_MISSING', `${loading.name} ${what}.`, {
    hint: 'The first line names the columns, separated by commas; adapters/files/README.md lists them. Nothing was imported.',
    problems: missing.map((column) => ({ path: `${loading.name}:${column}`, expected: 'a column', got: 'none' })),
  });
}

/** Moves the staged rows into the table, each id once. */
async function takeStaged(loading: Loading, read: number): Promise<ImportedFile> {
  const { sink, table, name, warnings } = loading;
  const columns = (await sink.columns(table.name)).map((column) => column.name).join(', ');
  const twice = await sink.rows(
    `SELECT CAST(line AS INTEGER) AS line, ${table.id} AS id FROM i_${table.name} QUALIFY row_number() OVER (PARTITION BY ${table.id} ORDER BY line) > 1 ORDER BY line`,
  );
  for (const row of twice.slice(0, named))
    warnings.push(`${name}:${String(row['line'])}: skipped, the ${table.id} "${String(row['id'])}" stands further up already.`);
  if (twice.length > named) warnings.push(`${name}: ${twice.length - named} more rows repeat an id and were skipped.`);
  await sink.run(
    `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM i_${table.name} QUALIFY row_number() OVER (PARTITION BY ${table.id} ORDER BY line) = 1`,
  );
  const counted = await sink.rows(`SELECT CAST(count(*) AS INTEGER) AS n FROM ${table.name}`);
  const rows = Number(counted[0]?.['n']);
  return { name, table: table.name, rows, skipped: read - rows };
}

/** Fills what the files leave out, where others tell it, and says what can't be told. */
async function fill(
  sink: MergedSink,
  from: { readonly headers: ReadonlyMap<string, readonly string[]>; readonly options: ImportOptions; readonly warnings: string[] },
): Promise<void> {
  const { settings } = from.options;
  if (!from.headers.has('leads')) {
    await sink.run(leadsFromOthersSql);
    from.warnings.push('There is no leads.csv: the people are those whom the other files name, without creation time, channel and origin.');
  }
  await sink.run(campaignsFromOthersSql);
  await sink.run('CREATE OR REPLACE TEMP TABLE t_rung (side TEXT, value TEXT, rung TEXT)');
  for (const side of ['marketing', 'sales'] as const) {
    for (const [value, rung] of settings.status[side].reads) await sink.run('INSERT INTO t_rung VALUES ($1, $2, $3)', [side, value, rung]);
  }
  await sink.run(derivedSql);
  await sink.run('DROP TABLE t_rung');
  await sink.run(ownCurrencySql, [settings.company.currency]);
  await sink.complete(settings, { markDoubleLogs: !(from.headers.get('touches') ?? []).includes('dup_of') });
  for (const [table, column] of [
    ['touches', 'lead_id'],
    ['campaign_members', 'lead_id'],
    ['deal_contacts', 'lead_id'],
  ] as const) {
    const lost = Number(
      (
        await sink.rows(
          `SELECT CAST(count(*) AS INTEGER) AS n FROM ${table} t LEFT JOIN leads l ON l.lead_id = t.${column} WHERE l.lead_id IS NULL`,
        )
      )[0]?.['n'],
    );
    if (lost > 0) from.warnings.push(`${table}: ${lost} rows name a lead that leads.csv does not have; they count nowhere.`);
  }
  const unconverted = Number(
    (await sink.rows('SELECT CAST(count(*) AS INTEGER) AS n FROM deals WHERE amount_minor IS NOT NULL AND amount_base IS NULL'))[0]?.['n'],
  );
  if (unconverted > 0)
    from.warnings.push(
      `deals: ${unconverted} amounts are not in ${settings.company.currency} and have no amount_base; they are left out of sums.`,
    );
}
