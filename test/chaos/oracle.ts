/** One value that a status had, as its CRM tells it. */
export interface Entry {
  readonly side: 'marketing' | 'sales';
  readonly record: string;
  readonly value: string;
  /** The value that it replaced, and who had set that one. */
  readonly before: string | null;
  readonly beforeBy: 'truce' | 'user' | null;
  readonly by: 'truce' | 'user';
  /** How many entries are newer. */
  readonly newer: number;
}

/** What both CRMs show in the end. */
export interface Witness {
  readonly people: readonly {
    readonly contact: string;
    readonly lead: string;
    readonly marketing: string;
    readonly sales: string;
    readonly history: readonly Entry[];
  }[];
  readonly contacts: number;
  readonly leads: number;
}

/** One intent of the journal, about the status. */
export interface JournalRow {
  readonly side: 'marketing' | 'sales';
  readonly record: string;
  readonly room: string;
  readonly status: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Writes in the CRMs' histories that no intent announced. An intent accounts for one write. */
export function writesWithoutIntent(witness: Witness, journal: readonly JournalRow[]): readonly string[] {
  const announced = new Map<string, number>();
  for (const row of journal) {
    if (row.status === 'skipped') continue;
    const key = `${row.side} ${row.record} ${row.after}`;
    announced.set(key, (announced.get(key) ?? 0) + 1);
  }
  const unannounced: string[] = [];
  for (const entry of witness.people.flatMap((person) => person.history)) {
    if (entry.by !== 'truce') continue;
    const key = `${entry.side} ${entry.record} ${entry.value}`;
    const left = announced.get(key) ?? 0;
    if (left === 0) unannounced.push(key);
    announced.set(key, left - 1);
  }
  return unannounced;
}

/**
 * Values set by a user that Truce overwrote without having read them, and did not put back: the write that replaced the
 * value must have been decided on it (its intent names it as what stood there), or a later write of Truce's brought it back.
 */
export function lostEdits(witness: Witness, journal: readonly JournalRow[]): readonly string[] {
  const known = new Set(journal.map((row) => `${row.side} ${row.record} ${row.before} -> ${row.after}`));
  return witness.people.flatMap(({ history }) =>
    history
      .filter(
        (entry) =>
          entry.by === 'truce' &&
          entry.beforeBy === 'user' &&
          !known.has(`${entry.side} ${entry.record} ${entry.before} -> ${entry.value}`),
      )
      .filter(
        (entry) =>
          !history.some(
            (later) => later.side === entry.side && later.newer < entry.newer && later.by === 'truce' && later.value === entry.before,
          ),
      )
      .map((entry) => `${entry.side} ${entry.record}: ${entry.before} -> ${entry.value}`),
  );
}
