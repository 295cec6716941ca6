import type { Instant, RecordId } from '../../src/model/words.ts';

/** How a record left: deleted, merged into another one, or erased for good on the person's request. */
export type Removal = { readonly type: 'deleted' } | { readonly type: 'erased' } | { readonly type: 'merged'; readonly into: RecordId };

/** One line of a table's change log. */
export interface LogEntry {
  readonly id: RecordId;
  readonly at: Instant;
  /** Undefined: the record was put or changed. */
  readonly removal: Removal | undefined;
  /** Position of the next entry of the same record; -1 while this is the last one. */
  next: number;
}

export interface Stored<Row> {
  row: Row;
  /** Counts the record's changes from 1. */
  version: number;
  modifiedAt: Instant;
}

/** What a change feed reads: an append-only log, and the record behind each of its entries. */
export interface Feed<Row> {
  readonly log: readonly LogEntry[];
  /** The record of an entry as it stands now; undefined when it is gone. */
  of(entry: LogEntry): Stored<Row> | undefined;
}

/** Rows by id with a log of their changes. */
export interface Table<Row> extends Feed<Row> {
  readonly size: number;
  get(id: RecordId): Stored<Row> | undefined;
  rows(): IterableIterator<Stored<Row>>;
  /** Inserts the row or replaces it; logs one change. */
  put(row: Row, at: Instant): Stored<Row>;
  /** Removes the row and logs how; false when there was none. */
  drop(id: RecordId, removal: Removal, at: Instant): boolean;
  /** What became of a record that is gone; undefined for one that is here or never was. */
  fate(id: RecordId): Removal | undefined;
}

interface Kept<Row> extends Stored<Row> {
  /** Position of the record's last entry in the log. */
  last: number;
}

/** Makes an empty table; with `copy` its feed shows each change as the record stood then, as a search index that lags does. */
export function table<Row extends { readonly id: RecordId }>(copy?: (row: Row) => Row): Table<Row> {
  const then = new WeakMap<LogEntry, Stored<Row>>();
  const stored = new Map<RecordId, Kept<Row>>();
  const gone = new Map<RecordId, { readonly removal: Removal; readonly last: number }>();
  const log: LogEntry[] = [];

  /** Adds an entry after the record's `last` one, and gives its position. */
  const append = (entry: Omit<LogEntry, 'next'>, last: number | undefined): number => {
    const previous = last === undefined ? undefined : log[last];
    if (previous !== undefined) previous.next = log.length;
    return log.push({ ...entry, next: -1 }) - 1;
  };

  const remember = ({ row, version, modifiedAt, last }: Kept<Row>): void => {
    const entry = log[last];
    if (copy !== undefined && entry !== undefined) then.set(entry, { row: copy(row), version, modifiedAt });
  };

  return {
    log,
    get size() {
      return stored.size;
    },
    get: (id) => stored.get(id),
    of: (entry) => (stored.has(entry.id) ? (then.get(entry) ?? stored.get(entry.id)) : undefined),
    rows: () => stored.values(),
    put(row, at) {
      const old = stored.get(row.id);
      const last = append({ id: row.id, at, removal: undefined }, old?.last ?? gone.get(row.id)?.last);
      gone.delete(row.id);
      if (old === undefined) {
        const kept = { row, version: 1, modifiedAt: at, last };
        stored.set(row.id, kept);
        remember(kept);
        return kept;
      }
      old.row = row;
      old.version += 1;
      old.modifiedAt = at;
      old.last = last;
      remember(old);
      return old;
    },
    drop(id, removal, at) {
      const old = stored.get(id);
      if (old === undefined) return false;
      stored.delete(id);
      gone.set(id, { removal, last: append({ id, at, removal }, old.last) });
      return true;
    },
    fate: (id) => gone.get(id)?.removal,
  };
}

/** Rows that are only ever added, as lean as their log. */
export interface Ledger<Row> extends Feed<Row> {
  add(row: Row, at: Instant): void;
}

/** Makes an empty ledger. */
export function ledger<Row extends { readonly id: RecordId }>(): Ledger<Row> {
  type Entry = LogEntry & Stored<Row>;
  const log: Entry[] = [];
  return {
    log,
    of: (entry) => entry as Entry,
    add: (row, at) => void log.push({ id: row.id, at, removal: undefined, next: -1, row, version: 1, modifiedAt: at }),
  };
}
