import { joinChosenCampaigns } from './campaigns.ts';
import type { Contact } from './portal.ts';
import type { Person, PersonObject } from './org.ts';
import { createInHubspot, createInSalesforce, syncPairs, type Desk, type Pair } from './people.ts';
import { forget } from './state.ts';

/** Who may sync: the members of the inclusion list; null: everybody. */
type Included = ReadonlySet<string> | null;

async function included(desk: Desk): Promise<Included> {
  return desk.settings.inclusionList === null ? null : desk.portal.members(desk.settings.inclusionList);
}

/** Contacts of these that may sync and of which a mapped property was edited since their last sync; those who joined the inclusion list too. */
export async function fromHubspot(desk: Desk, changed: readonly Contact[], joined: ReadonlySet<string>): Promise<void> {
  const scope = await included(desk);
  const may = changed.filter((contact) => contact.value('email') !== '' && (scope === null || scope.has(contact.id)));
  const linked: Contact[] = [];
  const strangers: Contact[] = [];
  for (const contact of may) {
    const link = desk.memory.links.get(contact.id);
    if (link === undefined) strangers.push(contact);
    else if (joined.has(contact.id) || desk.settings.fields.some(({ hubspot }) => edited(link.synced, hubspot, contact)))
      linked.push(contact);
  }
  await syncPairs(desk, await partners(desk, linked));
  await meetStrangers(desk, strangers);
  if (desk.settings.campaigns) await joinChosenCampaigns(desk, may);
}

function edited(synced: ReadonlyMap<string, string>, property: string, contact: Contact): boolean {
  const before = synced.get(property);
  return before !== undefined && before !== contact.value(property);
}

/** The Salesforce records that contacts are linked to, as they are now. */
async function partners(desk: Desk, contacts: readonly Contact[]): Promise<readonly Pair[]> {
  const people = new Map<string, Person>();
  for (const object of ['Lead', 'Contact'] satisfies readonly PersonObject[]) {
    const ids = contacts.flatMap((contact) => {
      const link = desk.memory.links.get(contact.id);
      return link?.object === object ? [link.id] : [];
    });
    for (const person of await desk.org.byIds(object, ids)) people.set(person.id, person);
  }
  return contacts.flatMap((contact) => {
    const person = people.get(desk.memory.links.get(contact.id)?.id ?? '');
    return person === undefined || person.converted ? [] : [{ contact, person }];
  });
}

/**
 * Contacts that never synced. One with the address of Salesforce records syncs with one of them, and no rule says which;
 * the others become a record there, unless they only subscribed. A person under another address is a stranger too: this is
 * how duplicates come about.
 * @source https://knowledge.hubspot.com/salesforce/duplicate-salesforce-leads-or-contacts-syncing-to-hubspot (checked 2026-11)
 */
async function meetStrangers(desk: Desk, contacts: readonly Contact[]): Promise<void> {
  if (contacts.length === 0) return;
  const found = await desk.org.byEmail(contacts.map((contact) => contact.value('email')));
  const byEmail = Map.groupBy(found, (person) => person.value('Email').toLowerCase());
  const pairs: Pair[] = [];
  const alone: Contact[] = [];
  for (const contact of contacts) {
    const candidates = byEmail.get(contact.value('email').toLowerCase()) ?? [];
    const person = candidates[Math.floor(desk.random.next() * candidates.length)];
    if (person !== undefined) pairs.push({ contact, person });
    else if (contact.value('lifecyclestage') !== 'subscriber') alone.push(contact);
  }
  await syncPairs(desk, pairs);
  if (desk.settings.createLeads) await createInSalesforce(desk, alone);
}

/**
 * Leads and contacts that changed in Salesforce, oldest change first. A contact follows whichever record with its address
 * was changed last; records nobody knows become contacts.
 * @param since records made after it are new: the inclusion list does not keep them out
 */
export async function fromSalesforce(desk: Desk, people: readonly Person[], since: number): Promise<void> {
  const { memory, settings } = desk;
  const live = people.filter((person) => !person.converted && person.value('Email') !== '');
  const emails = live.filter((person) => !memory.contactOf.has(person.id)).map((person) => person.value('Email').toLowerCase());
  const known = await desk.portal.byId(live.flatMap((person) => memory.contactOf.get(person.id) ?? []));
  const byId = new Map(known.map((contact) => [contact.id, contact]));
  const byEmail = new Map((await desk.portal.byEmail(emails)).map((contact) => [contact.value('email').toLowerCase(), contact]));
  const scope = await included(desk);
  const pairs = new Map<string, Pair>();
  const unknown = new Map<string, Person>();
  for (const person of live) {
    const email = person.value('Email').toLowerCase();
    const contact = byId.get(memory.contactOf.get(person.id) ?? '') ?? byEmail.get(email);
    if (contact === undefined) unknown.set(email, person);
    else if (scope === null || scope.has(contact.id) || person.createdAt >= since) pairs.set(contact.id, { contact, person });
  }
  await syncPairs(desk, [...pairs.values()]);
  if (settings.createContacts) await createInHubspot(desk, [...unknown.values()]);
}

/** Contacts whose Salesforce record went to the recycle bin say so, and sync with nothing. */
export async function dropDeleted(desk: Desk, object: PersonObject, since: number): Promise<void> {
  const gone = (await desk.org.deleted(object, since)).flatMap((id) => forget(desk.memory, id) ?? []);
  await desk.portal.update(
    'contacts',
    gone.map((id) => ({ id, properties: { salesforcedeleted: 'true' } })),
  );
}
