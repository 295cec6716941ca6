import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** The characters between columns, by the names that jobs give them. */
export const DELIMITERS = { BACKQUOTE: '`', CARET: '^', COMMA: ',', PIPE: '|', SEMICOLON: ';', TAB: '\t' } as const;
export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;

/** How a job's data is written. */
export interface CsvFormat {
  readonly columnDelimiter: keyof typeof DELIMITERS;
  readonly lineEnding: keyof typeof LINE_ENDINGS;
}

/** The records of a file by their places in its text, header included. */
export interface Records {
  readonly text: string;
  readonly format: CsvFormat;
  /** Where each record begins; one more at the end. */
  readonly starts: readonly number[];
  /** Where each record ends, without its line ending. */
  readonly ends: readonly number[];
  /** Records with a quote in a place where CSV has none. */
  readonly damaged: ReadonlySet<number>;
}

/** A job that Salesforce gives up as a whole; the message is the job's `errorMessage`. */
export class JobFailure extends Error {}

/** Characters looked at in one go. */
const STRETCH = 1_000_000;
const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;

/**
 * Finds the records of a file, a stretch at a time. A quote opens a field only at its beginning, so a stray one damages
 * its own record and no other.
 * @throws {JobFailure} when a line ends otherwise than the job says, or a quoted field never ends.
 */
export function* splitRecords(text: string, format: CsvFormat): Generator<void, Records> {
  const delimiter = DELIMITERS[format.columnDelimiter].charCodeAt(0);
  const wantsReturn = format.lineEnding === 'CRLF';
  const starts: number[] = [];
  const ends: number[] = [];
  const damaged = new Set<number>();
  let state: 'field start' | 'plain' | 'quoted' | 'after quote' = 'field start';
  let start = 0;
  const close = (end: number): void => {
    if (end === start) return;
    starts.push(start);
    ends.push(end);
  };
  for (let at = 0; at < text.length; at += 1) {
    if (at % STRETCH === STRETCH - 1) yield;
    const code = text.charCodeAt(at);
    if (state === 'quoted') {
      if (code !== QUOTE) continue;
      if (text.charCodeAt(at + 1) === QUOTE) at += 1;
      else state = 'after quote';
    } else if (code === NEWLINE) {
      const hasReturn = text.charCodeAt(at - 1) === RETURN;
      if (hasReturn !== wantsReturn) throw wrongLineEnding(format);
      close(hasReturn ? at - 1 : at);
      start = at + 1;
      state = 'field start';
    } else if (code === delimiter) state = 'field start';
    else if (code === QUOTE) {
      if (state === 'field start') state = 'quoted';
      else damaged.add(starts.length);
    } else if (state === 'after quote') {
      if (code !== RETURN) damaged.add(starts.length);
    } else state = 'plain';
  }
  if (state === 'quoted') throw new JobFailure('InvalidBatch : InvalidBatch : Failed to parse CSV: a quoted field is not closed');
  close(text.length);
  return { text, format, starts, ends, damaged };
}

function wrongLineEnding(format: CsvFormat): JobFailure {
  return new JobFailure(`ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${format.lineEnding}`);
}

/** A record as read; damaged ones are read as well as they can be, to be shown in the failed results. */
export interface ReadRecord {
  readonly cells: readonly string[];
  readonly damaged: boolean;
}

/** Reads records from `from` up to, not including, `until`: as many as these are, whatever is in them. */
export function readRecords(records: Records, from: number, until: number): readonly ReadRecord[] {
  const read: ReadRecord[] = [];
  let at = from;
  while (at < until) {
    let end = at;
    while (end < until && !records.damaged.has(end)) end += 1;
    read.push(...(end > at ? readSound(records, at, end) : [readDamaged(records, at)]));
    at = Math.max(end, at + 1);
  }
  return read;
}

function readSound(records: Records, from: number, until: number): readonly ReadRecord[] {
  try {
    // The text of neighbours is read at once; lines without a character between them are no records.
    const rows = cellsOf(records.text.slice(records.starts[from], records.ends[until - 1]), records.format, false);
    if (rows.length === until - from) return rows.map((cells) => ({ cells, damaged: false }));
  } catch {
    // Told apart below, one by one.
  }
  if (until - from === 1) return [readDamaged(records, from)];
  return Array.from({ length: until - from }, (_, index) => readSound(records, from + index, from + index + 1)).flat();
}

function readDamaged(records: Records, at: number): ReadRecord {
  const text = records.text.slice(records.starts[at], records.ends[at]);
  try {
    return { cells: cellsOf(text, records.format, true).flat(), damaged: true };
  } catch {
    return { cells: [text], damaged: true };
  }
}

function cellsOf(text: string, format: CsvFormat, relaxed: boolean): readonly (readonly string[])[] {
  return parse(text, {
    delimiter: DELIMITERS[format.columnDelimiter],
    record_delimiter: LINE_ENDINGS[format.lineEnding],
    relax_column_count: true,
    relax_quotes: relaxed,
    skip_empty_lines: true,
  });
}

/** Rows as CSV with every value quoted, each ended by the format's line ending. */
export function quoted(rows: readonly (readonly string[])[], format: CsvFormat): string {
  return stringify(rows as string[][], {
    delimiter: DELIMITERS[format.columnDelimiter],
    record_delimiter: LINE_ENDINGS[format.lineEnding],
    quoted: true,
    quoted_empty: true,
  });
}
