import * as z from 'zod';
import { CrmError } from '../../src/errors.ts';
import type { Reply, Verdict } from '../../src/transport/types.ts';

/** What HubSpot says went wrong, reduced to what carries no personal data. Every field is optional in its answers. */
export interface Problem {
  readonly category: string;
  /** Codes such as `PROPERTY_DOESNT_EXIST`, from `errors`, `subCategory` and the JSON inside the message. */
  readonly codes: readonly string[];
  readonly properties: readonly string[];
  /** Record ids that the problem is about. */
  readonly ids: readonly string[];
  readonly traceIds: readonly string[];
  readonly scopes: readonly string[];
  /** The record that is in the way, from the text of a conflict. */
  readonly existingId: string | null;
  readonly requestId: string | null;
}

const words = z.array(z.string()).catch([]);
const text = z.string().catch('');
const detail = z.object({ message: text, code: text, subCategory: text, context: z.unknown() }).partial().catch({});
const body = z.object({
  message: text,
  category: text,
  subCategory: text,
  errorType: text,
  policyName: text,
  correlationId: z.string().nullable().catch(null),
  context: z.unknown().optional(),
  errors: z.array(detail).catch([]),
});

/** Reads one of HubSpot's error objects, be it a whole answer or one of a batch's `errors`. */
export function problemOf(value: unknown): Problem {
  const parsed = body.safeParse(value ?? {});
  const given = parsed.success ? parsed.data : body.parse({});
  const contexts = [given.context, ...given.errors.map((error) => error.context)];
  const inside = insideMessage(given.message);
  const named = (name: string): string[] => contexts.flatMap((context) => listed(context, name));
  return {
    category: given.category,
    codes: [...given.errors.flatMap((error) => [error.code ?? '', error.subCategory ?? '']), given.subCategory, ...inside.codes]
      .flatMap((code) => code.split('.').slice(-1))
      .filter((code) => /^[A-Z][A-Z0-9_]+$/.test(code)),
    properties: [...named('propertyName'), ...named('properties'), ...inside.names].filter((name) => /^\w{1,100}$/.test(name)),
    ids: [...named('ids'), ...named('id')],
    traceIds: named('objectWriteTraceId'),
    scopes: [...named('requiredGranularScopes'), ...named('requiredScopes')].filter((scope) => /^[\w.-]{1,80}$/.test(scope)),
    existingId: existing([given.message, ...given.errors.map((error) => error.message ?? '')]),
    requestId: given.correlationId,
  };
}

/** The text of a conflict is the only place that names the other record. */
function existing(messages: readonly string[]): string | null {
  for (const message of messages) {
    const match = /existing (?:object )?id:?\s*(\d{1,20})|(\d{1,20}) already has that value/i.exec(message);
    if (match !== null) return match[1] ?? match[2] ?? null;
  }
  return null;
}

function listed(context: unknown, name: string): readonly string[] {
  if (typeof context !== 'object' || context === null || !Object.hasOwn(context, name)) return [];
  const value = (context as Record<string, unknown>)[name];
  return typeof value === 'string' ? [value] : words.parse(value);
}

/** "Property values were not valid: [{…}]": the machine-readable part stands inside the sentence. */
function insideMessage(message: string): { readonly codes: readonly string[]; readonly names: readonly string[] } {
  const start = message.indexOf('[{');
  if (start < 0) return { codes: [], names: [] };
  try {
    const found = z
      .array(z.object({ error: text, name: text }))
      .catch([])
      .parse(JSON.parse(message.slice(start, message.lastIndexOf(']') + 1)));
    return { codes: found.map((entry) => entry.error), names: found.map((entry) => entry.name) };
  } catch {
    return { codes: [], names: [] };
  }
}

/** HubSpot refused a request (400, 404, 409 and the like): nothing was done, and `problem` says why. */
export class HubspotRefusal extends CrmError {
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    const what = [problem.category, ...problem.codes].filter((part) => part !== '').join(', ') || 'no reason given';
    const where = problem.properties.length === 0 ? '' : ` about ${problem.properties.join(', ')}`;
    super('REFUSED', `HubSpot answered ${status} (${what})${where}.`, {
      system: 'hubspot',
      failure: 'request',
      status,
      requestId: problem.requestId ?? undefined,
      hint: 'The request does not fit this account. Run `truce check`: it names missing properties, options and scopes.',
    });
    this.problem = problem;
  }
}

const refusals: ReadonlySet<number> = new Set([400, 404, 405, 409, 410, 413, 414, 415, 422]);

/**
 * What an answer means. Refusals count as answers here: the caller knows whether a 404 is news, and turns the rest into
 * a `HubspotRefusal`.
 * @source https://developers.hubspot.com/docs/api-reference/error-handling, checked 2026-11
 */
export function classify(reply: Reply): Verdict {
  const { status } = reply;
  if (status < 300) return isJson(reply) ? { ok: true } : notHubspot(reply);
  if (refusals.has(status)) return { ok: true };
  const found = jsonOf(reply);
  const problem = problemOf(found);
  const shared = { ok: false, ...(problem.requestId === null ? {} : { requestId: problem.requestId }) } as const;
  if (status === 401) {
    return {
      ...shared,
      code: 'UNAUTHENTICATED',
      message: 'HubSpot does not accept the access token.',
      hint: 'Set HUBSPOT_ACCESS_TOKEN to a valid token of this account; a rotated or revoked one stops working at once.',
      failure: 'authentication',
      retry: 'never',
    };
  }
  if (status === 403) {
    const missing = problem.scopes.length === 0 ? 'a scope or a product it does not have' : problem.scopes.join(', ');
    return {
      ...shared,
      code: 'FORBIDDEN',
      message: `HubSpot refuses this call: it needs ${missing}.`,
      hint: 'Add the scope to the service key or private app; adapters/hubspot/README.md lists them all.',
      failure: 'permission',
      retry: 'never',
    };
  }
  if (status === 429) return { ...shared, ...overLimit(found) };
  if (status === 423 || status === 477) {
    return {
      ...shared,
      code: 'LOCKED',
      message: `HubSpot is busy with this account (${status}).`,
      hint: 'Nothing is wrong; try again later.',
      failure: 'unavailable',
      retry: 'always',
      // "Wait at least two seconds"; a 477 brings its own Retry-After.
      retryAfterMs: 2000,
    };
  }
  return {
    ...shared,
    code: 'UNAVAILABLE',
    message: `HubSpot answered ${status}.`,
    hint: 'Look at status.hubspot.com and run again later.',
    failure: 'unavailable',
    retry: 'if-repeatable',
  };
}

/** Three kinds of body, and Cloudflare's plain text, which is none of them. */
function overLimit(found: unknown): Omit<Extract<Verdict, { ok: false }>, 'ok' | 'requestId'> {
  const given = body.safeParse(found ?? {});
  const { policyName, message } = given.success ? given.data : { policyName: '', message: '' };
  if (policyName === 'DAILY' || /\bdaily limit\b/i.test(message)) {
    return {
      code: 'DAILY_LIMIT',
      message: "HubSpot's daily limit of API calls is used up.",
      hint: "It starts anew at midnight of the account's time zone; other apps of the account share it.",
      failure: 'budget',
      retry: 'never',
    };
  }
  const secondly = /\bsecondly limit\b/i.test(message) && !/ten_secondly/i.test(message);
  return {
    code: 'RATE_LIMITED',
    message: secondly ? 'HubSpot allows five searches a second.' : 'HubSpot allows no more calls in this window.',
    hint: 'It is tried again by itself; if it stays, another app uses the same limit, or the configured tier is too high.',
    failure: 'rate-limit',
    retry: 'always',
    // No Retry-After comes with these; after a whole window the oldest call has certainly left it.
    retryAfterMs: secondly ? 1000 : 10_000,
  };
}

function isJson(reply: Reply): boolean {
  return reply.body.length === 0 || /\bjson\b/i.test(reply.headers['content-type'] ?? 'json');
}

function notHubspot(reply: Reply): Verdict {
  return {
    ok: false,
    code: 'BAD_BODY',
    message: `HubSpot answered ${reply.status} with something that is not JSON.`,
    hint: 'Usually a proxy or a maintenance page answered instead of the API.',
    failure: 'protocol',
    retry: 'if-repeatable',
  };
}

function jsonOf(reply: Reply): unknown {
  try {
    return reply.json();
  } catch {
    return null;
  }
}
