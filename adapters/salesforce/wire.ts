import { PassThrough } from 'node:stream';
import type { Connection } from 'jsforce/lib/core.js';
import type { Budget, CallOptions } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { Instant } from '../../src/model/words.ts';
import type { Ports } from '../../src/ports.ts';
import { createTransport } from '../../src/transport/transport.ts';
import type { Reply, Transport } from '../../src/transport/types.ts';
import { classify } from './classify.ts';
import type { RestRequest } from './classify.ts';
import { hostRules, limitClasses, parseLimitInfo, system } from './limits.ts';
import { createTokens } from './tokens.ts';
import type { Credentials, Tokens } from './tokens.ts';

/** A request to the instance. */
interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the versioned base (`/query?q=…`), or from `/services/` on. */
  readonly path: string;
  readonly body?: unknown;
  /** Rows to upload, instead of a body. */
  readonly csv?: string;
  /** True: the answer is a text (CSV), not JSON. */
  readonly text?: boolean;
  readonly maxBodyBytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default true for GET */
  readonly repeatable?: boolean;
  /** True: a refusal by Salesforce (4xx with its own error) is returned for the caller to read. */
  readonly refusable?: boolean;
}

export interface Answer {
  readonly status: number;
  /** The parsed JSON, or the text where one was asked for; undefined for an empty body of JSON. */
  readonly body: unknown;
  /** The server's clock as the answer's `Date` says, to the second. */
  readonly at: Instant;
}

/** The connection to one organisation: jsforce builds the requests, our transport carries them, we read the answers. */
export interface Wire {
  readonly ports: Ports;
  readonly instanceUrl: string;
  readonly apiVersion: string;
  call(call: Call): Promise<Answer>;
  /** The server's clock: the local one, corrected by what the last answer's `Date` said. */
  serverNow(): Instant;
  budget(): Budget;
  /** What the last limits answer or header said about the day's calls. */
  noteBudget(perDay: Budget['perDay']): void;
  close(): Promise<void>;
}

export interface WireOptions {
  readonly instanceUrl: string;
  readonly loginUrl: string;
  readonly apiVersion: string;
  readonly credentials: Credentials;
}

interface Courier {
  readonly request: Partial<RestRequest>;
  reply: Reply | null;
}

/** Makes the wire; contacts nobody and loads no client until the first call. */
export function createWire(options: WireOptions, ports: Ports): Wire {
  const transport = createTransport({
    system,
    ports,
    hosts: hostRules(options.instanceUrl),
    limits: limitClasses,
    classify: (reply, request) => {
      note(reply);
      return classify(reply, request);
    },
  });
  let perDay: Budget['perDay'] = null;
  let skewMs = 0;
  const note = (reply: Reply): void => {
    perDay = parseLimitInfo(reply.headers['sforce-limit-info']) ?? perDay;
    const at = Date.parse(reply.headers['date'] ?? '');
    if (!Number.isNaN(at)) skewMs = at - ports.clock.now();
  };
  // jsforce takes 0.2 s to load: only what talks to Salesforce pays for it.
  let connected: Promise<Connection> | null = null;
  const connection = (): Promise<Connection> => (connected ??= connect(options, transport));
  const tokens = createTokens(options.credentials, {
    instanceUrl: options.instanceUrl,
    now: () => ports.clock.now() + skewMs,
    request: async (grant) => (await connection()).oauth2.requestToken({ ...grant }),
  });
  return {
    ports,
    instanceUrl: options.instanceUrl,
    apiVersion: options.apiVersion,
    call: async (call) => {
      const courier: Courier = { request: outgoing(call, tokens), reply: null };
      const request = {
        method: call.method,
        url: call.path,
        headers: { ...contentType(call), ...(call.text === true ? { accept: 'text/csv' } : {}), ...call.headers },
        ...(call.csv === undefined ? {} : { body: call.csv }),
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      };
      // `responseType` keeps jsforce from parsing: it takes unreadable JSON for text and drops status and headers.
      const options = { retry: { maxRetries: 0 }, responseType: 'text/plain', courier };
      await (await connection()).request(request, options);
      if (courier.reply === null) throw new TypeError('jsforce answered without using the transport');
      return {
        status: courier.reply.status,
        body: call.text === true ? courier.reply.text() : bodyOf(courier.reply),
        at: serverTime(courier.reply),
      };
    },
    serverNow: () => ports.clock.now() + skewMs,
    budget: () => ({ perDay, used: transport.stats().requests }),
    noteBudget: (known) => {
      perDay = known ?? perDay;
    },
    close: () => transport.close(),
  };
}

function contentType(call: Call): Readonly<Record<string, string>> {
  if (call.csv !== undefined) return { 'content-type': 'text/csv; charset=UTF-8' };
  return call.body === undefined ? {} : { 'content-type': 'application/json' };
}

function outgoing(call: Call, tokens: Tokens): Partial<RestRequest> {
  return {
    limit: 'rest',
    repeatable: call.repeatable ?? call.method === 'GET',
    refusable: call.refusable ?? false,
    authorization: () => tokens.current(),
    ...(call.maxBodyBytes === undefined ? {} : { maxBodyBytes: call.maxBodyBytes }),
    ...(tokens.renew === undefined ? {} : { renew: tokens.renew }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
}

/**
 * jsforce with its two ways out replaced: that of the connection and that of its OAuth client. It gets neither token nor
 * refresh function, so that it can neither send a credential elsewhere nor renew one in a loop.
 */
async function connect(options: WireOptions, transport: Transport): Promise<Connection> {
  const jsforce = await import('jsforce/lib/core.js');
  const { credentials } = options;
  const connection = new jsforce.Connection({
    instanceUrl: options.instanceUrl,
    loginUrl: options.loginUrl,
    version: options.apiVersion,
    callOptions: { client: 'truce' },
    logLevel: 'NONE',
  });
  connection.oauth2 = new jsforce.OAuth2({
    loginUrl: options.loginUrl,
    ...('clientId' in credentials ? { clientId: credentials.clientId } : {}),
    ...('clientSecret' in credentials ? { clientSecret: credentials.clientSecret } : {}),
  });
  type Client = Connection['_transport'];
  const answering = (send: (request: Parameters<Client['httpRequest']>[0], options: unknown) => Promise<Reply>, body: boolean): Client =>
    ({
      httpRequest: (request: Parameters<Client['httpRequest']>[0], given?: unknown) =>
        jsforce.StreamPromise.create(() => ({
          stream: new PassThrough(),
          // Refusals were judged by then; jsforce would throw its own errors at other statuses.
          promise: send(request, given).then((reply) => ({
            statusCode: 200,
            headers: { ...reply.headers },
            body: body ? reply.text() : '',
          })),
        })),
    }) as Client;
  connection._transport = answering(async (request, given) => {
    const { courier } = given as { readonly courier: Courier };
    courier.reply = await transport.send({ ...base(request), limit: 'rest', repeatable: false, ...courier.request });
    return courier.reply;
  }, false);
  // Asking for a token twice does no harm: the first one just stays unused.
  connection.oauth2._transport = answering((request) => transport.send({ ...base(request), limit: 'auth', repeatable: true }), true);
  return connection;
}

function base(request: {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}): {
  readonly method: RestRequest['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
} {
  return {
    method: request.method as RestRequest['method'],
    url: request.url,
    headers: { accept: 'application/json', ...request.headers },
    ...(typeof request.body === 'string' ? { body: request.body } : {}),
  };
}

function bodyOf(reply: Reply): unknown {
  return reply.body.byteLength === 0 ? undefined : reply.json();
}

function serverTime(reply: Reply): Instant {
  const at = Date.parse(reply.headers['date'] ?? '');
  if (!Number.isNaN(at)) return at;
  throw new CrmError('NO_SERVER_TIME', `${system} answered without its time.`, {
    system,
    failure: 'protocol',
    hint: 'Cursors follow the server’s clock, never this machine’s. Look for a proxy that removes the Date header.',
  });
}
