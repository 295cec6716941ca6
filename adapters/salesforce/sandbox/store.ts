import { to18 } from './ids.ts';
import { packer } from '../../sandbox/packed.ts';
import { rowTable, valueIndex } from './rows.ts';
import type { RowTable, ValueIndex } from './rows.ts';
import type { Address, FieldDef, ObjectDef, Value } from './schema/types.ts';

/** One record. Never changed in place: a change is a new row under the same id. Two reads of a record may be two objects. */
export interface Row {
  readonly def: ObjectDef;
  readonly id: string;
  /** SystemModstamp. */
  readonly stamp: number;
  /** By canonical field name; cleared and never-set fields are absent. */
  readonly values: ReadonlyMap<string, Value>;
}

/** All records of the organisation with the indexes that queries and rules need. */
export interface Store {
  /** By name in any case. */
  object(name: string): ObjectDef | undefined;
  objects(): readonly ObjectDef[];
  /** The object whose ids begin as this one does. */
  objectOf(id: string): ObjectDef | undefined;
  addField(object: string, field: FieldDef): void;
  /** A row by its 18-character id, deleted ones too. */
  row(id: string | null | undefined): Row | undefined;
  /** A row's field; virtual fields are computed. An absent boolean is false. */
  read(row: Row, field: FieldDef): Value | Address;
  /** A row's stored value by name. */
  value(row: Row | undefined, field: string): Value;
  /** Every row of an object in order of creation, deleted ones too. */
  rows(object: string): IterableIterator<Row>;
  size(object: string): number;
  /** Live rows whose indexed field has this value; null when the field isn't indexed. */
  find(object: string, field: string, value: Value): readonly Row[] | null;
  /** Rows stamped at or after `from`, by stamp, then id. */
  since(object: string, from: number): Row[];
  /** The same, made one by one as they are asked for. */
  rowsByStamp(object: string, from: number): IterableIterator<Row>;
  /** Every row by id, those with larger ids than this one; null when they are not kept in that order. */
  rowsAfter(object: string, id: string): IterableIterator<Row> | null;
  set(row: Row): void;
  /** Takes a row out for good, as if it had never been. */
  drop(row: Row): void;
  /** What is written from now on is found by queries only at `until`; null: at once. Reads by id always find it. */
  hideUntil(until: number | null): void;
  /** Rows of an object that queries can't find yet, by id, each as it was before; null when there are none. */
  unseen(object: string): ReadonlyMap<string, Row | undefined> | null;
  /** Runs `work`; when it throws, everything it wrote is taken back. Nests. */
  atomically<T>(work: () => T): T;
  /** Called with every change, also those taken back: `before` undefined is a new row, `after` undefined a vanished one. */
  watch(object: string, listener: (before: Row | undefined, after: Row | undefined) => void): void;
  now(): number;
}

interface Table {
  readonly def: ObjectDef;
  readonly rows: RowTable;
  /** By field. */
  readonly indexes: Map<string, ValueIndex>;
  readonly listeners: ((before: Row | undefined, after: Row | undefined) => void)[];
}

const ALSO_INDEXED: ReadonlySet<string> = new Set(['Email', 'Name', 'Username', 'IsoCode', 'Type', 'DeveloperName']);

/** An index key: text is found in any case. */
function keyOf(value: Value): string {
  return String(value).toLowerCase();
}

/** The key of a reference: ids are stored in their one form, so that only what is asked for has to be brought into it. */
function idKeyOf(value: Value): string {
  const text = String(value);
  return text.length === 18 ? text : (to18(text) ?? text.toLowerCase());
}

function indexOf(field: FieldDef): ValueIndex {
  return valueIndex(field.type === 'reference' ? idKeyOf : keyOf);
}

function isIndexed(field: FieldDef): boolean {
  return field.derive === null && (field.type === 'reference' || field.externalId || field.unique || ALSO_INDEXED.has(field.name));
}

/** A store for these objects, empty. */
export function createStore(objects: readonly ObjectDef[], now: () => number): Store {
  const byName = new Map(objects.map((def) => [def.name.toLowerCase(), def]));
  // Several objects share a prefix: stages and lead statuses (01J), all field histories (017).
  const byPrefix = Map.groupBy(objects, (def) => def.prefix);
  const tables = new Map<string, Table>();
  let hiding: number | null = null;
  const hidden = new Map<string, { readonly def: ObjectDef; readonly until: number; readonly before: Row | undefined }>();
  const packing = packer<Exclude<Value, null>>();
  let undo: { readonly def: ObjectDef; readonly id: string; readonly before: Row | undefined }[] | null = null;

  for (const def of objects) {
    const indexes = new Map([...def.fields.values()].filter(isIndexed).map((field) => [field.name, indexOf(field)]));
    tables.set(def.name, { def, rows: rowTable(def, packing), indexes, listeners: [] });
  }

  function table(object: string): Table {
    const found = tables.get(object);
    if (found === undefined) throw new Error(`no object ${object}`);
    return found;
  }

  function tableOf(id: string): Table | undefined {
    const candidates = (byPrefix.get(id.slice(0, 3)) ?? []).map((def) => table(def.name));
    return candidates.find(({ rows }) => rows.has(id)) ?? candidates[0];
  }

  function put(def: ObjectDef, id: string, after: Row | undefined): void {
    const { rows, indexes, listeners } = table(def.name);
    const before = rows.get(id);
    undo?.push({ def, id, before });
    if (hiding !== null) hidden.set(id, { def, until: hiding, before: hidden.get(id)?.before ?? before });
    const slot = after === undefined ? rows.remove(id) : rows.put(after);
    for (const [field, index] of indexes) {
      const old = before?.values.get(field) ?? null;
      const next = after?.values.get(field) ?? null;
      if (old === next) continue;
      if (old !== null) index.remove(old, slot);
      if (next !== null) index.add(next, slot);
    }
    for (const listener of listeners) listener(before, after);
  }

  const store: Store = {
    object: (name) => byName.get(name.toLowerCase()),
    objects: () => objects,
    objectOf: (id) => tableOf(id)?.def,
    addField(object, field) {
      const target = table(object);
      byName.get(object.toLowerCase())?.fields.set(field.name.toLowerCase(), field);
      if (isIndexed(field)) target.indexes.set(field.name, indexOf(field));
    },
    // A definition's id is its object's name.
    row: (id) =>
      id === null || id === undefined ? undefined : (id.length === 18 ? tableOf(id) : tables.get('EntityDefinition'))?.rows.get(id),
    read(row, field) {
      if (field.type === 'id') return row.id;
      if (field.derive !== null) return field.derive(row, store);
      return row.values.get(field.name) ?? (field.type === 'boolean' ? false : null);
    },
    value: (row, field) => row?.values.get(field) ?? null,
    rows: (object) => table(object).rows.all(),
    rowsAfter: (object, id) => table(object).rows.after(id),
    rowsByStamp: (object, from) => table(object).rows.byStamp(from),
    size: (object) => table(object).rows.size,
    find(object, field, value) {
      const { rows, indexes } = table(object);
      const index = indexes.get(field);
      if (index === undefined) return null;
      const found: Row[] = [];
      for (const slot of index.slots(typeof value === 'string' && value.length === 18 ? (to18(value) ?? value) : value)) {
        const row = rows.at(slot);
        if (row !== undefined && row.values.get('IsDeleted') !== true) found.push(row);
      }
      return found;
    },
    since: (object, from) => [...table(object).rows.byStamp(from)],
    set: (row) => put(row.def, row.id, row),
    drop: (row) => put(row.def, row.id, undefined),
    hideUntil: (until) => void (hiding = until),
    unseen(object) {
      if (hidden.size === 0) return null;
      const unseen = new Map<string, Row | undefined>();
      for (const [id, { def, until, before }] of hidden) {
        if (until <= now()) hidden.delete(id);
        else if (def.name === object) unseen.set(id, before);
      }
      return unseen.size === 0 ? null : unseen;
    },
    atomically(work) {
      const outer = undo;
      const mine: NonNullable<typeof undo> = [];
      undo = mine;
      try {
        const result = work();
        undo = outer;
        outer?.push(...mine);
        return result;
      } catch (error) {
        undo = null;
        for (const entry of mine.reverse()) put(entry.def, entry.id, entry.before);
        undo = outer;
        throw error;
      }
    },
    watch(object, listener) {
      table(object).listeners.push(listener);
    },
    now,
  };
  return store;
}
