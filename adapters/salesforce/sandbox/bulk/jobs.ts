import type { Org } from '../org.ts';
import type { CsvFormat, Records } from './csv.ts';
import type { Quota } from './quota.ts';
import type { Runner, Task } from './runner.ts';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
export type IngestOperation = 'insert' | 'update' | 'upsert' | 'delete' | 'hardDelete';

/** What both kinds of job have; `modifiedAt` and what follows change as the job goes on. */
interface JobBase {
  readonly id: string;
  readonly createdById: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The API version it was made with: 67. */
  readonly version: number;
  readonly object: string;
  readonly format: CsvFormat;
  modifiedAt: number;
  state: JobState;
  /** Records read so far, refused ones too. */
  processed: number;
  failed: number;
  /** Rounds of repeating what was held by somebody else. */
  retries: number;
  activeMs: number;
  startedAt: number | null;
  endedAt: number | null;
  errorMessage: string | null;
  task: Task | null;
}

export interface IngestJob extends JobBase {
  readonly kind: 'ingest';
  readonly operation: IngestOperation;
  readonly externalIdFieldName: string | null;
  readonly assignmentRuleId: string | null;
  /** The files that were put; a job that has more than one can't be closed. */
  readonly uploads: Uint8Array[];
  /** Known once processing has begun. */
  records: Records | null;
  /** Numbers of records that have an outcome, by record. */
  settled: Uint8Array;
  /** Results as CSV without a header, a part for each stretch of records. */
  successful: string[];
  refused: string[];
}

export interface QueryJob extends JobBase {
  readonly kind: 'query';
  readonly operation: 'query' | 'queryAll';
  readonly soql: string;
  readonly chunkable: boolean;
  header: string;
  /** One line of CSV a record. */
  readonly lines: string[];
}

export type Job = IngestJob | QueryJob;

/** The Bulk API's part of an organisation. */
export interface BulkOrg {
  readonly org: Org;
  readonly jobs: Map<string, Job>;
  readonly runner: Runner;
  readonly quota: Quota;
}

/** Finished jobs go after seven days. */
const KEPT_MS = 7 * 86_400_000;

export function isOver(job: Job): boolean {
  return job.state === 'JobComplete' || job.state === 'Failed' || job.state === 'Aborted';
}

/** Ends a job, for good. */
export function end(job: Job, state: 'JobComplete' | 'Failed' | 'Aborted', at: number): void {
  job.state = state;
  job.modifiedAt = at;
  job.endedAt = at;
}

/** Forgets finished jobs that are older than seven days. */
export function forgetOld(bulk: BulkOrg): void {
  const now = bulk.org.store.now();
  for (const job of bulk.jobs.values()) if (isOver(job) && now - (job.endedAt ?? now) > KEPT_MS) bulk.jobs.delete(job.id);
}
