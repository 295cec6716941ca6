import type { Packer } from '../../sandbox/packed.ts';
import type { ObjectDef, Value } from './schema/types.ts';
import type { Row } from './store.ts';

/** The rows of one object, kept small: a `Row` is made when it is read. A slot is a row's place, its own for ever. */
export interface RowTable {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): Row | undefined;
  at(slot: number): Row | undefined;
  /** Stores a row under its id; returns its slot. */
  put(row: Row): number;
  /** Takes a row out; returns the slot it had, -1 when there was none. */
  remove(id: string): number;
  /** In order of creation. */
  all(): IterableIterator<Row>;
  /** By stamp, then id, from a stamp on. */
  byStamp(from: number): IterableIterator<Row>;
  /** By id, beyond one; null when the ids were not made in their order. */
  after(id: string): IterableIterator<Row> | null;
}

/** Makes an empty table. */
export function rowTable(def: ObjectDef, packing: Packer<Exclude<Value, null>>): RowTable {
  const ids = idList();
  // A packed row's text, with its shape beside it; what could not be packed as it is; undefined where a row was taken out.
  const texts: (string | Row['values'] | undefined)[] = [];
  let shapes = new Int32Array(64);
  let stamps = new Float64Array(64);
  let size = 0;
  // What was written since `sorted` was put in order.
  let changed: number[] = [];
  let isChanged = new Uint8Array(64);
  let sorted = new Int32Array(0);

  const bySlotStamp = (a: number, b: number): number =>
    (stamps[a] ?? 0) - (stamps[b] ?? 0) || (ids.at(a) < ids.at(b) ? -1 : Number(a !== b));

  function at(slot: number): Row | undefined {
    const held = texts[slot];
    if (held === undefined) return undefined;
    const values = typeof held === 'string' ? packing.whole(shapes[slot] ?? 0, held) : held;
    return { def, id: ids.at(slot), stamp: stamps[slot] ?? 0, values };
  }

  function newSlot(id: string): number {
    const slot = ids.add(id);
    if (slot >= stamps.length) {
      stamps = grown(stamps, new Float64Array(slot * 2));
      shapes = grown(shapes, new Int32Array(slot * 2));
      isChanged = grown(isChanged, new Uint8Array(slot * 2));
    }
    return slot;
  }

  function note(slot: number): void {
    if (isChanged[slot] === 1) return;
    isChanged[slot] = 1;
    changed.push(slot);
  }

  /** Brings what was written since into the order of stamps: one pass over the rest, however much was written. */
  function settle(): void {
    if (changed.length === 0) return;
    const kept = sorted.filter((slot) => isChanged[slot] === 0);
    const added = Int32Array.from(changed.filter((slot) => texts[slot] !== undefined)).sort(bySlotStamp);
    sorted = merged(kept, added, bySlotStamp);
    for (const slot of changed) isChanged[slot] = 0;
    changed = [];
  }

  function* from(first: number): IterableIterator<Row> {
    for (let slot = first; slot < ids.count(); slot += 1) {
      const row = at(slot);
      if (row !== undefined) yield row;
    }
  }

  return {
    get size() {
      return size;
    },
    has: (id) => texts[ids.slot(id)] !== undefined,
    get: (id) => at(ids.slot(id)),
    at,
    put(row) {
      const known = ids.slot(row.id);
      const slot = known < 0 ? newSlot(row.id) : known;
      const values = packing.pack(row.values);
      const parts = packing.parts(values);
      if (texts[slot] === undefined) size += 1;
      texts[slot] = parts?.text ?? values;
      shapes[slot] = parts?.shape ?? 0;
      stamps[slot] = row.stamp;
      note(slot);
      return slot;
    },
    remove(id) {
      const slot = ids.slot(id);
      if (texts[slot] === undefined) return -1;
      size -= 1;
      texts[slot] = undefined;
      note(slot);
      return slot;
    },
    all: () => from(0),
    *byStamp(start) {
      settle();
      const order = sorted;
      for (let place = firstOf(order.length, (one) => (stamps[order[one] ?? 0] ?? 0) < start); place < order.length; place += 1) {
        const row = at(order[place] ?? 0);
        if (row !== undefined) yield row;
      }
    },
    after: (id) => (ids.ascending() ? from(firstOf(ids.count(), (slot) => ids.at(slot) <= id)) : null),
  };
}

/** The first place of which `isBefore` no longer holds. */
function firstOf(length: number, isBefore: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The ids of one object by slot. They are made in their order, as a rule without gaps, so that no Map of them is needed. */
interface IdList {
  count(): number;
  ascending(): boolean;
  at(slot: number): string;
  /** -1 when it is not here. */
  slot(id: string): number;
  add(id: string): number;
}

function idList(): IdList {
  const ids: string[] = [];
  let first = 0;
  // Only where ids came out of their order, as names of objects do.
  let slots: Map<string, number> | null = null;

  // A row is looked up several times while it is written.
  let lastId = '';
  let lastSlot = -1;

  function slot(id: string): number {
    if (id === lastId) return lastSlot;
    const found = search(id);
    if (found >= 0) [lastId, lastSlot] = [id, found];
    return found;
  }

  function search(id: string): number {
    if (slots !== null) return slots.get(id) ?? -1;
    if (ids.length === 0) return -1;
    const guess = Math.min(ids.length - 1, counted(id) - first);
    if (ids[guess] === id) return guess;
    const found = firstOf(ids.length, (place) => (ids[place] ?? '') < id);
    return ids[found] === id ? found : -1;
  }

  return {
    count: () => ids.length,
    ascending: () => slots === null,
    at: (place) => ids[place] ?? '',
    slot,
    add(id) {
      const place = ids.push(id) - 1;
      if (place === 0) first = counted(id);
      if (slots === null && place > 0 && id < (ids[place - 1] ?? '')) slots = new Map(ids.map((one, index) => [one, index]));
      slots?.set(id, place);
      return place;
    },
  };
}

/** The last seven digits before the check letters, to the base of 62: ids of one object count up in them. */
function counted(id: string): number {
  let count = 0;
  for (let place = 8; place < 15; place += 1) {
    const code = id.charCodeAt(place);
    count = count * 62 + (code < 58 ? code - 48 : code < 91 ? code - 55 : code - 61);
  }
  return Number.isNaN(count) ? 0 : count;
}

/** Slots by the value of one field, in the order in which they got it: two lists of numbers, whatever the values. */
export interface ValueIndex {
  add(value: Value, slot: number): void;
  remove(value: Value, slot: number): void;
  slots(value: Value): readonly number[];
}

/** Makes an empty index: slots whose values have one key are chained, and the chain's end is found by the key. */
export function valueIndex(keyOf: (value: Value) => string): ValueIndex {
  const ends = new Map<string, number>();
  let before = new Int32Array(64);
  let after = new Int32Array(64);
  return {
    add(value, slot) {
      if (slot >= before.length) {
        before = grown(before, new Int32Array(slot * 2));
        after = grown(after, new Int32Array(slot * 2));
      }
      const key = keyOf(value);
      const end = ends.get(key) ?? -1;
      before[slot] = end;
      after[slot] = -1;
      if (end >= 0) after[end] = slot;
      ends.set(key, slot);
    },
    remove(value, slot) {
      const [previous, next] = [before[slot] ?? -1, after[slot] ?? -1];
      if (previous >= 0) after[previous] = next;
      if (next >= 0) before[next] = previous;
      else if (previous >= 0) ends.set(keyOf(value), previous);
      else ends.delete(keyOf(value));
    },
    slots(value) {
      const found: number[] = [];
      for (let slot = ends.get(keyOf(value)) ?? -1; slot >= 0; slot = before[slot] ?? -1) found.push(slot);
      return found.reverse();
    },
  };
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(small: T, large: T): T {
  large.set(small);
  return large;
}

function merged(a: Int32Array, b: Int32Array, order: (a: number, b: number) => number): Int32Array<ArrayBuffer> {
  const all = new Int32Array(a.length + b.length);
  let [left, right] = [0, 0];
  for (let place = 0; place < all.length; place += 1) {
    const fromLeft = right >= b.length || (left < a.length && order(a[left] ?? 0, b[right] ?? 0) <= 0);
    all[place] = (fromLeft ? a[left] : b[right]) ?? 0;
    if (fromLeft) left += 1;
    else right += 1;
  }
  return all;
}
