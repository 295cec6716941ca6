import { createServer, request as nodeRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxHalf } from '../../../adapters/sandbox/half.ts';

export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  close(): Promise<void>;
}

async function readAll(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Serves a half on a free loopback port. */
export async function serve(half: SandboxHalf): Promise<LoopbackServer> {
  let origin = '';
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await readAll(request);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const reply = await half.handle({ method: request.method ?? '', url: request.url ?? '', headers, body, origin });
      response.writeHead(reply.status, { ...reply.headers });
      response.end(reply.body);
    };
    answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** `fetch` for clients that know nothing else, to loopback addresses only. */
export const loopbackFetch: typeof fetch = async (input, init) => {
  const wanted = new Request(input, init);
  const url = new URL(wanted.url);
  if (url.hostname !== '127.0.0.1') throw new TypeError(`only loopback may be reached from tests, not ${url.hostname}`);
  const body = Buffer.from(await wanted.arrayBuffer());
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = nodeRequest(url, { method: wanted.method, headers: Object.fromEntries(wanted.headers) }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  const content = await readAll(message);
  const status = message.statusCode ?? 0;
  const headers = new Headers(Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value)]));
  return new Response(status === 204 ? null : Buffer.from(content), { status, headers });
};
