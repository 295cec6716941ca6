import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { importFiles, type ImportOptions, type ImportReport } from 'truce/files';

import { openWarehouse, type DuckDbWarehouse } from '../../../src/warehouse/duckdb.ts';
import { settings } from '../../warehouse/records.ts';

/** Files by their name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Lines as a file. */
export const csv = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** An empty warehouse in memory, and a folder with the files; `run` imports them, with more or other ones first. */
export async function withFiles(
  files: Files,
  work: (warehouse: DuckDbWarehouse, run: (more?: Files) => Promise<ImportReport>) => Promise<void>,
  options: Partial<ImportOptions> = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'truce-import-'));
  const write = (more: Files): void => {
    for (const [name, content] of Object.entries(more)) writeFileSync(join(folder, name), content);
  };
  try {
    write(files);
    await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
    await work(warehouse, (more = {}) => {
      write(more);
      return importFiles(folder, warehouse, { settings, now: Date.UTC(2026, 10, 1), ...options });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
