import { salesforceHalf } from '../../../adapters/salesforce/sandbox/index.ts';
import type { SalesforceHalf, SalesforceHalfOptions } from '../../../adapters/salesforce/sandbox/index.ts';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { SalesforceOptions } from '../../../adapters/salesforce/index.ts';
import type { ChangeEvent, ChangesOptions, Crm, Cursor, Stream, StreamRecords } from '../../../src/crm.ts';
import { CrmError } from '../../../src/errors.ts';
import type { Http } from '../../../src/ports.ts';
import { seededRandom, testPorts, virtualClock } from '../../support/virtual-clock.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { instanceUrl } from './fake.ts';

export interface SandboxOrg {
  readonly crm: Crm;
  readonly clock: VirtualClock;
  readonly half: SalesforceHalf;
  /** Paths that the adapter asked for, decoded. */
  readonly log: string[];
  /** As a salesperson with an own HTTP client, past the adapter. */
  user(method: string, path: string, body?: unknown): Promise<unknown>;
  /** The connection breaks at the adapter's next write, before the organisation got it or after. */
  loseNextWrite(when: 'before' | 'after'): void;
  /** As the salesperson by SOAP, the only way to merge. */
  merge(object: string, masterId: string, loserId: string): Promise<void>;
  /** Another instance of the adapter on the same organisation. */
  connect(options?: Partial<SalesforceOptions>): Crm;
}

const base: Omit<SalesforceHalfOptions, 'ports'> = {
  orgId: '00D5f000000TrUcEAA',
  accessToken: 'integration-token',
  userAccessToken: 'user-token',
  clientId: 'client',
  clientSecret: 'client-secret',
  apiVersion: '67.0',
  edition: 'enterprise',
  limits: 'published',
  provisioned: true,
};

/** The imitation organisation on a virtual clock, behind an in-process Http port. */
export function sandboxOrg(options: Partial<SalesforceHalfOptions> = {}): SandboxOrg {
  const clock = virtualClock(Date.UTC(2026, 5, 1, 12));
  const half = salesforceHalf({ ...base, ports: { clock, random: seededRandom(7) }, ...options });
  const log: string[] = [];
  const ask = async (request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }) => {
    const url = new URL(request.url);
    const answer = await half.handle({
      method: request.method,
      url: url.pathname + url.search,
      headers: request.headers,
      body: new TextEncoder().encode(request.body),
      origin: instanceUrl,
    });
    const body = typeof answer.body === 'string' ? new TextEncoder().encode(answer.body) : answer.body;
    const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
    return { status: answer.status, headers: { date: new Date(clock.now()).toUTCString(), ...headers }, body };
  };
  let lose: 'before' | 'after' | null = null;
  const http: Http = {
    exchange: async (request) => {
      log.push(`${request.method} ${decodeURIComponent(request.url.slice(instanceUrl.length))}`);
      const body = typeof request.body === 'string' ? request.body : '';
      const when = request.method === 'PATCH' || body.includes('"records"') ? lose : null;
      if (when !== 'before') {
        const answer = await ask({ ...request, body });
        if (when === null) return answer;
      }
      lose = null;
      const hint = 'a test broke it';
      throw new CrmError('NETWORK', 'the connection broke', { system: 'http', failure: 'network', hint, retryable: true, ambiguous: true });
    },
    close: () => Promise.resolve(),
  };
  const connect = (more: Partial<SalesforceOptions> = {}): Crm => {
    const credentials = 'clientId' in more ? {} : { accessToken: base.accessToken };
    return salesforce({ instanceUrl, ...credentials, ...more } as SalesforceOptions).connect(testPorts({ http, clock }));
  };
  return {
    crm: connect(),
    clock,
    half,
    log,
    connect,
    loseNextWrite: (when) => {
      lose = when;
    },
    merge: async (object, masterId, loserId) => {
      const envelope = `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><SessionHeader><sessionId>${base.userAccessToken}</sessionId></SessionHeader></soapenv:Header><soapenv:Body><merge><request><masterRecord xsi:type="${object}"><type>${object}</type><Id>${masterId}</Id></masterRecord><recordToMergeIds>${loserId}</recordToMergeIds></request></merge></soapenv:Body></soapenv:Envelope>`;
      const headers = { 'content-type': 'text/xml', soapaction: '""' };
      const answer = await ask({ method: 'POST', url: `${instanceUrl}/services/Soap/u/67.0`, headers, body: envelope });
      const text = new TextDecoder().decode(answer.body);
      if (!text.includes('<success>true</success>')) throw new Error(text);
    },
    user: async (method, path, body) => {
      const headers = {
        authorization: `Bearer ${base.userAccessToken}`,
        'content-type': 'application/json',
        'sforce-auto-assign': 'FALSE',
      };
      const raw = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await ask({ method, url: `${instanceUrl}/services/data/v67.0${path}`, headers, body: raw });
      const text = new TextDecoder().decode(answer.body);
      if (answer.status >= 400) throw new Error(`${answer.status} ${text}`);
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
  };
}

export interface Pass<S extends Stream> {
  readonly events: readonly ChangeEvent<StreamRecords[S]>[];
  readonly cursor: Cursor;
  readonly pages: number;
  readonly historyFrom: number | null;
  readonly asOf: number;
}

/** A whole pass of a stream. */
export async function pass<S extends Stream>(
  crm: Crm,
  stream: S,
  cursor: Cursor | null = null,
  options: ChangesOptions = {},
): Promise<Pass<S>> {
  const events: ChangeEvent<StreamRecords[S]>[] = [];
  let last: Pass<S> | null = null;
  let pages = 0;
  for await (const page of crm.changes(stream, cursor, options)) {
    if (last !== null && page.asOf !== last.asOf) throw new Error('asOf moved within a pass');
    pages += 1;
    events.push(...page.events);
    last = { events, cursor: page.cursor, pages, historyFrom: page.historyFrom, asOf: page.asOf };
  }
  if (last === null) throw new Error('a pass without a page');
  return last;
}

/** The records of a pass, by id. */
export function recordsIn<S extends Stream>(found: Pass<S>): ReadonlyMap<string, StreamRecords[S]> {
  return new Map(found.events.flatMap((event) => (event.type === 'upsert' ? [[event.id, event.record] as const] : [])));
}
