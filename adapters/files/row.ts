import type { Instant } from '../../src/model/words.ts';
import type { MergedColumn } from '../../src/warehouse/imports.ts';
import { wholeNumber } from './amounts.ts';
import type { CsvRecord } from './csv.ts';
import type { CellValue, FinishContext, OpenRow } from './finish.ts';
import type { ReadInstant } from './instants.ts';
import { counted, shown } from './notes.ts';
import { instantColumns, type FileTable } from './tables.ts';
import { wordOf } from './words.ts';

export interface RowReaderOptions extends FinishContext {
  readonly table: FileTable;
  /** The table's columns, in order. */
  readonly columns: readonly MergedColumn[];
  /** The file's columns, in order; `''` for those that are left out. */
  readonly cells: readonly string[];
  readonly readInstant: (text: string) => ReadInstant | string;
  readonly fileName: string;
  /** What happened after this has not happened yet. */
  readonly now: Instant;
}

export interface RowReader {
  /** The columns that rows have a value for, after their line. */
  readonly columns: readonly MergedColumn[];
  /** The row's values, its line first; null when it was skipped. Notes say why. `garbled`: a cell may hold U+FFFD. */
  read(record: CsvRecord, garbled: boolean): readonly CellValue[] | null;
}

/** A cell to read. */
interface Step {
  readonly name: string;
  /** Where it stands in the file. */
  readonly cell: number;
  readonly decisive: boolean;
  readonly isInstant: boolean;
  /** Puts the value into its place; or says what is wrong with the text, as the rest of a sentence. */
  readonly read: (text: string, values: CellValue[]) => string | null;
}

/** What is wrong with a cell: the rest of a sentence that names it. */
class Unread {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

const shortRows = (n: number): string => `${counted(n, 'row')} with fewer cells than the header has: the missing ones taken for empty`;
const garbledRows = (n: number): string =>
  `${counted(n, 'row')} with characters that are no UTF-8, now shown as \uFFFD: save the file as UTF-8`;
const laterRows = (n: number): string =>
  `${counted(n, 'row')} dated in the future: the report takes the last thing that happened for its date, so name another with --as-of`;

/** Makes what turns a record into the values of a staged row. */
export function rowReader(options: RowReaderOptions): RowReader {
  const { table, notes, fileName } = options;
  const columns = stagedColumns(options);
  const row = currentRow(options.cells, columns);
  const steps = stepsOf(options, columns, row);
  const refusal = refusals(options, row);
  const isAhead = futureOf(options, row);
  const finish = table.finish?.(options) ?? null;
  const read = (record: CsvRecord, garbled: boolean): readonly CellValue[] | null => {
    const values = row.begin(record);
    let refused = refusal(record, garbled);
    for (let index = 0; refused === null && index < steps.length; index += 1) {
      const step = steps[index]!;
      const text = row.cell(step.cell);
      const unread = text === '' ? null : step.read(text, values);
      if (unread === null) continue;
      const sentence = `${step.name} ${shown(text)} ${unread}`;
      if (step.decisive) refused = sentence;
      else notes.leave(record.line, step.name, sentence);
    }
    if (refused !== null) {
      notes.skip(record.line, refused);
      return null;
    }
    finish?.(row);
    if (isAhead()) notes.tally(record.line, laterRows);
    if (row.get(table.id) === null) row.set(table.id, madeId(table, row) ?? `${fileName}:${record.line}`);
    return values;
  };
  return { columns, read };
}

interface CurrentRow extends OpenRow {
  /** Moves on to the next record. @returns its values, all null but the line. */
  begin(record: CsvRecord): CellValue[];
  cell(place: number): string;
  /** Where a column's cell stands in the file, or its value in the row; -1 where there is none. */
  place(column: string): number;
  slot(column: string): number;
}

/** The row that is being read: one object for all, because there may be millions. */
function currentRow(names: readonly string[], columns: readonly MergedColumn[]): CurrentRow {
  const places = new Map(names.map((name, index) => [name, index]));
  const slots = new Map(columns.map((column, index) => [column.name, index + 1]));
  const blank: readonly CellValue[] = [null, ...columns.map(() => null)];
  let cells: readonly string[] = [];
  let values: CellValue[] = [];
  let line = 0;
  const cell = (place: number): string => cells[place]?.trim() ?? '';
  const slot = (column: string): number => slots.get(column) ?? -1;
  const place = (column: string): number => places.get(column) ?? -1;
  return {
    get line() {
      return line;
    },
    begin(record) {
      ({ cells, line } = record);
      values = blank.slice();
      values[0] = BigInt(line);
      return values;
    },
    cell,
    place,
    slot,
    text: (column) => cell(place(column)),
    get: (column) => values[slot(column)] ?? null,
    set(column, value) {
      values[slot(column)] = value;
    },
  };
}

/** Makes what says why a record can't be a row; null for one that can. */
function refusals(
  { table, cells: names, notes }: RowReaderOptions,
  row: CurrentRow,
): (record: CsvRecord, garbled: boolean) => string | null {
  const required = table.required.map((name) => [name, row.place(name)] as const);
  const anyOf = table.anyOf.map((name) => row.place(name));
  return ({ cells, fault, line }, garbled) => {
    if (fault !== null) return fault;
    if (cells.length > names.length) return `it has ${cells.length} cells, but the header has ${names.length}`;
    for (const [name, place] of required) {
      const text = row.cell(place);
      if (text === '') return `${name} is empty`;
      if (garbled && text.includes('\uFFFD')) return `${name} holds characters that are no UTF-8`;
    }
    if (anyOf.length > 0 && anyOf.every((place) => row.cell(place) === '')) return `${table.anyOf.join(' and ')} are empty`;
    if (cells.length < names.length) notes.tally(line, shortRows);
    if (garbled && cells.some((cell) => cell.includes('\uFFFD'))) notes.tally(line, garbledRows);
    return null;
  };
}

/** Makes what tells whether the current row is dated in the future. What is only planned may be. */
function futureOf({ table, now }: RowReaderOptions, row: CurrentRow): () => boolean {
  const columns = table.happened.filter((column) => row.slot(column) > 0);
  const isLater = (value: CellValue): boolean => typeof value === 'bigint' && value > now;
  return () => columns.some((column) => isLater(row.get(column))) && !planned.has(row.get('result'));
}

const planned: ReadonlySet<CellValue> = new Set(['scheduled', 'canceled']);

/** Columns that get a value from the file, or in SQL from what it leaves out; the table's own defaults do for the rest. */
function stagedColumns({ table, columns, header }: RowReaderOptions): readonly MergedColumn[] {
  const wanted = new Set([...header, ...table.staged, ...table.finished, table.id]);
  for (const [instant, precision] of table.precision) if (header.has(instant)) wanted.add(precision);
  return columns.filter((column) => wanted.has(column.name));
}

function stepsOf({ table, readInstant }: RowReaderOptions, columns: readonly MergedColumn[], row: CurrentRow): readonly Step[] {
  const needed = new Set([...table.required, ...table.decisive]);
  const stepOf = (column: MergedColumn): Step => {
    const { name } = column;
    const slot = row.slot(name);
    const step = { name, cell: row.place(name), decisive: needed.has(name), isInstant: instantColumns.has(name) };
    if (!step.isInstant) {
      const parse = parser(column, table);
      return {
        ...step,
        read(text, values) {
          const found = parse(text);
          if (found instanceof Unread) return found.problem;
          values[slot] = found;
          return null;
        },
      };
    }
    const precision = row.slot(table.precision.get(name) ?? '');
    return {
      ...step,
      read(text, values) {
        const found = readInstant(text);
        if (typeof found === 'string') return found;
        values[slot] = BigInt(found.at);
        if (precision > 0 && found.precision === 'day') values[precision] ??= 'day';
        return null;
      },
    };
  };
  const steps = columns.filter(({ name }) => row.place(name) >= 0 && !table.finished.includes(name)).map(stepOf);
  // A precision that the file states comes first: an instant's own only fills its place.
  return [...steps.filter((step) => !step.isInstant), ...steps.filter((step) => step.isInstant)];
}

function madeId(table: FileTable, row: OpenRow): string | null {
  return Array.isArray(table.makeId) ? table.makeId.map((name: string) => row.text(name)).join('|') : null;
}

function parser(column: MergedColumn, table: FileTable): (text: string) => CellValue | Unread {
  const words = table.words.get(column.name);
  if (words !== undefined) {
    const advice = table.advice.get(column.name);
    const problem = new Unread(`is none of ${[...new Set(words.values())].join(', ')}${advice === undefined ? '' : ` ${advice}`}`);
    return (text) => words.get(text) ?? words.get(wordOf(text)) ?? problem;
  }
  switch (column.type) {
    case 'TEXT':
      return (text) => text;
    case 'BOOLEAN':
      return (text) => booleans.get(text.toLowerCase()) ?? new Unread('is neither true nor false');
    case 'BIGINT':
      return (text) => wholeNumber(text) ?? new Unread('is no whole number');
    case 'DOUBLE':
      return (text) => (Number.isFinite(Number(text)) ? Number(text) : new Unread('is no number'));
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((text): [string, boolean] => [text, true]),
  ...['false', 'f', 'no', 'n', '0'].map((text): [string, boolean] => [text, false]),
]);
