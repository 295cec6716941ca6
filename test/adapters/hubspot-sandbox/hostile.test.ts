import { describe, expect, it } from 'vitest';
import { dig, START, testPortal, type Reply } from './portal.ts';

/** Every refusal has HubSpot's form. */
function expectProblem(reply: Reply, status: number): void {
  expect([status, reply.status, reply.text.slice(0, 200)]).toEqual([status, status, reply.text.slice(0, 200)]);
  expect(reply.headers['content-type']).toBe('application/json;charset=utf-8');
  expect(reply.body).toMatchObject({ status: 'error', correlationId: expect.any(String) });
}

describe('hostile requests', () => {
  it('of malformed JSON get a 400', async () => {
    const { send } = testPortal();
    for (const raw of [
      '{',
      'null',
      '[]',
      '"x"',
      '{"properties":[]}',
      '{"properties":{"email":{}}}',
      '{"properties":{"email":["a"]}}',
      '['.repeat(100_000),
    ]) {
      expectProblem(await send('POST /crm/v3/objects/contacts', undefined, { raw }), 400);
    }
    expectProblem(await send('POST /crm/v3/objects/contacts', undefined, { raw: new Uint8Array([0xff, 0xfe, 0x7b]) }), 400);
  });

  it('of bad batches get a 400', async () => {
    const { send } = testPortal();
    for (const body of [
      {},
      { inputs: {} },
      { inputs: [null] },
      { inputs: ['1'] },
      { inputs: [{}] },
      { inputs: [{ id: {} }] },
      { inputs: [{ id: '' }] },
    ]) {
      for (const line of ['batch/read', 'batch/update', 'batch/upsert'])
        expectProblem(await send(`POST /crm/v3/objects/contacts/${line}`, body), 400);
    }
    for (const body of [
      { filterGroups: 1 },
      { filterGroups: [1] },
      { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'LIKE' }] }] },
      { after: 'x' },
      { sorts: 3 },
    ]) {
      expectProblem(await send('POST /crm/v3/objects/contacts/search', body), 400);
    }
  });

  it('that are too long get a 413', async () => {
    const { send } = testPortal();
    expectProblem(await send('POST /crm/v3/objects/contacts', undefined, { raw: new Uint8Array(20 * 1024 * 1024 + 1) }), 413);
  });

  it('with wrong methods, paths and ids get 405, 404 and 400', async () => {
    const { send } = testPortal();
    expectProblem(await send('PUT /crm/v3/objects/contacts'), 405);
    expectProblem(await send('DELETE /crm/v3/owners'), 405);
    for (const path of [
      '/',
      '',
      '/crm',
      '/crm/v3',
      '/crm/v9/objects/contacts',
      '/crm/v3/objects/contacts/1/2/3/4/5/6',
      '/crm/v3/objects/contacts/%E0%A4%A',
      '//evil',
    ]) {
      expectProblem(await send(`GET ${path}`), 404);
    }
    expectProblem(await send('GET /crm/v3/objects/dragons'), 400);
    expectProblem(await send('GET /crm/v3/objects/contacts/..%2F..%2Fetc'), 400);
    expectProblem(await send('GET /crm/v3/objects/contacts?after=abc'), 400);
    expectProblem(await send('GET /crm/v3/objects/contacts?limit=-1'), 400);
  });

  it('naming __proto__ and constructor as properties find no such property and leave nothing behind', async () => {
    const { send, half } = testPortal();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const reply = await send('POST /crm/v3/objects/contacts', undefined, { raw: `{"properties":{"${name}":"x"}}` });
      expectProblem(reply, 400);
      expect(dig(reply, 'errors', 0, 'context')).toEqual({ propertyName: [name] });
    }
    const id = half.seed.record('contacts', { email: 'a@acme.example' }, { at: START });
    const read = await send(`GET /crm/v3/objects/contacts/${id}?properties=__proto__,constructor&propertiesWithHistory=__proto__`);
    expect(Object.keys(dig(read, 'properties') as object)).toEqual(['createdate', 'hs_object_id', 'lastmodifieddate']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expectProblem(
      await send('POST /crm/v3/properties/contacts', {
        name: '__proto__',
        label: 'X',
        type: 'string',
        fieldType: 'text',
        groupName: 'contactinformation',
      }),
      400,
    );
  });
});
