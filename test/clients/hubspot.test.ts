import type { Client } from '@hubspot/api-client';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installed } from './install.ts';
import { kindsOfCall, readmeRow } from './tried.ts';

/** The current major and the two before it. */
const VERSIONS = ['14.0.1', '13.5.0', '12.1.0'];

/** What the client's README shows, as far as its types agree between the majors. */
interface Package {
  readonly Client: new (options: {
    accessToken: string;
    basePath: string;
    numberOfApiCallRetries?: number;
    limiterOptions?: object;
  }) => Client;
  readonly AssociationTypes: { readonly companyToContact: number; readonly contactToDeal: number };
}

const DEFINED = 'HUBSPOT_DEFINED' as never;

for (const version of VERSIONS) {
  const client = await installed({ name: '@hubspot/api-client', version });

  describe.skipIf(!client.ready)(`@hubspot/api-client ${version}`, () => {
    let box: Sandbox;
    let hubspot: Client;
    let pack: Package;
    beforeAll(async () => {
      if (!client.ready) return;
      box = await sandbox({ people: 150, lagMs: 0, limits: 'none' });
      pack = client.require('@hubspot/api-client') as Package;
      hubspot = new pack.Client({ accessToken: box.hubspot.token, basePath: box.hubspot.url, numberOfApiCallRetries: 3 });
    });
    afterAll(async () => {
      await box?.close();
    });

    it.each(['contacts', 'companies', 'deals'] as const)('creates, reads, updates, pages, searches and archives %s', async (kind) => {
      const name = { contacts: 'lastname', companies: 'name', deals: 'dealname' }[kind];
      const { basicApi, searchApi } = hubspot.crm[kind];
      const made = await basicApi.create({ properties: { [name]: 'Stranger' }, associations: [] });
      expect(made.id).toMatch(/^\d+$/);
      expect(made.createdAt).toBeInstanceOf(Date);
      expect(made.archived).toBe(false);
      expect((await basicApi.update(made.id, { properties: { [name]: 'Strange' } })).properties[name]).toBe('Strange');
      const read = await basicApi.getById(made.id, [name], [name]);
      expect(read.properties[name]).toBe('Strange');
      expect(read.propertiesWithHistory?.[name]?.map((entry) => entry.value)).toEqual(['Strange', 'Stranger']);
      const page = await basicApi.getPage(1, undefined, [name], undefined, undefined, false);
      expect(page.results).toHaveLength(1);
      const second = await basicApi.getPage(1, page.paging?.next?.after, [name]);
      expect(second.results[0]?.id).not.toBe(page.results[0]?.id);
      const found = await searchApi.doSearch({
        filterGroups: [{ filters: [{ propertyName: 'createdate', operator: 'GTE' as never, value: `${Date.now() - 30 * 60_000}` }] }],
        sorts: [{ propertyName: 'createdate', direction: 'DESCENDING' }] as never,
        properties: ['createdate', name],
        limit: 100,
        after: 0 as never,
      });
      expect(found.results.map((each) => each.id)).toContain(made.id);
      await basicApi.archive(made.id);
      await expect(basicApi.getById(made.id)).rejects.toMatchObject({ code: 404 });
      expect((await basicApi.getById(made.id, undefined, undefined, undefined, true)).archived).toBe(true);
    });

    it('reads all there is, over several pages', async () => {
      const contacts = await hubspot.crm.contacts.getAll();
      expect(contacts.length).toBeGreaterThan(100);
      expect(new Set(contacts.map((each) => each.id)).size).toBe(contacts.length);
      expect((await hubspot.crm.deals.getAll()).length).toBeGreaterThan(0);
      expect((await hubspot.crm.companies.getAll(undefined, undefined, ['domain'])).length).toBeGreaterThan(0);
    });

    it('writes and reads in batches', async () => {
      const { batchApi } = hubspot.crm.deals;
      const made = await batchApi.create({
        inputs: ['One', 'Two'].map((dealname) => ({ properties: { dealname, amount: '10' }, associations: [] })),
      });
      expect(made.status).toBe('COMPLETE');
      const ids = made.results.map(({ id }) => ({ id }));
      const changed = await batchApi.update({ inputs: ids.map(({ id }) => ({ id, properties: { amount: '20' } })) });
      expect(changed.results.map((deal) => deal.properties['amount'])).toEqual(['20', '20']);
      const read = await batchApi.read({ inputs: ids, properties: ['amount', 'dealname'], propertiesWithHistory: ['amount'] });
      expect(new Set(read.results.map((deal) => deal.properties['dealname']))).toEqual(new Set(['One', 'Two']));
      expect(read.results[0]?.propertiesWithHistory?.['amount']).toHaveLength(2);
      await batchApi.archive({ inputs: ids });
      const gone = await batchApi.read({ inputs: ids, properties: [], propertiesWithHistory: [] });
      expect(gone).toMatchObject({ results: [], numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND' }] });
    });

    it('creates or updates in a batch by a unique property, and says which it was', async () => {
      const upsert = (city: string) =>
        hubspot.crm.contacts.batchApi.upsert({ inputs: [{ id: `u${version}@acme.example`, idProperty: 'email', properties: { city } }] });
      expect((await upsert('Bonn')).results[0]).toMatchObject({ _new: true });
      expect((await upsert('Kiel')).results[0]).toMatchObject({ _new: false, properties: { city: 'Kiel' } });
    });

    it('makes a contact and a company, associates them and finds the one by the other', async () => {
      const contact = await hubspot.crm.contacts.basicApi.create({ properties: { firstname: 'Ann', lastname: 'Lee' }, associations: [] });
      const company = await hubspot.crm.companies.basicApi.create({
        properties: { domain: 'lee.example', name: 'Lee' },
        associations: [],
      });
      const { basicApi, batchApi } = hubspot.crm.associations.v4;
      const types = [{ associationCategory: DEFINED, associationTypeId: pack.AssociationTypes.companyToContact }];
      await basicApi.create('companies', company.id, 'contacts', contact.id, types);
      const companies = await basicApi.getPage('contact', contact.id, 'company', undefined, 100);
      expect(companies.results).toMatchObject([{ toObjectId: company.id }]);
      const deal = await hubspot.crm.deals.basicApi.create({ properties: { dealname: 'Lee' }, associations: [] });
      await batchApi.createDefault('contacts', 'deals', { inputs: [{ _from: { id: contact.id }, to: { id: deal.id } }] });
      const read = await batchApi.getPage('contacts', 'deals', { inputs: [{ id: contact.id }] });
      expect(read.results).toMatchObject([{ _from: { id: contact.id }, to: [{ toObjectId: deal.id }] }]);
      await batchApi.archive('contacts', 'deals', { inputs: [{ _from: { id: contact.id }, to: [{ id: deal.id }] }] });
      expect((await basicApi.getPage('contacts', contact.id, 'deals')).results).toEqual([]);
      await basicApi.archive('companies', company.id, 'contacts', contact.id);
      expect((await basicApi.getPage('contacts', contact.id, 'companies')).results).toEqual([]);
    });

    it('merges contacts, and forgets one for good', async () => {
      const make = async (email: string) => (await hubspot.crm.contacts.basicApi.create({ properties: { email }, associations: [] })).id;
      const [primaryObjectId, objectIdToMerge] = [await make('m1@acme.example'), await make('m2@acme.example')];
      // Both moved into basicApi with 13.
      const contacts = hubspot.crm.contacts as unknown as {
        readonly mergeApi?: Pick<Client['crm']['contacts']['basicApi'], 'merge'>;
        readonly gdprApi?: Pick<Client['crm']['contacts']['basicApi'], 'purge'>;
      };
      const merged = await (contacts.mergeApi ?? hubspot.crm.contacts.basicApi).merge({ primaryObjectId, objectIdToMerge });
      expect((await hubspot.crm.contacts.basicApi.getById(objectIdToMerge)).id).toBe(merged.id);
      await (contacts.gdprApi ?? hubspot.crm.contacts.basicApi).purge({ objectId: merged.id });
      await expect(hubspot.crm.contacts.basicApi.getById(merged.id)).rejects.toMatchObject({ code: 404 });
    });

    it('makes, changes, reads and archives properties and their groups', async () => {
      const { coreApi, groupsApi, batchApi } = hubspot.crm.properties;
      await groupsApi.create('contacts', { name: 'strangers', label: 'Strangers', displayOrder: -1 });
      expect((await groupsApi.getAll('contacts')).results.map((group) => group.name)).toContain('strangers');
      const property = { label: 'Shoe', type: 'string' as never, fieldType: 'text' as never, groupName: 'strangers' };
      expect((await coreApi.create('contacts', { ...property, name: 'shoe' })).groupName).toBe('strangers');
      expect((await coreApi.update('contacts', 'shoe', { label: 'Shoe size' })).label).toBe('Shoe size');
      expect((await coreApi.getByName('contacts', 'shoe')).label).toBe('Shoe size');
      await batchApi.create('contacts', { inputs: [{ ...property, name: 'hat' }] });
      const read = await batchApi.read('contacts', { archived: false, inputs: [{ name: 'hat' }, { name: 'shoe' }] });
      expect(read.results.map((each) => each.name).sort()).toEqual(['hat', 'shoe']);
      await batchApi.archive('contacts', { inputs: [{ name: 'hat' }] });
      await coreApi.archive('contacts', 'shoe');
      expect((await coreApi.getAll('contacts')).results.map((each) => each.name)).not.toContain('shoe');
    });

    it('reads pipelines with their stages, and owners by id and by user id', async () => {
      const pipelines = await hubspot.crm.pipelines.pipelinesApi.getAll('deals');
      const [first] = pipelines.results;
      expect(first?.stages.find((stage) => stage.id === 'closedwon')?.metadata).toEqual({ isClosed: 'true', probability: '1.0' });
      expect((await hubspot.crm.pipelines.pipelinesApi.getById('deals', String(first?.id))).id).toBe(first?.id);
      const stages = await hubspot.crm.pipelines.pipelineStagesApi.getAll('deals', String(first?.id));
      expect(stages.results.map((stage) => stage.id)).toEqual(first?.stages.map((stage) => stage.id));
      const owners = await hubspot.crm.owners.ownersApi.getPage(undefined, undefined, 100, false);
      const owner = owners.results[0];
      expect((await hubspot.crm.owners.ownersApi.getById(Number(owner?.id), 'id', false)).email).toBe(owner?.email);
      expect((await hubspot.crm.owners.ownersApi.getById(Number(owner?.userId), 'userId', false)).id).toBe(owner?.id);
    });

    it('makes a list, fills it, pages its members, finds and removes it', async () => {
      const { listsApi, membershipsApi } = hubspot.crm.lists;
      const made = await listsApi.create({ name: 'Strangers', objectTypeId: '0-1', processingType: 'MANUAL' });
      const { listId } = made.list;
      const contacts = (await hubspot.crm.contacts.basicApi.getPage(5)).results.map((each) => each.id);
      const added = await membershipsApi.add(listId, contacts);
      expect((added.recordsIdsAdded ?? (added as { recordIdsAdded?: unknown[] }).recordIdsAdded)?.length).toBe(5);
      const members = await membershipsApi.getPage(listId, undefined, undefined, 100);
      expect(members.results.map((each) => each.recordId).sort()).toEqual([...contacts].sort());
      expect((await membershipsApi.getPageOrderedByAddedToListDate(listId)).results).toHaveLength(5);
      await membershipsApi.addAndRemove(listId, { recordIdsToAdd: [], recordIdsToRemove: contacts.slice(0, 2) });
      await membershipsApi.remove(listId, contacts.slice(2, 3));
      expect((await membershipsApi.getPage(listId)).results).toHaveLength(2);
      expect((await listsApi.getById(listId)).list.name).toBe('Strangers');
      expect((await listsApi.getByName('Strangers', '0-1')).list.listId).toBe(listId);
      expect((await listsApi.getAll([listId])).lists).toHaveLength(1);
      expect((await listsApi.doSearch({ query: 'Stranger', additionalProperties: [], offset: 0 })).lists).toMatchObject([{ listId }]);
      await listsApi.remove(listId);
    });

    it('reaches what it has no method for through apiRequest', async () => {
      const asked = await hubspot.apiRequest({ path: '/crm/v3/objects/contacts', qs: { limit: 3 } });
      expect(asked.status).toBe(200);
      expect(((await asked.json()) as { results: unknown[] }).results).toHaveLength(3);
      const made = await hubspot.apiRequest({
        method: 'POST',
        path: '/marketing/v3/campaigns',
        body: { properties: { hs_name: `Autumn ${version}` } },
      });
      expect(made.status).toBe(201);
      const { id } = (await made.json()) as { id: string };
      expect((await hubspot.apiRequest({ method: 'DELETE', path: `/marketing/v3/campaigns/${id}` })).status).toBe(204);
    });

    it('gets refusals as its ApiException, with code, body and headers', async () => {
      const { basicApi } = hubspot.crm.contacts;
      const create = (properties: Record<string, string>) => basicApi.create({ properties, associations: [] });
      await create({ email: 'twice@acme.example' });
      const twice: unknown = await create({ email: 'twice@acme.example' }).catch((error: unknown) => error);
      expect(twice).toMatchObject({ code: 409, body: { category: 'CONFLICT' } });
      expect((twice as { constructor: { name: string } }).constructor.name).toBe('ApiException');
      expect((twice as { headers: Record<string, string> }).headers['x-hubspot-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
      await expect(create({ nonsense: '1' })).rejects.toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
      await expect(basicApi.getPage(1000)).rejects.toMatchObject({ code: 400 });
      const stranger = new pack.Client({ accessToken: 'nobody', basePath: box.hubspot.url });
      await expect(stranger.crm.contacts.basicApi.getPage()).rejects.toMatchObject({
        code: 401,
        body: { category: 'INVALID_AUTHENTICATION' },
      });
    });

    it('retries by itself when the account is over its ten seconds', async () => {
      const body = { status: 'error', message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' };
      box.faults.add([{ side: 'hubspot', times: 1, effect: { type: 'status', status: 429, body } }]);
      expect((await hubspot.crm.contacts.basicApi.getPage(1)).results).toHaveLength(1);
    });

    it.skipIf(version.startsWith('12.'))('exports a view and fetches the file, for which 12 has no class', async () => {
      const { publicExportsApi } = hubspot.crm.exports;
      const view = {
        exportType: 'VIEW',
        format: 'CSV',
        exportName: 'All contacts',
        language: 'EN',
        objectType: 'CONTACT',
        objectProperties: ['email'],
        exportInternalValuesOptions: ['NAMES'],
      };
      // Its own start can't write the request's type and fails before it sends anything.
      await expect(publicExportsApi.start(view as never)).rejects.toThrow('getAttributeTypeMap is not a function');
      const started = await hubspot.apiRequest({ method: 'POST', path: '/crm/v3/exports/export/async', body: view });
      expect(started.status).toBe(202);
      const task = (await started.json()) as { id: string };
      const result = await vi.waitUntil(async () => (await publicExportsApi.getStatus(Number(task.id))).result, {
        timeout: 30_000,
        interval: 200,
      });
      const file = await fetch(result);
      expect((await file.text()).split('\n').length).toBeGreaterThan(100);
    });

    it('manages webhook subscriptions as a developer', async () => {
      const asked = await fetch(`${box.control.url}/hubspot/app`);
      const app = (await asked.json()) as { appId: string; developerKey: string };
      const developer = new pack.Client({ developerApiKey: app.developerKey, basePath: box.hubspot.url } as never);
      const { settingsApi, subscriptionsApi } = developer.webhooks;
      const appId = Number(app.appId);
      const settings = { targetUrl: 'https://listener.example/hook', throttling: { maxConcurrentRequests: 10 } };
      expect((await settingsApi.configure(appId, settings as never)).targetUrl).toBe(settings.targetUrl);
      const made = await subscriptionsApi.create(appId, { eventType: 'contact.creation', active: false } as never);
      const id = Number(made.id);
      expect((await subscriptionsApi.update(id, appId, { active: true })).active).toBe(true);
      expect((await subscriptionsApi.getById(id, appId)).eventType).toBe('contact.creation');
      expect((await subscriptionsApi.getAll(appId)).results).toHaveLength(1);
      await subscriptionsApi.archive(id, appId);
      await settingsApi.clear(appId);
      await expect(settingsApi.getAll(appId)).rejects.toMatchObject({ code: 404 });
    });

    it('is counted in the README', async () => {
      const row = await readmeRow(`\`@hubspot/api-client\` ${version}`, [kindsOfCall(box).length]);
      expect(row.stands).toBe(row.should);
    });
  });
}
