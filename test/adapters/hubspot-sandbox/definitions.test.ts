import { describe, expect, it } from 'vitest';
import { dig, ids, results, START, testPortal, text, USER_TOKEN } from './portal.ts';

const TEXT = { label: 'X', type: 'string', fieldType: 'text', groupName: 'contactinformation' };

describe('property definitions', () => {
  // recorded: property dumps; specified: properties guide
  it('carry the stock options of the lead status and the lifecycle stages', async () => {
    const { send } = testPortal();
    const values = async (line: string): Promise<unknown> =>
      (dig(await send(line), 'options') as { value: string }[]).map((option) => option.value);
    expect(await values('GET /crm/v3/properties/contacts/hs_lead_status')).toEqual([
      'NEW',
      'OPEN',
      'IN_PROGRESS',
      'OPEN_DEAL',
      'UNQUALIFIED',
      'ATTEMPTED_TO_CONTACT',
      'CONNECTED',
      'BAD_TIMING',
    ]);
    expect(await values('GET /crm/properties/2026-03/0-1/lifecyclestage')).toEqual([
      'subscriber',
      'lead',
      'marketingqualifiedlead',
      'salesqualifiedlead',
      'opportunity',
      'customer',
      'evangelist',
      'other',
    ]);
  });

  it('hold Truce’s own when provisioned, and not otherwise', async () => {
    const names = async (provisioned: boolean, type: string): Promise<unknown[]> =>
      results(await testPortal({ provisioned }).send(`GET /crm/v3/properties/${type}`))
        .map((property) => property['name'])
        .filter((name) => String(name).startsWith('truce_'));
    expect(await names(true, 'contacts')).toEqual([
      'truce_key',
      'truce_cross_id',
      'truce_outcome',
      'truce_outcome_amount',
      'truce_outcome_reason',
      'truce_outcome_closed_at',
      'truce_outcome_campaign',
    ]);
    expect(await names(true, 'campaigns')).toHaveLength(20);
    expect(await names(false, 'contacts')).toEqual([]);
    expect(await names(false, 'campaigns')).toEqual([]);
  });

  // specified: properties guide; assumed: wording and codes of the refusals
  it('are made singly and in batches, with unique values where asked', async () => {
    const { send } = testPortal();
    expect((await send('POST /crm/v3/properties/contacts', { ...TEXT, name: 'code', hasUniqueValue: true })).status).toBe(201);
    expect((await send('POST /crm/v3/properties/contacts', { ...TEXT, name: 'code' })).status).toBe(409);
    for (const wrong of [
      { ...TEXT, name: 'Upper' },
      { ...TEXT, name: 'hs_mine' },
      { ...TEXT, name: 'a', groupName: 'nowhere' },
      { ...TEXT, name: 'a', type: 'number' },
      { ...TEXT, name: 'a', type: 'enumeration', fieldType: 'select' },
    ]) {
      expect([wrong, (await send('POST /crm/v3/properties/contacts', wrong)).status]).toEqual([wrong, 400]);
    }
    const batch = await send('POST /crm/v3/properties/contacts/batch/create', {
      inputs: [
        { ...TEXT, name: 'one' },
        { ...TEXT, name: 'code' },
      ],
    });
    expect([batch.status, results(batch).map((property) => property['name']), dig(batch, 'numErrors')]).toEqual([207, ['one'], 1]);
    await send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } });
    expect((await send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } })).status).toBe(400);
    expect(dig(await send('GET /crm/v3/objects/contacts/A?idProperty=code&properties=code'), 'properties', 'code')).toBe('A');
  });

  it('are changed, archived and grouped', async () => {
    const { send } = testPortal();
    expect((await send('POST /crm/v3/properties/contacts/groups', { name: 'ours', label: 'Ours' })).status).toBe(201);
    await send('POST /crm/v3/properties/contacts', { ...TEXT, name: 'code', groupName: 'ours' });
    expect(dig(await send('PATCH /crm/v3/properties/contacts/code', { label: 'Code' }), 'label')).toBe('Code');
    expect((await send('DELETE /crm/v3/properties/contacts/code')).status).toBe(204);
    expect((await send('GET /crm/v3/properties/contacts/code')).status).toBe(404);
    expect(results(await send('GET /crm/v3/properties/contacts?archived=true')).map((property) => property['name'])).toEqual(['code']);
    expect((await send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } })).status).toBe(400);
    const read = await send('POST /crm/v3/properties/contacts/batch/read', { inputs: [{ name: 'email' }], archived: false });
    expect(results(read).map((property) => property['name'])).toEqual(['email']);
  });

  // specified: options are editable in each account: read the property
  it('accept a new option once it was added', async () => {
    const { send } = testPortal();
    const options = ['NEW', 'MEETING'].map((value) => ({ label: value, value }));
    await send('PATCH /crm/v3/properties/contacts/hs_lead_status', { options });
    expect((await send('POST /crm/v3/objects/contacts', { properties: { hs_lead_status: 'MEETING' } })).status).toBe(201);
    expect((await send('POST /crm/v3/objects/contacts', { properties: { hs_lead_status: 'OPEN' } })).status).toBe(400);
  });
});

describe('values', () => {
  // recorded: INVALID_LONG; specified: values are text, datetimes ISO in answers
  it('are checked and normalised by type', async () => {
    const { send } = testPortal();
    const create = (properties: object): ReturnType<typeof send> => send('POST /crm/v3/objects/contacts', { properties });
    const made = await create({
      truce_outcome_amount: 12.5,
      truce_outcome_closed_at: String(START),
      truce_outcome: 'won',
      closedate: '2026-03-01',
    });
    expect(dig(made, 'properties')).toMatchObject({
      truce_outcome_amount: '12.5',
      truce_outcome_closed_at: '2026-03-02T15:00:00.000Z',
      truce_outcome: 'won',
      closedate: '2026-03-01T00:00:00.000Z',
    });
    const codes = async (properties: object): Promise<unknown> => dig(await create(properties), 'errors', 0, 'code');
    expect(await codes({ truce_outcome_amount: '1/1/1' })).toBe('INVALID_LONG');
    expect(await codes({ truce_outcome_closed_at: 'yesterday' })).toBe('INVALID_DATE');
    expect(await codes({ email: 'not-an-address' })).toBe('INVALID_EMAIL');
    expect(await codes({ hubspot_owner_id: '1' })).toBe('INVALID_OWNER_ID');
    expect(await codes({ createdate: String(START) })).toBe('READ_ONLY_VALUE');
    expect(await codes({ hs_analytics_first_touch_converting_campaign: 'x' })).toBe('READ_ONLY_VALUE');
  });
});

describe('owners and lists', () => {
  // specified: owners guide
  it('keep owner ids and user ids apart', async () => {
    const { send, half } = testPortal();
    const rep = half.seed.owner({ email: 'rep@acme.example', firstName: 'Rae', lastName: 'Rep', teams: ['Sales', 'East'] });
    expect(rep.id).not.toBe(rep.userId);
    expect((await send(`GET /crm/v3/owners/${rep.userId}`)).status).toBe(404);
    const owner = await send(`GET /crm/v3/owners/${rep.userId}?idProperty=userId`);
    expect(owner.body).toMatchObject({ id: rep.id, userId: Number(rep.userId), type: 'PERSON', archived: false });
    expect(dig(owner, 'teams')).toMatchObject([
      { name: 'Sales', primary: true },
      { name: 'East', primary: false },
    ]);
    expect(results(await send('GET /crm/v3/owners/?limit=100'))).toHaveLength(2);
    const made = await send('POST /crm/v3/objects/contacts', { properties: { hubspot_owner_id: rep.id } });
    expect(dig(made, 'properties', 'hubspot_owner_assigneddate')).toBe(new Date(START).toISOString());
  });

  // specified: lists guide
  it('keep static lists with the time each member joined', async () => {
    const { send, half, clock } = testPortal();
    const [a = '', b = ''] = ['a', 'b'].map((name) => half.seed.record('contacts', { email: `${name}@acme.example` }, { at: START }));
    const made = await send('POST /crm/v3/lists', { name: 'Scope', objectTypeId: '0-1', processingType: 'MANUAL' }, { token: USER_TOKEN });
    const path = `/crm/v3/lists/${text(made, 'list', 'listId')}`;
    await send(`PUT ${path}/memberships/add`, [b]);
    clock.advance(1000);
    const added = await send(`PUT ${path}/memberships/add`, [a, '999']);
    expect(added.body).toEqual({ recordsIdsAdded: [a], recordIdsRemoved: [], recordIdsMissing: ['999'] });
    const members = async (order = ''): Promise<unknown[]> =>
      results(await send(`GET ${path}/memberships${order}`)).map((member) => member['recordId']);
    expect(await members()).toEqual([a, b]);
    expect(await members('/join-order')).toEqual([b, a]);
    expect((await send(`GET ${path}/memberships?limit=251`)).status).toBe(400);
    await send(`PUT ${path}/memberships/remove`, [b]);
    expect(await members()).toEqual([a]);
    expect(dig(await send('GET /crm/v3/lists/object-type-id/0-1/name/scope'), 'list', 'size')).toBe(1);
    expect(dig(await send('POST /crm/v3/lists/search', { query: 'scope' }), 'total')).toBe(1);
    expect((await send('POST /crm/v3/lists', { name: 'scope', objectTypeId: '0-1', processingType: 'MANUAL' })).status).toBe(409);
  });

  // specified: pipelines API: metadata are text
  it('show pipelines with their stages', async () => {
    const { send } = testPortal();
    expect(ids(await send('GET /crm/v3/pipelines/deals/default/stages'))).toHaveLength(7);
    expect(ids(await send('GET /crm/v3/pipelines/leads'))).toEqual(['lead-pipeline-id']);
    expect(dig(await send('GET /crm/v3/pipelines/deals/default/stages/closedlost'), 'metadata')).toEqual({
      isClosed: 'true',
      probability: '0.0',
    });
    expect((await send('GET /crm/v3/pipelines/contacts')).status).toBe(400);
  });
});
