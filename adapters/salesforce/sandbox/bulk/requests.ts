import { RequestProblem, notFound } from '../errors.ts';
import { to18 } from '../ids.ts';
import { get, isObject, plainText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Reply } from '../http/reply.ts';
import { DELIMITERS, LINE_ENDINGS } from './csv.ts';
import type { CsvFormat } from './csv.ts';
import { listedInfo } from './info.ts';
import { end, forgetOld, isOver } from './jobs.ts';
import type { BulkOrg, Job } from './jobs.ts';

/** One call of the Bulk API, its body as it came. */
export interface BulkCall {
  readonly bulk: BulkOrg;
  readonly userId: string;
  readonly method: string;
  /** Segments after `/jobs`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly version: number;
  /** `/services/data/v67.0`. */
  readonly base: string;
  readonly body: Uint8Array;
}

/** Most jobs of one answer. */
const MOST_LISTED = 1000;

/** Codes of the Bulk API are written without underscores over REST: `InvalidJob` is `INVALIDJOB`. */
export function refuse(code: string, message: string, status = 400): RequestProblem {
  return new RequestProblem(code, message, status);
}

export function csvReply(text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, text, headers: { 'content-type': 'text/csv', ...headers } };
}

/** @throws {RequestProblem} JSON_PARSER_ERROR when it is no JSON object. */
export function jsonObject(body: Uint8Array): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    parsed = undefined;
  }
  if (isObject(parsed)) return parsed;
  throw refuse('JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body or it is not a JSON object.');
}

/** A text property; undefined when it is absent or null. @throws {RequestProblem} INVALIDJOB when it isn't one of `allowed`. */
export function choice(body: JsonObject, name: string, allowed: readonly string[]): string | undefined {
  const value = get(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && allowed.includes(value)) return value;
  throw refuse('INVALIDJOB', `InvalidJob : ${name} ${plainText(value)} is not one of ${allowed.join(', ')}`);
}

/** @throws {RequestProblem} INVALIDJOB for a delimiter, line ending or content type that there isn't. */
export function formatOf(body: JsonObject): CsvFormat {
  choice(body, 'contentType', ['CSV']);
  const columnDelimiter = choice(body, 'columnDelimiter', Object.keys(DELIMITERS)) ?? 'COMMA';
  const lineEnding = choice(body, 'lineEnding', Object.keys(LINE_ENDINGS)) ?? 'LF';
  return { columnDelimiter, lineEnding } as CsvFormat;
}

/** Administrators may touch everybody's jobs, others their own. */
function mayManage(call: BulkCall, job: Job): boolean {
  if (job.createdById === call.userId) return true;
  const { store } = call.bulk.org;
  const profile = store.row(String(store.value(store.row(call.userId), 'ProfileId') ?? ''));
  return store.value(profile, 'Name') === 'System Administrator';
}

/** The job of a path. @throws {RequestProblem} NOT_FOUND; INVALIDUSER for somebody else's. */
export function jobOf<Kind extends Job['kind']>(call: BulkCall, kind: Kind): Extract<Job, { readonly kind: Kind }> {
  forgetOld(call.bulk);
  const job = call.bulk.jobs.get(to18(call.path[1] ?? '') ?? '');
  if (job === undefined || job.kind !== kind) throw notFound();
  if (!mayManage(call, job)) throw refuse('INVALIDUSER', 'InvalidUser : The job was created by another user', 403);
  return job as Extract<Job, { readonly kind: Kind }>;
}

/** @throws {RequestProblem} INVALIDJOBSTATE when the job is over. */
export function abort(call: BulkCall, job: Job): void {
  if (isOver(job) || (job.kind === 'query' && job.state === 'Open')) throw wrongState(job, 'Aborted');
  if (job.task !== null) call.bulk.runner.drop(job.task);
  end(job, 'Aborted', call.bulk.org.store.now());
}

export function wrongState(job: Job, wanted: string): RequestProblem {
  return refuse('INVALIDJOBSTATE', `InvalidJobState : The job ${job.id} is ${job.state} and can't become ${wanted}`);
}

/** Deletes a job with its data. @throws {RequestProblem} API_ERROR while it is in progress. */
export function remove(call: BulkCall, job: Job): Reply {
  const waiting = job.kind === 'ingest' && job.state === 'UploadComplete';
  if (!isOver(job) && !waiting) throw refuse('API_ERROR', 'Error encountered when deleting the job because the job is not terminated');
  if (job.task !== null) call.bulk.runner.drop(job.task);
  call.bulk.jobs.delete(job.id);
  return { status: 204 };
}

/** Lists jobs, a thousand at a time, in no order that is promised. */
export function list(call: BulkCall, kind: Job['kind']): Reply {
  forgetOld(call.bulk);
  const types = kind === 'ingest' ? ['BigObjectIngest', 'Classic', 'V2Ingest'] : ['Classic', 'V2Query', 'V2Ingest'];
  const type = call.query.get('jobType') ?? (kind === 'ingest' ? 'V2Ingest' : 'V2Query');
  if (!types.includes(type)) throw refuse('INVALIDJOB', `InvalidJob : jobType ${type} is not one of ${types.join(', ')}`);
  const mode = call.query.get('concurrencyMode') ?? 'parallel';
  const none = call.query.get('isPkChunkingEnabled') === 'true' || mode.toLowerCase() !== 'parallel';
  const jobs = none ? [] : [...call.bulk.jobs.values()].filter((job) => listedInfo(job)['jobType'] === type && mayManage(call, job));
  const locator = call.query.get('queryLocator');
  const from = locator === null ? 0 : jobs.findIndex((job) => job.id === to18(locator));
  if (from < 0) throw refuse('INVALID_QUERY_LOCATOR', 'invalid query locator');
  const next = jobs[from + MOST_LISTED];
  const filters = ['isPkChunkingEnabled', 'jobType', 'concurrencyMode'].flatMap((name) => {
    const value = call.query.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  const query = new URLSearchParams([...filters, ['queryLocator', next?.id ?? '']]);
  return {
    status: 200,
    json: {
      done: next === undefined,
      records: jobs.slice(from, from + MOST_LISTED).map(listedInfo),
      nextRecordsUrl: next === undefined ? null : `${call.base}/jobs/${kind}?${query.toString()}`,
    },
  };
}
