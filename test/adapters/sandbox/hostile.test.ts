import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { listen, type LoopbackServer, type SocketLimits } from '../../../adapters/sandbox/listen.ts';
import { exchange } from './http.ts';

const box = (): Promise<Sandbox> => sandbox({ people: 5, clock: 'virtual', limits: 'none' });
const open: LoopbackServer[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((server) => server.close()))));

/** A server that says how long the body was. */
async function counting(limits: SocketLimits): Promise<string> {
  const server = await listen(
    0,
    async (request, response) => void response.writeHead(200).end(`${request.method} ${request.url} ${request.body.length}`),
    limits,
  );
  open.push(server);
  return server.url;
}

/** Sends bytes and gives everything that comes back until the server, or a second of silence, ends it. */
function bytes(url: string, ...parts: readonly string[]): Promise<{ readonly text: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    let text = '';
    const socket = connect(Number(port), hostname);
    const end = (closed: boolean): void => {
      clearTimeout(silence);
      socket.destroy();
      resolve({ text, closed });
    };
    const silence = setTimeout(() => end(false), 1000);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      silence.refresh();
    });
    socket.on('error', () => end(true));
    socket.on('close', () => end(true));
    for (const part of parts) socket.write(part);
  });
}

const GET = (path: string, ...headers: string[]): string =>
  `GET ${path} HTTP/1.1\r\n${['host: localhost', ...headers].join('\r\n')}\r\n\r\n`;
const statuses = (text: string): readonly string[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1] ?? '');

describe('odd but allowed', () => {
  test('HTTP/1.0 without a Host is answered, and the connection ends', async () => {
    await using one = await box();
    const { text, closed } = await bytes(one.hubspot.url, 'GET /crm/v3/owners HTTP/1.0\r\n\r\n');
    expect(statuses(text)).toEqual(['401']);
    expect(closed).toBe(true);
  });

  test('two requests sent at once on one connection get their answers in order', async () => {
    await using one = await box();
    const { text } = await bytes(one.salesforce.url, GET('/services/data') + GET('/services/data/v67.0/limits', 'connection: close'));
    expect(statuses(text)).toEqual(['200', '401']);
  });

  test('an absolute URL means its path, as behind a proxy', async () => {
    await using one = await box();
    const { text } = await bytes(one.salesforce.url, GET(`${one.salesforce.url}/services/data`, 'connection: close'));
    expect(statuses(text)).toEqual(['200']);
    expect(one.calls()[0]).toMatchObject({ url: '/services/data', path: '/services/data' });
  });

  test('Expect: 100-continue is told to go on', async () => {
    const url = await counting({});
    const { text } = await bytes(
      url,
      'POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\nexpect: 100-continue\r\n\r\n',
      'abc',
    );
    expect(statuses(text)).toEqual(['100', '200']);
    expect(text).toContain('POST /a 3');
  });

  test('HEAD has headers and no body, OPTIONS and unknown methods a refusal, on both sides', async () => {
    await using one = await box();
    const head = await bytes(one.salesforce.url, 'HEAD /services/data HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    expect(statuses(head.text)).toEqual(['200']);
    expect(head.text.endsWith('\r\n\r\n')).toBe(true);
    for (const { url } of [one.hubspot, one.salesforce]) {
      for (const line of ['OPTIONS /crm/v3/owners', 'OPTIONS *', 'PURGE /services/data/v67.0/query', 'TRACE /']) {
        const { text } = await bytes(url, `${line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
        expect(Number(statuses(text)[0]), line).toBeGreaterThanOrEqual(400);
        expect(Number(statuses(text)[0]), line).toBeLessThan(500);
      }
    }
    expect((await bytes(one.hubspot.url, 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n')).text).toContain('405');
  });
});

describe('hostile', () => {
  test.each([
    ['another host', GET('/crm/v3/owners').replace('localhost', 'evil.example'), '421'],
    ['no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n', '400'],
    ['a header flood', GET('/', ...Array.from({ length: 5000 }, (_, index) => `x-${index}: ${'a'.repeat(20)}`)), '431'],
    ['one endless header', `GET / HTTP/1.1\r\nx: ${'a'.repeat(200_000)}`, '431'],
    ['no HTTP at all', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', '400'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabcde', '400'],
    [
      'length and chunks at once',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n',
      '400',
    ],
    ['a smuggled line', 'GET / HTTP/1.1\r\nhost: localhost\r\nx: a\n y: b\r\n\r\n', '400'],
    ['chunks that are none', 'POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', '400'],
    ['a null byte in a header', 'GET / HTTP/1.1\r\nhost: localhost\r\nx: a\u0000b\r\n\r\n', '400'],
  ])('%s is refused, the connection ends, and the next caller is served', async (_, request, status) => {
    await using one = await box();
    for (const { url } of [one.hubspot, one.salesforce]) {
      const { text, closed } = await bytes(url, request);
      expect(statuses(text)).toEqual([status]);
      expect(closed).toBe(true);
      expect((await exchange(url)).status).toBe(404);
    }
  });

  test('a body larger than allowed is 413 before it is whole', async () => {
    const url = await counting({ maxBody: 1000 });
    const chunk = `400\r\n${'a'.repeat(1024)}\r\n`;
    const { text, closed } = await bytes(url, 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', chunk, chunk);
    expect(statuses(text)).toEqual(['413']);
    expect(closed).toBe(true);
  });

  test('a request that never becomes whole is 408', async () => {
    const url = await counting({ requestMs: 100 });
    for (const start of ['POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc', 'GET / HTTP/1.1\r\nhos']) {
      const { text, closed } = await bytes(url, start);
      expect(statuses(text)).toEqual(['408']);
      expect(closed).toBe(true);
    }
  });

  test('a caller who leaves in the middle of anything leaves nothing behind', async () => {
    await using one = await box();
    for (let count = 0; count < 50; count += 1) {
      const { hostname, port } = new URL(one.hubspot.url);
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST /crm/v3/objects/contacts HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{');
        socket.resetAndDestroy();
      });
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.on('close', resolve));
    }
    expect((await exchange(`${one.hubspot.url}/crm/v3/owners`)).status).toBe(401);
  });

  test('connections beyond the most are closed at once, and those inside are served', async () => {
    const url = await counting({ maxConnections: 100 });
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    const closed: Socket[] = [];
    for (let count = 0; count < 1000; count += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined).on('close', () => closed.push(socket));
      sockets.push(socket);
    }
    while (closed.length < 900) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toHaveLength(900);
    for (const socket of sockets) socket.destroy();
    while (closed.length < 1000) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await exchange(url)).text).toBe('GET / 0');
  });
});
