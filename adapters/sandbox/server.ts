import { hubspotAnswer, HUBSPOT_ANSWERS } from '../hubspot/sandbox/troubles.ts';
import { salesforceAnswer, SALESFORCE_ANSWERS } from '../salesforce/sandbox/troubles.ts';
import { pathPattern, type Call, type CallLog } from './calls.ts';
import type { SandboxClock } from './clock.ts';
import type { CallEffect, Faults, SandboxSide } from './faults.ts';
import { deliveryOf, finish } from './finish.ts';
import type { SandboxHalf, SandboxRequest, SandboxResponse } from './half.ts';
import { listen, send, type LoopbackServer, type SocketLimits } from './listen.ts';

export type { LoopbackServer } from './listen.ts';

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
  /** The integration's lasting token. @default none is known */
  readonly token?: string;
  /** Sets the lag of the search index. @default there is none */
  readonly lag?: (ms: number) => void;
  readonly limits?: SocketLimits;
}

/** Serves one vendor's half, with faults before and after it acts, and a log of its calls. */
export function serveVendor(vendor: VendorServer): Promise<LoopbackServer> {
  return listen(vendor.port, (request, response) => answerCall(vendor, request, response), vendor.limits);
}

type Response = Parameters<Parameters<typeof listen>[1]>[1];

async function answerCall(vendor: VendorServer, request: SandboxRequest, response: Response): Promise<void> {
  const { side, half, clock, faults } = vendor;
  if (!isLoopback(request.headers['host'])) return send(response, misdirected());
  const caller = callerOf(vendor, request);
  const met = faults.meet({ side, method: request.method, url: request.url, by: caller.by });
  if (met.lagMs !== null) vendor.lag?.(met.lagMs);
  const stamped = (answer: SandboxResponse): SandboxResponse => ({
    ...answer,
    headers: { date: new Date(clock.now()).toUTCString(), ...answer.headers },
  });
  const log = (answer: SandboxResponse, fault: string | null, arrives: boolean): void =>
    vendor.calls.add(callOf(vendor, request, { ...caller, answer, fault, arrives }));
  if (met.before?.type === 'expire' && caller.bearer !== null) faults.expire(caller.bearer);
  if (caller.bearer !== null && caller.by === 'integration' && faults.isExpired(caller.bearer)) {
    const answer = stamped(vendorAnswer(side, 'expired'));
    log(answer, 'before:expire', true);
    return send(response, answer);
  }
  const before = await instead(vendor, met.before);
  if (before !== null) {
    const delivery = deliveryOf(met.before);
    log(before, `before:${met.before?.type ?? ''}`, delivery.kind === 'whole');
    return finish(response, stamped(before), delivery, clock);
  }
  const acted = await half.handle(request, met.unrest).catch((error: unknown) => {
    log({ status: 500, headers: {}, body: '' }, null, true);
    throw error;
  });
  if (met.after?.type === 'expire' && caller.bearer !== null) faults.expire(caller.bearer);
  const replaced = met.after === null || isDelivery(met.after) ? null : await instead(vendor, met.after);
  const answer = stamped(replaced ?? acted);
  const delivery = deliveryOf(met.after);
  log(answer, faultNameOf(met), delivery.kind === 'whole' || delivery.kind === 'slow');
  return finish(response, answer, delivery, clock);
}

function isDelivery(effect: CallEffect): boolean {
  return deliveryOf(effect).kind !== 'whole';
}

function faultNameOf(met: ReturnType<Faults['meet']>): string | null {
  if (met.after !== null) return `after:${met.after.type}`;
  if (met.before !== null) return `before:${met.before.type}`;
  const [name] = Object.keys(met.unrest);
  return name === undefined ? null : `records:${name}`;
}

/** What answers in the half's place; null: the half does. */
async function instead(vendor: VendorServer, effect: CallEffect | null): Promise<SandboxResponse | null> {
  switch (effect?.type) {
    case undefined:
    case 'expire':
      return null;
    case 'delay':
      await vendor.clock.sleep(effect.ms);
      return null;
    case 'reset':
    case 'cut':
    case 'slow':
    case 'silence':
      return { status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body: '{}' };
    case 'answer':
      return vendorAnswer(vendor.side, effect.answer);
    case 'status': {
      const text = typeof effect.body === 'string';
      const body = text ? (effect.body as string) : JSON.stringify(effect.body);
      const headers = { 'content-type': text ? 'text/plain' : 'application/json;charset=utf-8', ...effect.headers };
      return { status: effect.status, body, headers };
    }
  }
}

function vendorAnswer(side: SandboxSide, name: string): SandboxResponse {
  if (side === 'salesforce') return salesforceAnswer(SALESFORCE_ANSWERS.find((one) => one === name) ?? 'unavailable');
  return hubspotAnswer(HUBSPOT_ANSWERS.find((one) => one === name) ?? 'html', crypto.randomUUID());
}

interface TokenOf {
  readonly bearer: string | null;
  readonly token: Call['token'];
  readonly by: Call['by'];
}

function callerOf(vendor: VendorServer, request: SandboxRequest): TokenOf {
  const bearer = /^(?:Bearer|OAuth)\s+(\S+)/i.exec(request.headers['authorization'] ?? '')?.[1] ?? null;
  const token = bearer === null ? 'none' : bearer === vendor.userToken ? 'user' : bearer === vendor.token ? 'integration' : 'other';
  return { bearer, token, by: token === 'user' ? 'user' : 'integration' };
}

interface Outcome extends TokenOf {
  readonly answer: SandboxResponse;
  readonly fault: string | null;
  readonly arrives: boolean;
}

function callOf(vendor: VendorServer, request: SandboxRequest, so: Outcome): Omit<Call, 'id'> {
  const { side, clock } = vendor;
  const { answer, fault, arrives, token, by } = so;
  return {
    at: clock.now(),
    side,
    method: request.method,
    path: pathPattern(request.url),
    url: request.url,
    by,
    token,
    status: arrives ? answer.status : 0,
    fault,
    requestId: answer.headers['x-hubspot-correlation-id'] ?? null,
    bytesIn: request.body.byteLength,
    bytesOut: arrives ? Buffer.byteLength(answer.body) : 0,
  };
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|[\w-]+\.localhost|\[::1\])(?::\d+)?$/i;

/** A name that leads elsewhere is a page in a browser that was rebound to this machine. HTTP/1.0 needs none. */
function isLoopback(host: string | undefined): boolean {
  return host === undefined || LOOPBACK.test(host);
}

function misdirected(): SandboxResponse {
  return { status: 421, headers: { 'content-type': 'text/plain', connection: 'close' }, body: 'Misdirected Request' };
}
