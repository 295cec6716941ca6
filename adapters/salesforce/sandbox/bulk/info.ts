import { restInstant } from '../time.ts';
import { isOver } from './jobs.ts';
import type { BulkOrg, Job } from './jobs.ts';

/** What creating, closing and listing show of a job. */
export function jobInfo(job: Job): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: restInstant(job.createdAt),
    systemModstamp: restInstant(job.modifiedAt),
    state: job.state,
    ...(job.kind === 'ingest' && job.externalIdFieldName !== null ? { externalIdFieldName: job.externalIdFieldName } : {}),
    ...(job.kind === 'ingest' && job.assignmentRuleId !== null ? { assignmentRuleId: job.assignmentRuleId } : {}),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.version,
    ...(job.kind === 'ingest' && job.state === 'Open'
      ? { contentUrl: `services/data/v${String(job.version)}.0/jobs/ingest/${job.id}/batches` }
      : {}),
    lineEnding: job.format.lineEnding,
    columnDelimiter: job.format.columnDelimiter,
  };
}

/** What the list shows: the job's kind too. */
export function listedInfo(job: Job): Readonly<Record<string, unknown>> {
  return { ...jobInfo(job), jobType: job.kind === 'ingest' ? 'V2Ingest' : 'V2Query' };
}

/** Everything about one job: also how far it is. */
export function fullInfo(bulk: BulkOrg, job: Job): Readonly<Record<string, unknown>> {
  const now = bulk.org.store.now();
  const until = isOver(job) ? job.endedAt : now;
  return {
    ...listedInfo(job),
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
    numberRecordsProcessed: job.processed,
    ...(job.kind === 'ingest' ? { numberRecordsFailed: job.failed } : {}),
    retries: job.retries,
    totalProcessingTime: job.startedAt === null ? 0 : Math.max(0, (until ?? now) - job.startedAt),
    ...(job.kind === 'ingest' ? { apiActiveProcessingTime: job.activeMs, apexProcessingTime: 0 } : {}),
    ...(job.kind === 'query' ? { isPkChunkingSupported: job.chunkable } : {}),
  };
}
