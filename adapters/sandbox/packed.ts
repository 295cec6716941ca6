import { begin, bitsAt, cellAt, finished, writeCell, written } from './squeeze.ts';

/** What a packed record can hold; anything that is null is left out. */
export type Cell = string | number | boolean;

/** Values of one record by name, kept as one string: a fifth of the memory of a Map, and nothing for the collector to walk. */
export type PackedValues<V extends Cell> = ReadonlyMap<string, V>;

/** Packs records of one kind. Those packed by one packer share their names and their frequent values. */
export interface Packer<V extends Cell> {
  /** The values in the order of the map; nulls and undefined ones are left out. */
  pack(values: Iterable<readonly [string, V | null | undefined]>): PackedValues<V>;
  /** Packed values in two plain parts, for who keeps many of them in arrays; null when these are not packed. */
  parts(values: PackedValues<V>): { readonly shape: number; readonly text: string } | null;
  /** What `parts` took apart. */
  whole(shape: number, text: string): PackedValues<V>;
}

/** The names of a record in their order, shared by all records that have the same. */
interface Shape {
  readonly number: number;
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly next: Map<string, Shape>;
  /** Of the last of the names. */
  readonly dictionary: Dictionary;
  /** Of all of them. */
  readonly dictionaries: readonly Dictionary[];
}

/** Frequent values of one name, each kept once; a record holds the number. */
interface Dictionary {
  readonly numbers: Map<Cell, number>;
  readonly values: Cell[];
  asked: number;
  found: number;
}

/** A name with more different values than this has no frequent ones: its values stand in the record. */
const MOST_FREQUENT = 1024;
/** A cell's head has two characters of eight bits, so that the whole string stays at one byte a character. */
const LONGEST = 0x7f_ff;
/** The heads of the record being packed: more fields than any object has. */
const HEADS = new Uint8Array(8192);
/** Heads from here on are numbers of frequent values; the others are places in the rest of the string. */
const KNOWN = 0x80_00;

/** Makes a packer with no names and values yet. */
export function packer<V extends Cell>(): Packer<V> {
  const dictionaries = new Map<string, Dictionary>();
  const root: Shape = { number: 0, names: [], places: new Map(), next: new Map(), dictionary: emptyDictionary(), dictionaries: [] };
  const shapes: Shape[] = [root];

  function longer(shape: Shape, name: string): Shape {
    const names = [...shape.names, name];
    let dictionary = dictionaries.get(name);
    if (dictionary === undefined) dictionaries.set(name, (dictionary = emptyDictionary()));
    const made: Shape = {
      number: shapes.length,
      names,
      places: new Map(names.map((one, place) => [one, place])),
      next: new Map(),
      dictionary,
      dictionaries: [...shape.dictionaries, dictionary],
    };
    shapes.push(made);
    shape.next.set(name, made);
    return made;
  }

  return {
    pack(values) {
      let shape = root;
      let count = 0;
      begin();
      for (const [name, given] of values) {
        if (given === null || given === undefined) continue;
        // There is one zero only, as in JSON.
        const value = given === 0 ? 0 : given;
        shape = shape.next.get(name) ?? longer(shape, name);
        const known = knownNumber(shape.dictionary, value);
        const head = known === undefined ? written() : KNOWN + known;
        if (head > LONGEST && known === undefined) return plain(values);
        HEADS[count] = head >> 8;
        HEADS[count + 1] = head & 255;
        count += 2;
        if (known === undefined) writeCell(value);
      }
      return new Packed<V>(shape, finished(HEADS, count));
    },
    parts: (values) => (values instanceof Packed ? { shape: values.shape.number, text: values.text } : null),
    whole: (shape, text) => new Packed<V>(shapes[shape] ?? root, text),
  };
}

function plain<V extends Cell>(values: Iterable<readonly [string, V | null | undefined]>): ReadonlyMap<string, V> {
  const map = new Map<string, V>();
  for (const [name, value] of values) if (value !== null && value !== undefined) map.set(name, value);
  return map;
}

function emptyDictionary(): Dictionary {
  return { numbers: new Map(), values: [], asked: 0, found: 0 };
}

function knownNumber(dictionary: Dictionary, value: Cell): number | undefined {
  const { numbers, values } = dictionary;
  // Instants hardly repeat.
  if (typeof value === 'number' && value > 0x7f_ff_ff_ff) return undefined;
  if ((values.length >= MOST_FREQUENT && numbers.size === 0) || (typeof value === 'string' && value.length > 64)) return undefined;
  const known = numbers.get(value);
  dictionary.asked += 1;
  if (known !== undefined) dictionary.found += 1;
  // Few of the values that come are frequent ones: looking up the rest costs more than it saves.
  if (values.length >= MOST_FREQUENT && dictionary.asked > 8 * MOST_FREQUENT && dictionary.found * 2 < dictionary.asked) numbers.clear();
  if (known !== undefined || values.length >= MOST_FREQUENT) return known;
  const number = values.push(value) - 1;
  numbers.set(value, number);
  // Hardly a value came twice, as with e-mail addresses: nothing of this name needs to be looked up any more.
  if (values.length === MOST_FREQUENT && dictionary.asked < 2 * MOST_FREQUENT) numbers.clear();
  return number;
}

/** A class, and not an object with closures, because there is one per record: its methods cost nothing. */
class Packed<V extends Cell> implements ReadonlyMap<string, V> {
  readonly shape: Shape;
  /** The head of each cell, then the cells that are not known by a number. */
  readonly text: string;

  constructor(shape: Shape, text: string) {
    this.shape = shape;
    this.text = text;
  }

  get size(): number {
    return this.shape.names.length;
  }

  has(name: string): boolean {
    return this.shape.places.has(name);
  }

  get(name: string): V | undefined {
    const place = this.shape.places.get(name);
    return place === undefined ? undefined : this.#cell(place);
  }

  #cell(place: number): V {
    const { text, shape } = this;
    const head = bitsAt(text, place * 2, 2);
    if (head >= KNOWN) return shape.dictionaries[place]?.values[head - KNOWN] as V;
    const cells = shape.names.length * 2;
    let end = text.length;
    for (let next = place + 1; next * 2 < cells; next += 1) {
      const other = bitsAt(text, next * 2, 2);
      if (other >= KNOWN) continue;
      end = cells + other;
      break;
    }
    return cellAt(text, cells + head, end) as V;
  }

  *entries(): MapIterator<[string, V]> {
    let place = 0;
    for (const name of this.shape.names) {
      yield [name, this.#cell(place)];
      place += 1;
    }
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  keys(): MapIterator<string> {
    return this.shape.names.values();
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(call: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [name, value] of this.entries()) call(value, name, this);
  }
}
