import type { FieldValue, Instant, Side } from '../model/words.ts';
import type { Intent, RunRecord, State } from '../state/types.ts';

/** One field of one write: who, what, before, after, why, outcome. */
export interface AuditRow {
  /** When it was noted, before it was sent; ISO. */
  readonly at: string;
  readonly run: string;
  readonly command: string | null;
  /** Whoever started the run, as the machine knows them. */
  readonly user: string | null;
  /** Whoever approved the plan. */
  readonly approver: string | null;
  /** `sync`, `outcomes`, `repair`, `undo`. */
  readonly room: string;
  readonly side: Side;
  readonly kind: string;
  readonly record: string | null;
  readonly url: string | null;
  readonly field: string;
  /** The CRM's field; null for one of Truce's own. */
  readonly remote: string | null;
  /** As read just before the write; null is blank, undefined was not known. */
  readonly before: FieldValue | undefined;
  readonly after: FieldValue;
  readonly rule: string;
  readonly why: string;
  readonly outcome: Intent['status'];
  readonly code: string | null;
  readonly cause: string | null;
  readonly closedAt: string | null;
  /** The write that this one repairs. */
  readonly repairs: string | null;
}

/** The columns of a row in their order. */
export const auditColumns: readonly (keyof AuditRow)[] = [
  'at',
  'run',
  'command',
  'user',
  'approver',
  'room',
  'side',
  'kind',
  'record',
  'url',
  'field',
  'remote',
  'before',
  'after',
  'rule',
  'why',
  'outcome',
  'code',
  'cause',
  'closedAt',
  'repairs',
];

/** Every write noted at or after `since`, oldest first; a page of the journal is held in memory. */
export async function* auditRows(state: State, since: Instant = 0): AsyncGenerator<AuditRow> {
  let run: RunRecord | null = null;
  for await (const intent of state.journal.since(since)) {
    if (run?.id !== intent.runId) run = await state.runs.get(intent.runId);
    yield* rowsOf(intent, run);
  }
}

function rowsOf(intent: Intent, run: RunRecord | null): readonly AuditRow[] {
  const { line } = intent;
  const before = new Map(intent.before);
  return line.changes
    .filter((change) => change.rule !== 'ask')
    .map((change) => ({
      at: new Date(intent.at).toISOString(),
      run: intent.runId,
      command: run?.command ?? null,
      user: run?.user ?? null,
      approver: run?.approver ?? null,
      room: line.room,
      side: line.side,
      kind: line.kind,
      record: intent.recordId ?? line.recordId,
      url: line.urls[line.side] ?? null,
      field: change.name,
      remote: change.remote,
      before: before.has(change.name) ? before.get(change.name) : change.before,
      after: change.after,
      rule: change.rule,
      why: change.reason,
      outcome: intent.status,
      code: intent.code,
      cause: intent.cause,
      closedAt: intent.closedAt === null ? null : new Date(intent.closedAt).toISOString(),
      repairs: intent.repairs,
    }));
}
