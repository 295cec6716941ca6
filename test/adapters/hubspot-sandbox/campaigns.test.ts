import { describe, expect, it } from 'vitest';
import { dig, ids, results, START, testPortal, text, type TestPortal } from './portal.ts';

const BASE = '/marketing/v3/campaigns';

async function made(portal: TestPortal, properties: object = { hs_name: 'Spring' }): Promise<string> {
  return text(await portal.send(`POST ${BASE}`, { properties }), 'id');
}

describe('campaigns', () => {
  // recorded: third parties against live accounts, September 2026
  it('have two ids, each for its own API', async () => {
    const portal = testPortal();
    const guid = await made(portal);
    const shown = await portal.send(`GET ${BASE}/${guid}?properties=hs_object_id,hs_name`);
    const id = text(shown, 'properties', 'hs_object_id');
    expect(guid).toMatch(/^[0-9a-f-]{36}$/);
    expect(dig(await portal.send(`GET /crm/v3/objects/campaigns/${id}?properties=hs_name`), 'properties', 'hs_name')).toBe('Spring');
    const wrong = await portal.send(`GET ${BASE}/${id}`);
    expect([wrong.status, dig(wrong, 'category')]).toEqual([400, 'VALIDATION_ERROR']);
    expect((await portal.send(`GET /crm/v3/objects/campaigns/${guid}`)).status).toBe(400);
    const association = await portal.send('POST /crm/v4/associations/campaigns/contacts/batch/read', { inputs: [{ id: guid }] });
    expect([association.status, dig(association, 'subCategory')]).toEqual([400, 'crm.associations.INVALID_IDENTIFIER']);
  });

  // recorded: as above
  it('return next to nothing unless asked, and refuse stock properties outside the read list', async () => {
    const portal = testPortal();
    const guid = await made(portal);
    expect(dig(await portal.send(`GET ${BASE}/${guid}`), 'properties')).toEqual({});
    const refused = await portal.send(`GET ${BASE}?properties=hs_name,hs_revenue`);
    expect(refused.status).toBe(400);
    expect(text(refused, 'message')).toBe('Forbidden properties: [hs_revenue]');
    expect((await portal.send(`GET ${BASE}?properties=nonsense`)).status).toBe(400);
    expect((await portal.send(`GET ${BASE}?properties=hs_name,truce_won_deals`)).status).toBe(200);
  });

  // recorded: as above; the definitions' own metadata are wrong
  it('refuse to write what the write list leaves out, whatever the definitions say', async () => {
    const portal = testPortal();
    const guid = await made(portal);
    const goal = await portal.send('GET /crm/v3/properties/campaigns/hs_goal');
    expect(dig(goal, 'modificationMetadata', 'readOnlyValue')).toBe(false);
    const refused = await portal.send(`PATCH ${BASE}/${guid}`, { properties: { hs_goal: '1', truce_won_deals: '3' } });
    expect([refused.status, dig(refused, 'subCategory')]).toEqual([
      400,
      'CampaignApiError.PROPERTY_SET_CONTAINS_VALUES_FORBIDDEN_FOR_WRITE',
    ]);
    const name = await portal.send('GET /crm/v3/properties/campaigns/hs_name');
    expect(dig(name, 'modificationMetadata', 'readOnlyValue')).toBe(true);
    expect((await portal.send(`PATCH ${BASE}/${guid}`, { properties: { hs_name: 'Summer', truce_won_deals: '3' } })).status).toBe(200);
    expect(dig(await portal.send(`GET ${BASE}/${guid}?properties=hs_name,truce_won_deals`), 'properties')).toEqual({
      hs_name: 'Summer',
      truce_won_deals: '3',
    });
  });

  // recorded: as above
  it('take dates without a time only', async () => {
    const portal = testPortal();
    const guid = await made(portal);
    const refused = await portal.send(`PATCH ${BASE}/${guid}`, { properties: { hs_start_date: '2026-05-06T00:00:00Z' } });
    expect([refused.status, dig(refused, 'subCategory')]).toEqual([400, 'CampaignValidationError.INVALID_DATE_PROPERTY']);
    expect((await portal.send(`PATCH ${BASE}/${guid}`, { properties: { hs_start_date: '2026-05-06' } })).status).toBe(200);
    expect(dig(await portal.send(`GET ${BASE}/${guid}?properties=hs_start_date`), 'properties', 'hs_start_date')).toBe(
      '2026-05-06T00:00:00.000Z',
    );
  });

  // recorded: as above: custom properties are made through the CRM API and leave out hubspotDefined
  it('get custom properties through the properties API', async () => {
    const portal = testPortal({ provisioned: false });
    const guid = await made(portal);
    const property = { name: 'won_deals', label: 'Won', type: 'number', fieldType: 'number', groupName: 'campaigninformation' };
    expect((await portal.send(`PATCH ${BASE}/${guid}`, { properties: { won_deals: '3' } })).status).toBe(400);
    const defined = await portal.send('POST /crm/v3/properties/0-35', property);
    expect(defined.status).toBe(201);
    expect(defined.body).not.toHaveProperty('hubspotDefined');
    expect((await portal.send(`PATCH ${BASE}/${guid}`, { properties: { won_deals: '3' } })).status).toBe(200);
    expect((await portal.send(`PATCH ${BASE}/${guid}`, { properties: { won_deals: 'three' } })).status).toBe(400);
  });

  // recorded: as above
  it('can not be written through the CRM API', async () => {
    const portal = testPortal();
    const { id } = portal.half.seed.campaign({ hs_name: 'Spring' }, { at: START });
    const reply = await portal.send(`PATCH /crm/v3/objects/campaigns/${id}`, { properties: { truce_won_deals: '3' } });
    expect([reply.status, dig(reply, 'message')]).toEqual([400, 'Object type CAMPAIGN is not supported by this endpoint']);
  });

  // specified: OpenAPI of 2026-08-21: batches of 50, unordered
  it('work in batches of fifty', async () => {
    const portal = testPortal();
    const create = (count: number): ReturnType<TestPortal['send']> =>
      portal.send(`POST ${BASE}/batch/create`, { inputs: Array.from({ length: count }, (_, n) => ({ properties: { hs_name: `C${n}` } })) });
    expect((await create(51)).status).toBe(400);
    const all = ids(await create(50));
    const updated = await portal.send(`POST ${BASE}/batch/update`, {
      inputs: all.map((id) => ({ id, properties: { truce_won_deals: '1' } })),
    });
    expect([updated.status, ids(updated).toSorted()]).toEqual([200, all.toSorted()]);
    expect(ids(updated)).not.toEqual(all);
    const missing = '00000000-0000-4000-8000-000000000000';
    const read = await portal.send(`POST ${BASE}/batch/read?properties=truce_won_deals`, { inputs: [{ id: all[0] }, { id: missing }] });
    expect([read.status, dig(read, 'errors', 0, 'context', 'ids')]).toEqual([207, [missing]]);
    expect(results(read)[0]?.['properties']).toEqual({ truce_won_deals: '1' });
    expect((await portal.send(`POST ${BASE}/batch/archive`, { inputs: [{ id: all[0] }, { id: missing }] })).status).toBe(204);
    const list = await portal.send(`GET ${BASE}?limit=100&sort=-updatedAt`);
    expect([dig(list, 'total'), results(list).length]).toEqual([49, 49]);
    expect((await portal.send(`GET ${BASE}?limit=101`)).status).toBe(400);
  });

  // specified: OpenAPI of 2026-08-21: item dates are epoch milliseconds; assumed: sums appear as properties at once
  it('keep a ledger of budget and spend', async () => {
    const portal = testPortal();
    const guid = await made(portal);
    const spend = await portal.send(`POST ${BASE}/${guid}/spend`, { amount: 0.1, name: 'Ads', order: 1 });
    expect([spend.status, dig(spend, 'createdAt')]).toEqual([201, START]);
    await portal.send(`POST ${BASE}/${guid}/spend`, { amount: 0.2, name: 'More ads', order: 2 });
    await portal.send(`POST ${BASE}/${guid}/budget`, { amount: 100, name: 'Quarter', order: 1 });
    const totals = await portal.send(`GET ${BASE}/${guid}/budget/totals`);
    expect(totals.body).toMatchObject({ budgetTotal: 100, spendTotal: 0.3, remainingBudget: 99.7, currencyCode: 'USD' });
    expect(
      dig(await portal.send(`GET ${BASE}/${guid}?properties=hs_spend_items_sum_amount`), 'properties', 'hs_spend_items_sum_amount'),
    ).toBe('0.3');
    expect((await portal.send(`DELETE ${BASE}/${guid}/spend/${text(spend, 'id')}`)).status).toBe(204);
    expect((await portal.send(`GET ${BASE}/${guid}/spend/${text(spend, 'id')}`)).status).toBe(404);
  });

  // specified: reports give ids without times; assumed: which contacts are influenced
  it('report the contacts they touched, by id only', async () => {
    const portal = testPortal();
    const { seed } = portal.half;
    const { guid, id } = seed.campaign({ hs_name: 'Spring' }, { at: START });
    const first = seed.record('contacts', { email: 'a@acme.example', hs_analytics_first_touch_converting_campaign: guid }, { at: START });
    const last = seed.record('contacts', { email: 'b@acme.example', hs_analytics_last_touch_converting_campaign: guid }, { at: START });
    const linked = seed.record('contacts', { email: 'c@acme.example' }, { at: START });
    seed.associate('campaigns', id, 'contacts', linked);
    const listed = seed.record('contacts', { email: 'd@acme.example' }, { at: START });
    const list = text(
      await portal.send('POST /crm/v3/lists', { name: 'L', objectTypeId: '0-1', processingType: 'MANUAL' }),
      'list',
      'listId',
    );
    await portal.send(`PUT /crm/v3/lists/${list}/memberships/add`, [listed]);
    expect((await portal.send(`PUT ${BASE}/${guid}/assets/OBJECT_LIST/${list}`)).status).toBe(204);
    const report = (name: string): ReturnType<TestPortal['send']> => portal.send(`GET ${BASE}/${guid}/reports/contacts/${name}`);
    expect((await report('contactFirstTouch')).body).toEqual({ results: [{ id: first }] });
    expect(ids(await report('contactLastTouch'))).toEqual([last]);
    expect(ids(await report('influencedContacts'))).toEqual([first, last, linked, listed]);
    expect((await report('nonsense')).status).toBe(400);
    expect(dig(await portal.send(`GET ${BASE}/${guid}`), 'assets', 'OBJECT_LIST', 'results')).toEqual([{ id: list, name: 'L' }]);
  });
});
