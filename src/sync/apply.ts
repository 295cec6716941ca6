import type { ReadRecord, WriteItem } from '../crm.ts';
import type { PlanLine } from '../model/plan.ts';
import type { Side } from '../model/words.ts';
import type { Base, Intent, StoredPerson } from '../state/types.ts';
import { mayTryAgain, noted, observation, readTargets, tell, type ApplyOptions, type Applying, type Sending } from './applying.ts';
import { conclude, type Batch, type Conclusion } from './conclude.ts';
import { largestBatch, writeMode, type WriteMode } from './cost.ts';
import { basesOf, intentOf, itemOf, judge, skipOf } from './intent.ts';

/**
 * Writes lines to the CRMs: the only place that does, for all rooms. Reads the targets again just before each batch, stores
 * the intents durably, sends, matches the answers, looks for edits that were overwritten unseen, and stores outcome, base and
 * observation together. What became of each line stands in the journal.
 * @throws whatever a CRM throws; intents whose outcome is not known then stay open for `recover`.
 */
export async function apply(lines: AsyncIterable<PlanLine>, options: ApplyOptions): Promise<void> {
  const run = applying(options);
  for await (const line of lines) {
    if (line.changes.some((change) => change.rule !== 'ask')) await enqueue(run, line);
  }
  for (;;) {
    const next = run.pending.shift();
    if (next !== undefined) {
      await enqueue(run, next);
      continue;
    }
    const rest = [...run.buffers].find(([, buffer]) => buffer.length > 0);
    if (rest === undefined) return;
    await flush(run, rest[0]);
  }
}

/**
 * Resolves the intents that an earlier run left open, by reading what became of them; nothing is sent again. Edits that were
 * overwritten unseen are put back. Running it twice is the same as once.
 */
export async function recover(options: ApplyOptions): Promise<number> {
  const run = applying(options);
  const open = await options.state.journal.open();
  const groups = Map.groupBy(open, (intent) => `${intent.line.side} ${intent.line.kind}`);
  for (const intents of groups.values()) {
    const [first] = intents;
    if (first === undefined) continue;
    const { side, kind } = first.line;
    for (let at = 0; at < intents.length; at += largestBatch) {
      const sendings = intents.slice(at, at + largestBatch).map((intent): Sending => ({ intent, record: null, conditional: false }));
      await followUp(run, await conclude(run, { side, kind, sendings, results: new Map() }), { side, kind });
    }
  }
  return open.length;
}

function applying(options: ApplyOptions): Applying {
  return { ...options, buffers: new Map(), pending: [], tries: new Map(), sent: { marketing: 0, sales: 0 } };
}

async function enqueue(run: Applying, line: PlanLine): Promise<void> {
  const key = `${line.side} ${line.kind}`;
  const buffer = run.buffers.get(key) ?? [];
  run.buffers.set(key, buffer);
  // One record once per batch: vendors refuse doubles, and the second line has to see what the first one did.
  if (line.recordId !== null && buffer.some((other) => other.recordId === line.recordId)) await flush(run, key);
  buffer.push(line);
  if (buffer.length >= batchSize(run, line)) await flush(run, key);
}

function batchSize(run: Applying, { side, kind }: PlanLine): number {
  const { perCall, bulk } = run.crms[side].capabilities;
  if (bulk !== undefined && modeOf(run, side, kind) === 'bulk') return bulk.rows;
  const size = kind === 'campaign' ? perCall.campaignWrite : perCall.write;
  return Math.min(Math.max(size, 1), largestBatch);
}

/** How updates of a side go out: by all that the run will write there, where that is known. */
function modeOf(run: Applying, side: Side, kind: PlanLine['kind']): WriteMode {
  const { capabilities } = run.crms[side];
  return writeMode(run.expected?.[side] ?? run.sent[side], kind, { capabilities, raceDetection: run.settings.raceDetection });
}

async function flush(run: Applying, key: string): Promise<void> {
  run.signal?.throwIfAborted();
  const lines = run.buffers.get(key)?.splice(0) ?? [];
  const [first] = lines;
  if (first === undefined) return;
  const { side, kind } = first;
  const records = await readTargets(run, { side, kind, lines, history: false });
  const notes: Notes = { intents: [], bases: [], people: [] };
  const agreed = await run.state.links.bases([...new Set(lines.flatMap((line) => line.linkId ?? []))]);
  const sendings: Sending[] = [];
  for (const [index, line] of lines.entries()) {
    const sending = await prepare(run, line, { record: records[index] ?? null, notes, agreed });
    if (sending !== null) sendings.push(sending);
  }
  notes.intents.push(...sendings.map(({ intent }) => intent));
  if (sendings.length > 0) await run.renew();
  await run.state.commit(notes);
  await send(run, { side, kind, sendings });
}

/** What is stored before a batch is sent: the intents, and what was learnt of lines that need no sending. */
interface Notes {
  readonly intents: Intent[];
  readonly bases: Base[];
  readonly people: StoredPerson[];
}

interface Preparing {
  readonly record: ReadRecord | null;
  readonly notes: Notes;
  /** What the persons of the batch have agreed on so far, by link. */
  readonly agreed: ReadonlyMap<string, readonly Base[]>;
}

async function prepare(run: Applying, line: PlanLine, { record, notes, agreed }: Preparing): Promise<Sending | null> {
  const skip = (code: string, cause: string, fix?: string): null => {
    const intent = skipOf({ ...noted(run), line, record }, { code, cause, ...(fix === undefined ? {} : { fix }) });
    notes.intents.push(intent);
    tell(run, intent, intent);
    return null;
  };
  const verdict = judge(line, record);
  switch (verdict.kind) {
    case 'gone':
      return skip('NOT_FOUND', 'The record is not there any more.');
    case 'done':
      notes.bases.push(...basesOf(line, run.clock.now()));
      if (record !== null) notes.people.push(...observation(run, line, { record, overlay: new Map() }));
      return skip('ALREADY_THERE', 'The values stand there already.');
    case 'drifted': {
      skip('DRIFTED', verdict.cause, run.replan === undefined ? 'Make a new plan.' : undefined);
      const again = record === null ? null : await redecide(run, line, record);
      return again === null ? null : prepare(run, again, { record, notes, agreed });
    }
    case 'go': {
      const veto = await vetoed(run, line);
      if (veto !== null) return skip(veto.code, veto.cause);
      run.sent[line.side] += 1;
      // Truce's own figures have no other author whose edit could be lost.
      const conditional =
        (line.room === 'sync' || line.room === 'undo') && record !== null && modeOf(run, line.side, line.kind) === 'conditional';
      const parts = { ...noted(run), line, changes: verdict.changes, record, agreed: agreed.get(line.linkId ?? '') };
      return { intent: intentOf(parts), record, conditional };
    }
  }
}

async function vetoed(run: Applying, line: PlanLine): Promise<{ code: string; cause: string } | null> {
  if (run.beforeWrite === undefined) return null;
  try {
    return (await run.beforeWrite(line)) ? null : { code: 'VETOED', cause: 'The hook beforeWrite said no.' };
  } catch (error) {
    // A hook that fails on one record must not keep the others from being written.
    return { code: 'HOOK_FAILED', cause: `The hook beforeWrite failed: ${error instanceof Error ? error.name : 'unknown error'}.` };
  }
}

/** Takes in what the record holds now and plans its person anew. The line for the same record goes on at once, others later. */
async function redecide(run: Applying, line: PlanLine, record: ReadRecord): Promise<PlanLine | null> {
  if (run.replan === undefined || line.linkId === null || line.room !== 'sync') return null;
  if (!mayTryAgain(run, line.linkId)) return null;
  await run.state.commit({ people: observation(run, line, { record, overlay: new Map() }), unsettled: [line.linkId] });
  let same: PlanLine | null = null;
  for (const next of await run.replan(line.linkId)) {
    const renamed = { ...next, id: `${next.id}~${run.tries.get(line.linkId) ?? 1}` };
    if (next.side === line.side && next.recordId === line.recordId && next.kind === line.kind) same = renamed;
    else run.pending.push(renamed);
  }
  return same;
}

/** Sends writes whose intents are stored, and concludes. The batch in flight is finished even when the run is aborted. */
async function send(run: Applying, { side, kind, sendings }: Batch): Promise<void> {
  if (sendings.length === 0) return;
  const items = sendings.map(({ intent, record, conditional }): WriteItem =>
    itemOf(intent, conditional && record !== null ? record.modifiedAt : null),
  );
  // A repair puts back what somebody lost: it is looked up after like any other write.
  const bulk = modeOf(run, side, kind) === 'bulk' && sendings.every(({ intent }) => intent.line.room === 'sync');
  const results = await run.crms[side].write(kind, items, { bulk });
  const answered = { side, kind, sendings, unwatched: bulk, results: new Map(results.map((result) => [result.intentId, result])) };
  const done = await conclude(run, answered);
  const stopped = results.find((result) => result.status === 'rejected' && result.stoppedBy !== undefined);
  // All that was answered is stored; going on would only ask again what the CRM has just refused.
  if (stopped?.status === 'rejected' && stopped.stoppedBy !== undefined) throw stopped.stoppedBy;
  await followUp(run, done, { side, kind });
}

/** What a batch leaves to do: people to be planned anew, and values to be put back. */
async function followUp(run: Applying, done: Conclusion, { side, kind }: Pick<Batch, 'side' | 'kind'>): Promise<void> {
  if (done.changedMeanwhile.length > 0) {
    const records = await readTargets(run, { side, kind, lines: done.changedMeanwhile, history: false });
    for (const [index, line] of done.changedMeanwhile.entries()) {
      const record = records[index] ?? null;
      const again = record === null ? null : await redecide(run, line, record);
      if (again !== null) run.pending.push(again);
    }
  }
  await send(run, { side, kind, sendings: done.repairs });
  for (const line of done.raced) await mergeAgain(run, line);
}

async function mergeAgain(run: Applying, line: PlanLine): Promise<void> {
  if (run.replan === undefined || line.linkId === null) return;
  if (!mayTryAgain(run, line.linkId)) return;
  for (const next of await run.replan(line.linkId)) run.pending.push({ ...next, id: `${next.id}~${run.tries.get(line.linkId) ?? 1}` });
}
