import { describe, expect, it } from 'vitest';
import { dig, ids, results, START, testPortal, text, type TestPortal } from './portal.ts';

function contacts(portal: TestPortal, count: number): string[] {
  return Array.from({ length: count }, (_, n) => portal.half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
}

const inputs = (list: readonly string[]): { id: string }[] => list.map((id) => ({ id }));

describe('batch read', () => {
  // recorded: results are not in the order of the inputs
  it('answers every record, in another order than asked', async () => {
    const portal = testPortal();
    const all = contacts(portal, 30);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/read', { inputs: inputs(all), properties: ['email'] });
    expect(reply.status).toBe(200);
    expect(ids(reply).toSorted()).toEqual(all.toSorted());
    expect(ids(reply)).not.toEqual(all);
    expect(dig(reply, 'status')).toBe('COMPLETE');
  });

  // specified: api.md 1.1 and 1.6
  it('lists missing ids as one error: 207 in v3 and 2026-03, 200 in 2026-09', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    const expected = { v3: 207, '2026-03': 207, '2026-09': 200 };
    for (const [version, status] of Object.entries(expected)) {
      const path = version === 'v3' ? '/crm/v3/objects' : `/crm/objects/${version}`;
      const reply = await portal.send(`POST ${path}/contacts/batch/read`, { inputs: inputs([id, '999']), properties: [] });
      expect([version, reply.status]).toEqual([version, status]);
      expect(ids(reply)).toEqual([id]);
      expect(dig(reply, 'numErrors')).toBe(1);
      expect(dig(reply, 'errors', 0)).toEqual({
        status: 'error',
        category: 'OBJECT_NOT_FOUND',
        message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
        context: { ids: ['999'] },
      });
    }
  });

  // specified: api.md 1.2 and 1.4
  it('takes 100 inputs, and 50 with histories', async () => {
    const portal = testPortal();
    const all = contacts(portal, 101);
    const read = (n: number, propertiesWithHistory: readonly string[]): Promise<number> =>
      portal
        .send('POST /crm/v3/objects/contacts/batch/read', { inputs: inputs(all.slice(0, n)), properties: [], propertiesWithHistory })
        .then((reply) => reply.status);
    expect(await read(100, [])).toBe(200);
    expect(await read(101, [])).toBe(400);
    expect(await read(50, ['email'])).toBe(200);
    expect(await read(51, ['email'])).toBe(400);
  });

  // specified: api.md 1.2 (idProperty), contacts guide
  it('finds contacts by e-mail and by a custom unique property, but not by another one', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'ann@acme.example', truce_key: 'k1' }, { at: START });
    const read = (idProperty: string, value: string): ReturnType<TestPortal['send']> =>
      portal.send('POST /crm/v3/objects/contacts/batch/read', { idProperty, inputs: inputs([value]), properties: [] });
    expect(ids(await read('email', 'ann@acme.example'))).toEqual([id]);
    expect(ids(await read('truce_key', 'k1'))).toEqual([id]);
    expect((await read('phone', '1')).status).toBe(400);
  });
});

describe('batch update', () => {
  // recorded: grouparoo 2022
  it('answers only what was touched, shuffled', async () => {
    const portal = testPortal();
    const all = contacts(portal, 20);
    portal.clock.advance(1000);
    const reply = await portal.send('POST /crm/v3/objects/CONTACT/batch/update', {
      inputs: all.map((id) => ({ id, properties: { city: 'Bonn' } })),
    });
    expect(reply.status).toBe(200);
    expect(ids(reply).toSorted()).toEqual(all.toSorted());
    expect(ids(reply)).not.toEqual(all);
    expect(results(reply)[0]?.['properties']).toEqual({ city: 'Bonn', lastmodifieddate: '2026-03-02T15:00:01.000Z' });
  });

  // specified: api.md 1.6
  it('writes nothing when one value is invalid', async () => {
    const portal = testPortal();
    const [a = '', b = ''] = contacts(portal, 2);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/update', {
      inputs: [
        { id: a, properties: { hs_lead_status: 'OPEN' } },
        { id: b, properties: { hs_lead_status: 'NOPE' } },
      ],
    });
    expect(reply.status).toBe(400);
    expect(dig(reply, 'errors', 0, 'code')).toBe('INVALID_OPTION');
    const after = await portal.send(`GET /crm/v3/objects/contacts/${a}?properties=hs_lead_status`);
    expect(dig(after, 'properties', 'hs_lead_status')).toBeNull();
  });

  // recorded: HubSpot answers in two public projects (2026): trace ids make updates partial too
  it('writes the good ones when every input has a trace id of its own', async () => {
    const portal = testPortal();
    const [a = '', b = ''] = contacts(portal, 2);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/update', {
      inputs: [
        { id: a, objectWriteTraceId: 't1', properties: { hs_lead_status: 'OPEN' } },
        { id: b, objectWriteTraceId: 't2', properties: { hs_lead_status: 'NOPE' } },
      ],
    });
    expect(reply.status).toBe(207);
    expect(results(reply)).toMatchObject([{ id: a, objectWriteTraceId: 't1' }]);
    expect(dig(reply, 'errors', 0)).toMatchObject({ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t2'] } });
  });

  // recorded: fixtures of public connectors
  it('refuses the same id twice', async () => {
    const portal = testPortal();
    const [a = ''] = contacts(portal, 1);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/update', {
      inputs: [
        { id: a, properties: { city: 'Bonn' } },
        { id: a, properties: { city: 'Kiel' } },
      ],
    });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({
      message: `Duplicate IDs found in batch input: [${a}]. IDs must be unique`,
      category: 'VALIDATION_ERROR',
      context: { ids: [a] },
    });
  });

  // recorded: hubspot-api-nodejs issue 548
  it('refuses e-mail as idProperty, and ignores an e-mail in id without one', async () => {
    const portal = testPortal();
    contacts(portal, 1);
    const update = (more: object): ReturnType<TestPortal['send']> =>
      portal.send('POST /crm/v3/objects/contacts/batch/update', {
        inputs: [{ id: 'c0@acme.example', properties: { city: 'Bonn' }, ...more }],
      });
    const refused = await update({ idProperty: 'email' });
    expect(refused.status).toBe(400);
    expect(text(refused, 'message')).toContain('Unable to perform update/upsert by non-unique 0-1 property');
    const ignored = await update({});
    expect([ignored.status, results(ignored)]).toEqual([200, []]);
  });

  // specified: api.md 1.6 (merged and missing ids); assumed: the form of the error
  it('finds by a custom unique property and reports ids that are not there', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'ann@acme.example', truce_key: 'k1' }, { at: START });
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/update', {
      inputs: [
        { id: 'k1', idProperty: 'truce_key', properties: { city: 'Bonn' } },
        { id: '999', properties: { city: 'Kiel' } },
      ],
    });
    expect(reply.status).toBe(207);
    expect(ids(reply)).toEqual([id]);
    expect(dig(reply, 'errors', 0, 'context', 'ids')).toEqual(['999']);
  });
});

describe('batch create', () => {
  // specified: error handling guide
  it('fails as a whole on one conflict, and names the existing record', async () => {
    const portal = testPortal();
    const [taken = ''] = contacts(portal, 1);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/create', {
      inputs: [{ properties: { email: 'new@acme.example' } }, { properties: { email: 'c0@acme.example' } }],
    });
    expect(reply.status).toBe(409);
    expect(text(reply, 'message')).toBe(`Contact already exists. Existing ID: ${taken}`);
    expect(ids(await portal.send('GET /crm/v3/objects/contacts'))).toEqual([taken]);
  });

  // specified: error handling guide, multi-status errors
  it('is partial with trace ids', async () => {
    const portal = testPortal();
    const [taken = ''] = contacts(portal, 1);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/create', {
      inputs: [
        { objectWriteTraceId: 'a', properties: { email: 'new@acme.example' } },
        { objectWriteTraceId: 'b', properties: { email: 'c0@acme.example' } },
        { objectWriteTraceId: 'c', properties: { nonsense: '1' } },
      ],
    });
    expect(reply.status).toBe(207);
    expect(results(reply)).toMatchObject([{ objectWriteTraceId: 'a', properties: { email: 'new@acme.example' } }]);
    expect(dig(reply, 'errors')).toMatchObject([
      { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${taken}`, context: { objectWriteTraceId: ['b'] } },
      { category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['c'] } },
    ]);
  });

  // specified: properties guide (hasUniqueValue); recorded: wording
  it('refuses a value that a unique property has already', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'ann@acme.example', truce_key: 'k1' }, { at: START });
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/create', { inputs: [{ properties: { truce_key: 'k1' } }] });
    expect(reply.status).toBe(400);
    expect(text(reply, 'message')).toMatch(new RegExp(`propertyName=truce_key, value=k1} on \\d+\\. ${id} already has that value\\.$`));
  });
});

describe('batch upsert', () => {
  // specified: api.md 1.2 and 1.6
  it('creates and updates by a unique property and says which', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'ann@acme.example', truce_key: 'k1' }, { at: START });
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/upsert', {
      inputs: [
        { id: 'k1', idProperty: 'truce_key', properties: { city: 'Bonn' } },
        { id: 'k2', idProperty: 'truce_key', properties: { email: 'bob@acme.example' } },
      ],
    });
    expect(reply.status).toBe(200);
    const byNew = new Map(results(reply).map((result) => [result['new'], result]));
    expect(byNew.get(false)).toMatchObject({ id, properties: { city: 'Bonn' } });
    expect(byNew.get(true)).toMatchObject({ properties: { truce_key: 'k2', email: 'bob@acme.example' } });
  });

  // specified: api.md 1.6
  it('needs an idProperty', async () => {
    const { send } = testPortal();
    expect((await send('POST /crm/v3/objects/contacts/batch/upsert', { inputs: [{ id: 'k1', properties: {} }] })).status).toBe(400);
  });
});

describe('batch archive', () => {
  // specified: api.md 1.2
  it('answers 204 whether or not the records are there', async () => {
    const portal = testPortal();
    const all = contacts(portal, 3);
    const reply = await portal.send('POST /crm/v3/objects/contacts/batch/archive', { inputs: inputs([...all.slice(0, 2), '999']) });
    expect(reply.status).toBe(204);
    expect(ids(await portal.send('GET /crm/v3/objects/contacts'))).toEqual(all.slice(2));
  });
});
