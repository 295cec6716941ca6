import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/ports.ts';
import { nodeHttp } from '../../src/transport/node-http.ts';
import { rawServer } from '../support/raw-server.ts';

const http = nodeHttp();
afterEach(() => http.close());

const request = (url: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  headers: { authorization: 'Bearer canary' },
  timeouts: { headersMs: 2000, idleMs: 2000, totalMs: 5000 },
  maxBodyBytes: 100_000,
  ...changes,
});

const head = (headers: string, status = '200 OK'): string => `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`;
const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const reply =
  (...parts: (string | Uint8Array)[]): ((socket: Socket) => void) =>
  (socket) => {
    for (const part of parts) socket.write(part);
  };

describe('one exchange', () => {
  it('returns status, joined lower-case headers and the whole body', async () => {
    await using server = await rawServer(reply(head('Content-Length: 2\r\nX-A: 1\r\nX-A: 2\r\nSet-Cookie: a\r\nSet-Cookie: b'), 'ok'));
    const answer = await http.exchange(request(server.url));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'x-a': '1, 2', 'set-cookie': 'a, b', 'content-length': '2' });
    expect(text(answer.body)).toBe('ok');
  });

  it('sends method, headers and body with its length in bytes', async () => {
    await using server = await rawServer((socket, got) => {
      if (got.includes('{"a":')) reply(head('Content-Length: 0'))(socket);
    });
    await http.exchange(request(`${server.url}/x?y=1`, { method: 'POST', body: '{"a":"é"}', headers: { 'x-one': '1' } }));
    expect(server.received[0]).toMatch(/^POST \/x\?y=1 HTTP\/1\.1\r\n/);
    expect(server.received[0]).toMatch(/x-one: 1/i);
    expect(server.received[0]).toMatch(/content-length: 10\r\n/i);
  });

  it('keeps the connection for the next exchange', async () => {
    await using server = await rawServer(reply(head('Content-Length: 2'), 'ok'));
    await http.exchange(request(server.url));
    await http.exchange(request(server.url));
    expect(server.received).toHaveLength(1);
  });

  it.each(['301 Moved', '302 Found', '307 Temporary Redirect', '308 Permanent Redirect'])(
    'returns a %s and does not follow it',
    async (status) => {
      await using capture = await rawServer(reply(head('Content-Length: 0')));
      await using server = await rawServer(reply(head(`Location: ${capture.url}/\r\nContent-Length: 0`, status)));
      expect((await http.exchange(request(server.url))).status).toBe(Number(status.slice(0, 3)));
      expect(capture.received).toEqual([]);
    },
  );

  it.each([
    ['gzip', gzipSync('hello')],
    ['x-gzip', gzipSync('hello')],
    ['deflate', deflateSync('hello')],
    ['deflate', deflateRawSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['identity', Buffer.from('hello')],
  ] as const)('unpacks %s', async (encoding, body) => {
    await using server = await rawServer(reply(head(`Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}`), body));
    expect(text((await http.exchange(request(server.url))).body)).toBe('hello');
  });

  it('reads a chunked answer', async () => {
    await using server = await rawServer(reply(head('Transfer-Encoding: chunked'), '3\r\nabc\r\n', '2\r\nde\r\n', '0\r\n\r\n'));
    expect(text((await http.exchange(request(server.url))).body)).toBe('abcde');
  });
});

describe('an answer that is not whole', () => {
  const cut: [string, (socket: Socket) => void][] = [
    ['ends before its length', (socket) => socket.end(`${head('Content-Length: 100')}{"a":1}`)],
    ['ends inside a chunk', (socket) => socket.end(`${head('Transfer-Encoding: chunked')}20\r\nId,Status\r\n`)],
    ['ends without the last chunk', (socket) => socket.end(`${head('Transfer-Encoding: chunked')}3\r\nabc\r\n`)],
    [
      'has no length, and is no JSON that would show the cut',
      (socket) => socket.end(`${head('Content-Type: text/csv')}Id,Status\n00Q2,Wor`),
    ],
    [
      'is cut inside its compression',
      (socket) => {
        const body = gzipSync('x'.repeat(5000)).subarray(0, 30);
        socket.write(head(`Content-Encoding: gzip\r\nContent-Length: ${body.length}`));
        socket.write(body);
      },
    ],
    ['is damaged inside its compression', (socket) => socket.end(`${head('Content-Encoding: gzip\r\nContent-Length: 9')}not gzip!`)],
  ];
  it.each(cut)('is an error when it %s', async (_name, act) => {
    await using server = await rawServer(act);
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({
      code: 'CUT_BODY',
      failure: 'network',
      retryable: true,
      ambiguous: true,
    });
  });

  it('is an error when the connection is reset inside its length', async () => {
    await using server = await rawServer((socket) => {
      socket.write(`${head('Content-Length: 100')}{"a":1}`, () => setImmediate(() => socket.resetAndDestroy()));
    });
    // A reset may overtake the bytes sent before it; whether the head was seen decides the name, nothing else.
    const code = expect.stringMatching(/^(?:CUT_BODY|NETWORK)$/) as string;
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({ code, failure: 'network', retryable: true, ambiguous: true });
  });

  it('is an error when the connection is reset before any answer', async () => {
    await using server = await rawServer((socket) => socket.resetAndDestroy());
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({ code: 'NETWORK', retryable: true, ambiguous: true });
  });

  it('is believed when JSON without a length ended, since a cut would not parse', async () => {
    await using server = await rawServer((socket) => socket.end(`${head('Content-Type: application/json')}{"a":1}`));
    expect(text((await http.exchange(request(server.url))).body)).toBe('{"a":1}');
  });

  it('is an error when the answer is no HTTP, and the raw bytes are in no message', async () => {
    await using server = await rawServer((socket) => socket.end('SECRET-PERSON jane@example.com\r\n\r\n'));
    const error = await http.exchange(request(server.url)).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'NETWORK' });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('jane@');
  });
});

describe('an answer that does not come', () => {
  it('is given up when no headers arrive', async () => {
    await using server = await rawServer(() => undefined);
    const waiting = http.exchange(request(server.url, { timeouts: { headersMs: 40, idleMs: 2000, totalMs: 5000 } }));
    await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true, ambiguous: true });
  });

  it('is given up when the body goes silent', async () => {
    await using server = await rawServer(reply(head('Content-Length: 10'), 'abc'));
    const waiting = http.exchange(request(server.url, { timeouts: { headersMs: 2000, idleMs: 40, totalMs: 5000 } }));
    await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('silent') as string });
  });

  it('is given up as a whole when the body drips on for ever', async () => {
    await using server = await rawServer((socket) => {
      socket.write(head('Content-Length: 100000'));
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const waiting = http.exchange(request(server.url, { timeouts: { headersMs: 2000, idleMs: 1000, totalMs: 120 } }));
    await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('whole') as string });
  });

  it('is given up at once when nobody listens, and certainly was not sent', async () => {
    const server = await rawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({ code: 'NETWORK', retryable: true, ambiguous: false });
  });

  it('is given up when the caller says so, and the connection is closed', async () => {
    const closed = Promise.withResolvers<void>();
    const stop = new AbortController();
    await using server = await rawServer((socket) => {
      socket.on('close', () => closed.resolve());
      stop.abort();
    });
    await expect(http.exchange(request(server.url, { signal: stop.signal }))).rejects.toMatchObject({
      code: 'ABORTED',
      failure: 'aborted',
      ambiguous: true,
    });
    await closed.promise;
    await expect(http.exchange(request(server.url, { signal: stop.signal }))).rejects.toMatchObject({ code: 'ABORTED', ambiguous: false });
    expect(server.received).toHaveLength(1);
  });
});

describe('an answer that is too much', () => {
  it('is refused while it arrives', async () => {
    await using server = await rawServer(reply(head('Content-Length: 200001'), 'x'.repeat(200_001)));
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
      failure: 'protocol',
      retryable: false,
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('is refused when %s unpacks to more than the cap', async (encoding, pack) => {
    const bomb = pack('0'.repeat(5_000_000));
    await using server = await rawServer(reply(head(`Content-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}`), bomb));
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('is refused in a compression nobody asked for', async () => {
    await using server = await rawServer(reply(head('Content-Encoding: gzip, gzip\r\nContent-Length: 3'), 'abc'));
    await expect(http.exchange(request(server.url))).rejects.toMatchObject({ code: 'BAD_ENCODING' });
  });
});

it('refuses a header that would begin a second one, before anything is sent', async () => {
  await using server = await rawServer(reply(head('Content-Length: 0')));
  const error = await http.exchange(request(server.url, { headers: { 'x-a': 'canary\r\nx-b: 1' } })).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'NETWORK', ambiguous: false });
  expect(String((error as Error).stack)).not.toContain('canary');
  expect(server.received).toEqual([]);
});
