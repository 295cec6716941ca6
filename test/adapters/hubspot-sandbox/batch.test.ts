import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, results, START, testPortal, type Reply, type TestPortal } from './portal.ts';

const READ = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const CONTACTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const ERRORS = 'https://developers.hubspot.com/docs/api-reference/error-handling';
const RECORDED = 'https://github.com/grouparoo/grouparoo/tree/main/plugins/@grouparoo/hubspot/__tests__/fixtures/export-objects';
const HISTORY_LIMIT = 'https://github.com/PipedreamHQ/pipedream/pull/8462';
const NOT_UNIQUE = 'https://github.com/segmentio/action-destinations/pull/3957';
const ISSUE = 'https://github.com/HubSpot/hubspot-api-nodejs/issues/548';
const RUDDER =
  'https://github.com/rudderlabs/rudder-transformer/blob/develop/test/integrations/destinations/hs/dataDelivery/updateMultiStatus.ts';
const DUPLICATES = 'https://github.com/rudderlabs/rudder-transformer/tree/develop/test/integrations/destinations/hs/dataDelivery';
const SPEC = 'https://github.com/HubSpot/HubSpot-public-api-spec-collection';
const ENVELOPE = '@hubspot/api-client lib/codegen/crm/contacts/models/BatchResponseSimplePublicObjectWithErrors';

const PATH = '/crm/v3/objects/contacts';

function contacts(portal: TestPortal, count: number): string[] {
  return Array.from({ length: count }, (_, n) => portal.half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
}

const named = (list: readonly string[]): { id: string }[] => list.map((id) => ({ id }));

const read = (portal: TestPortal, list: readonly string[], more: object = {}): Promise<Reply> =>
  portal.send(`POST ${PATH}/batch/read`, { inputs: named(list), properties: [], ...more });

describe('batch read', () => {
  conforms({ known: 'specified', source: READ }, 'answers every record once', async () => {
    const portal = testPortal();
    const all = contacts(portal, 30);
    const reply = await read(portal, all);
    expect([reply.status, ids(reply).toSorted()]).toEqual([200, all.toSorted()]);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'answers in another order than asked', async () => {
    const portal = testPortal();
    const all = contacts(portal, 30);
    expect(ids(await read(portal, all))).not.toEqual(all);
  });

  conforms({ known: 'specified', source: ENVELOPE }, 'tells status and times, and nothing of errors when there are none', async () => {
    const portal = testPortal();
    const { results: _, ...rest } = (await read(portal, contacts(portal, 1))).body as Record<string, unknown>;
    expect(rest).toEqual({ status: 'COMPLETE', startedAt: '2026-03-02T15:00:00.000Z', completedAt: '2026-03-02T15:00:00.000Z' });
  });

  conforms({ known: 'recorded', source: RUDDER }, 'lists all missing ids in one error', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    const reply = await read(portal, [id, '998', '999']);
    expect(ids(reply)).toEqual([id]);
    expect(dig(reply, 'numErrors')).toBe(1);
    expect(dig(reply, 'errors')).toEqual([
      {
        status: 'error',
        category: 'OBJECT_NOT_FOUND',
        message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
        context: { ids: ['998', '999'] },
      },
    ]);
  });

  conforms({ known: 'recorded', source: RUDDER }, 'is 207 with missing ids in v3', async () => {
    const portal = testPortal();
    expect((await read(portal, ['999'])).status).toBe(207);
  });

  conforms({ known: 'specified', source: SPEC }, 'is 207 with missing ids in 2026-03 too', async () => {
    const { send } = testPortal();
    expect((await send('POST /crm/objects/2026-03/contacts/batch/read', { inputs: [{ id: '999' }], properties: [] })).status).toBe(207);
  });

  conforms({ known: 'specified', source: SPEC }, 'is 200 with the errors folded in since 2026-09', async () => {
    const { send } = testPortal();
    const reply = await send('POST /crm/objects/2026-09/contacts/batch/read', { inputs: [{ id: '999' }], properties: [] });
    expect([reply.status, dig(reply, 'numErrors'), results(reply)]).toEqual([200, 1, []]);
  });

  conforms({ known: 'specified', source: READ }, 'takes 100 inputs and no more', async () => {
    const portal = testPortal();
    const all = contacts(portal, 101);
    expect((await read(portal, all.slice(0, 100))).status).toBe(200);
    expect((await read(portal, all)).status).toBe(400);
  });

  conforms({ known: 'recorded', source: HISTORY_LIMIT }, 'takes 50 inputs with histories and says so', async () => {
    const portal = testPortal();
    const all = contacts(portal, 51);
    expect((await read(portal, all.slice(0, 50), { propertiesWithHistory: ['email'] })).status).toBe(200);
    const refused = await read(portal, all, { propertiesWithHistory: ['email'] });
    expect([refused.status, dig(refused, 'message')]).toEqual([
      400,
      'The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the number of items and try again.',
    ]);
  });

  conforms({ known: 'specified', source: READ }, 'finds contacts by e-mail', async () => {
    const portal = testPortal();
    const [id] = contacts(portal, 1);
    expect(ids(await read(portal, ['c0@acme.example'], { idProperty: 'email' }))).toEqual([id]);
  });

  conforms({ known: 'specified', source: READ }, 'finds records by a custom unique property', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'a@b.example', truce_key: 'k1' }, { at: START });
    expect(ids(await read(portal, ['k1'], { idProperty: 'truce_key' }))).toEqual([id]);
  });

  conforms({ known: 'assumed', probe: 'batch/read with idProperty "phone"' }, 'refuses a property that is not unique', async () => {
    expect((await read(testPortal(), ['1'], { idProperty: 'phone' })).status).toBe(400);
  });

  conforms({ known: 'assumed', probe: 'batch/read with one id twice' }, 'answers a record that is asked for twice once', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    expect(ids(await read(portal, [id, id]))).toEqual([id]);
  });

  conforms({ known: 'specified', source: READ }, 'has no associations', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    const deal = portal.half.seed.record('deals', { dealname: 'Big' }, { at: START });
    portal.half.seed.associate('contacts', id, 'deals', deal);
    expect(results(await read(portal, [id], { associations: ['deals'] }))[0]).not.toHaveProperty('associations');
  });

  conforms({ known: 'specified', source: CONTACTS }, 'reads what was written just before', async () => {
    const portal = testPortal({ searchLagMs: 60_000 });
    const [id = ''] = contacts(portal, 1);
    await portal.send(`PATCH ${PATH}/${id}`, { properties: { city: 'Bonn' } });
    expect(dig(await read(portal, [id], { properties: ['city'] }), 'results', 0, 'properties', 'city')).toBe('Bonn');
  });
});

describe('batch update', () => {
  const update = (portal: TestPortal, inputs: readonly object[], path = PATH): Promise<Reply> =>
    portal.send(`POST ${path}/batch/update`, { inputs });
  const city = async (portal: TestPortal, id: string): Promise<unknown> =>
    dig(await portal.send(`GET ${PATH}/${id}?properties=city`), 'properties', 'city');

  conforms({ known: 'recorded', source: RECORDED }, 'answers what was touched only', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    portal.clock.advance(1000);
    const reply = await update(portal, [{ id, properties: { city: 'Bonn' } }]);
    expect([reply.status, results(reply)[0]?.['properties']]).toEqual([
      200,
      { city: 'Bonn', lastmodifieddate: '2026-03-02T15:00:01.000Z' },
    ]);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'answers in another order than asked', async () => {
    const portal = testPortal();
    const all = contacts(portal, 20);
    const reply = await update(
      portal,
      all.map((id) => ({ id, properties: { city: 'Bonn' } })),
      '/crm/v3/objects/CONTACT',
    );
    expect(ids(reply).toSorted()).toEqual(all.toSorted());
    expect(ids(reply)).not.toEqual(all);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'takes 100 inputs and no more', async () => {
    const portal = testPortal();
    const all = contacts(portal, 101).map((id) => ({ id, properties: { city: 'Bonn' } }));
    expect((await update(portal, all.slice(0, 100))).status).toBe(200);
    expect((await update(portal, all)).status).toBe(400);
  });

  conforms({ known: 'specified', source: ERRORS }, 'writes nothing when one value is invalid', async () => {
    const portal = testPortal();
    const [a = '', b = ''] = contacts(portal, 2);
    const reply = await update(portal, [
      { id: a, properties: { city: 'Bonn' } },
      { id: b, properties: { hs_lead_status: 'NOPE' } },
    ]);
    expect([reply.status, dig(reply, 'errors', 0, 'code')]).toEqual([400, 'INVALID_OPTION']);
    expect(await city(portal, a)).toBeNull();
  });

  conforms({ known: 'recorded', source: RUDDER }, 'writes the good ones when every input has a trace id of its own', async () => {
    const portal = testPortal();
    const [a = '', b = ''] = contacts(portal, 2);
    const reply = await update(portal, [
      { id: a, objectWriteTraceId: 't1', properties: { city: 'Bonn' } },
      { id: b, objectWriteTraceId: 't2', properties: { hs_lead_status: 'NOPE' } },
    ]);
    expect([reply.status, await city(portal, a)]).toEqual([207, 'Bonn']);
    expect(results(reply)).toMatchObject([{ id: a, objectWriteTraceId: 't1' }]);
    expect(dig(reply, 'errors')).toMatchObject([{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t2'] } }]);
  });

  conforms(
    { known: 'assumed', probe: 'batch/update with one trace id on two inputs, one of them bad' },
    'is whole or nothing when two inputs share a trace id',
    async () => {
      const portal = testPortal();
      const [a = '', b = ''] = contacts(portal, 2);
      const reply = await update(portal, [
        { id: a, objectWriteTraceId: 't', properties: { city: 'Bonn' } },
        { id: b, objectWriteTraceId: 't', properties: { hs_lead_status: 'NOPE' } },
      ]);
      expect([reply.status, await city(portal, a)]).toEqual([400, null]);
    },
  );

  conforms({ known: 'recorded', source: RUDDER }, 'reports a record that is not there and writes the rest', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    const reply = await update(portal, [
      { id, properties: { city: 'Bonn' } },
      { id: '999', properties: { city: 'Kiel' } },
    ]);
    expect([reply.status, ids(reply), await city(portal, id)]).toEqual([207, [id], 'Bonn']);
    expect(dig(reply, 'errors', 0)).toMatchObject({ category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] } });
  });

  conforms({ known: 'recorded', source: RUDDER }, 'names the trace id of a record that is not there beside its id', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    const reply = await update(portal, [
      { id, objectWriteTraceId: '1', properties: { city: 'Bonn' } },
      { id: '999', objectWriteTraceId: '2', properties: { city: 'Kiel' } },
    ]);
    expect(dig(reply, 'errors')).toMatchObject([{ category: 'OBJECT_NOT_FOUND', context: { ids: ['999'], objectWriteTraceId: ['2'] } }]);
  });

  conforms({ known: 'recorded', source: DUPLICATES }, 'refuses the same id twice', async () => {
    const portal = testPortal();
    const [a = ''] = contacts(portal, 1);
    const reply = await update(portal, [
      { id: a, properties: { city: 'Bonn' } },
      { id: a, properties: { city: 'Kiel' } },
    ]);
    expect([reply.status, reply.body]).toMatchObject([
      400,
      { message: `Duplicate IDs found in batch input: [${a}]. IDs must be unique`, category: 'VALIDATION_ERROR', context: { ids: [a] } },
    ]);
  });

  conforms({ known: 'recorded', source: ISSUE }, 'refuses e-mail as idProperty', async () => {
    const portal = testPortal();
    contacts(portal, 1);
    const reply = await update(portal, [{ id: 'c0@acme.example', idProperty: 'email', properties: { city: 'Bonn' } }]);
    expect([reply.status, dig(reply, 'message')]).toEqual([
      400,
      'Unable to perform update/upsert by non-unique 0-1 property email in portal ID 4711',
    ]);
  });

  conforms({ known: 'recorded', source: NOT_UNIQUE }, 'refuses hs_object_id as idProperty', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('companies', { name: 'Acme' }, { at: START });
    const reply = await send('POST /crm/v3/objects/companies/batch/update', {
      inputs: [{ id, idProperty: 'hs_object_id', properties: { city: 'Bonn' } }],
    });
    expect([reply.status, reply.body]).toMatchObject([
      400,
      {
        category: 'VALIDATION_ERROR',
        message: 'Unable to perform update/upsert by non-unique 0-2 property hs_object_id in portal ID 4711',
      },
    ]);
  });

  conforms({ known: 'recorded', source: ISSUE }, 'ignores an e-mail in id without idProperty, and answers 200', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    const reply = await update(portal, [{ id: 'c0@acme.example', properties: { city: 'Bonn' } }]);
    expect([reply.status, results(reply), await city(portal, id)]).toEqual([200, [], null]);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'finds by a custom unique property', async () => {
    const portal = testPortal();
    const id = portal.half.seed.record('contacts', { email: 'a@b.example', truce_key: 'k1' }, { at: START });
    expect(ids(await update(portal, [{ id: 'k1', idProperty: 'truce_key', properties: { city: 'Bonn' } }]))).toEqual([id]);
  });

  conforms({ known: 'specified', source: SPEC }, 'is 200 with its errors since 2026-09', async () => {
    const portal = testPortal();
    const reply = await update(portal, [{ id: '999', properties: { city: 'Bonn' } }], '/crm/objects/2026-09/contacts');
    expect([reply.status, dig(reply, 'numErrors'), dig(reply, 'errors', 0, 'category')]).toEqual([200, 1, 'OBJECT_NOT_FOUND']);
  });

  conforms({ known: 'assumed', probe: 'batch/update of an archived contact' }, 'reports an archived record as not found', async () => {
    const portal = testPortal();
    const [id = ''] = contacts(portal, 1);
    await portal.send(`DELETE ${PATH}/${id}`);
    expect(dig(await update(portal, [{ id, properties: { city: 'Bonn' } }]), 'errors', 0, 'context', 'ids')).toEqual([id]);
  });
});
