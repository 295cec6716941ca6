import type { SandboxRequest } from '../../../sandbox/half.ts';
import { notFound } from '../errors.ts';
import type { Reply } from '../http/reply.ts';
import type { Org } from '../org.ts';
import { ingest } from './ingest.ts';
import type { BulkOrg } from './jobs.ts';
import { queryJobs } from './query.ts';
import { quotaOf } from './quota.ts';
import type { BulkCall } from './requests.ts';
import { runnerOf } from './runner.ts';

export type { BulkOrg } from './jobs.ts';
export type { BulkCall } from './requests.ts';

/** The Bulk API of an organisation, without a job. */
export function bulkOrg(org: Org): BulkOrg {
  const now = (): number => org.store.now();
  return { org, jobs: new Map(), runner: runnerOf(org.ports.clock), quota: quotaOf(now, org.settings.limits === 'published') };
}

/** Steps of background work that any request waits for; one about jobs waits for all that is due. */
const MOST_STEPS = 10;

/** Does what is due before a request is answered. */
export function catchUp(bulk: BulkOrg, request: SandboxRequest): Promise<void> {
  return bulk.runner.catchUp(/\/jobs\/(?:ingest|query)\b/.test(request.url) ? Number.POSITIVE_INFINITY : MOST_STEPS);
}

/** Answers a call of `/services/data/vNN.0/jobs`. @throws {RequestProblem} for everything it refuses. */
export function bulkApi(call: BulkCall): Reply {
  // The guide writes some addresses with a slash at their end.
  const path = call.path.at(-1) === '' ? call.path.slice(0, -1) : call.path;
  const [kind] = path;
  if (kind === 'ingest') return ingest({ ...call, path });
  if (kind === 'query') return queryJobs({ ...call, path });
  throw notFound();
}
