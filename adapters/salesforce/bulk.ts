import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import type { CallOptions, WriteResult } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { FieldValue, Instant } from '../../src/model/words.ts';
import { canonicalId } from './ids.ts';
import { system } from './limits.ts';
import { notSent, rejected } from './reject.ts';
import { badAnswer } from './row.ts';
import type { Job, Sent } from './send.ts';
import type { Wire } from './wire.ts';

/** Salesforce's word for "empty this field"; an empty cell changes nothing. */
const cleared = '#N/A';
/** How often a job is asked for: a second at first, then ever more seldom. */
const firstPollMs = 1_000;
const longestPollMs = 20_000;
/** A job that has not ended by then is left to itself; what it did is read from the records. */
const patienceMs = 30 * 60_000;
/** Far above what the rows of one job come back as. */
const mostResultBytes = 200_000_000;

const jobShape = z.object({ id: z.string().regex(/^750\w{12,15}$/), state: z.string() });
const infoShape = z.object({ state: z.string() });

/** True when a record can go into a job: updates whose values a CSV can tell from "no change" and "empty". */
export function fitsBulk(job: Job): boolean {
  return (
    job.id !== null && Object.values(job.body).every((value) => value !== cleared && !(typeof value === 'string' && value.includes('\0')))
  );
}

/**
 * Writes updates of one object by one job of the Bulk API 2.0. Results are matched by the record id, never by order. Rows
 * of an aborted or endless job without a result are ambiguous: what became of them stands in the records only.
 * @throws {CrmError} before anything can have been written; nothing was then
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0.htm, checked 2026-11
 */
export async function writeBulk(wire: Wire, jobs: readonly Job[], options: CallOptions): Promise<readonly Sent[]> {
  const object = jobs[0]?.shape.name ?? '';
  // No assignmentRuleId: no assignment rule moves an owner.
  const made = await wire.call({
    method: 'POST',
    path: '/jobs/ingest',
    body: { object, operation: 'update', contentType: 'CSV', lineEnding: 'LF', columnDelimiter: 'COMMA' },
    ...options,
  });
  const job = jobShape.safeParse(made.body).data;
  if (job === undefined) throw badAnswer('a new bulk job has another shape');
  const path = `/jobs/ingest/${job.id}`;
  // Rows wait until the job is closed: whatever fails before that has written nothing.
  await wire.call({ method: 'PUT', path: `${path}/batches`, csv: csvOf(jobs), repeatable: false, ...options }).catch(certainlyNothing);
  const closed = await close(wire, path, options);
  const end = closed === 'ambiguous' ? null : await finished(wire, path, options);
  if (end === null) return jobs.map((one) => ambiguous(one, 'the bulk job did not tell how it ended'));
  return collect(wire, { path, jobs, state: end.state, at: end.at, options });
}

function certainlyNothing(error: unknown): never {
  if (!(error instanceof CrmError) || !error.ambiguous) throw error;
  const { code, message, hint, failure, retryable } = error;
  throw new CrmError(code, message, { system, failure, hint, retryable, ambiguous: false, cause: error });
}

/** Starts the job. Where the answer is lost, its state tells whether it started; without that nobody knows. */
async function close(wire: Wire, path: string, options: CallOptions): Promise<'started' | 'ambiguous'> {
  try {
    await wire.call({ method: 'PATCH', path, body: { state: 'UploadComplete' }, repeatable: false, ...options });
    return 'started';
  } catch (error) {
    if (!(error instanceof CrmError) || !error.ambiguous) throw error;
    const state = await stateOf(wire, path, options).catch(() => null);
    if (state === null) return 'ambiguous';
    if (state.state === 'Open') return certainlyNothing(error);
    return 'started';
  }
}

interface End {
  readonly state: string;
  readonly at: Instant;
}

async function stateOf(wire: Wire, path: string, options: CallOptions): Promise<End> {
  const answer = await wire.call({ method: 'GET', path, ...options });
  const info = infoShape.safeParse(answer.body).data;
  if (info === undefined) throw badAnswer('a bulk job has another shape');
  return { state: info.state, at: answer.at };
}

/** Waits for the end of a job; null when it does not come, or nobody tells. */
async function finished(wire: Wire, path: string, options: CallOptions): Promise<End | null> {
  const { clock } = wire.ports;
  const deadline = clock.now() + patienceMs;
  for (let waitMs = firstPollMs; clock.now() < deadline; waitMs = Math.min(waitMs * 2, longestPollMs)) {
    await clock.sleep(waitMs);
    const end = await stateOf(wire, path, options).catch(() => null);
    if (end === null) return null;
    if (end.state === 'JobComplete' || end.state === 'Failed' || end.state === 'Aborted') return end;
  }
  return null;
}

interface Collecting extends End {
  readonly path: string;
  readonly jobs: readonly Job[];
  readonly options: CallOptions;
}

/** The results in three lists, in no order; a list that can't be read leaves its rows ambiguous. */
async function collect(wire: Wire, { path, jobs, state, at, options }: Collecting): Promise<readonly Sent[]> {
  const read = async (part: string): Promise<readonly Readonly<Record<string, string>>[]> => {
    const answer = await wire.call({ method: 'GET', path: `${path}/${part}`, text: true, maxBodyBytes: mostResultBytes, ...options });
    return rowsOf(answer.body);
  };
  const successful = await read('successfulResults').catch(() => []);
  const failed = await read('failedResults').catch(() => []);
  const unprocessed = state === 'Failed' ? await read('unprocessedrecords').catch(() => []) : [];
  const done = new Set(successful.map((row) => idOf(row['sf__Id'] ?? row['Id'])));
  const refusals = new Map(failed.map((row) => [idOf(row['Id'] ?? row['sf__Id']), row['sf__Error'] ?? '']));
  const untouched = new Set(unprocessed.map((row) => idOf(row['Id'])));
  return jobs.map((job): Sent => {
    const { intentId } = job.item;
    const id = job.id ?? '';
    const error = refusals.get(id);
    // A row in both lists would be a contradiction: then only the record tells.
    if (done.has(id) && error === undefined) return [job, { intentId, status: 'applied', id: job.id ?? canonicalId(id), at }];
    if (error !== undefined && !done.has(id)) return [job, rejected(intentId, [errorOf(error)])];
    if (untouched.has(id)) return [job, notSent(intentId, jobFailed())];
    return ambiguous(job, `the bulk job ended as ${state} without a result for this record`);
  });
}

function jobFailed(): CrmError {
  return new CrmError('BULK_JOB_FAILED', `${system}: a bulk job failed before it came to all of its rows.`, {
    system,
    failure: 'unavailable',
    hint: 'Look at Setup > Bulk Data Load Jobs; the next run writes the rest.',
    retryable: true,
  });
}

function ambiguous(job: Job, cause: string): Sent {
  const result: WriteResult = { intentId: job.item.intentId, status: 'ambiguous', cause };
  return [job, result];
}

/** Every value quoted; a field that a row does not set stays empty, which changes nothing. */
function csvOf(jobs: readonly Job[]): string {
  const columns = ['Id', ...new Set(jobs.flatMap((job) => Object.keys(job.body)))];
  const rows = jobs.map((job) => columns.map((column) => (column === 'Id' ? (job.id ?? '') : cell(job.body, column))));
  return stringify([columns, ...rows], { quoted: true, record_delimiter: '\n' });
}

function cell(body: Readonly<Record<string, FieldValue>>, column: string): string {
  if (!Object.hasOwn(body, column)) return '';
  const value = body[column];
  return value === null || value === undefined || value === '' ? cleared : String(value);
}

function rowsOf(text: unknown): readonly Readonly<Record<string, string>>[] {
  if (typeof text !== 'string') throw badAnswer('a bulk result is no text');
  if (text === '') return [];
  try {
    return parse(text, { columns: true, bom: true, relax_column_count: false, skip_empty_lines: true });
  } catch {
    throw badAnswer('a bulk result is no CSV');
  }
}

function idOf(text: string | undefined): string {
  return text !== undefined && /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(text) ? canonicalId(text) : '';
}

/** `CODE:the message:Field,Other --` */
function errorOf(text: string): {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
  readonly recordIds: readonly string[];
} {
  const parts = /^([A-Z][A-Z0-9_]*):(.*?)(?::([\w, ]*) ?--)?$/s.exec(text);
  const fields = (parts?.[3] ?? '').split(',').map((field) => field.trim());
  return { code: parts?.[1] ?? '', message: parts?.[2] ?? text, fields: fields.filter((field) => field !== ''), recordIds: [] };
}
