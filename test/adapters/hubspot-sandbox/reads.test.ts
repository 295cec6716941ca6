import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, START, testPortal, text, type TestPortal } from './portal.ts';

const LIST = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const CONTACTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const COMPANIES = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/companies/guide';
const DEALS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide';
const RECORDED = 'https://github.com/grouparoo/grouparoo/tree/main/plugins/@grouparoo/hubspot/__tests__/fixtures/export-objects';
const HISTORY_LIMIT = 'https://github.com/HubSpot/hubspot-api-python/issues/143';
const PYTHON_CLIENT = 'https://github.com/HubSpot/hubspot-api-nodejs/issues/182';
const ASSOCIATED = '@hubspot/api-client lib/codegen/crm/contacts/models/SimplePublicObjectWithAssociations';

const PATH = '/crm/v3/objects/contacts';

function contacts(portal: TestPortal, count: number): string[] {
  return Array.from({ length: count }, (_, n) => portal.half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
}

describe('a list of records', () => {
  conforms({ known: 'specified', source: LIST }, 'has ten a page unless told otherwise', async () => {
    const portal = testPortal();
    const all = contacts(portal, 12);
    expect(ids(await portal.send(`GET ${PATH}`))).toEqual(all.slice(0, 10));
  });

  conforms({ known: 'specified', source: LIST }, 'goes on with the cursor of the page before', async () => {
    const portal = testPortal();
    const all = contacts(portal, 25);
    const first = await portal.send(`GET ${PATH}`);
    const second = await portal.send(`GET ${PATH}?limit=15&after=${text(first, 'paging', 'next', 'after')}`);
    expect(ids(second)).toEqual(all.slice(10));
  });

  conforms({ known: 'specified', source: LIST }, 'has no paging on its last page, full or not', async () => {
    const portal = testPortal();
    contacts(portal, 10);
    expect((await portal.send(`GET ${PATH}`)).body).not.toHaveProperty('paging');
    expect((await portal.send(`GET ${PATH}?limit=100`)).body).not.toHaveProperty('paging');
  });

  conforms({ known: 'specified', source: LIST }, 'links to the next page with the query of this one', async () => {
    const portal = testPortal();
    contacts(portal, 3);
    const first = await portal.send(`GET ${PATH}?limit=1&properties=city`);
    const link = new URL(text(first, 'paging', 'next', 'link'));
    expect([link.searchParams.get('properties'), link.searchParams.get('limit')]).toEqual(['city', '1']);
    const next = await portal.send(`GET ${link.pathname}${link.search}`);
    expect(ids(next)).not.toEqual(ids(first));
  });

  conforms({ known: 'specified', source: LIST }, 'of an empty account is empty', async () => {
    expect((await testPortal().send(`GET ${PATH}`)).body).toEqual({ results: [] });
  });

  conforms({ known: 'specified', source: LIST }, 'takes at most 100 a page', async () => {
    const { send } = testPortal();
    expect((await send(`GET ${PATH}?limit=100`)).status).toBe(200);
    expect((await send(`GET ${PATH}?limit=101`)).status).toBe(400);
  });

  conforms({ known: 'recorded', source: HISTORY_LIMIT }, 'takes at most 50 a page with histories', async () => {
    const { send } = testPortal();
    expect((await send(`GET ${PATH}?limit=50&propertiesWithHistory=email`)).status).toBe(200);
    expect((await send(`GET ${PATH}?limit=51&propertiesWithHistory=email`)).status).toBe(400);
  });

  conforms({ known: 'assumed', probe: `GET ${PATH}?limit=0` }, 'refuses a page of no records', async () => {
    expect((await testPortal().send(`GET ${PATH}?limit=0`)).status).toBe(400);
  });

  conforms(
    { known: 'assumed', probe: `GET ${PATH}?after=N for an N that is no record's id: where does the page start?` },
    'starts at the first id that is not smaller than the cursor',
    async () => {
      const portal = testPortal();
      const all = contacts(portal, 3);
      expect(ids(await portal.send(`GET ${PATH}?after=${Number(all[1]) - 1}`))).toEqual(
        Number(all[0]) === Number(all[1]) - 1 ? all : all.slice(1),
      );
    },
  );

  conforms({ known: 'specified', source: LIST }, 'shows a record that is made while it is read', async () => {
    const portal = testPortal();
    contacts(portal, 10);
    const first = await portal.send(`GET ${PATH}?limit=9`);
    const late = portal.half.seed.record('contacts', { email: 'late@acme.example' }, { at: START });
    expect(ids(await portal.send(`GET ${PATH}?after=${text(first, 'paging', 'next', 'after')}`))).toContain(late);
  });

  conforms({ known: 'specified', source: ASSOCIATED }, 'carries the associations that are asked for', async () => {
    const portal = testPortal();
    const [contact = ''] = contacts(portal, 1);
    const deal = portal.half.seed.record('deals', { dealname: 'Big' }, { at: START });
    portal.half.seed.associate('contacts', contact, 'deals', deal);
    const list = await portal.send(`GET ${PATH}?associations=deals,companies`);
    expect(dig(list, 'results', 0, 'associations')).toEqual({ deals: { results: [{ id: deal, type: 'contact_to_deal' }] } });
  });

  conforms({ known: 'specified', source: ASSOCIATED }, 'has no member for associations when there are none', async () => {
    const portal = testPortal();
    contacts(portal, 1);
    expect(dig(await portal.send(`GET ${PATH}?associations=deals`), 'results', 0)).not.toHaveProperty('associations');
  });
});

describe('the properties of a record', () => {
  const shown = async (type: string, values: Record<string, string>, query = ''): Promise<Record<string, unknown>> => {
    const { send, half } = testPortal();
    const id = half.seed.record(type, values, { at: START });
    return dig(await send(`GET /crm/v3/objects/${type}/${id}${query}`), 'properties') as Record<string, unknown>;
  };

  conforms({ known: 'specified', source: CONTACTS }, 'of a contact are six unless others are asked for', async () => {
    const names = Object.keys(await shown('contacts', { email: 'ann@acme.example', city: 'Bonn' }));
    expect(names.toSorted()).toEqual(['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname']);
  });

  conforms({ known: 'specified', source: COMPANIES }, 'of a company are its name, its domain and its dates', async () => {
    const names = Object.keys(await shown('companies', { name: 'Acme', city: 'Bonn' }));
    expect(names.toSorted()).toEqual(['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name']);
  });

  conforms({ known: 'specified', source: DEALS }, 'of a deal are eight unless others are asked for', async () => {
    const names = Object.keys(await shown('deals', { dealname: 'Big' }));
    expect(names.toSorted()).toEqual(
      ['amount', 'closedate', 'createdate', 'dealname', 'dealstage', 'hs_lastmodifieddate', 'hs_object_id', 'pipeline'].toSorted(),
    );
  });

  conforms({ known: 'recorded', source: RECORDED }, 'are null where they are asked for and empty', async () => {
    expect((await shown('contacts', { email: 'ann@acme.example' }, '?properties=phone'))['phone']).toBeNull();
  });

  conforms({ known: 'specified', source: LIST }, 'that do not exist are left out', async () => {
    expect(await shown('contacts', { email: 'ann@acme.example' }, '?properties=phone,nonsense')).not.toHaveProperty('nonsense');
  });

  conforms({ known: 'recorded', source: RECORDED }, 'always come with the id and both dates', async () => {
    const values = await shown('contacts', { email: 'ann@acme.example' }, '?properties=phone');
    expect(Object.keys(values).toSorted()).toEqual(['createdate', 'hs_object_id', 'lastmodifieddate', 'phone']);
  });

  conforms({ known: 'specified', source: LIST }, 'may be asked for with commas or with the parameter repeated', async () => {
    const byComma = await shown('contacts', { email: 'ann@acme.example' }, '?properties=phone,city');
    const repeated = await shown('contacts', { email: 'ann@acme.example' }, '?properties=phone&properties=city');
    expect(Object.keys(byComma)).toEqual(Object.keys(repeated));
  });

  conforms({ known: 'recorded', source: RECORDED }, 'are text, numbers and booleans too', async () => {
    const { send } = testPortal();
    const made = await send('POST /crm/v3/objects/deals', { properties: { dealname: 'Big', amount: 12.5, dealstage: 'closedwon' } });
    const values = Object.values(dig(made, 'properties') as object);
    expect(values.every((value) => typeof value === 'string')).toBe(true);
    expect(dig(made, 'properties')).toMatchObject({ amount: '12.5', hs_is_closed_won: 'true' });
  });

  conforms({ known: 'specified', source: CONTACTS }, 'date a contact’s last change in lastmodifieddate', async () => {
    const values = await shown('contacts', { email: 'ann@acme.example' });
    expect(values).toHaveProperty('lastmodifieddate');
    expect(values).not.toHaveProperty('hs_lastmodifieddate');
  });

  conforms({ known: 'specified', source: DEALS }, 'date the last change of everything else in hs_lastmodifieddate', async () => {
    for (const [type, values] of [
      ['companies', { name: 'Acme' }],
      ['deals', { dealname: 'Big' }],
      ['calls', { hs_timestamp: String(START) }],
      ['tasks', { hs_timestamp: String(START) }],
    ] as const) {
      const names = Object.keys(await shown(type, values));
      expect([type, names.includes('hs_lastmodifieddate'), names.includes('lastmodifieddate')]).toEqual([type, true, false]);
    }
  });

  conforms({ known: 'recorded', source: RECORDED }, 'stand beside createdAt and updatedAt, which say the same', async () => {
    const { send, half, clock } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    clock.advance(5000);
    await send(`PATCH ${PATH}/${id}`, { properties: { city: 'Bonn' } });
    const reply = await send(`GET ${PATH}/${id}`);
    expect(dig(reply, 'createdAt')).toBe(dig(reply, 'properties', 'createdate'));
    expect(dig(reply, 'updatedAt')).toBe(dig(reply, 'properties', 'lastmodifieddate'));
    expect([dig(reply, 'createdAt'), dig(reply, 'updatedAt')]).toEqual(['2026-03-02T15:00:00.000Z', '2026-03-02T15:00:05.000Z']);
  });
});

describe('one record', () => {
  conforms({ known: 'specified', source: CONTACTS }, 'is found by e-mail with idProperty', async () => {
    const portal = testPortal();
    const [id] = contacts(portal, 1);
    expect(dig(await portal.send(`GET ${PATH}/c0@acme.example?idProperty=email`), 'id')).toBe(id);
  });

  conforms({ known: 'recorded', source: PYTHON_CLIENT }, 'is found by an encoded e-mail, in any case', async () => {
    const portal = testPortal();
    const [id] = contacts(portal, 1);
    expect(dig(await portal.send(`GET ${PATH}/C0%40Acme.example?idProperty=email`), 'id')).toBe(id);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'is found by a secondary e-mail', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example', hs_additional_emails: 'old@acme.example' }, { at: START });
    expect(dig(await send(`GET ${PATH}/old@acme.example?idProperty=email`), 'id')).toBe(id);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'is found by a custom unique property', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example', truce_key: 'k1' }, { at: START });
    expect(dig(await send(`GET ${PATH}/k1?idProperty=truce_key`), 'id')).toBe(id);
  });

  conforms(
    { known: 'assumed', probe: `GET ${PATH}/1?idProperty=phone` },
    'is not looked for by a property that is not unique',
    async () => {
      expect((await testPortal().send(`GET ${PATH}/1?idProperty=phone`)).status).toBe(400);
    },
  );

  conforms(
    { known: 'assumed', probe: `GET ${PATH}/ann@acme.example without idProperty` },
    'is not found by an e-mail without idProperty',
    async () => {
      const portal = testPortal();
      contacts(portal, 1);
      expect([400, 404]).toContain((await portal.send(`GET ${PATH}/c0@acme.example`)).status);
    },
  );

  conforms({ known: 'specified', source: CONTACTS }, 'is read as it was written just before', async () => {
    const { send } = testPortal({ searchLagMs: 60_000 });
    const made = await send(`POST ${PATH}`, { properties: { email: 'ann@acme.example' } });
    expect(dig(await send(`GET ${PATH}/${text(made, 'id')}`), 'properties', 'email')).toBe('ann@acme.example');
  });

  conforms({ known: 'specified', source: ASSOCIATED }, 'shows all its associated records, each with the name of the type', async () => {
    const portal = testPortal();
    const [contact = ''] = contacts(portal, 1);
    const company = portal.half.seed.record('companies', { name: 'Acme' }, { at: START });
    portal.half.seed.associate('contacts', contact, 'companies', company);
    const reply = await portal.send(`GET ${PATH}/${contact}?associations=companies`);
    expect(dig(reply, 'associations', 'companies', 'results')).toEqual([
      { id: company, type: 'contact_to_company_unlabeled' },
      { id: company, type: 'contact_to_company' },
    ]);
  });
});
