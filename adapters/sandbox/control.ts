import { TruceError } from '../../src/errors.ts';
import type { Call, CallLog } from './calls.ts';
import type { SandboxClock } from './clock.ts';
import { parseChaos } from './chaos.ts';
import { parseFaults, type Faults } from './faults.ts';
import type { SandboxRequest, SandboxResponse } from './half.ts';
import type { NativeConnector } from './native-connector/index.ts';
import { listen, type LoopbackServer } from './listen.ts';

/** What the control endpoint reaches. */
export interface Controlled {
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Sets the lag of HubSpot's search index, for `POST /lag`. */
  readonly lag?: (ms: number) => void;
  /** The truth about the generated company, for `GET /company`. */
  readonly company: () => unknown;
  /** The HubSpot app's keys, and how its webhooks went, for `GET /hubspot/app`. */
  readonly app?: () => unknown;
  /** HubSpot's own Salesforce integration, for `GET /native-connector`. @default it is not installed */
  readonly connector?: NativeConnector | null;
}

type Route = (controlled: Controlled, body: unknown, query: URLSearchParams) => unknown;

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET /', () => ({ routes: [...ROUTES.keys()] })],
  ['GET /clock', ({ clock }) => clockState(clock)],
  [
    'POST /clock',
    async ({ clock }, body) => {
      await clock.moveTo(targetOf(clock, body));
      return clockState(clock);
    },
  ],
  ['GET /calls', ({ calls }, _, query) => ({ totals: calls.totals(), counts: calls.counts(), log: chosen(calls, query) })],
  ['DELETE /calls', ({ calls }) => calls.clear()],
  ['GET /faults', ({ faults }) => ({ faults: faults.list() })],
  [
    'POST /faults',
    ({ faults }, body) => {
      faults.add(parseFaults(body));
      return { faults: faults.list() };
    },
  ],
  ['DELETE /faults', ({ faults }) => faults.clear()],
  ['POST /chaos', ({ faults }, body) => faults.chaos(parseChaos(body))],
  ['POST /lag', ({ lag }, body) => lag?.(millisecondsOf(body))],
  ['GET /company', ({ company }) => company()],
  ['GET /hubspot/app', ({ app }) => app?.()],
  ['GET /native-connector', ({ connector }) => installed(connector).status()],
  [
    'POST /native-connector/sync',
    async ({ connector }) => {
      await installed(connector).sync();
      return installed(connector).status();
    },
  ],
]);

/** @throws {RangeError} when the sandbox has no native connector */
function installed(connector: NativeConnector | null | undefined): NativeConnector {
  if (connector === null || connector === undefined)
    throw new RangeError('the native connector is not installed: start the sandbox with --native-connector');
  return connector;
}

/** Serves the control endpoint: time, faults, call counts. */
export function serveControl(port: number, controlled: Controlled): Promise<LoopbackServer> {
  return listen(port, async (request, response) => {
    const answer = await route(controlled, request);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
}

async function route(controlled: Controlled, request: SandboxRequest): Promise<SandboxResponse> {
  // A page in a browser can post to loopback, but not under our own name and as JSON without asking first.
  if (request.headers['host'] !== new URL(request.origin).host) return reply(403, { error: 'the Host header is not this server' });
  const found = ROUTES.get(`${request.method} ${request.url.split('?', 1)[0]}`);
  if (found === undefined) return reply(404, { error: 'there is no such route', routes: [...ROUTES.keys()] });
  let body: unknown;
  if (request.method === 'POST') {
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return reply(415, { error: 'send application/json' });
    try {
      body = JSON.parse(Buffer.from(request.body).toString('utf8'));
    } catch {
      return reply(400, { error: 'the body is not JSON' });
    }
  }
  try {
    return reply(200, (await found(controlled, body, queryOf(request.url))) ?? {});
  } catch (error) {
    if (error instanceof TruceError) return reply(400, { error: error.message, code: error.code, hint: error.hint });
    if (error instanceof RangeError) return reply(400, { error: error.message });
    throw error;
  }
}

function reply(status: number, body: unknown): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: JSON.stringify(body) };
}

function clockState(clock: SandboxClock): unknown {
  const ms = clock.now();
  return { kind: clock.kind, now: new Date(ms).toISOString(), ms };
}

/** @throws {RangeError} when the body is neither `{ "to": ISO or epoch ms }` nor `{ "advanceMs": n }` */
function targetOf(clock: SandboxClock, body: unknown): number {
  const { to, advanceMs } = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly to?: unknown;
    readonly advanceMs?: unknown;
  };
  const target =
    typeof advanceMs === 'number'
      ? clock.now() + advanceMs
      : typeof to === 'number'
        ? to
        : typeof to === 'string'
          ? Date.parse(to)
          : Number.NaN;
  if (!Number.isFinite(target)) throw new RangeError('give {"to": an ISO instant or epoch milliseconds} or {"advanceMs": milliseconds}');
  return target;
}

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** The calls of one side, of one method, with one status, or after one: what a test asks for. */
function chosen(calls: CallLog, query: URLSearchParams): readonly Call[] {
  const after = Number(query.get('after') ?? 0);
  const meets = (name: 'side' | 'method' | 'status', call: Call): boolean => !query.has(name) || query.get(name) === String(call[name]);
  return calls.last().filter((call) => call.id > after && meets('side', call) && meets('method', call) && meets('status', call));
}

/** @throws {RangeError} when the body is not `{ "ms": n }`, at most an hour */
function millisecondsOf(body: unknown): number {
  const ms = typeof body === 'object' && body !== null && 'ms' in body ? body.ms : undefined;
  if (typeof ms === 'number' && Number.isInteger(ms) && ms >= 0 && ms <= 3_600_000) return ms;
  throw new RangeError('give {"ms": whole milliseconds, at most 3600000}');
}
