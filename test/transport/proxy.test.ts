import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/ports.ts';
import { nodeHttp } from '../../src/transport/node-http.ts';
import { proxyFrom } from '../../src/transport/proxy.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { testPorts } from '../support/virtual-clock.ts';
import { rawServer } from '../support/raw-server.ts';
import { baseOptions } from './support.ts';

const origin = 'api.acme.com';
const request = (url: string): HttpRequest => ({
  method: 'GET',
  url,
  headers: { authorization: 'Bearer canary' },
  timeouts: { headersMs: 4000, idleMs: 4000, totalMs: 8000 },
  maxBodyBytes: 100_000,
});

/** A TLS server that says it is `api.acme.com`, and the certificate that proves it. */
interface Origin {
  readonly port: number;
  readonly ca: string;
  readonly seen: string[];
  close(): void;
}

async function tlsOrigin(): Promise<Origin> {
  const folder = mkdtempSync(join(tmpdir(), 'truce-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${origin}`, '-addext', `subjectAltName=DNS:${origin}`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const seen: string[] = [];
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (message, answer) => {
    seen.push(`${message.headers.host ?? ''} ${message.headers.authorization ?? ''}`);
    answer.end('{"here":true}');
  });
  const ca = readFileSync(cert, 'utf8');
  rmSync(folder, { recursive: true });
  await listening(server);
  return { port: (server.address() as AddressInfo).port, ca, seen, close: () => void server.close() };
}

const listening = (server: Pick<Server, 'listen'>): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

/** A proxy that opens every tunnel to `port` of this machine, whatever host is asked for, and notes what it saw. */
async function connectProxy(port: number, status = 200) {
  const asked: string[] = [];
  const passed: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (message, socket: Socket, head) => {
    asked.push(`${message.url ?? ''} ${message.headers['proxy-authorization'] ?? ''}`.trim());
    sockets.add(socket);
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      socket.on('data', (chunk: Buffer) => passed.push(chunk.toString('latin1')));
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    for (const one of [socket, onward]) one.on('error', () => undefined);
  });
  await listening(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    passed,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let server: Origin;
beforeAll(async () => {
  server = await tlsOrigin();
});
afterAll(() => server.close());

describe('a proxy from the environment', () => {
  it('gets the host to connect to, and none of the bytes in clear', async () => {
    using proxy = await connectProxy(server.port);
    const http = nodeHttp({ proxy: proxyFrom({ HTTPS_PROXY: proxy.url }), ca: server.ca });
    const answer = await http.exchange(request(`https://${origin}/x`));
    expect(new TextDecoder().decode(answer.body)).toBe('{"here":true}');
    expect(proxy.asked).toEqual([`${origin}:443`]);
    expect(server.seen.at(-1)).toBe(`${origin} Bearer canary`);
    expect(proxy.passed.length).toBeGreaterThan(0);
    expect(proxy.passed.join('')).not.toContain('canary');
    await http.close();
  });

  it('gets the name and password that its URL holds', async () => {
    using proxy = await connectProxy(server.port);
    const http = nodeHttp({ proxy: proxyFrom({ https_proxy: proxy.url.replace('//', '//joe:pass@') }), ca: server.ca });
    await http.exchange(request(`https://${origin}/x`));
    expect(proxy.asked).toEqual([`${origin}:443 Basic ${Buffer.from('joe:pass').toString('base64')}`]);
    await http.close();
  });

  it('can show a certificate of its own only to be refused', async () => {
    using proxy = await connectProxy(server.port);
    const http = nodeHttp({ proxy: proxyFrom({ HTTPS_PROXY: proxy.url }) });
    await expect(http.exchange(request(`https://${origin}/x`))).rejects.toMatchObject({ code: 'NETWORK', ambiguous: false });
    await http.close();
  });

  it('that refuses is told without its password, and nothing was sent', async () => {
    using proxy = await connectProxy(server.port, 407);
    const http = nodeHttp({ proxy: proxyFrom({ HTTPS_PROXY: proxy.url.replace('//', '//joe:hunter2@') }), ca: server.ca });
    const error = await http.exchange(request(`https://${origin}/x`)).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'NETWORK', ambiguous: false });
    expect((error as Error).message).not.toContain('hunter2');
    await http.close();
  });

  it('is never asked for this machine', async () => {
    using proxy = await connectProxy(server.port);
    await using local = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    const http = nodeHttp({ proxy: proxyFrom({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url }), ca: server.ca });
    expect((await http.exchange(request(local.url))).status).toBe(200);
    // Over TLS too: the certificate is for another name, so it ends there, yet not at the proxy.
    await http.exchange(request(`https://localhost:${server.port}/`)).catch(() => undefined);
    expect(proxy.asked).toEqual([]);
    await http.close();
  });

  it('is not asked for a host that NO_PROXY names', async () => {
    using proxy = await connectProxy(server.port);
    const http = nodeHttp({ proxy: proxyFrom({ HTTPS_PROXY: proxy.url, NO_PROXY: '.invalid' }), ca: server.ca });
    await expect(http.exchange(request('https://x.invalid/'))).rejects.toMatchObject({ code: 'NETWORK', ambiguous: false });
    expect(proxy.asked).toEqual([]);
    await http.close();
  });

  it('does not widen the hosts that may be contacted', async () => {
    using proxy = await connectProxy(server.port);
    const http = nodeHttp({ proxy: proxyFrom({ HTTPS_PROXY: proxy.url }), ca: server.ca });
    const transport = createTransport({ ...baseOptions, ports: testPorts({ http }) });
    const send = (host: string) => transport.send({ method: 'GET', url: `https://${host}/x`, limit: 'general', repeatable: false });
    await expect(send('evil.example')).rejects.toMatchObject({ failure: 'not-allowed' });
    expect(proxy.asked).toEqual([]);
    expect((await send(origin)).status).toBe(200);
    expect(proxy.asked).toEqual([`${origin}:443`]);
    await transport.close();
  });
});

describe('the variables', () => {
  it('of small letters go before those of capitals, and an empty one is none', () => {
    expect(proxyFrom({ https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' })?.HTTPS_PROXY).toBe('http://a:1/');
    expect(proxyFrom({ https_proxy: '', HTTPS_PROXY: ' ' })).toBeNull();
    expect(proxyFrom({ HTTP_PROXY: 'http://b:1' })).toBeNull();
  });

  it.each(['proxy.example.com:3128', 'socks5://u:hunter2@x:1', 'joe:hunter2@proxy', 'http://', '::'])(
    'that name no HTTP proxy (%s) are refused, without a word of them',
    (HTTPS_PROXY) => {
      const refused = (): unknown => proxyFrom({ HTTPS_PROXY });
      expect(refused).toThrow(expect.objectContaining({ code: 'PROXY_INVALID' }));
      expect(refused).not.toThrow(/hunter2|example/);
    },
  );
});
