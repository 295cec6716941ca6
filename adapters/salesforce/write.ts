import type { CallOptions, WriteItem, WriteKind, WriteOptions, WriteResult } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import { fitsBulk, writeBulk } from './bulk.ts';
import type { ObjectName, ObjectShape } from './catalog.ts';
import type { Context } from './context.ts';
import { graphsPerCall, leadFields, sendHandovers } from './handover.ts';
import { canonicalId, objectOf } from './ids.ts';
import { bulk as limits, sizes } from './limits.ts';
import { toJson } from './money.ts';
import { objectsOf, ownName } from './own.ts';
import { chunks, rowsOf } from './query.ts';
import { notSent, rejected, unsendable } from './reject.ts';
import { id, requiredId } from './row.ts';
import type { Row } from './row.ts';
import { sendCollections, sendSingle } from './send.ts';
import type { CollectionAnswer, Job, Sent } from './send.ts';
import { name, soql } from './soql.ts';

/** Tries for a record that somebody else holds, the first included. */
const lockAttempts = 5;
/** Single-record writes under way at once. */
const parallelSingles = 8;

/**
 * Writes a batch: conditional updates one by one, everything else in collections of 200, five of them in one call where
 * there are more; with `bulk`, thousands of updates as one asynchronous job. Nothing is sent twice unless Salesforce said that it did not act.
 */
export async function writeRecords(
  context: Context,
  kind: WriteKind,
  batch: readonly WriteItem[],
  { bulk = false, ...options }: WriteOptions,
): Promise<readonly WriteResult[]> {
  const results: (WriteResult | undefined)[] = batch.map(() => undefined);
  const jobs: Job[] = [];
  for (const [index, item] of batch.entries()) {
    const prepared = await prepare(context, kind, { index, item, options });
    if ('status' in prepared) results[index] = prepared;
    else jobs.push(prepared);
  }
  const run: Run = { context, options, results, answered: false, stopped: null };
  for (const round of rounds(jobs)) await sendRound(run, bulk ? await inJobs(run, round) : round);
  const final = batch.map((item, index) => results[index] ?? unanswered(item.intentId));
  return explained(context, kind, { batch, results: final, options });
}

interface Run {
  readonly context: Context;
  readonly options: CallOptions;
  readonly results: (WriteResult | undefined)[];
  /** Something was sent and has its result: from then on a failure must not hide it. */
  answered: boolean;
  stopped: CrmError | null;
}

interface Prepared {
  readonly index: number;
  readonly item: WriteItem;
  readonly options: CallOptions;
}

/** The record as Salesforce wants it, or why it can't be sent. */
async function prepare(context: Context, kind: WriteKind, { index, item, options }: Prepared): Promise<Job | WriteResult> {
  const allowed = objectsOf.get(kind) ?? [];
  const object = item.object ?? (item.id === undefined ? allowed[0] : objectOf(item.id)) ?? allowed[0];
  const shape = allowed.includes(object as ObjectName) ? await context.catalog.object(object as ObjectName, options) : null;
  if (shape === null || (item.op === 'update' && item.id === undefined)) {
    return unsendable(item.intentId, 'NOT_FOUND', {
      cause: shape === null ? `${object ?? 'an object'} is not visible here` : 'an update without an id',
      fix: 'Check the stored link, and that the object is visible to the user that Truce runs as.',
    });
  }
  const values = new Map<string, FieldValue>([...item.fields, ...(item.lead === undefined ? [] : leadFields(item.lead))]);
  for (const [stem, value] of item.own ?? []) values.set(ownName(stem), value);
  const keyField = shape.fields.get(ownName('key'));
  if (item.op === 'create' && item.key !== undefined && (keyField !== undefined || kind === 'person')) values.set(ownName('key'), item.key);
  const body = toBody(values, { shape, op: item.op });
  if ('missing' in body) return unsendable(item.intentId, ...body.missing);
  return { index, item, shape, id: item.id === undefined ? null : canonicalId(item.id), body: body.body };
}

type Refused = readonly ['UNKNOWN_FIELD' | 'READ_ONLY_FIELD', { readonly cause: string; readonly fix: string }];

/** Only fields that describe shows, so that no name in a body is anything but a field's. */
function toBody(
  values: ReadonlyMap<string, FieldValue>,
  target: { readonly shape: ObjectShape; readonly op: WriteItem['op'] },
): { readonly body: Readonly<Record<string, FieldValue>> } | { readonly missing: Refused } {
  const { shape, op } = target;
  const entries: [string, FieldValue][] = [];
  for (const [field, value] of values) {
    const known = shape.fields.get(field);
    if (known === undefined) {
      const fix = 'Run `truce check`: the field does not exist here or is hidden from the user that Truce runs as.';
      return { missing: ['UNKNOWN_FIELD', { cause: `${shape.name}.${field} is not visible`, fix }] };
    }
    if (!(op === 'create' ? known.createable : known.updateable)) {
      const fix = 'Grant edit access to the field, or take it out of the mapping if Salesforce computes it.';
      return { missing: ['READ_ONLY_FIELD', { cause: `${shape.name}.${field} can't be written`, fix }] };
    }
    entries.push([field, toJson(value, known.type)]);
  }
  return { body: Object.fromEntries(entries) };
}

/** A record that occurs twice in a batch is sent apart, in order: within one call Salesforce may refuse or mix them. */
function rounds(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const byRound: Job[][] = [];
  const turns = new Map<string, number>();
  for (const job of jobs) {
    const key = job.id ?? (job.item.key === undefined ? `#${job.index}` : `key ${job.item.key}`);
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    (byRound[turn] ??= []).push(job);
  }
  return byRound;
}

/** Sends what is worth a bulk job as one, by object; returns what is left for the ordinary ways: few rows, creates, held records. */
async function inJobs(run: Run, jobs: readonly Job[]): Promise<readonly Job[]> {
  const left = jobs.filter((job) => !fitsBulk(job));
  const groups = Map.groupBy(jobs.filter(fitsBulk), (job) => job.shape.name);
  for (const part of [...groups.values()].flatMap((group) => chunks(group, limits.rows))) {
    if (part.length <= limits.above) {
      left.push(...part);
      continue;
    }
    if (skipped(run, part)) continue;
    try {
      settle(run, await writeBulk(run.context.wire, part, run.options));
      left.push(...part.filter((job) => isRowLock(run.results[job.index])));
    } catch (error) {
      // An organisation without the Bulk API, or a user who may not use it: the ordinary way needs more calls, but goes.
      if (error instanceof CrmError && (error.failure === 'request' || error.failure === 'permission')) left.push(...part);
      else absorb(run, part, error);
    }
  }
  return left;
}

async function sendRound(run: Run, jobs: readonly Job[]): Promise<void> {
  const { clock, random } = run.context.wire.ports;
  let waiting = jobs;
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    const ways = Map.groupBy(waiting, wayOf);
    await inCollections(run, ways.get('collections') ?? []);
    await inGraphs(run, ways.get('graphs') ?? []);
    await oneByOne(run, ways.get('singles') ?? []);
    waiting = waiting.filter((job) => isRowLock(run.results[job.index]));
    if (attempt === lockAttempts || run.stopped !== null) return;
    // Somebody holds the record for the length of a transaction; a random wait keeps two writers from meeting again.
    if (waiting.length > 0) await clock.sleep(Math.ceil((0.5 + random.next()) * 250 * 2 ** attempt), run.options.signal);
  }
}

function wayOf({ item }: Job): 'collections' | 'graphs' | 'singles' {
  if (item.op === 'create') return item.lead === undefined ? 'collections' : 'graphs';
  return item.ifUnmodifiedSince === undefined ? 'collections' : 'singles';
}

async function inGraphs(run: Run, jobs: readonly Job[]): Promise<void> {
  for (const part of chunks(jobs, graphsPerCall)) {
    if (skipped(run, part)) continue;
    try {
      settle(run, await sendHandovers(run.context.wire, part, run.options));
    } catch (error) {
      absorb(run, part, error);
    }
  }
}

function isRowLock(result: WriteResult | undefined): boolean {
  return result?.status === 'rejected' && result.code === 'LOCKED' && result.retryable;
}

async function inCollections(run: Run, jobs: readonly Job[]): Promise<void> {
  // One object and one operation per collection: Salesforce cuts mixed ones into parts that it handles one by one.
  const groups = Map.groupBy(jobs, (job) => `${job.item.op} ${job.shape.name}`);
  let open = [...groups.values()].flatMap((group) => chunks(group, sizes.collection));
  while (open.length > 0) {
    const batch = open.slice(0, sizes.collectionsPerComposite);
    open = open.slice(sizes.collectionsPerComposite);
    if (skipped(run, batch.flat())) continue;
    let answers: readonly CollectionAnswer[] = [];
    try {
      answers = await sendCollections(run.context.wire, batch, run.options);
    } catch (error) {
      absorb(run, batch.flat(), error);
    }
    for (const [index, answer] of answers.entries()) {
      const part = batch[index] ?? [];
      if ('results' in answer) settle(run, answer.results);
      else if (part.length === 1)
        settle(
          run,
          part.map((job) => [job, rejected(job.item.intentId, answer.refused)]),
        );
      // One record with a value of the wrong type makes Salesforce refuse the whole collection: find it by halves.
      else open.push(part.slice(0, Math.ceil(part.length / 2)), part.slice(Math.ceil(part.length / 2)));
    }
  }
}

async function oneByOne(run: Run, jobs: readonly Job[]): Promise<void> {
  for (const part of chunks(jobs, parallelSingles)) {
    if (skipped(run, part)) continue;
    const outcomes = await Promise.allSettled(part.map((job) => sendSingle(run.context.wire, job, run.options)));
    settle(
      run,
      outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    );
    const failures = part.flatMap((job, index) => {
      const outcome = outcomes[index];
      return outcome?.status === 'rejected' ? [{ job, error: outcome.reason as unknown }] : [];
    });
    // What may have happened comes first: it decides that nothing is thrown over it.
    failures.sort((a, b) => Number(isAmbiguous(b.error)) - Number(isAmbiguous(a.error)));
    for (const { job, error } of failures) absorb(run, [job], error);
  }
}

function settle(run: Run, sent: readonly Sent[]): void {
  for (const [job, result] of sent) run.results[job.index] = result;
  if (sent.length > 0) run.answered = true;
}

function unanswered(intentId: string): WriteResult {
  return { intentId, status: 'ambiguous', cause: 'the batch ended without a word about this record' };
}

/** After a failure nothing more is sent. */
function skipped(run: Run, jobs: readonly Job[]): boolean {
  if (run.stopped === null) return false;
  for (const job of jobs) run.results[job.index] = notSent(job.item.intentId, run.stopped);
  return true;
}

/**
 * Makes data of a failure once anything has a result: what may have happened is ambiguous, the rest is not sent. Before
 * that the failure is thrown as it is.
 */
function absorb(run: Run, jobs: readonly Job[], error: unknown): void {
  if (!(error instanceof CrmError) || (!error.ambiguous && !run.answered)) throw error;
  run.stopped ??= error;
  run.answered = true;
  for (const job of jobs) {
    const { intentId } = job.item;
    run.results[job.index] = error.ambiguous
      ? { intentId, status: 'ambiguous', cause: `${error.code}: no complete answer` }
      : notSent(intentId, error);
  }
}

function isAmbiguous(error: unknown): boolean {
  return error instanceof CrmError && error.ambiguous;
}

/** Says of records that are gone or locked by their conversion what became of them, in one more call if there are any. */
async function explained(
  context: Context,
  kind: WriteKind,
  input: { readonly batch: readonly WriteItem[]; readonly results: readonly WriteResult[]; readonly options: CallOptions },
): Promise<readonly WriteResult[]> {
  const asks = (result: WriteResult): boolean =>
    result.status === 'rejected' && (result.code === 'NOT_FOUND' || result.code === 'CONVERTED');
  const ids = input.results.flatMap((result, index) => (asks(result) ? [input.batch[index]?.id ?? ''] : [])).filter((one) => one !== '');
  if (kind !== 'person' || ids.length === 0) return input.results;
  const part = [...new Set(ids.map(canonicalId))].slice(0, 500);
  const fates = await fatesOf(context, part, input.options);
  return input.results.map((result, index) => {
    const fate = fates.get(canonicalId(input.batch[index]?.id ?? ''));
    if (!asks(result) || result.status !== 'rejected' || fate === undefined) return result;
    const master = id(fate, 'MasterRecordId');
    const contact = id(fate, 'ConvertedContactId');
    if (master !== null) {
      const fix = 'The record was merged into another one; the link moves there with the next read.';
      return { ...result, code: 'MERGED', fix, existingId: master };
    }
    return contact === null ? result : { ...result, existingId: contact };
  });
}

async function fatesOf(context: Context, ids: readonly RecordId[], options: CallOptions): Promise<ReadonlyMap<RecordId, Row>> {
  const objects: readonly (readonly [string, Parameters<typeof name>[0]])[] = [
    ['Lead', 'ConvertedContactId'],
    ['Contact', 'AccountId'],
  ];
  const queries = objects.flatMap(([object, field]) => {
    const own = ids.filter((one) => objectOf(one) === object);
    return own.length === 0
      ? []
      : [{ soql: soql`SELECT Id, MasterRecordId, ${name(field)} FROM ${name(object)} WHERE Id IN ${own}`, all: true }];
  });
  // An explanation is not worth failing a batch that was written.
  const found = await rowsOf(context.wire, queries, options).catch(() => []);
  return new Map(found.flatMap((rows) => rows ?? []).map((row) => [requiredId(row, 'Id'), row]));
}
