import { Client } from '@hubspot/api-client';
import { SubscriptionCreateRequestEventTypeEnum as Events } from '@hubspot/api-client/lib/codegen/webhooks/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loopbackFetch, serve } from './loopback.ts';
import { APP_ID, testPortal, text, TOKEN } from './portal.ts';
import { DEVELOPER_KEY, listeningPortal } from './receiver.ts';

// As in client.test.ts: HubSpot's own client knows nothing but the global fetch, and gets one that stays on loopback.
const banned = globalThis.fetch;
beforeAll(() => {
  globalThis.fetch = loopbackFetch;
});
afterAll(() => {
  globalThis.fetch = banned;
});

describe("HubSpot's own client", () => {
  it('manages webhook settings and subscriptions with the developer key', async () => {
    const { portal } = await listeningPortal();
    const server = await serve(portal.half);
    const { webhooks } = new Client({ developerApiKey: DEVELOPER_KEY, basePath: server.origin, numberOfApiCallRetries: 0 });
    const app = Number(APP_ID);
    const settings = await webhooks.settingsApi.configure(app, {
      targetUrl: 'https://listener.example/other',
      throttling: { maxConcurrentRequests: 12 },
    });
    expect([settings.targetUrl, settings.throttling.maxConcurrentRequests]).toEqual(['https://listener.example/other', 12]);
    const made = await webhooks.subscriptionsApi.create(app, { eventType: Events.ContactCreation, active: true });
    expect(made.createdAt).toBeInstanceOf(Date);
    await webhooks.subscriptionsApi.update(Number(made.id), app, { active: false });
    expect((await webhooks.subscriptionsApi.getAll(app)).results).toMatchObject([{ id: made.id, active: false }]);
    await webhooks.subscriptionsApi.archive(Number(made.id), app);
    await expect(webhooks.subscriptionsApi.getById(Number(made.id), app)).rejects.toMatchObject({ code: 404 });
    await server.close();
  });

  it('follows an export and fetches the file', async () => {
    const portal = testPortal();
    const server = await serve(portal.half);
    const client = new Client({ accessToken: TOKEN, basePath: server.origin, numberOfApiCallRetries: 0 });
    await client.crm.contacts.basicApi.create({ properties: { email: 'ann@acme.example' } });
    const { publicExportsApi } = client.crm.exports;
    // Its own start() can't serialise any request in 14.0.1, so this one call goes past it.
    const request = {
      exportType: 'VIEW',
      exportName: 'People',
      format: 'CSV',
      language: 'EN',
      objectType: 'CONTACT',
      objectProperties: ['email'],
    };
    const task = { id: text(await portal.send('POST /crm/v3/exports/export/async', request), 'id') };
    expect((await publicExportsApi.getStatus(Number(task.id))).status).toBe('PROCESSING');
    portal.clock.advance(10_000);
    const done = await publicExportsApi.getStatus(Number(task.id));
    expect(done.completedAt).toBeInstanceOf(Date);
    const file = await (await fetch(done.result ?? '')).text();
    expect(file.split('\n')[1]).toContain('"ann@acme.example"');
    await server.close();
  });

  it('makes a dynamic list, a pipeline, and forgets a contact', async () => {
    const portal = testPortal();
    const server = await serve(portal.half);
    const client = new Client({ accessToken: TOKEN, basePath: server.origin, numberOfApiCallRetries: 0 });
    const filterBranch = JSON.parse(
      '{"filterBranchType":"OR","filterBranchOperator":"OR","filters":[],"filterBranches":[{"filterBranchType":"AND","filterBranchOperator":"AND","filterBranches":[],"filters":[{"filterType":"PROPERTY","property":"hs_lead_status","operation":{"operationType":"ENUMERATION","operator":"IS_ANY_OF","values":["OPEN"],"includeObjectsWithNoValueSet":false}}]}]}',
    ) as Parameters<typeof client.crm.lists.listsApi.create>[0]['filterBranch'] & object;
    const { list } = await client.crm.lists.listsApi.create({ name: 'Open', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch });
    const ann = await client.crm.contacts.basicApi.create({ properties: { email: 'ann@acme.example', hs_lead_status: 'OPEN' } });
    const members = await client.crm.lists.membershipsApi.getPage(list.listId);
    expect(members.results.map((member) => member.recordId)).toEqual([ann.id]);
    const stages = [{ label: 'Renewed', displayOrder: 0, metadata: { probability: '1.0' } }];
    const pipeline = await client.crm.pipelines.pipelinesApi.create('deals', { label: 'Renewals', displayOrder: 1, stages });
    expect((await client.crm.pipelines.pipelineAuditsApi.getAudit('deals', pipeline.id)).results[0]?.action).toBe('CREATE');
    await client.crm.contacts.basicApi.purge({ objectId: ann.id });
    await expect(client.crm.contacts.basicApi.getById(ann.id)).rejects.toMatchObject({ code: 404 });
    await server.close();
  });
});
