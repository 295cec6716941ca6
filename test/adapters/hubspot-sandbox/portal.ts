import { hubspotHalf, type HubspotHalf, type HubspotHalfOptions } from '../../../adapters/hubspot/sandbox/index.ts';
import type { Clock, Random } from '../../../src/ports.ts';

export const START = Date.parse('2026-03-02T15:00:00.000Z');
export const TOKEN = 'pat-na1-integration';
export const USER_TOKEN = 'user-session';
export const APP_ID = '3141592';

/** A clock that only moves when it is told to. */
interface ManualClock extends Clock {
  advance(ms: number): void;
}

function manualClock(start = START): ManualClock {
  let now = start;
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

/** The same numbers every time. */
function seededRandom(seed = 7): Random {
  let state = seed;
  return {
    next: () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The parsed body; null when there was none. */
  readonly body: unknown;
}

export interface TestPortal {
  readonly half: HubspotHalf;
  readonly clock: ManualClock;
  /** Sends `METHOD /path` with the integration's token. */
  readonly send: (line: string, body?: unknown, options?: SendOptions) => Promise<Reply>;
}

interface SendOptions {
  /** Null: no authorization at all. */
  readonly token?: string | null;
  readonly raw?: string | Uint8Array;
}

/** A portal without limits and without lag, unless told otherwise, and a way to talk to it. */
export function testPortal(options: Partial<HubspotHalfOptions> = {}): TestPortal {
  const clock = manualClock();
  const half = hubspotHalf({
    ports: { clock, random: seededRandom() },
    portalId: '4711',
    token: TOKEN,
    userToken: USER_TOKEN,
    tier: 'pro',
    limits: 'none',
    searchLagMs: 0,
    provisioned: true,
    ...options,
  });
  const send = async (line: string, body?: unknown, more: SendOptions = {}): Promise<Reply> => {
    const [method = '', url = ''] = line.split(' ');
    const token = more.token === undefined ? TOKEN : more.token;
    const raw = more.raw ?? (body === undefined ? '' : JSON.stringify(body));
    const reply = await half.handle({
      method,
      url,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      body: typeof raw === 'string' ? new TextEncoder().encode(raw) : raw,
      origin: 'http://127.0.0.1:9',
    });
    const text = typeof reply.body === 'string' ? reply.body : new TextDecoder().decode(reply.body);
    return { status: reply.status, headers: reply.headers, text, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  return { half, clock, send };
}

/** The value at a path of an answer's body; undefined where there is none. */
export function dig(reply: Reply, ...path: readonly (string | number)[]): unknown {
  let value: unknown = reply.body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

/** The same as text; the test fails where there is none. */
export function text(reply: Reply, ...path: readonly (string | number)[]): string {
  const value = dig(reply, ...path);
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`no text at ${path.join('.')} of ${reply.text}`);
  return String(value);
}

/** Members of the results of an answer, in their order. */
export function results(reply: Reply): readonly Readonly<Record<string, unknown>>[] {
  const list = dig(reply, 'results');
  if (!Array.isArray(list)) throw new Error(`no results in ${reply.text}`);
  return list as Readonly<Record<string, unknown>>[];
}

/** Ids of the results of an answer, in their order. */
export function ids(reply: Reply): string[] {
  return results(reply).map((result) => String(result['id']));
}
