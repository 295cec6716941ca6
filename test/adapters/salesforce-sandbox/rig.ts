import { salesforceHalf } from '../../../adapters/salesforce/sandbox/index.ts';
import type { SalesforceHalf, SalesforceHalfOptions } from '../../../adapters/salesforce/sandbox/index.ts';

export const START: number = Date.parse('2026-03-02T09:30:15.400Z');
export const V = '/services/data/v67.0';
export const ORG = '00D5g000000AbCdEAF'.slice(0, 15);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The parsed body; `any` shape is the test's business. */
  readonly json: Json;
}

/** JSON read loosely, as tests do. */
export type Json = { readonly [key: string]: Json } & {
  readonly length: number;
  at(index: number): Json | undefined;
  map<T>(f: (one: Json) => T): T[];
  toString(): string;
};

export interface Rig {
  readonly half: SalesforceHalf;
  /** Sends as the integration user, unless `as` says otherwise. */
  send(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly as?: 'user' | 'nobody'; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
  soql(
    query: string,
    options?: { readonly all?: boolean; readonly as?: 'user'; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
  records(query: string, options?: { readonly all?: boolean; readonly as?: 'user' }): Promise<Json[]>;
  now(): number;
  advance(ms: number): void;
}

/** A half with a clock that the test moves. */
export function rig(options: Partial<SalesforceHalfOptions> = {}): Rig {
  let now = START;
  let seed = 1;
  const half = salesforceHalf({
    ports: {
      clock: { now: () => now, sleep: () => Promise.resolve() },
      random: { next: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 },
    },
    orgId: ORG,
    accessToken: 'integration-token',
    userAccessToken: 'user-token',
    clientId: 'client',
    clientSecret: 'secret',
    apiVersion: '67.0',
    edition: 'enterprise',
    limits: 'published',
    provisioned: true,
    ...options,
  });
  const made: Rig = {
    half,
    async send(method, path, o = {}) {
      const token = o.as === 'user' ? 'user-token' : 'integration-token';
      const headers: Record<string, string> = { ...(o.as === 'nobody' ? {} : { authorization: `Bearer ${token}` }), ...o.headers };
      const text = o.body === undefined ? '' : typeof o.body === 'string' ? o.body : JSON.stringify(o.body);
      if (text !== '' && headers['content-type'] === undefined) headers['content-type'] = 'application/json';
      const reply = await half.handle({
        method,
        url: path.startsWith('/services') || path.startsWith('/id') ? path : V + path,
        headers,
        body: Buffer.from(text),
        origin: 'http://127.0.0.1:9999',
      });
      const body = typeof reply.body === 'string' ? reply.body : Buffer.from(reply.body).toString('utf8');
      const isJson = (reply.headers['content-type'] ?? '').includes('json');
      return { status: reply.status, headers: reply.headers, text: body, json: (isJson && body !== '' ? JSON.parse(body) : null) as Json };
    },
    soql: (query, o = {}) =>
      made.send('GET', `/${o.all === true ? 'queryAll' : 'query'}?q=${encodeURIComponent(query)}`, {
        ...(o.as === undefined ? {} : { as: o.as }),
        ...(o.headers === undefined ? {} : { headers: o.headers }),
      }),
    async records(query, o = {}) {
      const answer = await made.soql(query, o);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json['records'] as unknown as Json[];
    },
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
  return made;
}
