import { DatabaseSync } from 'node:sqlite';

/** A row of the state's file, read without Truce's code. */
export type Row = Readonly<Record<string, string | number | null>>;

/** What the state's file holds, by table. */
export type Snapshot = Readonly<Record<string, readonly Row[]>>;

const tables = ['people', 'identities', 'links', 'bases', 'cursors', 'runs', 'journal', 'quarantine', 'frozen', 'meta', 'lease'];

/** Reads the state's file as it is on disk. */
export function snapshotOf(path: string): Snapshot {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Object.fromEntries(tables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all() as Row[]]));
  } finally {
    db.close();
  }
}

/** The part of a snapshot that a run without news must not change: no stamps, no counters, no record of the run itself. */
export function lasting(snapshot: Snapshot): string {
  const { people, links, bases, journal, quarantine, frozen } = snapshot;
  const without = (rows: readonly Row[] | undefined, names: readonly string[]): readonly unknown[] =>
    (rows ?? []).map((row) => Object.entries(row).filter(([name]) => !names.includes(name)));
  return JSON.stringify({
    people: without(people, ['pass', 'unresolved']),
    // Whether there is anything left to do for it is found out anew with each echo.
    links: without(links ?? [], ['settled']),
    bases,
    // What a CRM refuses is tried again now and then, and noted each time.
    journal: (journal ?? []).filter((row) => row['status'] !== 'rejected' && row['status'] !== 'skipped'),
    quarantine: without(quarantine, ['attempts', 'next_at', 'first_at', 'cause']),
    frozen,
  });
}
