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

/** Rows by id with an append-only log of their changes: what a change feed reads. */
export interface Table<Row> {
  readonly log: readonly LogEntry[];
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

/** Makes an empty table. */
export function table<Row extends { readonly id: RecordId }>(): Table<Row> {
  const stored = new Map<RecordId, Stored<Row>>();
  const last = new Map<RecordId, number>();
  const fates = new Map<RecordId, Removal>();
  const log: LogEntry[] = [];

  const append = (id: RecordId, at: Instant, removal: Removal | undefined): void => {
    const before = last.get(id);
    const previous = before === undefined ? undefined : log[before];
    if (previous !== undefined) previous.next = log.length;
    last.set(id, log.length);
    log.push({ id, at, removal, next: -1 });
  };

  return {
    log,
    get size() {
      return stored.size;
    },
    get: (id) => stored.get(id),
    rows: () => stored.values(),
    put(row, at) {
      const old = stored.get(row.id);
      const now: Stored<Row> = old ?? { row, version: 0, modifiedAt: at };
      now.row = row;
      now.version += 1;
      now.modifiedAt = at;
      stored.set(row.id, now);
      fates.delete(row.id);
      append(row.id, at, undefined);
      return now;
    },
    drop(id, removal, at) {
      if (!stored.delete(id)) return false;
      fates.set(id, removal);
      append(id, at, removal);
      return true;
    },
    fate: (id) => fates.get(id),
  };
}
