import { ConfigError } from '../../src/errors.ts';
import type { MergedColumn } from '../../src/warehouse/imports.ts';
import { nearest } from './nearest.ts';
import { shown } from './notes.ts';
import type { FileTable } from './tables.ts';
import { wordOf } from './words.ts';

export interface Header {
  /** What each cell of a row belongs to; `''` for what is left out. */
  readonly cells: readonly string[];
  readonly columns: ReadonlySet<string>;
  /** What there is to say, as sentences. */
  readonly sentences: readonly string[];
}

/**
 * Understands a file's first record. Capitals, and blanks or dashes for underscores, make no difference.
 * @throws {ConfigError} IMPORT_COLUMN_MISSING when a column that every row needs is not there, or one stands twice.
 */
export function readHeader(
  record: readonly string[],
  file: { readonly name: string; readonly table: FileTable; readonly columns: readonly MergedColumn[] },
): Header {
  const { name, table } = file;
  const known = new Set([...file.columns.map((column) => column.name), ...table.extra]);
  const given = record.map((cell) => cell.trim());
  const cells = given.map((text) => (known.has(wordOf(text)) ? wordOf(text) : ''));
  const columns = new Set(cells.filter((column) => column !== ''));
  const missing = table.required.filter((column) => !columns.has(column));
  if (table.anyOf.length > 0 && !table.anyOf.some((column) => columns.has(column))) missing.push(table.anyOf.join(' or '));
  const unknown = given.filter((text, index) => cells[index] === '' && text !== '');
  if (missing.length > 0) throw missingColumn(name, missing, unknown);
  const twice = cells.find((column, index) => column !== '' && cells.indexOf(column) !== index);
  if (twice !== undefined) throw badHeader(`${name} has the column ${twice} twice.`, []);
  return {
    cells,
    columns,
    sentences: unknown.map((text) => {
      const meant = nearest(
        wordOf(text),
        [...known].filter((column) => !columns.has(column)),
      );
      return `${name}: the column ${shown(text)} is not known and left out.${meant === null ? '' : ` Is it meant to be ${meant}?`}`;
    }),
  };
}

function missingColumn(name: string, missing: readonly string[], unknown: readonly string[]): ConfigError {
  const meant = missing.flatMap((column) => {
    const other = nearest(column, unknown.map(wordOf));
    return other === null ? [] : [`The column ${shown(other)} may be meant.`];
  });
  return badHeader(
    [`${name} has no column ${missing.join(' and no column ')}.`, ...meant].join(' '),
    missing.map((column) => ({ path: `${name}:${column}`, expected: 'a column', got: 'none' })),
  );
}

function badHeader(message: string, problems: ConfigError['problems']): ConfigError {
  return new ConfigError('IMPORT_COLUMN_MISSING', message, {
    hint: 'The first line names the columns; adapters/files/README.md lists them. Nothing was imported.',
    problems,
  });
}
