import pRetry, { AbortError } from 'p-retry';
import { ConfigError, CrmError } from '../errors.ts';
import type { HttpRequest, HttpResponse, Timeouts } from '../ports.ts';
import { checkRules, refusal } from './hosts.ts';
import { createLimiter } from './limiter.ts';
import type { Limiter } from './limiter.ts';
import { createReply } from './reply.ts';
import { backoffMs, mayRepeat, retryAfterMs, withinBudget } from './retry.ts';
import type { OutgoingRequest, Reply, Transport, TransportOptions, Verdict } from './types.ts';

const defaultTimeouts: Timeouts = { headersMs: 30_000, idleMs: 30_000, totalMs: 120_000 };
const defaultMaxBodyBytes = 64 * 1024 * 1024;
/** Statuses that point elsewhere. 300 (several matches) and 304 (not modified) are answers, and the adapter's to judge. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 305, 307, 308]);

interface Counts {
  requests: number;
  retries: number;
  waitedMs: number;
  readonly byLimit: Map<string, number>;
}

interface Room {
  readonly options: TransportOptions;
  readonly limiters: ReadonlyMap<string, Limiter>;
  readonly counts: Counts;
}

/**
 * The one way out. Judges the host, waits for the limit class, sends, lets the adapter classify the answer, and repeats
 * only what is safe to repeat. Follows no redirect. A credential goes only into the `authorization` header of a request
 * to an allowed host, and into no message.
 * @throws {ConfigError} `BAD_HOST_RULE` when the allow-list is unusable
 */
export function createTransport(options: TransportOptions): Transport {
  checkRules(options.hosts);
  const room: Room = {
    options,
    limiters: new Map(options.limits.map((limit) => [limit.name, createLimiter(limit, options.ports.clock)])),
    counts: { requests: 0, retries: 0, waitedMs: 0, byLimit: new Map() },
  };
  return {
    send: (request) => send(room, request),
    stats: () => {
      const { requests, retries, waitedMs, byLimit } = room.counts;
      return { requests, retries, waitedMs, byLimit: Object.fromEntries(byLimit) };
    },
    close: () => options.ports.http.close(),
  };
}

async function send(room: Room, request: OutgoingRequest): Promise<Reply> {
  const { options } = room;
  const refused = refusal(request.url, options.hosts);
  if (refused !== null) throw notAllowed(options.system, refused);
  const limiter = room.limiters.get(request.limit);
  if (limiter === undefined) {
    throw new ConfigError('UNKNOWN_LIMIT', `The limit class "${request.limit}" is not declared.`, {
      hint: 'Name it among the limits when the transport is made.',
    });
  }
  let renewed = false;
  const attempt = async (): Promise<Reply> => {
    try {
      return await exchangeOnce(room, limiter, request);
    } catch (error) {
      if (renewed || request.renew === undefined || !(error instanceof CrmError) || error.status !== 401) throw error;
    }
    // A 401 had no effect, so the same request may go out again; once, or a dead credential would loop for ever.
    renewed = true;
    await request.renew();
    return exchangeOnce(room, limiter, request);
  };
  try {
    return await pRetry(() => attempt().catch(wrapForeign), {
      retries: (options.attempts ?? 5) - 1,
      minTimeout: 0,
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) =>
        beforeRetry(room, request, { error, attemptNumber, last: retriesLeft === 0, limiter }),
    });
  } catch (error) {
    throw request.signal?.aborted === true && !(error instanceof CrmError) ? aborted(options.system) : error;
  }
}

/** p-retry takes a TypeError for a failure of the network; anything that isn't ours ends the loop at once. */
function wrapForeign(error: unknown): never {
  if (error instanceof CrmError) throw error;
  throw new AbortError(error instanceof Error ? error : new Error('a port threw something that is not an error'));
}

interface Failed {
  readonly error: Error;
  readonly attemptNumber: number;
  readonly last: boolean;
  readonly limiter: Limiter;
}

/** Decides about a repetition, and waits for it on the Clock port; throwing ends the loop with that error. */
async function beforeRetry(room: Room, request: OutgoingRequest, failed: Failed): Promise<void> {
  const { error } = failed;
  if (!(error instanceof CrmError)) throw error;
  const { clock, random } = room.options.ports;
  if (error.failure === 'rate-limit' && error.retryAfterMs !== undefined) failed.limiter.hold(error.retryAfterMs);
  if (failed.last || !mayRepeat(error, request)) throw error;
  // Waiting longer than this would hold the run and its lease; the scheduler's next run is the better retry.
  if ((error.retryAfterMs ?? 0) > (room.options.longestWaitMs ?? 120_000)) throw error;
  if (!withinBudget(room.counts, room.options.retryBudget ?? 0.1)) throw error;
  const ms = backoffMs(failed.attemptNumber, error.retryAfterMs ?? 0, random);
  room.options.ports.log.write('debug', 'repeating a request', { system: room.options.system, code: error.code, waitMs: ms });
  await clock.sleep(ms, request.signal);
  room.counts.waitedMs += ms;
  room.counts.retries += 1;
}

async function exchangeOnce(room: Room, limiter: Limiter, request: OutgoingRequest): Promise<Reply> {
  const { options, counts } = room;
  const { clock } = options.ports;
  const queuedAt = clock.now();
  const release = await limiter.acquire(request.signal);
  counts.waitedMs += clock.now() - queuedAt;
  try {
    // After the wait, so that a credential that ran out meanwhile was renewed by its owner.
    const outgoing = await prepare(request, options.timeouts);
    counts.requests += 1;
    counts.byLimit.set(request.limit, (counts.byLimit.get(request.limit) ?? 0) + 1);
    return judge(await options.ports.http.exchange(outgoing), request, options);
  } catch (error) {
    throw error instanceof CrmError && error.system === 'http' ? ours(error, request, options.system) : error;
  } finally {
    release();
  }
}

async function prepare(request: OutgoingRequest, timeouts: Partial<Timeouts> | undefined): Promise<HttpRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  if (request.authorization !== undefined) headers['authorization'] = `Bearer ${(await request.authorization()).reveal()}`;
  return {
    method: request.method,
    url: request.url,
    headers,
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    timeouts: { ...defaultTimeouts, ...timeouts, ...request.timeouts },
    maxBodyBytes: request.maxBodyBytes ?? defaultMaxBodyBytes,
  };
}

function judge(response: HttpResponse, request: OutgoingRequest, options: TransportOptions): Reply {
  const { system } = options;
  const reply = createReply(response, { system, repeatable: request.repeatable });
  if (redirects.has(response.status)) {
    throw new CrmError('REDIRECT', `${system} answered ${response.status}: it points to another address.`, {
      system,
      failure: 'protocol',
      status: response.status,
      ambiguous: !request.repeatable,
      hint: 'Redirects are never followed with credentials. Set the address it should be, if the service moved.',
    });
  }
  const verdict = options.classify(reply, request);
  if (verdict.ok) return reply;
  throw failure(verdict, reply, { request, system, now: options.ports.clock.now() });
}

interface FailureContext {
  readonly request: OutgoingRequest;
  readonly system: string;
  readonly now: number;
}

function failure(verdict: Extract<Verdict, { ok: false }>, reply: Reply, context: FailureContext): CrmError {
  const header = retryAfterMs(reply.headers, context.now);
  const wait = header === undefined && verdict.retryAfterMs === undefined ? undefined : Math.max(header ?? 0, verdict.retryAfterMs ?? 0);
  return new CrmError(verdict.code, verdict.message, {
    system: context.system,
    failure: verdict.failure,
    status: reply.status,
    hint: verdict.hint,
    requestId: verdict.requestId,
    retryable: verdict.retry !== 'never',
    retryAfterMs: wait,
    // "if-repeatable" says that the vendor may have acted before it failed.
    ambiguous: verdict.retry === 'if-repeatable' && !context.request.repeatable,
  });
}

/** The port's error in the name of the system, with what the request says about repeating it. */
function ours(error: CrmError, request: OutgoingRequest, system: string): CrmError {
  return new CrmError(error.code, `${system}: ${error.message}`, {
    system,
    failure: error.failure,
    hint: error.hint,
    retryable: error.retryable,
    ambiguous: error.ambiguous && !request.repeatable,
  });
}

function aborted(system: string): CrmError {
  return new CrmError('ABORTED', `${system}: the request was cancelled before it was sent.`, {
    system,
    failure: 'aborted',
    hint: 'It was stopped from this side; start again when wanted.',
  });
}

function notAllowed(system: string, why: string): CrmError {
  return new CrmError('HOST_NOT_ALLOWED', `${system}: an address was refused: ${why}.`, {
    system,
    failure: 'not-allowed',
    hint: 'Check the configured address. Only the hosts of the service itself are contacted, whatever an answer says.',
  });
}
