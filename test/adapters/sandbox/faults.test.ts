import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { sandbox, type FaultEffect, type FaultRule, type Sandbox, type SandboxOptions } from 'truce/sandbox';
import { exchange, type Exchange } from './http.ts';

const box = (options: SandboxOptions = {}): Promise<Sandbox> => sandbox({ empty: true, clock: 'virtual', limits: 'none', ...options });

const hubspot = (one: Sandbox, path: string, body?: unknown, method?: string): Promise<Exchange> =>
  exchange(one.hubspot.url + path, {
    headers: { authorization: `Bearer ${one.hubspot.token}` },
    body,
    ...(method === undefined ? {} : { method }),
  });

const salesforce = (one: Sandbox, path: string, body?: unknown, method?: string): Promise<Exchange> =>
  exchange(`${one.salesforce.url}/services/data/v67.0${path}`, {
    headers: { authorization: `Bearer ${one.salesforce.accessToken}` },
    body,
    ...(method === undefined ? {} : { method }),
  });

const contact = (one: Sandbox, email: string): Promise<Exchange> => hubspot(one, '/crm/v3/objects/contacts', { properties: { email } });
const lead = (name: string, more: object = {}): object => ({ attributes: { type: 'Lead' }, LastName: name, Company: 'Acme', ...more });
const leads = (one: Sandbox, ...names: string[]): Promise<Exchange> =>
  salesforce(one, '/composite/sobjects', { records: names.map((name) => lead(name)) });
const query = async (one: Sandbox, soql: string): Promise<Record<string, unknown>[]> =>
  (await salesforce(one, `/query?q=${encodeURIComponent(soql)}`)).json().records;
const search = async (one: Sandbox): Promise<number> => (await hubspot(one, '/crm/v3/objects/contacts/search', {})).json().total;
const script = async (one: Sandbox, ...rules: FaultRule[]): Promise<void> => {
  expect((await exchange(`${one.control.url}/faults`, { body: rules })).status).toBe(200);
};

/** The bytes of a call as they come, on a socket of its own; `until` ends it. */
function raw(url: string, path: string, until: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until(text)) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });
}

describe('answers in the vendors’ forms', () => {
  test.each([
    ['rate-ten-secondly', 429, { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' }],
    ['rate-daily', 429, { errorType: 'RATE_LIMIT', policyName: 'DAILY', message: 'You have reached your daily limit.' }],
    ['rate-search', 429, { category: 'RATE_LIMITS', message: 'You have reached your secondly limit.' }],
    ['expired', 401, { category: 'EXPIRED_AUTHENTICATION' }],
    ['locked', 423, { status: 'error' }],
    ['conflict', 409, { category: 'CONFLICT' }],
    ['migration', 477, { status: 'error' }],
  ] as const)('HubSpot: %s is %i with a JSON body', async (answer, status, body) => {
    await using one = await box();
    await script(one, { side: 'hubspot', effect: { type: 'answer', answer } });
    const got = await contact(one, 'ann@example.com');
    expect(got.status).toBe(status);
    expect(got.json()).toMatchObject({ status: 'error', ...body });
    if (answer === 'rate-search') expect(Object.keys(got.json())).not.toContain('policyName');
    expect(got.headers['retry-after']).toBe(answer === 'migration' ? '30' : undefined);
    one.faults.clear();
    expect((await contact(one, 'ann@example.com')).status).toBe(201);
  });

  test.each([
    ['cloudflare', 429, 'text/plain', 'error code: 1015'],
    ['timeout', 524, 'text/plain', 'error code: 524'],
    ['html', 502, 'text/html', '<h1>502 Bad Gateway</h1>'],
    ['maintenance', 503, 'text/html', 'maintenance'],
  ] as const)('HubSpot: %s is %i and no JSON', async (answer, status, type, text) => {
    await using one = await box({ faults: [{ side: 'hubspot', effect: { type: 'answer', answer } }] });
    const got = await contact(one, 'ann@example.com');
    expect(got.status).toBe(status);
    expect(got.headers['content-type']).toContain(type);
    expect(got.text).toContain(text);
  });

  test.each([
    ['rate-total', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['rate-concurrent', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['unavailable', 503, 'SERVER_UNAVAILABLE'],
    ['query-timeout', 400, 'QUERY_TIMEOUT'],
    ['too-long', 500, 'REQUEST_RUNNING_TOO_LONG'],
    ['expired', 401, 'INVALID_SESSION_ID'],
  ] as const)('Salesforce: %s is %i %s in an array', async (answer, status, errorCode) => {
    await using one = await box({ faults: [{ side: 'salesforce', effect: { type: 'answer', answer } }] });
    const got = await leads(one, 'Ann');
    expect(got.status).toBe(status);
    expect(got.json()).toEqual([{ errorCode, message: expect.any(String) }]);
  });

  test('Salesforce: a maintenance page is HTML, and after a commit the record is there all the same', async () => {
    await using one = await box();
    await script(one, { side: 'salesforce', match: { method: 'POST' }, when: 'after', effect: { type: 'answer', answer: 'maintenance' } });
    const got = await leads(one, 'Ann');
    expect(got.status).toBe(503);
    expect(got.headers['content-type']).toContain('text/html');
    expect(await query(one, 'SELECT LastName FROM Lead')).toMatchObject([{ LastName: 'Ann' }]);
  });

  test('an answer that is not of the side is refused', async () => {
    await using one = await box();
    const rules = [{ side: 'salesforce', effect: { type: 'answer', answer: 'rate-search' } }];
    expect((await exchange(`${one.control.url}/faults`, { body: rules })).json()).toMatchObject({ code: 'FAULTS_INVALID' });
    expect(() => one.faults.add([{ effect: { type: 'answer', answer: 'locked' } }])).toThrow('not valid');
  });
});

describe('the connection', () => {
  test('half-open: the call is committed, nothing is ever answered, and the connection stays', async () => {
    await using one = await box();
    await script(one, { side: 'hubspot', match: { method: 'POST' }, when: 'after', effect: { type: 'silence' } });
    let settled = false;
    const asked = contact(one, 'ann@example.com').finally(() => (settled = true));
    asked.catch(() => undefined);
    while (one.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await one.clock.moveTo(one.clock.now() + 600_000);
    expect((await hubspot(one, '/crm/v3/objects/contacts')).json().results).toHaveLength(1);
    expect(settled).toBe(false);
    expect(one.calls()[0]).toMatchObject({ status: 0, fault: 'after:silence', bytesOut: 0 });
    await one.close();
    await expect(asked).rejects.toThrow(/hang up|ECONNRESET/);
  });

  test('slow-loris: headers at once, then a byte each tenth of a second of the sandbox’s clock, and all of it in the end', async () => {
    await using one = await box();
    await script(one, { side: 'hubspot', effect: { type: 'slow', bytesPerSecond: 10 } });
    const body = '{}';
    let seen = '';
    const whole = raw(one.hubspot.url, '/crm/v3/objects/contacts', (text) => {
      seen = text;
      return text.endsWith(`\r\n\r\n${body}`);
    });
    while (!seen.includes('\r\n\r\n')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toMatch(/content-length: 2\r\n/);
    expect(seen.endsWith('\r\n\r\n')).toBe(true);
    await one.clock.moveTo(one.clock.now() + 100);
    while (!seen.endsWith('{')) await new Promise((resolve) => setTimeout(resolve, 5));
    await one.clock.moveTo(one.clock.now() + 100);
    expect(await whole).toMatch(/\r\n\r\n\{\}$/);
  });

  test('a reader who leaves a slow answer leaves no timer behind', async () => {
    await using one = await sandbox({ people: 20, faults: [{ when: 'after', effect: { type: 'slow', bytesPerSecond: 1 } }] });
    await raw(one.hubspot.url, '/crm/v3/owners', (text) => text.includes('\r\n\r\n'));
    expect(one.calls()).toHaveLength(1);
  });

  test('an expired token is refused from then on, the user’s is not, and a new grant works', async () => {
    await using one = await box();
    await script(one, { match: { path: '/composite|/contacts' }, nth: 2, effect: { type: 'expire' } });
    expect((await leads(one, 'Ann')).status).toBe(200);
    expect((await leads(one, 'Bob')).json()).toMatchObject([{ errorCode: 'INVALID_SESSION_ID' }]);
    expect((await salesforce(one, '/limits')).status).toBe(401);
    const { clientId, clientSecret, userAccessToken, url } = one.salesforce;
    const grant = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
    const token = await exchange(`${url}/services/oauth2/token`, {
      body: grant.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const withToken = (bearer: string): Promise<Exchange> =>
      exchange(`${url}/services/data/v67.0/query?q=SELECT+Id+FROM+Lead`, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await withToken(token.json().access_token)).json().totalSize).toBe(1);
    expect((await withToken(userAccessToken)).status).toBe(200);
    expect((await withToken(one.salesforce.accessToken)).status).toBe(401);
    one.faults.clear();
    expect((await withToken(one.salesforce.accessToken)).status).toBe(200);
  });

  test('HubSpot’s expired token gets HubSpot’s own words', async () => {
    await using one = await box({ faults: [{ side: 'hubspot', times: 1, effect: { type: 'expire' } }] });
    for (let time = 0; time < 2; time += 1) {
      const got = await contact(one, 'ann@example.com');
      expect(got.status).toBe(401);
      expect(got.json()).toMatchObject({ status: 'error', category: 'EXPIRED_AUTHENTICATION' });
    }
  });
});

describe('records', () => {
  test('poison: HubSpot refuses the whole batch for one record, and with trace ids that record alone', async () => {
    await using one = await box();
    await script(one, { side: 'hubspot', effect: { type: 'poison', records: '^email=bad@' } });
    const inputs = ['good@example.com', 'bad@example.com'].map((email) => ({ properties: { email } }));
    const whole = await hubspot(one, '/crm/v3/objects/contacts/batch/create', { inputs });
    expect(whole.status).toBe(400);
    expect(whole.json()).toMatchObject({ category: 'VALIDATION_ERROR', message: expect.stringContaining('"isValid":false') });
    const traced = inputs.map((input, index) => ({ ...input, objectWriteTraceId: String(index) }));
    const parts = await hubspot(one, '/crm/v3/objects/contacts/batch/create', { inputs: traced });
    expect(parts.status).toBe(207);
    expect(parts.json().results).toMatchObject([{ properties: { email: 'good@example.com' } }]);
    expect(parts.json().errors).toMatchObject([{ context: { objectWriteTraceId: ['1'] } }]);
    expect((await contact(one, 'bad@example.com')).status).toBe(400);
    expect(one.calls().at(-1)).toMatchObject({ status: 400, fault: 'records:poison' });
  });

  test('poison: a record is meant by its id too, with the code and the words that the script gives', async () => {
    await using one = await box();
    const [{ id }] = (await leads(one, 'Ann', 'Bob')).json() as [{ id: string }, { id: string }];
    const [, { id: other }] = (await leads(one, 'Cid', 'Dan')).json() as [{ id: string }, { id: string }];
    await script(one, {
      side: 'salesforce',
      effect: { type: 'poison', records: `^${id}$`, code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: 'trigger failed' },
    });
    const records = [id, other].map((each) => ({ attributes: { type: 'Lead' }, id: each, Title: 'CEO' }));
    expect((await salesforce(one, '/composite/sobjects', { records }, 'PATCH')).json()).toMatchObject([
      { success: false, errors: [{ statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: 'trigger failed' }] },
      { success: true, id: other },
    ]);
  });

  test('locks: Salesforce answers UNABLE_TO_LOCK_ROW for a share of the records of a collection, and the rest is saved', async () => {
    await using one = await box();
    await script(one, { side: 'salesforce', effect: { type: 'lock', share: 0.3 } });
    const names = Array.from({ length: 100 }, (_, index) => `Lead ${index}`);
    const results = (await leads(one, ...names)).json() as { success: boolean; errors: { statusCode: string }[] }[];
    const locked = results.filter((result) => !result.success);
    expect(locked.length).toBeGreaterThan(10);
    expect(locked.length).toBeLessThan(60);
    expect(new Set(locked.flatMap((result) => result.errors.map((error) => error.statusCode)))).toEqual(new Set(['UNABLE_TO_LOCK_ROW']));
    expect(await query(one, 'SELECT Id FROM Lead')).toHaveLength(100 - locked.length);
  });

  test('locks: HubSpot answers 423 and writes nothing', async () => {
    await using one = await box();
    const { id } = (await contact(one, 'ann@example.com')).json() as { id: string };
    await script(one, { side: 'hubspot', times: 1, effect: { type: 'lock', records: 'ann@' } });
    const update = { inputs: [{ id, properties: { firstname: 'Ann' } }] };
    expect((await hubspot(one, '/crm/v3/objects/contacts/batch/update', update)).status).toBe(423);
    expect((await hubspot(one, '/crm/v3/objects/contacts/batch/update', update)).status).toBe(200);
  });
});

describe('visibility', () => {
  test('lag: the search index lags by what the script or the control endpoint says, from then on', async () => {
    await using one = await box({ lagMs: 0 });
    await contact(one, 'ann@example.com');
    expect(await search(one)).toBe(1);
    await script(one, { side: 'hubspot', match: { method: 'POST', path: '/contacts$' }, times: 1, effect: { type: 'lag', ms: 60_000 } });
    await contact(one, 'bob@example.com');
    await contact(one, 'cid@example.com');
    expect(await search(one)).toBe(1);
    expect((await exchange(`${one.control.url}/lag`, { body: { ms: 0 } })).status).toBe(200);
    await contact(one, 'dan@example.com');
    expect(await search(one)).toBe(2);
    await one.clock.moveTo(one.clock.now() + 60_000);
    expect(await search(one)).toBe(4);
    expect((await exchange(`${one.control.url}/lag`, { body: { ms: -1 } })).status).toBe(400);
  });

  test('late: what one call wrote is found by search later than what came after it', async () => {
    await using one = await box({ lagMs: 0 });
    await script(one, { match: { method: 'POST', path: '/contacts$' }, nth: 1, effect: { type: 'late', ms: 30_000 } });
    const { id } = (await contact(one, 'ann@example.com')).json() as { id: string };
    await contact(one, 'bob@example.com');
    expect(await search(one)).toBe(1);
    expect((await hubspot(one, `/crm/v3/objects/contacts/${id}`)).status).toBe(200);
    await one.clock.moveTo(one.clock.now() + 30_000);
    expect(await search(one)).toBe(2);
  });

  test('late: Salesforce’s queries and `updated` show the record as it was before, a read by id shows it as it is', async () => {
    await using one = await box();
    const [{ id }] = (await leads(one, 'Ann')).json() as [{ id: string }];
    await one.clock.moveTo(one.clock.now() + 600_000);
    await script(one, { side: 'salesforce', match: { path: '/composite' }, effect: { type: 'late', ms: 120_000 } });
    const change = { records: [{ attributes: { type: 'Lead' }, id, Title: 'CEO' }] };
    expect((await salesforce(one, '/composite/sobjects', change, 'PATCH')).json()).toMatchObject([{ success: true }]);
    await leads(one, 'Bob');
    const all = 'SELECT LastName, Title FROM Lead ORDER BY SystemModstamp, Id LIMIT 10';
    expect(await query(one, all)).toMatchObject([{ LastName: 'Ann', Title: null }]);
    expect(await query(one, "SELECT Id FROM Lead WHERE Title = 'CEO'")).toEqual([]);
    expect(await query(one, `SELECT Id FROM Lead WHERE Id = '${id}' AND Title = null`)).toHaveLength(1);
    expect((await salesforce(one, `/sobjects/Lead/${id}`)).json().Title).toBe('CEO');
    const [from, to] = [one.clock.now() - 300_000, one.clock.now() + 60_000].map((at) => new Date(at).toISOString());
    await one.clock.moveTo(one.clock.now() + 60_000);
    const updated = `/sobjects/Lead/updated?start=${from}&end=${to}`;
    expect((await salesforce(one, updated)).json().ids).toEqual([]);
    await one.clock.moveTo(one.clock.now() + 60_000);
    expect((await salesforce(one, updated)).json().ids).toHaveLength(2);
    expect(await query(one, all)).toMatchObject([
      { LastName: 'Ann', Title: 'CEO' },
      { LastName: 'Bob', Title: null },
    ]);
  });
});

describe('a random mix by seed', () => {
  /** What the calls of one side met, so many of them. */
  const mixOf = async (seed: number, share: number, calls = 60): Promise<readonly (string | null)[]> => {
    await using one = await box({ chaos: { seed, share } });
    for (let count = 0; count < calls; count += 1) {
      const asked = contact(one, `p${count}@example.com`).catch(() => null);
      while (one.calls().length <= count) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await one.clock.moveTo(one.clock.now() + 2000);
      }
      await asked;
    }
    return one.calls().map((call) => `${call.fault} ${call.status}`);
  };

  test('the same seed gives the same faults, another one others, and the share is kept', async () => {
    const [first, again, other] = [await mixOf(7, 0.4), await mixOf(7, 0.4), await mixOf(8, 0.4)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const met = first.filter((fault) => fault !== null && !fault.startsWith('null')).length;
    expect(met).toBeGreaterThan(10);
    expect(met).toBeLessThan(38);
    expect(new Set(first).size).toBeGreaterThan(4);
  });

  test('it spares the user, ends on request, and is refused when it makes no sense', async () => {
    await using one = await box({ chaos: { seed: 1, share: 1 } });
    const headers = { authorization: `Bearer ${one.hubspot.userToken}` };
    for (let count = 0; count < 20; count += 1) expect((await exchange(`${one.hubspot.url}/crm/v3/owners`, { headers })).status).toBe(200);
    const json = { 'content-type': 'application/json' };
    expect((await exchange(`${one.control.url}/chaos`, { body: 'null', headers: json })).status).toBe(200);
    expect((await contact(one, 'ann@example.com')).status).toBe(201);
    expect((await exchange(`${one.control.url}/chaos`, { body: { seed: 1, share: 2 } })).json()).toMatchObject({ code: 'CHAOS_INVALID' });
    await expect(sandbox({ chaos: { seed: -1 } })).rejects.toMatchObject({ code: 'CHAOS_INVALID' });
  });
});

test('every effect that the script language knows is used by a test of this file or of server.test.ts', async () => {
  const used: Record<FaultEffect['type'], true> = {
    status: true,
    answer: true,
    cut: true,
    reset: true,
    silence: true,
    slow: true,
    delay: true,
    expire: true,
    lag: true,
    late: true,
    lock: true,
    poison: true,
  };
  const { readFile } = await import('node:fs/promises');
  const files = ['faults.test.ts', 'server.test.ts'].map((name) => readFile(`${import.meta.dirname}/${name}`, 'utf8'));
  const text = (await Promise.all(files)).join('');
  for (const type of Object.keys(used)) expect(text).toMatch(new RegExp(`type: '${type}'`));
});
