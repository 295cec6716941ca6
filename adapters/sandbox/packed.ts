/** What a packed record can hold; anything that is null is left out. */
export type Cell = string | number | boolean;

/** Values of one record by name, kept as one string: a fifth of the memory of a Map, and nothing for the collector to walk. */
export type PackedValues<V extends Cell> = ReadonlyMap<string, V>;

/** Packs records of one kind. Those packed by one packer share their names and their frequent values. */
export interface Packer<V extends Cell> {
  /** The values in the order of the map; nulls and undefined ones are left out. */
  pack(values: Iterable<readonly [string, V | null | undefined]>): PackedValues<V>;
}

/** The names of a record in their order, shared by all records that have the same. */
interface Shape {
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
  readonly numbers: Map<string, string>;
  readonly texts: string[];
  asked: number;
}

/** A name with more different values than this has no frequent ones: its values stand in the record. */
const MOST_FREQUENT = 512;
/** Offsets have two characters of eight bits, so that the whole string stays at one byte a character. */
const LONGEST = 0xff_ff;

const TEXT = 't';
const KNOWN = 'k';
const NUMBER = 'n';
const TRUE = 'y';
const FALSE = 'z';

/** Makes a packer with no names and values yet. */
export function packer<V extends Cell>(): Packer<V> {
  const dictionaries = new Map<string, Dictionary>();
  const root: Shape = { names: [], places: new Map(), next: new Map(), dictionary: emptyDictionary(), dictionaries: [] };

  function longer(shape: Shape, name: string): Shape {
    const names = [...shape.names, name];
    let dictionary = dictionaries.get(name);
    if (dictionary === undefined) dictionaries.set(name, (dictionary = emptyDictionary()));
    const made: Shape = {
      names,
      places: new Map(names.map((one, place) => [one, place])),
      next: new Map(),
      dictionary,
      dictionaries: [...shape.dictionaries, dictionary],
    };
    shape.next.set(name, made);
    return made;
  }

  return {
    pack(values) {
      let shape = root;
      let head = '';
      let cells = '';
      for (const [name, value] of values) {
        if (value === null || value === undefined) continue;
        shape = shape.next.get(name) ?? longer(shape, name);
        cells += cellOf(shape.dictionary, value);
        head += twoBytes(cells.length);
      }
      if (cells.length > LONGEST) return plain(values);
      // In one piece: what is joined by `+` keeps all its pieces.
      return new Packed<V>(shape, [head, cells].join(''));
    },
  };
}

function plain<V extends Cell>(values: Iterable<readonly [string, V | null | undefined]>): ReadonlyMap<string, V> {
  const map = new Map<string, V>();
  for (const [name, value] of values) if (value !== null && value !== undefined) map.set(name, value);
  return map;
}

function emptyDictionary(): Dictionary {
  return { numbers: new Map(), texts: [], asked: 0 };
}

function cellOf(dictionary: Dictionary, value: Cell): string {
  if (typeof value === 'number') return NUMBER + String(value);
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  const number = value.length > 64 ? undefined : knownNumber(dictionary, value);
  return number === undefined ? TEXT + value : KNOWN + number;
}

function knownNumber(dictionary: Dictionary, text: string): string | undefined {
  const { numbers, texts } = dictionary;
  if (texts.length >= MOST_FREQUENT && numbers.size === 0) return undefined;
  dictionary.asked += 1;
  const known = numbers.get(text);
  if (known !== undefined) return known;
  if (texts.length >= MOST_FREQUENT) return undefined;
  const number = twoBytes(texts.length);
  numbers.set(text, number);
  texts.push(text);
  // Hardly a value came twice, as with e-mail addresses: nothing of this name needs to be looked up any more.
  if (texts.length === MOST_FREQUENT && dictionary.asked < 2 * MOST_FREQUENT) numbers.clear();
  return number;
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

function twoBytes(number: number): string {
  return (BYTES[number >> 8] ?? '') + (BYTES[number & 255] ?? '');
}

/** A class, and not an object with closures, because there is one per record: its methods cost nothing. */
class Packed<V extends Cell> implements ReadonlyMap<string, V> {
  readonly #shape: Shape;
  /** The end of each cell, two characters each, then the cells. */
  readonly #text: string;

  constructor(shape: Shape, text: string) {
    this.#shape = shape;
    this.#text = text;
  }

  get size(): number {
    return this.#shape.names.length;
  }

  has(name: string): boolean {
    return this.#shape.places.has(name);
  }

  get(name: string): V | undefined {
    const place = this.#shape.places.get(name);
    return place === undefined ? undefined : this.#cell(place);
  }

  #cell(place: number): V {
    const text = this.#text;
    const head = this.#shape.names.length * 2;
    const start = head + (place === 0 ? 0 : text.charCodeAt(place * 2 - 2) * 256 + text.charCodeAt(place * 2 - 1));
    const end = head + text.charCodeAt(place * 2) * 256 + text.charCodeAt(place * 2 + 1);
    switch (text[start]) {
      case KNOWN:
        return this.#shape.dictionaries[place]?.texts[text.charCodeAt(start + 1) * 256 + text.charCodeAt(start + 2)] as V;
      case NUMBER:
        return Number(text.slice(start + 1, end)) as V;
      case TRUE:
        return true as V;
      case FALSE:
        return false as V;
      case undefined:
      default:
        return text.slice(start + 1, end) as V;
    }
  }

  *entries(): MapIterator<[string, V]> {
    let place = 0;
    for (const name of this.#shape.names) {
      yield [name, this.#cell(place)];
      place += 1;
    }
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  keys(): MapIterator<string> {
    return this.#shape.names.values();
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(call: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [name, value] of this.entries()) call(value, name, this);
  }
}
