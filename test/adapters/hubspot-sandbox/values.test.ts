import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { APP_ID, dig, START, testPortal, text, USER_TOKEN, type Reply, type TestPortal } from './portal.ts';

const CONTACTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const ERRORS = 'https://developers.hubspot.com/docs/api-reference/error-handling';
const PROPERTIES = 'https://developers.hubspot.com/docs/api-reference/legacy/crm/properties/guide';
const OWNERS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide';
const RECORDED = 'https://github.com/grouparoo/grouparoo/tree/main/plugins/@grouparoo/hubspot/__tests__/fixtures/export-objects';
const OPTION = 'https://github.com/gregorspan/csc-frodx/issues/21';

const PATH = '/crm/v3/objects/contacts';

const create = (portal: TestPortal, properties: object): Promise<Reply> => portal.send(`POST ${PATH}`, { properties });

function ann(portal: TestPortal, more: Record<string, string> = {}): string {
  return portal.half.seed.record('contacts', { email: 'ann@acme.example', ...more }, { at: START });
}

describe('a refused value', () => {
  conforms({ known: 'specified', source: ERRORS }, 'of an unknown property is told as JSON inside the message', async () => {
    const reply = await create(testPortal(), { missing: 'x' });
    expect([reply.status, dig(reply, 'category')]).toEqual([400, 'VALIDATION_ERROR']);
    expect(JSON.parse(text(reply, 'message').replace('Property values were not valid: ', ''))).toEqual([
      {
        isValid: false,
        message: 'Property "missing" does not exist',
        error: 'PROPERTY_DOESNT_EXIST',
        name: 'missing',
        localizedErrorMessage: 'Property "missing" does not exist',
        portalId: 4711,
      },
    ]);
  });

  conforms({ known: 'specified', source: ERRORS }, 'is told once more in errors, with code and property name', async () => {
    const reply = await create(testPortal(), { missing: 'x' });
    expect(dig(reply, 'errors')).toEqual([
      { message: 'Property "missing" does not exist', code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['missing'] } },
    ]);
  });

  conforms({ known: 'specified', source: ERRORS }, 'does not hide the others: all are listed', async () => {
    const reply = await create(testPortal(), { missing: 'x', absent: 'y', hs_lead_status: 'NOPE' });
    expect(dig(reply, 'errors')).toMatchObject([
      { code: 'PROPERTY_DOESNT_EXIST' },
      { code: 'PROPERTY_DOESNT_EXIST' },
      { code: 'INVALID_OPTION' },
    ]);
  });

  conforms({ known: 'recorded', source: OPTION }, 'of a picklist is INVALID_OPTION and lists the allowed ones', async () => {
    const reply = await create(testPortal(), { hs_lead_status: 'LUKEWARM' });
    expect([reply.status, dig(reply, 'errors', 0)]).toMatchObject([
      400,
      {
        code: 'INVALID_OPTION',
        message:
          'LUKEWARM was not one of the allowed options: [NEW, OPEN, IN_PROGRESS, OPEN_DEAL, UNQUALIFIED, ATTEMPTED_TO_CONTACT, CONNECTED, BAD_TIMING]',
      },
    ]);
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'of a picklist is compared with regard to case', async () => {
    expect(dig(await create(testPortal(), { hs_lead_status: 'new' }), 'errors', 0, 'code')).toBe('INVALID_OPTION');
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with a number property "1/1/1"` }, 'of a number is INVALID_LONG', async () => {
    expect(dig(await create(testPortal(), { truce_outcome_amount: '1/1/1' }), 'errors', 0, 'code')).toBe('INVALID_LONG');
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with a datetime property "yesterday"` }, 'of a date is INVALID_DATE', async () => {
    expect(dig(await create(testPortal(), { truce_outcome_closed_at: 'yesterday' }), 'errors', 0, 'code')).toBe('INVALID_DATE');
  });

  conforms({ known: 'specified', source: CONTACTS }, 'that is no e-mail address is INVALID_EMAIL', async () => {
    expect(dig(await create(testPortal(), { email: 'not-an-address' }), 'errors', 0, 'code')).toBe('INVALID_EMAIL');
  });

  conforms(
    { known: 'assumed', probe: `POST ${PATH} {"properties":{"hubspot_owner_id":"1"}}` },
    'of an owner is INVALID_OWNER_ID',
    async () => {
      expect(dig(await create(testPortal(), { hubspot_owner_id: '1' }), 'errors', 0, 'code')).toBe('INVALID_OWNER_ID');
    },
  );

  conforms({ known: 'specified', source: PROPERTIES }, 'of a property that HubSpot keeps itself is READ_ONLY_VALUE', async () => {
    const portal = testPortal();
    for (const name of ['createdate', 'lastmodifieddate', 'hs_object_id', 'hs_email_domain', 'hs_lifecyclestage_lead_date']) {
      expect([name, dig(await create(portal, { [name]: '1' }), 'errors', 0, 'code')]).toEqual([name, 'READ_ONLY_VALUE']);
    }
  });
});

describe('a stored value', () => {
  const stored = async (name: string, value: unknown): Promise<unknown> =>
    dig(await create(testPortal(), { [name]: value }), 'properties', name);

  conforms({ known: 'specified', source: PROPERTIES }, 'of a datetime given as epoch milliseconds is ISO 8601', async () => {
    expect(await stored('truce_outcome_closed_at', String(START))).toBe('2026-03-02T15:00:00.000Z');
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'of a datetime given with an offset is in UTC', async () => {
    expect(await stored('truce_outcome_closed_at', '2026-03-02T17:00:00+02:00')).toBe('2026-03-02T15:00:00.000Z');
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'of a datetime given as a day is its midnight', async () => {
    expect(await stored('closedate', '2026-03-01')).toBe('2026-03-01T00:00:00.000Z');
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'of a number given as a number is text', async () => {
    expect(await stored('truce_outcome_amount', 12.5)).toBe('12.5');
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'keeps its capitals, spaces and signs', async () => {
    expect(await stored('city', ' Łódź \u{1F600} "x" ')).toBe(' Łódź \u{1F600} "x" ');
  });

  conforms({ known: 'recorded', source: RECORDED }, 'dates the first time of a lifecycle stage', async () => {
    const made = await create(testPortal(), { email: 'a@b.example', lifecyclestage: 'marketingqualifiedlead' });
    expect(dig(made, 'properties', 'hs_lifecyclestage_marketingqualifiedlead_date')).toBe(String(START));
  });
});

describe('the lifecycle stage', () => {
  const moving = async (first: string, ...next: readonly string[]): Promise<unknown> => {
    const portal = testPortal();
    const made = await create(portal, { email: 'a@b.example', lifecyclestage: first });
    const path = `${PATH}/${text(made, 'id')}`;
    for (const lifecyclestage of next) expect((await portal.send(`PATCH ${path}`, { properties: { lifecyclestage } })).status).toBe(200);
    return dig(await portal.send(`GET ${path}?properties=lifecyclestage`), 'properties', 'lifecyclestage');
  };

  conforms({ known: 'specified', source: CONTACTS }, 'moves forward, over several stages at once', async () => {
    expect(await moving('lead', 'customer')).toBe('customer');
  });

  conforms({ known: 'specified', source: CONTACTS }, 'does not move backward by the API', async () => {
    expect(await moving('opportunity', 'lead')).toBe('opportunity');
  });

  conforms(
    { known: 'assumed', probe: `PATCH ${PATH}/ID {"properties":{"lifecyclestage":"lead"}} on a customer` },
    'a write backward is answered with 200',
    async () => {
      const portal = testPortal();
      const id = ann(portal, { lifecyclestage: 'customer' });
      const reply = await portal.send(`PATCH ${PATH}/${id}`, { properties: { lifecyclestage: 'lead', city: 'Bonn' } });
      expect([reply.status, dig(reply, 'properties', 'city')]).toEqual([200, 'Bonn']);
    },
  );

  conforms({ known: 'specified', source: CONTACTS }, 'goes back after it was cleared in a write of its own', async () => {
    expect(await moving('opportunity', '', 'lead')).toBe('lead');
  });

  conforms({ known: 'specified', source: CONTACTS }, 'of companies follows the same rule', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('companies', { name: 'Acme', lifecyclestage: 'customer' }, { at: START });
    await send(`PATCH /crm/v3/objects/companies/${id}`, { properties: { lifecyclestage: 'lead' } });
    expect(dig(await send(`GET /crm/v3/objects/companies/${id}?properties=lifecyclestage`), 'properties', 'lifecyclestage')).toBe(
      'customer',
    );
  });
});

describe('who writes', () => {
  const histories = async (): Promise<unknown> => {
    const portal = testPortal();
    const made = await create(portal, { email: 'a@b.example', hs_lead_status: 'NEW' });
    portal.clock.advance(5000);
    const path = `${PATH}/${text(made, 'id')}`;
    await portal.send(`PATCH ${path}`, { properties: { hs_lead_status: 'OPEN' } }, { token: USER_TOKEN });
    return dig(await portal.send(`GET ${path}?propertiesWithHistory=hs_lead_status`), 'propertiesWithHistory', 'hs_lead_status');
  };

  conforms({ known: 'recorded', source: RECORDED }, 'an app is INTEGRATION in the history', async () => {
    expect(await histories()).toMatchObject([{}, { value: 'NEW', sourceType: 'INTEGRATION', sourceLabel: 'Truce' }]);
  });

  conforms(
    { known: 'assumed', probe: 'PATCH a contact with a private app, then read the history: what is sourceId?' },
    'the integration’s sourceId is the id of its app',
    async () => {
      expect(await histories()).toMatchObject([{}, { sourceId: APP_ID }]);
    },
  );

  conforms({ known: 'specified', source: OWNERS }, 'a person is CRM_UI with the user’s id', async () => {
    expect(await histories()).toMatchObject([
      { value: 'OPEN', sourceType: 'CRM_UI', sourceId: 'userId:50000001', updatedByUserId: 50_000_001 },
      {},
    ]);
  });
});
