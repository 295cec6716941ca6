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
  const slots = new Map<string, number>();
  const ids: string[] = [];
  const values: (Row['values'] | undefined)[] = [];
  let stamps = new Float64Array(64);
  let ascending = true;
  // What was written since `sorted` was put in order.
  let changed: number[] = [];
  let isChanged = new Uint8Array(64);
  let sorted = new Int32Array(0);

  const bySlotStamp = (a: number, b: number): number =>
    (stamps[a] ?? 0) - (stamps[b] ?? 0) || ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : Number(a !== b));

  function at(slot: number): Row | undefined {
    const held = values[slot];
    return held === undefined ? undefined : { def, id: ids[slot] ?? '', stamp: stamps[slot] ?? 0, values: held };
  }

  function newSlot(id: string): number {
    const slot = ids.push(id) - 1;
    slots.set(id, slot);
    if (slot > 0 && id < (ids[slot - 1] ?? '')) ascending = false;
    if (slot >= stamps.length) {
      stamps = grown(stamps, new Float64Array(slot * 2));
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
    const added = Int32Array.from(changed.filter((slot) => values[slot] !== undefined)).sort(bySlotStamp);
    sorted = merged(kept, added, bySlotStamp);
    for (const slot of changed) isChanged[slot] = 0;
    changed = [];
  }

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

  function* from(first: number): IterableIterator<Row> {
    for (let slot = first; slot < ids.length; slot += 1) {
      const row = at(slot);
      if (row !== undefined) yield row;
    }
  }

  return {
    get size() {
      return slots.size;
    },
    has: (id) => slots.has(id),
    get(id) {
      const slot = slots.get(id);
      return slot === undefined ? undefined : at(slot);
    },
    at,
    put(row) {
      const slot = slots.get(row.id) ?? newSlot(row.id);
      values[slot] = packing.pack(row.values);
      stamps[slot] = row.stamp;
      note(slot);
      return slot;
    },
    remove(id) {
      const slot = slots.get(id);
      if (slot === undefined) return -1;
      slots.delete(id);
      values[slot] = undefined;
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
    after: (id) => (ascending ? from(firstOf(ids.length, (slot) => (ids[slot] ?? '') <= id)) : null),
  };
}

/** Slots by the value of one field, in the order in which they got it: two lists of numbers, whatever the values. */
export interface ValueIndex {
  add(key: string, slot: number): void;
  remove(key: string, slot: number): void;
  slots(key: string): readonly number[];
}

/** Makes an empty index: slots with one key are chained, and the chain's end is found by the key. */
export function valueIndex(): ValueIndex {
  const ends = new Map<string, number>();
  let before = new Int32Array(64);
  let after = new Int32Array(64);
  return {
    add(key, slot) {
      if (slot >= before.length) {
        before = grown(before, new Int32Array(slot * 2));
        after = grown(after, new Int32Array(slot * 2));
      }
      const end = ends.get(key) ?? -1;
      before[slot] = end;
      after[slot] = -1;
      if (end >= 0) after[end] = slot;
      ends.set(key, slot);
    },
    remove(key, slot) {
      const [previous, next] = [before[slot] ?? -1, after[slot] ?? -1];
      if (previous >= 0) after[previous] = next;
      if (next >= 0) before[next] = previous;
      else if (previous >= 0) ends.set(key, previous);
      else ends.delete(key);
    },
    slots(key) {
      const found: number[] = [];
      for (let slot = ends.get(key) ?? -1; slot >= 0; slot = before[slot] ?? -1) found.push(slot);
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
