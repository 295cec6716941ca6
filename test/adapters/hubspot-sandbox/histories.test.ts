import { describe, expect, it } from 'vitest';
import { dig, ids, START, testPortal, text, USER_TOKEN } from './portal.ts';

const HOUR = 3_600_000;

describe('histories', () => {
  // specified: api.md 1.4
  it('stand newest first with the kind of writer, in list, get and batch read', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record(
      'contacts',
      { email: 'a@b.example', hs_lead_status: 'NEW' },
      { at: START - 3 * HOUR, source: { type: 'FORM', id: 'form-7', label: 'Demo form' } },
    );
    half.seed.change('contacts', id, { hs_lead_status: 'OPEN' }, { at: START - HOUR, source: { type: 'CRM_UI', userId: '123' } });
    half.seed.change('contacts', id, { hs_lead_status: 'IN_PROGRESS' }, { at: START, source: { type: 'SALESFORCE' } });
    const expected = [
      { value: 'IN_PROGRESS', timestamp: '2026-03-02T15:00:00.000Z', sourceType: 'SALESFORCE' },
      { value: 'OPEN', timestamp: '2026-03-02T14:00:00.000Z', sourceType: 'CRM_UI', sourceId: 'userId:123', updatedByUserId: 123 },
      { value: 'NEW', timestamp: '2026-03-02T12:00:00.000Z', sourceType: 'FORM', sourceId: 'form-7', sourceLabel: 'Demo form' },
    ];
    const get = await send(`GET /crm/v3/objects/contacts/${id}?propertiesWithHistory=hs_lead_status,phone`);
    expect(dig(get, 'propertiesWithHistory')).toEqual({ hs_lead_status: expected, phone: [] });
    const list = await send('GET /crm/v3/objects/contacts?propertiesWithHistory=hs_lead_status');
    expect(dig(list, 'results', 0, 'propertiesWithHistory', 'hs_lead_status')).toEqual(expected);
    const batch = await send('POST /crm/v3/objects/contacts/batch/read', {
      inputs: [{ id }],
      properties: [],
      propertiesWithHistory: ['hs_lead_status'],
    });
    expect(dig(batch, 'results', 0, 'propertiesWithHistory', 'hs_lead_status')).toEqual(expected);
  });

  // assumed: writing the same value bumps the record but adds no entry
  it('get no entry for a value that did not change, though the record counts as modified', async () => {
    const { send, half, clock } = testPortal();
    const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START });
    clock.advance(1000);
    await send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { city: 'Bonn' } });
    const reply = await send(`GET /crm/v3/objects/contacts/${id}?propertiesWithHistory=city`);
    expect(dig(reply, 'propertiesWithHistory', 'city')).toHaveLength(1);
    expect(dig(reply, 'updatedAt')).toBe('2026-03-02T15:00:01.000Z');
  });

  // assumed: a cleared value is an entry with an empty value
  it('show a cleared value as an empty one', async () => {
    const { send, half, clock } = testPortal();
    const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START });
    clock.advance(1000);
    await send(`PATCH /crm/v3/objects/contacts/${id}`, { properties: { city: '' } }, { token: USER_TOKEN });
    const reply = await send(`GET /crm/v3/objects/contacts/${id}?propertiesWithHistory=city`);
    expect(dig(reply, 'propertiesWithHistory', 'city', 0)).toMatchObject({ value: '', sourceType: 'CRM_UI' });
  });

  it('take seeded changes out of order and keep them in the order of time', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START - 3 * HOUR });
    half.seed.change('contacts', id, { city: 'Kiel' }, { at: START - HOUR });
    half.seed.change('contacts', id, { city: 'Ulm' }, { at: START - 2 * HOUR });
    const reply = await send(`GET /crm/v3/objects/contacts/${id}?properties=city&propertiesWithHistory=city`);
    expect(dig(reply, 'properties', 'city')).toBe('Kiel');
    expect((dig(reply, 'propertiesWithHistory', 'city') as { value: string }[]).map((entry) => entry.value)).toEqual([
      'Kiel',
      'Ulm',
      'Bonn',
    ]);
  });
});

describe('derived values', () => {
  // recorded 2026: the dates of lifecycle stages are epoch milliseconds in text
  it('date the first time each lifecycle stage was reached', async () => {
    const { send } = testPortal();
    const made = await send('POST /crm/v3/objects/contacts', {
      properties: { email: 'a@b.example', lifecyclestage: 'marketingqualifiedlead' },
    });
    expect(dig(made, 'properties', 'hs_lifecyclestage_marketingqualifiedlead_date')).toBe(String(START));
  });

  // specified: pipelines API (metadata as text), deals guide
  it('follow a deal stage: closed, won, probability, close date', async () => {
    const { send, clock } = testPortal();
    const made = await send('POST /crm/v3/objects/deals', { properties: { dealname: 'Big', dealstage: 'contractsent', amount: '1000' } });
    expect(dig(made, 'properties')).toMatchObject({
      pipeline: 'default',
      hs_is_closed: 'false',
      hs_deal_stage_probability: '0.9',
      hs_closed_amount: '0',
    });
    clock.advance(HOUR);
    const path = `/crm/v3/objects/deals/${text(made, 'id')}`;
    await send(`PATCH ${path}`, { properties: { dealstage: 'closedwon' } });
    const won = await send(
      `GET ${path}?properties=hs_is_closed,hs_is_closed_won,hs_closed_amount,closedate&propertiesWithHistory=dealstage`,
    );
    expect(dig(won, 'properties')).toMatchObject({
      hs_is_closed: 'true',
      hs_is_closed_won: 'true',
      hs_closed_amount: '1000',
      closedate: '2026-03-02T16:00:00.000Z',
    });
    expect(dig(won, 'propertiesWithHistory', 'dealstage')).toHaveLength(2);
    const refused = await send(`PATCH ${path}`, { properties: { dealstage: 'nowhere' } });
    expect(dig(refused, 'errors', 0, 'code')).toBe('INVALID_OPTION');
  });
});

describe('merge', () => {
  // specified: webhooks guide (newObjectId, since 2025); api.md 1.3
  it('makes a new record for which both old ids answer, in single calls only', async () => {
    const { send, half, clock } = testPortal();
    const { seed } = half;
    const ann = seed.record('contacts', { email: 'ann@acme.example', firstname: 'Ann', lifecyclestage: 'lead' }, { at: START - 2 * HOUR });
    const bob = seed.record(
      'contacts',
      { email: 'bob@acme.example', city: 'Bonn', firstname: 'Bob', lifecyclestage: 'customer' },
      { at: START - 3 * HOUR },
    );
    const deal = seed.record('deals', { dealname: 'Big' }, { at: START });
    seed.associate('contacts', bob, 'deals', deal);
    clock.advance(1000);
    const reply = await send('POST /crm/v3/objects/contacts/merge', { primaryObjectId: ann, objectIdToMerge: bob });
    const merged = text(reply, 'id');
    expect([ann, bob]).not.toContain(merged);
    expect(dig(reply, 'properties')).toMatchObject({
      email: 'ann@acme.example',
      firstname: 'Ann',
      city: 'Bonn',
      lifecyclestage: 'customer',
      hs_additional_emails: 'bob@acme.example',
      hs_merged_object_ids: `${ann};${bob}`,
      hs_calculated_merged_vids: `${ann}:${START + 1000};${bob}:${START + 1000}`,
      createdate: '2026-03-02T12:00:00.000Z',
    });
    for (const old of [ann, bob]) {
      expect(dig(await send(`GET /crm/v3/objects/contacts/${old}?associations=deals`), 'id')).toBe(merged);
      expect(dig(await send(`PATCH /crm/v3/objects/contacts/${old}`, { properties: { city: 'Kiel' } }), 'id')).toBe(merged);
    }
    expect(ids(await send('GET /crm/v3/objects/contacts'))).toEqual([merged]);
    expect(dig(await send('POST /crm/v3/objects/contacts/search', {}), 'total')).toBe(1);
    const batch = await send('POST /crm/v3/objects/contacts/batch/update', { inputs: [{ id: ann, properties: { city: 'Ulm' } }] });
    expect([batch.status, dig(batch, 'errors', 0, 'context', 'ids')]).toEqual([207, [ann]]);
    expect(dig(await send('GET /crm/v3/objects/contacts/bob@acme.example?idProperty=email'), 'id')).toBe(merged);
    expect(dig(await send(`GET /crm/v3/objects/contacts/${merged}?associations=deals`), 'associations', 'deals', 'results')).toEqual([
      { id: deal, type: 'contact_to_deal' },
    ]);
  });
});

describe('permanent deletion', () => {
  // specified: api.md 1.2
  it('leaves nothing that answers', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START });
    expect((await send('POST /crm/v3/objects/contacts/gdpr-delete', { objectId: 'ann@acme.example', idProperty: 'email' })).status).toBe(
      204,
    );
    expect((await send(`GET /crm/v3/objects/contacts/${id}`)).status).toBe(404);
    expect((await send(`GET /crm/v3/objects/contacts/${id}?archived=true`)).status).toBe(404);
    expect(dig(await send('POST /crm/v3/objects/contacts/search', {}), 'total')).toBe(0);
  });
});
