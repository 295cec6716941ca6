import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '../../src/errors.ts';
import { nearest } from './nearest.ts';
import { fileTables, type FileTable } from './tables.ts';

export interface FoundFile {
  readonly table: FileTable;
  /** As it is called in the folder. */
  readonly name: string;
  readonly path: string;
}

/**
 * The files of a folder that can be imported, in the order in which they are read, and sentences about other CSV files.
 * @throws {ConfigError} IMPORT_NO_FILES when there are none.
 */
export async function filesIn(dir: string): Promise<{ readonly files: readonly FoundFile[]; readonly sentences: readonly string[] }> {
  let names: readonly string[];
  try {
    names = (await readdir(dir)).filter((name) => /\.csv(?:\.gz)?$/iu.test(name)).sort();
  } catch (cause) {
    throw new ConfigError('IMPORT_NO_FILES', `The folder ${dir} can't be read.`, {
      hint: 'Name the folder that holds the CSV files.',
      cause,
    });
  }
  const found = fileTables.flatMap((table): FoundFile[] => {
    const possible = names.filter((name) => stem(name) === table.name);
    const name = possible.find((each) => each === `${table.name}.csv`) ?? possible[0];
    return name === undefined ? [] : [{ table, name, path: join(dir, name) }];
  });
  if (found.length === 0) {
    throw new ConfigError('IMPORT_NO_FILES', `The folder ${dir} holds none of the files that can be imported.`, {
      hint: `It may hold any of ${fileTables.map((table) => `${table.name}.csv`).join(', ')}; adapters/files/README.md says what stands in each.`,
    });
  }
  const taken = new Set(found.map((file) => file.name));
  return { files: found, sentences: names.filter((name) => !taken.has(name)).map((name) => leftOut(name, found)) };
}

function leftOut(name: string, found: readonly FoundFile[]): string {
  const instead = found.find((file) => file.table.name === stem(name));
  if (instead !== undefined) return `${name}: left out, ${instead.name} was read instead.`;
  const missing = fileTables.map((table) => table.name).filter((each) => !found.some((file) => file.table.name === each));
  const meant = nearest(stem(name), missing);
  return `${name}: left out, it is none of the files that can be imported.${meant === null ? '' : ` Is it meant to be ${meant}.csv?`}`;
}

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.csv(?:\.gz)?$/u, '')
    .replaceAll(/[\s-]+/gu, '_');
