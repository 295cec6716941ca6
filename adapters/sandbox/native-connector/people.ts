import type { Clock, Random } from '../../../src/ports.ts';
import type { NativeConnectorSettings } from './options.ts';
import type { Contact, Change, HubspotPortal } from './portal.ts';
import type { OrgField, Person, PersonObject, SalesforceOrg } from './org.ts';
import type { Owners } from './owners.ts';
import { decide } from './rules.ts';
import { groupOf, remember, type Link, type Memory } from './state.ts';

/** What a sync of people works with. */
export interface Desk {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: NativeConnectorSettings;
  readonly portal: HubspotPortal;
  readonly org: SalesforceOrg;
  readonly memory: Memory;
  readonly owners: Owners;
}

/** A contact and the Salesforce record it syncs with. */
export interface Pair {
  readonly contact: Contact;
  readonly person: Person;
}

/** What both sides have to take, and what they agree on then. */
interface Work {
  readonly pair: Pair;
  readonly toHubspot: Record<string, string>;
  readonly toSalesforce: Record<string, unknown>;
  readonly synced: Map<string, string>;
}

/** A problem with a contact, or with a Salesforce record that has none. */
export function note(
  desk: Desk,
  about: { readonly contactId: string | null; readonly salesforceId: string | null },
  problem: { readonly code: string; readonly message: string },
): void {
  desk.memory.errors.set(about.contactId ?? about.salesforceId ?? '', {
    at: desk.clock.now(),
    ...about,
    group: groupOf(problem.code),
    ...problem,
  });
}

/**
 * Syncs the fields of linked people, by their rules. A record that one side refuses stays as it is on both, with a sync
 * error. What was linked otherwise before is linked to the given record now.
 */
export async function syncPairs(desk: Desk, pairs: readonly Pair[]): Promise<void> {
  const { memory } = desk;
  const shapes = { Lead: await desk.org.fields('Lead'), Contact: await desk.org.fields('Contact') };
  const edits = await editTimes(desk, pairs);
  const works = pairs.map((pair) => workOf(desk, pair, { fields: shapes[pair.person.object], edits }));
  for (const { pair } of works) {
    const before = memory.links.get(pair.contact.id);
    const synced = before?.id === pair.person.id ? before.synced : new Map<string, string>();
    remember(memory, pair.contact.id, { object: pair.person.object, id: pair.person.id, synced });
  }
  const refused = await writeSalesforce(desk, works);
  const changes = works
    .filter(({ pair }) => !refused.has(pair.contact.id))
    .map((work): Change => ({ id: work.pair.contact.id, properties: { ...work.toHubspot, ...marks(desk, work.pair) } }));
  const written = await desk.portal.update('contacts', changes);
  for (const { pair, synced } of works) {
    const about = { contactId: pair.contact.id, salesforceId: pair.person.id };
    const words = written.refused.get(pair.contact.id);
    if (words !== undefined) note(desk, about, { code: 'HUBSPOT', message: words });
    else if (!refused.has(pair.contact.id)) {
      memory.errors.delete(pair.contact.id);
      remember(memory, pair.contact.id, { object: pair.person.object, id: pair.person.id, synced });
    }
  }
}

/** The properties by which HubSpot shows what a contact syncs with. */
function marks(desk: Desk, { person }: Pair): Record<string, string> {
  const account = person.object === 'Contact' ? person.value('AccountId') : '';
  return {
    ...(person.object === 'Lead'
      ? { salesforceleadid: person.id, salesforcecontactid: '' }
      : { salesforcecontactid: person.id, ...(account === '' ? {} : { salesforceaccountid: account }) }),
    salesforceownerid: person.value('OwnerId'),
    salesforcelastsynctime: new Date(desk.clock.now()).toISOString(),
  };
}

interface Known {
  readonly fields: ReadonlyMap<string, OrgField>;
  readonly edits: ReadonlyMap<string, number>;
}

function workOf(desk: Desk, pair: Pair, known: Known): Work {
  const { contact, person } = pair;
  const before = desk.memory.links.get(contact.id);
  const link = before?.id === person.id ? before : undefined;
  const work: Work = { pair, toHubspot: {}, toSalesforce: {}, synced: new Map() };
  for (const { hubspot, salesforce, rule } of desk.settings.fields) {
    const field = known.fields.get(salesforce);
    if (field === undefined) continue;
    const ours = contact.value(hubspot);
    const theirs = inHubspotWords(desk, hubspot, person.value(salesforce));
    // An owner whom the other side doesn't know can't be passed on.
    if (theirs === null) continue;
    let verdict = decide(rule, { hubspot: ours, salesforce: theirs, synced: link?.synced.get(hubspot) });
    const firstOwner = hubspot === 'hubspot_owner_id' && link === undefined;
    if (verdict === 'newer') {
      const edited = known.edits.get(`${contact.id} ${hubspot}`) ?? Number.NEGATIVE_INFINITY;
      verdict =
        firstOwner || (theirs !== '' && edited < person.modifiedAt) || edited === Number.NEGATIVE_INFINITY ? 'to-hubspot' : 'to-salesforce';
    }
    work.synced.set(hubspot, theirs);
    if (verdict === 'to-hubspot') work.toHubspot[hubspot] = theirs;
    if (verdict === 'to-salesforce' && field.writable) {
      const value = inSalesforceWords(desk, { property: hubspot, value: ours, type: field.type });
      if (value === undefined) continue;
      work.toSalesforce[salesforce] = value;
      work.synced.set(hubspot, ours);
    }
  }
  return work;
}

/** A Salesforce value in HubSpot's words; null: it has none. */
function inHubspotWords(desk: Desk, property: string, value: string): string | null {
  if (property !== 'hubspot_owner_id') return value;
  return desk.owners.ownerOf(value);
}

/** A HubSpot value as Salesforce takes it; undefined: it can't be passed on. */
function inSalesforceWords(
  desk: Desk,
  { property, value, type }: { readonly property: string; readonly value: string; readonly type: string },
): string | number | boolean | null | undefined {
  if (property === 'hubspot_owner_id') return desk.owners.userOf(value) ?? undefined;
  if (type === 'boolean') return value === 'true';
  if (value === '') return null;
  const number = type === 'int' || type === 'double' || type === 'currency' || type === 'percent';
  return number && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** When two-way properties were edited last, where both sides may have been edited. */
async function editTimes(desk: Desk, pairs: readonly Pair[]): Promise<ReadonlyMap<string, number>> {
  const twoWay = desk.settings.fields.filter((field) => field.rule === 'two-way');
  const disputed = pairs.filter(({ contact, person }) => {
    const link = desk.memory.links.get(contact.id);
    return twoWay.some(({ hubspot, salesforce }) => {
      const theirs = inHubspotWords(desk, hubspot, person.value(salesforce));
      const synced = link?.id === person.id ? link.synced.get(hubspot) : undefined;
      return theirs !== null && decide('two-way', { hubspot: contact.value(hubspot), salesforce: theirs, synced }) === 'newer';
    });
  });
  if (disputed.length === 0) return new Map();
  return desk.portal.editedAt(
    disputed.map(({ contact }) => contact.id),
    twoWay.map((field) => field.hubspot),
  );
}

async function writeSalesforce(desk: Desk, works: readonly Work[]): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  // One object after the other: a change of type begins a new chunk of a collection.
  for (const object of ['Lead', 'Contact'] satisfies readonly PersonObject[]) {
    const mine = works.filter((work) => work.pair.person.object === object && Object.keys(work.toSalesforce).length > 0);
    const records = mine.map((work) => ({ attributes: { type: object }, id: work.pair.person.id, ...work.toSalesforce }));
    const outcomes = await desk.org.write('PATCH', records);
    for (const [index, work] of mine.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || !('code' in outcome)) continue;
      refused.add(work.pair.contact.id);
      note(desk, { contactId: work.pair.contact.id, salesforceId: work.pair.person.id }, outcome);
    }
  }
  return refused;
}

/** Makes a Salesforce record of each contact: with the mapped owner where both sides know the person, else by the assignment rule. */
export async function createInSalesforce(desk: Desk, contacts: readonly Contact[]): Promise<void> {
  const object = desk.settings.createAs;
  const fields = await desk.org.fields(object);
  const drafts = contacts.map((contact) => {
    const record: Record<string, unknown> = { attributes: { type: object } };
    const synced = new Map<string, string>();
    for (const { hubspot, salesforce, rule } of desk.settings.fields) {
      const field = fields.get(salesforce);
      const ours = contact.value(hubspot);
      if (field === undefined || rule === 'dont-sync' || rule === 'always-use-salesforce' || ours === '') continue;
      const value = inSalesforceWords(desk, { property: hubspot, value: ours, type: field.type });
      if (value === undefined) continue;
      record[salesforce] = value;
      synced.set(hubspot, ours);
    }
    return { contact, record, synced };
  });
  const made: { readonly contact: Contact; readonly link: Link }[] = [];
  for (const owned of [true, false]) {
    const mine = drafts.filter(({ record }) => 'OwnerId' in record === owned);
    const outcomes = await desk.org.write(
      'POST',
      mine.map(({ record }) => record),
      !owned,
    );
    for (const [index, { contact, synced }] of mine.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if ('code' in outcome) note(desk, { contactId: contact.id, salesforceId: null }, outcome);
      else made.push({ contact, link: { object, id: outcome.id, synced } });
    }
  }
  for (const { contact, link } of made) remember(desk.memory, contact.id, link);
  // What Salesforce filled in by itself, the owner and the status, comes back at once.
  const ids = made.map(({ link }) => link.id);
  const people = new Map((await desk.org.byIds(object, ids)).map((person) => [person.id, person]));
  const pairs = made.flatMap(({ contact, link }) => {
    const person = people.get(link.id);
    return person === undefined ? [] : [{ contact, person }];
  });
  await syncPairs(desk, pairs);
}

/** Makes a HubSpot contact of each Salesforce record. Records without an address are left alone: contacts are told apart by it. */
export async function createInHubspot(desk: Desk, people: readonly Person[]): Promise<void> {
  const inputs = people.map((person) => {
    const properties: Record<string, string> = {};
    for (const { hubspot, salesforce, rule } of desk.settings.fields) {
      const value = inHubspotWords(desk, hubspot, person.value(salesforce));
      if (rule !== 'dont-sync' && value !== null && value !== '') properties[hubspot] = value;
    }
    return { id: person.id, properties: { ...properties, email: person.value('Email') } };
  });
  const { ids, refused } = await desk.portal.create('contacts', inputs);
  for (const [salesforceId, message] of refused) note(desk, { contactId: null, salesforceId }, { code: 'HUBSPOT', message });
  const contacts = new Map((await desk.portal.byId([...ids.values()])).map((contact) => [contact.id, contact]));
  const pairs = people.flatMap((person) => {
    desk.memory.errors.delete(refused.has(person.id) ? '' : person.id);
    const contact = contacts.get(ids.get(person.id) ?? '');
    return contact === undefined ? [] : [{ contact, person }];
  });
  await syncPairs(desk, pairs);
}
