/** A record with its cells, or with the reason why it can't be split into cells. */
export interface CsvRecord {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** A sentence without its end; null for a record that could be read. */
  readonly fault: string | null;
}

/** Splits text that comes piece by piece. */
export interface CsvReader {
  /** The records that end within what has come so far. @throws {CsvError} when the file can't be read on. */
  push(text: string): readonly CsvRecord[];
  /** The last records. @throws {CsvError} */
  end(): readonly CsvRecord[];
}

/** Nothing after this line can be trusted. */
export class CsvError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CsvError';
    this.line = line;
  }
}

/** A record longer than this is no record, but a quote that nobody closed, or no text at all. */
const longestRecord = 1_000_000;

const delimiters = [',', ';', '\t', '|'] as const;
const strayQuote = 'a cell begins with a quote that does not end it';

/**
 * Reads CSV (RFC 4180) as it is met in exports. The header tells the delimiter: comma, semicolon, tab or bar; a first line
 * `sep=;` does too. Lines end with LF, CRLF or CR. Blank lines, also ones of delimiters alone, are left out.
 *
 * Written here and not taken from a package, because a wrong quote must neither cost the whole file nor swallow the lines
 * up to the next quote: a record whose quotes don't add up, or that runs over several lines and has not as many cells as the
 * header, is reported for its first line alone, and reading goes on with the next line. A quote that is never closed ends
 * the file with an error. A quote inside a cell that does not begin with one is text.
 * @source https://www.rfc-editor.org/rfc/rfc4180
 */
export function csvReader(): CsvReader {
  let rest = '';
  let line = 1;
  let delimiter: string | null = null;
  let width = 0;
  let lineEnd: '\n' | '\r' | null = null;

  /** The record on the line that ends at `next`; null where there is none, `open` where it goes on beyond what has come. */
  const recordAt = (text: string, line: { from: number; next: number }, final: boolean): Split | null => {
    const own = withoutEnd(text, line.from, line.next);
    if (own.trim() === '') return null;
    if (delimiter === null) {
      const said = /^"?sep=(.)"?\s*$/iu.exec(own)?.[1];
      delimiter = said ?? delimiterOf(own);
      if (said !== undefined) return null;
    }
    const split: Split = own.includes('"')
      ? quoted(text, line.from, { delimiter, final })
      : { cells: own.split(delimiter), next: line.next, lines: 1, state: 'done' };
    const { cells } = split;
    if (width > 0) while (cells.length > width && cells.at(-1)!.trim() === '') cells.pop();
    const broken = split.state === 'stray' || (split.state === 'done' && width > 0 && split.lines > 1 && cells.length !== width);
    return broken ? { cells: [], next: line.next, lines: 1, state: 'stray' } : split;
  };

  const read = (final: boolean): CsvRecord[] => {
    const text = rest;
    const found: CsvRecord[] = [];
    let from = 0;
    for (;;) {
      const lineFeed = text.indexOf('\n', from);
      if (lineFeed < 0 && (!final || from >= text.length)) break;
      const next = lineFeed < 0 ? text.length : lineFeed + 1;
      const split = recordAt(text, { from, next }, final);
      if (split?.state === 'open') {
        if (final) throw new CsvError(line, 'a quote is opened and never closed');
        break;
      }
      if (split?.state === 'stray') found.push({ line, cells: [], fault: strayQuote });
      else if (split?.cells.some((cell) => cell !== '') === true) {
        found.push({ line, cells: split.cells, fault: null });
        if (width === 0) width = split.cells.length;
      }
      from = split?.next ?? next;
      line += split?.lines ?? 1;
    }
    rest = text.slice(from);
    if (rest.length > longestRecord)
      throw new CsvError(line, 'what begins here is no record: a quote is not closed, or the file is no text');
    return found;
  };

  return {
    push(text) {
      // Only a file without any line feed may mean its carriage returns as line ends.
      if (lineEnd === null && text !== '') lineEnd = !text.includes('\n') && /\r./u.test(text) ? '\r' : '\n';
      rest += lineEnd === '\r' ? text.replaceAll('\r', '\n') : text;
      return read(false);
    },
    end: () => read(true),
  };
}

/** The line's text without LF or CRLF. */
function withoutEnd(text: string, from: number, next: number): string {
  let end = next;
  if (text.charCodeAt(end - 1) === lf) end -= 1;
  if (text.charCodeAt(end - 1) === cr) end -= 1;
  return text.slice(from, end);
}

/** The delimiter that the header has most of, outside quotes; a comma where it has none. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/gu, '');
  const counts = delimiters.map((each) => bare.split(each).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

/** A record's cells and where it ends. */
interface Split {
  readonly cells: string[];
  /** Where the next record begins. */
  readonly next: number;
  readonly lines: number;
  /** `open`: a quote is not closed yet; `stray`: something follows a closing quote. */
  readonly state: 'done' | 'open' | 'stray';
}

const quote = 34;
const blank = 32;
const lf = 10;
const cr = 13;

/** Splits a record that has quotes somewhere. */
function quoted(text: string, start: number, options: { readonly delimiter: string; readonly final: boolean }): Split {
  const { delimiter, final } = options;
  const cells: string[] = [];
  const open: Split = { cells, next: start, lines: 0, state: 'open' };
  let lines = 1;
  let from = start;
  for (;;) {
    let at = from;
    while (text.charCodeAt(at) === blank) at += 1;
    if (text.charCodeAt(at) !== quote) {
      while (at < text.length && text[at] !== delimiter && text.charCodeAt(at) !== lf) at += 1;
      cells.push(text[at] === delimiter ? text.slice(from, at) : withoutEnd(text, from, Math.min(at + 1, text.length)));
    } else {
      const cell = quotedCell(text, at, final);
      if (cell === null) return open;
      cells.push(cell.value);
      lines += cell.value.split('\n').length - 1;
      at = cell.end;
      while (text.charCodeAt(at) === blank) at += 1;
      if (text.charCodeAt(at) === cr && text[at] !== delimiter) at += 1;
    }
    if (at >= text.length) return final ? { cells, next: at, lines, state: 'done' } : open;
    if (text.charCodeAt(at) === lf) return { cells, next: at + 1, lines, state: 'done' };
    if (text[at] !== delimiter) return { cells, next: start, lines, state: 'stray' };
    from = at + 1;
  }
}

/** The cell whose opening quote stands at `at`; null where its closing one has not come yet. */
function quotedCell(text: string, at: number, final: boolean): { readonly value: string; readonly end: number } | null {
  let value = '';
  for (let from = at + 1; ;) {
    const end = text.indexOf('"', from);
    // A quote at the very end may be the first of two.
    if (end < 0 || (end === text.length - 1 && !final)) return null;
    value += text.slice(from, end);
    if (text.charCodeAt(end + 1) !== quote) return { value, end: end + 1 };
    value += '"';
    from = end + 2;
  }
}
