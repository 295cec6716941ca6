import type { Row } from './store.ts';

/** The rows of one object by change stamp, kept as an append-only log: what makes `SystemModstamp >= x` cheap. */
export interface Recency {
  note(row: Row): void;
  /** Rows stamped at or after `from`, oldest first; each current row once. */
  since(from: number): Row[];
}

/** @param current The live row of an id: log entries of rows that were replaced since are skipped. */
export function recency(current: ReadonlyMap<string, Row>): Recency {
  let log: Row[] = [];
  let sorted = true;

  function settle(): void {
    if (!sorted || log.length > 2 * current.size + 64) log = log.filter((row) => current.get(row.id) === row);
    if (!sorted) log.sort((a, b) => a.stamp - b.stamp);
    sorted = true;
  }

  function firstAtOrAfter(from: number): number {
    let low = 0;
    let high = log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((log[middle]?.stamp ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    note(row) {
      if (row.stamp < (log.at(-1)?.stamp ?? 0)) sorted = false;
      log.push(row);
    },
    since(from) {
      settle();
      const found: Row[] = [];
      for (let index = firstAtOrAfter(from); index < log.length; index += 1) {
        const row = log[index];
        if (row !== undefined && current.get(row.id) === row) found.push(row);
      }
      return found;
    },
  };
}
