import type { CallOptions, WriteItem, WriteKind, WriteResult } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { RecordId } from '../../src/model/words.ts';
import { HubspotRefusal, problemOf } from './classify.ts';
import type { Problem } from './classify.ts';
import { sendLeads, touchesLead, writeWithLeads } from './lead-write.ts';
import { pageSizes } from './limits.ts';
import { objectPath, readRecords } from './objects.ts';
import { ownName } from './own.ts';
import { inParallel } from './room.ts';
import type { Room } from './room.ts';
import { fixFor, refused, rejected, rowOf } from './rows.ts';
import type { Row } from './rows.ts';
import { batchShape, parse } from './shapes.ts';
import { instantOf } from './values.ts';
import { paths } from './wire.ts';
import type { Answer } from './wire.ts';

const callsAtOnce = 4;

/**
 * `Crm.write`. Batches are cut to HubSpot's sizes; a row that has its whole batch refused is found by halving, so that it
 * alone is refused.
 */
export async function write(
  room: Room,
  kind: WriteKind,
  request: { readonly items: readonly WriteItem[]; readonly options: CallOptions },
): Promise<readonly WriteResult[]> {
  const { items, options } = request;
  options.signal?.throwIfAborted();
  if (kind === 'member') return items.map(noMembers);
  if (items.length === 0) return [];
  if (kind === 'person' && items.some(touchesLead)) {
    return writeWithLeads(room, items, {
      options,
      contacts: (own) => write(room, kind, { items: own, options }),
      leads: async (rows) => {
        const results = new Map<WriteItem, WriteResult>();
        for (const batches of layers(rows, pageSizes.batch)) await sendAll(room, batches, { send: sendLeads, results, options });
        return results;
      },
    });
  }
  const catalogue = await room.catalogue.of(kind === 'person' ? 'contacts' : 'campaigns', options.signal);
  const results = new Map<WriteItem, WriteResult>();
  const rows: Row[] = [];
  for (const item of items) {
    const row = kind === 'campaign' && item.op === 'create' ? noNewCampaigns(item) : rowOf(kind, item, catalogue);
    if ('status' in row) results.set(item, row);
    else rows.push(row);
  }
  const send = kind === 'person' ? sendPeople : sendCampaigns;
  const size = kind === 'person' ? pageSizes.batch : pageSizes.campaignBatch;
  for (const batches of layers(rows, size)) await sendAll(room, batches, { send, results, options });
  return items.map((item) => results.get(item) ?? unmatched(item));
}

function noMembers(item: WriteItem): WriteResult {
  return rejected(item, 'OTHER', {
    cause: 'HubSpot has no campaign members',
    fix: 'Write the outcome on the person and on the campaign; member fields exist on the other side only.',
  });
}

function noNewCampaigns(item: WriteItem): WriteResult & { status: 'rejected' } {
  return rejected(item, 'OTHER', {
    cause: 'campaigns are made by people',
    fix: 'Create the campaign in HubSpot; Truce only writes its own fields onto it.',
  });
}

function unmatched(item: WriteItem): WriteResult {
  return { intentId: item.intentId, status: 'ambiguous', cause: 'HubSpot answered without naming this record' };
}

/**
 * Batches in layers: within one layer no record stands twice, so its batches may go side by side; a second write to a
 * record waits for the layer before. Updates and creates never share a batch.
 */
function layers(rows: readonly Row[], size: number): readonly (readonly (readonly Row[])[])[] {
  const depths = new Map<string, number>();
  const byDepth: Row[][] = [];
  for (const row of rows) {
    const target = row.item.op === 'update' ? `id:${row.item.id ?? ''}` : `key:${row.item.key ?? ''}`;
    const depth = depths.get(target) ?? 0;
    depths.set(target, depth + 1);
    (byDepth[depth] ??= []).push(row);
  }
  return byDepth.map((layer) =>
    (['update', 'create'] as const).flatMap((op) => {
      const same = layer.filter((row) => row.item.op === op);
      return Array.from({ length: Math.ceil(same.length / size) }, (_, index) => same.slice(index * size, (index + 1) * size));
    }),
  );
}

interface Sending {
  readonly send: (room: Room, rows: readonly Row[], signal: AbortSignal | undefined) => Promise<Answer>;
  readonly results: Map<WriteItem, WriteResult>;
  readonly options: CallOptions;
}

/** Sends one layer. What stops the whole connection is thrown only while nothing at all has been written. */
async function sendAll(room: Room, batches: readonly (readonly Row[])[], sending: Sending): Promise<void> {
  let stopped: CrmError | null = null;
  await inParallel(batches, callsAtOnce, async (rows) => {
    if (stopped !== null) return;
    try {
      await sendBatch(room, rows, sending);
    } catch (error) {
      if (!(error instanceof CrmError)) throw error;
      stopped = error;
    }
  });
  if (stopped === null) return;
  const failure: CrmError = stopped;
  const touched = [...sending.results.values()].some((result) => result.status !== 'rejected');
  if (!touched) throw failure;
  // Part of it is written, and that must be told; the rest has certainly not been sent or taken.
  for (const { item } of batches.flat()) {
    if (sending.results.has(item)) continue;
    const words = { cause: `not sent: ${failure.message}`, fix: failure.hint, retryable: true };
    sending.results.set(item, { ...rejected(item, 'NOT_SENT', words), stoppedBy: failure });
  }
}

async function sendBatch(room: Room, rows: readonly Row[], sending: Sending): Promise<void> {
  let answer: Answer;
  try {
    answer = await sending.send(room, rows, sending.options.signal);
  } catch (error) {
    if (error instanceof HubspotRefusal) {
      if (rows.length > 1) {
        const half = Math.ceil(rows.length / 2);
        await sendBatch(room, rows.slice(0, half), sending);
        await sendBatch(room, rows.slice(half), sending);
        return;
      }
      for (const row of rows)
        sending.results.set(row.item, await explained(room, row, { problem: error.problem, status: error.status }, sending));
      return;
    }
    if (!(error instanceof CrmError) || !error.ambiguous) throw error;
    for (const { item } of rows) sending.results.set(item, { intentId: item.intentId, status: 'ambiguous', cause: error.message });
    return;
  }
  await settle(room, rows, { answer, sending });
}

/** Matches an answer to its rows by trace id, key and record id; HubSpot promises no order. */
async function settle(
  room: Room,
  rows: readonly Row[],
  { answer, sending }: { readonly answer: Answer; readonly sending: Sending },
): Promise<void> {
  const batch = parseBatch(answer.body);
  if (batch === null) {
    for (const { item } of rows) sending.results.set(item, unmatched(item));
    return;
  }
  const problems = batch.errors.map(problemOf);
  for (const row of rows) {
    const { item } = row;
    const record = batch.results.find((one) =>
      one.traceId === null
        ? item.op === 'update'
          ? one.id === item.id
          : one.properties.get(ownName('key')) === item.key
        : one.traceId === item.intentId,
    );
    if (record !== undefined) {
      const at = instantOf(record.updatedAt) ?? answer.at ?? room.clock.now();
      room.self.wrote(record.id, at, row.properties);
      sending.results.set(item, { intentId: item.intentId, status: 'applied', id: record.id as RecordId, at });
      continue;
    }
    const problem = problems.find((one) => one.traceIds.includes(item.intentId) || (item.id !== undefined && one.ids.includes(item.id)));
    if (problem !== undefined) sending.results.set(item, await explained(room, row, { problem, status: undefined }, sending));
    else sending.results.set(item, unmatched(item));
  }
}

/** A success whose body can't be read says nothing about its rows: they are ambiguous, not failed. */
function parseBatch(body: unknown): ReturnType<typeof batchShape.parse> | null {
  try {
    return parse(batchShape, body, 'a batch write');
  } catch {
    return null;
  }
}

/** A refusal with what can be found out about it: the record that took this one's place, or the one in the way. */
async function explained(
  room: Room,
  row: Row,
  said: { readonly problem: Problem; readonly status: number | undefined },
  sending: Sending,
): Promise<WriteResult> {
  const { item } = row;
  const result = refused(item, said.problem, said.status);
  const { signal } = sending.options;
  if (result.code === 'NOT_FOUND' && item.id !== undefined && /^\d+$/.test(item.id)) {
    const survivor = await survivorOf(room, item.id, signal);
    if (survivor !== null) return rejected(item, 'MERGED', { cause: result.cause, fix: fixFor('MERGED'), existingId: survivor });
  }
  if (result.code === 'DUPLICATE' && result.existingId === undefined && item.key !== undefined) {
    const [same] = await readRecords(room.wire, 'contacts', { ids: [item.key], idProperty: ownName('key'), properties: [], signal });
    if (same !== undefined) return rejected(item, 'DUPLICATE', { cause: result.cause, fix: result.fix, existingId: same.id });
  }
  return result;
}

/** The id of a merged contact still answers single reads, with the record that remains; batches don't know it. */
async function survivorOf(room: Room, id: string, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    const answer = await room.wire.direct({ limit: 'general', repeatable: true, signal }, 'GET', objectPath('contacts', id));
    const found = (answer.body as { readonly id?: unknown } | null)?.id;
    return typeof found === 'string' && found !== id ? found : null;
  } catch (error) {
    if (error instanceof HubspotRefusal) return null;
    throw error;
  }
}

function sendPeople(room: Room, rows: readonly Row[], signal: AbortSignal | undefined): Promise<Answer> {
  const call = { limit: 'general', repeatable: false, signal } as const;
  if (rows[0]?.item.op === 'create') {
    const inputs = rows.map(({ item, properties }) => ({ properties: Object.fromEntries(properties), objectWriteTraceId: item.intentId }));
    return room.wire.client(call, (api) => api.batch.create('contacts', { inputs }));
  }
  const inputs = rows.map(({ item, properties }) => ({
    id: item.id ?? '',
    properties: Object.fromEntries(properties),
    objectWriteTraceId: item.intentId,
  }));
  return room.wire.client(call, (api) => api.batch.update('contacts', { inputs }));
}

function sendCampaigns(room: Room, rows: readonly Row[], signal: AbortSignal | undefined): Promise<Answer> {
  room.campaigns = null;
  return room.wire.direct({ limit: 'general', repeatable: false, signal }, 'POST', `${paths.campaigns}/batch/update`, {
    inputs: rows.map(({ item, properties }) => ({ id: item.id, properties: Object.fromEntries(properties) })),
  });
}
