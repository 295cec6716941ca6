import type { Cell } from './packed.ts';

/*
 * Writing records as text of eight bits a character: what V8 keeps in one byte each. Characters go through one buffer,
 * which is several times faster than joining strings; wider characters, which are rare, are joined.
 */

const SIZE = 65_536;
const buffer = Buffer.alloc(SIZE);
let at = 0;
/** What came before, once a wide character or too many have come. */
let before: string[] = [];

/** Begins a new text; only one is written at a time. */
export function begin(): void {
  at = 0;
  if (before.length > 0) before = [];
}

/** How many characters there are so far. */
export function written(): number {
  return before.reduce((sum, part) => sum + part.length, at);
}

/** The text, in one piece, after a head of `count` bytes. */
export function finished(head?: Uint8Array, count = 0): string {
  if (before.length === 0 && at + count <= SIZE) {
    if (head !== undefined && count > 0) {
      buffer.copyWithin(count, 0, at);
      for (let place = 0; place < count; place += 1) buffer[place] = head[place] ?? 0;
    }
    return buffer.toString('latin1', 0, at + count);
  }
  const start = head === undefined ? '' : String.fromCharCode(...head.subarray(0, count));
  return [start, ...before, buffer.toString('latin1', 0, at)].join('');
}

function flush(): void {
  if (at > 0) before.push(buffer.toString('latin1', 0, at));
  at = 0;
}

/** The same text without the pieces it was joined from, which it would keep. */
export function inOnePiece(text: string): string {
  begin();
  writeText(text);
  return finished();
}

/** A whole number in so many characters, the highest first; `bitsAt` reads it. */
export function writeBits(value: number, size: number): void {
  if (at + size > SIZE) flush();
  let rest = value;
  for (let place = at + size - 1; place >= at; place -= 1) {
    const quotient = Math.floor(rest / 256);
    buffer[place] = rest - quotient * 256;
    rest = quotient;
  }
  at += size;
}

function writeText(text: string): void {
  const { length } = text;
  if (at + length > SIZE) flush();
  if (length > SIZE) return void before.push(text);
  for (let place = 0; place < length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 255) {
      flush();
      before.push(text);
      return;
    }
    buffer[at + place] = code;
  }
  at += length;
}

/** The number that `writeBits` wrote at a place. */
export function bitsAt(text: string, place: number, size: number): number {
  let value = 0;
  for (let from = place; from < place + size; from += 1) value = value * 256 + text.charCodeAt(from);
  return value;
}

const [TEXT, NUMBER, WHOLE, INSTANT, TRUE, FALSE] = [116, 110, 119, 105, 121, 122] as const;
/** Whole numbers below this fit into six characters: every instant in milliseconds. */
const SIX = 2 ** 48;

/** A value in few characters, its kind first: instants take six, whichever way they are given. */
export function writeCell(value: Cell): void {
  if (typeof value === 'boolean') return writeBits(value ? TRUE : FALSE, 1);
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value < SIX) {
      writeBits(WHOLE, 1);
      return writeBits(value, 6);
    }
    writeBits(NUMBER, 1);
    return writeText(String(value));
  }
  const instant = instantOf(value);
  writeBits(instant === null ? TEXT : INSTANT, 1);
  if (instant === null) writeText(value);
  else writeBits(instant, 6);
}

/** How many characters `writeCell` takes for a text. */
export function sizeOfCell(text: string): number {
  return instantOf(text) === null ? text.length + 1 : 7;
}

/** The instants seen last: a record has few, and each several times. */
const instants = new Map<string, number | null>();

/** An instant in the one form that reads back the same. */
function instantOf(text: string): number | null {
  if (text.length !== 24 || text.charCodeAt(10) !== 84 || text.charCodeAt(23) !== 90) return null;
  let known = instants.get(text);
  if (known === undefined) {
    const parsed = Date.parse(text);
    known = parsed >= 0 && parsed < SIX && new Date(parsed).toISOString() === text ? parsed : null;
    if (instants.size >= 256) instants.clear();
    instants.set(text, known);
  }
  return known;
}

/** What `writeCell` wrote into `text[start, end)`. */
export function cellAt(text: string, start: number, end: number): Cell {
  switch (text.charCodeAt(start)) {
    case WHOLE:
      return bitsAt(text, start + 1, 6);
    case INSTANT:
      return new Date(bitsAt(text, start + 1, 6)).toISOString();
    case NUMBER:
      return Number(text.slice(start + 1, end));
    case TRUE:
      return true;
    case FALSE:
      return false;
    default:
      return text.slice(start + 1, end);
  }
}
