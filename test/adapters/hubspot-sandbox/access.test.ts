import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, START, testPortal, text, TOKEN, USER_TOKEN } from './portal.ts';

const ERRORS = 'https://developers.hubspot.com/docs/api-reference/error-handling';
const USAGE = 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines';
const SCOPES = 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes';
const LEADS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/leads/guide';
const CAMPAIGNS = 'https://developers.hubspot.com/docs/api-reference/legacy/marketing/campaigns/batch/get-campaigns';
const OWNERS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide';
const CRM = 'https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm';
const VERSIONS = 'https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm';
const RECORDED = 'https://github.com/grouparoo/grouparoo/tree/main/plugins/@grouparoo/hubspot/__tests__/fixtures/export-objects';

const CONTACTS = 'GET /crm/v3/objects/contacts';

describe('authentication', () => {
  conforms({ known: 'specified', source: ERRORS }, 'a request without a token is 401 INVALID_AUTHENTICATION', async () => {
    const reply = await testPortal().send(CONTACTS, undefined, { token: null });
    expect([reply.status, dig(reply, 'category')]).toEqual([401, 'INVALID_AUTHENTICATION']);
    expect(text(reply, 'message')).toMatch(/^Authentication credentials not found/);
  });

  conforms({ known: 'specified', source: ERRORS }, 'a token of nobody is 401 INVALID_AUTHENTICATION', async () => {
    const reply = await testPortal().send(CONTACTS, undefined, { token: 'pat-na1-someone-else' });
    expect([reply.status, dig(reply, 'category')]).toEqual([401, 'INVALID_AUTHENTICATION']);
  });

  conforms(
    { known: 'assumed', probe: 'GET /crm/v3/nonsense without a token: 404 or 401?' },
    'an unknown path is unknown to strangers too',
    async () => {
      expect((await testPortal().send('GET /crm/v3/nonsense', undefined, { token: null })).status).toBe(404);
    },
  );

  conforms({ known: 'specified', source: USAGE }, 'the bearer scheme may be written in any case', async () => {
    const { half } = testPortal();
    const headers = { authorization: `bearer ${TOKEN}` };
    const reply = await half.handle({
      method: 'GET',
      url: '/crm/v3/objects/contacts',
      headers,
      body: new Uint8Array(),
      origin: 'http://127.0.0.1:9',
    });
    expect(reply.status).toBe(200);
  });

  it('neither of the two tokens is accepted in the query', async () => {
    const { send } = testPortal();
    for (const token of [TOKEN, USER_TOKEN]) {
      expect((await send(`${CONTACTS}?hapikey=${token}&access_token=${token}`, undefined, { token: null })).status).toBe(401);
    }
  });
});

describe('scopes', () => {
  const missing = async (scopes: readonly string[], line: string, body?: unknown): Promise<unknown> => {
    const reply = await testPortal({ scopes }).send(line, body);
    expect([line, reply.status, dig(reply, 'category')]).toEqual([line, 403, 'MISSING_SCOPES']);
    return dig(reply, 'errors', 0, 'context', 'requiredGranularScopes');
  };

  conforms({ known: 'specified', source: ERRORS }, 'a call without its scope is 403 and names the scope that is missing', async () => {
    const reply = await testPortal({ scopes: [] }).send(CONTACTS);
    expect(reply.status).toBe(403);
    expect(reply.body).toMatchObject({
      status: 'error',
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.read'] } }],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
    });
  });

  conforms({ known: 'specified', source: SCOPES }, 'reading does not give the right to write', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'POST /crm/v3/objects/contacts', { properties: {} })).toEqual([
      'crm.objects.contacts.write',
    ]);
  });

  conforms({ known: 'specified', source: SCOPES }, 'deals have scopes of their own', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'GET /crm/v3/objects/deals')).toEqual(['crm.objects.deals.read']);
  });

  conforms({ known: 'specified', source: SCOPES }, 'companies have scopes of their own', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'GET /crm/v3/objects/companies')).toEqual(['crm.objects.companies.read']);
  });

  conforms({ known: 'specified', source: LEADS }, 'leads need crm.objects.leads.read', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'GET /crm/v3/objects/leads')).toEqual(['crm.objects.leads.read']);
  });

  conforms({ known: 'specified', source: LEADS }, 'creating a lead needs crm.objects.leads.write', async () => {
    expect(await missing(['crm.objects.leads.read'], 'POST /crm/v3/objects/leads', { properties: {} })).toEqual([
      'crm.objects.leads.write',
    ]);
  });

  conforms({ known: 'specified', source: OWNERS }, 'owners need crm.objects.owners.read', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'GET /crm/v3/owners')).toEqual(['crm.objects.owners.read']);
  });

  conforms({ known: 'specified', source: SCOPES }, 'property definitions of contacts need crm.schemas.contacts.read', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'GET /crm/v3/properties/contacts')).toEqual(['crm.schemas.contacts.read']);
  });

  conforms({ known: 'specified', source: SCOPES }, 'making a property of contacts needs crm.schemas.contacts.write', async () => {
    expect(await missing(['crm.schemas.contacts.read'], 'POST /crm/v3/properties/contacts', {})).toEqual(['crm.schemas.contacts.write']);
  });

  conforms({ known: 'specified', source: SCOPES }, 'lists need crm.lists.read', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'POST /crm/v3/lists/search', {})).toEqual(['crm.lists.read']);
  });

  conforms({ known: 'specified', source: CAMPAIGNS }, 'campaigns need marketing.campaigns.read', async () => {
    expect(await missing(['crm.objects.contacts.read'], 'GET /marketing/v3/campaigns')).toEqual(['marketing.campaigns.read']);
  });

  conforms({ known: 'specified', source: CAMPAIGNS }, 'writing campaigns needs marketing.campaigns.write', async () => {
    expect(await missing(['marketing.campaigns.read'], 'POST /marketing/v3/campaigns', {})).toEqual(['marketing.campaigns.write']);
  });

  conforms(
    { known: 'assumed', probe: 'POST /crm/v3/properties/campaigns with a token that has marketing.campaigns.write only' },
    'making a property of campaigns goes by the scope of campaigns',
    async () => {
      expect(await missing(['marketing.campaigns.read'], 'POST /crm/v3/properties/campaigns', {})).toEqual(['marketing.campaigns.write']);
    },
  );

  conforms({ known: 'specified', source: SCOPES }, 'engagements are covered by the scopes of contacts', async () => {
    const { send } = testPortal({ scopes: ['crm.objects.contacts.read'] });
    for (const type of ['calls', 'emails', 'meetings', 'tasks', 'notes', 'communications']) {
      expect([type, (await send(`GET /crm/v3/objects/${type}`)).status]).toEqual([type, 200]);
    }
  });

  conforms({ known: 'specified', source: CAMPAIGNS }, 'a free account has no campaigns', async () => {
    const { send } = testPortal({ tier: 'free' });
    expect((await send('GET /marketing/v3/campaigns')).status).toBe(403);
    expect((await send(CONTACTS)).status).toBe(200);
  });

  conforms({ known: 'specified', source: LEADS }, 'a free account has no leads', async () => {
    expect((await testPortal({ tier: 'free' }).send('GET /crm/v3/objects/leads')).status).toBe(403);
  });
});

describe('every answer', () => {
  conforms({ known: 'recorded', source: RECORDED }, 'says application/json;charset=utf-8', async () => {
    const { send } = testPortal();
    for (const line of [CONTACTS, 'GET /crm/v3/nonsense', 'GET /crm/v3/objects/contacts/42', 'GET /crm/v3/owners']) {
      expect((await send(line)).headers['content-type']).toBe('application/json;charset=utf-8');
    }
  });

  conforms({ known: 'recorded', source: RECORDED }, 'carries a correlation id of its own in the header', async () => {
    const { send } = testPortal();
    const [a, b] = [await send(CONTACTS), await send(CONTACTS)];
    for (const reply of [a, b]) expect(reply.headers['x-hubspot-correlation-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(a.headers['x-hubspot-correlation-id']).not.toBe(b.headers['x-hubspot-correlation-id']);
  });

  conforms({ known: 'specified', source: ERRORS }, 'of an error repeats the correlation id of the header in the body', async () => {
    const reply = await testPortal().send('GET /crm/v3/objects/contacts/42');
    expect(dig(reply, 'correlationId')).toBe(reply.headers['x-hubspot-correlation-id']);
  });

  conforms({ known: 'specified', source: ERRORS }, 'of an error has the status "error" and a message', async () => {
    const { send } = testPortal();
    for (const line of ['GET /crm/v3/nonsense', 'GET /crm/v3/objects/contacts/42', 'GET /crm/v3/objects/contacts?limit=0']) {
      expect((await send(line)).body).toMatchObject({ status: 'error', message: expect.any(String) });
    }
  });

  conforms({ known: 'recorded', source: RECORDED }, 'tells the date in HTTP form', async () => {
    expect((await testPortal().send(CONTACTS)).headers['date']).toBe(new Date(START).toUTCString());
  });

  conforms({ known: 'specified', source: ERRORS }, '204 has no body', async () => {
    const reply = await testPortal().send('DELETE /crm/v3/objects/contacts/42');
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(reply.headers).not.toHaveProperty('content-type');
  });
});

describe('paths', () => {
  const oneContact = (): { send: ReturnType<typeof testPortal>['send']; id: string } => {
    const { send, half } = testPortal();
    return { send, id: half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START }) };
  };

  conforms({ known: 'specified', source: CRM }, 'an object type is named by its plural', async () => {
    const { send, id } = oneContact();
    expect(ids(await send('GET /crm/v3/objects/contacts'))).toEqual([id]);
  });

  conforms({ known: 'specified', source: CRM }, 'an object type is named by its type id', async () => {
    const { send, id } = oneContact();
    expect(ids(await send('GET /crm/v3/objects/0-1'))).toEqual([id]);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'an object type is named by its singular, in upper case too', async () => {
    const { send, id } = oneContact();
    expect(ids(await send('GET /crm/v3/objects/contact'))).toEqual([id]);
    expect(ids(await send('GET /crm/v3/objects/CONTACT'))).toEqual([id]);
  });

  conforms({ known: 'specified', source: CRM }, 'type ids are those of the documentation', async () => {
    const { send } = testPortal();
    const known = {
      '0-1': 'contacts',
      '0-2': 'companies',
      '0-3': 'deals',
      '0-18': 'communications',
      '0-27': 'tasks',
      '0-35': 'campaigns',
      '0-46': 'notes',
      '0-47': 'meetings',
      '0-48': 'calls',
      '0-49': 'emails',
      '0-136': 'leads',
    };
    for (const [typeId, plural] of Object.entries(known)) {
      const [byId, byName] = [await send(`GET /crm/v3/properties/${typeId}`), await send(`GET /crm/v3/properties/${plural}`)];
      expect([typeId, byId.status]).toEqual([typeId, 200]);
      expect(byId.body).toEqual(byName.body);
    }
  });

  conforms({ known: 'specified', source: VERSIONS }, 'dated versions stand after the collection', async () => {
    const { send, id } = oneContact();
    for (const version of ['2026-03', '2026-09']) expect(ids(await send(`GET /crm/objects/${version}/contacts`))).toEqual([id]);
  });

  conforms({ known: 'specified', source: VERSIONS }, 'properties, owners, pipelines, lists and campaigns have dated versions', async () => {
    const { send } = testPortal();
    for (const version of ['2026-03', '2026-09']) {
      for (const path of [
        `crm/properties/${version}/contacts`,
        `crm/owners/${version}`,
        `crm/pipelines/${version}/deals`,
        `crm/lists/${version}?listIds=1`,
        `marketing/campaigns/${version}`,
        `crm/associations/${version}/contacts/deals/labels`,
      ]) {
        expect([path, (await send(`GET /${path}`)).status]).toEqual([path, 200]);
      }
    }
  });

  conforms({ known: 'specified', source: ERRORS }, 'a version that does not exist is an unknown path', async () => {
    const { send } = testPortal();
    for (const path of ['/crm/v9/objects/contacts', '/crm/objects/2019-01/contacts', '/crm/objects/contacts']) {
      const reply = await send(`GET ${path}`);
      expect([path, reply.status, dig(reply, 'message')]).toEqual([path, 404, 'resource not found']);
    }
  });

  conforms({ known: 'specified', source: ERRORS }, 'an unknown path has neither category nor the not-found header', async () => {
    const reply = await testPortal().send('GET /crm/v3/nonsense');
    expect([reply.status, dig(reply, 'message'), dig(reply, 'category')]).toEqual([404, 'resource not found', undefined]);
    expect(reply.headers).not.toHaveProperty('x-hubspot-notfound');
  });

  conforms({ known: 'specified', source: ERRORS }, 'an unknown record is OBJECT_NOT_FOUND with the header x-hubspot-notfound', async () => {
    const reply = await testPortal().send('GET /crm/v3/objects/contacts/42');
    expect([reply.status, dig(reply, 'category'), reply.headers['x-hubspot-notfound']]).toEqual([404, 'OBJECT_NOT_FOUND', 'true']);
  });

  conforms({ known: 'assumed', probe: 'GET /crm/v3/objects/dragons' }, 'an unknown object type is a 400 that names it', async () => {
    const reply = await testPortal().send('GET /crm/v3/objects/dragons');
    expect([reply.status, dig(reply, 'message')]).toEqual([400, 'Unable to infer object type from: dragons']);
  });

  conforms({ known: 'assumed', probe: 'PUT /crm/v3/objects/contacts' }, 'a method that the path does not take is 405', async () => {
    const { send } = testPortal();
    for (const line of ['PUT /crm/v3/objects/contacts', 'DELETE /crm/v3/owners', 'PATCH /crm/v3/pipelines/deals']) {
      expect([line, (await send(line)).status]).toEqual([line, 405]);
    }
  });
});
