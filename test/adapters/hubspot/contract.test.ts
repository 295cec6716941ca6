import type { ContractHarness, ContractWorld } from 'truce/testing';
import type { RecordId } from '../../../src/model/words.ts';
import { runContract } from '../../contract/run-contract.ts';
import { openPortal } from './portal.ts';
import type { Portal } from './portal.ts';

const contacts = '/crm/v3/objects/contacts';

interface Saved {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

/** The portal as its users work on it: over HTTP with a person's token; only bulk comes by seed. */
function worldOf(portal: Portal): ContractWorld {
  const { half, clock, user } = portal;
  const una = half.seed.owner({ email: 'una@example.com', firstName: 'Una', lastName: 'User' });
  const stages = (): Promise<unknown> => user('GET', '/crm/v3/pipelines/deals');
  const create = async (type: string, properties: Record<string, string>): Promise<RecordId> => {
    const made = (await user('POST', `/crm/v3/objects/${type}`, { properties })) as Saved;
    return made.id as RecordId;
  };
  const read = async (id: RecordId, property: string): Promise<string | null> => {
    const found = (await user('GET', `${contacts}/${id}?properties=${property}`)) as Saved;
    return found.properties[property] ?? null;
  };
  return {
    userId: null,
    addPerson: ({ email, status }) => create('contacts', { email, ...(status === undefined ? {} : { hs_lead_status: status }) }),
    addPeople: (count, prefix) => {
      const at = clock.now();
      const source = { type: 'CRM_UI', userId: una.userId };
      const make = (index: number): RecordId =>
        half.seed.record('contacts', { email: `${prefix}-${index}@example.com` }, { at, source }) as RecordId;
      return Promise.resolve(Array.from({ length: count }, (_, index) => make(index)));
    },
    edit: async (id, field, value) => void (await user('PATCH', `${contacts}/${id}`, { properties: { [field]: value ?? '' } })),
    remove: async (id) => void (await user('DELETE', `${contacts}/${id}`)),
    merge: async (winner, loser) => {
      const merged = (await user('POST', `${contacts}/merge`, { primaryObjectId: winner, objectIdToMerge: loser })) as Saved;
      return merged.id as RecordId;
    },
    addAccount: (name) => create('companies', { name }),
    addCampaign: async (name) => {
      const made = (await user('POST', '/marketing/v3/campaigns', { properties: { hs_name: name } })) as Saved;
      return made.id as RecordId;
    },
    addMember: async (campaignId, personId) => {
      const found = (await user('GET', `/marketing/v3/campaigns/${campaignId}?properties=hs_object_id`)) as Saved;
      half.seed.associate('campaigns', found.properties['hs_object_id'] ?? '', 'contacts', personId);
    },
    addWonDeal: async (personId) => {
      const { results } = (await stages()) as { results: { stages: { id: string; metadata: Record<string, string> }[] }[] };
      const all = results.flatMap((pipeline) => pipeline.stages);
      const open = all.find((stage) => stage.metadata['isClosed'] !== 'true')?.id ?? '';
      const won = all.find((stage) => stage.metadata['isClosed'] === 'true' && Number(stage.metadata['probability']) === 1)?.id ?? '';
      const id = await create('deals', { dealname: 'Won', dealstage: open, amount: '100' });
      await user('PUT', `/crm/v4/objects/deals/${id}/associations/default/contacts/${personId}`);
      await clock.advance(1000);
      await user('PATCH', `/crm/v3/objects/deals/${id}`, { properties: { dealstage: won } });
      return id;
    },
    addCall: async (personId) => {
      const id = await create('calls', { hs_timestamp: new Date(clock.now()).toISOString(), hs_call_direction: 'OUTBOUND' });
      await user('PUT', `/crm/v4/objects/calls/${id}/associations/default/contacts/${personId}`);
      return id;
    },
    value: async (id, field) => {
      const value = await read(id, field);
      return value === '' ? null : value;
    },
    countByEmail: async (email) => {
      await clock.advance(60_000);
      const filters = [{ propertyName: 'email', operator: 'EQ', value: email }];
      const found = (await user('POST', `${contacts}/search`, { filterGroups: [{ filters }] })) as { total: number };
      return found.total;
    },
    advance: (ms) => clock.advance(ms),
  };
}

runContract('hubspot, over the imitation', ({ provisioned }) => {
  const portal = openPortal({ provisioned });
  const harness: ContractHarness = {
    connect: () => Promise.resolve(portal.connect()),
    world: worldOf(portal),
    statusField: 'hs_lead_status',
    statuses: ['NEW', 'IN_PROGRESS', 'UNQUALIFIED'],
    textField: 'message',
    object: 'contact',
    newPerson: (email) => new Map([['email', email]]),
    sizes: { equalStamps: 10_500, pages: 230 },
    sharedEmails: false,
  };
  return Promise.resolve({ harness, close: () => Promise.resolve() });
});
