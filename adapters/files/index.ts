import type { Settings } from '../../src/model/settings.ts';
import type { Instant } from '../../src/model/words.ts';
import type { MergedImport } from '../../src/warehouse/imports.ts';
import { fill } from './fill.ts';
import { filesIn } from './folder.ts';
import { loadFile } from './load.ts';
import type { ImportProblem } from './notes.ts';

export type { MergedImport } from '../../src/warehouse/imports.ts';
export type { ImportProblem } from './notes.ts';

export interface ImportOptions {
  /** Time zone for instants without one, the status maps for raw statuses, teams, the company's currency and calendar. */
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
  /** What is dated later gets a warning. @default now */
  readonly now?: Instant | undefined;
}

/** What an import did. */
export interface ImportReport {
  readonly files: readonly ImportedFile[];
  /** Sentences about what was unknown, skipped, left empty or assumed, the first few of each kind with file and line. */
  readonly warnings: readonly string[];
  /** The first 50 rows and cells that were skipped or left empty. */
  readonly problems: readonly ImportProblem[];
}

export interface ImportedFile {
  /** The file's name. */
  readonly name: string;
  readonly table: string;
  /** Rows that are in the warehouse now. */
  readonly rows: number;
  readonly skipped: number;
}

/**
 * Loads CSV exports into an empty warehouse, all or nothing: `leads.csv`, `touches.csv`, `status_changes.csv`,
 * `campaigns.csv`, `campaign_members.csv`, `deals.csv`, `deal_contacts.csv`, `users.csv` and `accounts.csv`, or any of
 * them, also as `.csv.gz`. A row that can't be read is skipped, a further cell is left empty, and both are reported; what a
 * file leaves out is filled where another file tells it. Importing again replaces what was imported before.
 * @param dir the folder with the files; its README says what each may hold
 * @throws {ConfigError} IMPORT_NO_FILES, IMPORT_COLUMN_MISSING, IMPORT_BAD_CSV, IMPORT_ALL_ROWS_BAD; nothing is changed then.
 * @throws {StateError} WAREHOUSE_PULLED when the warehouse was filled by a pull.
 */
export async function importFiles(dir: string, warehouse: MergedImport, options: ImportOptions): Promise<ImportReport> {
  const { settings, signal } = options;
  const { files: found, sentences } = await filesIn(dir);
  const warnings = [...sentences];
  const problems: ImportProblem[] = [];
  const files = await warehouse.importMerged(async (sink) => {
    const done: ImportedFile[] = [];
    const columns = new Map<string, ReadonlySet<string>>();
    for (const file of found) {
      const loaded = await loadFile(sink, file, { settings, signal, problems, now: options.now ?? Date.now() });
      columns.set(file.table.name, loaded.columns);
      warnings.push(...loaded.sentences);
      done.push({ name: file.name, table: file.table.name, rows: loaded.rows, skipped: loaded.skipped });
    }
    signal?.throwIfAborted();
    warnings.push(...(await fill(sink, { settings, columns })));
    return done;
  });
  return { files, warnings, problems };
}
