import { notFound } from '../errors.ts';
import { allow } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import { to18 } from '../ids.ts';
import { get, plainText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { ObjectDef } from '../schema/types.ts';
import { quoted, readRecords, splitRecords } from './csv.ts';
import type { Records } from './csv.ts';
import { fullInfo, jobInfo } from './info.ts';
import { isOver } from './jobs.ts';
import type { IngestJob, IngestOperation } from './jobs.ts';
import { boundaryOf, partsOf } from './multipart.ts';
import { QUEUE_MS, processIngest } from './process.ts';
import { abort, choice, csvReply, formatOf, jobOf, jsonObject, list, refuse, remove, wrongState } from './requests.ts';
import type { BulkCall } from './requests.ts';

const OPERATIONS: readonly IngestOperation[] = ['insert', 'update', 'upsert', 'delete', 'hardDelete'];
/** An upload is kept as base64, which must not be larger. */
const MOST_BASE64 = 150 * 1024 * 1024;
/** Data that comes with the job's creation. */
const MOST_MULTIPART = 100_000;

/** `/jobs/ingest`: POST and GET; `/jobs/ingest/ID`: GET, PATCH, DELETE; its batches and results. */
export function ingest(call: BulkCall): Reply {
  const [, id, part, more] = call.path;
  if (call.version < 41 || more !== undefined) throw notFound();
  if (id === undefined) {
    allow(call, ['GET', 'POST']);
    return call.method === 'POST' ? create(call) : list(call, 'ingest');
  }
  const job = jobOf(call, 'ingest');
  switch (part) {
    case undefined:
      allow(call, ['GET', 'PATCH', 'DELETE']);
      if (call.method === 'DELETE') return remove(call, job);
      return call.method === 'PATCH' ? patch(call, job) : { status: 200, json: fullInfo(call.bulk, job) };
    case 'batches':
      allow(call, ['PUT']);
      return upload(call, job);
    case 'successfulResults':
      return results(call, job, ['sf__Id', 'sf__Created'], job.successful);
    case 'failedResults':
      return results(call, job, ['sf__Id', 'sf__Error'], job.refused);
    case 'unprocessedrecords':
      return unprocessed(call, job);
    default:
      throw notFound();
  }
}

function create(call: BulkCall): Reply {
  const boundary = boundaryOf(call.headers['content-type']);
  if (boundary === null) return { status: 200, json: jobInfo(made(call, jsonObject(call.body))) };
  const parts = partsOf(call.body, boundary);
  const content = parts.get('content');
  if (content === undefined) throw refuse('INVALIDJOB', 'InvalidJob : The multipart body needs the parts job and content');
  if (Buffer.from(content).toString('utf8').length > MOST_MULTIPART)
    throw refuse('INVALIDJOB', `InvalidJob : The content of a multipart request may have ${String(MOST_MULTIPART)} characters`);
  const job = made(call, jsonObject(parts.get('job') ?? new Uint8Array()));
  job.uploads.push(content);
  close(call, job);
  return { status: 200, json: jobInfo(job) };
}

/** @throws {RequestProblem} INVALIDJOB, INVALIDENTITY, FEATURENOTENABLED for a job that can't be. */
function made(call: BulkCall, body: JsonObject): IngestJob {
  const { bulk, userId } = call;
  const { org } = bulk;
  const operation = choice(body, 'operation', OPERATIONS);
  if (operation === undefined) throw refuse('INVALIDJOB', 'InvalidJob : Must specify an operation');
  const object = objectNamed(call, plainText(get(body, 'object')));
  if (operation === 'hardDelete' && !mayHardDelete(call)) {
    throw refuse(
      'FEATURENOTENABLED',
      'hardDelete operation requires special user profile permission, please contact your system administrator',
    );
  }
  const now = org.store.now();
  const job: IngestJob = {
    kind: 'ingest',
    id: org.ids.next('750'),
    createdById: userId,
    createdAt: now,
    version: call.version,
    object: object.name,
    operation: operation as IngestOperation,
    format: formatOf(body),
    externalIdFieldName: operation === 'upsert' ? externalIdOf(object, plainText(get(body, 'externalIdFieldName'))) : null,
    assignmentRuleId: ruleOf(call, get(body, 'assignmentRuleId')),
    modifiedAt: now,
    state: 'Open',
    processed: 0,
    failed: 0,
    retries: 0,
    activeMs: 0,
    startedAt: null,
    endedAt: null,
    errorMessage: null,
    task: null,
    uploads: [],
    records: null,
    settled: new Uint8Array(),
    successful: [],
    refused: [],
  };
  bulk.jobs.set(job.id, job);
  return job;
}

function objectNamed(call: BulkCall, name: string): ObjectDef {
  if (name === '') throw refuse('INVALIDJOB', 'InvalidJob : Must specify an object');
  const object = call.bulk.org.store.object(name);
  if (object !== undefined && object.home !== 'tooling' && (object.createable || object.updateable || object.deletable)) return object;
  throw refuse('INVALIDENTITY', `Entity '${name}' is not supported by the Bulk API.`);
}

function externalIdOf(object: ObjectDef, name: string): string {
  if (name === '') {
    throw refuse('INVALIDJOB', `InvalidJob : External ID was blank for ${object.name}. An External ID must be specified for upsert.`);
  }
  const field = object.fields.get(name.toLowerCase());
  if (field !== undefined && (field.externalId || field.type === 'id')) return field.name;
  throw refuse('INVALIDJOB', `InvalidJob : Field name not found or not an External ID: ${name}`);
}

/** Active or not, the rule must be there. */
function ruleOf(call: BulkCall, given: unknown): string | null {
  if (given === undefined || given === null || given === '') return null;
  const row = call.bulk.org.store.row(to18(plainText(given)));
  if (row?.def.name === 'AssignmentRule') return row.id;
  throw refuse('INVALIDJOB', `InvalidJob : The assignment rule ${plainText(given)} does not exist`);
}

/** The permission "Bulk API Hard Delete", which no profile has at first. */
function mayHardDelete(call: BulkCall): boolean {
  const { store } = call.bulk.org;
  const sets = (store.find('PermissionSetAssignment', 'AssigneeId', call.userId) ?? []).map((row) =>
    String(store.value(row, 'PermissionSetId')),
  );
  return sets.some((id) => store.value(store.row(id), 'PermissionsBulkApiHardDelete') === true);
}

function upload(call: BulkCall, job: IngestJob): Reply {
  if (job.state !== 'Open') throw wrongState(job, 'Open for more data');
  if (Math.ceil(call.body.length / 3) * 4 > MOST_BASE64) {
    throw refuse('CLIENTINPUTERROR', 'ClientInputError : The data exceeds 150 MB of base64 encoded content', 413);
  }
  job.uploads.push(call.body);
  return { status: 201, text: '' };
}

function patch(call: BulkCall, job: IngestJob): Reply {
  const state = choice(jsonObject(call.body), 'state', ['UploadComplete', 'Aborted']);
  if (state === 'Aborted') abort(call, job);
  else if (state === 'UploadComplete') close(call, job);
  else throw refuse('INVALIDJOB', 'InvalidJob : Must specify a state');
  return { status: 200, json: jobInfo(job) };
}

function close(call: BulkCall, job: IngestJob): void {
  if (job.state !== 'Open') throw wrongState(job, 'UploadComplete');
  if (job.uploads.length > 1) {
    throw refuse(
      'INVALIDJOB',
      `Found multipe contents for job: <${job.id.slice(0, 15)}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
    );
  }
  const now = call.bulk.org.store.now();
  job.state = 'UploadComplete';
  job.modifiedAt = now;
  job.task = call.bulk.runner.start(processIngest(call.bulk, job, now + QUEUE_MS), now + QUEUE_MS);
}

/** @throws {RequestProblem} INVALIDJOBSTATE while the job goes on. */
function refuseUnfinished(job: IngestJob): void {
  if (!isOver(job))
    throw refuse('INVALIDJOBSTATE', `InvalidJobState : The job ${job.id} is ${job.state}; its results come when it is over`);
}

function results(call: BulkCall, job: IngestJob, own: readonly string[], parts: readonly string[]): Reply {
  allow(call, ['GET']);
  refuseUnfinished(job);
  return csvReply(quoted([[...own, ...headerOf(job.records)]], job.format) + parts.join(''));
}

function headerOf(records: Records | null): readonly string[] {
  return records === null ? [] : (readRecords(records, 0, Math.min(1, records.starts.length))[0]?.cells ?? []);
}

/** The records that the job ended without. A file that couldn't be split into records is given back as it came. */
function unprocessed(call: BulkCall, job: IngestJob): Reply {
  allow(call, ['GET']);
  refuseUnfinished(job);
  const records = job.records ?? splitAtOnce(job);
  if (records === null) return csvReply(Buffer.from(job.uploads[0] ?? new Uint8Array()).toString('utf8'));
  const rows: (readonly string[])[] = [headerOf(records)];
  const all = readRecords(records, 0, records.starts.length);
  for (const [number, record] of all.entries()) if (number > 0 && job.settled[number] !== 1) rows.push(record.cells);
  return csvReply(quoted(rows, job.format));
}

function splitAtOnce(job: IngestJob): Records | null {
  try {
    const splitting = splitRecords(Buffer.from(job.uploads[0] ?? new Uint8Array()).toString('utf8'), job.format);
    for (let part = splitting.next(); ; part = splitting.next()) if (part.done === true) return part.value;
  } catch {
    return null;
  }
}
