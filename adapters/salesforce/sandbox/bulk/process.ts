import { contextOf } from '../org.ts';
import type { WriteContext } from '../org.ts';
import { columnsOf } from './columns.ts';
import { JobFailure, quoted, readRecords, splitRecords } from './csv.ts';
import type { Records } from './csv.ts';
import { end } from './jobs.ts';
import type { BulkOrg, IngestJob } from './jobs.ts';
import { UNREADABLE, loadRecord } from './load.ts';
import type { Load, Outcome, Taken } from './load.ts';
import type { Work } from './runner.ts';

/**
 * How long processing takes is published nowhere, so it is assumed: a second in the queue, then 1,000 records a second,
 * about what someone's run of 76,380 accounts took (83 s).
 * @source https://github.com/salesforcecli/plugin-data/pull/1098 (checked 2026-11-22)
 */
export const QUEUE_MS = 1000;
const STRETCH_MS = 200;
/** Records are saved by 200; a batch is 10,000. */
const STRETCH = 200;
const BATCH = 10_000;
/** Held records are tried again ten times. */
const MOST_RETRIES = 10;
const RETRY_MS = 5000;

/** Processes an ingest job whose upload is complete, from `at` on. It never throws: what is wrong ends the job. */
export function* processIngest(bulk: BulkOrg, job: IngestJob, at: number): Work {
  job.state = 'InProgress';
  job.modifiedAt = at;
  job.startedAt = at;
  const clock = { at };
  try {
    const load = yield* prepare(bulk, job, clock);
    const waiting = load === null ? [] : yield* loadAll(bulk, load, clock);
    if (load !== null) yield* retry(bulk, load, waiting, clock);
    if (job.records !== null) job.records = headerOnly(job.records);
    end(job, 'JobComplete', clock.at);
  } catch (error) {
    job.errorMessage = error instanceof JobFailure ? error.message : `UnknownException : ${error instanceof Error ? error.message : ''}`;
    end(job, 'Failed', clock.at);
  }
  shuffle(bulk, job.successful);
  shuffle(bulk, job.refused);
}

interface Moment {
  at: number;
}

/**
 * Who a job writes as. An assignment rule runs only where the job names one. Stamps are those of the moment at which
 * others can see the record, so that no reader has passed them already.
 */
function writingAs(bulk: BulkOrg, job: IngestJob): WriteContext {
  return contextOf(bulk.org, job.createdById, job.assignmentRuleId !== null);
}

/** @throws {JobFailure} for a file that can't be loaded at all. */
function* prepare(bulk: BulkOrg, job: IngestJob, clock: Moment): Generator<number, Load | null> {
  const splitting = splitRecords(textOf(job.uploads[0]), job.format);
  for (let part = splitting.next(); ; part = splitting.next()) {
    if (part.done === true) {
      job.records = part.value;
      job.uploads.length = 0;
      break;
    }
    yield (clock.at += 1);
  }
  job.settled = new Uint8Array(job.records.starts.length);
  const [header] = readRecords(job.records, 0, Math.min(1, job.records.starts.length));
  if (header === undefined) return null;
  const def = bulk.org.store.object(job.object);
  if (def === undefined || header.damaged) throw new JobFailure('InvalidBatch : InvalidBatch : Failed to parse CSV header');
  const context = writingAs(bulk, job);
  return { context, def, job, columns: columnsOf(context, def, job, header.cells) };
}

/** The upload as text. @throws {JobFailure} when it isn't UTF-8. */
export function textOf(upload: Uint8Array | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(upload ?? new Uint8Array());
  } catch {
    throw new JobFailure('ClientInputError : The data is not encoded in UTF-8');
  }
}

/** A finished job keeps its results, not its upload. */
function headerOnly(records: Records): Records {
  // A copy: a slice would keep the whole text.
  const text = Buffer.from(records.text.slice(records.starts[0], records.ends[0])).toString('utf8');
  return text === '' ? { ...records, text, starts: [], ends: [] } : { ...records, text, starts: [0], ends: [text.length] };
}

/** Loads every record once; those that somebody holds are returned. @throws {JobFailure} when the day's batches are used up. */
function* loadAll(bulk: BulkOrg, load: Load, clock: Moment): Generator<number, readonly number[]> {
  const { job } = load;
  const waiting: number[] = [];
  const until = job.records?.starts.length ?? 0;
  for (let from = 1; from < until; from += STRETCH) {
    if ((from - 1) % BATCH === 0 && !bulk.quota.take('batches')) {
      throw new JobFailure('ExceededQuota : The job exceeds the number of batches allowed for the past 24-hour period');
    }
    yield (clock.at += STRETCH_MS);
    const records = Array.from({ length: Math.min(STRETCH, until - from) }, (_, index) => from + index);
    waiting.push(...loadStretch(bulk, load, records, false));
    job.activeMs += STRETCH_MS;
  }
  return waiting;
}

function* retry(bulk: BulkOrg, load: Load, held: readonly number[], clock: Moment): Generator<number, void> {
  let waiting = held;
  for (let round = 1; round <= MOST_RETRIES && waiting.length > 0; round += 1) {
    yield (clock.at += RETRY_MS);
    load.job.retries = round;
    const left: number[] = [];
    for (let from = 0; from < waiting.length; from += STRETCH) {
      if (from > 0) yield (clock.at += STRETCH_MS);
      left.push(...loadStretch(bulk, load, waiting.slice(from, from + STRETCH), round === MOST_RETRIES));
    }
    waiting = left;
  }
}

/** Loads up to 200 records and keeps their results; returns those to try again, none of them when this is the last time. */
function loadStretch(bulk: BulkOrg, old: Load, numbers: readonly number[], last: boolean): readonly number[] {
  const load = { ...old, context: writingAs(bulk, old.job) };
  const { job } = load;
  const { records } = job;
  if (records === null) return [];
  const taken: Taken = new Set();
  const waiting: number[] = [];
  const successful: string[][] = [];
  const refused: string[][] = [];
  const first = numbers[0] ?? 0;
  const contiguous = numbers.at(-1) === first + numbers.length - 1;
  const read = contiguous ? readRecords(records, first, first + numbers.length) : null;
  for (const [index, number] of numbers.entries()) {
    const record = read?.[index] ?? readRecords(records, number, number + 1)[0];
    if (record === undefined) continue;
    const outcome = record.damaged ? UNREADABLE : loadRecord(load, record.cells, taken);
    if (!outcome.ok && outcome.locked && !last) {
      waiting.push(number);
      continue;
    }
    job.settled[number] = 1;
    job.processed += 1;
    if (!outcome.ok) job.failed += 1;
    (outcome.ok ? successful : refused).push(resultRow(outcome, record.cells, load.columns.length));
  }
  shuffle(bulk, successful);
  shuffle(bulk, refused);
  if (successful.length > 0) job.successful.push(quoted(successful, job.format));
  if (refused.length > 0) job.refused.push(quoted(refused, job.format));
  return waiting;
}

function resultRow(outcome: Outcome, cells: readonly string[], width: number): string[] {
  const padded = Array.from({ length: width }, (_, index) => cells[index] ?? '');
  return [outcome.id, outcome.ok ? String(outcome.created) : outcome.error, ...padded];
}

/** Results come in no order that one could rely on. */
function shuffle(bulk: BulkOrg, list: unknown[]): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(bulk.org.ports.random.next() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
}
