import { Signature } from '@hubspot/api-client';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { APP_ID, dig, text } from './portal.ts';
import { CLIENT_SECRET, listeningPortal, TARGET } from './receiver.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide';
const GENERIC = 'https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions';
const SIGNING = 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation';
const CLIENT = '@hubspot/api-client lib/codegen/webhooks';
const ANN = { properties: { email: 'ann@acme.example', firstname: 'Ann' } };

describe('settings and subscriptions', () => {
  conforms(
    { known: 'specified', source: `${CLIENT}/apis/SettingsApi.js` },
    'settings are made, read and taken away with the developer key',
    async () => {
      const { manage, portal } = await listeningPortal();
      const read = await manage('GET /settings');
      expect(read.body).toEqual({
        targetUrl: TARGET,
        throttling: { maxConcurrentRequests: 10 },
        createdAt: '2026-03-02T15:00:00.000Z',
        updatedAt: '2026-03-02T15:00:00.000Z',
      });
      expect((await portal.send(`GET /webhooks/v3/${APP_ID}/settings`)).status).toBe(401);
      expect((await manage('DELETE /settings')).status).toBe(204);
      expect((await manage('GET /settings')).status).toBe(404);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'the target is https, and more than five requests at a time are asked for', async () => {
    const { manage } = await listeningPortal();
    const five = await manage('PUT /settings', { targetUrl: TARGET, throttling: { maxConcurrentRequests: 5 } });
    expect([five.status, dig(five, 'category')]).toEqual([400, 'VALIDATION_ERROR']);
    expect(
      (await manage('PUT /settings', { targetUrl: 'http://listener.example/', throttling: { maxConcurrentRequests: 10 } })).status,
    ).toBe(400);
    expect((await manage('PUT /settings', { targetUrl: 'not a url', throttling: { maxConcurrentRequests: 10 } })).status).toBe(400);
  });

  conforms(
    { known: 'specified', source: `${CLIENT}/models/SubscriptionCreateRequest.d.ts` },
    'a subscription begins paused unless it says active, names its property or object type, and is of a known type',
    async () => {
      const { manage } = await listeningPortal();
      const made = await manage('POST /subscriptions', { eventType: 'contact.propertyChange', propertyName: 'hs_lead_status' });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ eventType: 'contact.propertyChange', propertyName: 'hs_lead_status', active: false });
      expect(dig(made, 'id')).toMatch(/^\d+$/);
      expect((await manage('POST /subscriptions', { eventType: 'contact.propertyChange' })).status).toBe(400);
      expect((await manage('POST /subscriptions', { eventType: 'object.creation' })).status).toBe(400);
      expect((await manage('POST /subscriptions', { eventType: 'contact.explosion' })).status).toBe(400);
      const generic = await manage('POST /subscriptions', { eventType: 'object.creation', objectTypeId: '0-136', active: true });
      expect(generic.body).toMatchObject({ objectTypeId: '0-136', active: true });
      expect(dig(await manage('GET /subscriptions'), 'results')).toHaveLength(2);
    },
  );

  conforms(
    { known: 'specified', source: `${CLIENT}/apis/BatchApi.js` },
    'subscriptions are switched singly and in batches, and deleted',
    async () => {
      const { manage, subscribe } = await listeningPortal();
      const id = await subscribe('deal.creation');
      expect(dig(await manage(`PATCH /subscriptions/${id}`, { active: false }), 'active')).toBe(false);
      const batch = await manage('POST /subscriptions/batch/update', {
        inputs: [
          { id: Number(id), active: true },
          { id: 1, active: true },
        ],
      });
      expect([batch.status, dig(batch, 'results', 0, 'active'), dig(batch, 'numErrors')]).toEqual([207, true, 1]);
      expect((await manage(`DELETE /subscriptions/${id}`)).status).toBe(204);
      expect((await manage(`GET /subscriptions/${id}`)).status).toBe(404);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'an app has at most 1,000 subscriptions', async () => {
    const { manage, subscribe } = await listeningPortal();
    for (let n = 0; n < 1000; n += 1) await subscribe('contact.propertyChange', { propertyName: `p${n}` });
    const more = await manage('POST /subscriptions', { eventType: 'contact.creation' });
    expect([more.status, dig(more, 'category')]).toEqual([400, 'VALIDATION_ERROR']);
  });

  conforms(
    { known: 'assumed', probe: 'POST /webhooks/v3/{appId}/subscriptions twice with the same eventType and propertyName' },
    'the same subscription twice is a conflict',
    async () => {
      const { manage, subscribe } = await listeningPortal();
      await subscribe('contact.creation');
      expect((await manage('POST /subscriptions', { eventType: 'contact.creation' })).status).toBe(409);
    },
  );
});

describe('what is told', () => {
  conforms({ known: 'specified', source: GUIDE }, 'a creation names record, portal, app, time and source', async () => {
    const { portal, subscribe, pass, notices } = await listeningPortal();
    const subscriptionId = await subscribe('contact.creation');
    const made = await portal.send('POST /crm/v3/objects/contacts', ANN);
    await pass(5);
    const [notice, ...others] = notices();
    expect(others).toEqual([]);
    expect(notice).toEqual({
      eventId: expect.any(Number) as number,
      subscriptionId: Number(subscriptionId),
      portalId: 4711,
      appId: Number(APP_ID),
      occurredAt: Date.parse('2026-03-02T15:00:00.000Z'),
      subscriptionType: 'contact.creation',
      attemptNumber: 0,
      objectId: Number(text(made, 'id')),
      changeFlag: 'CREATED',
      changeSource: 'INTEGRATION',
      sourceId: APP_ID,
    });
  });

  conforms(
    { known: 'specified', source: GUIDE },
    'a property change carries name and new value, only of the subscribed property',
    async () => {
      const { portal, subscribe, pass, notices } = await listeningPortal();
      await subscribe('contact.propertyChange', { propertyName: 'hs_lead_status' });
      const id = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
      await portal.send(
        `PATCH /crm/v3/objects/contacts/${id}`,
        { properties: { hs_lead_status: 'OPEN', firstname: 'Anna' } },
        { token: 'user-session' },
      );
      await portal.send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { hs_lead_status: 'OPEN' } });
      await portal.send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { hs_lead_status: '' } });
      await pass(5);
      expect(notices().map((one) => [one['propertyName'], one['propertyValue'], one['changeSource']])).toEqual([
        ['hs_lead_status', 'OPEN', 'CRM_UI'],
        ['hs_lead_status', '', 'INTEGRATION'],
      ]);
      expect(notices()[0]?.['sourceId']).toMatch(/^userId:\d+$/);
    },
  );

  conforms(
    {
      known: 'assumed',
      probe: 'Subscribe to contact.creation and contact.propertyChange of firstname, then create a contact with a firstname',
    },
    'the properties of a new record are told as changes too',
    async () => {
      const { portal, subscribe, pass, notices } = await listeningPortal();
      await subscribe('contact.propertyChange', { propertyName: 'firstname' });
      await portal.send('POST /crm/v3/objects/contacts', ANN);
      await pass(5);
      expect(notices().map((one) => one['propertyValue'])).toEqual(['Ann']);
    },
  );

  conforms({ known: 'specified', source: GENERIC }, 'the generic form names the object type in a member of its own', async () => {
    const { portal, subscribe, pass, notices } = await listeningPortal();
    await subscribe('object.propertyChange', { objectTypeId: '0-3', propertyName: 'amount' });
    await subscribe('object.creation', { objectTypeId: '0-1' });
    await portal.send('POST /crm/v3/objects/deals', { properties: { dealname: 'D', amount: '7' } });
    await pass(5);
    expect(notices()).toHaveLength(1);
    expect(notices()[0]).toMatchObject({
      subscriptionType: 'object.propertyChange',
      objectTypeId: '0-3',
      propertyName: 'amount',
      propertyValue: '7',
      isSensitive: false,
    });
  });

  conforms({ known: 'specified', source: GUIDE }, 'deletions are told, one for each record of a batch', async () => {
    const { portal, subscribe, pass, notices } = await listeningPortal();
    await subscribe('contact.deletion');
    const ids = await Promise.all(
      [1, 2].map(async () => text(await portal.send('POST /crm/v3/objects/contacts', { properties: {} }), 'id')),
    );
    await portal.send('POST /crm/v3/objects/contacts/batch/archive', { inputs: ids.map((id) => ({ id })) });
    await portal.send(`DELETE /crm/v3/objects/contacts/${ids[0]}`);
    await pass(5);
    expect(notices().map((one) => [one['objectId'], one['changeFlag']])).toEqual(ids.map((id) => [Number(id), 'DELETED']));
  });

  conforms(
    {
      known: 'specified',
      source: 'https://developers.hubspot.com/changelog/now-live-webhooks-now-support-privacy-compliant-contact-deletions',
    },
    'a permanent deletion is told as such and as a deletion',
    async () => {
      const { portal, subscribe, pass, notices } = await listeningPortal();
      await subscribe('contact.deletion');
      await subscribe('contact.privacyDeletion');
      await portal.send('POST /crm/v3/objects/contacts', ANN);
      await portal.send('POST /crm/v3/objects/contacts/gdpr-delete', { objectId: 'ann@acme.example', idProperty: 'email' });
      await pass(5);
      expect(new Set(notices().map((one) => one['subscriptionType']))).toEqual(new Set(['contact.deletion', 'contact.privacyDeletion']));
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'a merge names winner, merged records, the new record and how much moved', async () => {
    const { portal, subscribe, pass, notices } = await listeningPortal();
    await subscribe('contact.merge');
    const [a, b] = [
      text(await portal.send('POST /crm/v3/objects/contacts', { properties: { email: 'a@acme.example' } }), 'id'),
      text(await portal.send('POST /crm/v3/objects/contacts', { properties: { email: 'b@acme.example', phone: '1', city: 'Bonn' } }), 'id'),
    ];
    const merged = await portal.send('POST /crm/v3/objects/contacts/merge', { primaryObjectId: a, objectIdToMerge: b });
    await pass(5);
    expect(notices()).toHaveLength(1);
    expect(notices()[0]).toMatchObject({
      primaryObjectId: Number(a),
      mergedObjectIds: [Number(b)],
      newObjectId: Number(text(merged, 'id')),
      numberOfPropertiesMoved: 2,
    });
  });

  conforms({ known: 'specified', source: GUIDE }, 'an association is told to both sides, with its removal', async () => {
    const { portal, subscribe, pass, notices } = await listeningPortal();
    await subscribe('contact.associationChange');
    await subscribe('deal.associationChange');
    const contact = text(await portal.send('POST /crm/v3/objects/contacts', { properties: {} }), 'id');
    const deal = text(await portal.send('POST /crm/v3/objects/deals', { properties: { dealname: 'D' } }), 'id');
    await portal.send(`PUT /crm/v4/objects/contact/${contact}/associations/default/deal/${deal}`);
    await portal.send(`PUT /crm/v4/objects/contact/${contact}/associations/default/deal/${deal}`);
    await portal.send(`DELETE /crm/v4/objects/contact/${contact}/associations/deal/${deal}`);
    await pass(5);
    const [one, other] = [Number(contact), Number(deal)];
    expect(notices().map((n) => [n['associationType'], n['fromObjectId'], n['toObjectId'], n['associationRemoved']])).toEqual([
      ['CONTACT_TO_DEAL', one, other, false],
      ['DEAL_TO_CONTACT', other, one, false],
      ['CONTACT_TO_DEAL', one, other, true],
      ['DEAL_TO_CONTACT', other, one, true],
    ]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'a paused subscription hears nothing', async () => {
    const { portal, manage, subscribe, pass, requests } = await listeningPortal();
    const id = await subscribe('contact.creation');
    await manage(`PATCH /subscriptions/${id}`, { active: false });
    await portal.send('POST /crm/v3/objects/contacts', ANN);
    await pass(60);
    expect(requests).toEqual([]);
  });
});

describe('delivery', () => {
  conforms(
    { known: 'specified', source: SIGNING },
    'each request is signed as HubSpot’s own client checks it, in version 3 and in version 1',
    async () => {
      const { portal, subscribe, pass, requests } = await listeningPortal();
      await subscribe('contact.creation');
      await portal.send('POST /crm/v3/objects/contacts', ANN);
      await pass(5);
      const [sent] = requests;
      if (sent === undefined) throw new Error('nothing was sent');
      const { method, url, body, headers } = sent;
      expect([method, url]).toEqual(['POST', TARGET]);
      const timestamp = Number(headers['x-hubspot-request-timestamp']);
      expect(timestamp).toBe(sent.at);
      // The address is signed with its escapes undone.
      const signed = { clientSecret: CLIENT_SECRET, requestBody: body, timestamp, url: TARGET.replace('%2C', ',') };
      expect(Signature.getSignature('POST', 'v3', { ...signed, signature: '' })).toBe(headers['x-hubspot-signature-v3']);
      expect(Signature.getSignature('POST', 'v1', { ...signed, signature: '' })).toBe(headers['x-hubspot-signature']);
      expect(headers['x-hubspot-signature-version']).toBe('v1');
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'a request carries at most 100 notifications', async () => {
    const { portal, subscribe, pass, requests } = await listeningPortal();
    await subscribe('contact.creation');
    for (let batch = 0; batch < 3; batch += 1)
      await portal.send('POST /crm/v3/objects/contacts/batch/create', { inputs: Array.from({ length: 90 }, () => ({ properties: {} })) });
    await pass(5);
    expect(requests.map((request) => (JSON.parse(request.body) as unknown[]).length)).toEqual([100, 100, 70]);
  });

  conforms(
    { known: 'specified', source: GUIDE },
    'what fails is sent again up to ten times within 24 hours, with the same event id and a higher attempt number',
    async () => {
      const { portal, subscribe, pass, requests, notices } = await listeningPortal({ answer: (nth) => (nth % 2 === 0 ? 503 : null) });
      await subscribe('contact.creation');
      await portal.send('POST /crm/v3/objects/contacts', ANN);
      await pass(3 * 86_400);
      expect(notices().map((one) => one['attemptNumber'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(new Set(notices().map((one) => one['eventId'])).size).toBe(1);
      const [first, last] = [requests[0]?.at ?? 0, requests.at(-1)?.at ?? 0];
      expect(last - first).toBeLessThanOrEqual(86_400_000);
      expect(last - first).toBeGreaterThan(43_200_000);
      expect(portal.half.deliveries()).toEqual({ requests: 11, delivered: 0, lost: 1, waiting: 0 });
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'what is answered with a success is not sent again', async () => {
    const { portal, subscribe, pass, requests } = await listeningPortal({ answer: () => 204 });
    await subscribe('contact.creation');
    await portal.send('POST /crm/v3/objects/contacts', ANN);
    await pass(86_400);
    expect(requests).toHaveLength(1);
    expect(portal.half.deliveries()).toEqual({ requests: 1, delivered: 1, lost: 0, waiting: 0 });
  });

  conforms({ known: 'specified', source: GUIDE }, 'one notification can come twice, and later ones can come first', async () => {
    const { portal, subscribe, pass, notices } = await listeningPortal({ duplicates: 0.2, reordered: 0.2 });
    await subscribe('contact.creation');
    const made: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      made.push(Number(text(await portal.send('POST /crm/v3/objects/contacts', { properties: {} }), 'id')));
      await pass(1);
    }
    await pass(120);
    const arrived = notices().map((one) => one['objectId'] as number);
    const extra = arrived.length - 100;
    expect(extra).toBeGreaterThan(5);
    expect(extra).toBeLessThan(40);
    expect([...new Set(arrived)].toSorted((a, b) => a - b)).toEqual(made);
    expect([...new Set(arrived)]).not.toEqual(made);
  });
});
