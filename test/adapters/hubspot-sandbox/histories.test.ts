import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, START, testPortal, text, USER_TOKEN, type TestPortal } from './portal.ts';

const READ = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const LIST = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const ENTRY = '@hubspot/api-client lib/codegen/crm/contacts/models/ValueWithTimestamp';
const OWNERS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide';
const DEALS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide';

const HOUR = 3_600_000;
const PATH = '/crm/v3/objects/contacts';

const EXPECTED = [
  { value: 'IN_PROGRESS', timestamp: '2026-03-02T15:00:00.000Z', sourceType: 'SALESFORCE' },
  { value: 'OPEN', timestamp: '2026-03-02T14:00:00.000Z', sourceType: 'CRM_UI', sourceId: 'userId:123', updatedByUserId: 123 },
  { value: 'NEW', timestamp: '2026-03-02T12:00:00.000Z', sourceType: 'FORM', sourceId: 'form-7', sourceLabel: 'Demo form' },
];

function withHistory(): TestPortal & { id: string } {
  const portal = testPortal();
  const { seed } = portal.half;
  const form = { type: 'FORM', id: 'form-7', label: 'Demo form' };
  const id = seed.record('contacts', { email: 'a@b.example', hs_lead_status: 'NEW' }, { at: START - 3 * HOUR, source: form });
  seed.change('contacts', id, { hs_lead_status: 'OPEN' }, { at: START - HOUR, source: { type: 'CRM_UI', userId: '123' } });
  seed.change('contacts', id, { hs_lead_status: 'IN_PROGRESS' }, { at: START, source: { type: 'SALESFORCE' } });
  return { ...portal, id };
}

describe('histories', () => {
  conforms({ known: 'specified', source: LIST }, 'stand newest first', async () => {
    const { send, id } = withHistory();
    const get = await send(`GET ${PATH}/${id}?propertiesWithHistory=hs_lead_status`);
    expect(dig(get, 'propertiesWithHistory', 'hs_lead_status')).toEqual(EXPECTED);
  });

  conforms({ known: 'specified', source: LIST }, 'are in lists', async () => {
    const { send } = withHistory();
    const list = await send(`GET ${PATH}?propertiesWithHistory=hs_lead_status`);
    expect(dig(list, 'results', 0, 'propertiesWithHistory', 'hs_lead_status')).toEqual(EXPECTED);
  });

  conforms({ known: 'specified', source: READ }, 'are in batch reads', async () => {
    const { send, id } = withHistory();
    const body = { inputs: [{ id }], properties: [], propertiesWithHistory: ['hs_lead_status'] };
    expect(dig(await send(`POST ${PATH}/batch/read`, body), 'results', 0, 'propertiesWithHistory', 'hs_lead_status')).toEqual(EXPECTED);
  });

  conforms({ known: 'specified', source: ENTRY }, 'name only the kind of writer where there is neither id nor label', async () => {
    const { send, id } = withHistory();
    const get = await send(`GET ${PATH}/${id}?propertiesWithHistory=hs_lead_status`);
    expect(Object.keys(dig(get, 'propertiesWithHistory', 'hs_lead_status', 0) as object)).toEqual(['value', 'timestamp', 'sourceType']);
  });

  conforms({ known: 'specified', source: OWNERS }, 'name the user by the user’s id, not by the owner’s', async () => {
    const portal = testPortal();
    const rep = portal.half.seed.owner({ email: 'rep@acme.example', firstName: 'Rae', lastName: 'Rep' });
    const id = portal.half.seed.record('contacts', { city: 'Ulm' }, { at: START, source: { type: 'CRM_UI', userId: rep.userId } });
    const get = await portal.send(`GET ${PATH}/${id}?propertiesWithHistory=city`);
    expect(dig(get, 'propertiesWithHistory', 'city', 0)).toMatchObject({
      sourceId: `userId:${rep.userId}`,
      updatedByUserId: Number(rep.userId),
    });
  });

  conforms(
    { known: 'assumed', probe: 'GET a contact with propertiesWithHistory of a property that was never set' },
    'of a property that was never set are empty',
    async () => {
      const { send, id } = withHistory();
      expect(dig(await send(`GET ${PATH}/${id}?propertiesWithHistory=phone`), 'propertiesWithHistory')).toEqual({ phone: [] });
    },
  );

  conforms(
    { known: 'assumed', probe: 'PATCH the value that is there already, then read its history' },
    'get no entry for a value that did not change',
    async () => {
      const { send, half, clock } = testPortal();
      const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START });
      clock.advance(1000);
      await send(`PATCH ${PATH}/${id}`, { properties: { city: 'Bonn' } });
      expect(dig(await send(`GET ${PATH}/${id}?propertiesWithHistory=city`), 'propertiesWithHistory', 'city')).toHaveLength(1);
    },
  );

  conforms(
    { known: 'assumed', probe: 'PATCH the value that is there already, then read lastmodifieddate' },
    'a value that did not change moves the stamp all the same',
    async () => {
      const { send, half, clock } = testPortal();
      const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START });
      clock.advance(1000);
      await send(`PATCH ${PATH}/${id}`, { properties: { city: 'Bonn' } });
      expect(dig(await send(`GET ${PATH}/${id}`), 'updatedAt')).toBe('2026-03-02T15:00:01.000Z');
    },
  );

  conforms(
    { known: 'assumed', probe: 'PATCH a property to "", then read its history' },
    'show a cleared value as an empty one',
    async () => {
      const { send, half, clock } = testPortal();
      const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START });
      clock.advance(1000);
      await send(`PATCH ${PATH}/${id}`, { properties: { city: '' } }, { token: USER_TOKEN });
      expect(dig(await send(`GET ${PATH}/${id}?propertiesWithHistory=city`), 'propertiesWithHistory', 'city', 0)).toMatchObject({
        value: '',
      });
    },
  );

  conforms(
    { known: 'assumed', probe: 'write one property 200 times, then count the entries of its history' },
    'keep every entry',
    async () => {
      const { send, half } = testPortal();
      const id = half.seed.record('contacts', { city: 'c0' }, { at: START - 200 });
      for (let n = 1; n < 200; n += 1) half.seed.change('contacts', id, { city: `c${n}` }, { at: START - 200 + n });
      expect(dig(await send(`GET ${PATH}/${id}?propertiesWithHistory=city`), 'propertiesWithHistory', 'city')).toHaveLength(200);
    },
  );

  it('take seeded changes out of order and keep them in the order of time', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'a@b.example', city: 'Bonn' }, { at: START - 3 * HOUR });
    half.seed.change('contacts', id, { city: 'Kiel' }, { at: START - HOUR });
    half.seed.change('contacts', id, { city: 'Ulm' }, { at: START - 2 * HOUR });
    const reply = await send(`GET ${PATH}/${id}?properties=city&propertiesWithHistory=city`);
    expect(dig(reply, 'properties', 'city')).toBe('Kiel');
    expect((dig(reply, 'propertiesWithHistory', 'city') as { value: string }[]).map((entry) => entry.value)).toEqual([
      'Kiel',
      'Ulm',
      'Bonn',
    ]);
  });
});

describe('a deal', () => {
  const deal = async (properties: object): Promise<TestPortal & { path: string; made: Awaited<ReturnType<TestPortal['send']>> }> => {
    const portal = testPortal();
    const made = await portal.send('POST /crm/v3/objects/deals', { properties: { dealname: 'Big', ...properties } });
    return { ...portal, made, path: `/crm/v3/objects/deals/${text(made, 'id')}` };
  };

  conforms({ known: 'specified', source: DEALS }, 'with a stage is in the default pipeline', async () => {
    expect(dig((await deal({ dealstage: 'contractsent' })).made, 'properties', 'pipeline')).toBe('default');
  });

  conforms({ known: 'specified', source: DEALS }, 'has the probability of its stage', async () => {
    const { made } = await deal({ dealstage: 'contractsent' });
    expect(dig(made, 'properties')).toMatchObject({ hs_deal_stage_probability: '0.9', hs_is_closed: 'false' });
  });

  conforms({ known: 'specified', source: DEALS }, 'is closed and won when its stage is', async () => {
    const { made } = await deal({ dealstage: 'closedwon', amount: '1000' });
    expect(dig(made, 'properties')).toMatchObject({ hs_is_closed: 'true', hs_is_closed_won: 'true', hs_closed_amount: '1000' });
  });

  conforms({ known: 'specified', source: DEALS }, 'is closed and not won when it is lost', async () => {
    const { made } = await deal({ dealstage: 'closedlost', amount: '1000' });
    expect(dig(made, 'properties')).toMatchObject({ hs_is_closed: 'true', hs_is_closed_won: 'false', hs_is_closed_lost: 'true' });
  });

  conforms({ known: 'specified', source: DEALS }, 'keeps the history of its stages', async () => {
    const { send, path, clock } = await deal({ dealstage: 'contractsent' });
    clock.advance(HOUR);
    await send(`PATCH ${path}`, { properties: { dealstage: 'closedwon' } });
    const read = await send(`GET ${path}?propertiesWithHistory=dealstage`);
    expect(dig(read, 'propertiesWithHistory', 'dealstage')).toMatchObject([{ value: 'closedwon' }, { value: 'contractsent' }]);
  });

  conforms({ known: 'specified', source: DEALS }, 'refuses a stage that no pipeline has', async () => {
    const { send, path } = await deal({ dealstage: 'contractsent' });
    expect(dig(await send(`PATCH ${path}`, { properties: { dealstage: 'nowhere' } }), 'errors', 0, 'code')).toBe('INVALID_OPTION');
  });

  conforms(
    { known: 'assumed', probe: 'PATCH a deal without closedate to closedwon' },
    'without a close date gets one when it is closed',
    async () => {
      const { send, path, clock } = await deal({ dealstage: 'contractsent' });
      clock.advance(HOUR);
      await send(`PATCH ${path}`, { properties: { dealstage: 'closedwon' } });
      expect(dig(await send(`GET ${path}`), 'properties', 'closedate')).toBe('2026-03-02T16:00:00.000Z');
    },
  );

  conforms({ known: 'specified', source: DEALS }, 'takes its amount without a check of the currency’s decimals', async () => {
    expect(dig((await deal({ amount: '1000.123' })).made, 'properties', 'amount')).toBe('1000.123');
  });
});
