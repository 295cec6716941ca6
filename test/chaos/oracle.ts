/** One value that a status had, as its CRM tells it. */
export interface Entry {
  readonly side: 'marketing' | 'sales';
  readonly record: string;
  readonly value: string;
  /** The value that it replaced, and who had set that one. */
  readonly before: string | null;
  readonly beforeBy: 'truce' | 'user' | null;
  readonly by: 'truce' | 'user';
  /** Epoch milliseconds, as precise as the CRM tells it. */
  readonly at: number;
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
  readonly at: number;
  /** What the decision took for the value that it replaces. */
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
 * value must have been decided on it (its intent names it as what stands there), or the next write of Truce's brought it back.
 */
export function lostEdits(witness: Witness, journal: readonly JournalRow[]): readonly string[] {
  return witness.people.flatMap(({ history }) =>
    history
      .filter((entry) => entry.by === 'truce' && entry.beforeBy === 'user' && intentOf(entry, journal)?.before !== entry.before)
      .filter((entry) => !history.some((later) => broughtBack(entry, later)))
      .map((entry) => `${entry.side} ${entry.record}: ${entry.before} -> ${entry.value}`),
  );
}

/** The intent that announced a write: the last one for this value that was noted before it. */
function intentOf(entry: Entry, journal: readonly JournalRow[]): JournalRow | undefined {
  // Salesforce's history knows whole seconds.
  const latest = entry.at + (entry.side === 'sales' ? 999 : 0);
  return journal.findLast(
    (row) =>
      row.side === entry.side && row.record === entry.record && row.after === entry.value && row.status !== 'skipped' && row.at <= latest,
  );
}

/** Put back by the very next write; or a user has written over it meanwhile, who knew what stood there. */
function broughtBack(lost: Entry, later: Entry): boolean {
  if (later.side !== lost.side || later.newer !== lost.newer - 1) return false;
  return later.by === 'user' || later.value === lost.before;
}
