import type { Crm, ReadRecord, Ref, WriteKind } from '../crm.ts';
import type { PlanLine } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Fields, Side } from '../model/words.ts';
import type { Clock, Ids, Log } from '../ports.ts';
import type { Intent, IntentOutcome, State, StoredPerson } from '../state/types.ts';
import { mappedFields, observed } from './observe.ts';

export interface ApplyOptions {
  readonly state: State;
  readonly crms: Readonly<Record<Side, Crm>>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly runId: string;
  readonly epoch: number;
  readonly signal?: AbortSignal | undefined;
  /** Records to be written by side, where it is known beforehand. */
  readonly expected?: Readonly<Record<Side, number>> | undefined;
  /** Keeps the lease; throws when it was lost. Called before every request that writes. */
  readonly renew: () => Promise<void>;
  /** False keeps a line from being written. */
  readonly beforeWrite?: ((line: PlanLine) => boolean | Promise<boolean>) | undefined;
  /** Plans a person anew from the state. Without it a drifted line is skipped. */
  readonly replan?: ((linkId: string) => Promise<readonly PlanLine[]>) | undefined;
  readonly onOutcome?: ((outcome: LineOutcome) => void) | undefined;
}

/** What became of a line. */
export interface LineOutcome {
  readonly line: PlanLine;
  readonly status: Intent['status'];
  readonly code: string | null;
  readonly cause: string | null;
}

/** A write on its way. */
export interface Sending {
  readonly intent: Intent;
  /** As read just before. */
  readonly record: ReadRecord | null;
  readonly conditional: boolean;
}

/** A run of apply: its options, and what it has in hand. */
export interface Applying extends ApplyOptions {
  readonly buffers: Map<string, PlanLine[]>;
  /** Lines that arose while others were applied. */
  readonly pending: PlanLine[];
  readonly tries: Map<string, number>;
  readonly sent: Record<Side, number>;
}

/** What every intent of a run begins with. */
export function noted(run: Applying): { id: string; runId: string; epoch: number; at: number } {
  return { id: run.ids.next('int'), runId: run.runId, epoch: run.epoch, at: run.clock.now() };
}

/** The record as it now stands, for the state; only people matter there. */
export function observation(run: Applying, line: PlanLine, seen: { record: ReadRecord; overlay: Fields }): readonly StoredPerson[] {
  const { record, overlay } = seen;
  if (line.kind !== 'person' || !('emails' in record.record)) return [];
  const person = { ...record.record, fields: new Map([...record.fields, ...overlay]) };
  return [observed(line.side, person, { version: record.version, at: record.modifiedAt, settings: run.settings })];
}

/** Which targets to read. */
export interface Reading {
  readonly side: Side;
  readonly kind: WriteKind;
  readonly lines: readonly PlanLine[];
  readonly history: boolean;
}

/** Reads the lines' targets by id, or by our key for creates; in the order of the lines. */
export async function readTargets(run: Applying, { side, kind, lines, history }: Reading): Promise<readonly (ReadRecord | null)[]> {
  const crm = run.crms[side];
  if (lines.length === 0) return [];
  const refs = lines.map((line): Ref => {
    if (line.recordId === null) return { key: line.key ?? '' };
    return { id: line.recordId, ...(line.object === null ? {} : { object: line.object }) };
  });
  const changes = lines.flatMap((line) => line.changes);
  const remote = changes.flatMap((change) => (change.own === null && change.remote !== null ? [change.remote] : []));
  const fields = [...new Set([...(kind === 'person' ? mappedFields(run.settings, side) : []), ...remote])];
  const own = [...new Set(changes.flatMap((change) => (change.own === null ? [] : [change.own])))];
  const answers = await crm.read(kind, refs, { fields, own, history: history && crm.capabilities.propertyHistory });
  return lines.map((_, index) => answers[index]?.found[0] ?? null);
}

/** Tells whoever listens what became of a line. */
export function tell(
  run: Applying,
  intent: Intent,
  outcome: Pick<IntentOutcome, 'code' | 'cause'> & { readonly status: Intent['status'] },
): void {
  run.onOutcome?.({ line: intent.line, status: outcome.status, code: outcome.code ?? null, cause: outcome.cause ?? null });
}

/** Tries about one matter within one run, the first included: what others keep changing is left to the next run. */
const triesPerRun = 3;

/** Counts a further try; false when there were enough. */
export function mayTryAgain(run: Applying, matter: string): boolean {
  const tries = (run.tries.get(matter) ?? 1) + 1;
  run.tries.set(matter, tries);
  return tries <= triesPerRun;
}
