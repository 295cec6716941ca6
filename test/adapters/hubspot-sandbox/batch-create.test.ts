import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, results, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const CONTACTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';
const ERRORS = 'https://developers.hubspot.com/docs/api-reference/error-handling';
const SPEC = 'https://github.com/HubSpot/HubSpot-public-api-spec-collection';
const UPSERTED = '@hubspot/api-client lib/codegen/crm/contacts/models/SimplePublicUpsertObject';
const UPSERT_INPUT = '@hubspot/api-client lib/codegen/crm/contacts/models/SimplePublicObjectBatchInputUpsert';
const ARCHIVE = '@hubspot/api-client lib/codegen/crm/contacts/apis/BatchApi';

const PATH = '/crm/v3/objects/contacts';

const batch = (portal: TestPortal, kind: string, inputs: readonly object[], path = PATH): Promise<Reply> =>
  portal.send(`POST ${path}/batch/${kind}`, { inputs });

function ann(portal: TestPortal): string {
  return portal.half.seed.record('contacts', { email: 'ann@acme.example', truce_key: 'k1', city: 'Ulm' }, { at: START });
}

const emails = (...names: readonly string[]): object[] => names.map((name) => ({ properties: { email: `${name}@acme.example` } }));

describe('batch create', () => {
  conforms({ known: 'specified', source: CONTACTS }, 'answers 201 with the records', async () => {
    const portal = testPortal();
    const reply = await batch(portal, 'create', emails('a', 'b', 'c'));
    expect([reply.status, results(reply).length, dig(reply, 'status')]).toEqual([201, 3, 'COMPLETE']);
    expect(ids(await portal.send(`GET ${PATH}`))).toHaveLength(3);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'takes 100 inputs and no more', async () => {
    const portal = testPortal();
    const all = emails(...Array.from({ length: 101 }, (_, n) => `c${n}`));
    expect((await batch(portal, 'create', all)).status).toBe(400);
    expect((await batch(portal, 'create', all.slice(0, 100))).status).toBe(201);
  });

  conforms({ known: 'specified', source: ERRORS }, 'fails as a whole on one conflict', async () => {
    const portal = testPortal();
    const taken = ann(portal);
    expect((await batch(portal, 'create', emails('new', 'ann'))).status).toBe(409);
    expect(ids(await portal.send(`GET ${PATH}`))).toEqual([taken]);
  });

  conforms({ known: 'specified', source: ERRORS }, 'names only the first of several conflicts', async () => {
    const portal = testPortal();
    const first = ann(portal);
    portal.half.seed.record('contacts', { email: 'bob@acme.example' }, { at: START });
    const reply = await batch(portal, 'create', emails('new', 'ann', 'bob'));
    expect(text(reply, 'message')).toBe(`Contact already exists. Existing ID: ${first}`);
  });

  conforms({ known: 'specified', source: ERRORS }, 'fails as a whole on one invalid value', async () => {
    const portal = testPortal();
    const reply = await batch(portal, 'create', [...emails('a'), { properties: { nonsense: '1' } }]);
    expect([reply.status, dig(reply, 'errors', 0, 'code')]).toEqual([400, 'PROPERTY_DOESNT_EXIST']);
    expect(ids(await portal.send(`GET ${PATH}`))).toEqual([]);
  });

  conforms({ known: 'specified', source: ERRORS }, 'is 207 and partial with trace ids', async () => {
    const portal = testPortal();
    const taken = ann(portal);
    const reply = await batch(portal, 'create', [
      { objectWriteTraceId: 'a', properties: { email: 'new@acme.example' } },
      { objectWriteTraceId: 'b', properties: { email: 'ann@acme.example' } },
      { objectWriteTraceId: 'c', properties: { nonsense: '1' } },
    ]);
    expect([reply.status, dig(reply, 'numErrors')]).toEqual([207, 2]);
    expect(results(reply)).toMatchObject([{ properties: { email: 'new@acme.example' } }]);
    expect(dig(reply, 'errors', 0, 'message')).toBe(`Contact already exists. Existing ID: ${taken}`);
  });

  conforms({ known: 'specified', source: ERRORS }, 'names the trace id of each result and of each error', async () => {
    const portal = testPortal();
    ann(portal);
    const reply = await batch(portal, 'create', [
      { objectWriteTraceId: 'a', properties: { email: 'new@acme.example' } },
      { objectWriteTraceId: 'b', properties: { email: 'ann@acme.example' } },
    ]);
    expect(results(reply)).toMatchObject([{ objectWriteTraceId: 'a' }]);
    expect(dig(reply, 'errors')).toMatchObject([{ category: 'CONFLICT', context: { objectWriteTraceId: ['b'] } }]);
  });

  conforms({ known: 'specified', source: SPEC }, 'keeps 201 with its errors since 2026-09', async () => {
    const portal = testPortal();
    const inputs = [
      { objectWriteTraceId: 'a', properties: { email: 'new@acme.example' } },
      { objectWriteTraceId: 'b', properties: { nonsense: '1' } },
    ];
    const reply = await batch(portal, 'create', inputs, '/crm/objects/2026-09/contacts');
    expect([reply.status, dig(reply, 'numErrors'), results(reply).length]).toEqual([201, 1, 1]);
  });

  conforms(
    { known: 'assumed', probe: 'batch/create with a value that a custom unique property of another contact holds' },
    'names the holder of a unique value',
    async () => {
      const portal = testPortal();
      const id = ann(portal);
      const reply = await batch(portal, 'create', [{ properties: { truce_key: 'k1' } }]);
      expect(reply.status).toBe(400);
      expect(text(reply, 'message')).toMatch(new RegExp(`propertyName=truce_key, value=k1} on \\d+\\. ${id} already has that value\\.$`));
    },
  );

  conforms({ known: 'assumed', probe: 'batch/create with one new e-mail twice' }, 'of one new e-mail twice is a conflict', async () => {
    const portal = testPortal();
    expect((await batch(portal, 'create', emails('a', 'a'))).status).toBe(409);
    expect(ids(await portal.send(`GET ${PATH}`))).toEqual([]);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'associates each new record', async () => {
    const portal = testPortal();
    const company = portal.half.seed.record('companies', { name: 'Acme' }, { at: START });
    const associations = [{ to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }];
    await batch(portal, 'create', [{ properties: { email: 'a@acme.example' }, associations }]);
    expect(results(await portal.send(`GET /crm/v4/objects/companies/${company}/associations/contacts`))).toHaveLength(1);
  });
});

describe('batch upsert', () => {
  conforms({ known: 'specified', source: UPSERTED }, 'says of each record whether it is new', async () => {
    const portal = testPortal();
    const id = ann(portal);
    const reply = await batch(portal, 'upsert', [
      { id: 'k1', idProperty: 'truce_key', properties: { city: 'Bonn' } },
      { id: 'k2', idProperty: 'truce_key', properties: { email: 'bob@acme.example' } },
    ]);
    expect(reply.status).toBe(200);
    const byNew = new Map(results(reply).map((result) => [result['new'], result]));
    expect(byNew.get(false)).toMatchObject({ id, properties: { city: 'Bonn' } });
    expect(byNew.get(true)).toMatchObject({ properties: { truce_key: 'k2', email: 'bob@acme.example' } });
  });

  conforms({ known: 'specified', source: UPSERT_INPUT }, 'needs an idProperty', async () => {
    expect((await batch(testPortal(), 'upsert', [{ id: 'k1', properties: {} }])).status).toBe(400);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'does not go by a property that is not unique', async () => {
    const reply = await batch(testPortal(), 'upsert', [{ id: '1', idProperty: 'phone', properties: {} }]);
    expect([reply.status, dig(reply, 'message')]).toEqual([
      400,
      'Unable to perform update/upsert by non-unique 0-1 property phone in portal ID 4711',
    ]);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'of contacts goes by e-mail', async () => {
    const portal = testPortal();
    const id = ann(portal);
    const reply = await batch(portal, 'upsert', [{ id: 'ann@acme.example', idProperty: 'email', properties: { phone: '1' } }]);
    expect(results(reply)).toMatchObject([{ id, new: false }]);
  });

  conforms(
    { known: 'assumed', probe: 'batch/upsert by email with one property: are the other properties cleared?' },
    'by e-mail leaves alone what it does not name',
    async () => {
      const portal = testPortal();
      const id = ann(portal);
      await batch(portal, 'upsert', [{ id: 'ann@acme.example', idProperty: 'email', properties: { phone: '1' } }]);
      expect(dig(await portal.send(`GET ${PATH}/${id}?properties=city`), 'properties', 'city')).toBe('Ulm');
    },
  );

  conforms({ known: 'specified', source: ERRORS }, 'writes nothing when one value is invalid', async () => {
    const portal = testPortal();
    const id = ann(portal);
    const reply = await batch(portal, 'upsert', [
      { id: 'k1', idProperty: 'truce_key', properties: { city: 'Bonn' } },
      { id: 'k2', idProperty: 'truce_key', properties: { hs_lead_status: 'NOPE' } },
    ]);
    expect(reply.status).toBe(400);
    expect(dig(await portal.send(`GET ${PATH}/${id}?properties=city`), 'properties', 'city')).toBe('Ulm');
  });

  conforms({ known: 'specified', source: CONTACTS }, 'repeated creates nothing more', async () => {
    const portal = testPortal();
    const inputs = [{ id: 'k9', idProperty: 'truce_key', properties: { email: 'nine@acme.example' } }];
    const [first, second] = [await batch(portal, 'upsert', inputs), await batch(portal, 'upsert', inputs)];
    expect([dig(first, 'results', 0, 'new'), dig(second, 'results', 0, 'new')]).toEqual([true, false]);
    expect(ids(second)).toEqual(ids(first));
  });

  conforms({ known: 'specified', source: UPSERT_INPUT }, 'refuses one key twice', async () => {
    const input = { id: 'k1', idProperty: 'truce_key', properties: {} };
    expect((await batch(testPortal(), 'upsert', [input, input])).status).toBe(400);
  });
});

describe('batch archive', () => {
  conforms({ known: 'specified', source: ARCHIVE }, 'answers 204 and archives', async () => {
    const portal = testPortal();
    const id = ann(portal);
    const reply = await batch(portal, 'archive', [{ id }]);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(ids(await portal.send(`GET ${PATH}`))).toEqual([]);
    expect(ids(await portal.send(`GET ${PATH}?archived=true`))).toEqual([id]);
  });

  conforms({ known: 'specified', source: ARCHIVE }, 'answers 204 for records that are not there', async () => {
    expect((await batch(testPortal(), 'archive', [{ id: '999' }])).status).toBe(204);
  });

  conforms({ known: 'specified', source: ARCHIVE }, 'takes 100 inputs and no more', async () => {
    const inputs = Array.from({ length: 101 }, (_, n) => ({ id: String(n + 1) }));
    expect((await batch(testPortal(), 'archive', inputs)).status).toBe(400);
  });
});
