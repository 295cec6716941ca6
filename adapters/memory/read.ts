import type { HistoryEntry, OwnStem, ReadAnswer, ReadKind, ReadOptions, ReadRecord, ReadRecords, Ref, WriteKind } from '../../src/crm.ts';
import type { FieldValue, Fields, RecordId } from '../../src/model/words.ts';
import { campaignFields, pick, type PersonRow } from './rows.ts';
import { ownName, type Store } from './store.ts';

type Found<K extends ReadKind> = ReadRecord<K>;

/** Answers one reference from the records themselves: no index lag here. A merged-away id finds what it became. */
export function readOne<K extends ReadKind>(store: Store, kind: K, ref: Ref, options: ReadOptions): ReadAnswer<K> {
  const found =
    kind === 'person'
      ? readPeople(store, ref, options)
      : kind === 'campaign'
        ? readCampaigns(store, ref, options)
        : readMembers(store, ref, options);
  // The three readers give the record of their kind.
  return { ref, found: found as unknown as readonly Found<K>[] };
}

function readPeople(store: Store, ref: Ref, options: ReadOptions): readonly Found<'person'>[] {
  return personRows(store, ref).map((row) => {
    const record = store.person(row, options.fields);
    const history = new Map<string, readonly HistoryEntry[]>();
    if (options.history === true && store.settings.propertyHistory) {
      for (const field of options.fields) {
        if (store.settings.people.get(field)?.historyTracked === false) continue;
        const entries = row.history.get(field);
        if (entries !== undefined) history.set(field, entries.toReversed());
      }
    }
    return { ...common(store, 'person', row, options), record, fields: record.fields, history };
  });
}

function personRows(store: Store, ref: Ref): readonly PersonRow[] {
  if ('email' in ref) return store.peopleByEmail(ref.email);
  if ('key' in ref) {
    const row = store.personByKey(ref.key);
    return row === undefined ? [] : [row];
  }
  const row = store.people.get(survivor(store, ref.id))?.row;
  return row === undefined || (ref.object !== undefined && ref.object !== row.object) ? [] : [row];
}

/** Follows merges to the record that remains. */
function survivor(store: Store, id: RecordId): RecordId {
  const fate = store.people.fate(id);
  return fate?.type === 'merged' ? survivor(store, fate.into) : id;
}

function readCampaigns(store: Store, ref: Ref, options: ReadOptions): readonly Found<'campaign'>[] {
  const byKey = (key: string): RecordId | undefined => [...store.campaigns.rows()].find(({ row }) => row.own.get('key') === key)?.row.id;
  const id = 'id' in ref ? ref.id : 'key' in ref ? byKey(ref.key) : undefined;
  const row = id === undefined ? undefined : store.campaigns.get(id)?.row;
  return row === undefined ? [] : [withFields(store, 'campaign', row, { options, all: campaignFields(row.record) })];
}

function readMembers(store: Store, ref: Ref, options: ReadOptions): readonly Found<'member'>[] {
  const row = 'id' in ref ? store.members.get(ref.id)?.row : undefined;
  return row === undefined ? [] : [withFields(store, 'member', row, { options, all: new Map([['status', row.record.status]]) })];
}

function withFields<K extends 'campaign' | 'member'>(
  store: Store,
  kind: K,
  row: { readonly id: RecordId; readonly record: ReadRecords[K]; readonly own: ReadonlyMap<OwnStem, FieldValue> },
  read: { readonly options: ReadOptions; readonly all: Fields },
): Found<K> {
  return { ...common(store, kind, row, read.options), record: row.record, fields: pick(read.all, read.options.fields), history: new Map() };
}

function common(
  store: Store,
  kind: WriteKind,
  row: { readonly id: RecordId; readonly own: ReadonlyMap<OwnStem, FieldValue> },
  options: ReadOptions,
): { readonly version: string; readonly modifiedAt: number; readonly own: ReadonlyMap<OwnStem, FieldValue> } {
  const tables = { person: store.people, campaign: store.campaigns, member: store.members };
  const stored = tables[kind].get(row.id);
  const own = new Map<OwnStem, FieldValue>();
  for (const stem of options.own ?? []) if (store.own.has(ownName(kind, stem))) own.set(stem, row.own.get(stem) ?? null);
  return { version: String(stored?.version ?? 0), modifiedAt: store.stamp(stored?.modifiedAt ?? 0), own };
}
