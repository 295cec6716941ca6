import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, START, testPortal, TOKEN, type Reply, type TestPortal } from './portal.ts';

const ERRORS = 'https://developers.hubspot.com/docs/api-reference/error-handling';

const PATH = '/crm/v3/objects/contacts';

/** Every refusal has HubSpot's form. */
function expectProblem(reply: Reply, status: number): void {
  expect([status, reply.status, reply.text.slice(0, 200)]).toEqual([status, status, reply.text.slice(0, 200)]);
  expect(reply.headers['content-type']).toBe('application/json;charset=utf-8');
  expect(reply.body).toMatchObject({ status: 'error', message: expect.any(String), correlationId: expect.any(String) });
}

/** Sends bytes with headers of one's own. */
async function sendBytes(portal: TestPortal, body: Uint8Array, headers: Record<string, string> = {}): Promise<Reply> {
  const reply = await portal.half.handle({
    method: 'POST',
    url: PATH,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    body,
    origin: 'http://127.0.0.1:9',
  });
  const text = typeof reply.body === 'string' ? reply.body : new TextDecoder().decode(reply.body);
  return { status: reply.status, headers: reply.headers, text, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const CONTACT = JSON.stringify({ properties: { email: 'ann@acme.example' } });

describe('a body that is no JSON object', () => {
  conforms({ known: 'assumed', probe: `POST ${PATH} with "{"` }, 'is a 400', async () => {
    const { send } = testPortal();
    for (const raw of [
      '{',
      'null',
      '[]',
      '"x"',
      '1',
      'NaN',
      '{"properties":[]}',
      '{"properties":{"email":{}}}',
      '{"properties":{"email":["a"]}}',
    ]) {
      expectProblem(await send(`POST ${PATH}`, undefined, { raw }), 400);
    }
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with 10,000 nested lists` }, 'but nested without end is a 400', async () => {
    const { send } = testPortal();
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    for (const raw of [
      '['.repeat(100_000),
      deep(10_000),
      `{"properties":{},"x":${deep(10_000)}}`,
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    ]) {
      expectProblem(await send(`POST ${PATH}`, undefined, { raw }), 400);
    }
  });

  it('may hold many brackets within its strings', async () => {
    const city = '[{"\\'.repeat(1000);
    const made = await testPortal().send(`POST ${PATH}`, { properties: { city } });
    expect([made.status, dig(made, 'properties', 'city')]).toEqual([201, city]);
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with bytes that are no UTF-8` }, 'but invalid UTF-8 is a 400', async () => {
    const portal = testPortal();
    for (const body of [new Uint8Array([0xff, 0xfe, 0x7b]), new Uint8Array([0x22, 0xc3, 0x28, 0x22]), new Uint8Array([0xed, 0xa0, 0x80])]) {
      expectProblem(await sendBytes(portal, body), 400);
    }
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} in UTF-16` }, 'but UTF-16, with or without a mark, is a 400', async () => {
    const portal = testPortal();
    const utf16 = new Uint8Array(Buffer.from(CONTACT, 'utf16le'));
    expectProblem(await sendBytes(portal, utf16), 400);
    expectProblem(await sendBytes(portal, new Uint8Array([0xff, 0xfe, ...utf16])), 400);
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with content-encoding: gzip` }, 'but compressed is a 400', async () => {
    expectProblem(await sendBytes(testPortal(), new Uint8Array(gzipSync(CONTACT)), { 'content-encoding': 'gzip' }), 400);
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with content-type: text/plain` }, 'by its content type is a 415', async () => {
    const portal = testPortal();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml']) {
      expectProblem(await sendBytes(portal, bytes(CONTACT), { 'content-type': type }), 415);
    }
    expect(ids(await portal.send(`GET ${PATH}`))).toEqual([]);
  });

  conforms(
    { known: 'assumed', probe: `POST ${PATH} with application/json; charset=utf-8` },
    'says so by another content type than JSON’s',
    async () => {
      for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.api+json', '']) {
        expect([type, (await sendBytes(testPortal(), bytes(CONTACT), { 'content-type': type })).status]).toEqual([type, 201]);
      }
    },
  );

  conforms({ known: 'assumed', probe: `POST ${PATH} with 21 MB` }, 'but more than 20 MB is a 413', async () => {
    expectProblem(await testPortal().send(`POST ${PATH}`, undefined, { raw: new Uint8Array(20 * 1024 * 1024 + 1) }), 413);
  });
});

describe('a batch or a search of another form', () => {
  conforms({ known: 'assumed', probe: `POST ${PATH}/batch/read {"inputs":{}}` }, 'is a 400', async () => {
    const { send } = testPortal();
    const bodies = [
      {},
      { inputs: {} },
      { inputs: [null] },
      { inputs: ['1'] },
      { inputs: [{}] },
      { inputs: [{ id: {} }] },
      { inputs: [{ id: '' }] },
    ];
    for (const body of bodies) {
      for (const kind of ['read', 'update', 'upsert']) expectProblem(await send(`POST ${PATH}/batch/${kind}`, body), 400);
    }
    const searches = [
      { filterGroups: 1 },
      { filterGroups: [1] },
      { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'LIKE' }] }] },
      { after: 'x' },
      { after: -1 },
      { after: 1e300 },
      { limit: -1 },
      { limit: 'NaN' },
      { limit: 1.5 },
      { sorts: 3 },
      { query: {} },
    ];
    for (const body of searches) expectProblem(await send(`POST ${PATH}/search`, body), 400);
  });

  conforms(
    { known: 'assumed', probe: 'POST /crm/v4/associations/contacts/deals/batch/read with after "x"' },
    'of associations is a 400',
    async () => {
      const { send } = testPortal();
      for (const after of ['x', '-1', '1e9', 'NaN']) {
        expectProblem(await send('POST /crm/v4/associations/contacts/deals/batch/read', { inputs: [{ id: '1', after }] }), 400);
      }
      for (const body of [{ inputs: [{ from: { id: 1 } }] }, { inputs: [{ from: 1, to: 2, types: [] }] }]) {
        expectProblem(await send('POST /crm/v4/associations/contacts/deals/batch/create', body), 400);
      }
    },
  );
});

describe('paging numbers that are none', () => {
  const wrong = ['-1', 'NaN', 'Infinity', '1e9', '0x10', '1.5', '99999999999999999999', '%00', '١'];

  conforms({ known: 'assumed', probe: `GET ${PATH}?limit=NaN` }, 'are a 400 in lists', async () => {
    const { send } = testPortal();
    for (const value of wrong) {
      expectProblem(await send(`GET ${PATH}?limit=${value}`), 400);
      expectProblem(await send(`GET ${PATH}?after=${value}`), 400);
    }
  });

  conforms({ known: 'assumed', probe: 'GET /crm/v3/owners?limit=NaN' }, 'are a 400 in owners and campaigns', async () => {
    const { send } = testPortal();
    for (const path of ['/crm/v3/owners', '/marketing/v3/campaigns']) {
      for (const value of wrong) expectProblem(await send(`GET ${path}?limit=${value}`), 400);
    }
  });

  conforms({ known: 'assumed', probe: 'POST /crm/v3/lists/search {"count":-1}' }, 'are a 400 in the search for lists', async () => {
    const { send } = testPortal();
    for (const body of [{ count: -1 }, { count: 1e300 }, { offset: 0.5 }, { offset: 'x' }])
      expectProblem(await send('POST /crm/v3/lists/search', body), 400);
  });
});

describe('ids and paths that lead nowhere', () => {
  conforms({ known: 'specified', source: ERRORS }, 'are 414 when the URI is too long', async () => {
    expectProblem(await testPortal().send(`GET ${PATH}/${'1'.repeat(100_000)}`), 414);
  });

  conforms(
    { known: 'assumed', probe: `POST ${PATH}/batch/read with an id of 100,000 digits` },
    'are not found when the id is in the body',
    async () => {
      const id = '1'.repeat(100_000);
      const reply = await testPortal().send(`POST ${PATH}/batch/read`, { inputs: [{ id }], properties: [] });
      expect([reply.status, dig(reply, 'errors', 0, 'category')]).toEqual([207, 'OBJECT_NOT_FOUND']);
    },
  );

  conforms({ known: 'assumed', probe: `GET ${PATH}/%E0%A4%A` }, 'are an unknown path when they can’t be decoded', async () => {
    const { send } = testPortal();
    for (const garbage of ['%E0%A4%A', '%', '%zz', '%C3%28', '%FF']) expectProblem(await send(`GET ${PATH}/${garbage}`), 404);
    for (const path of ['/', '', '/crm', '/crm/v3', '/crm/v3/objects', `${PATH}/1/2/3/4/5/6`, '//evil', '/..', '/crm/v3/../objects']) {
      expectProblem(await send(`GET ${path}`), 404);
    }
  });

  conforms({ known: 'assumed', probe: `GET ${PATH}/..%2F..%2Fetc` }, 'are a 400 when they are no numbers', async () => {
    const { send } = testPortal();
    for (const id of ['..%2F..%2Fetc', '%00', '1%00', '-1', '1e3', '0x1', '__proto__', 'constructor', '%F0%9F%98%80', "1'%20OR%20'1"]) {
      expectProblem(await send(`GET ${PATH}/${id}`), 400);
      expectProblem(await send(`PATCH ${PATH}/${id}`, { properties: {} }), 400);
    }
  });

  conforms({ known: 'assumed', probe: 'GET /crm/v3/objects/__proto__' }, 'are a 400 when the type is a word of JavaScript', async () => {
    const { send } = testPortal();
    for (const name of ['__proto__', 'constructor', 'toString', '%00', '0-999']) {
      expectProblem(await send(`GET /crm/v3/objects/${name}`), 400);
      expectProblem(await send(`GET /crm/v3/properties/${name}`), 400);
    }
  });
});

describe('names that mean something to JavaScript', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'];

  conforms({ known: 'specified', source: ERRORS }, 'are properties that do not exist', async () => {
    const { send } = testPortal();
    for (const name of names) {
      const reply = await send(`POST ${PATH}`, undefined, { raw: `{"properties":{"${name}":"x"}}` });
      expectProblem(reply, 400);
      expect(dig(reply, 'errors', 0, 'context')).toEqual({ propertyName: [name] });
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('are left out where they are asked for', async () => {
    const { send, half } = testPortal();
    const id = half.seed.record('contacts', { email: 'a@acme.example' }, { at: START });
    const read = await send(`GET ${PATH}/${id}?properties=${names.join(',')}&propertiesWithHistory=__proto__`);
    expect(Object.keys(dig(read, 'properties') as object)).toEqual(['createdate', 'hs_object_id', 'lastmodifieddate']);
  });

  it('pollute nothing from anywhere in a body', async () => {
    const { send } = testPortal();
    const polluted = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    for (const [line, rest] of [
      [`POST ${PATH}`, '"properties":{}'],
      [`POST ${PATH}/batch/create`, '"inputs":[{"__proto__":{"polluted":1},"properties":{}}]'],
      [`POST ${PATH}/search`, '"filterGroups":[{"__proto__":{"polluted":1},"filters":[]}]'],
      ['POST /crm/v3/lists', '"name":"__proto__","objectTypeId":"0-1","processingType":"MANUAL"'],
      ['POST /marketing/v3/campaigns', '"properties":{"hs_name":"__proto__"}'],
    ] as const) {
      expect([line, (await send(line, undefined, { raw: `${polluted},${rest}}` })).status < 300]).toEqual([line, true]);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  conforms(
    { known: 'assumed', probe: 'POST /crm/v3/properties/contacts with the name __proto__' },
    'are no names for properties',
    async () => {
      const { send } = testPortal();
      const whole = { label: 'X', type: 'string', fieldType: 'text', groupName: 'contactinformation' };
      for (const name of names.filter((one) => one !== 'constructor')) {
        expectProblem(await send('POST /crm/v3/properties/contacts', { ...whole, name }), 400);
      }
      expect((await send('POST /crm/v3/properties/contacts', { ...whole, name: 'constructor' })).status).toBe(201);
      expect(dig(await send(`POST ${PATH}`, { properties: { constructor: 'x' } }), 'properties', 'constructor')).toBe('x');
    },
  );
});

describe('values that are hard to store', () => {
  it('null bytes, lone surrogates and right-to-left marks come back as they were', async () => {
    const { send } = testPortal();
    for (const city of [
      'a\u0000b',
      '\u202Eevil',
      'e\u0301',
      '\uD800'.toWellFormed(),
      '<script>alert(1)</script>',
      "'; DROP TABLE contacts; --",
    ]) {
      const made = await send(`POST ${PATH}`, { properties: { city } });
      expect([made.status, dig(made, 'properties', 'city')]).toEqual([201, city]);
    }
  });

  conforms({ known: 'specified', source: ERRORS }, 'longer than 65,536 characters are refused', async () => {
    const { send } = testPortal();
    expect((await send(`POST ${PATH}`, { properties: { city: 'x'.repeat(65_536) } })).status).toBe(201);
    expectProblem(await send(`POST ${PATH}`, { properties: { city: 'x'.repeat(65_537) } }), 400);
  });

  it('patterns in a search for words take no time', async () => {
    const { send, half } = testPortal();
    half.seed.record('contacts', { city: 'a'.repeat(2000) }, { at: START });
    const value = `${'*a'.repeat(1000)}b`;
    const filterGroups = [{ filters: [{ propertyName: 'city', operator: 'CONTAINS_TOKEN', value }] }];
    const reply = await send(`POST ${PATH}/search`, { filterGroups });
    expect([reply.status, dig(reply, 'total')]).toEqual([200, 0]);
  }, 5000);
});
