import { z } from 'zod';
import type { CallOptions, WriteItem, WriteResult } from '../../src/crm.ts';
import type { FieldValue, Instant, RecordId } from '../../src/model/words.ts';
import type { ObjectShape } from './catalog.ts';
import { parseErrors } from './classify.ts';
import type { VendorError } from './classify.ts';
import { canonicalId } from './ids.ts';
import { composite } from './query.ts';
import type { Subrequest } from './query.ts';
import { changedMeanwhile, rejected } from './reject.ts';
import { badAnswer } from './row.ts';
import type { Answer, Wire } from './wire.ts';

/** One record on its way. */
export interface Job {
  /** Its place in the caller's batch. */
  readonly index: number;
  readonly item: WriteItem;
  readonly shape: ObjectShape;
  /** Null for a create. */
  readonly id: RecordId | null;
  readonly body: Readonly<Record<string, FieldValue>>;
}

export type Sent = readonly [Job, WriteResult];

/** A collection's results, or the errors with which Salesforce refused all of it. */
export type CollectionAnswer = { readonly results: readonly Sent[] } | { readonly refused: readonly VendorError[] };

/**
 * Without it Salesforce's assignment rules may give the lead to another owner; they apply to every write by REST unless
 * told not to. @source REST API Developer Guide, "Assignment Rule Header" (v67.0)
 */
export const writeHeaders = { 'Sforce-Auto-Assign': 'FALSE' } as const;

const resultSchema = z.array(z.object({ id: z.string().nullish(), success: z.boolean(), errors: z.unknown() }));

/** Sends up to five collections in one call; one alone goes without the wrapping. */
export async function sendCollections(
  wire: Wire,
  parts: readonly (readonly Job[])[],
  options: CallOptions,
): Promise<readonly CollectionAnswer[]> {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    const { method, path, body } = collection(only);
    const answer = await wire.call({ method, path, body, headers: writeHeaders, refusable: true, ...options });
    return [read(only, answer, answer.at)];
  }
  // Headers of the outer call don't reach the inner ones.
  const calls = parts.map((part): Subrequest => ({ ...collection(part), headers: writeHeaders }));
  const { answers, at } = await composite(wire, calls, { ...options, repeatable: false });
  return parts.map((part, index) => read(part, answers[index] ?? { status: 0, body: null }, at));
}

function collection(jobs: readonly Job[]): { readonly method: 'POST' | 'PATCH'; readonly path: string; readonly body: unknown } {
  const records = jobs.map((job) => ({ attributes: { type: job.shape.name }, ...(job.id === null ? {} : { id: job.id }), ...job.body }));
  const create = jobs[0]?.item.op === 'create';
  return { method: create ? 'POST' : 'PATCH', path: '/composite/sobjects', body: { allOrNone: false, records } };
}

/** Matches results by their place and, where there is one, by the id; whatever doesn't match is ambiguous. */
function read(jobs: readonly Job[], answer: { readonly status: number; readonly body: unknown }, at: Instant): CollectionAnswer {
  if (answer.status >= 400 && answer.status < 500) {
    const errors = parseErrors(answer.body);
    if (errors.length > 0) return { refused: errors };
  }
  const parsed = resultSchema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success || parsed.data.length !== jobs.length) {
    return { results: jobs.map((job) => [job, unmatched(job, 'the answer does not list the records that were sent')]) };
  }
  const ids = parsed.data.flatMap((result) => (result.success && typeof result.id === 'string' ? [canonicalId(result.id)] : []));
  const twice = new Set(ids.filter((one, index) => ids.indexOf(one) !== index));
  return {
    results: jobs.map((job, index) => {
      const result = parsed.data[index];
      if (result === undefined) return [job, unmatched(job, 'no result')];
      if (!result.success) return [job, rejected(job.item.intentId, parseErrors(result.errors))];
      const id = typeof result.id === 'string' ? canonicalId(result.id) : null;
      if (id === null || (job.id !== null && id !== job.id) || twice.has(id))
        return [job, unmatched(job, 'the result names another record')];
      return [job, { intentId: job.item.intentId, status: 'applied', id, at }];
    }),
  };
}

function unmatched(job: Job, cause: string): WriteResult {
  return { intentId: job.item.intentId, status: 'ambiguous', cause };
}

/**
 * Updates one record unless it changed since the instant the decision was made from.
 * @source REST API Developer Guide, "Conditional Request Headers": If-Unmodified-Since is compared to the second
 */
export async function sendSingle(wire: Wire, job: Job, options: CallOptions): Promise<Sent> {
  const since = job.item.ifUnmodifiedSince;
  const answer: Answer = await wire.call({
    method: 'PATCH',
    path: `/sobjects/${job.shape.name}/${job.id ?? ''}`,
    body: job.body,
    headers: { ...writeHeaders, ...(since === undefined ? {} : { 'If-Unmodified-Since': new Date(since).toUTCString() }) },
    refusable: true,
    ...options,
  });
  const { intentId } = job.item;
  if (answer.status === 412) return [job, changedMeanwhile(intentId)];
  if (answer.status >= 400) return [job, rejected(intentId, parseErrors(answer.body))];
  if (job.id === null) throw badAnswer('a single write was made without an id');
  return [job, { intentId, status: 'applied', id: job.id, at: answer.at }];
}
