import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError, CrmError } from '../../src/errors.ts';
import { nodeHttp } from '../../src/transport/node-http.ts';
import { secret } from '../../src/transport/secret.ts';
import { createTransport } from '../../src/transport/transport.ts';
import type { OutgoingRequest, Transport, TransportOptions } from '../../src/transport/types.ts';
import { rawServer } from '../support/raw-server.ts';
import { testPorts } from '../support/virtual-clock.ts';
import type { TestPorts } from '../support/virtual-clock.ts';
import { answer, baseOptions, scriptedHttp } from './support.ts';
import type { ScriptedHttp } from './support.ts';

const get: OutgoingRequest = { method: 'GET', url: 'https://api.acme.com/x', limit: 'general', repeatable: true };
const post: OutgoingRequest = { ...get, method: 'POST', body: '{}', repeatable: false };

const lost = (code: string, ambiguous: boolean): CrmError =>
  new CrmError(code, 'POST api.acme.com: lost.', { system: 'http', failure: 'network', hint: 'Try again.', retryable: true, ambiguous });

function setUp(
  http: ScriptedHttp,
  changes: Partial<TransportOptions> = {},
): { readonly transport: Transport; readonly ports: TestPorts; readonly http: ScriptedHttp } {
  const ports = testPorts({ http });
  return { transport: createTransport({ ...baseOptions, ports, ...changes }), ports, http };
}

describe('repeating', () => {
  it('repeats a read after failures that may pass, and counts what left', async () => {
    const { transport, http } = setUp(scriptedHttp(answer(503), lost('TIMEOUT', true), lost('CUT_BODY', true), answer(200)));
    expect((await transport.send(get)).status).toBe(200);
    expect(http.sent).toHaveLength(4);
    expect(transport.stats()).toMatchObject({ requests: 4, retries: 3, byLimit: { general: 4 } });
    expect(transport.stats().waitedMs).toBeGreaterThan(0);
  });

  it('gives up after the configured number of attempts', async () => {
    const { transport, http } = setUp(scriptedHttp(answer(503)), { attempts: 3 });
    await expect(transport.send(get)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503, retryable: true, ambiguous: false });
    expect(http.sent).toHaveLength(3);
  });

  it.each([
    ['502', answer(502)],
    ['503', answer(503)],
    ['a time-out', lost('TIMEOUT', true)],
    ['a cut answer', lost('CUT_BODY', true)],
    ['a reset connection', lost('NETWORK', true)],
  ] as const)('never repeats a create after %s, and says that it may have had its effect', async (_name, failure) => {
    const { transport, http } = setUp(scriptedHttp(failure, answer(201)));
    await expect(transport.send(post)).rejects.toMatchObject({ ambiguous: true });
    expect(http.sent).toHaveLength(1);
  });

  it('repeats a create that certainly had no effect: refused by the limit, or never sent', async () => {
    const { transport, http } = setUp(scriptedHttp(answer(429), lost('NETWORK', false), answer(201)));
    expect((await transport.send(post)).status).toBe(201);
    expect(http.sent).toHaveLength(3);
  });

  it('does not call a refused create ambiguous', async () => {
    const { transport } = setUp(scriptedHttp(answer(400)));
    await expect(transport.send(post)).rejects.toMatchObject({ code: 'REQUEST', ambiguous: false, retryable: false });
  });

  it('never repeats what can not help', async () => {
    const { transport, http } = setUp(scriptedHttp(answer(400)));
    await expect(transport.send(get)).rejects.toMatchObject({ code: 'REQUEST' });
    expect(http.sent).toHaveLength(1);
  });

  it('waits at least as long as Retry-After asks, in seconds', async () => {
    const { transport, ports } = setUp(scriptedHttp(answer(429, '{}', { 'retry-after': '17' }), answer(200)));
    const from = ports.clock.now();
    await transport.send(get);
    expect(ports.clock.now() - from).toBeGreaterThanOrEqual(17_000);
    expect(ports.clock.now() - from).toBeLessThan(20_000);
  });

  it("waits until Retry-After's date on the server's clock, not ours", async () => {
    const headers = { date: 'Mon, 05 Jan 2026 20:00:00 GMT', 'retry-after': 'Mon, 05 Jan 2026 20:00:30 GMT' };
    const { transport, ports } = setUp(scriptedHttp(answer(503, '{}', headers), answer(200)));
    const from = ports.clock.now();
    await transport.send(get);
    expect(ports.clock.now() - from).toBeGreaterThanOrEqual(30_000);
    expect(ports.clock.now() - from).toBeLessThan(33_000);
  });

  it('ignores a Retry-After that means nothing', async () => {
    for (const value of ['soon', '-5', '', '1e9', '99999999999999']) {
      const { transport, ports } = setUp(scriptedHttp(answer(503, '{}', { 'retry-after': value }), answer(200)));
      const from = ports.clock.now();
      await transport.send(get);
      expect(ports.clock.now() - from).toBeLessThan(1000);
    }
  });

  it('throws instead of waiting for hours, with the wait that was asked for', async () => {
    const { transport, http } = setUp(scriptedHttp(answer(429, '{}', { 'retry-after': '86400' })));
    await expect(transport.send(get)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 86_400_000 });
    expect(http.sent).toHaveLength(1);
  });

  it('holds back everybody of the limit class while the vendor asks to wait', async () => {
    const { transport, ports, http } = setUp(scriptedHttp(answer(429, '{}', { 'retry-after': '9' }), answer(200)));
    const from = ports.clock.now();
    const at: number[] = [];
    const first = transport.send(get);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, transport.send(get).then(() => at.push(ports.clock.now()))]);
    expect(http.sent.length).toBe(3);
    expect((at[0] ?? 0) - from).toBeGreaterThanOrEqual(9000);
  });

  it('spreads the waits at random, up to a step that doubles', async () => {
    const waits = new Set<number>();
    for (const share of [0, 0.5, 0.999]) {
      const http = scriptedHttp(answer(503), answer(503), answer(200));
      const ports = { ...testPorts({ http }), random: { next: () => share } };
      const transport = createTransport({ ...baseOptions, ports });
      const from = ports.clock.now();
      await transport.send(get);
      waits.add(ports.clock.now() - from);
    }
    expect([...waits]).toEqual([0, 750, 1500].map((ms) => expect.closeTo(ms, -1) as number));
  });

  it('stops repeating when retries pass their share of the traffic', async () => {
    const http = scriptedHttp(answer(503));
    const { transport } = setUp(http);
    for (let index = 0; index < 100; index += 1) await transport.send(get).catch(() => null);
    const { requests, retries } = transport.stats();
    // Ten free ones, then a tenth of what was sent.
    expect(retries).toBeLessThanOrEqual(10 + requests * 0.1 + 1);
    expect(retries).toBeGreaterThanOrEqual(20);
    expect(requests).toBe(100 + retries);
  });

  it('stops waiting when it is cancelled', async () => {
    const stop = new AbortController();
    const http = scriptedHttp(() => {
      stop.abort();
      return answer(503);
    });
    const { transport } = setUp(http);
    await expect(transport.send({ ...get, signal: stop.signal })).rejects.toMatchObject({
      code: 'ABORTED',
      failure: 'aborted',
      ambiguous: false,
    });
    await expect(transport.send({ ...get, signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(http.sent).toHaveLength(1);
  });

  it('passes on what a port throws without repeating', async () => {
    const { transport, http } = setUp(scriptedHttp(new TypeError('a bug')));
    await expect(transport.send(get)).rejects.toThrow('a bug');
    expect(http.sent).toHaveLength(1);
  });
});

describe('credentials', () => {
  const token = 'pat-na1-canary-0123456789';
  const authorization = (): Promise<ReturnType<typeof secret>> => Promise.resolve(secret(token));

  it('go as a bearer token, fetched anew for each attempt', async () => {
    let count = 0;
    const { transport, http } = setUp(scriptedHttp(answer(503), answer(200)));
    await transport.send({ ...get, authorization: () => Promise.resolve(secret(`t${(count += 1)}`)) });
    expect(http.sent.map((request) => request.headers['authorization'])).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('are renewed once after a 401, then the request goes out again, even a create', async () => {
    let renewed = 0;
    const renew = (): Promise<void> => {
      renewed += 1;
      return Promise.resolve();
    };
    const { transport, http } = setUp(scriptedHttp(answer(401), answer(201)));
    expect((await transport.send({ ...post, authorization, renew })).status).toBe(201);
    expect(renewed).toBe(1);
    expect(http.sent).toHaveLength(2);
  });

  it('are not renewed for ever when the new one is refused too', async () => {
    let renewed = 0;
    const renew = (): Promise<void> => {
      renewed += 1;
      return Promise.resolve();
    };
    const { transport, http } = setUp(scriptedHttp(answer(401)));
    await expect(transport.send({ ...get, authorization, renew })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      failure: 'authentication',
    });
    expect(renewed).toBe(1);
    expect(http.sent).toHaveLength(2);
  });

  it('print as [secret] wherever they are printed', () => {
    const value = secret(token);
    const shown = [
      `token: ${value as unknown as string}`,
      JSON.stringify({ value }),
      inspect(value),
      inspect({ deep: [{ value }] }, { depth: 9, showHidden: true, getters: true }),
      Object.values(value).map(String).join(),
      new Error('x', { cause: value }).cause?.toString(),
    ].join('\n');
    expect(shown).not.toContain(token);
    expect(shown.match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(4);
    expect(value.reveal()).toBe(token);
  });

  it('stand in no error and no log line, whatever goes wrong', async () => {
    const failures = [
      answer(400),
      answer(401),
      answer(429),
      answer(503),
      answer(302, '', { location: 'https://evil.com/' }),
      lost('TIMEOUT', true),
    ];
    for (const failure of failures) {
      const { transport, ports } = setUp(scriptedHttp(failure), { attempts: 2 });
      for (const request of [get, post]) {
        const error: unknown = await transport
          .send({ ...request, url: `${request.url}?email=jane@example.com`, authorization, headers: { 'x-key': token } })
          .then(
            () => null,
            (reason: unknown) => reason,
          );
        expect(error).toBeInstanceOf(CrmError);
        const printed = [
          inspect(error, { depth: 20, showHidden: true }),
          JSON.stringify(error),
          String(error),
          (error as Error).stack,
          JSON.stringify(ports.lines),
        ].join();
        expect(printed).not.toContain(token);
        expect(printed).not.toContain('jane@');
      }
    }
  });

  it('are seen by no other server when an answer redirects', async () => {
    await using capture = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
    for (const status of [301, 302, 303, 307, 308]) {
      await using server = await rawServer((socket) =>
        socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: ${capture.url}/steal\r\nContent-Length: 0\r\n\r\n`),
      );
      const http = nodeHttp();
      const transport = createTransport({ ...baseOptions, ports: testPorts({ http }) });
      await expect(transport.send({ ...get, url: `${server.url}/x`, authorization })).rejects.toMatchObject({
        code: 'REDIRECT',
        failure: 'protocol',
        status,
      });
      await transport.close();
      expect(server.received.join()).toContain(token);
    }
    expect(capture.received).toEqual([]);
  });
});

describe('answers', () => {
  it('leaves 300 and 304 to the adapter: they point nowhere', async () => {
    for (const status of [300, 304]) {
      const { transport } = setUp(scriptedHttp(answer(status, '[]')));
      await expect(transport.send(get)).rejects.toMatchObject({ code: 'REQUEST', status });
    }
  });

  it('are decoded strictly', async () => {
    const body = Uint8Array.from([0x22, 0xff, 0x22]);
    const { transport } = setUp(scriptedHttp({ status: 200, headers: {}, body }));
    const reply = await transport.send(post);
    expect(() => reply.text()).toThrow(expect.objectContaining({ code: 'BAD_ENCODING', ambiguous: true }));
  });

  it.each([
    ['cut', '{"a":'],
    ['an HTML page', '<html><body>jane@example.com</body></html>'],
    ['empty', ''],
    ['nested too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nested too deep by objects', '{"a":'.repeat(65) + '1' + '}'.repeat(65)],
  ])('are no data when the JSON is %s', async (_name, body) => {
    const { transport } = setUp(scriptedHttp(answer(200, body)));
    const reply = await transport.send(get);
    expect(() => reply.json()).toThrow(expect.objectContaining({ code: 'BAD_JSON', retryable: true, ambiguous: false }));
    expect(() => reply.json()).not.toThrow(/jane@/);
  });

  it('may hold brackets in strings, sixty-four levels, and names like __proto__', async () => {
    const deep = `${'['.repeat(63)}"[[[[\\"[{{"${']'.repeat(63)}`;
    const { transport } = setUp(scriptedHttp(answer(200, `{"__proto__":{"polluted":true},"deep":${deep}}`)));
    const value = (await transport.send(get)).json() as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__', 'deep']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await transport.send(get)).text()).toContain('polluted');
  });

  it('repeats a read whose answer the adapter could not parse', async () => {
    const http = scriptedHttp(answer(200, '<html>maintenance</html>'), answer(200, '{"ok":1}'));
    const { transport } = setUp(http, {
      classify: (reply) => {
        reply.json();
        return { ok: true };
      },
    });
    expect((await transport.send(get)).json()).toEqual({ ok: 1 });
  });
});

it('refuses a limit class that nobody declared', async () => {
  const { transport } = setUp(scriptedHttp(answer(200)));
  await expect(transport.send({ ...get, limit: 'serach' })).rejects.toThrow(ConfigError);
});

it('hands time-outs and the byte cap to the exchange, the more particular first', async () => {
  const { transport, http } = setUp(scriptedHttp(answer(200)), { timeouts: { headersMs: 1, idleMs: 2 } });
  await transport.send({ ...get, timeouts: { headersMs: 9 }, maxBodyBytes: 77 });
  expect(http.sent[0]).toMatchObject({ timeouts: { headersMs: 9, idleMs: 2, totalMs: 120_000 }, maxBodyBytes: 77 });
});
