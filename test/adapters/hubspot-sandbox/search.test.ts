import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, results, START, testPortal, text, type TestPortal } from './portal.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm';
const RECORDED = 'https://github.com/grouparoo/grouparoo/tree/main/plugins/@grouparoo/hubspot/__tests__/fixtures/export-objects';
const PAGING = '@hubspot/api-client lib/codegen/crm/contacts/models/ForwardPaging';
const CAMPAIGNS = 'https://github.com/sudhakar-mwb/Practus-Migration/blob/main/migrate-campaigns.js';

const SEARCH = 'POST /crm/v3/objects/contacts/search';
const DAY = 86_400_000;

/** Three contacts: one of Bonn three days old, one of Berlin two, one without a city one. */
function three(): TestPortal & { a: string; b: string; c: string } {
  const portal = testPortal();
  const { seed } = portal.half;
  const a = seed.record('contacts', { email: 'a@acme.example', city: 'Bonn', hs_lead_status: 'NEW' }, { at: START - 3 * DAY });
  const b = seed.record('contacts', { email: 'b@acme.example', city: 'Berlin Mitte', hs_lead_status: 'OPEN' }, { at: START - 2 * DAY });
  const c = seed.record('contacts', { email: 'c@other.example', firstname: 'Cleo' }, { at: START - DAY });
  return { ...portal, a, b, c };
}

async function found(portal: TestPortal, ...filters: readonly object[]): Promise<string[]> {
  return ids(await portal.send(SEARCH, { filterGroups: [{ filters }], limit: 200 }));
}

const city = (operator: string, more: object = {}): object => ({ propertyName: 'city', operator, ...more });
const made = (operator: string, days: number): object => ({ propertyName: 'createdate', operator, value: String(START - days * DAY) });

describe('a search filter', () => {
  conforms({ known: 'specified', source: GUIDE }, 'EQ compares text without regard to case', async () => {
    const portal = three();
    expect(await found(portal, city('EQ', { value: 'BONN' }))).toEqual([portal.a]);
  });

  conforms(
    { known: 'assumed', probe: 'search NEQ on a property that some contacts do not have' },
    'NEQ finds records without the value too',
    async () => {
      const portal = three();
      expect(await found(portal, city('NEQ', { value: 'Bonn' }))).toEqual([portal.b, portal.c]);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'IN takes values in lower case for text', async () => {
    const portal = three();
    expect(await found(portal, city('IN', { values: ['bonn', 'kiel'] }))).toEqual([portal.a]);
    expect(await found(portal, city('IN', { values: ['Bonn'] }))).toEqual([]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'IN takes option values as they are', async () => {
    const portal = three();
    expect(await found(portal, { propertyName: 'hs_lead_status', operator: 'IN', values: ['NEW', 'OPEN'] })).toEqual([portal.a, portal.b]);
  });

  conforms(
    { known: 'assumed', probe: 'search NOT_IN on a property that some contacts do not have' },
    'NOT_IN finds records without a value too',
    async () => {
      const portal = three();
      expect(await found(portal, city('NOT_IN', { values: ['bonn'] }))).toEqual([portal.b, portal.c]);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'HAS_PROPERTY finds records with any value', async () => {
    const portal = three();
    expect(await found(portal, city('HAS_PROPERTY'))).toEqual([portal.a, portal.b]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'NOT_HAS_PROPERTY finds records without one', async () => {
    const portal = three();
    expect(await found(portal, city('NOT_HAS_PROPERTY'))).toEqual([portal.c]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'CONTAINS_TOKEN finds whole words', async () => {
    const portal = three();
    expect(await found(portal, city('CONTAINS_TOKEN', { value: 'mitte' }))).toEqual([portal.b]);
    expect(await found(portal, city('CONTAINS_TOKEN', { value: 'ber' }))).toEqual([]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'CONTAINS_TOKEN takes * for the rest of a word', async () => {
    const portal = three();
    expect(await found(portal, city('CONTAINS_TOKEN', { value: 'ber*' }))).toEqual([portal.b]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'CONTAINS_TOKEN finds the e-mails of a domain', async () => {
    const portal = three();
    expect(await found(portal, { propertyName: 'email', operator: 'CONTAINS_TOKEN', value: '*@acme.example' })).toEqual([
      portal.a,
      portal.b,
    ]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'NOT_CONTAINS_TOKEN finds the others', async () => {
    const portal = three();
    expect(await found(portal, city('NOT_CONTAINS_TOKEN', { value: 'mitte' }))).toEqual([portal.a, portal.c]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'LT and GT leave the bound out', async () => {
    const portal = three();
    expect(await found(portal, made('LT', 2))).toEqual([portal.a]);
    expect(await found(portal, made('GT', 2))).toEqual([portal.c]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'LTE and GTE take the bound in', async () => {
    const portal = three();
    expect(await found(portal, made('LTE', 2))).toEqual([portal.a, portal.b]);
    expect(await found(portal, made('GTE', 2))).toEqual([portal.b, portal.c]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'BETWEEN takes both bounds in', async () => {
    const portal = three();
    const between = { propertyName: 'createdate', operator: 'BETWEEN', value: String(START - 3 * DAY), highValue: String(START - 2 * DAY) };
    expect(await found(portal, between)).toEqual([portal.a, portal.b]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes instants as epoch milliseconds or as ISO 8601', async () => {
    const portal = three();
    const iso = { propertyName: 'createdate', operator: 'GTE', value: new Date(START - 2 * DAY).toISOString() };
    expect(await found(portal, iso)).toEqual(await found(portal, made('GTE', 2)));
  });

  conforms({ known: 'specified', source: GUIDE }, 'compares numbers as numbers', async () => {
    const { send, half } = testPortal();
    const [nine, ten] = ['9', '10'].map((amount) => half.seed.record('deals', { dealname: amount, amount }, { at: START }));
    const over = { filterGroups: [{ filters: [{ propertyName: 'amount', operator: 'GT', value: '9' }] }] };
    expect(ids(await send('POST /crm/v3/objects/deals/search', over))).toEqual([ten]);
    expect(nine).toBeDefined();
  });

  conforms({ known: 'specified', source: GUIDE }, 'joins the filters of a group by AND', async () => {
    const portal = three();
    expect(await found(portal, city('HAS_PROPERTY'), made('GTE', 2))).toEqual([portal.b]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'joins groups by OR', async () => {
    const portal = three();
    const filterGroups = [{ filters: [city('EQ', { value: 'bonn' })] }, { filters: [city('NOT_HAS_PROPERTY')] }];
    expect(ids(await portal.send(SEARCH, { filterGroups }))).toEqual([portal.a, portal.c]);
  });

  conforms(
    { known: 'assumed', probe: 'search with a filter on a property that does not exist' },
    'on a property that does not exist is PROPERTY_DOESNT_EXIST',
    async () => {
      const reply = await testPortal().send(SEARCH, {
        filterGroups: [{ filters: [{ propertyName: 'nonsense', operator: 'EQ', value: '1' }] }],
      });
      expect([reply.status, dig(reply, 'errors', 0, 'code')]).toEqual([400, 'PROPERTY_DOESNT_EXIST']);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'without the value that its operator needs is refused', async () => {
    const { send } = testPortal();
    for (const filter of [
      city('EQ'),
      city('IN'),
      city('IN', { values: [] }),
      city('BETWEEN', { value: '1' }),
      city('LIKE', { value: 'x' }),
    ]) {
      expect([filter, (await send(SEARCH, { filterGroups: [{ filters: [filter] }] })).status]).toEqual([filter, 400]);
    }
  });
});

describe('a search', () => {
  conforms({ known: 'specified', source: GUIDE }, 'for words looks into names, e-mail, phone and company', async () => {
    const portal = three();
    expect(ids(await portal.send(SEARCH, { query: 'cleo' }))).toEqual([portal.c]);
    expect(ids(await portal.send(SEARCH, { query: 'acme' }))).toEqual([portal.a, portal.b]);
    expect(ids(await portal.send(SEARCH, { query: 'bonn' }))).toEqual([]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'answers total and records', async () => {
    const portal = three();
    const reply = await portal.send(SEARCH, { limit: 1 });
    expect([dig(reply, 'total'), ids(reply)]).toEqual([3, [portal.a]]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'without a sort answers the oldest record first', async () => {
    const portal = three();
    expect(ids(await portal.send(SEARCH, {}))).toEqual([portal.a, portal.b, portal.c]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'shows six properties of contacts unless others are asked for', async () => {
    const [plain] = results(await three().send(SEARCH, {}));
    expect(Object.keys(plain?.['properties'] as object).toSorted()).toEqual(
      ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'].toSorted(),
    );
  });

  conforms({ known: 'recorded', source: RECORDED }, 'shows requested empty properties as null', async () => {
    const portal = three();
    const reply = await portal.send(SEARCH, { properties: ['phone'] });
    expect(dig(reply, 'results', 0, 'properties', 'phone')).toBeNull();
  });

  conforms({ known: 'recorded', source: RECORDED }, 'has results of five members', async () => {
    const [plain] = results(await three().send(SEARCH, {}));
    expect(Object.keys(plain ?? {}).toSorted()).toEqual(['archived', 'createdAt', 'id', 'properties', 'updatedAt']);
  });

  conforms({ known: 'specified', source: GUIDE }, 'has neither histories nor associations', async () => {
    const [asked] = results(await three().send(SEARCH, { propertiesWithHistory: ['email'], associations: ['deals'] }));
    expect(asked).not.toHaveProperty('propertiesWithHistory');
    expect(asked).not.toHaveProperty('associations');
  });

  conforms({ known: 'specified', source: GUIDE }, 'has ten results a page unless told otherwise', async () => {
    const { send, half } = testPortal();
    for (let n = 0; n < 11; n += 1) half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START });
    expect(ids(await send(SEARCH, {}))).toHaveLength(10);
  });

  conforms({ known: 'specified', source: PAGING }, 'goes on by an offset that is text', async () => {
    const { send, half } = testPortal();
    const all = Array.from({ length: 25 }, (_, n) => half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
    const first = await send(SEARCH, {});
    expect(dig(first, 'paging')).toEqual({ next: { after: '10' } });
    expect(ids(await send(SEARCH, { after: '10' }))).toEqual(all.slice(10, 20));
  });

  conforms({ known: 'specified', source: PAGING }, 'has no paging on its last page', async () => {
    expect((await three().send(SEARCH, {})).body).not.toHaveProperty('paging');
  });

  conforms({ known: 'specified', source: GUIDE }, 'sorts by one property, up or down', async () => {
    const portal = three();
    const sorted = async (direction: string): Promise<string[]> =>
      ids(await portal.send(SEARCH, { sorts: [{ propertyName: 'createdate', direction }] }));
    expect(await sorted('ASCENDING')).toEqual([portal.a, portal.b, portal.c]);
    expect(await sorted('DESCENDING')).toEqual([portal.c, portal.b, portal.a]);
  });

  conforms(
    { known: 'assumed', probe: 'search sorted by lastmodifieddate over records of one import' },
    'puts ties in the order of the ids',
    async () => {
      const { send, half, clock } = testPortal();
      const late = half.seed.record('contacts', { email: 'a@acme.example' }, { at: START + 10 });
      const [one, two] = ['b', 'c'].map((name) => half.seed.record('contacts', { email: `${name}@acme.example` }, { at: START }));
      clock.advance(1000);
      const sorts = (direction: string): object => ({ sorts: [{ propertyName: 'lastmodifieddate', direction }] });
      expect(ids(await send(SEARCH, sorts('ASCENDING')))).toEqual([one, two, late]);
      expect(ids(await send(SEARCH, sorts('DESCENDING')))).toEqual([late, one, two]);
    },
  );

  conforms(
    { known: 'assumed', probe: 'search sorted by a property that some contacts do not have' },
    'puts records without the value last',
    async () => {
      const portal = three();
      for (const direction of ['ASCENDING', 'DESCENDING']) {
        expect(ids(await portal.send(SEARCH, { sorts: [{ propertyName: 'city', direction }] })).at(-1)).toBe(portal.c);
      }
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'by the modified stamp finds what changed since', async () => {
    const portal = three();
    portal.clock.advance(1000);
    await portal.send(`PATCH /crm/v3/objects/contacts/${portal.a}`, { properties: { phone: '1' } });
    expect(await found(portal, { propertyName: 'lastmodifieddate', operator: 'GTE', value: String(START) })).toEqual([portal.a]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'skips or repeats a record that changes between two pages', async () => {
    const portal = three();
    portal.clock.advance(1000);
    const sorts = [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }];
    const first = await portal.send(SEARCH, { sorts, limit: 1 });
    await portal.send(`PATCH /crm/v3/objects/contacts/${portal.a}`, { properties: { phone: '1' } });
    const second = await portal.send(SEARCH, { sorts, limit: 1, after: '1' });
    expect([ids(first), ids(second)]).toEqual([[portal.a], [portal.c]]);
  });

  conforms({ known: 'recorded', source: CAMPAIGNS }, 'of campaigns goes by the numeric id, over all their properties', async () => {
    const { send, half } = testPortal();
    const { id, guid } = half.seed.campaign({ hs_name: 'Spring', hs_revenue: '12' }, { at: START });
    const reply = await send('POST /crm/v3/objects/0-35/search', { properties: ['hs_name', 'hs_revenue'] });
    expect([ids(reply), id === guid]).toEqual([[id], false]);
    expect(dig(reply, 'results', 0, 'properties')).toMatchObject({ hs_name: 'Spring', hs_revenue: '12' });
  });
});

describe('the search index', () => {
  conforms({ known: 'specified', source: GUIDE }, 'does not show a new record at once', async () => {
    const portal = testPortal({ searchLagMs: 5000 });
    const reply = await portal.send('POST /crm/v3/objects/contacts', { properties: { email: 'a@acme.example' } });
    expect(await found(portal)).toEqual([]);
    portal.clock.advance(5000);
    expect(await found(portal)).toEqual([text(reply, 'id')]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'shows the old value for a while', async () => {
    const portal = testPortal({ searchLagMs: 5000 });
    const id = portal.half.seed.record('contacts', { email: 'a@acme.example', city: 'Bonn' }, { at: START - DAY });
    await portal.send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { city: 'Kiel' } });
    expect(await found(portal, city('EQ', { value: 'kiel' }))).toEqual([]);
    const stale = await portal.send(SEARCH, { properties: ['city'] });
    expect(dig(stale, 'results', 0, 'properties', 'city')).toBe('Bonn');
    portal.clock.advance(5000);
    expect(await found(portal, city('EQ', { value: 'kiel' }))).toEqual([id]);
  });

  conforms(
    { known: 'assumed', probe: 'DELETE a contact, then search for it at once' },
    'shows an archived record for as long',
    async () => {
      const portal = testPortal({ searchLagMs: 5000 });
      const id = portal.half.seed.record('contacts', { email: 'a@acme.example' }, { at: START - DAY });
      await portal.send(`DELETE /crm/v3/objects/contacts/${id}`);
      expect(await found(portal)).toEqual([id]);
      portal.clock.advance(5000);
      expect(await found(portal)).toEqual([]);
    },
  );
});

describe('the limits of search', () => {
  const status = async (body: object): Promise<number> => (await testPortal().send(SEARCH, body)).status;
  const groups = (...sizes: readonly number[]): object => ({
    filterGroups: sizes.map((size) => ({ filters: Array.from({ length: size }, () => city('EQ', { value: 'x' })) })),
  });

  conforms({ known: 'specified', source: GUIDE }, 'are 200 results a page', async () => {
    expect(await status({ limit: 200 })).toBe(200);
    expect(await status({ limit: 201 })).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'are 10,000 results a query', async () => {
    expect(await status({ after: '9800', limit: 200 })).toBe(200);
    expect(await status({ after: '9900', limit: 200 })).toBe(400);
    expect(await status({ after: '10000' })).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'are 3,000 characters a request', async () => {
    const around = JSON.stringify({ query: '' }).length;
    expect(await status({ query: 'x'.repeat(3000 - around) })).toBe(200);
    expect(await status({ query: 'x'.repeat(3001 - around) })).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'are five groups', async () => {
    expect(await status(groups(1, 1, 1, 1, 1))).toBe(200);
    expect(await status(groups(1, 1, 1, 1, 1, 1))).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'are six filters a group', async () => {
    expect(await status(groups(6))).toBe(200);
    expect(await status(groups(7))).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'are eighteen filters in all', async () => {
    expect(await status(groups(6, 6, 6))).toBe(200);
    expect(await status(groups(4, 4, 4, 4, 3))).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'are one sort', async () => {
    expect(await status({ sorts: [{ propertyName: 'createdate' }] })).toBe(200);
    expect(await status({ sorts: [{ propertyName: 'createdate' }, { propertyName: 'city' }] })).toBe(400);
  });
});
