import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, results, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const RECORDED = 'https://github.com/sudhakar-mwb/Practus-Migration/blob/main/migrate-campaigns.js';
const ESTUARY = 'https://github.com/estuary/connectors/blob/main/source-hubspot-native/source_hubspot_native/api/campaigns.py';
const READ = 'https://developers.hubspot.com/docs/api-reference/legacy/marketing/campaigns/batch/get-campaigns';
const CREATE = 'https://developers.hubspot.com/docs/api-reference/legacy/marketing/campaigns/batch/create-campaigns';
const SPEC = 'https://github.com/HubSpot/HubSpot-public-api-spec-collection';

const BASE = '/marketing/v3/campaigns';
const NOBODY = '00000000-0000-4000-8000-000000000000';

interface WithCampaign extends TestPortal {
  readonly guid: string;
  readonly patch: (properties: object) => Promise<Reply>;
  readonly read: (properties: string) => Promise<Reply>;
}

async function spring(options: Parameters<typeof testPortal>[0] = {}): Promise<WithCampaign> {
  const portal = testPortal(options);
  const guid = text(await portal.send(`POST ${BASE}`, { properties: { hs_name: 'Spring' } }), 'id');
  return {
    ...portal,
    guid,
    patch: (properties) => portal.send(`PATCH ${BASE}/${guid}`, { properties }),
    read: (properties) => portal.send(`GET ${BASE}/${guid}?properties=${properties}`),
  };
}

describe('a campaign', () => {
  conforms({ known: 'recorded', source: RECORDED }, 'has a GUID for the marketing API', async () => {
    expect((await spring()).guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'has a number for the CRM API in hs_object_id', async () => {
    const { send, read } = await spring();
    const id = text(await read('hs_object_id'), 'properties', 'hs_object_id');
    expect(id).toMatch(/^\d+$/);
    expect(dig(await send(`GET /crm/v3/objects/campaigns/${id}?properties=hs_name`), 'properties', 'hs_name')).toBe('Spring');
  });

  conforms({ known: 'recorded', source: RECORDED }, 'is not found by its number in the marketing API: 400', async () => {
    const { send, read } = await spring();
    const id = text(await read('hs_object_id'), 'properties', 'hs_object_id');
    const wrong = await send(`GET ${BASE}/${id}`);
    expect([wrong.status, dig(wrong, 'category')]).toEqual([400, 'VALIDATION_ERROR']);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'is not found by its GUID in the CRM API: 400', async () => {
    const { send, guid } = await spring();
    expect((await send(`GET /crm/v3/objects/campaigns/${guid}`)).status).toBe(400);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'can’t be updated through the CRM API', async () => {
    const { send, half } = testPortal();
    const { id } = half.seed.campaign({ hs_name: 'Spring' }, { at: START });
    const reply = await send(`PATCH /crm/v3/objects/campaigns/${id}`, { properties: { truce_won_deals: '3' } });
    expect([reply.status, dig(reply, 'message')]).toEqual([400, 'Object type CAMPAIGN is not supported by this endpoint']);
  });

  conforms(
    { known: 'assumed', probe: 'POST and DELETE /crm/v3/objects/campaigns, and its batches' },
    'can’t be made, archived or batched through the CRM API',
    async () => {
      const { send, half } = testPortal();
      const { id } = half.seed.campaign({ hs_name: 'Spring' }, { at: START });
      expect((await send('POST /crm/v3/objects/campaigns', { properties: { hs_name: 'x' } })).status).toBe(400);
      expect((await send(`DELETE /crm/v3/objects/campaigns/${id}`)).status).toBe(400);
      expect((await send('POST /crm/v3/objects/0-35/batch/update', { inputs: [{ id, properties: {} }] })).status).toBe(400);
    },
  );

  conforms({ known: 'recorded', source: RECORDED }, 'shows every property through the CRM API', async () => {
    const { send, half } = testPortal();
    const { id } = half.seed.campaign({ hs_name: 'Spring', hs_revenue: '7', hs_projected_budget: '9' }, { at: START });
    const read = await send(`GET /crm/v3/objects/0-35/${id}?properties=hs_revenue,hs_projected_budget,truce_won_deals`);
    expect(dig(read, 'properties')).toMatchObject({ hs_revenue: '7', hs_projected_budget: '9', truce_won_deals: null });
  });

  conforms({ known: 'recorded', source: RECORDED }, 'shows next to nothing in the marketing API unless asked', async () => {
    const { send, guid } = await spring();
    expect(dig(await send(`GET ${BASE}/${guid}`), 'properties')).not.toHaveProperty('hs_name');
  });

  conforms({ known: 'recorded', source: RECORDED }, 'that is not there is 404', async () => {
    const reply = await testPortal().send(`GET ${BASE}/${NOBODY}`);
    expect([reply.status, dig(reply, 'category')]).toEqual([404, 'OBJECT_NOT_FOUND']);
  });

  conforms({ known: 'specified', source: SPEC }, 'is deleted with 204, also when it is not there', async () => {
    const { send, guid } = await spring();
    expect([(await send(`DELETE ${BASE}/${guid}`)).status, (await send(`DELETE ${BASE}/${guid}`)).status]).toEqual([204, 204]);
    expect((await send(`GET ${BASE}/${guid}`)).status).toBe(404);
  });

  conforms({ known: 'assumed', probe: `POST ${BASE} {"properties":{"hs_notes":"x"}}` }, 'needs a name', async () => {
    expect((await testPortal().send(`POST ${BASE}`, { properties: { hs_notes: 'x' } })).status).toBe(400);
  });

  conforms({ known: 'assumed', probe: `POST ${BASE} without hs_utm, then read hs_utm` }, 'gets its UTM value from its name', async () => {
    expect(dig(await (await spring()).read('hs_utm'), 'properties', 'hs_utm')).toBe('Spring');
  });
});

describe('the properties that campaigns show', () => {
  conforms({ known: 'recorded', source: ESTUARY }, 'are on a list', async () => {
    const { send } = testPortal();
    const readable = [
      'hs_start_date',
      'hs_end_date',
      'hs_color_hex',
      'hs_notes',
      'hs_audience',
      'hs_goal',
      'hs_owner',
      'hs_currency_code',
      'hs_created_by_user_id',
      'hs_campaign_status',
      'hs_object_id',
      'hs_name',
      'hs_utm',
      'hs_budget_items_sum_amount',
      'hs_spend_items_sum_amount',
    ];
    expect((await send(`GET ${BASE}?properties=${readable.join(',')}`)).status).toBe(200);
  });

  conforms({ known: 'recorded', source: ESTUARY }, 'that are not on it are 400 "Forbidden properties"', async () => {
    const { send } = testPortal();
    for (const name of ['hs_revenue', 'hs_projected_budget']) {
      const refused = await send(`GET ${BASE}?properties=hs_name,${name}`);
      expect([refused.status, text(refused, 'message')]).toEqual([400, `Forbidden properties: [${name}]`]);
    }
  });

  conforms({ known: 'recorded', source: ESTUARY }, 'include custom ones', async () => {
    const { patch, read } = await spring();
    await patch({ truce_won_deals: '3' });
    expect(dig(await read('hs_name,truce_won_deals'), 'properties')).toEqual({ hs_name: 'Spring', truce_won_deals: '3' });
  });

  conforms({ known: 'assumed', probe: `GET ${BASE}?properties=nonsense` }, 'that do not exist are 400 too', async () => {
    expect((await testPortal().send(`GET ${BASE}?properties=nonsense`)).status).toBe(400);
  });
});

describe('the properties that campaigns take', () => {
  conforms({ known: 'recorded', source: RECORDED }, 'are on a shorter list', async () => {
    const reply = await (
      await spring()
    ).patch({
      hs_name: 'Summer',
      hs_utm: 'summer',
      hs_start_date: '2026-05-06',
      hs_end_date: '2026-06-06',
      hs_notes: 'n',
      hs_audience: 'a',
      hs_currency_code: 'EUR',
      hs_campaign_status: 'planned',
    });
    expect(reply.status).toBe(200);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'that are not on it are refused, and nothing is written', async () => {
    const { patch, read } = await spring();
    for (const name of ['hs_owner', 'hs_goal', 'hs_color_hex', 'hs_revenue', 'hs_projected_budget']) {
      const refused = await patch({ [name]: '1', truce_won_deals: '3' });
      expect([name, refused.status, dig(refused, 'subCategory')]).toEqual([
        name,
        400,
        'CampaignApiError.PROPERTY_SET_CONTAINS_VALUES_FORBIDDEN_FOR_WRITE',
      ]);
    }
    expect(dig(await read('truce_won_deals'), 'properties')).toEqual({});
  });

  conforms({ known: 'recorded', source: RECORDED }, 'include hs_name and hs_utm, which are called read-only', async () => {
    const { send, patch } = await spring();
    for (const name of ['hs_name', 'hs_utm']) {
      const definition = await send(`GET /crm/v3/properties/campaigns/${name}`);
      expect(dig(definition, 'modificationMetadata', 'readOnlyValue')).toBe(true);
      expect((await patch({ [name]: 'Summer' })).status).toBe(200);
    }
  });

  conforms({ known: 'recorded', source: RECORDED }, 'leave out some that are called writable', async () => {
    const { send } = testPortal();
    for (const name of ['hs_owner', 'hs_goal', 'hs_color_hex', 'hs_revenue', 'hs_projected_budget']) {
      const definition = await send(`GET /crm/v3/properties/campaigns/${name}`);
      expect([name, dig(definition, 'modificationMetadata', 'readOnlyValue')]).toEqual([name, false]);
    }
  });

  conforms({ known: 'recorded', source: RECORDED }, 'take dates without a time only', async () => {
    const { patch } = await spring();
    const refused = await patch({ hs_start_date: '2026-05-06T00:00:00Z' });
    expect([refused.status, dig(refused, 'subCategory')]).toEqual([400, 'CampaignValidationError.INVALID_DATE_PROPERTY']);
    expect((await patch({ hs_start_date: '2026-05-06' })).status).toBe(200);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'give dates back with a time', async () => {
    const { patch, read } = await spring();
    await patch({ hs_start_date: '2026-05-06' });
    expect(dig(await read('hs_start_date'), 'properties', 'hs_start_date')).toBe('2026-05-06T00:00:00.000Z');
  });
});

describe('custom properties of campaigns', () => {
  const property = { name: 'won_deals', label: 'Won', type: 'number', fieldType: 'number', groupName: 'campaigninformation' };

  conforms({ known: 'recorded', source: RECORDED }, 'are made through the properties API, by name or type id', async () => {
    const { send } = testPortal({ provisioned: false });
    expect((await send('POST /crm/v3/properties/campaigns', property)).status).toBe(201);
    expect((await send('POST /crm/v3/properties/0-35', { ...property, name: 'lost_deals' })).status).toBe(201);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'leave out hubspotDefined', async () => {
    const { send } = testPortal({ provisioned: false });
    expect((await send('POST /crm/v3/properties/campaigns', property)).body).not.toHaveProperty('hubspotDefined');
    expect(dig(await send('GET /crm/v3/properties/campaigns/hs_name'), 'hubspotDefined')).toBe(true);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'have campaigninformation as the only group at first', async () => {
    const groups = results(await testPortal({ provisioned: false }).send('GET /crm/v3/properties/campaigns/groups'));
    expect(groups.map((group) => group['name'])).toEqual(['campaigninformation']);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'are written by the marketing API once they exist', async () => {
    const { send, patch, read } = await spring({ provisioned: false });
    expect((await patch({ won_deals: '3' })).status).toBe(400);
    await send('POST /crm/v3/properties/campaigns', property);
    expect((await patch({ won_deals: '3' })).status).toBe(200);
    expect(dig(await read('won_deals'), 'properties')).toEqual({ won_deals: '3' });
  });

  conforms({ known: 'assumed', probe: `PATCH ${BASE}/GUID with "three" in a number property` }, 'are checked by type', async () => {
    const { send, patch } = await spring({ provisioned: false });
    await send('POST /crm/v3/properties/campaigns', property);
    expect((await patch({ won_deals: 'three' })).status).toBe(400);
  });
});

describe('batches of campaigns', () => {
  const make = (portal: TestPortal, count: number): Promise<Reply> =>
    portal.send(`POST ${BASE}/batch/create`, { inputs: Array.from({ length: count }, (_, n) => ({ properties: { hs_name: `C${n}` } })) });

  conforms({ known: 'specified', source: CREATE }, 'hold 50 and no more, to create', async () => {
    const portal = testPortal();
    expect((await make(portal, 51)).status).toBe(400);
    expect((await make(portal, 50)).status).toBe(201);
  });

  conforms({ known: 'specified', source: READ }, 'hold 50 and no more, to read', async () => {
    const { send } = testPortal();
    expect((await send(`POST ${BASE}/batch/read`, { inputs: Array.from({ length: 51 }, () => ({ id: NOBODY })) })).status).toBe(400);
  });

  conforms({ known: 'specified', source: SPEC }, 'hold 50 and no more, to update', async () => {
    const { send } = testPortal();
    const inputs = Array.from({ length: 51 }, () => ({ id: NOBODY, properties: {} }));
    expect((await send(`POST ${BASE}/batch/update`, { inputs })).status).toBe(400);
  });

  conforms({ known: 'specified', source: READ }, 'are answered in no order', async () => {
    const portal = testPortal();
    const all = ids(await make(portal, 50));
    const reply = await portal.send(`POST ${BASE}/batch/read`, { inputs: all.map((id) => ({ id })) });
    expect(ids(reply).toSorted()).toEqual(all.toSorted());
    expect(ids(reply)).not.toEqual(all);
  });

  conforms({ known: 'specified', source: READ }, 'read a campaign that is named twice once', async () => {
    const portal = testPortal();
    const [id] = ids(await make(portal, 1));
    expect(ids(await portal.send(`POST ${BASE}/batch/read`, { inputs: [{ id }, { id }] }))).toEqual([id]);
  });

  conforms({ known: 'specified', source: READ }, 'take the properties to read in the query', async () => {
    const portal = testPortal();
    const [id] = ids(await make(portal, 1));
    expect(dig(await portal.send(`POST ${BASE}/batch/read?properties=hs_name`, { inputs: [{ id }] }), 'results', 0, 'properties')).toEqual({
      hs_name: 'C0',
    });
  });

  conforms({ known: 'specified', source: SPEC }, 'are 207 where a campaign is not there', async () => {
    const portal = testPortal();
    const [id] = ids(await make(portal, 1));
    const reply = await portal.send(`POST ${BASE}/batch/read`, { inputs: [{ id }, { id: NOBODY }] });
    expect([reply.status, ids(reply), dig(reply, 'errors', 0, 'context', 'ids')]).toEqual([207, [id], [NOBODY]]);
  });

  conforms({ known: 'specified', source: SPEC }, 'update each campaign', async () => {
    const portal = testPortal();
    const all = ids(await make(portal, 3));
    const inputs = all.map((id, n) => ({ id, properties: { truce_won_deals: String(n) } }));
    expect((await portal.send(`POST ${BASE}/batch/update`, { inputs })).status).toBe(200);
    const read = await portal.send(`GET ${BASE}/${all[2]}?properties=truce_won_deals`);
    expect(dig(read, 'properties')).toEqual({ truce_won_deals: '2' });
  });

  conforms(
    { known: 'assumed', probe: `POST ${BASE}/batch/update with one forbidden property` },
    'write nothing when one campaign is refused',
    async () => {
      const portal = testPortal();
      const [a = '', b = ''] = ids(await make(portal, 2));
      const reply = await portal.send(`POST ${BASE}/batch/update`, {
        inputs: [
          { id: a, properties: { truce_won_deals: '1' } },
          { id: b, properties: { hs_goal: 'x' } },
        ],
      });
      expect(reply.status).toBe(400);
      expect(dig(await portal.send(`GET ${BASE}/${a}?properties=truce_won_deals`), 'properties')).toEqual({});
    },
  );

  conforms({ known: 'specified', source: SPEC }, 'archive with 204, whether or not the campaigns are there', async () => {
    const portal = testPortal();
    const [id] = ids(await make(portal, 2));
    expect((await portal.send(`POST ${BASE}/batch/archive`, { inputs: [{ id }, { id: NOBODY }] })).status).toBe(204);
    expect(dig(await portal.send(`GET ${BASE}`), 'total')).toBe(1);
  });
});

describe('the list of campaigns', () => {
  conforms({ known: 'specified', source: SPEC }, 'tells the total and pages', async () => {
    const { send, half } = testPortal();
    for (let n = 0; n < 5; n += 1) half.seed.campaign({ hs_name: `C${n}` }, { at: START });
    const first = await send(`GET ${BASE}?limit=3`);
    const second = await send(`GET ${BASE}?limit=3&after=${text(first, 'paging', 'next', 'after')}`);
    expect([dig(first, 'total'), new Set([...ids(first), ...ids(second)]).size]).toEqual([5, 5]);
    expect(second.body).not.toHaveProperty('paging');
  });

  conforms({ known: 'specified', source: SPEC }, 'takes 100 a page and no more', async () => {
    const { send } = testPortal();
    expect([(await send(`GET ${BASE}?limit=100`)).status, (await send(`GET ${BASE}?limit=101`)).status]).toEqual([200, 400]);
  });

  conforms({ known: 'recorded', source: ESTUARY }, 'goes by the last change with sort=-updatedAt', async () => {
    const { send, half, clock } = testPortal();
    const [old, young] = [START - 2, START - 1].map((at) => half.seed.campaign({ hs_name: `at ${at}` }, { at }).guid);
    expect(ids(await send(`GET ${BASE}?sort=-updatedAt`))).toEqual([young, old]);
    clock.advance(1000);
    await send(`PATCH ${BASE}/${old}`, { properties: { hs_notes: 'n' } });
    expect(ids(await send(`GET ${BASE}?sort=-updatedAt`))).toEqual([old, young]);
  });

  conforms({ known: 'specified', source: SPEC }, 'finds by a part of the name', async () => {
    const { send, half } = testPortal();
    const { guid } = half.seed.campaign({ hs_name: 'Spring sale' }, { at: START });
    half.seed.campaign({ hs_name: 'Autumn' }, { at: START });
    expect(ids(await send(`GET ${BASE}?name=spring`))).toEqual([guid]);
  });
});
