import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SandboxRequest, SandboxResponse } from './half.ts';

/** A server on a loopback port. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends open connections and frees the port. */
  close(): Promise<void>;
}

/** What answers: an exchange of bytes, and the socket for those who break it. */
type Answer = (request: SandboxRequest, response: ServerResponse) => Promise<void>;

/** How much of a stranger's request is borne. */
export interface SocketLimits {
  /** Larger bodies are refused with 413, in bytes. A Bulk ingest job takes 150 MB. @default 160 MB @source Bulk API 2.0 limits */
  readonly maxBody?: number;
  /** Connections beyond are closed at once. @default 4000 */
  readonly maxConnections?: number;
  /** A request that is not complete by then gets 408, in milliseconds of the machine's clock. @default 120,000 */
  readonly requestMs?: number;
}

/** Request line and headers: Salesforce takes URLs of 16,384 characters, and headers of as much again. */
const MAX_HEADERS = 49_152;

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function listen(port: number, answer: Answer, limits: SocketLimits = {}): Promise<LoopbackServer> {
  const { maxBody = 160 * 1024 * 1024, maxConnections = 4000, requestMs = 120_000 } = limits;
  let origin = '';
  const server = createServer(
    {
      keepAliveTimeout: 60_000,
      headersTimeout: Math.min(30_000, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(5000, requestMs),
      maxHeaderSize: MAX_HEADERS,
    },
    (request, response) => {
      response.sendDate = false;
      void exchange(request, response, { origin: () => origin, answer, maxBody });
    },
  );
  server.maxConnections = maxConnections;
  server.on('clientError', refuse);
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // A proxy is what nobody is here.
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is no HTTP, or too much or too slow of it: a status line and the end of the connection, as any server in front does. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  socket.end(`HTTP/1.1 ${REFUSALS[error.code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  server: { readonly origin: () => string; readonly answer: Answer; readonly maxBody: number },
): Promise<void> {
  const { socket } = request;
  try {
    const body = await readBody(request, server.maxBody);
    if (body === null) {
      // The rest of the body is not waited for.
      response.writeHead(413, { connection: 'close', 'content-length': '0' }).end(() => socket.destroySoon());
      return;
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    const { method = 'GET', url = '/' } = request;
    await server.answer({ method, url: pathOf(url), headers, body, origin: server.origin() }, response);
  } catch (error) {
    // A request that its sender broke off has nobody to answer to. Anything else is a defect of the sandbox: say so.
    if (response.destroyed || !request.complete) return;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send(response, {
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: `the sandbox failed: ${message}` }),
    });
  }
}

/** What proxies are sent, `GET http://host/path`, means the path here. */
function pathOf(url: string): string {
  const match = /^https?:\/\/[^/?#]*/i.exec(url);
  if (match === null) return url;
  const path = url.slice(match[0].length);
  return path.startsWith('/') ? path : `/${path}`;
}

/** The whole body; null when it is larger than allowed. */
async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends a whole answer, with its length. */
export function send(response: ServerResponse, answer: SandboxResponse): void {
  if (response.destroyed) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const empty = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, { ...answer.headers, ...(empty ? {} : { 'content-length': String(body.length) }) });
  response.end(empty ? undefined : body);
}
