import { hubspot } from 'truce/hubspot';
import type { HubspotOptions } from 'truce/hubspot';
import { hubspotHalf } from '../../../adapters/hubspot/sandbox/index.ts';
import type { HubspotHalf, HubspotHalfOptions } from '../../../adapters/hubspot/sandbox/index.ts';
import type { Crm } from '../../../src/crm.ts';
import type { Http, HttpRequest, HttpResponse } from '../../../src/ports.ts';
import { testPorts, virtualClock } from '../../support/virtual-clock.ts';
import type { TestPorts, VirtualClock } from '../../support/virtual-clock.ts';

/** Nobody listens here: the Http port hands requests straight to the imitation. */
const base = 'http://127.0.0.1:4010';
const token = 'pat-na1-integration';
const userToken = 'pat-na1-person';
export const start: number = Date.UTC(2026, 2, 1, 9);

/** One request as it left, and its answer. */
export interface Exchange {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

/** Takes a request before the imitation does; undefined lets it through. */
type Meddle = (request: HttpRequest, path: string) => HttpResponse | Error | undefined;

export interface Portal {
  readonly half: HubspotHalf;
  readonly clock: VirtualClock;
  readonly ports: TestPorts;
  /** What the integration sent. */
  readonly sent: Exchange[];
  /** A new connection of the integration. */
  connect(options?: Partial<HubspotOptions>): Crm;
  /** A request of a person at the screen. */
  user(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Puts something between the adapter and the imitation. */
  meddle(how: Meddle | null): void;
}

/** An imitated portal in this process, on a virtual clock. */
export function openPortal(options: Partial<Omit<HubspotHalfOptions, 'ports'>> = {}): Portal {
  const clock = virtualClock(start);
  const half = hubspotHalf({
    ports: { clock, random: testPorts({ clock }).random },
    portalId: '8675309',
    token,
    userToken,
    tier: 'pro',
    limits: 'none',
    searchLagMs: 10_000,
    provisioned: true,
    ...options,
  });
  const sent: Exchange[] = [];
  let meddling: Meddle | null = null;
  const call = async (request: {
    method: string;
    url: string;
    headers: Readonly<Record<string, string>>;
    body: Uint8Array;
  }): Promise<HttpResponse> => {
    const answer = await half.handle({ ...request, origin: base });
    return { status: answer.status, headers: answer.headers, body: typeof answer.body === 'string' ? encode(answer.body) : answer.body };
  };
  const http: Http = {
    exchange: async (request) => {
      request.signal?.throwIfAborted();
      const path = request.url.slice(base.length);
      const body = typeof request.body === 'string' ? encode(request.body) : (request.body ?? new Uint8Array());
      const taken = meddling?.(request, path);
      if (taken instanceof Error) throw taken;
      const answer = taken ?? (await call({ method: request.method, url: path, headers: request.headers, body }));
      sent.push({ method: request.method, path, body: decode(body), status: answer.status });
      return answer;
    },
    close: () => Promise.resolve(),
  };
  const ports = testPorts({ clock, http });
  return {
    half,
    clock,
    ports,
    sent,
    connect: (given = {}) => hubspot({ accessToken: token, baseUrl: base, ...given }).connect(ports),
    user: async (method, path, body) => {
      const headers = { authorization: `Bearer ${userToken}`, 'content-type': 'application/json' };
      const answer = await call({ method, url: path, headers, body: body === undefined ? new Uint8Array() : encode(JSON.stringify(body)) });
      if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status}: ${new TextDecoder().decode(answer.body)}`);
      return decode(answer.body);
    },
    meddle: (how) => {
      meddling = how;
    },
  };
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(body: Uint8Array): unknown {
  return body.byteLength === 0 ? null : JSON.parse(new TextDecoder().decode(body));
}

/** A JSON answer, for meddling. */
export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', date: new Date(start).toUTCString(), ...headers },
    body: encode(JSON.stringify(body)),
  };
}
