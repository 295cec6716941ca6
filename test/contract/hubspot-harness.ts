import { hubspot } from 'truce/hubspot';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import { parts, type Ask, type VendorHarness } from './sandbox-harness.ts';

interface Contact {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

const CONTACTS = '/crm/v3/objects/contacts';

/** A portal that knows no lead status yet is a portal of before 2010: these three are stock options. */
export const hubspotVendor: VendorHarness = {
  factory: (box) => hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }),
  url: (box) => box.hubspot.url,
  userToken: (box) => box.hubspot.userToken,
  writes: { method: 'POST', path: '/objects/.*contacts/batch/(update|create|upsert)' },
  traits: {
    statusField: 'hs_lead_status',
    statuses: ['NEW', 'IN_PROGRESS', 'UNQUALIFIED'],
    textField: 'jobtitle',
    object: 'contact',
    newPerson: (email) => new Map([['email', email]]),
    sizes: { equalStamps: 10_050, pages: 230 },
    sharedEmails: false,
    convertsLeads: false,
  },
  async world(ask) {
    const create = async (
      type: string,
      properties: Record<string, string>,
      to?: { readonly id: string; readonly typeId: number },
    ): Promise<RecordId> => {
      const associations =
        to === undefined ? [] : [{ to: { id: to.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: to.typeId }] }];
      return ((await ask('POST', `/crm/v3/objects/${type}`, { properties, associations })) as { id: RecordId }).id;
    };
    return {
      userId: await actingUser(ask),
      addPerson: ({ email, status }) => create('contacts', { email, ...(status === undefined ? {} : { hs_lead_status: status }) }),
      async addPeople(count, prefix) {
        const ids: RecordId[] = [];
        const inputs = Array.from({ length: count }, (_, at) => ({ properties: { email: `${prefix}-${at}@example.com` } }));
        for (const part of parts(inputs, 100)) {
          const { results } = (await ask('POST', `${CONTACTS}/batch/create`, { inputs: part })) as { results: Contact[] };
          const byEmail = new Map(results.map((result) => [result.properties['email'], result.id]));
          ids.push(...part.map((input) => byEmail.get(input.properties.email) as RecordId));
        }
        return ids;
      },
      edit: async (id, field, value) => void (await ask('PATCH', `${CONTACTS}/${id}`, { properties: { [field]: value ?? '' } })),
      remove: async (id) => void (await ask('DELETE', `${CONTACTS}/${id}`)),
      async merge(winner, loser) {
        const merged = (await ask('POST', `${CONTACTS}/merge`, { primaryObjectId: winner, objectIdToMerge: loser })) as Contact;
        return merged.id as RecordId;
      },
      addAccount: (name) => create('companies', { name }),
      addCampaign: async (name) =>
        ((await ask('POST', '/marketing/v3/campaigns', { properties: { hs_name: name } })) as { id: RecordId }).id,
      async addMember(campaignId, personId) {
        // Associations want the campaign's id of the CRM API, not its GUID.
        const campaign = (await ask('GET', `/marketing/v3/campaigns/${campaignId}?properties=hs_object_id`)) as Contact;
        await ask('PUT', `/crm/v4/objects/contacts/${personId}/associations/default/campaigns/${campaign.properties['hs_object_id']}`);
      },
      addWonDeal: (personId) =>
        create('deals', { dealname: 'Example', pipeline: 'default', dealstage: 'closedwon', amount: '1000' }, { id: personId, typeId: 3 }),
      addCall: (personId) =>
        create(
          'calls',
          { hs_timestamp: '2026-03-02T09:00:00Z', hs_call_direction: 'OUTBOUND', hs_call_status: 'COMPLETED' },
          { id: personId, typeId: 194 },
        ),
      async value(id, field): Promise<FieldValue> {
        const contact = (await ask('GET', `${CONTACTS}/${id}?properties=${field}`)) as Contact;
        return contact.properties[field] ?? null;
      },
      async restriction() {
        const list = { name: 'Inside', objectTypeId: '0-1', processingType: 'MANUAL' };
        const { listId } = ((await ask('POST', '/crm/v3/lists', list)) as { list: { listId: string } }).list;
        const touch = (id: string): Promise<unknown> => ask('PATCH', `${CONTACTS}/${id}`, { properties: { jobtitle: `moved ${id}` } });
        const move = (how: 'add' | 'remove', id: string): Promise<unknown> =>
          ask('PUT', `/crm/v3/lists/${listId}/memberships/${how}`, [id]);
        return {
          scope: 'Inside',
          enter: async (id) => void (await move('add', id)),
          // Who is taken off a manual list is noticed at the next change.
          leave: async (id) => void [await move('remove', id), await touch(id)],
        };
      },
      async countByEmail(email) {
        try {
          await ask('GET', `${CONTACTS}/${encodeURIComponent(email)}?idProperty=email`);
          return 1; // e-mail addresses are unique in HubSpot
        } catch (error) {
          if ((error as { status?: number }).status === 404) return 0;
          throw error;
        }
      },
    };
  },
};

/** The user behind the user's token is the account's first one. Histories name users by user id, not by owner id. */
async function actingUser(ask: Ask): Promise<RecordId> {
  const { results } = (await ask('GET', '/crm/v3/owners?limit=100')) as { results: { userId: number }[] };
  return String(results[0]?.userId) as RecordId;
}
