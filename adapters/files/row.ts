import { minorDigits } from '../../src/warehouse/money.ts';
import type { MergedColumn } from '../../src/warehouse/imports.ts';
import type { ReadInstant } from './instants.ts';
import { instantColumns, type FileTable } from './tables.ts';

export type CellValue = string | bigint | boolean | number | null;

/** A row that can't be taken, with the reason as a sentence. */
export interface BadRow {
  readonly problem: string;
}

export interface RowReaderOptions {
  readonly table: FileTable;
  /** The table's columns, in order. */
  readonly columns: readonly MergedColumn[];
  /** The file's header. */
  readonly header: readonly string[];
  readonly readInstant: (text: string) => ReadInstant | string;
  /** For amounts without a currency. */
  readonly companyCurrency: string;
  readonly fileName: string;
}

/** What a file's columns are: those of the table, those with a decimal amount, and those nobody knows. */
export function unknownColumns(table: FileTable, columns: readonly MergedColumn[], header: readonly string[]): readonly string[] {
  const known = new Set([...columns.map((column) => column.name), ...table.decimals.keys()]);
  return header.filter((name) => name !== '' && !known.has(name));
}

/** Makes the function that turns a row of cells into the table's values, in the table's order. */
export function rowReader(options: RowReaderOptions): (cells: readonly string[], line: number) => readonly CellValue[] | BadRow {
  const { table, columns, header } = options;
  const places = new Map(header.map((name, index) => [name, index]));
  const days = [...table.precision].filter(([instant]) => places.has(instant));
  return (cells, line) => {
    if (cells.length > header.length) return { problem: `it has ${cells.length} cells, but the header has ${header.length}` };
    const cell = (name: string): string => cells[places.get(name) ?? -1]?.trim() ?? '';
    for (const name of table.required) if (cell(name) === '') return { problem: `${name} is empty` };
    const values = new Map<string, CellValue>();
    const byDay = new Set<string>();
    for (const column of columns) {
      const text = cell(column.name);
      if (text === '') continue;
      const value = instantColumns.has(column.name) ? options.readInstant(text) : parse(column, text, table);
      if (typeof value === 'object' && value !== null && 'problem' in value) return { problem: `${column.name}: ${value.problem}` };
      if (typeof value === 'object' && value !== null) {
        values.set(column.name, BigInt(value.at));
        if (value.precision === 'day') byDay.add(column.name);
      } else if (instantColumns.has(column.name)) return { problem: `${column.name}: ${String(value)}` };
      else values.set(column.name, value);
    }
    for (const [name, target] of table.decimals) {
      const text = cell(name);
      if (text === '' || values.has(target.minor)) continue;
      const currency = (values.get(target.currency) as string | undefined) ?? options.companyCurrency;
      const minor = toMinor(text, currency);
      if (minor === null) return { problem: `${name}: "${text}" is no amount of ${currency}` };
      values.set(target.minor, minor).set(target.currency, currency);
    }
    for (const [, target] of table.decimals) {
      if (values.has(target.minor) && !values.has(target.currency)) values.set(target.currency, options.companyCurrency);
    }
    for (const [instant, precision] of days) if (byDay.has(instant) && !values.has(precision)) values.set(precision, 'day');
    if (!values.has(table.id)) {
      const made = madeId(table, cell);
      values.set(table.id, made ?? `${options.fileName}:${line}`);
    }
    return columns.map((column) => values.get(column.name) ?? table.defaults.get(column.name) ?? null);
  };
}

function madeId(table: FileTable, cell: (name: string) => string): string | null {
  return Array.isArray(table.makeId) ? table.makeId.map((name: string) => cell(name)).join('|') : null;
}

function parse(column: MergedColumn, text: string, table: FileTable): CellValue | BadRow {
  const words = table.words.get(column.name);
  if (words !== undefined) {
    return words.get(text.toLowerCase()) ?? { problem: `"${text}" is none of ${[...words.keys()].join(', ')}` };
  }
  switch (column.type) {
    case 'TEXT':
      return text;
    case 'BOOLEAN':
      if (/^(?:true|t|yes|y|1)$/iu.test(text)) return true;
      return /^(?:false|f|no|n|0)$/iu.test(text) ? false : { problem: `"${text}" is neither true nor false` };
    case 'BIGINT': {
      const whole = /^[+-]?\d{1,18}$/u.test(text) ? BigInt(text.replace('+', '')) : null;
      return whole ?? { problem: `"${text}" is no whole number` };
    }
    case 'DOUBLE': {
      const number = Number(text);
      return Number.isFinite(number) ? number : { problem: `"${text}" is no number` };
    }
  }
}

/** A decimal with a point as minor units; more places than the currency has are only taken when they are zeros. */
function toMinor(text: string, currency: string): bigint | null {
  const match = /^([+-]?)(\d{1,15})(?:\.(\d+))?$/u.exec(text);
  if (match === null) return null;
  const digits = minorDigits(currency);
  const decimals = (match[3] ?? '').replace(/0+$/u, '');
  if (decimals.length > digits) return null;
  const minor = BigInt(`${match[2]}${decimals.padEnd(digits, '0')}`);
  return match[1] === '-' ? -minor : minor;
}
