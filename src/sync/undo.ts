import { ConfigError, PlanError } from '../errors.ts';
import type { PlanLine, PlannedChange } from '../model/plan.ts';
import type { Instant, Side } from '../model/words.ts';
import type { Base, Frozen, Intent, JournalCounts, State } from '../state/types.ts';
import { apply } from './apply.ts';
import { applyOptions, type Run } from './run.ts';

const recordsPerCommit = 500;

/** What an undo did. */
export interface UndoResult {
  readonly run: string;
  /** The run that was undone. */
  readonly undone: string;
  /** Records with at least one value put back. */
  readonly restored: number;
  /** Records left alone, because somebody changed the values since, or the record is gone. */
  readonly leftAlone: number;
  /** Records that the run had created: they stay, and are deleted by hand where they are not wanted. */
  readonly created: number;
  /** Fields that the sync leaves alone until `release`. */
  readonly frozen: number;
  readonly calls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
}

/** A field as `Frozen` names it: Truce's own fields apart from mapped ones. */
export function frozenField(change: Pick<PlannedChange, 'name' | 'own'>): string {
  return change.own === null ? change.name : `own:${change.own}`;
}

/**
 * Puts back what a run wrote, where it still stands, with the agreements that held before. The fields are frozen first, so
 * that no run writes them again until they are released, not even when this one is cut off in the middle; an undo that was
 * cut off can be started again.
 * @throws {ConfigError} `RUN_NOT_FOUND` @throws {PlanError} `UNDO_OF_UNDO`, `NOTHING_TO_UNDO`
 */
export async function undoRun(run: Run, undone: string): Promise<UndoResult> {
  const { state, engine } = run;
  await checkUndone(state, undone);
  const frozen = await freeze(run, undone);
  if (frozen === 0)
    throw new PlanError('NOTHING_TO_UNDO', `The run ${undone} wrote nothing.`, { hint: '`truce status` lists the runs that did.' });
  engine.onPhase('apply');
  await state.meta.nextEpoch();
  let created = 0;
  const onCreated = (): void => void (created += 1);
  await apply(linesOf(state, undone, onCreated), applyOptions(run));
  const counts: JournalCounts = await state.journal.counts(run.id, { room: 'undo' });
  return {
    run: run.id,
    undone,
    restored: counts.applied,
    leftAlone: counts.skipped + counts.rejected + counts.superseded + counts.raced,
    created,
    frozen,
    calls: await run.calls(),
    durationMs: engine.ports.clock.now() - run.startedAt,
  };
}

/**
 * Lets go of the fields that a run, or the undo of that run, holds: the next sync decides about them again. Says how many.
 * @throws {ConfigError} `NOTHING_FROZEN`
 */
export async function releaseRun(state: State, runId: string, at: Instant): Promise<{ readonly released: number }> {
  const held = (await state.frozen.runs()).filter((one) => one.runId === runId || one.byRun === runId);
  if (held.length === 0) {
    throw new ConfigError('NOTHING_FROZEN', `No field is held back by the run ${runId}.`, {
      hint: '`truce status` lists the undone runs whose fields are held back.',
    });
  }
  await state.commit({ thaw: { runId, at } });
  return { released: held.reduce((sum, one) => sum + one.fields, 0) };
}

/** Lines without the fields that an undo froze; a line that has nothing left is dropped. Looks them up in batches. */
export async function* withoutFrozen(lines: AsyncIterable<PlanLine>, state: State): AsyncGenerator<PlanLine> {
  if ((await state.frozen.count()) === 0) return yield* lines;
  let batch: PlanLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < recordsPerCommit) continue;
    yield* thawed(batch, state);
    batch = [];
  }
  yield* thawed(batch, state);
}

async function* thawed(lines: readonly PlanLine[], state: State): AsyncGenerator<PlanLine> {
  const frozen = new Map<PlanLine, ReadonlySet<string>>();
  for (const group of Map.groupBy(lines, (line) => `${line.side} ${line.kind}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const held = await state.frozen.of(
      first.side,
      first.kind,
      group.flatMap((line) => line.recordId ?? []),
    );
    for (const line of group) {
      const fields = line.recordId === null ? undefined : held.get(line.recordId);
      if (fields !== undefined) frozen.set(line, fields);
    }
  }
  for (const line of lines) {
    const fields = frozen.get(line);
    const changes = fields === undefined ? line.changes : line.changes.filter((change) => !fields.has(frozenField(change)));
    if (changes.length === line.changes.length) yield line;
    else if (changes.length > 0) yield { ...line, changes };
  }
}

async function checkUndone(state: State, undone: string): Promise<void> {
  const record = await state.runs.get(undone);
  if (record === null)
    throw new ConfigError('RUN_NOT_FOUND', `There was no run ${undone}.`, { hint: '`truce status` lists the last runs with their ids.' });
  if (record.command === 'undo')
    throw new PlanError('UNDO_OF_UNDO', `The run ${undone} was an undo itself.`, {
      hint: 'Release it instead: the next sync then decides anew about the fields that it put back.',
    });
}

async function freeze(run: Run, undone: string): Promise<number> {
  const { state, id } = run;
  const at = run.engine.ports.clock.now();
  let batch: Frozen[] = [];
  let count = 0;
  for await (const intents of state.journal.byRecord(undone)) {
    const standing = netChanges(intents);
    for (const { change, intent } of standing.values()) {
      if (intent.recordId === null) continue;
      const { side, kind } = intent.line;
      batch.push({ side, kind, recordId: intent.recordId, field: frozenField(change), why: 'undo', runId: undone, byRun: id, at });
      count += 1;
    }
    if (batch.length < recordsPerCommit) continue;
    await state.commit({ freeze: batch });
    batch = [];
  }
  await state.commit({ freeze: batch });
  return count;
}

interface Net {
  readonly change: PlannedChange;
  /** What stood there before the run wrote for the first time. */
  readonly before: PlannedChange['before'];
  /** What was agreed on before; null when nothing was. */
  readonly base: Base | null;
  /** The last write. */
  readonly intent: Intent;
}

/** What a run's writes to one record came to, field by field: from before the first to after the last. */
function netChanges(intents: readonly Intent[]): ReadonlyMap<string, Net> {
  const net = new Map<string, Net>();
  for (const intent of intents) {
    if (intent.status !== 'applied' || intent.line.op !== 'update' || intent.line.room === 'repair') continue;
    const before = new Map(intent.before);
    for (const change of intent.line.changes) {
      const field = frozenField(change);
      const earlier = net.get(field);
      const base = intent.basesBefore.find((one) => one.field === change.name) ?? null;
      net.set(field, {
        change,
        before: earlier === undefined ? before.get(change.name) : earlier.before,
        base: earlier === undefined ? base : earlier.base,
        intent,
      });
    }
  }
  return net;
}

async function* linesOf(state: State, undone: string, onCreated: () => void): AsyncGenerator<PlanLine> {
  for await (const intents of state.journal.byRecord(undone)) {
    if (intents.some((intent) => intent.status === 'applied' && intent.line.op === 'create')) onCreated();
    const changes: PlannedChange[] = [];
    let last: Intent | null = null;
    for (const { change, before, base, intent } of netChanges(intents).values()) {
      // Where the record had no such field before, there is nothing to put back.
      if (before === undefined) continue;
      // What only goes forward stays where it is: the CRM would ignore the step back.
      if (change.rule === 'follow-forward') continue;
      changes.push(reverse(change, { before, base, at: intent.at }));
      last = intent;
    }
    if (last !== null && changes.length > 0)
      yield {
        ...last.line,
        id: `undo-${last.line.side}-${last.line.kind}-${last.recordId}`,
        room: 'undo',
        changes,
        recordId: last.recordId,
      };
  }
}

function reverse(
  change: PlannedChange,
  was: { readonly before: NonNullable<PlannedChange['before']> | null; readonly base: Base | null; readonly at: number },
): PlannedChange {
  const { settles: _, ...rest } = change;
  const { base } = was;
  return {
    ...rest,
    before: change.after,
    after: was.before,
    rule: 'undo',
    certainty: 'none',
    reason: `Put back: Truce wrote it on ${new Date(was.at).toISOString()}, and the run was undone.`,
    ...(base === null ? {} : { settles: settlementOf(base) }),
  };
}

function settlementOf(base: Base): NonNullable<PlannedChange['settles']> {
  const { marketing, sales, rung, held } = base;
  return { ...(marketing === undefined ? {} : { marketing }), ...(sales === undefined ? {} : { sales }), rung, held };
}
