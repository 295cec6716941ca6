import { notFound } from '../errors.ts';
import { allow } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import { get } from '../json.ts';
import { quoted } from './csv.ts';
import { fullInfo, jobInfo } from './info.ts';
import { end } from './jobs.ts';
import type { BulkOrg, QueryJob } from './jobs.ts';
import { abort, choice, csvReply, formatOf, jobOf, jsonObject, list, refuse, remove } from './requests.ts';
import type { BulkCall } from './requests.ts';
import type { Work } from './runner.ts';
import { csvValue, selectionOf } from './select.ts';
import type { Selection } from './select.ts';

/** Assumed, as no duration is published: half a second in the queue, then 10,000 records a second. */
const QUEUE_MS = 500;
const STRETCH = 1000;
const STRETCH_MS = 100;
/** Records of a page when the request doesn't say; the server's own choice. */
const PAGE = 50_000;
/** Links of one answer of `resultPages`. */
const MOST_LINKS = 5;

/** Objects whose large queries are split by primary key: the standard ones that the guide names, and custom ones. */
const CHUNKABLE = new Set([
  'Account',
  'Campaign',
  'CampaignMember',
  'Contact',
  'Event',
  'Lead',
  'LeadHistory',
  'Opportunity',
  'Task',
  'User',
]);

/** `/jobs/query`: POST and GET; `/jobs/query/ID`: GET, PATCH, DELETE; its results. */
export function queryJobs(call: BulkCall): Reply {
  const [, id, part, more] = call.path;
  if (call.version < 47 || more !== undefined) throw notFound();
  if (id === undefined) {
    allow(call, ['GET', 'POST']);
    return call.method === 'POST' ? create(call) : list(call, 'query');
  }
  const job = jobOf(call, 'query');
  switch (part) {
    case undefined:
      allow(call, ['GET', 'PATCH', 'DELETE']);
      if (call.method === 'DELETE') return remove(call, job);
      return call.method === 'PATCH' ? patch(call, job) : { status: 200, json: fullInfo(call.bulk, job) };
    case 'results':
      allow(call, ['GET']);
      return results(call, job);
    case 'resultPages':
      allow(call, ['GET']);
      return resultPages(call, job);
    default:
      throw notFound();
  }
}

function create(call: BulkCall): Reply {
  const { bulk, userId, version } = call;
  const body = jsonObject(call.body);
  const operation = choice(body, 'operation', ['query', 'queryAll']);
  const soql = get(body, 'query');
  if (operation === undefined) throw refuse('INVALIDJOB', 'InvalidJob : Must specify an operation');
  if (typeof soql !== 'string' || soql.trim() === '') throw refuse('INVALIDJOB', 'InvalidJob : Must specify a query');
  const format = formatOf(body);
  const selection = selectionOf({ org: bulk.org, userId, base: call.base, version }, soql, operation === 'queryAll');
  // What is wrong with its conditions shows when it is run.
  selection.rows();
  if (!bulk.quota.take('queryJobs'))
    throw refuse('EXCEEDEDQUOTA', 'ExceededQuota : The number of query jobs exceeds what is allowed for the past 24-hour period');
  const now = bulk.org.store.now();
  const job: QueryJob = {
    kind: 'query',
    id: bulk.org.ids.next('750'),
    operation: operation as QueryJob['operation'],
    object: selection.def.name,
    createdById: userId,
    createdAt: now,
    version,
    format,
    soql,
    chunkable: (CHUNKABLE.has(selection.def.name) || selection.def.name.endsWith('__c')) && !/\b(?:limit|order\s+by)\b/i.test(soql),
    modifiedAt: now,
    state: 'UploadComplete',
    processed: 0,
    failed: 0,
    retries: 0,
    activeMs: 0,
    startedAt: null,
    endedAt: null,
    errorMessage: null,
    task: null,
    header: '',
    lines: [],
  };
  bulk.jobs.set(job.id, job);
  job.task = bulk.runner.start(processQuery(bulk, job, call.base, now + QUEUE_MS), now + QUEUE_MS);
  return { status: 200, json: jobInfo(job) };
}

/** Runs a query job from `at` on; its result stays as it was then. It never throws. */
function* processQuery(bulk: BulkOrg, job: QueryJob, base: string, at: number): Work {
  job.state = 'InProgress';
  job.modifiedAt = at;
  job.startedAt = at;
  let moment = at;
  try {
    const selection = selectionOf(
      { org: bulk.org, userId: job.createdById, base, version: job.version },
      job.soql,
      job.operation === 'queryAll',
    );
    const rows = selection.rows();
    job.header = quoted([selection.columns.map((column) => column.name)], job.format);
    for (let from = 0; from < rows.length; from += STRETCH) {
      yield (moment += STRETCH_MS);
      render(bulk, job, selection, rows.slice(from, from + STRETCH));
    }
    if (rows.length === 0) yield (moment += STRETCH_MS);
    end(job, 'JobComplete', moment);
  } catch (error) {
    job.errorMessage = error instanceof Error ? error.message : 'UnknownException';
    end(job, 'Failed', moment);
  }
}

function render(bulk: BulkOrg, job: QueryJob, selection: Selection, rows: ReturnType<Selection['rows']>): void {
  let bytes = 0;
  for (const row of rows) {
    // As it is now, a deleted one as it last was.
    const current = bulk.org.store.row(row.id) ?? row;
    const line = quoted([selection.columns.map(({ path }) => csvValue(path.field, path.get(current)))], job.format);
    job.lines.push(line);
    bytes += line.length;
  }
  job.processed += rows.length;
  bulk.quota.addResult(bytes);
}

function patch(call: BulkCall, job: QueryJob): Reply {
  const state = choice(jsonObject(call.body), 'state', ['Aborted']);
  if (state === undefined) throw refuse('INVALIDJOB', 'InvalidJob : Must specify a state');
  abort(call, job);
  return { status: 200, json: jobInfo(job) };
}

/** @throws {RequestProblem} 409 in another version than the job's, 400 until it is complete. */
function refuseUnready(call: BulkCall, job: QueryJob): void {
  if (call.version !== job.version) {
    throw refuse('API_ERROR', `The job was created with API version ${String(job.version)}.0 and must be read with it`, 409);
  }
  if (job.state !== 'JobComplete') {
    const shown = job.state.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    throw refuse(
      'JOB_NOT_COMPLETE',
      `can only download query results of successfully completed bulk job with status: JOB_COMPLETE. Current status: ${shown}`,
      412,
    );
  }
}

/** `MTAwMDA` is the set that begins at record 10,000. */
function locatorOf(from: number): string {
  return Buffer.from(String(from)).toString('base64url');
}

/** @throws {RequestProblem} INVALID_QUERY_LOCATOR when no set begins there. */
function startOf(job: QueryJob, locator: string | null): number {
  if (locator === null) return 0;
  const from = Number(Buffer.from(locator, 'base64url').toString('utf8'));
  if (Number.isInteger(from) && from > 0 && from < job.lines.length && locatorOf(from) === locator) return from;
  throw refuse('INVALID_QUERY_LOCATOR', 'invalid query locator');
}

function results(call: BulkCall, job: QueryJob): Reply {
  refuseUnready(call, job);
  const from = startOf(job, call.query.get('locator'));
  const asked = call.query.get('maxRecords');
  if (asked !== null && !/^[1-9]\d*$/.test(asked)) throw refuse('INVALIDJOB', `InvalidJob : maxRecords ${asked} is no number of records`);
  const lines = job.lines.slice(from, from + Number(asked ?? PAGE));
  const next = from + lines.length;
  return csvReply(job.header + lines.join(''), {
    'sforce-numberofrecords': String(lines.length),
    'sforce-locator': next < job.lines.length ? locatorOf(next) : 'null',
  });
}

function resultPages(call: BulkCall, job: QueryJob): Reply {
  if (call.version < 58) throw notFound();
  refuseUnready(call, job);
  const from = startOf(job, call.query.get('locator'));
  const url = `${call.base}/jobs/query/${job.id}`;
  const starts = Array.from({ length: MOST_LINKS }, (_, index) => from + index * PAGE).filter(
    (start) => start === 0 || start < job.lines.length,
  );
  const next = from + MOST_LINKS * PAGE;
  const done = next >= job.lines.length;
  return {
    status: 200,
    json: {
      resultPages: starts.map((start) => ({ resultUrl: start === 0 ? `${url}/results` : `${url}/results?locator=${locatorOf(start)}` })),
      nextRecordsUrl: done ? null : `${url}/resultPages?locator=${locatorOf(next)}`,
      done,
    },
  };
}
