import type { PlanLine } from '../model/plan.ts';
import type { FieldValue, RecordId } from '../model/words.ts';
import { compactJournal } from './compact.ts';
import type { Cells, Database } from './database.ts';
import { numberOrNull, text, textOrNull } from './rows.ts';
import type { Base, Intent, IntentOutcome, IntentStatus, JournalCounts, JournalStore } from './types.ts';

const rowsPerPage = 500;

/** Base values as JSON must keep absent apart from cleared: absent members are left out. */
type StoredBefore = readonly { readonly name: string; readonly value?: FieldValue }[];

/** `write` runs the work in a transaction that refuses a lease which was lost. */
export function journalStore(db: Database, write: (work: () => void) => void): JournalStore {
  return {
    open: async () => db.all(`SELECT * FROM journal WHERE status = 'open' ORDER BY seq`).map(intentFrom),
    get: async (id) => {
      const row = db.get('SELECT * FROM journal WHERE id = ?', id);
      return row === undefined ? null : intentFrom(row);
    },
    compact: async (at) => {
      let gone = 0;
      write(() => (gone = compactJournal(db, at)));
      return gone;
    },
    since: (at) => intentsSince(db, at),
    ofRun: (runId) => intentsOfRun(db, runId),
    byRecord: (runId) => intentsByRecord(db, runId),
    ofRecord: async (side, recordId, since = 0) =>
      db.all('SELECT * FROM journal WHERE side = ? AND record_id = ? AND at >= ? ORDER BY seq', side, recordId, since).map(intentFrom),
    counts: async (runId, only) => {
      const counts: Record<IntentStatus, number> = { open: 0, applied: 0, rejected: 0, superseded: 0, raced: 0, skipped: 0 };
      const sql = `SELECT status, count(*) AS n FROM journal
        WHERE run_id = ? AND (? IS NULL OR line ->> '$.room' = ?) AND (? IS NULL OR kind = ?) GROUP BY status`;
      const [room, kind] = [only?.room ?? null, only?.kind ?? null];
      for (const row of db.all(sql, runId, room, room, kind, kind)) {
        counts[text(row['status']) as IntentStatus] = Number(row['n']);
      }
      return counts satisfies JournalCounts;
    },
    everApplied: async (room) =>
      db.get('SELECT 1 AS found FROM meta WHERE key = ?', `applied-${room}`) !== undefined ||
      db.get(`SELECT 1 AS found FROM journal WHERE status = 'applied' AND line ->> '$.room' = ? LIMIT 1`, room) !== undefined,
    writesOf: async (field, since) => {
      const sql = `SELECT count(*) AS n FROM journal j WHERE j.at >= ? AND j.status IN ('open', 'applied', 'raced')
        AND j.line ->> '$.room' IN ('sync', 'repair')
        AND EXISTS (SELECT 1 FROM json_each(j.line, '$.changes') c WHERE c.value ->> '$.name' = ?)`;
      return Number(db.get(sql, since, field)?.['n']);
    },
  };
}

async function* intentsOfRun(db: Database, runId: string): AsyncGenerator<Intent> {
  let after = 0;
  for (;;) {
    const rows = db.all('SELECT * FROM journal WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?', runId, after, rowsPerPage);
    for (const row of rows) yield intentFrom(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    after = Number(last['seq']);
  }
}

async function* intentsSince(db: Database, at: number): AsyncGenerator<Intent> {
  let after: readonly [number, number] = [at, -1];
  for (;;) {
    const rows = db.all('SELECT * FROM journal WHERE (at, seq) > (?, ?) ORDER BY at, seq LIMIT ?', ...after, rowsPerPage);
    for (const row of rows) yield intentFrom(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    after = [Number(last['at']), Number(last['seq'])];
  }
}

async function* intentsByRecord(db: Database, runId: string): AsyncGenerator<readonly Intent[]> {
  let after: readonly [string, string, string, number] = ['', '', '', 0];
  let group: Intent[] = [];
  for (;;) {
    const rows = db.all(
      `SELECT * FROM journal WHERE run_id = ? AND record_id IS NOT NULL AND (side, kind, record_id, seq) > (?, ?, ?, ?)
       ORDER BY side, kind, record_id, seq LIMIT ?`,
      runId,
      ...after,
      rowsPerPage,
    );
    for (const row of rows) {
      const intent = intentFrom(row);
      const [first] = group;
      if (first !== undefined && !sameRecord(first, intent)) {
        yield group;
        group = [];
      }
      group.push(intent);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) break;
    after = [text(last['side']), text(last['kind']), text(last['record_id']), Number(last['seq'])];
  }
  if (group.length > 0) yield group;
}

function sameRecord(one: Intent, other: Intent): boolean {
  return one.line.side === other.line.side && one.line.kind === other.line.kind && one.recordId === other.recordId;
}

function intentFrom(row: Cells): Intent {
  const before = (JSON.parse(text(row['before'])) as StoredBefore).map((entry) => [entry.name, entry.value] as const);
  const bases = basesFrom(row['bases']);
  return {
    id: text(row['id']),
    runId: text(row['run_id']),
    line: JSON.parse(text(row['line'])) as PlanLine,
    before,
    targetAt: numberOrNull(row['target_at']),
    bases,
    basesBefore: basesFrom(row['bases_before']),
    paramHash: text(row['param_hash']),
    epoch: Number(row['epoch']),
    at: Number(row['at']),
    status: text(row['status']) as IntentStatus,
    recordId: textOrNull(row['record_id']) as RecordId | null,
    code: textOrNull(row['code']),
    cause: textOrNull(row['cause']),
    fix: textOrNull(row['fix']),
    closedAt: numberOrNull(row['closed_at']),
    repairs: textOrNull(row['repairs']),
  };
}

/** A side that a base says nothing of is there as undefined. */
function basesFrom(cell: Cells[string] | undefined): readonly Base[] {
  return (JSON.parse(text(cell)) as Base[]).map((base) => ({ ...base, marketing: base.marketing, sales: base.sales }));
}

export function putIntents(db: Database, intents: readonly Intent[]): void {
  for (const intent of intents) {
    const before: StoredBefore = intent.before.map(([name, value]) => (value === undefined ? { name } : { name, value }));
    db.run(
      `INSERT INTO journal (id, run_id, side, kind, record_id, line, before, target_at, bases, bases_before, param_hash, epoch, at, status, code, cause, fix, closed_at, repairs)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      intent.id,
      intent.runId,
      intent.line.side,
      intent.line.kind,
      intent.recordId,
      JSON.stringify(intent.line),
      JSON.stringify(before),
      intent.targetAt,
      JSON.stringify(intent.bases),
      JSON.stringify(intent.basesBefore),
      intent.paramHash,
      intent.epoch,
      intent.at,
      intent.status,
      intent.code,
      intent.cause,
      intent.fix,
      intent.closedAt,
      intent.repairs,
    );
  }
}

/** Closes intents. One that is closed already keeps its first outcome, so that recovery may run twice. */
export function closeIntents(db: Database, outcomes: readonly IntentOutcome[]): void {
  for (const outcome of outcomes) {
    db.run(
      `UPDATE journal SET status = ?, record_id = coalesce(?, record_id), code = ?, cause = ?, fix = ?, closed_at = ?
       WHERE id = ? AND status = 'open'`,
      outcome.status,
      outcome.recordId ?? null,
      outcome.code ?? null,
      outcome.cause ?? null,
      outcome.fix ?? null,
      outcome.at,
      outcome.id,
    );
  }
}
