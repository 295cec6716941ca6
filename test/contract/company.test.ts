import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { sandbox, type CompanyTruth, type Sandbox } from 'truce/sandbox';
import type { Crm, Stream, StreamRecords } from '../../src/crm.ts';
import type { RecordId } from '../../src/model/words.ts';
import { drain } from '../../src/testing/steps.ts';
import { portsOn } from './sandbox-harness.ts';

let box: Sandbox;
let truth: CompanyTruth;
let marketing: Crm;
let sales: Crm;

beforeAll(async () => {
  box = await sandbox({ people: 300, clock: 'virtual', limits: 'published' });
  if (box.company === null) throw new Error('there is a company');
  truth = box.company;
  const ports = portsOn(box);
  marketing = hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }).connect(ports);
  sales = salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }).connect(ports);
});

afterAll(async () => {
  await marketing.close();
  await sales.close();
  await box.close();
});

const fieldsOf = (crm: Crm): string => (crm === marketing ? 'hs_lead_status' : 'Status');

/** All records of a stream, each once. */
async function records<S extends Stream>(crm: Crm, stream: S): Promise<readonly StreamRecords[S][]> {
  const { events } = await drain(crm, stream, null, { fields: [fieldsOf(crm)], historyFields: [fieldsOf(crm)] });
  const byId = new Map(events.flatMap((event) => (event.type === 'upsert' ? [[event.id, event.record] as const] : [])));
  return [...byId.values()];
}

describe('both adapters find in the company what was put there', () => {
  test('everybody, on the side where they are kept, with two leads where there are two', async () => {
    const [contacts, people] = [await records(marketing, 'people'), await records(sales, 'people')];
    expect(contacts).toHaveLength(truth.homes.marketing + truth.homes.both);
    const leads = people.filter((person) => person.object === 'Lead');
    expect(leads).toHaveLength(truth.homes.both + truth.homes.sales + truth.duplicates);
    expect(leads.filter((lead) => lead.converted !== null)).toHaveLength(truth.converted);
    expect(people).toHaveLength(leads.length + truth.converted);
    const addresses = leads.flatMap((lead) => lead.emails);
    expect(addresses.length - new Set(addresses).size).toBe(truth.duplicates);
    const known = new Set(contacts.flatMap((contact) => contact.emails));
    const both = new Set(addresses.filter((address) => known.has(address)));
    expect(both.size).toBeGreaterThanOrEqual(truth.homes.both - truth.malformedEmails);
    expect(both.size).toBeLessThanOrEqual(truth.homes.both);
  });

  test('every deal with its outcome, its reason where somebody gave one, and its people where somebody named them', async () => {
    const deals = await records(sales, 'deals');
    const count = (outcome: string): number => deals.filter((deal) => deal.outcome === outcome).length;
    expect({ open: count('open'), won: count('won'), lost: count('lost') }).toEqual({
      open: truth.deals.open,
      won: truth.deals.won,
      lost: truth.deals.lost,
    });
    expect(deals.filter((deal) => deal.reason !== null)).toHaveLength(truth.deals.lostWithReason);
    expect(deals.every((deal) => (deal.outcome === 'open') === (deal.closedAt === null))).toBe(true);
    const named = new Set((await records(sales, 'deal-people')).map((part) => part.dealId));
    expect(deals.filter((deal) => !named.has(deal.id))).toHaveLength(truth.deals.withoutRole);
    const shop = await records(marketing, 'deals');
    expect(shop.map((deal) => deal.outcome)).toEqual(Array.from({ length: truth.purchases }, () => 'won'));
  });

  test('who was never followed up, from the touches that either side keeps', async () => {
    const contacts = await records(marketing, 'people');
    const people = await records(sales, 'people');
    const emailOf = new Map([...contacts, ...people].map((person) => [person.id, person.emails[0]] as const));
    const touched = new Set<string | undefined>();
    for (const crm of [marketing, sales]) {
      for (const touch of await records(crm, 'touches')) {
        if (touch.direction !== 'out' || touch.actor.kind !== 'human') continue;
        for (const id of touch.personIds) touched.add(emailOf.get(id));
      }
    }
    const month = 30 * 86_400_000;
    const leads = people.filter((person) => person.object === 'Lead' && person.emails.length > 0);
    // The first lead of an address that marketing knows is the handover.
    const known = new Set(contacts.flatMap((contact) => contact.emails));
    const handed = [...Map.groupBy(leads, (lead) => lead.emails[0])].flatMap(([email, of]) => {
      const at = Math.min(...of.map((lead) => lead.createdAt));
      return email !== undefined && known.has(email) && at <= box.clock.now() - month ? [email] : [];
    });
    const untouched = handed.filter((email) => !touched.has(email)).length;
    // Mistyped addresses can't be matched across the sides: they make the only difference.
    expect(Math.abs(untouched - truth.attempts.none)).toBeLessThanOrEqual(truth.malformedEmails + 1);
    expect(untouched / handed.length).toBeGreaterThan(0.25);
  });

  test('every campaign of both sides, with the people it brought', async () => {
    const campaigns = await records(marketing, 'campaigns');
    expect(campaigns.map((campaign) => campaign.name).toSorted()).toEqual(truth.campaigns.map((campaign) => campaign.name).toSorted());
    const members = Map.groupBy(await records(marketing, 'members'), (member) => member.campaignId);
    for (const { name, people } of truth.campaigns) {
      const id = campaigns.find((campaign) => campaign.name === name)?.id as RecordId;
      // More people took part than it brought.
      expect(members.get(id)?.length ?? 0, name).toBeGreaterThanOrEqual(people);
    }
    const theirs = await records(sales, 'campaigns');
    expect(new Set(theirs.map((campaign) => campaign.name))).toEqual(new Set(truth.campaigns.flatMap((campaign) => campaign.salesNames)));
  });

  test('and meet no published limit, however much they ask', async () => {
    const began = box.clock.now();
    for (let count = 0; count < 250; count += 1) await marketing.read('person', [{ email: `nobody-${count}@example.com` }], { fields: [] });
    // A window takes 190 calls in ten seconds; time passes only while an adapter waits for its turn.
    expect(box.clock.now() - began).toBeGreaterThanOrEqual(9_000);
    expect(box.clock.now() - began).toBeLessThan(25_000);
    const refused = box.calls.counts().filter((count) => count.statuses['429'] !== undefined || count.statuses['403'] !== undefined);
    expect(refused).toEqual([]);
    expect(box.calls.totals().hubspot.integration).toBeGreaterThan(250);
  });
});
