import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { departures, deserialised, endpointsOf } from './client-models.ts';
import { dig, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const MODELS = '@hubspot/api-client lib/codegen/crm/objects/models/SimplePublicObjectWithAssociations';
const PROPERTIES = '@hubspot/api-client lib/codegen/crm/properties/models/Property';
const PIPELINES = '@hubspot/api-client lib/codegen/crm/pipelines/models/Pipeline';
const OWNERS = '@hubspot/api-client lib/codegen/crm/owners/models/PublicOwner';
const ASSOCIATIONS = '@hubspot/api-client lib/codegen/crm/associations/v4/models/PublicAssociationMultiWithLabel';
const LISTS = '@hubspot/api-client lib/codegen/crm/lists/models/PublicObjectList';
const ERRORS = '@hubspot/api-client lib/codegen/crm/objects/models/ModelError';

/**
 * Where recorded answers depart from the generated models: `url` came after the client (OpenAPI of 2026-08-21), entries
 * of `errors` leave out what the model calls required, an association without a label says null, and the two 404 and
 * 405 of unknown paths and methods have no category.
 */
const KNOWN_DEPARTURES = new Set([
  ...['SimplePublicObject', 'SimplePublicObjectWithAssociations', 'SimplePublicUpsertObject'].map((type) => `${type} has no url`),
  'StandardError needs links',
  'StandardError needs errors',
  'AssociationSpecWithLabel.label is null',
  'Property has no dataSensitivity',
  'ModelError has no status',
]);

interface Checked {
  readonly portal: TestPortal;
  /** Sends and compares the answer with what the client's endpoint of that path expects. */
  readonly check: (line: string, body?: unknown) => Promise<Reply>;
  /** Endpoints and statuses that were compared. */
  readonly seen: Set<string>;
}

function checked(...modules: readonly string[]): Checked {
  const portal = testPortal();
  const endpoints = modules.flatMap(endpointsOf);
  const seen = new Set<string>();
  return {
    portal,
    seen,
    check: async (line, body) => {
      const reply = await portal.send(line, body);
      const [method, url = ''] = line.split(' ');
      const path = url.replace(/\?.*$/, '');
      const endpoint = endpoints.find((one) => one.method === method && one.path.test(path));
      if (endpoint === undefined) throw new Error(`the client has no endpoint ${line}`);
      const type = endpoint.types.get(reply.status) ?? (reply.status >= 400 ? 'ModelError' : undefined);
      if (type === undefined) throw new Error(`the client knows no status ${reply.status} of ${line}: ${reply.text.slice(0, 300)}`);
      seen.add(`${method} ${endpoint.template} ${reply.status}`);
      if (type === 'void') expect(reply.text).toBe('');
      else {
        const found = departures(endpoint.module, type, reply.body).filter((one) => !KNOWN_DEPARTURES.has(one));
        expect([line, reply.status, type, ...new Set(found)]).toEqual([line, reply.status, type]);
        expect(() => deserialised(endpoint.module, type, reply.body)).not.toThrow();
      }
      return reply;
    },
  };
}

const at = { hs_timestamp: String(START) };
const hubspot = (associationTypeId: number): object[] => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }];

/** Plural name, module of the client, and the properties of a new record. */
const TYPES = [
  ['contacts', 'contacts', { email: 'ann@acme.example', hs_lead_status: 'NEW' }],
  ['companies', 'companies', { name: 'Acme' }],
  ['deals', 'deals', { dealname: 'Big', dealstage: 'closedwon', amount: '10' }],
  ['leads', 'objects', { hs_lead_name: 'Ann' }],
  ['calls', 'objects/calls', at],
  ['emails', 'objects/emails', at],
  ['meetings', 'objects/meetings', at],
  ['tasks', 'objects/tasks', at],
  ['notes', 'objects/notes', at],
  ['communications', 'objects/communications', at],
] as const;

describe('the shapes of answers, held against the classes of HubSpot’s client', () => {
  conforms({ known: 'specified', source: MODELS }, 'records of every type: create, get, list, update, search and archive', async () => {
    for (const [plural, module, properties] of TYPES) {
      const { check, portal } = checked(module);
      const contact = portal.half.seed.record('contacts', { email: 'z@acme.example' }, { at: START });
      const associations = plural === 'leads' ? [{ to: { id: contact }, types: hubspot(578) }] : [];
      const path = `/crm/v3/objects/${plural}`;
      const id = text(await check(`POST ${path}`, { properties, associations }), 'id');
      portal.half.seed.associate(plural, id, 'contacts', contact);
      const [name = ''] = Object.keys(properties);
      await check(`GET ${path}/${id}?properties=${name}&propertiesWithHistory=${name}&associations=contacts`);
      await check(`GET ${path}?limit=1&propertiesWithHistory=${name}&associations=contacts`);
      await check(`PATCH ${path}/${id}`, { properties });
      await check(`POST ${path}/search`, { limit: 1, properties: [name, 'hubspot_owner_id'] });
      await check(`DELETE ${path}/${id}`);
      await check(`GET ${path}?archived=true`);
    }
  });

  conforms({ known: 'specified', source: MODELS }, 'records of every type in batches, with and without errors', async () => {
    for (const [plural, module, properties] of TYPES) {
      const { check, portal } = checked(module, 'properties');
      const contact = portal.half.seed.record('contacts', { email: 'z@acme.example' }, { at: START });
      const associations = plural === 'leads' ? [{ to: { id: contact }, types: hubspot(578) }] : [];
      const path = `/crm/v3/objects/${plural}/batch`;
      const made = await check(`POST ${path}/create`, { inputs: [{ properties, associations, objectWriteTraceId: 'a' }] });
      const id = text(made, 'results', 0, 'id');
      const bad = { properties: { nonsense: '1' }, associations, objectWriteTraceId: 'c' };
      await check(`POST ${path}/create`, { inputs: [bad] });
      const [name = ''] = Object.keys(properties);
      await check(`POST ${path}/read`, { inputs: [{ id }], properties: [name], propertiesWithHistory: [name] });
      await check(`POST ${path}/read`, { inputs: [{ id }, { id: '999' }], properties: [name] });
      await check(`POST ${path}/update`, { inputs: [{ id, properties: { [name]: Object.values(properties)[0] } }] });
      await check(`POST ${path}/update`, { inputs: [{ id: '999', properties: {} }] });
      await check(`POST ${path}/archive`, { inputs: [{ id }] });
    }
  });

  conforms({ known: 'specified', source: MODELS }, 'upserts, which say what is new', async () => {
    const { check } = checked('contacts');
    const inputs = [{ id: 'k1', idProperty: 'truce_key', properties: { city: 'Bonn' }, objectWriteTraceId: 'a' }];
    const path = '/crm/v3/objects/contacts/batch/upsert';
    await check(`POST ${path}`, { inputs });
    await check(`POST ${path}`, { inputs });
    const bad = { id: 'k2', idProperty: 'truce_key', properties: { nonsense: '1' }, objectWriteTraceId: 'b' };
    expect((await check(`POST ${path}`, { inputs: [...inputs, bad] })).status).toBe(207);
  });

  conforms({ known: 'specified', source: MODELS }, 'merges and permanent deletions', async () => {
    const { check, portal } = checked('contacts');
    const [a, b] = ['a', 'b'].map((name) => portal.half.seed.record('contacts', { email: `${name}@acme.example` }, { at: START }));
    const merged = await check('POST /crm/v3/objects/contacts/merge', { primaryObjectId: a, objectIdToMerge: b });
    await check('POST /crm/v3/objects/contacts/gdpr-delete', { objectId: text(merged, 'id') });
  });

  conforms({ known: 'specified', source: MODELS }, 'campaigns as the CRM API shows them', async () => {
    const { check, portal } = checked('objects');
    const { id } = portal.half.seed.campaign({ hs_name: 'Spring' }, { at: START });
    await check(`GET /crm/v3/objects/campaigns/${id}?properties=hs_name&propertiesWithHistory=hs_name`);
    await check('GET /crm/v3/objects/campaigns');
    await check('POST /crm/v3/objects/campaigns/search', {});
    await check('POST /crm/v3/objects/campaigns/batch/read', { inputs: [{ id }, { id: '9' }], properties: [] });
    await check(`PATCH /crm/v3/objects/campaigns/${id}`, { properties: {} });
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'definitions of properties and groups, for every object type', async () => {
    const { check } = checked('properties');
    for (const plural of [...TYPES.map(([name]) => name), 'campaigns']) {
      const path = `/crm/v3/properties/${plural}`;
      await check(`GET ${path}`);
      const groupName = text(await check(`GET ${path}/groups`), 'results', 0, 'name');
      await check(`GET ${path}/groups/${groupName}`);
      const property = { name: 'ours', label: 'Ours', type: 'string', fieldType: 'text', groupName };
      await check(`POST ${path}`, property);
      await check(`GET ${path}/ours`);
      await check(`PATCH ${path}/ours`, { label: 'Theirs' });
      await check(`POST ${path}/batch/create`, { inputs: [{ ...property, name: 'more' }] });
      await check(`POST ${path}/batch/create`, { inputs: [property, { ...property, name: 'yet_more' }] });
      await check(`POST ${path}/batch/read`, { inputs: [{ name: 'ours' }], archived: false });
      await check(`POST ${path}/batch/read`, { inputs: [{ name: 'ours' }, { name: 'nonsense' }], archived: false });
      await check(`POST ${path}/groups`, { name: 'new_group', label: 'New' });
      await check(`POST ${path}/batch/archive`, { inputs: [{ name: 'more' }] });
      await check(`DELETE ${path}/ours`);
      await check(`GET ${path}?archived=true`);
    }
  });

  conforms({ known: 'specified', source: PIPELINES }, 'pipelines and stages', async () => {
    const { check } = checked('pipelines');
    for (const type of ['deals', 'leads']) {
      const list = await check(`GET /crm/v3/pipelines/${type}`);
      const path = `/crm/v3/pipelines/${type}/${text(list, 'results', 0, 'id')}`;
      await check(`GET ${path}`);
      const stage = text(await check(`GET ${path}/stages`), 'results', 0, 'id');
      await check(`GET ${path}/stages/${stage}`);
      await check(`GET ${path}/stages/nonsense`);
    }
  });

  conforms({ known: 'specified', source: OWNERS }, 'owners, with and without teams', async () => {
    const { check, portal } = checked('owners');
    const { id } = portal.half.seed.owner({ email: 'rep@acme.example', firstName: 'Rae', lastName: 'Rep', teams: ['Sales'] });
    await check('GET /crm/v3/owners?limit=1');
    await check(`GET /crm/v3/owners/${id}`);
    await check('GET /crm/v3/owners/1');
  });

  conforms({ known: 'specified', source: ASSOCIATIONS }, 'associations', async () => {
    const { check, portal } = checked('associations/v4');
    const contact = portal.half.seed.record('contacts', { email: 'a@acme.example' }, { at: START });
    const [acme = '', beta = ''] = ['Acme', 'Beta'].map((name) => portal.half.seed.record('companies', { name }, { at: START }));
    const ends = { from: { id: contact }, to: { id: acme } };
    const path = '/crm/v4/associations/contacts/companies/batch';
    await check(`POST ${path}/associate/default`, { inputs: [ends] });
    await check(`POST ${path}/associate/default`, { inputs: [ends, { from: { id: '9' }, to: { id: acme } }] });
    await check(`POST ${path}/create`, { inputs: [{ ...ends, types: hubspot(279) }] });
    await check(`POST ${path}/create`, { inputs: [{ from: { id: '9' }, to: { id: acme }, types: hubspot(279) }] });
    await check(`POST ${path}/read`, { inputs: [{ id: contact }] });
    await check(`POST ${path}/read`, { inputs: [{ id: contact }, { id: '9' }] });
    await check(`PUT /crm/v4/objects/contacts/${contact}/associations/companies/${beta}`, hubspot(279));
    await check(`PUT /crm/v4/objects/contacts/${contact}/associations/default/companies/${beta}`);
    await check(`GET /crm/v4/objects/contacts/${contact}/associations/companies?limit=1`);
    await check(`DELETE /crm/v4/objects/contacts/${contact}/associations/companies/${beta}`);
    await check(`POST ${path}/archive`, { inputs: [{ from: { id: contact }, to: [{ id: acme }] }] });
  });

  conforms({ known: 'specified', source: LISTS }, 'lists and memberships', async () => {
    const { check, portal } = checked('lists');
    const contact = portal.half.seed.record('contacts', { email: 'a@acme.example' }, { at: START });
    const made = await check('POST /crm/v3/lists', { name: 'Scope', objectTypeId: '0-1', processingType: 'MANUAL' });
    const id = text(made, 'list', 'listId');
    await check(`GET /crm/v3/lists/${id}`);
    await check(`GET /crm/v3/lists?listIds=${id}`);
    await check('GET /crm/v3/lists/object-type-id/0-1/name/Scope');
    await check('POST /crm/v3/lists/search', { query: 'sc' });
    await check(`PUT /crm/v3/lists/${id}/memberships/add`, [contact]);
    await check(`GET /crm/v3/lists/${id}/memberships`);
    await check(`GET /crm/v3/lists/${id}/memberships/join-order`);
    await check(`PUT /crm/v3/lists/${id}/memberships/add-and-remove`, { recordIdsToAdd: [], recordIdsToRemove: [contact] });
    await check(`PUT /crm/v3/lists/${id}/memberships/remove`, [contact]);
    await check(`DELETE /crm/v3/lists/${id}`);
  });

  conforms({ known: 'specified', source: ERRORS }, 'refusals of every kind', async () => {
    const { check, portal } = checked('contacts');
    const path = '/crm/v3/objects/contacts';
    portal.half.seed.record('contacts', { email: 'a@acme.example', truce_key: 'k' }, { at: START });
    const refused = [
      await check(`POST ${path}`, { properties: { nonsense: '1' } }),
      await check(`POST ${path}`, { properties: { email: 'a@acme.example' } }),
      await check(`POST ${path}`, { properties: { truce_key: 'k' } }),
      await check(`POST ${path}`, []),
      await check(`GET ${path}/42`),
      await check(`GET ${path}?limit=1000`),
      await check(`POST ${path}/batch/read`, { inputs: [{}] }),
      await check(`POST ${path}/search`, { limit: 1000 }),
    ];
    expect(refused.map((reply) => reply.status)).toEqual([400, 409, 400, 400, 404, 400, 400, 400]);
  });

  it('finds a departure when there is one', () => {
    const whole = { id: '1', properties: {}, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' };
    const of = (body: object): readonly string[] => departures('contacts', 'SimplePublicObject', body);
    expect(of(whole)).toEqual([]);
    expect(of({ ...whole, id: 1 })).toEqual(['SimplePublicObject.id is a number, not a string']);
    expect(of({ ...whole, updatedAt: 'soon' })).toEqual(['SimplePublicObject.updatedAt is no instant']);
    expect(of({ ...whole, extra: 1 })).toEqual(['SimplePublicObject has no extra']);
    expect(of({ properties: {} })).toContain('SimplePublicObject needs id');
    expect(endpointsOf('contacts').length).toBeGreaterThan(12);
    expect(dig({ status: 200, headers: {}, text: '', body: whole }, 'id')).toBe('1');
  });
});
