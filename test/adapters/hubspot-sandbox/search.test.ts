import { describe, expect, it } from 'vitest';
import { dig, ids, results, START, testPortal, text, type TestPortal } from './portal.ts';

const SEARCH = 'POST /crm/v3/objects/contacts/search';

function where(...filters: object[]): object {
  return { filterGroups: [{ filters }], limit: 200 };
}

async function found(portal: TestPortal, ...filters: object[]): Promise<string[]> {
  return ids(await portal.send(SEARCH, where(...filters)));
}

describe('search', () => {
  // specified: search guide
  it('knows every operator', async () => {
    const portal = testPortal();
    const at = (day: number): number => START - day * 86_400_000;
    const a = portal.half.seed.record('contacts', { email: 'a@acme.example', city: 'Bonn', hs_lead_status: 'NEW' }, { at: at(3) });
    const b = portal.half.seed.record('contacts', { email: 'b@acme.example', city: 'Berlin Mitte', hs_lead_status: 'OPEN' }, { at: at(2) });
    const c = portal.half.seed.record('contacts', { email: 'c@other.example' }, { at: at(1) });
    const created = (operator: string, day: number): object => ({ propertyName: 'createdate', operator, value: String(at(day)) });
    const city = (operator: string, more: object): object => ({ propertyName: 'city', operator, ...more });
    const cases: readonly (readonly [object, readonly string[]])[] = [
      [city('EQ', { value: 'BONN' }), [a]],
      [city('NEQ', { value: 'Bonn' }), [b, c]],
      [city('IN', { values: ['bonn', 'kiel'] }), [a]],
      [city('NOT_IN', { values: ['bonn'] }), [b, c]],
      [city('HAS_PROPERTY', {}), [a, b]],
      [city('NOT_HAS_PROPERTY', {}), [c]],
      [city('CONTAINS_TOKEN', { value: 'mitte' }), [b]],
      [city('CONTAINS_TOKEN', { value: 'ber*' }), [b]],
      [city('NOT_CONTAINS_TOKEN', { value: 'mitte' }), [a, c]],
      [created('LT', 2), [a]],
      [created('LTE', 2), [a, b]],
      [created('GT', 2), [c]],
      [created('GTE', 2), [b, c]],
      [{ propertyName: 'createdate', operator: 'BETWEEN', value: String(at(3)), highValue: new Date(at(2)).toISOString() }, [a, b]],
      [{ propertyName: 'hs_lead_status', operator: 'IN', values: ['NEW', 'OPEN'] }, [a, b]],
    ];
    for (const [filter, expected] of cases) expect([filter, await found(portal, filter)]).toEqual([filter, expected]);
  });

  // specified: search guide: filters of a group are joined by AND, groups by OR; `query` looks into the default fields
  it('joins groups by OR and filters by AND, and searches words', async () => {
    const portal = testPortal();
    const a = portal.half.seed.record('contacts', { email: 'a@acme.example', firstname: 'Ann', city: 'Bonn' }, { at: START });
    const b = portal.half.seed.record('contacts', { email: 'b@acme.example', firstname: 'Ben', city: 'Bonn' }, { at: START });
    const c = portal.half.seed.record('contacts', { email: 'c@acme.example', firstname: 'Cleo' }, { at: START });
    const bonn = { propertyName: 'city', operator: 'EQ', value: 'Bonn' };
    const named = (value: string): object => ({ propertyName: 'firstname', operator: 'EQ', value });
    const reply = await portal.send(SEARCH, { filterGroups: [{ filters: [bonn, named('ben')] }, { filters: [named('cleo')] }] });
    expect(ids(reply)).toEqual([b, c]);
    expect(ids(await portal.send(SEARCH, { query: 'ann' }))).toEqual([a]);
  });

  // specified: search guide (default properties); recorded: shape of a result
  it('shows default properties, requested empties as null, and no histories or associations', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'a@acme.example' }, { at: START });
    const [plain] = results(await portal.send(SEARCH, {}));
    expect(plain).toEqual({
      id,
      properties: {
        createdate: '2026-03-02T15:00:00.000Z',
        email: 'a@acme.example',
        firstname: null,
        lastname: null,
        lastmodifieddate: '2026-03-02T15:00:00.000Z',
        hs_object_id: id,
      },
      createdAt: '2026-03-02T15:00:00.000Z',
      updatedAt: '2026-03-02T15:00:00.000Z',
      archived: false,
    });
    const [asked] = results(await portal.send(SEARCH, { properties: ['city'], propertiesWithHistory: ['email'], associations: ['deals'] }));
    expect(asked?.['properties']).toMatchObject({ city: null });
    expect(asked).not.toHaveProperty('propertiesWithHistory');
    expect(asked).not.toHaveProperty('associations');
  });

  // specified: api.md 1.2: the cursor of a search is an integer offset as text; 10 by default, 200 at most
  it('pages by offset', async () => {
    const portal = testPortal();
    const all = Array.from({ length: 25 }, (_, n) =>
      portal.half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START - n }),
    );
    const first = await portal.send(SEARCH, {});
    expect([dig(first, 'total'), ids(first), dig(first, 'paging')]).toEqual([25, all.slice(0, 10), { next: { after: '10' } }]);
    const last = await portal.send(SEARCH, { after: '20', limit: 200 });
    expect(ids(last)).toEqual(all.slice(20));
    expect(last.body).not.toHaveProperty('paging');
    expect((await portal.send(SEARCH, { limit: 201 })).status).toBe(400);
  });

  // specified: search guide
  it('refuses pages beyond 10,000, long bodies, too many filters and a second sort', async () => {
    const portal = testPortal();
    const filter = { propertyName: 'city', operator: 'EQ', value: 'Bonn' };
    const status = async (body: object): Promise<number> => (await portal.send(SEARCH, body)).status;
    expect(await status({ after: '9800', limit: 200 })).toBe(200);
    expect(await status({ after: '9900', limit: 200 })).toBe(400);
    expect(await status({ after: '10000' })).toBe(400);
    expect(await status({ query: 'x'.repeat(3000) })).toBe(400);
    expect(await status({ filterGroups: [{ filters: Array.from({ length: 7 }, () => filter) }] })).toBe(400);
    expect(await status({ filterGroups: Array.from({ length: 6 }, () => ({ filters: [filter] })) })).toBe(400);
    const four = { filters: Array.from({ length: 4 }, () => filter) };
    expect(await status({ filterGroups: [four, four, four, four] })).toBe(200);
    expect(await status({ filterGroups: [four, four, four, four, four] })).toBe(400);
    expect(await status({ sorts: [{ propertyName: 'createdate' }] })).toBe(200);
    expect(await status({ sorts: [{ propertyName: 'createdate' }, { propertyName: 'city' }] })).toBe(400);
  });

  // assumed: wording for an unknown property in a filter
  it('refuses a filter on a property that does not exist', async () => {
    const reply = await testPortal().send(SEARCH, where({ propertyName: 'nonsense', operator: 'EQ', value: '1' }));
    expect([reply.status, dig(reply, 'errors', 0, 'code')]).toEqual([400, 'PROPERTY_DOESNT_EXIST']);
  });

  // specified: sorts guide; assumed: ties in the order of ids
  it('sorts by the modified stamp, then by id', async () => {
    const portal = testPortal();
    const { seed } = portal.half;
    const late = seed.record('contacts', { email: 'a@acme.example' }, { at: START + 10 });
    const one = seed.record('contacts', { email: 'b@acme.example' }, { at: START });
    const two = seed.record('contacts', { email: 'c@acme.example' }, { at: START });
    portal.clock.advance(1000);
    const sorted = async (direction: string): Promise<string[]> =>
      ids(await portal.send(SEARCH, { sorts: [{ propertyName: 'lastmodifieddate', direction }] }));
    expect(await sorted('ASCENDING')).toEqual([one, two, late]);
    expect(await sorted('DESCENDING')).toEqual([late, one, two]);
    await portal.send(`PATCH /crm/v3/objects/contacts/${one}`, { properties: { city: 'Bonn' } });
    expect(await sorted('ASCENDING')).toEqual([two, late, one]);
    const since = { propertyName: 'lastmodifieddate', operator: 'GTE', value: String(START + 10) };
    expect(
      ids(await portal.send(SEARCH, { ...where(since), sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }] })),
    ).toEqual([late, one]);
  });

  // specified: search guide ("it may take a few moments"); get is read-your-writes in practice
  it('lags behind writes by the set time while get does not', async () => {
    const portal = testPortal({ searchLagMs: 5000 });
    const made = await portal.send('POST /crm/v3/objects/contacts', { properties: { email: 'a@acme.example', city: 'Bonn' } });
    const id = text(made, 'id');
    expect(await found(portal)).toEqual([]);
    portal.clock.advance(5000);
    expect(await found(portal)).toEqual([id]);
    await portal.send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { city: 'Kiel' } });
    const kiel = { propertyName: 'city', operator: 'EQ', value: 'Kiel' };
    expect(dig(await portal.send(`GET /crm/v3/objects/contacts/${id}?properties=city`), 'properties', 'city')).toBe('Kiel');
    expect(await found(portal, kiel)).toEqual([]);
    const [stale] = results(await portal.send(SEARCH, { properties: ['city'] }));
    expect(stale?.['properties']).toMatchObject({ city: 'Bonn' });
    portal.clock.advance(5000);
    expect(await found(portal, kiel)).toEqual([id]);
  });

  // specified: api.md 1.9: campaigns are searched by the CRM API, with all their properties
  it('finds campaigns by their numeric id space', async () => {
    const portal = testPortal();
    const { id, guid } = portal.half.seed.campaign({ hs_name: 'Spring' }, { at: START });
    const reply = await portal.send('POST /crm/v3/objects/0-35/search', { properties: ['hs_name'] });
    expect(ids(reply)).toEqual([id]);
    expect(id).not.toBe(guid);
  });
});
