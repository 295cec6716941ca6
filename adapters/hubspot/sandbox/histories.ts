import { begin, bitsAt, cellAt, finished, sizeOfCell, writeBits, writeCell } from '../../sandbox/squeeze.ts';
import type { Source, Version } from './model.ts';

/** The histories of one record by property, each oldest first. Versions are made as they are read. */
export interface Histories {
  get(name: string): readonly Version[] | undefined;
  keys(): Iterable<string>;
  [Symbol.iterator](): Iterator<readonly [name: string, versions: readonly Version[]]>;
  /**
   * Adds values of one moment and writer, each at its place in time, and returns those that are the newest now. What
   * does not differ from the value before it is left out.
   */
  add(values: ReadonlyMap<string, string>, at: number, source: Source): ReadonlyMap<string, string>;
  /** Replaces a property's whole history. */
  set(name: string, versions: readonly Version[]): void;
  clear(): void;
}

/** What the histories of one account share: names, writers and frequent values, each kept once. */
export interface HistoryBook {
  empty(): Histories;
}

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly at: number;
  readonly source: Source;
}

/** A property with more different values than this keeps the rest in the records. */
const MOST_FREQUENT = 512;

/** A property, with its frequent values, each kept once. */
interface Name {
  readonly number: number;
  readonly name: string;
  readonly numbers: Map<string, number>;
  readonly values: string[];
}

interface Book {
  readonly names: Map<string, Name>;
  readonly byNumber: Name[];
  readonly sources: { readonly numbers: Map<string, number>; readonly items: Source[] };
}

/** Makes a book with nothing in it. */
export function historyBook(): HistoryBook {
  const book: Book = { names: new Map(), byNumber: [], sources: { numbers: new Map(), items: [] } };
  return { empty: () => new PackedHistories(book) };
}

/** One long text is a fifth of what a Map of arrays of objects takes. A class, for there is one per record. */
class PackedHistories implements Histories {
  readonly #book: Book;
  /** Groups of one moment and writer: number of entries, writer, moment, then name and value of each. */
  #text = '';

  constructor(book: Book) {
    this.#book = book;
  }

  get(name: string): readonly Version[] | undefined {
    const versions = this.#entries().filter((entry) => entry.name === name);
    return versions.length === 0 ? undefined : versions.map(({ value, at, source }) => ({ value, at, source }));
  }

  keys(): Iterable<string> {
    return new Set(this.#entries().map((entry) => entry.name));
  }

  *[Symbol.iterator](): Iterator<readonly [string, readonly Version[]]> {
    for (const [name, versions] of Map.groupBy(this.#entries(), (entry) => entry.name)) yield [name, versions];
  }

  add(values: ReadonlyMap<string, string>, at: number, source: Source): ReadonlyMap<string, string> {
    const before = new Map<string, string>();
    const later = new Map<string, string>();
    // Entries are in the order of time, so the last one seen is the newest.
    for (const entry of this.#entries(values)) (entry.at > at ? later : before).set(entry.name, entry.value);
    const fresh: Entry[] = [];
    const newest = new Map<string, string>();
    for (const [name, value] of values) {
      if ((before.get(name) ?? '') !== value) fresh.push({ name, value, at, source });
      newest.set(name, later.get(name) ?? value);
    }
    if (fresh.length === 0) return newest;
    if (at >= this.#last()) {
      // In one piece: what is joined by `+` keeps all its pieces.
      begin();
      writeGroup(this.#book, fresh);
      this.#text = [this.#text, finished()].join('');
    } else this.#write([...this.#entries(), ...fresh].sort((a, b) => a.at - b.at));
    return newest;
  }

  set(name: string, versions: readonly Version[]): void {
    const others = this.#entries().filter((entry) => entry.name !== name);
    const all = [...others, ...versions.map((version) => ({ name, ...version }))];
    this.#write(all.sort((a, b) => a.at - b.at));
  }

  clear(): void {
    this.#text = '';
  }

  /** The moment of the last group. */
  #last(): number {
    const text = this.#text;
    let at = 0;
    for (let place = 0; place < text.length;) {
      at = bitsAt(text, place + 5, 6);
      let left = bitsAt(text, place, 2);
      for (place += 11; left > 0; left -= 1) {
        const size = bitsAt(text, place + 2, 3);
        place += size >= KNOWN ? 5 : 5 + size;
      }
    }
    return at;
  }

  #write(entries: readonly Entry[]): void {
    begin();
    for (const entry of entries) writeGroup(this.#book, [entry]);
    this.#text = finished();
  }

  /** All entries, or those of some properties. */
  #entries(only?: ReadonlyMap<string, unknown>): Entry[] {
    const text = this.#text;
    const { byNumber, sources } = this.#book;
    const entries: Entry[] = [];
    for (let place = 0; place < text.length;) {
      let left = bitsAt(text, place, 2);
      const source = sources.items[bitsAt(text, place + 2, 3)] ?? UNKNOWN;
      const at = bitsAt(text, place + 5, 6);
      for (place += 11; left > 0; left -= 1) {
        const known = byNumber[bitsAt(text, place, 2)];
        const name = known?.name ?? '';
        const size = bitsAt(text, place + 2, 3);
        place += 5;
        const length = size >= KNOWN ? 0 : size;
        if (only === undefined || only.has(name)) {
          const value = size >= KNOWN ? (known?.values[size - KNOWN] ?? '') : String(cellAt(text, place, place + length));
          entries.push({ name, value, at, source });
        }
        place += length;
      }
    }
    return entries;
  }
}

const UNKNOWN: Source = { sourceType: 'UNKNOWN' };
/** Sizes from here on are no sizes but numbers of frequent values. Values are at most 65,536 characters long. */
const KNOWN = 0x80_00_00;

/** Writes one group of a moment and writer. */
function writeGroup(book: Book, entries: readonly Entry[]): void {
  const [first] = entries;
  if (first === undefined) return;
  const { at, source } = first;
  writeBits(entries.length, 2);
  writeBits(sourceNumber(book, source), 3);
  writeBits(at, 6);
  for (const { name, value } of entries) {
    const known = book.names.get(name) ?? newName(book, name);
    writeBits(known.number, 2);
    const frequent = value.length > 64 ? undefined : knownValue(known, value);
    if (frequent === undefined) writeSized(value);
    else writeBits(KNOWN + frequent, 3);
  }
}

function sourceNumber({ sources }: Book, source: Source): number {
  const key = `${source.sourceType}\n${source.sourceId ?? ''}\n${source.sourceLabel ?? ''}\n${source.updatedByUserId ?? ''}`;
  const known = sources.numbers.get(key);
  if (known !== undefined) return known;
  sources.numbers.set(key, sources.items.length);
  return sources.items.push(source) - 1;
}

function newName(book: Book, name: string): Name {
  const made: Name = { number: book.byNumber.length, name, numbers: new Map(), values: [] };
  book.names.set(name, made);
  book.byNumber.push(made);
  return made;
}

function knownValue({ numbers, values }: Name, value: string): number | undefined {
  const known = numbers.get(value);
  if (known !== undefined || values.length >= MOST_FREQUENT) return known;
  numbers.set(value, values.length);
  return values.push(value) - 1;
}

/** A value after its length in characters, which is known only once it is written. */
function writeSized(value: string): void {
  const size = sizeOfCell(value);
  writeBits(size, 3);
  writeCell(value);
}
