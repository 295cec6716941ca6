import type { Settings } from '../../src/model/settings.ts';
import { ConfigError } from '../../src/errors.ts';
import type { Instant } from '../../src/model/words.ts';
import type { MergedColumn, MergedSink } from '../../src/warehouse/imports.ts';
import type { FoundFile } from './folder.ts';
import { readHeader, type Header } from './header.ts';
import { instantReader } from './instants.ts';
import { fileNotes, type FileNotes, type ImportProblem } from './notes.ts';
import { rowReader, type RowReader } from './row.ts';
import { recordsOf } from './source.ts';
import { statusReader } from './statuses.ts';
import { rungs } from './tables.ts';

export interface Loading {
  readonly settings: Settings;
  readonly now: Instant;
  readonly signal: AbortSignal | undefined;
  /** Takes the first problems of all files. */
  readonly problems: ImportProblem[];
}

export interface LoadedFile {
  /** The file's columns that are known. */
  readonly columns: ReadonlySet<string>;
  /** Rows that are in the warehouse now. */
  readonly rows: number;
  readonly skipped: number;
  readonly sentences: readonly string[];
}

/**
 * Loads one file into its table: row by row into a staged copy, then each id once.
 * @throws {ConfigError} IMPORT_COLUMN_MISSING, IMPORT_BAD_CSV, IMPORT_ALL_ROWS_BAD
 */
export async function loadFile(sink: MergedSink, file: FoundFile, loading: Loading): Promise<LoadedFile> {
  const notes = fileNotes(file.name, loading.problems);
  const staged = await stageFile(sink, file, { ...loading, notes });
  if (staged.rows > 0 && staged.rows === notes.skipped) {
    throw new ConfigError('IMPORT_ALL_ROWS_BAD', `No row of ${file.name} can be read. The first: ${notes.firstSkipped}`, {
      hint: 'Correct the file by adapters/files/README.md and import again; nothing was imported.',
    });
  }
  await takeStaged(sink, file, { columns: staged.columns, notes });
  const said = await assumptions(sink, file);
  await sink.run(`DROP TABLE i_${file.table.name}`);
  return {
    columns: staged.header.columns,
    rows: staged.rows - notes.skipped,
    skipped: notes.skipped,
    sentences: [...staged.header.sentences, ...notes.sentences(), ...said],
  };
}

interface Staged {
  readonly header: Header;
  /** Columns of the staged copy. */
  readonly columns: readonly MergedColumn[];
  /** Rows of the file. */
  readonly rows: number;
}

async function stageFile(sink: MergedSink, file: FoundFile, loading: Loading & { readonly notes: FileNotes }): Promise<Staged> {
  const { settings, now, signal, notes } = loading;
  const { table, name, path } = file;
  const columns = await sink.columns(table.name);
  const open = async (
    first: readonly string[],
  ): Promise<{
    header: Header;
    reader: RowReader;
    append: (row: readonly (string | bigint | boolean | number | null)[]) => void;
    finish: () => void;
  }> => {
    const header = readHeader(first, { name, table, columns });
    const reader = rowReader({
      table,
      columns,
      cells: header.cells,
      header: header.columns,
      settings,
      statuses: statusReader(settings, rungs),
      notes,
      readInstant: instantReader(settings.company.timeZone),
      fileName: name,
      now,
    });
    const appender = await sink.stage(table.name, reader.columns);
    return { header, reader, append: (row) => appender.append(row), finish: () => appender.finish() };
  };
  let stage: Awaited<ReturnType<typeof open>> | null = null;
  let rows = 0;
  for await (const batch of recordsOf(path, name)) {
    signal?.throwIfAborted();
    for (const record of batch.records) {
      if (stage === null) {
        stage = await open(record.cells);
        continue;
      }
      rows += 1;
      const values = stage.reader.read(record, batch.garbled);
      if (values !== null) stage.append(values);
    }
  }
  stage ??= await open([]);
  stage.finish();
  return { header: stage.header, columns: stage.reader.columns, rows };
}

/** Moves the staged rows into the table, the first of each id. */
async function takeStaged(
  sink: MergedSink,
  { table }: FoundFile,
  { columns, notes }: { readonly columns: readonly MergedColumn[]; readonly notes: FileNotes },
): Promise<void> {
  const again = await sink.rows(`
    WITH firsts AS (SELECT ${table.id} AS id, min(line) AS line FROM i_${table.name} GROUP BY ${table.id} HAVING count(*) > 1)
    SELECT CAST(i.line AS INTEGER) AS line, CAST(f.line AS INTEGER) AS first_line FROM i_${table.name} i JOIN firsts f ON f.id = i.${table.id} AND i.line > f.line ORDER BY i.line`);
  for (const row of again) notes.skip(Number(row['line']), `its ${table.id} stands in line ${Number(row['first_line'])} already`);
  const names = columns.map((column) => column.name);
  const values = names.map((column) => table.fills.get(column) ?? `i.${column}`);
  await sink.run(`
    INSERT INTO ${table.name} (${names.join(', ')}) SELECT ${values.join(', ')} FROM i_${table.name} i ${table.join}
    ${again.length > 0 ? `QUALIFY row_number() OVER (PARTITION BY i.${table.id} ORDER BY i.line) = 1` : ''}`);
}

/** What empty cells were taken for, with how often. */
async function assumptions(sink: MergedSink, { table, name }: FoundFile): Promise<readonly string[]> {
  if (table.said.length === 0) return [];
  const counts = table.said.map(({ when }, index) => `CAST(count(*) FILTER (${when}) AS INTEGER) AS n${index}`);
  const [row] = await sink.rows(`SELECT ${counts.join(', ')} FROM i_${table.name} i ${table.join}`);
  return table.said.flatMap(({ sentence }, index) => {
    const n = Number(row?.[`n${index}`]);
    return n > 0 ? [`${name}: ${sentence(n)}.`] : [];
  });
}
