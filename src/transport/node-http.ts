import { request as requestPlain, Agent as PlainAgent } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { CrmError } from '../errors.ts';
import type { CrmFailure } from '../errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../ports.ts';
import type { ProxySettings } from './proxy.ts';

/** Idle connections are closed by us after this time: a write on a connection that the server just closed is ambiguous. */
const idleConnectionMs = 4000;

/** Failures before a connection stood: the request has certainly not left. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_PROXY_TUNNEL',
]);

export interface NodeHttpOptions {
  /** Requests over TLS go through this proxy: it sees the host's name and bytes it can't read. @default none */
  readonly proxy?: ProxySettings | null | undefined;
  /** Certificates to trust instead of the usual ones, as PEM. @default the usual ones */
  readonly ca?: string | undefined;
}

/**
 * HTTP over `node:http` and `node:https` with kept-alive connections: one exchange, the whole answer, no policy.
 * Redirects are returned, never followed. Its errors name no header and no path; `ambiguous` is false only when the
 * request has certainly not left.
 */
export function nodeHttp({ proxy, ca }: NodeHttpOptions = {}): Http {
  // Plain HTTP is for this machine only, which no proxy stands before.
  const plain = new PlainAgent({ keepAlive: true, timeout: idleConnectionMs });
  const tls = new TlsAgent({
    keepAlive: true,
    timeout: idleConnectionMs,
    ...(proxy === undefined || proxy === null ? {} : { proxyEnv: { ...proxy } }),
    ...(ca === undefined ? {} : { ca }),
  });
  return {
    exchange: async (request) => {
      const answer = await receive(request, (url, options) =>
        url.startsWith('https:') ? requestTls(url, { ...options, agent: tls }) : requestPlain(url, { ...options, agent: plain }),
      );
      return { ...answer, body: await decode(answer, request) };
    },
    close: () => {
      // Only idle ones: another user of this port may still wait for an answer.
      for (const sockets of [plain, tls].flatMap((agent) => Object.values(agent.freeSockets))) {
        for (const socket of sockets ?? []) socket.destroy();
      }
      return Promise.resolve();
    },
  };
}

type Open = (url: string, options: RequestOptions) => ClientRequest;

/** One exchange under its three time-outs; whatever ends it first, the timers and listeners are gone afterwards. */
function receive(request: HttpRequest, open: Open): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const timers = new Map<string, NodeJS.Timeout>();
    let outgoing: ClientRequest | undefined;
    const finish = (settle: () => void): void => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      request.signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (error: CrmError): void => {
      finish(() => reject(error));
      outgoing?.destroy();
    };
    const left = (): boolean => outgoing !== undefined && outgoing.socket?.connecting === false;
    const onAbort = (): void => fail(broken('ABORTED', 'the request was cancelled', request, left()));
    const limit = (name: string, ms: number, what: string): void => {
      clearTimeout(timers.get(name));
      timers.set(
        name,
        setTimeout(() => fail(broken('TIMEOUT', `${what} within ${ms} ms`, request, left())), ms),
      );
    };

    if (request.signal?.aborted === true) {
      reject(broken('ABORTED', 'the request was cancelled', request, false));
      return;
    }
    request.signal?.addEventListener('abort', onAbort, { once: true });
    limit('total', request.timeouts.totalMs, 'no whole answer came');
    limit('headers', request.timeouts.headersMs, 'no answer began');
    try {
      outgoing = open(request.url, { method: request.method, headers: framed(request) });
    } catch (error) {
      fail(broken('NETWORK', codeOf(error), request, false));
      return;
    }
    outgoing.once('error', (error) => fail(broken('NETWORK', codeOf(error), request, !neverSent.has(codeOf(error)))));
    outgoing.once('response', (message) => {
      clearTimeout(timers.get('headers'));
      const idle = (): void => limit('idle', request.timeouts.idleMs, 'the answer went silent and did not go on');
      idle();
      collect(message, request, idle).then(
        (body) => finish(() => resolve({ status: message.statusCode ?? 0, headers: flat(message), body })),
        (error: unknown) => fail(error as CrmError),
      );
    });
    outgoing.end(request.body);
  });
}

function framed(request: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'gzip, deflate, br', ...request.headers };
  if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
  return headers;
}

/** Reads the body to its declared end; anything less is an error, never data. */
function collect(message: IncomingMessage, request: HttpRequest, onChunk: () => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const cut = (why: string): void => reject(broken('CUT_BODY', why, request, true));
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > request.maxBodyBytes) {
        reject(broken('BODY_TOO_LARGE', `the answer is larger than ${request.maxBodyBytes} bytes`, request, true));
        return;
      }
      chunks.push(chunk);
      onChunk();
    });
    message.once('aborted', () => cut('the connection broke inside the answer'));
    message.once('error', () => cut('the connection broke inside the answer'));
    message.once('close', () => cut('the connection closed inside the answer'));
    message.once('end', () => {
      const declared = message.headers['content-length'];
      if (!message.complete || (declared !== undefined && Number(declared) !== bytes)) cut('the answer is shorter than it says');
      else if (endsUnknown(message)) cut('the answer does not say where it ends');
      else resolve(Buffer.concat(chunks));
    });
  });
}

/**
 * An answer without length or chunks ends with its connection, so a cut one looks whole. JSON shows a cut by itself, and
 * failures carry no data; any other success (a CSV above all) can't be trusted.
 */
function endsUnknown(message: IncomingMessage): boolean {
  const { headers, statusCode = 0 } = message;
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false;
  const carriesData = statusCode >= 200 && statusCode < 300 && statusCode !== 204 && statusCode !== 205;
  return carriesData && !/\bjson\b/i.test(headers['content-type'] ?? '');
}

function flat(message: IncomingMessage): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

const unzip = promisify(gunzip);
const unbrotli = promisify(brotliDecompress);
const unzlib = promisify(inflate);
const undeflate = promisify(inflateRaw);

/** Undoes the content encoding without ever holding more than the byte cap. */
async function decode(answer: HttpResponse, request: HttpRequest): Promise<Uint8Array> {
  const { body } = answer;
  const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '' || body.length === 0) return body;
  const options = { maxOutputLength: request.maxBodyBytes };
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return await unzip(body, options);
      case 'br':
        return await unbrotli(body, options);
      case 'deflate':
        // Some servers send raw deflate under this name; a zlib stream says so in its first byte.
        return ((body[0] ?? 0) & 0x0f) === 8 ? await unzlib(body, options) : await undeflate(body, options);
      default:
        throw broken('BAD_ENCODING', 'the answer is compressed in a way that was not asked for', request, true);
    }
  } catch (error) {
    if (error instanceof CrmError) throw error;
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw broken('BODY_TOO_LARGE', `the answer is larger than ${request.maxBodyBytes} bytes when unpacked`, request, true);
    }
    throw broken('CUT_BODY', 'the compressed answer is damaged or cut', request, true);
  }
}

const failures: Readonly<Record<string, CrmFailure>> = { ABORTED: 'aborted', BODY_TOO_LARGE: 'protocol', BAD_ENCODING: 'protocol' };

function broken(code: string, why: string, request: HttpRequest, sent: boolean): CrmError {
  const failure = failures[code] ?? 'network';
  return new CrmError(code, `${request.method} ${new URL(request.url).host}: ${why}.`, {
    system: 'http',
    failure,
    retryable: failure === 'network',
    ambiguous: sent,
    hint: hintFor(code),
  });
}

function hintFor(code: string): string {
  if (code === 'ABORTED') return 'It was stopped from this side; start again when wanted.';
  if (code === 'BODY_TOO_LARGE') return 'Ask for fewer records a call, or raise the cap if the answer is right.';
  if (code === 'BAD_ENCODING') return 'Look at what stands between: a proxy changes the answers.';
  return 'Check the network, the proxy and the status page of the service, then run again.';
}

/** Only the code: the errors of Node's parser carry the raw bytes they stumbled over. */
function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(code) ? code : 'UNKNOWN';
}
