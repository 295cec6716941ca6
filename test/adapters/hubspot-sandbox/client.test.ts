import { Client } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { PropertyCreateFieldTypeEnum, PropertyCreateTypeEnum } from '@hubspot/api-client/lib/codegen/crm/properties/index.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { loopbackFetch, serve, type LoopbackServer } from './loopback.ts';
import { START, testPortal, TOKEN, type TestPortal } from './portal.ts';

const CONTACTS = '@hubspot/api-client lib/codegen/crm/contacts/apis/BasicApi';
const BATCHES = '@hubspot/api-client lib/codegen/crm/contacts/apis/BatchApi';
const ERRORS = '@hubspot/api-client lib/codegen/crm/contacts/apis/exception';
const OBJECTS = '@hubspot/api-client lib/codegen/crm/objects/apis/BasicApi';
const PROPERTIES = '@hubspot/api-client lib/codegen/crm/properties/apis/CoreApi';
const ASSOCIATIONS = '@hubspot/api-client lib/codegen/crm/associations/v4/apis/BasicApi';
const CLIENT = '@hubspot/api-client lib/src/client';

// The tests ban the global fetch because Truce must not use it. HubSpot's own client knows nothing else, and here it is
// the stranger that has to be satisfied: it gets one that reaches loopback addresses only.
const banned = globalThis.fetch;
beforeAll(() => {
  globalThis.fetch = loopbackFetch;
});
afterAll(() => {
  globalThis.fetch = banned;
});

let portal: TestPortal;
let server: LoopbackServer;
let client: Client;
beforeEach(async () => {
  portal = testPortal();
  server = await serve(portal.half);
  client = new Client({ accessToken: TOKEN, basePath: server.origin, numberOfApiCallRetries: 0 });
});
afterEach(() => server.close());

const EQ = FilterOperatorEnum.Eq;

describe("HubSpot's own client", () => {
  conforms({ known: 'specified', source: CONTACTS }, 'creates, reads, updates, lists, searches and archives contacts', async () => {
    const { basicApi, searchApi } = client.crm.contacts;
    const made = await basicApi.create({ properties: { email: 'ann@acme.example', hs_lead_status: 'NEW' } });
    expect(made.createdAt).toEqual(new Date(START));
    portal.clock.advance(1000);
    const updated = await basicApi.update(made.id, { properties: { hs_lead_status: 'OPEN' } });
    expect(updated.properties).toEqual({ hs_lead_status: 'OPEN', lastmodifieddate: '2026-03-02T15:00:01.000Z' });
    const read = await basicApi.getById('ann@acme.example', ['hs_lead_status'], ['hs_lead_status'], undefined, false, 'email');
    expect(read.propertiesWithHistory?.['hs_lead_status']?.map((entry) => [entry.value, entry.sourceType])).toEqual([
      ['OPEN', 'INTEGRATION'],
      ['NEW', 'INTEGRATION'],
    ]);
    expect((await basicApi.getPage(10)).results.map((contact) => contact.id)).toEqual([made.id]);
    const filterGroups = [{ filters: [{ propertyName: 'email', operator: EQ, value: 'ann@acme.example' }] }];
    expect(await searchApi.doSearch({ filterGroups, limit: 1 })).toMatchObject({ total: 1, results: [{ id: made.id }] });
    await basicApi.archive(made.id);
    await expect(basicApi.getById(made.id)).rejects.toMatchObject({ code: 404, body: { category: 'OBJECT_NOT_FOUND' } });
  });

  conforms({ known: 'specified', source: BATCHES }, 'works in batches and sees 207 with its errors', async () => {
    const { batchApi } = client.crm.contacts;
    const made = await batchApi.create({
      inputs: ['a', 'b', 'c'].map((name) => ({ properties: { email: `${name}@acme.example`, truce_key: name }, associations: [] })),
    });
    expect(made.results).toHaveLength(3);
    const known = made.results.map(({ id }) => ({ id }));
    const read = await batchApi.readWithHttpInfo({
      inputs: [...known, { id: '999' }],
      properties: ['truce_key'],
      propertiesWithHistory: [],
    });
    expect(read.httpStatusCode).toBe(207);
    expect(read.data).toMatchObject({ numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] } }] });
    const updated = await batchApi.update({ inputs: known.map(({ id }) => ({ id, properties: { city: 'Bonn' } })) });
    expect(updated.results.map((contact) => contact.properties['city'])).toEqual(['Bonn', 'Bonn', 'Bonn']);
    const upserted = await batchApi.upsert({ inputs: [{ id: 'd', idProperty: 'truce_key', properties: { city: 'Kiel' } }] });
    expect(upserted.results[0]?._new).toBe(true);
    await batchApi.archive({ inputs: known });
    expect((await client.crm.contacts.basicApi.getPage()).results).toHaveLength(1);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'merges and purges contacts', async () => {
    const ann = portal.half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    const bob = portal.half.seed.record('contacts', { email: 'bob@acme.example' }, { at: START });
    const { basicApi } = client.crm.contacts;
    const merged = await basicApi.merge({ primaryObjectId: ann, objectIdToMerge: bob });
    expect((await basicApi.getById(bob)).id).toBe(merged.id);
    await basicApi.purge({ objectId: merged.id });
    await expect(basicApi.getById(merged.id)).rejects.toMatchObject({ code: 404 });
  });

  conforms(
    { known: 'specified', source: ERRORS },
    'gets the errors as they are: unknown property, wrong token, too many requests',
    async () => {
      const refused = client.crm.contacts.basicApi.create({ properties: { nonsense: '1' } });
      await expect(refused).rejects.toMatchObject({ code: 400, body: { errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] } });
      const stranger = new Client({ accessToken: 'nobody', basePath: server.origin, numberOfApiCallRetries: 0 });
      await expect(stranger.crm.contacts.basicApi.getPage()).rejects.toMatchObject({
        code: 401,
        body: { category: 'INVALID_AUTHENTICATION' },
      });
      const limited = await serve(testPortal({ limits: 'published' }).half);
      const hasty = new Client({ accessToken: TOKEN, basePath: limited.origin, numberOfApiCallRetries: 0 });
      const searches = await Promise.allSettled(Array.from({ length: 6 }, () => hasty.crm.contacts.searchApi.doSearch({})));
      await limited.close();
      expect(searches.filter((search) => search.status === 'rejected').map((search): unknown => search.reason)).toMatchObject([
        { code: 429, body: { message: 'You have reached your secondly limit.' } },
      ]);
    },
  );

  conforms({ known: 'specified', source: OBJECTS }, 'handles deals, leads and engagements through the generic objects API', async () => {
    const contact = portal.half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    const to = (typeId: number): object => ({
      to: { id: contact },
      types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }],
    });
    const deal = await client.crm.deals.basicApi.create({
      properties: { dealname: 'Big', dealstage: 'closedwon' },
      associations: [to(3) as never],
    });
    expect(deal.properties).toMatchObject({ hs_is_closed_won: 'true' });
    const lead = await client.crm.objects.basicApi.create('leads', {
      properties: { hs_lead_name: 'Ann' },
      associations: [to(578) as never],
    });
    expect(lead.properties).toMatchObject({ hs_pipeline_stage: 'new-stage-id', hs_pipeline_stage_category: 'NEW' });
    const call = await client.crm.objects.basicApi.create('0-48', {
      properties: { hs_timestamp: String(START), hs_call_direction: 'OUTBOUND', hs_call_duration: '60000' },
      associations: [to(194) as never],
    });
    const read = await client.crm.objects.basicApi.getById('calls', call.id, ['hs_timestamp'], undefined, ['contacts']);
    expect(read.properties['hs_timestamp']).toBe('2026-03-02T15:00:00.000Z');
    expect(read.associations?.['contacts']?.results).toMatchObject([{ id: contact, type: 'call_to_contact' }]);
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'reads and makes properties, and reads owners and pipelines', async () => {
    const { coreApi } = client.crm.properties;
    const status = await coreApi.getByName('contacts', 'hs_lead_status');
    expect(status.options.map((option) => option.value)).toContain('BAD_TIMING');
    await coreApi.create('contacts', {
      name: 'sf_lead_id',
      label: 'SF',
      type: PropertyCreateTypeEnum.String,
      fieldType: PropertyCreateFieldTypeEnum.Text,
      groupName: 'contactinformation',
      hasUniqueValue: true,
    });
    expect((await coreApi.getAll('contacts')).results.find((property) => property.name === 'sf_lead_id')).toMatchObject({
      hasUniqueValue: true,
    });
    const owner = portal.half.seed.owner({ email: 'rep@acme.example', firstName: 'Rae', lastName: 'Rep', teams: ['Sales'] });
    expect((await client.crm.owners.ownersApi.getPage('rep@acme.example')).results[0]).toMatchObject({
      id: owner.id,
      userId: Number(owner.userId),
      teams: [{ name: 'Sales', primary: true }],
    });
    expect((await client.crm.owners.ownersApi.getById(Number(owner.userId), 'userId')).id).toBe(owner.id);
    const pipelines = await client.crm.pipelines.pipelinesApi.getAll('deals');
    expect(pipelines.results[0]?.stages.find((stage) => stage.id === 'closedwon')?.metadata).toEqual({
      isClosed: 'true',
      probability: '1.0',
    });
  });

  conforms({ known: 'specified', source: ASSOCIATIONS }, 'associates records through v4 and keeps static lists', async () => {
    const contact = portal.half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    const deal = portal.half.seed.record('deals', { dealname: 'Big' }, { at: START });
    const { basicApi, batchApi } = client.crm.associations.v4;
    await basicApi.createDefault('deals', deal, 'contacts', contact);
    expect((await basicApi.getPage('contacts', contact, 'deals')).results[0]?.toObjectId).toBe(deal);
    const read = await batchApi.getPage('deals', 'contacts', { inputs: [{ id: deal }] });
    expect(read.results[0]?.to[0]).toMatchObject({ toObjectId: contact, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 3 }] });
    const { list } = await client.crm.lists.listsApi.create({ name: 'Scope', objectTypeId: '0-1', processingType: 'MANUAL' });
    await client.crm.lists.membershipsApi.add(list.listId, [contact]);
    expect((await client.crm.lists.membershipsApi.getPage(list.listId)).results.map((member) => member.recordId)).toEqual([contact]);
    expect((await client.crm.lists.listsApi.doSearch({ query: 'sco', additionalProperties: [] })).lists[0]?.listId).toBe(list.listId);
  });

  conforms({ known: 'specified', source: CLIENT }, 'reaches the marketing API, which it has no classes for, by apiRequest', async () => {
    const made = await client.apiRequest({ method: 'POST', path: '/marketing/v3/campaigns', body: { properties: { hs_name: 'Spring' } } });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const read = await client.apiRequest({ path: `/marketing/v3/campaigns/${id}`, qs: { properties: 'hs_name' } });
    expect(await read.json()).toMatchObject({ id, properties: { hs_name: 'Spring' } });
  });
});
