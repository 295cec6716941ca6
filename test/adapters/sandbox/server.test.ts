import { Agent, request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCallLog, pathPattern, type CallLog } from '../../../adapters/sandbox/calls.ts';
import { virtualClock } from '../../../adapters/sandbox/clock.ts';
import { serveControl } from '../../../adapters/sandbox/control.ts';
import { makeFaults, parseFaults, type FaultRule, type Faults } from '../../../adapters/sandbox/faults.ts';
import type { SandboxHalf } from '../../../adapters/sandbox/half.ts';
import { draw } from '../../../adapters/sandbox/random.ts';
import { serveVendor, type LoopbackServer } from '../../../adapters/sandbox/server.ts';
import { exchange } from './http.ts';

const START = Date.UTC(2026, 2, 2, 9);
const open: LoopbackServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface SetUp {
  readonly url: string;
  readonly control: string;
  readonly handled: string[];
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly clock: ReturnType<typeof virtualClock>;
}

/** A vendor that repeats what it was told. */
async function setUp(rules: readonly FaultRule[] = []): Promise<SetUp> {
  const handled: string[] = [];
  const half: SandboxHalf = {
    async handle(received) {
      handled.push(`${received.method} ${received.url}`);
      if (received.url === '/broken') throw new Error('a defect');
      return {
        status: received.method === 'DELETE' ? 204 : 200,
        headers: { 'x-made': 'here' },
        body: `got ${Buffer.from(received.body).toString('utf8')}`,
      };
    },
  };
  const [clock, calls, faults] = [virtualClock(START), makeCallLog(), makeFaults(draw('test'))];
  faults.add(rules);
  const vendor = await serveVendor({ side: 'hubspot', half, port: 0, clock, faults, calls, userToken: 'user-token' });
  const control = await serveControl(0, { clock, faults, calls, company: () => ({ people: 3 }) });
  open.push(vendor, control);
  return { url: vendor.url, control: control.url, handled, calls, faults, clock };
}

const rule = (effect: FaultRule['effect'], more: Partial<FaultRule> = {}): FaultRule => ({ effect, ...more });

describe('the server', () => {
  test('hands the whole request over and gives the answer with the date of the sandbox', async () => {
    const { url } = await setUp();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await exchange(`${url}/a?b=1`, { body: { ü: 1 } });
    expect(answer).toMatchObject({ status: 200, text: 'got {"ü":1}' });
    expect(answer.headers).toMatchObject({ 'x-made': 'here', date: 'Mon, 02 Mar 2026 09:00:00 GMT' });
    expect((await exchange(`${url}/a`, { method: 'DELETE' })).text).toBe('');
  });

  test('keeps connections alive', async () => {
    const { url } = await setUp();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let count = 0; count < 3; count += 1) {
      await new Promise<void>((resolve, reject) => {
        const sent = request(url, { agent }, (answer) => {
          ports.add(answer.socket.localPort);
          answer.resume().on('end', resolve);
        });
        sent.on('error', reject).end();
      });
    }
    agent.destroy();
    expect(ports.size).toBe(1);
  });

  test('says so when a half has a defect, instead of hanging', async () => {
    const { url, calls } = await setUp();
    const answer = await exchange(`${url}/broken`);
    expect(calls.last()).toMatchObject([{ path: '/broken', status: 500 }]);
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('a defect');
  });

  test('counts calls by kind and by whose token they carry', async () => {
    const { url, calls } = await setUp();
    await exchange(`${url}/crm/v3/objects/contacts/501?x=1`);
    await exchange(`${url}/crm/v3/objects/contacts/502`, { headers: { authorization: 'Bearer other' } });
    await exchange(`${url}/crm/v3/objects/contacts/503`, { headers: { authorization: 'Bearer user-token' } });
    const path = '/crm/v3/objects/contacts/{id}';
    expect(calls.counts()).toEqual([
      { side: 'hubspot', method: 'GET', path, by: 'integration', count: 2, statuses: { 200: 2 } },
      { side: 'hubspot', method: 'GET', path, by: 'user', count: 1, statuses: { 200: 1 } },
    ]);
    expect(calls.totals()).toEqual({ hubspot: { all: 3, integration: 2 }, salesforce: { all: 0, integration: 0 } });
    expect(calls.last()[0]).toMatchObject({ at: START, url: '/crm/v3/objects/contacts/501?x=1', status: 200, fault: null });
  });

  test.each([
    ['/services/data/v67.0/sobjects/Lead/00Q5g0000012AbcEAE?fields=Id', '/services/data/v67.0/sobjects/Lead/{id}'],
    ['/services/data/v67.0/query/01g5g0000012AbcEAE-2000', '/services/data/v67.0/query/{id}'],
    ['/marketing/v3/campaigns/0f8fad5b-d9cb-469f-a165-70867728950e', '/marketing/v3/campaigns/{id}'],
    ['/crm/v3/objects/contacts/a%40b.example?idProperty=email', '/crm/v3/objects/contacts/{email}'],
    ['/crm/objects/2026-09/contacts/batch/read', '/crm/objects/2026-09/contacts/batch/read'],
    ['/services/oauth2/token', '/services/oauth2/token'],
  ])('counts %s as %s', (url, path) => {
    expect(pathPattern(url)).toBe(path);
  });
});

describe('faults', () => {
  test('before the half acts: it never hears of the call', async () => {
    const { url, handled, calls } = await setUp([
      rule({ type: 'status', status: 429, body: { message: 'slow down' }, headers: { 'retry-after': '1' } }, { nth: 2 }),
    ]);
    expect((await exchange(url)).status).toBe(200);
    const refused = await exchange(url);
    expect(refused).toMatchObject({ status: 429, text: '{"message":"slow down"}' });
    expect(refused.headers['retry-after']).toBe('1');
    expect((await exchange(url)).status).toBe(200);
    expect(handled).toHaveLength(2);
    expect(calls.last()[1]).toMatchObject({ status: 429, fault: 'before:status' });
  });

  test('after the half acted: the effect is there, the answer is not', async () => {
    const { url, handled } = await setUp([rule({ type: 'reset' }, { when: 'after', match: { method: 'post' } })]);
    await expect(exchange(`${url}/a`, { body: 'x' })).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(handled).toEqual(['POST /a']);
    expect((await exchange(`${url}/a`)).status).toBe(200);
  });

  test.each([
    ['after', 0.9],
    ['after', 0],
    ['after', 1],
    ['before', 0.5],
  ] as const)('an answer that is cut %s the half acted, at %s of its length, never looks whole', async (when, share) => {
    const { url, calls } = await setUp([rule({ type: 'cut', share }, { when, times: 1 })]);
    await expect(exchange(`${url}/a`, { body: 'a body long enough to be cut' })).rejects.toThrow();
    expect(calls.last()[0]).toMatchObject({ status: 0, fault: `${when}:cut` });
    expect((await exchange(url)).status).toBe(200);
  });

  test('a delay lasts on the clock of the sandbox', async () => {
    const { url, clock, handled } = await setUp([rule({ type: 'delay', ms: 10_000 })]);
    let done = false;
    const answer = exchange(url).then((result) => {
      done = true;
      return result;
    });
    while (clock.now() < START + 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(done).toBe(false);
      expect(handled).toEqual([]);
      await clock.moveTo(clock.now() + 5_000);
    }
    expect((await answer).status).toBe(200);
  });

  test('a rule applies to its side, method and path only, and to a share of the calls by the seed', async () => {
    const faults = makeFaults(draw('share'));
    faults.add([rule({ type: 'reset' }, { side: 'salesforce', match: { path: '/composite' }, share: 0.25 })]);
    const hit = (side: 'hubspot' | 'salesforce', url: string): boolean => faults.meet({ side, method: 'POST', url }).before !== null;
    expect(Array.from({ length: 50 }, () => hit('hubspot', '/composite')).some(Boolean)).toBe(false);
    expect(Array.from({ length: 50 }, () => hit('salesforce', '/query')).some(Boolean)).toBe(false);
    const hits = Array.from({ length: 400 }, () => hit('salesforce', '/services/data/v67.0/composite')).filter(Boolean).length;
    expect(hits).toBeGreaterThan(60);
    expect(hits).toBeLessThan(140);
    expect(faults.list()).toMatchObject([{ matched: 400, applied: hits }]);
  });

  test('a script that is not valid says where', () => {
    expect(() => parseFaults([{ effect: { type: 'explode' } }])).toThrow(expect.objectContaining({ code: 'FAULTS_INVALID' }));
    expect(() => parseFaults([{ match: { path: '(' }, effect: { type: 'reset' } }])).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path: '0.match.path' })] }),
    );
    expect(parseFaults([{ effect: { type: 'reset' } }])).toHaveLength(1);
  });
});

describe('the control endpoint', () => {
  test('shows and moves the clock', async () => {
    const { control } = await setUp();
    expect((await exchange(`${control}/clock`)).json()).toEqual({ kind: 'virtual', now: '2026-03-02T09:00:00.000Z', ms: START });
    expect((await exchange(`${control}/clock`, { body: { advanceMs: 1_000 } })).json().ms).toBe(START + 1_000);
    expect((await exchange(`${control}/clock`, { body: { to: '2026-03-03T00:00:00Z' } })).json().now).toBe('2026-03-03T00:00:00.000Z');
    const back = await exchange(`${control}/clock`, { body: { to: START } });
    expect(back.status).toBe(400);
    expect(back.json()).toMatchObject({ code: 'CLOCK_BACKWARDS' });
    expect((await exchange(`${control}/clock`, { body: { hours: 1 } })).status).toBe(400);
  });

  test('shows and forgets the calls', async () => {
    const { url, control } = await setUp();
    await exchange(`${url}/a`);
    const { totals, counts, log } = (await exchange(`${control}/calls`)).json();
    expect(totals.hubspot).toEqual({ all: 1, integration: 1 });
    expect(counts).toMatchObject([{ path: '/a', count: 1 }]);
    expect(log).toHaveLength(1);
    await exchange(`${control}/calls`, { method: 'DELETE' });
    expect((await exchange(`${control}/calls`)).json()).toMatchObject({ counts: [], log: [] });
  });

  test('takes faults, and takes them back', async () => {
    const { url, control } = await setUp();
    const added = await exchange(`${control}/faults`, { body: [{ effect: { type: 'status', status: 503 } }] });
    expect(added.json().faults).toHaveLength(1);
    expect((await exchange(url)).status).toBe(503);
    expect((await exchange(`${control}/faults`)).json().faults[0]).toMatchObject({ matched: 1, applied: 1 });
    await exchange(`${control}/faults`, { method: 'DELETE' });
    expect((await exchange(url)).status).toBe(200);
    expect((await exchange(`${control}/faults`, { body: [{}] })).json()).toMatchObject({ code: 'FAULTS_INVALID' });
  });

  test('tells what the company holds, lists its routes, and refuses a page in a browser', async () => {
    const { control } = await setUp();
    expect((await exchange(`${control}/company`)).json()).toEqual({ people: 3 });
    expect((await exchange(`${control}/`)).json().routes).toContain('POST /clock');
    expect((await exchange(`${control}/nothing`)).status).toBe(404);
    expect((await exchange(`${control}/clock`, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect(
      (await exchange(`${control}/clock`, { method: 'POST', body: '{"advanceMs":1}', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
  });
});
