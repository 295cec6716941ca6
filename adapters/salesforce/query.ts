import { z } from 'zod';
import type { CallOptions } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { Instant } from '../../src/model/words.ts';
import { parseErrors, withoutPersonalData } from './classify.ts';
import type { VendorError } from './classify.ts';
import { idsPerQuery, maxQueryUrl, sizes, system } from './limits.ts';
import { badAnswer, toRow } from './row.ts';
import type { Row } from './row.ts';
import type { Soql } from './soql.ts';
import type { Wire } from './wire.ts';

export interface Query {
  readonly soql: Soql;
  /** Also deleted and archived rows (`queryAll`). @default false */
  readonly all?: boolean;
  /** True: nothing depends on it, so whatever refuses it is an answer. @default only unknown objects and fields are */
  readonly optional?: boolean;
}

export interface QueryPage {
  readonly rows: readonly Row[];
  /** Path of the next page on our own origin; null on the last one. */
  readonly next: string | null;
  readonly total: number;
}

/** What became of one query: a page, or Salesforce's refusal of it. */
export type QueryOutcome = { readonly page: QueryPage; readonly refused: null } | { readonly page: null; readonly refused: VendorError };

export interface FirstPages {
  readonly outcomes: readonly QueryOutcome[];
  /** The server's clock; at or after the moment the queries ran. */
  readonly at: Instant;
}

const pageSchema = z.object({
  totalSize: z.number().int().nonnegative(),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(z.unknown()),
});
const compositeSchema = z.object({
  compositeResponse: z.array(z.object({ body: z.unknown(), httpStatusCode: z.number().int(), referenceId: z.string() })),
});

/** A call inside a composite request. */
export interface Subrequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SubAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Sends several calls as one, which counts as one against the allowance. Answers come in the order of the calls, matched
 * by reference; one that is missing fails the whole.
 */
export async function composite(
  wire: Wire,
  calls: readonly Subrequest[],
  options: CallOptions & { readonly repeatable: boolean },
): Promise<{ readonly answers: readonly SubAnswer[]; readonly at: Instant }> {
  const { body, at } = await wire.call({
    method: 'POST',
    path: '/composite',
    repeatable: options.repeatable,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    body: {
      allOrNone: false,
      compositeRequest: calls.map((call, index) => ({
        method: call.method,
        url: `/services/data/v${wire.apiVersion}${call.path}`,
        referenceId: `r${index}`,
        ...(call.headers === undefined ? {} : { httpHeaders: call.headers }),
        ...(call.body === undefined ? {} : { body: call.body }),
      })),
    },
  });
  const parsed = compositeSchema.safeParse(body);
  if (!parsed.success) throw badAnswer('a composite answer has another shape');
  const byReference = new Map(parsed.data.compositeResponse.map((part) => [part.referenceId, part]));
  const answers = calls.map((_, index) => {
    const part = byReference.get(`r${index}`);
    if (part === undefined || byReference.size !== calls.length) throw badAnswer('a composite answer lacks a part');
    return { status: part.httpStatusCode, body: part.body };
  });
  return { answers, at };
}

/** The first page of each query: one query is a GET, several travel together in composite calls. */
export async function firstPages(wire: Wire, queries: readonly Query[], options: CallOptions = {}): Promise<FirstPages> {
  const [only] = queries;
  if (queries.length === 1 && only !== undefined && pathOf(only).length <= maxQueryUrl) {
    const answer = await wire.call({ method: 'GET', path: pathOf(only), refusable: true, ...options });
    return { outcomes: [outcome(wire, answer, only.optional)], at: answer.at };
  }
  const outcomes: QueryOutcome[] = [];
  let at = Number.POSITIVE_INFINITY;
  for (const part of chunks(queries, sizes.queriesPerComposite)) {
    const calls = part.map((query) => ({ method: 'GET' as const, path: pathOf(query) }));
    const answered = await composite(wire, calls, { ...options, repeatable: true });
    outcomes.push(...answered.answers.map((answer, index) => outcome(wire, answer, part[index]?.optional)));
    at = Math.min(at, answered.at);
  }
  return { outcomes, at };
}

/** The page behind a locator. `refused` when the locator has expired. */
export async function nextPage(wire: Wire, path: string, options: CallOptions = {}): Promise<QueryOutcome> {
  return outcome(wire, await wire.call({ method: 'GET', path, refusable: true, ...options }));
}

/**
 * All rows of each query, in memory: for look-ups of known size, not for streams. A query that is refused because the
 * object or field does not exist here, or is hidden, answers null; an optional one does so for any reason.
 * @throws {CrmError} `REQUEST_REFUSED` for any other refusal, `INCOMPLETE_RESULT` when rows are missing
 */
export async function rowsOf(
  wire: Wire,
  queries: readonly Query[],
  options: CallOptions = {},
): Promise<readonly (readonly Row[] | null)[]> {
  if (queries.length === 0) return [];
  const { outcomes } = await firstPages(wire, queries, options);
  const results: (readonly Row[] | null)[] = [];
  for (const [index, { page, refused }] of outcomes.entries()) {
    if (refused !== null) {
      if (queries[index]?.optional !== true && !isUnknownThing(refused)) throw refusal(refused);
      results.push(null);
      continue;
    }
    const rows = [...page.rows];
    const watch = pageWatch(page.total);
    let next = watch.follow(page);
    while (next !== null) {
      const { page: more, refused: lost } = await nextPage(wire, next, options);
      if (lost !== null) throw refusal(lost);
      rows.push(...more.rows);
      next = watch.follow(more);
    }
    results.push(rows);
  }
  return results;
}

/** One query per 500 ids, all rows joined; an object that isn't here answers null. */
export async function rowsByIds(
  wire: Wire,
  ids: readonly string[],
  query: (ids: readonly string[]) => Query,
  options: CallOptions = {},
): Promise<readonly Row[] | null> {
  const found = await rowsOf(wire, chunks([...new Set(ids)], idsPerQuery).map(query), options);
  return found.includes(null) ? null : found.flatMap((rows) => rows ?? []);
}

/** Follows the pages of one query and halts on a page that was seen before, and on an end with rows missing. */
export function pageWatch(total: number): { follow(page: QueryPage): string | null } {
  const seen = new Set<string>();
  let count = 0;
  return {
    follow: ({ rows, next }) => {
      count += rows.length;
      if (next === null) {
        if (count === total) return null;
        throw halted('INCOMPLETE_RESULT', `a query announced ${total} rows and delivered ${count}`);
      }
      if (seen.has(next)) throw halted('REPEATED_PAGE', 'a query named the same next page twice');
      seen.add(next);
      return next;
    },
  };
}

/** True when the refusal says that a field or an object doesn't exist for this user. */
export function isUnknownThing(error: VendorError): boolean {
  return error.code === 'INVALID_TYPE' || error.code === 'INVALID_FIELD' || error.code === 'NOT_FOUND';
}

export function refusal(error: VendorError): CrmError {
  const permission = /INSUFFICIENT|ACCESS|FORBIDDEN/.test(error.code);
  return new CrmError(
    permission ? 'NO_PERMISSION' : 'REQUEST_REFUSED',
    `${system} refused a request (${error.code}): ${withoutPersonalData(error.message)}`,
    {
      system,
      failure: permission ? 'permission' : 'request',
      hint: permission
        ? 'Assign the permission set Truce_Integration to the user that Truce runs as.'
        : 'If the configuration names fields, objects or a scope, check them against Salesforce.',
    },
  );
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function pathOf(query: Query): string {
  return `/${query.all === true ? 'queryAll' : 'query'}?q=${encodeURIComponent(query.soql.text)}`;
}

function outcome(wire: Wire, answer: SubAnswer, optional = false): QueryOutcome {
  if (answer.status >= 300) {
    const [error] = parseErrors(answer.body);
    if (error === undefined) throw badAnswer(`a query failed with status ${answer.status} without saying why`);
    if (!optional && (answer.status >= 500 || error.code === 'QUERY_TIMEOUT')) throw unavailable(error);
    return { page: null, refused: error };
  }
  const parsed = pageSchema.safeParse(answer.body);
  if (!parsed.success) throw badAnswer('a query page has another shape');
  const { done, nextRecordsUrl, records, totalSize } = parsed.data;
  if (done !== (nextRecordsUrl === undefined)) throw badAnswer('a query page is neither the last one nor names the next');
  return {
    page: { rows: records.map(toRow), total: totalSize, next: nextRecordsUrl === undefined ? null : ownPath(nextRecordsUrl, wire) },
    refused: null,
  };
}

/** Keeps only the locator of a paging link: the credential follows no address that an answer names. */
function ownPath(link: string, wire: Wire): string {
  const locator = /^(?:https:\/\/[^/]+|http:\/\/[^/]+)?\/services\/data\/v[\d.]+\/(query|queryAll)\/([\w-]+)$/.exec(link);
  if (locator === null) throw badAnswer('a link to the next page is not one of the query resource');
  return `/services/data/v${wire.apiVersion}/${locator[1]}/${locator[2]}`;
}

function halted(code: string, what: string): CrmError {
  return new CrmError(code, `${system}: ${what}; nothing of this pass counts as read.`, {
    system,
    failure: 'protocol',
    hint: 'The cursor stays where it was; the next run reads the same rows again.',
    retryable: true,
  });
}

function unavailable(error: VendorError): CrmError {
  return new CrmError('UNAVAILABLE', `${system} could not answer a query (${error.code}).`, {
    system,
    failure: 'unavailable',
    hint: 'The next run goes on where this one stopped.',
    retryable: true,
  });
}
