import { invalid, invalidJson } from './errors.ts';
import type { Portal, Source, Stamp } from './model.ts';

/** Whose token a request carries. */
export interface Caller {
  /** `connector`: HubSpot's own Salesforce integration, which is neither metered nor kept from its read-only properties. */
  readonly kind: 'integration' | 'user' | 'connector';
  readonly token: string;
  readonly userId: number;
  readonly source: Source;
  readonly scopes: ReadonlySet<string>;
}

/** One request, matched to its route. */
export interface Call {
  readonly portal: Portal;
  readonly method: string;
  /** `v3`, `v4`, `2026-03`, ... */
  readonly version: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed body; null when there was none. */
  readonly body: unknown;
  /** Length of the body in characters. */
  readonly bodyLength: number;
  readonly caller: Caller;
  readonly now: number;
  /** `http://127.0.0.1:PORT`, for links. */
  readonly origin: string;
  readonly path: string;
}

/** What a route answers. */
export interface Answer {
  readonly status: number;
  /** Absent: no body at all. */
  readonly body?: unknown;
  /** In place of a JSON body: a file. */
  readonly file?: { readonly type: string; readonly bytes: Uint8Array; readonly name: string };
}

/** 204 with no body. */
export const NO_CONTENT: Answer = { status: 204 };

/** An answer with a body, 200 unless told otherwise. */
export function ok(body: unknown, status = 200): Answer {
  return { status, body };
}

/** An instant as the API writes it: ISO 8601 with milliseconds, UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** The stamp of what this request writes. */
export function stampOf(call: Call): Stamp {
  return { at: call.now, source: call.caller.source };
}

/** The value of a route parameter. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** The body as an object. @throws {HubspotProblem} 400 */
export function bodyObject(call: Call): Record<string, unknown> {
  return objectOf(call.body, 'Cannot deserialize the request body: an object is expected');
}

/** A value as an object. @throws {HubspotProblem} 400 for anything else */
export function objectOf(value: unknown, message = 'Cannot deserialize value: an object is expected'): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidJson(message);
  return value as Record<string, unknown>;
}

/**
 * A list of inputs, at most `max`. @throws {HubspotProblem} 400
 * @source the wording: https://github.com/PipedreamHQ/pipedream/pull/8462
 */
export function inputsOf(call: Call, max: number, what = 'batch request'): readonly Record<string, unknown>[] {
  const inputs = bodyObject(call)['inputs'];
  if (!Array.isArray(inputs)) throw invalidJson('Some required fields were not set: [inputs]');
  if (inputs.length > max)
    throw invalid(`The maximum number of inputs supported in a ${what} is ${max}. Please reduce the number of items and try again.`);
  return inputs.map((input) => objectOf(input));
}

/** A string or a number as text; undefined when absent. @throws {HubspotProblem} 400 for other types */
export function textOf(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalidJson(`Cannot deserialize value of type \`java.lang.String\` for field ${name}`);
}

/** A string or a number as text. @throws {HubspotProblem} 400 when it is absent, empty or of another type */
export function requiredText(value: unknown, name: string): string {
  const text = textOf(value, name);
  if (text === undefined || text === '') throw invalidJson(`Some required fields were not set: [${name}]`);
  return text;
}

/** A list of strings in the body; empty when absent. */
export function textsOf(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidJson(`Cannot deserialize value of type \`java.util.List\` for field ${name}`);
  return value.map((item) => requiredText(item, name));
}

/** A query parameter that may be repeated or hold commas. */
export function queryList(call: Call, name: string): readonly string[] {
  return call.query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** `limit` of the query within 1..max. @throws {HubspotProblem} 400 outside */
export function queryLimit(call: Call, max: number, fallback = 10): number {
  const raw = call.query.get('limit');
  if (raw === null || raw === '') return Math.min(fallback, max);
  if (!/^\d{1,9}$/.test(raw)) throw invalid(`Invalid integer value for limit: ${raw}`);
  const limit = Number(raw);
  if (limit < 1 || limit > max) throw invalid(`limit must be between 1 and ${max}, but was ${limit}`);
  return limit;
}

/** The numeric `after` of the query; 0 when absent. @throws {HubspotProblem} 400 when not a number */
export function queryAfter(call: Call): number {
  const raw = call.query.get('after');
  if (raw === null || raw === '') return 0;
  if (!/^\d{1,15}$/.test(raw)) throw invalid(`Invalid paging cursor: ${raw}`);
  return Number(raw);
}

/** `paging` of a page that has a next one; an empty object for the last page, which carries no `paging` at all. */
export function pagingOf(call: Call, after: string | null): { paging?: { next: { after: string; link: string } } } {
  if (after === null) return {};
  const query = new URLSearchParams(call.query);
  query.set('after', after);
  return { paging: { next: { after, link: `${call.origin}${call.path}?${query.toString()}` } } };
}

/** The dates and status around the results of a batch. */
export function batchBody(call: Call, results: readonly unknown[], errors: readonly unknown[] = []): Record<string, unknown> {
  const at = iso(call.now);
  return {
    status: 'COMPLETE',
    results,
    ...(errors.length > 0 ? { numErrors: errors.length, errors } : {}),
    startedAt: at,
    completedAt: at,
  };
}

/**
 * A batch answer: 207 where some inputs failed, except in 2026-09 and later, which keep the plain status.
 * @source HubSpot's OpenAPI of 2026-08-21: only 2026-09 omits 207 for batch create, read, update and upsert
 */
export function batchAnswer(call: Call, plain: number, results: readonly unknown[], errors: readonly unknown[] = []): Answer {
  const folded = /^\d{4}-\d\d/.test(call.version) && call.version >= '2026-09';
  return ok(batchBody(call, results, errors), errors.length > 0 && !folded ? 207 : plain);
}
