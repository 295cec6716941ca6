import { describe, expect, it } from 'vitest';
import { APP_ID, dig, ids, START, testPortal, text, USER_TOKEN } from './portal.ts';

describe('authentication', () => {
  // specified: api.md 1.6; HubSpot error handling guide
  it('refuses a request without a token as INVALID_AUTHENTICATION', async () => {
    const { send } = testPortal();
    for (const token of [null, 'pat-na1-someone-else']) {
      const reply = await send('GET /crm/v3/objects/contacts', undefined, { token });
      expect(reply.status).toBe(401);
      expect(reply.body).toMatchObject({ status: 'error', category: 'INVALID_AUTHENTICATION' });
      expect(dig(reply, 'correlationId')).toBe(reply.headers['x-hubspot-correlation-id']);
    }
  });

  // specified: api.md 1.6
  it('names the scopes that are missing', async () => {
    const { send } = testPortal({ scopes: ['crm.objects.contacts.read'] });
    expect((await send('GET /crm/v3/objects/contacts')).status).toBe(200);
    const reply = await send('POST /crm/v3/objects/contacts', { properties: { email: 'a@b.example' } });
    expect(reply.status).toBe(403);
    expect(dig(reply, 'category')).toBe('MISSING_SCOPES');
    expect(dig(reply, 'errors', 0)).toMatchObject({ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } });
  });

  // specified: api.md 1.9, Marketing Hub Professional and up
  it('has no campaigns in a free account', async () => {
    const { send } = testPortal({ tier: 'free' });
    expect((await send('GET /marketing/v3/campaigns')).status).toBe(403);
    expect((await send('GET /crm/v3/objects/contacts')).status).toBe(200);
  });
});

describe('object names and paths', () => {
  // recorded: grouparoo 2022 (upper case); specified: object type ids
  it('takes singular, plural, upper case and type id, in v3 and date-based paths', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    for (const name of ['contact', 'contacts', 'CONTACT', '0-1']) {
      for (const path of [`/crm/v3/objects/${name}`, `/crm/objects/2026-03/${name}`, `/crm/objects/2026-09/${name}`]) {
        expect(ids(await send(`GET ${path}`))).toEqual([id]);
      }
    }
  });

  // specified: api.md 1.6
  it('answers an unknown path with 404 and an unknown record with the not-found header', async () => {
    const { send } = testPortal();
    const path = await send('GET /crm/v3/nonsense');
    expect([path.status, dig(path, 'message')]).toEqual([404, 'resource not found']);
    const record = await send('GET /crm/v3/objects/contacts/42');
    expect(record.status).toBe(404);
    expect(record.headers['x-hubspot-notfound']).toBe('true');
    expect(dig(record, 'category')).toBe('OBJECT_NOT_FOUND');
  });
});

describe('list and get', () => {
  // specified: api.md 1.2
  it('pages by id with an opaque cursor and ends without paging', async () => {
    const { send, half } = testPortal();
    const all = Array.from({ length: 25 }, (_, n) => half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
    const first = await send('GET /crm/v3/objects/contacts');
    expect(ids(first)).toEqual(all.slice(0, 10));
    const second = await send(`GET /crm/v3/objects/contacts?limit=15&after=${text(first, 'paging', 'next', 'after')}`);
    expect(ids(second)).toEqual(all.slice(10));
    expect(second.body).not.toHaveProperty('paging');
  });

  // specified: api.md 1.2 and 1.4
  it('refuses more than 100 records a page, and more than 50 with histories', async () => {
    const { send } = testPortal();
    expect((await send('GET /crm/v3/objects/contacts?limit=100')).status).toBe(200);
    expect((await send('GET /crm/v3/objects/contacts?limit=101')).status).toBe(400);
    expect((await send('GET /crm/v3/objects/contacts?limit=50&propertiesWithHistory=email')).status).toBe(200);
    expect((await send('GET /crm/v3/objects/contacts?limit=51&propertiesWithHistory=email')).status).toBe(400);
  });

  // recorded: a search answer shows a requested empty property as null; assumed: the same in list and get
  it('shows requested empty properties as null and leaves out unknown ones', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    const reply = await send(`GET /crm/v3/objects/contacts/${id}?properties=phone,nonsense`);
    expect(dig(reply, 'properties')).toEqual({
      createdate: '2026-03-02T15:00:00.000Z',
      phone: null,
      hs_object_id: id,
      lastmodifieddate: '2026-03-02T15:00:00.000Z',
    });
  });

  // specified: api.md 1.2
  it('finds a contact by e-mail, also by a secondary one', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example', hs_additional_emails: 'old@acme.example' }, { at: START });
    expect(dig(await send('GET /crm/v3/objects/contacts/ANN%40acme.example?idProperty=email'), 'id')).toBe(id);
    expect(dig(await send('GET /crm/v3/objects/contacts/old@acme.example?idProperty=email'), 'id')).toBe(id);
  });

  // specified: api.md 1.2 (contacts alone carry lastmodifieddate)
  it('stamps contacts with lastmodifieddate and everything else with hs_lastmodifieddate', async () => {
    const { send, half } = testPortal();
    const deal = half.seed.record('deals', { dealname: 'Big' }, { at: START });
    const shown = dig(await send(`GET /crm/v3/objects/deals/${deal}`), 'properties') as object;
    expect(Object.keys(shown)).toContain('hs_lastmodifieddate');
    expect(Object.keys(shown)).not.toContain('lastmodifieddate');
  });
});

describe('create and update', () => {
  // specified: api.md 1.2; recorded: hs_object_source of an app's record
  it('creates with 201, derives the e-mail domain and records who made it', async () => {
    const { send } = testPortal();
    const reply = await send('POST /crm/v3/objects/contacts', { properties: { email: 'Ann@Acme.example', firstname: 'Ann' } });
    expect(reply.status).toBe(201);
    expect(dig(reply, 'properties')).toMatchObject({
      email: 'ann@acme.example',
      hs_email_domain: 'acme.example',
      hs_object_source: 'INTEGRATION',
      hs_object_source_id: APP_ID,
      hs_object_id: dig(reply, 'id'),
    });
  });

  // recorded: grouparoo 2022
  it('answers an update with the touched and derived properties only', async () => {
    const { send, half, clock } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example', firstname: 'Ann' }, { at: START });
    clock.advance(1000);
    const reply = await send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { email: 'ann@new.example' } });
    expect(dig(reply, 'properties')).toEqual({
      email: 'ann@new.example',
      hs_email_domain: 'new.example',
      lastmodifieddate: '2026-03-02T15:00:01.000Z',
    });
  });

  // specified: api.md 1.2 (single PATCH takes idProperty=email)
  it('updates by e-mail and clears with an empty string', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example', phone: '1' }, { at: START });
    const reply = await send('PATCH /crm/v3/objects/contacts/ann@acme.example?idProperty=email', { properties: { phone: '' } });
    expect([reply.status, dig(reply, 'properties', 'phone')]).toEqual([200, null]);
    expect(dig(await send(`GET /crm/v3/objects/contacts/${id}?properties=phone`), 'properties', 'phone')).toBeNull();
  });

  // specified: error handling guide: the JSON stands inside the message
  it('refuses an unknown property with the JSON inside the message', async () => {
    const { send } = testPortal();
    const reply = await send('POST /crm/v3/objects/contacts', { properties: { missing: 'x' } });
    expect(reply.status).toBe(400);
    const inside = JSON.parse(String(dig(reply, 'message')).replace('Property values were not valid: ', '')) as unknown[];
    expect(inside).toEqual([
      {
        isValid: false,
        message: 'Property "missing" does not exist',
        error: 'PROPERTY_DOESNT_EXIST',
        name: 'missing',
        localizedErrorMessage: 'Property "missing" does not exist',
        portalId: 4711,
      },
    ]);
    expect(dig(reply, 'errors', 0)).toMatchObject({ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['missing'] } });
  });

  // recorded: gregorspan/csc-frodx issue 21 (2026-09)
  it('refuses an unknown option and lists the allowed ones', async () => {
    const { send } = testPortal();
    const reply = await send('POST /crm/v3/objects/contacts', { properties: { hs_lead_status: 'LUKEWARM' } });
    expect(reply.status).toBe(400);
    expect(dig(reply, 'errors', 0)).toMatchObject({
      code: 'INVALID_OPTION',
      message:
        'LUKEWARM was not one of the allowed options: [NEW, OPEN, IN_PROGRESS, OPEN_DEAL, UNQUALIFIED, ATTEMPTED_TO_CONTACT, CONNECTED, BAD_TIMING]',
    });
  });

  // specified: error handling guide
  it('refuses a second contact with the same e-mail, primary or secondary, and names the first', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example', hs_additional_emails: 'old@acme.example' }, { at: START });
    for (const email of ['ANN@acme.example', 'old@acme.example']) {
      const reply = await send('POST /crm/v3/objects/contacts', { properties: { email } });
      expect(reply.status).toBe(409);
      expect(reply.body).toMatchObject({ message: `Contact already exists. Existing ID: ${id}`, category: 'CONFLICT' });
    }
  });

  // recorded: 2026-09 alerts in a public repository
  it('refuses to give a contact the e-mail of another one', async () => {
    const { send, half } = testPortal();
    const ann = half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    const bob = half.seed.record('contacts', { email: 'bob@acme.example' }, { at: START });
    const reply = await send(`PATCH /crm/v3/objects/contacts/${bob}`, { properties: { email: 'ann@acme.example' } });
    expect(reply.status).toBe(400);
    expect(dig(reply, 'message')).toBe(
      `Cannot set PropertyValueCoordinates{portalId=4711, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, propertyName=email, value=ann@acme.example} on ${bob}. ${ann} already has that value.`,
    );
  });

  // specified: contacts guide ("you can only set the value forward"); assumed: a backward write is ignored
  it('moves the lifecycle stage forward only, unless it was cleared first', async () => {
    const { send } = testPortal();
    const made = await send('POST /crm/v3/objects/contacts', { properties: { email: 'a@b.example', lifecyclestage: 'opportunity' } });
    const path = `/crm/v3/objects/contacts/${text(made, 'id')}`;
    const stage = async (): Promise<unknown> => dig(await send(`GET ${path}?properties=lifecyclestage`), 'properties', 'lifecyclestage');
    expect((await send(`PATCH ${path}`, { properties: { lifecyclestage: 'lead' } })).status).toBe(200);
    expect(await stage()).toBe('opportunity');
    await send(`PATCH ${path}`, { properties: { lifecyclestage: '' } });
    await send(`PATCH ${path}`, { properties: { lifecyclestage: 'lead' } });
    expect(await stage()).toBe('lead');
  });
});

describe('delete', () => {
  // specified: api.md 1.2 and 1.3
  it('archives with 204, also twice, and then shows the record only with archived=true', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    for (let time = 0; time < 2; time += 1) {
      const reply = await send(`DELETE /crm/v3/objects/contacts/${id}`);
      expect([reply.status, reply.text]).toEqual([204, '']);
    }
    expect((await send(`GET /crm/v3/objects/contacts/${id}`)).status).toBe(404);
    expect(ids(await send('GET /crm/v3/objects/contacts'))).toEqual([]);
    const archived = await send('GET /crm/v3/objects/contacts?archived=true');
    expect(dig(archived, 'results', 0)).toMatchObject({ id, archived: true, archivedAt: '2026-03-02T15:00:00.000Z' });
    expect(dig(await send('POST /crm/v3/objects/contacts/search', {}), 'total')).toBe(0);
  });
});

describe('writers', () => {
  // specified: owners guide (userId in histories); recorded: hs_object_source of an app
  it('tells the integration from a user in the history', async () => {
    const { send, clock } = testPortal();
    const made = await send('POST /crm/v3/objects/contacts', { properties: { email: 'a@b.example', hs_lead_status: 'NEW' } });
    clock.advance(5000);
    await send(`PATCH /crm/v3/objects/contacts/${text(made, 'id')}`, { properties: { hs_lead_status: 'OPEN' } }, { token: USER_TOKEN });
    const reply = await send(`GET /crm/v3/objects/contacts/${text(made, 'id')}?propertiesWithHistory=hs_lead_status`);
    expect(dig(reply, 'propertiesWithHistory', 'hs_lead_status')).toEqual([
      {
        value: 'OPEN',
        timestamp: '2026-03-02T15:00:05.000Z',
        sourceType: 'CRM_UI',
        sourceId: 'userId:50000001',
        updatedByUserId: 50_000_001,
      },
      { value: 'NEW', timestamp: '2026-03-02T15:00:00.000Z', sourceType: 'INTEGRATION', sourceId: APP_ID, sourceLabel: 'Truce' },
    ]);
  });
});
