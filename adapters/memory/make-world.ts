import type { OwnStem } from '../../src/crm.ts';
import type { Account, ActorRef, Campaign, Deal, DealPerson, Member, Rate, Touch, User } from '../../src/model/records.ts';
import type { FieldValue, Fields, Instant, RecordId } from '../../src/model/words.ts';
import { emailsOf, type PersonRow } from './rows.ts';
import type { Script } from './script.ts';
import type { Act, Store } from './store.ts';
import { snapshot } from './snapshot.ts';
import type { ActOptions, FieldsInput, MemoryWorld, PersonSeed, Seed } from './world.ts';

/** A user of the CRM's own pages: the author of what a test does without saying who. */
const SOMEBODY: ActorRef = { kind: 'human', userId: 'U-somebody' as RecordId, label: 'CRM_UI' };

/** Makes the side of the store that users and tests act on. */
export function makeWorld(store: Store, script: Script): MemoryWorld {
  const act = (options: ActOptions | undefined): Act => ({ at: options?.at ?? store.now(), actor: options?.actor ?? SOMEBODY });
  return {
    addPerson: (seed = {}) => addPerson(store, seed, act(seed)),
    edit(personId, field, value, options) {
      const row = personRow(store, personId);
      known(store, [field]);
      const by = act(options);
      if (store.setFields(row, [[field, value]], by)) store.putPerson(row, by.at);
    },
    convert: (leadId, options) => convert(store, leadId, options ?? {}, act(options)),
    merge: (winnerId, loserId, options) => merge(store, { winnerId, loserId }, act(options)),
    remove(id, options) {
      const { at } = act(options);
      const removal = { type: options?.erased === true ? 'erased' : 'deleted' } as const;
      if (store.dropPerson(id, removal, at)) return;
      if (store.dropDeal(id, removal, at) || store.dropDealPerson(id, removal, at)) return;
      const { campaigns, members, touches, accounts, users, rates } = store;
      const dropped = [campaigns, members, touches, accounts, users, rates].some((table) => table.drop(id, removal, at));
      if (!dropped) throw missing(id);
    },
    ...campaignsOf(store, act),
    ...dealsOf(store, act),
    ...plainOf(store, act),
    scope: (name, holds) => void store.scopes.set(name, holds),
    fail: (fault) => script.fail(fault),
    interleave: (match, work) => script.interleave(match, work),
    person(id) {
      const row = store.people.get(id)?.row;
      return row === undefined ? undefined : store.person(row, [...row.fields.keys()]);
    },
    *people() {
      for (const { row } of store.people.rows()) yield store.person(row, [...row.fields.keys()]);
    },
    own: (id, stem) => ownOf(store, id).get(stem) ?? null,
    snapshot: () => snapshot(store),
    calls: () => script.calls(),
    now: () => store.now(),
  };
}

type Acts = (options: ActOptions | undefined) => Act;

const missing = (id: string): Error => new Error(`there is no record ${id} in this world`);

function personRow(store: Store, id: RecordId): PersonRow {
  const row = store.people.get(id)?.row;
  if (row === undefined) throw missing(id);
  return row;
}

function ownOf(store: Store, id: RecordId): ReadonlyMap<OwnStem, FieldValue> {
  const row = store.people.get(id)?.row ?? store.campaigns.get(id)?.row ?? store.members.get(id)?.row;
  if (row === undefined) throw missing(id);
  return row.own;
}

function known(store: Store, fields: Iterable<string>): void {
  for (const field of fields) {
    if (!store.settings.people.has(field)) throw new Error(`people of this world have no field ${field}; name it in the option "fields"`);
  }
}

function toFields(input: FieldsInput | undefined): Fields {
  return input instanceof Map ? input : new Map(Object.entries((input as Readonly<Record<string, FieldValue>> | undefined) ?? {}));
}

/** The values that a seed gives by name, and those by field. */
function seedFields(store: Store, seed: PersonSeed): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  const put = (field: string, value: FieldValue | undefined): void => {
    if (value !== undefined) fields.set(field, value);
  };
  const { statusField, people } = store.settings;
  put('email', seed.email);
  put('name', seed.name);
  put('company', seed.company);
  put('owner', seed.ownerId);
  put('score', seed.score);
  put('opted_out', seed.optedOut);
  put('channel', seed.channel);
  put(statusField, seed.status === undefined ? people.get(statusField)?.options.find((option) => option.isDefault)?.value : seed.status);
  for (const [field, value] of toFields(seed.fields)) fields.set(field, value);
  known(store, fields.keys());
  return fields;
}

function addPerson(store: Store, seed: PersonSeed, by: Act): RecordId {
  const object = seed.object ?? store.settings.objects[0] ?? 'contact';
  if (!store.settings.objects.includes(object)) throw new Error(`people of this world are never ${object}`);
  const row: PersonRow = {
    id: (seed.id as RecordId | undefined) ?? store.nextId('P'),
    object,
    createdAt: store.stamp(by.at),
    createdBy: by.actor,
    accountId: (seed.accountId as RecordId | undefined) ?? null,
    otherEmails: seed.otherEmails ?? [],
    crossIds: seed.crossIds ?? [],
    hints: seed.hints ?? new Map(),
    converted: null,
    fields: new Map(),
    own: new Map(seed.own),
    history: new Map(),
  };
  if (store.people.get(row.id) !== undefined) throw new Error(`there is a person ${row.id} already`);
  store.addHistory({ entity: 'person', entityId: row.id, field: 'created', from: null, to: null, actor: by.actor, outcome: null }, by.at);
  store.setFields(row, seedFields(store, seed), by);
  store.putPerson(row, by.at);
  return row.id;
}

function convert(
  store: Store,
  leadId: RecordId,
  options: { readonly deal?: Seed<Deal> },
  by: Act,
): { readonly contactId: RecordId; readonly dealId: RecordId | null } {
  const row = personRow(store, leadId);
  const { objects, convertible, people, statusField, stampPrecision } = store.settings;
  const object = objects.at(-1);
  if (!convertible.has(row.object) || object === undefined || convertible.has(object))
    throw new Error(`a ${row.object} of this world can't be converted`);
  if (row.converted !== null) throw new Error(`${leadId} is converted already`);
  const carried = new Map([...row.fields].filter(([field, value]) => field !== statusField && value !== null));
  const contactId = addPerson(store, { object, status: null, fields: carried, otherEmails: row.otherEmails, hints: row.hints }, by);
  const dealId = options.deal === undefined ? null : addDeal(store, { ...options.deal, people: [contactId] }, by);
  row.converted = { contactId, accountId: row.accountId, dealId, at: store.stamp(by.at), precision: stampPrecision };
  const reached = people.get(statusField)?.options.find((option) => option.converted);
  if (reached !== undefined) store.setFields(row, [[statusField, reached.value]], by);
  store.addHistory(
    { entity: 'person', entityId: leadId, field: 'converted', from: null, to: contactId, actor: by.actor, outcome: null },
    by.at,
  );
  store.putPerson(row, by.at);
  return { contactId, dealId };
}

function merge(store: Store, ids: { readonly winnerId: RecordId; readonly loserId: RecordId }, by: Act): RecordId {
  const winner = personRow(store, ids.winnerId);
  const loser = personRow(store, ids.loserId);
  if (winner === loser) throw new Error('a record cannot be merged with itself');
  const into = store.settings.mergeMakesNewId ? store.nextId('P') : winner.id;
  const row: PersonRow = into === winner.id ? winner : { ...winner, id: into };
  const emails = new Set([...emailsOf(winner), ...emailsOf(loser)]);
  // The winner's values stand; the loser's fill its blanks.
  const filled = [...loser.fields].filter(([field, value]) => value !== null && (row.fields.get(field) ?? null) === null);
  store.setFields(row, filled, by);
  row.otherEmails = [...emails].filter((email) => email !== row.fields.get('email'));
  store.setOwn(
    row.own,
    [...loser.own].filter(([stem]) => !row.own.has(stem)),
  );
  for (const old of new Set([winner.id, loser.id])) {
    if (old === into) continue;
    store.dropPerson(old, { type: 'merged', into }, by.at);
    repoint(store, old, into, by.at);
  }
  store.putPerson(row, by.at);
  return into;
}

function repoint(store: Store, from: RecordId, to: RecordId, at: Instant): void {
  for (const { row } of store.members.rows()) {
    if (row.record.personId !== from) continue;
    row.record = { ...row.record, personId: to };
    store.members.put(row, at);
  }
  for (const { row } of store.dealPeople.rows()) if (row.personId === from) store.putDealPerson({ ...row, personId: to }, at);
  for (const { row } of store.touches.rows()) {
    if (row.personIds.includes(from)) store.touches.put({ ...row, personIds: row.personIds.map((id) => (id === from ? to : id)) }, at);
  }
}

type Part<K extends keyof MemoryWorld> = Pick<MemoryWorld, K>;

function campaignsOf(store: Store, act: Acts): Part<'addCampaign' | 'editCampaign' | 'addMember' | 'editMember'> {
  const { campaigns, members } = store;
  return {
    addCampaign(seed) {
      const { at } = act(seed);
      const record: Campaign = {
        parentId: null,
        crossIds: [],
        channel: null,
        utm: null,
        status: null,
        startsAt: null,
        endsAt: null,
        cost: null,
        currency: null,
        createdAt: store.stamp(at),
        ...plain<Campaign>(seed, ['own']),
        id: idOf(seed, () => store.nextId('C')),
        name: seed.name,
      };
      campaigns.put({ id: record.id, record, own: new Map(seed.own) }, at);
      return record.id;
    },
    editCampaign(id, patch, options) {
      const row = campaigns.get(id)?.row;
      if (row === undefined) throw missing(id);
      row.record = { ...row.record, ...patch };
      campaigns.put(row, act(options).at);
    },
    addMember(seed) {
      const { at } = act(seed);
      const respondedAt = seed.respondedAt ?? null;
      const record: Member = {
        addedAt: store.stamp(at),
        precision: store.settings.stampPrecision,
        status: respondedAt === null ? 'Sent' : 'Responded',
        ...plain<Member>(seed),
        id: idOf(seed, () => store.nextId('M')),
        campaignId: seed.campaignId,
        personId: seed.personId,
        respondedAt,
        responded: seed.responded ?? respondedAt !== null,
      };
      if (campaigns.get(record.campaignId) === undefined) throw missing(record.campaignId);
      if (store.people.get(record.personId) === undefined) throw missing(record.personId);
      members.put({ id: record.id, record, own: new Map() }, at);
      return record.id;
    },
    editMember(id, patch, options) {
      const row = members.get(id)?.row;
      if (row === undefined) throw missing(id);
      row.record = { ...row.record, ...patch };
      members.put(row, act(options).at);
    },
  };
}

function addDeal(store: Store, seed: Seed<Deal> & { readonly people?: readonly RecordId[] }, by: Act): RecordId {
  const outcome = seed.outcome ?? 'open';
  const deal: Deal = {
    name: null,
    crossIds: [],
    accountId: null,
    ownerId: null,
    stage: outcome,
    amount: null,
    type: null,
    reason: null,
    campaignId: null,
    campaignSetByPerson: null,
    channel: null,
    reopened: 0,
    closedPrecision: store.settings.stampPrecision,
    createdAt: store.stamp(by.at),
    closedAt: outcome === 'open' ? null : store.stamp(by.at),
    ...plain<Deal>(seed, ['people']),
    id: idOf(seed, () => store.nextId('D')),
    outcome,
  };
  store.addHistory({ entity: 'deal', entityId: deal.id, field: 'created', from: null, to: deal.stage, actor: by.actor, outcome }, by.at);
  store.putDeal(deal, by.at);
  for (const [at, personId] of (seed.people ?? []).entries()) addDealPerson(store, { dealId: deal.id, personId, primary: at === 0 }, by);
  return deal.id;
}

function addDealPerson(
  store: Store,
  seed: Seed<DealPerson> & { readonly dealId: RecordId; readonly personId: RecordId },
  by: Act,
): RecordId {
  if (store.deals.get(seed.dealId) === undefined) throw missing(seed.dealId);
  const row: DealPerson = {
    role: null,
    primary: false,
    addedAt: store.stamp(by.at),
    ...plain<DealPerson>(seed),
    id: idOf(seed, () => store.nextId('R')),
    dealId: seed.dealId,
    personId: seed.personId,
  };
  store.putDealPerson(row, by.at);
  return row.id;
}

function dealsOf(store: Store, act: Acts): Part<'addDeal' | 'editDeal' | 'addDealPerson'> {
  return {
    addDeal: (seed = {}) => addDeal(store, seed, act(seed)),
    addDealPerson: (seed) => addDealPerson(store, seed, act(seed)),
    editDeal(id, patch, options) {
      const old = store.deals.get(id)?.row;
      if (old === undefined) throw missing(id);
      const { at, actor } = act(options);
      const outcome = patch.outcome ?? old.outcome;
      const stage = patch.stage ?? (outcome === old.outcome ? old.stage : outcome);
      const closedAt = outcome === 'open' ? null : outcome === old.outcome ? old.closedAt : store.stamp(at);
      const reopened = old.reopened + (old.outcome !== 'open' && outcome === 'open' ? 1 : 0);
      if (stage !== old.stage)
        store.addHistory({ entity: 'deal', entityId: id, field: 'stage', from: old.stage, to: stage, actor, outcome }, at);
      store.putDeal({ ...old, closedAt, reopened, ...patch, stage, outcome, id }, at);
    },
  };
}

function plainOf(store: Store, act: Acts): Part<'addTouch' | 'addAccount' | 'addUser' | 'addRate'> {
  return {
    addTouch(seed) {
      const by = act(seed);
      const row: Touch = {
        dealId: null,
        precision: store.settings.stampPrecision,
        kind: 'call',
        direction: 'out',
        result: null,
        campaignId: null,
        occurredAt: store.stamp(by.at),
        ...plain<Touch>(seed),
        actor: by.actor,
        id: idOf(seed, () => store.nextId('T')),
        personIds: seed.personIds,
      };
      store.touches.put(row, by.at);
      return row.id;
    },
    addAccount(seed = {}) {
      const blank = { name: null, domain: null, employees: null, industry: null, country: null };
      const row: Account = { ...blank, ...plain<Account>(seed), id: idOf(seed, () => store.nextId('A')) };
      store.accounts.put(row, act(seed).at);
      return row.id;
    },
    addUser(seed = {}) {
      const blank = { otherId: null, name: null, email: null, active: true, kind: 'person', teams: [], timeZone: null } as const;
      const row: User = { ...blank, ...plain<User>(seed), id: idOf(seed, () => store.nextId('U')) };
      store.users.put(row, act(seed).at);
      return row.id;
    },
    addRate(seed) {
      const blank = { startsAt: 0, corporate: false };
      const row: Rate = {
        ...blank,
        ...plain<Rate>(seed),
        id: idOf(seed, () => store.nextId('X')),
        currency: seed.currency,
        rate: seed.rate,
      };
      store.rates.put(row, act(seed).at);
      return row.id;
    },
  };
}

function idOf(seed: { readonly id?: string }, next: () => RecordId): RecordId {
  return (seed.id as RecordId | undefined) ?? next();
}

/** The record's own members of a seed: without who and when, and without `more`. Undefined counts as left out. */
function plain<R extends { readonly id: RecordId }>(seed: Seed<R>, more: readonly string[] = []): Partial<R> {
  const left = new Set(['at', 'actor', 'id', ...more]);
  return Object.fromEntries(Object.entries(seed).filter(([name, value]) => value !== undefined && !left.has(name))) as Partial<R>;
}
