import type { HistoryEntry, OwnStem, WriteKind } from '../../src/crm.ts';
import type { Account, ActorRef, Deal, DealOutcome, DealPerson, Person, Rate, StatusChange, Touch, User } from '../../src/model/records.ts';
import type { FieldValue, Instant, RecordId } from '../../src/model/words.ts';
import type { MemorySettings } from './options.ts';
import { cut, emailsOf, toPerson, type CampaignRow, type MemberRow, type PersonRow } from './rows.ts';
import { ledger, table, type Ledger, type Removal, type Table } from './table.ts';

/** Everything the imagined CRM holds, with the indexes that reads need. World and adapter both work on it. */
export interface Store {
  readonly settings: MemorySettings;
  readonly people: Table<PersonRow>;
  readonly accounts: Table<Account>;
  readonly campaigns: Table<CampaignRow>;
  readonly members: Table<MemberRow>;
  readonly deals: Table<Deal>;
  readonly dealPeople: Table<DealPerson>;
  readonly touches: Table<Touch>;
  readonly history: Ledger<StatusChange>;
  readonly users: Table<User>;
  readonly rates: Table<Rate>;
  /** Which of Truce's own fields exist, as `kind/stem`. */
  readonly own: Set<string>;
  /** Restrictions by name, for `ChangesOptions.scope`. */
  readonly scopes: Map<string, (person: Person) => boolean>;
  /** The latest instant at which anything happened. */
  now(): Instant;
  nextId(prefix: string): RecordId;
  readonly stamp: (at: Instant) => Instant;
  /** Sets values with their histories; false when nothing changed. `own` values keep no history. */
  setFields(row: PersonRow, values: Iterable<readonly [string, FieldValue]>, by: Act): boolean;
  setOwn(own: Map<OwnStem, FieldValue>, values: Iterable<readonly [OwnStem, FieldValue]> | undefined): boolean;
  /** Stores a person and keeps the indexes in step. Call it after every change of a row. */
  putPerson(row: PersonRow, at: Instant): void;
  dropPerson(id: RecordId, removal: Removal, at: Instant): boolean;
  peopleByEmail(email: string): readonly PersonRow[];
  personByKey(key: string): PersonRow | undefined;
  addHistory(change: Omit<StatusChange, 'id' | 'precision' | 'at'>, at: Instant): void;
  putDeal(deal: Deal, at: Instant): void;
  putDealPerson(row: DealPerson, at: Instant): void;
  dropDeal(id: RecordId, removal: Removal, at: Instant): boolean;
  dropDealPerson(id: RecordId, removal: Removal, at: Instant): boolean;
  dealOutcomes(row: PersonRow): readonly DealOutcome[];
  person(row: PersonRow, fields: readonly string[]): Person;
}

/** Who does something, and when. */
export interface Act {
  readonly at: Instant;
  readonly actor: ActorRef;
}

/** Truce's own fields by kind of record. */
export const OWN_STEMS: Readonly<Record<WriteKind, readonly OwnStem[]>> = {
  person: ['key', 'cross_id', 'outcome', 'outcome_amount', 'outcome_reason', 'outcome_closed_at', 'outcome_campaign'],
  member: ['outcome', 'outcome_amount', 'outcome_reason', 'outcome_closed_at', 'outcome_campaign'],
  campaign: [
    'key',
    'cross_id',
    'leads',
    'handed_leads',
    'followed_up_leads',
    'untouched_leads',
    'rejected_leads',
    'top_rejection_reason',
    'won_deals',
    'won_amount',
    'lost_deals',
    'lost_amount',
    'loss_reasons',
    'top_loss_reason',
    'open_deals',
    'open_amount',
    'win_rate',
    'cost_per_win',
    'first_closed_at',
    'last_closed_at',
    'outcomes_updated_at',
  ],
};

/** The name under which an own field is counted as existing. */
export const ownName = (kind: WriteKind, stem: OwnStem): string => `${kind}/${stem}`;

const normal = (email: string): string => email.trim().toLowerCase();

/** Makes an empty store. */
export function makeStore(settings: MemorySettings): Store {
  let latest = settings.startAt;
  const counters = new Map<string, number>();
  const seen = (at: Instant): void => {
    if (at > latest) latest = at;
  };
  const people = table<PersonRow>(settings.lagOf === null ? undefined : (row) => ({ ...row, fields: new Map(row.fields) }));
  const deals = table<Deal>();
  const dealPeople = table<DealPerson>();
  const history = ledger<StatusChange>();
  const byEmail = index();
  const byKey = index();
  const dealsOf = index();
  const peopleOf = index();
  const leadsOf = index();

  const store: Store = {
    settings,
    people,
    accounts: table(),
    campaigns: table(),
    members: table(),
    deals,
    dealPeople,
    touches: table(),
    history,
    users: table(),
    rates: table(),
    own: new Set(settings.provisioned ? everyOwnName() : []),
    scopes: new Map(),
    now: () => latest,
    nextId(prefix) {
      const count = (counters.get(prefix) ?? 0) + 1;
      counters.set(prefix, count);
      return `${prefix}${String(count).padStart(6, '0')}` as RecordId;
    },
    stamp: (at) => cut(at, settings.stampPrecision),
    setFields(row, values, by) {
      seen(by.at);
      let changed = false;
      for (const [field, value] of values) {
        const from = row.fields.get(field) ?? null;
        if (from === value) continue;
        changed = true;
        row.fields.set(field, value);
        record(store, { row, field, from, to: value, by });
      }
      return changed;
    },
    setOwn(own, values) {
      let changed = false;
      for (const [stem, value] of values ?? []) {
        if ((own.get(stem) ?? null) === value) continue;
        own.set(stem, value);
        changed = true;
      }
      return changed;
    },
    putPerson(row, at) {
      seen(at);
      byEmail.set(row.id, emailsOf(row).map(normal));
      const key = row.own.get('key');
      byKey.set(row.id, typeof key === 'string' && key !== '' ? [key] : []);
      const contact = row.converted?.contactId ?? null;
      leadsOf.set(row.id, contact === null ? [] : [contact]);
      people.put(row, at);
    },
    dropPerson(id, removal, at) {
      seen(at);
      for (const one of [byEmail, byKey, leadsOf]) one.set(id, []);
      return people.drop(id, removal, at);
    },
    peopleByEmail: (email) => rowsOf(byEmail.get(normal(email))),
    personByKey: (key) => rowsOf(byKey.get(key))[0],
    addHistory(change, at) {
      seen(at);
      history.add({ ...change, id: store.nextId('H'), at: store.stamp(at), precision: settings.stampPrecision }, at);
    },
    putDeal(deal, at) {
      seen(at);
      deals.put(deal, at);
      // A person's record shows the outcomes of its deals, so it changes with them.
      for (const person of peopleOf.get(deal.id)) bump(person, at);
    },
    putDealPerson(row, at) {
      seen(at);
      dealPeople.put(row, at);
      dealsOf.add(row.personId, row.dealId);
      peopleOf.add(row.dealId, row.personId);
      bump(row.personId, at);
    },
    dropDeal(id, removal, at) {
      if (!deals.drop(id, removal, at)) return false;
      seen(at);
      for (const person of peopleOf.get(id)) bump(person, at);
      return true;
    },
    dropDealPerson(id, removal, at) {
      const row = dealPeople.get(id)?.row;
      if (row === undefined) return false;
      seen(at);
      dealPeople.drop(id, removal, at);
      dealsOf.remove(row.personId, row.dealId);
      peopleOf.remove(row.dealId, row.personId);
      bump(row.personId, at);
      return true;
    },
    dealOutcomes(row) {
      if (settings.convertible.has(row.object) && row.converted === null) return [];
      const ids = new Set(dealsOf.get(row.id));
      const { contactId, dealId } = row.converted ?? { contactId: null, dealId: null };
      if (contactId !== null) for (const id of dealsOf.get(contactId)) ids.add(id);
      if (dealId !== null) ids.add(dealId);
      return [...ids].flatMap((id) => deals.get(id)?.row.outcome ?? []);
    },
    person: (row, fields) => toPerson(row, fields, store.dealOutcomes(row)),
  };

  function rowsOf(ids: Iterable<RecordId>): PersonRow[] {
    return [...ids].flatMap((id) => people.get(id)?.row ?? []);
  }
  function bump(person: RecordId, at: Instant): void {
    for (const id of [person, ...leadsOf.get(person)]) {
      const row = people.get(id)?.row;
      if (row !== undefined) people.put(row, at);
    }
  }
  return store;
}

function everyOwnName(): string[] {
  return (['person', 'member', 'campaign'] as const).flatMap((kind) => OWN_STEMS[kind].map((stem) => ownName(kind, stem)));
}

interface Recording {
  readonly row: PersonRow;
  readonly field: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
  readonly by: Act;
}

/** Keeps a field's change: in the record's own history, and in the stream of changes where the field is tracked. */
function record(store: Store, change: Recording): void {
  const { row, field, from, to, by } = change;
  const { settings } = store;
  if (settings.propertyHistory) {
    const entry: HistoryEntry = { value: to, at: store.stamp(by.at), precision: settings.stampPrecision, actor: by.actor };
    const entries = row.history.get(field);
    if (entries === undefined) row.history.set(field, [entry]);
    else entries.push(entry);
  }
  if (settings.people.get(field)?.historyTracked === false) return;
  store.addHistory({ entity: 'person', entityId: row.id, field, from, to, actor: by.actor, outcome: null }, by.at);
}

interface Index {
  /** The ids under a key, in the order they came. */
  get(key: string): readonly RecordId[];
  add(key: string, id: RecordId): void;
  remove(key: string, id: RecordId): void;
  /** Makes these the keys of an id, and no others. */
  set(id: RecordId, keys: readonly string[]): void;
}

function index(): Index {
  const ids = new Map<string, readonly RecordId[]>();
  const keysOf = new Map<RecordId, readonly string[]>();
  const add = (key: string, id: RecordId): void => {
    const there = ids.get(key);
    if (there === undefined) ids.set(key, [id]);
    else if (!there.includes(id)) ids.set(key, [...there, id]);
  };
  const remove = (key: string, id: RecordId): void => {
    const left = (ids.get(key) ?? []).filter((other) => other !== id);
    if (left.length === 0) ids.delete(key);
    else ids.set(key, left);
  };
  return {
    get: (key) => ids.get(key) ?? [],
    add,
    remove,
    set(id, keys) {
      const old = keysOf.get(id) ?? [];
      if (old.length === keys.length && old.every((key, at) => key === keys[at])) return;
      for (const key of old) remove(key, id);
      for (const key of keys) add(key, id);
      if (keys.length === 0) keysOf.delete(id);
      else keysOf.set(id, keys);
    },
  };
}
