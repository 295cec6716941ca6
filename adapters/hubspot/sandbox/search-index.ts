import type { CrmRecord } from './model.ts';

/** A record as the index last saw it. */
export interface IndexedDoc {
  readonly record: CrmRecord;
  readonly values: ReadonlyMap<string, string>;
  readonly updatedAt: number;
  /** Replaced by a newer one, or the record left the index. */
  stale: boolean;
}

interface Pending {
  readonly record: CrmRecord;
  readonly visibleAt: number;
  readonly values: ReadonlyMap<string, string>;
  readonly updatedAt: number;
  readonly hidden: boolean;
}

/**
 * The search index of one object type: it follows the records at a distance, as HubSpot's does, and is kept in the
 * order (last modified, id).
 */
export interface SearchIndex {
  /** How many documents there are. */
  count: number;
  sorted: IndexedDoc[];
  fresh: IndexedDoc[];
  /** `sorted` holds stale documents. */
  unsorted: boolean;
  readonly pending: Pending[];
  /** Changes whenever the visible content does. */
  generation: number;
  /** Documents by the value of a property, in lower case: made when a search first asks for one, stale ones among them. */
  readonly byValue: Map<string, Map<string, IndexedDoc | IndexedDoc[]>>;
  /** All in the order of the ids, as of a generation. */
  byId: { readonly generation: number; readonly docs: readonly IndexedDoc[] };
}

export function emptyIndex(): SearchIndex {
  return {
    count: 0,
    sorted: [],
    fresh: [],
    unsorted: false,
    pending: [],
    generation: 0,
    byValue: new Map(),
    byId: { generation: -1, docs: [] },
  };
}

/** Changes kept waiting before the index takes in those that are due, so that unread ones do not pile up. */
const BACKLOG = 4096;

/** Tells the index of a record's present state, to be seen `lagMs` after `at`. */
export function noteChange(
  index: SearchIndex,
  record: CrmRecord,
  when: { readonly at: number; readonly lagMs: number; readonly now: number },
): void {
  index.pending.push({
    record,
    visibleAt: when.at + when.lagMs,
    values: record.values,
    updatedAt: record.updatedAt,
    hidden: record.gone || record.archivedAt !== null,
  });
  if (index.pending.length % BACKLOG === 0) absorb(index, when.now);
}

/** All documents visible at `now`, ascending by (last modified, id). The array must not be changed. */
export function documentsAt(index: SearchIndex, now: number): readonly IndexedDoc[] {
  absorb(index, now);
  if (index.fresh.length > 0 || index.unsorted) {
    const kept = index.sorted.filter((doc) => !doc.stale);
    const added = index.fresh.filter((doc) => !doc.stale).sort(byModified);
    const first = added[0];
    const last = kept.at(-1);
    index.sorted = kept.concat(added);
    if (first !== undefined && last !== undefined && byModified(last, first) > 0) index.sorted.sort(byModified);
    index.fresh = [];
    index.unsorted = false;
  }
  return index.sorted;
}

function absorb(index: SearchIndex, now: number): void {
  if (index.pending.length === 0) return;
  const later: Pending[] = [];
  let taken = 0;
  for (const change of index.pending) {
    if (change.visibleAt > now) {
      later.push(change);
      continue;
    }
    taken += 1;
    const known = change.record.indexed;
    if (known !== null && known.updatedAt > change.updatedAt) continue;
    if (known !== null) {
      known.stale = true;
      index.unsorted = true;
      index.count -= 1;
    }
    change.record.indexed = null;
    if (change.hidden) continue;
    const doc: IndexedDoc = { record: change.record, values: change.values, updatedAt: change.updatedAt, stale: false };
    change.record.indexed = doc;
    index.count += 1;
    index.fresh.push(doc);
    for (const [property, known] of index.byValue) noteValue(known, doc, property);
  }
  if (taken === 0) return;
  index.generation += 1;
  index.pending.length = 0;
  for (const change of later) index.pending.push(change);
  if (index.fresh.length > index.count + BACKLOG) index.fresh = index.fresh.filter((doc) => !doc.stale);
}

function noteValue(known: Map<string, IndexedDoc | IndexedDoc[]>, doc: IndexedDoc, property: string): void {
  const value = doc.values.get(property)?.toLowerCase();
  if (value === undefined || value === '') return;
  const others = [known.get(value) ?? []].flat().filter((other) => !other.stale);
  // As a rule there is one: an array of its own would take as much again.
  known.set(value, others.length === 0 ? doc : [...others, doc]);
}

/** Documents whose property has one of these values, in lower case. Call `documentsAt` first. */
export function documentsWith(index: SearchIndex, property: string, values: readonly string[]): readonly IndexedDoc[] {
  let known = index.byValue.get(property);
  if (known === undefined) {
    index.byValue.set(property, (known = new Map()));
    for (const doc of index.sorted) noteValue(known, doc, property);
  }
  return [...new Set(values)].flatMap((value) => known.get(value) ?? []).filter((doc) => !doc.stale);
}

/** All visible documents in the order of the ids. Call `documentsAt` first. The array must not be changed. */
export function documentsById(index: SearchIndex): readonly IndexedDoc[] {
  if (index.byId.generation !== index.generation) {
    index.byId = { generation: index.generation, docs: index.sorted.toSorted((a, b) => a.record.n - b.record.n) };
  }
  return index.byId.docs;
}

function byModified(a: IndexedDoc, b: IndexedDoc): number {
  return a.updatedAt - b.updatedAt || a.record.n - b.record.n;
}

/** When a document was last modified, and the number of its record: what documents are kept in the order of. */
export const KEYS = {
  modified: (doc: IndexedDoc): number => doc.updatedAt,
  id: (doc: IndexedDoc): number => doc.record.n,
} as const;

/** Index of the first document whose key is at least `at`, of documents in the order of that key. */
export function firstAt(docs: readonly IndexedDoc[], at: number, key: (doc: IndexedDoc) => number = KEYS.modified): number {
  let low = 0;
  let high = docs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const doc = docs[middle];
    if (doc !== undefined && key(doc) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
