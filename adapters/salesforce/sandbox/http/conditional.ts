import { createHash } from 'node:crypto';
import { RequestProblem } from '../errors.ts';
import type { Row } from '../store.ts';
import type { Call, Reply } from './reply.ts';

/** Only accounts carry an entity tag. */
const TAGGED = new Set(['Account']);

/** The entity tag of a record's present contents; null for objects that have none. */
function tagOf(row: Row): string | null {
  if (!TAGGED.has(row.def.name)) return null;
  const contents = JSON.stringify([row.id, ...[...row.values].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return `"${createHash('sha1').update(contents).digest('base64')}"`;
}

/** When a record last changed, in whole seconds; null where it has no stamp. */
function changedAt(call: Call, row: Row): number | null {
  const at = call.org.store.value(row, 'LastModifiedDate');
  return typeof at === 'number' ? at : null;
}

/** The headers that tell a client which contents it has: `Last-Modified`, and `ETag` for accounts. */
export function validators(call: Call, row: Row): Readonly<Record<string, string>> {
  const [tag, at] = [tagOf(row), changedAt(call, row)];
  return { ...(at === null ? {} : { 'last-modified': new Date(at).toUTCString() }), ...(tag === null ? {} : { etag: tag }) };
}

function names(header: string, tag: string): boolean {
  const bare = (one: string): string =>
    one
      .trim()
      .replace(/^W\//, '')
      .replace(/--gzip"$/, '"');
  return header.trim() === '*' || header.split(',').some((one) => bare(one) === tag);
}

function failed(header: string): RequestProblem {
  return new RequestProblem('PRECONDITION_FAILED', `The precondition of the ${header} header is not met`, 412);
}

function instantIn(call: Call, name: 'if-modified-since' | 'if-unmodified-since'): number | null {
  const header = call.headers[name];
  if (header === undefined) return null;
  const at = Date.parse(header);
  if (!Number.isNaN(at)) return at;
  // A reader that sends nonsense reads; a writer that does has asked for a check that can't be made.
  if (call.method === 'GET' || call.method === 'HEAD') return null;
  throw new RequestProblem('BAD_REQUEST', `Invalid value for the header ${name}: ${header}`);
}

/**
 * Applies the conditional headers to a request for a record: what GET answers instead of the record, or undefined.
 * `If-Match` and `If-None-Match` concern accounts, the dates every object, to the second; DELETE knows none of them.
 * @throws {RequestProblem} PRECONDITION_FAILED (412), BAD_REQUEST for a date that is none.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm (checked 2026-11-22)
 */
export function precondition(call: Call, row: Row): Reply | undefined {
  if (call.method === 'DELETE') return undefined;
  const reading = call.method === 'GET' || call.method === 'HEAD';
  const [tag, at] = [tagOf(row), changedAt(call, row)];
  const { 'if-match': match, 'if-none-match': noneMatch } = call.headers;
  if (tag !== null && match !== undefined && !names(match, tag)) throw failed('If-Match');
  if (tag !== null && noneMatch !== undefined && names(noneMatch, tag)) {
    if (reading) return { status: 304, headers: validators(call, row) };
    throw failed('If-None-Match');
  }
  const unmodified = instantIn(call, 'if-unmodified-since');
  if (unmodified !== null && at !== null && at > unmodified) throw failed('If-Unmodified-Since');
  const modified = instantIn(call, 'if-modified-since');
  if (modified === null || at === null || at > modified) return undefined;
  return reading ? { status: 304, headers: validators(call, row) } : undefined;
}
