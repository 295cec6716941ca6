import type { ReadRecord, WriteKind, WriteResult } from '../crm.ts';
import type { PlanLine } from '../model/plan.ts';
import type { FieldValue, Side } from '../model/words.ts';
import type { Base, Hold, Intent, IntentOutcome, StateBatch, StoredPerson } from '../state/types.ts';
import { mayTryAgain, noted, observation, readTargets, tell, type Applying, type Sending } from './applying.ts';
import { current, intentOf, resolveUnknown, unseenValues, type Unseen } from './intent.ts';
import { sameValue } from './values.ts';

/** Writes of one kind to one side. */
export interface Batch {
  readonly side: Side;
  readonly kind: WriteKind;
  readonly sendings: readonly Sending[];
}

/** A batch with its answers. */
export interface Answered extends Batch {
  /** By intent; what has no answer is ambiguous. */
  readonly results: ReadonlyMap<string, WriteResult>;
  /** True: the user accepted that edits made meanwhile are not looked for. */
  readonly unwatched?: boolean;
}

/** Everything that one batch changes in the state, gathered for one commit. */
export interface Conclusion {
  readonly outcomes: IntentOutcome[];
  readonly bases: Base[];
  readonly dropBases: NonNullable<StateBatch['dropBases']>[number][];
  readonly people: StoredPerson[];
  readonly hold: Hold[];
  readonly release: NonNullable<StateBatch['release']>[number][];
  readonly unsettled: string[];
  /** People whose values were overwritten unseen. */
  readonly raced: PlanLine[];
  /** Puts those values back; stored in the same commit that says so, or a crash in between would lose them. */
  readonly repairs: Sending[];
  /** Refused because the record had changed: planned anew from what it holds now. */
  readonly changedMeanwhile: PlanLine[];
}

/** Judges the answers of a batch, looks at what it may have overwritten, and stores what came of it in one commit. */
export async function conclude(run: Applying, { side, kind, sendings, results, unwatched = false }: Answered): Promise<Conclusion> {
  const at = run.clock.now();
  const crm = run.crms[side];
  const done: Conclusion = {
    outcomes: [],
    bases: [],
    dropBases: [],
    people: [],
    hold: [],
    release: [],
    unsettled: [],
    raced: [],
    repairs: [],
    changedMeanwhile: [],
  };
  const unknown = sendings.filter(({ intent }) => (results.get(intent.id)?.status ?? 'ambiguous') === 'ambiguous');
  const checked = sendings.filter(({ intent, conditional }) => {
    const watched = !unwatched && crm.capabilities.propertyHistory && kind === 'person' && !conditional && intent.line.room !== 'outcomes';
    return watched && results.get(intent.id)?.status === 'applied';
  });
  const lookedAt = [...unknown, ...checked];
  const answers = await readTargets(run, { side, kind, lines: lookedAt.map(({ intent }) => intent.line), history: kind === 'person' });
  const records = new Map(lookedAt.map(({ intent }, index) => [intent.id, answers[index] ?? null]));
  for (const sending of sendings) {
    const { intent } = sending;
    const result = results.get(intent.id);
    const record = records.get(intent.id) ?? null;
    if (result === undefined || result.status === 'ambiguous') unknownOutcome(run, done, { sending, record, at });
    else if (result.status === 'applied')
      applied(run, done, { sending, record, outcome: { id: intent.id, status: 'applied', recordId: result.id, at } });
    else rejected(run, done, { sending, result, at });
  }
  if (done.repairs.length > 0) await run.renew();
  await run.state.commit({
    intents: done.repairs.map(({ intent }) => intent),
    outcomes: done.outcomes,
    bases: done.bases,
    dropBases: done.dropBases,
    people: done.people,
    hold: done.hold,
    release: done.release,
    unsettled: done.unsettled,
  });
  const byId = new Map(sendings.map(({ intent }) => [intent.id, intent]));
  for (const outcome of done.outcomes) {
    const intent = byId.get(outcome.id);
    if (intent !== undefined) tell(run, intent, outcome);
  }
  return done;
}

interface Concluding {
  readonly sending: Sending;
  readonly record: ReadRecord | null;
}

function unknownOutcome(run: Applying, done: Conclusion, { sending, record, at }: Concluding & { readonly at: number }): void {
  const { intent } = sending;
  const outcome = resolveUnknown(intent, record, at);
  if (outcome.status === 'applied') return applied(run, done, { sending, record, outcome });
  // Left open for the next start: what it has to put back must not be forgotten.
  if (intent.line.room === 'repair' && !mayTryAgain(run, `repair ${intent.line.id}`)) return;
  done.outcomes.push(outcome);
  if (intent.line.room === 'repair' && record !== null) repairAgain(run, done, { intent, record });
  if (intent.line.linkId !== null) done.unsettled.push(intent.line.linkId);
}

/** A repair without effect is made anew for the values that nobody has changed since. */
function repairAgain(run: Applying, done: Conclusion, { intent, record }: { readonly intent: Intent; readonly record: ReadRecord }): void {
  const before = new Map(intent.before);
  const changes = intent.line.changes.filter((change) => sameValue(current(record, change), before.get(change.name)));
  if (changes.length === 0) return;
  const next = intentOf({ ...noted(run), line: intent.line, changes, record, repairs: intent.repairs });
  done.repairs.push({ intent: next, record, conditional: false });
}

function applied(run: Applying, done: Conclusion, { sending, record, outcome }: Concluding & { readonly outcome: IntentOutcome }): void {
  const { intent } = sending;
  const { line } = intent;
  const unseen = record === null || line.kind !== 'person' || line.room === 'outcomes' ? [] : unseenValues(intent, record);
  if (record !== null && unseen.length > 0) {
    const cause = `Overwrote ${unseen.map(({ change }) => change.name).join(', ')}, set by somebody meanwhile; it is put back and merged again.`;
    done.outcomes.push({ ...outcome, status: 'raced', code: 'RACED', cause });
    done.raced.push(line);
    const repair = repairLine(intent, unseen);
    done.repairs.push({
      intent: intentOf({ ...noted(run), line: repair, changes: repair.changes, record, repairs: intent.id }),
      record,
      conditional: false,
    });
    if (line.linkId !== null) done.unsettled.push(line.linkId);
    return;
  }
  done.outcomes.push(outcome);
  done.bases.push(...intent.bases);
  if (line.room === 'undo' && line.linkId !== null) {
    const { linkId } = line;
    for (const change of line.changes)
      if (change.own === null && change.settles === undefined) done.dropBases.push({ linkId, field: change.name });
  }
  const written = new Map(
    line.changes.flatMap((change): (readonly [string, FieldValue])[] => (change.remote === null ? [] : [[change.remote, change.after]])),
  );
  if (record !== null) done.people.push(...observation(run, line, { record, overlay: new Map() }));
  else if (sending.record !== null) done.people.push(...observation(run, line, { record: sending.record, overlay: written }));
  const recordId = outcome.recordId ?? line.recordId;
  if (recordId !== null) done.release.push({ side: line.side, kind: line.kind, recordId });
}

interface Rejecting {
  readonly sending: Sending;
  readonly result: WriteResult & { status: 'rejected' };
  readonly at: number;
}

function rejected(run: Applying, done: Conclusion, { sending, result, at }: Rejecting): void {
  const { intent } = sending;
  const { line } = intent;
  if (line.linkId !== null) done.unsettled.push(line.linkId);
  if (result.code === 'CHANGED_MEANWHILE') {
    done.outcomes.push({ id: intent.id, status: 'superseded', code: result.code, cause: result.cause, at });
    done.changedMeanwhile.push(line);
    return;
  }
  if (result.code === 'NOT_SENT') {
    // Nothing is wrong with the record: it is planned again by the next run, and never held back.
    done.outcomes.push({ id: intent.id, status: 'superseded', code: result.code, cause: result.cause, fix: result.fix, at });
    return;
  }
  // A locked row does not make the value forgotten that has to be put back: the next start tries again.
  const kept = line.room === 'repair' && result.retryable;
  if (!kept) done.outcomes.push({ id: intent.id, status: 'rejected', code: result.code, cause: result.cause, fix: result.fix, at });
  const recordId = line.recordId ?? line.key;
  if (recordId === null) return;
  done.hold.push({ side: line.side, kind: line.kind, recordId, code: result.code, cause: result.cause, fix: result.fix, at });
}

/** The one write outside a plan: gives back what was overwritten unseen. */
function repairLine(intent: Intent, unseen: readonly Unseen[]): PlanLine {
  const changes = unseen.map(({ change, value, at }) => ({
    name: change.name,
    remote: change.remote,
    own: null,
    before: change.after,
    after: value,
    rule: 'repair' as const,
    certainty: 'history' as const,
    reason: `Set at ${new Date(at).toISOString()}, between our reading and our writing; put back.`,
    sideEffect: change.sideEffect,
  }));
  return { ...intent.line, id: `${intent.line.id}~repair`, room: 'repair', conflict: true, changes };
}
