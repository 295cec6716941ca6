import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { RequestProblem } from '../errors.ts';
import { contextOf } from '../org.ts';
import type { Org, WriteContext } from '../org.ts';

/** The API versions served. */
export const FIRST_VERSION = 20;
export const LAST_VERSION = 68;

/** An answer before it is written out: JSON, or ready text. */
export interface Reply {
  readonly status: number;
  /** Absent: an empty body. */
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One REST call inside a version, from the network or from within a composite. */
export interface Call {
  readonly org: Org;
  readonly userId: string;
  readonly method: string;
  /** Path segments after `/services/data/vNN.0`, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** `/services/data/v67.0`. */
  readonly base: string;
  /** 67. */
  readonly version: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
}

/** @throws {RequestProblem} JSON_PARSER_ERROR when the body is no JSON object. */
export function objectBody(call: Call): JsonObject {
  if (isObject(call.body)) return call.body;
  throw new RequestProblem(
    'JSON_PARSER_ERROR',
    'The HTTP entity body is required, but this request has no entity body or it is not a JSON object.',
  );
}

/** @throws {RequestProblem} METHOD_NOT_ALLOWED, naming those that are. */
export function allow(call: Pick<Call, 'method'>, methods: readonly string[]): void {
  if (methods.includes(call.method) || (call.method === 'HEAD' && methods.includes('GET'))) return;
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  throw new RequestProblem('METHOD_NOT_ALLOWED', `HTTP Method '${call.method}' not allowed. Allowed are ${allowed.join(',')}`, 405, {
    allow: allowed.join(','),
  });
}

/** `Sforce-Auto-Assign` is TRUE unless the request says otherwise; a rule's id means TRUE too. */
export function autoAssign(call: Call): boolean {
  return (call.headers['sforce-auto-assign'] ?? 'TRUE').toUpperCase() !== 'FALSE';
}

/** From this version on the header about duplicates is read. */
const DUPLICATE_HEADER_SINCE = 52;

/**
 * Who writes, when, and under which of the request's headers.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm (checked 2026-11-22)
 */
export function writeContext(call: Call): WriteContext {
  const header = call.version < DUPLICATE_HEADER_SINCE ? '' : (call.headers['sforce-duplicate-rule-header'] ?? '');
  const says = (name: string): boolean => new RegExp(`\\b${name}\\s*=\\s*true\\b`, 'i').test(header);
  return {
    ...contextOf(call.org, call.userId, autoAssign(call)),
    duplicates: { allowSave: says('allowSave'), includeRecordDetails: says('includeRecordDetails'), base: call.base },
  };
}
