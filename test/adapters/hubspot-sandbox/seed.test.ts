import { describe, expect, it } from 'vitest';
import { dig, ids, START, testPortal } from './portal.ts';

describe('the seed', () => {
  it('sets what the API only reads', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record(
      'contacts',
      { email: 'A@Acme.example', hs_latest_source: 'PAID_SEARCH', recent_conversion_date: String(START) },
      { at: START },
    );
    expect(
      dig(await send(`GET /crm/v3/objects/contacts/${id}?properties=email,hs_latest_source,recent_conversion_date`), 'properties'),
    ).toMatchObject({
      email: 'a@acme.example',
      hs_latest_source: 'PAID_SEARCH',
      recent_conversion_date: '2026-03-02T15:00:00.000Z',
    });
  });

  it('installs the Salesforce integration’s properties with their first value', async () => {
    const { send, half } = testPortal();
    expect((await send('GET /crm/v3/properties/contacts/salesforceleadid')).status).toBe(404);
    half.seed.record(
      'contacts',
      { email: 'a@acme.example', salesforceleadid: '00Q000000000001AAA' },
      { at: START, source: { type: 'SALESFORCE' } },
    );
    expect((await send('GET /crm/v3/properties/contacts/salesforceleadid')).status).toBe(200);
    expect((await send('GET /crm/v3/properties/contacts/salesforcelastsynctime')).status).toBe(200);
  });

  it('refuses a property, a record or a type that is not there', () => {
    const { seed } = testPortal().half;
    expect(() => seed.record('contacts', { nonsense: '1' }, { at: START })).toThrow('contacts have no property nonsense');
    expect(() => seed.change('contacts', '1', {}, { at: START })).toThrow('there is no contact 1');
    expect(() => seed.record('campaigns', { hs_name: 'x' }, { at: START })).toThrow('use campaign()');
    expect(() => seed.record('dragons', {}, { at: START })).toThrow('dragons');
  });
});

describe('a large account', () => {
  // Measured on two cores: 20,000 contacts with four writes each load in about a second. The test counts, it does not time.
  it('pages, searches and updates twenty thousand contacts without losing one', async () => {
    const portal = testPortal();
    const total = 20_000;
    for (let n = 0; n < total; n += 1) {
      const at = START - total + n;
      const id = portal.half.seed.record('contacts', { email: `c${n}@acme.example`, hs_lead_status: 'NEW' }, { at });
      portal.half.seed.change('contacts', id, { hs_lead_status: 'OPEN' }, { at: at + 1 });
    }
    const listed = new Set<string>();
    let after: string | undefined = '0';
    while (after !== undefined) {
      const page = await portal.send(`GET /crm/v3/objects/contacts?limit=100&after=${after}`);
      for (const id of ids(page)) listed.add(id);
      after = dig(page, 'paging', 'next', 'after') as string | undefined;
    }
    expect(listed.size).toBe(total);

    // Past the 10,000 wall a reader has to anchor anew on the last stamp that it saw.
    const found = new Set<string>();
    let since = 0;
    for (let wall = 0; wall < 4; wall += 1) {
      for (let offset = 0; offset < 10_000; offset += 200) {
        const page = await portal.send('POST /crm/v3/objects/contacts/search', {
          filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(since) }] }],
          sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }],
          properties: ['hs_lead_status'],
          limit: 200,
          after: String(offset),
        });
        const results = dig(page, 'results') as { id: string; updatedAt: string }[];
        for (const { id } of results) found.add(id);
        const last = results.at(-1);
        if (offset === 9800 && last !== undefined) since = Date.parse(last.updatedAt);
        if (dig(page, 'paging') === undefined) break;
      }
    }
    expect(found.size).toBe(total);
    expect(portal.half.counts().records['contacts']).toBe(total);

    const batch = [...listed].slice(0, 100).map((id) => ({ id, properties: { city: 'Bonn' } }));
    for (let n = 0; n < 50; n += 1) await portal.send('POST /crm/v3/objects/contacts/batch/update', { inputs: batch });
    const cities = await portal.send('POST /crm/v3/objects/contacts/search', {
      filterGroups: [{ filters: [{ propertyName: 'city', operator: 'EQ', value: 'Bonn' }] }],
    });
    expect(dig(cities, 'total')).toBe(100);
  });
});
