import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxClock } from './clock.ts';
import type { CallLog } from './calls.ts';
import { pathPattern } from './calls.ts';
import type { FaultEffect, Faults, SandboxSide } from './faults.ts';
import type { SandboxHalf, SandboxRequest, SandboxResponse } from './half.ts';

/** A server on a loopback port. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends open connections and frees the port. */
  close(): Promise<void>;
}

/** What answers: an exchange of bytes, and the socket for those who break it. */
type Answer = (request: SandboxRequest, response: ServerResponse) => Promise<void>;

/** Larger bodies are refused; a Bulk ingest job takes 150 MB. @source Bulk API 2.0 limits */
const MAX_BODY = 160 * 1024 * 1024;

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function listen(port: number, answer: Answer): Promise<LoopbackServer> {
  let origin = '';
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    response.sendDate = false;
    void exchange(request, response, { origin: () => origin, answer });
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

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  server: { origin: () => string; answer: Answer },
): Promise<void> {
  try {
    const body = await readBody(request);
    if (body === null) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    const { method = 'GET', url = '/' } = request;
    await server.answer({ method, url, headers, body, origin: server.origin() }, response);
  } catch (error) {
    // A request that its sender broke off has nobody to answer to. Anything else is a defect of the sandbox: say so.
    if (response.destroyed) return;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send(response, {
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: `the sandbox failed: ${message}` }),
    });
  }
}

/** The whole body; null when it is larger than allowed. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, answer: SandboxResponse): void {
  if (response.destroyed) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const empty = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, { ...answer.headers, ...(empty ? {} : { 'content-length': String(body.length) }) });
  response.end(empty ? undefined : body);
}

/** What a vendor's server is made of. */
export interface VendorServer {
  readonly side: SandboxSide;
  readonly half: SandboxHalf;
  readonly port: number;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Calls with this token count as the user's. */
  readonly userToken: string;
}

/** Serves one vendor's half, with faults before and after it acts, and a log of its calls. */
export function serveVendor(vendor: VendorServer): Promise<LoopbackServer> {
  const { side, half, clock, faults, calls, userToken } = vendor;
  return listen(vendor.port, async (request, response) => {
    const { method, url } = request;
    const met = faults.meet({ side, method, url });
    const log = (status: number, fault: string | null): void => {
      const by = request.headers['authorization'] === `Bearer ${userToken}` ? 'user' : 'integration';
      calls.add({ at: clock.now(), side, method, path: pathPattern(url), url, by, status, fault });
    };
    const date = (): Record<string, string> => ({ date: new Date(clock.now()).toUTCString() });
    if (met.before !== null) {
      const instead = await apply(met.before, clock);
      if (instead !== 'go on') {
        log(typeof instead === 'object' ? instead.status : 0, `before:${met.before.type}`);
        return finish(response, instead, { status: 200, headers: date(), body: '' });
      }
    }
    const answer = await half.handle(request).catch((error: unknown) => {
      log(500, null);
      throw error;
    });
    const stamped = { ...answer, headers: { ...date(), ...answer.headers } };
    const instead = met.after === null ? 'go on' : await apply(met.after, clock);
    const fault = met.after !== null ? `after:${met.after.type}` : met.before !== null ? `before:${met.before.type}` : null;
    log(instead === 'go on' ? answer.status : typeof instead === 'object' ? instead.status : 0, fault);
    finish(response, instead, stamped);
  });
}

type Instead = 'go on' | 'reset' | { readonly cut: number; readonly status: 0 } | (SandboxResponse & { readonly cut?: undefined });

async function apply(effect: FaultEffect, clock: SandboxClock): Promise<Instead> {
  switch (effect.type) {
    case 'delay':
      await clock.sleep(effect.ms);
      return 'go on';
    case 'reset':
      return 'reset';
    case 'cut':
      return { cut: effect.share, status: 0 };
    case 'status': {
      const text = typeof effect.body === 'string';
      const body = text ? (effect.body as string) : JSON.stringify(effect.body);
      return {
        status: effect.status,
        body,
        headers: { 'content-type': text ? 'text/plain' : 'application/json;charset=utf-8', ...effect.headers },
      };
    }
  }
}

function finish(response: ServerResponse, instead: Instead, answer: SandboxResponse): void {
  if (instead === 'go on') return send(response, answer);
  if (instead === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (instead.cut === undefined) return send(response, instead);
  // One byte more than there is gets announced, so that even all of it is short; then the connection ends.
  const body = Buffer.from(answer.body.length === 0 ? '{}' : answer.body);
  response.writeHead(answer.status === 204 ? 200 : answer.status, { ...answer.headers, 'content-length': String(body.length + 1) });
  response.write(body.subarray(0, Math.max(1, Math.floor(body.length * instead.cut))), () => response.socket?.destroy());
}
