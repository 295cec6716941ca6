import type { Instant } from '../model/words.ts';
import type { Database } from './database.ts';
import { text } from './rows.ts';

/** Rows looked at in one go: a few milliseconds, so that it never holds a run up. */
const rowsPerStep = 2_000;
const dayMs = 86_400_000;

/** How far a pass over the old end of the journal has come. */
interface Pass {
  readonly at: Instant;
  readonly seq: number;
  /** When the last pass ended; the next one begins a day later. */
  readonly doneAt: Instant;
}

/** What is kept whatever its age: `$1` is the instant that is the limit. */
const spent = `
  j.status <> 'open'
  AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = j.run_id AND coalesce(r.ended_at, r.started_at + ${dayMs}) >= ?)
  AND NOT EXISTS (SELECT 1 FROM frozen f WHERE f.run_id = j.run_id OR f.by_run = j.run_id)
  AND NOT EXISTS (SELECT 1 FROM journal k WHERE k.side = j.side AND k.record_id = j.record_id AND k.repairs = j.id AND k.seq <> j.seq AND k.at >= ?)
  AND NOT (j.status = 'applied' AND j.line ->> '$.room' = 'outcomes' AND EXISTS (
    SELECT 1 FROM json_each(j.line, '$.changes') c WHERE c.value ->> '$.own' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM journal k, json_each(k.line, '$.changes') d
      WHERE k.side = j.side AND k.record_id = j.record_id AND k.kind = j.kind AND k.seq > j.seq AND k.status = 'applied'
        AND d.value ->> '$.own' = c.value ->> '$.own')))`;

/**
 * Drops a piece of the journal that ended before `before`, one step of a pass that begins anew each day. What is needed
 * stays, however old: open intents, runs that hold fields, what a younger repair repairs, and the figures that were last
 * written to each record. Runs go when nothing of theirs is left. Returns how many intents went.
 */
export function compactJournal(db: Database, { before, now }: { readonly before: Instant; readonly now: Instant }): number {
  const pass = JSON.parse(
    text(db.get("SELECT value FROM meta WHERE key = 'compacted'")?.['value'] ?? '{"at":0,"seq":-1,"doneAt":0}'),
  ) as Pass;
  if (pass.seq === -1 && now - pass.doneAt < dayMs && pass.doneAt > 0) return 0;
  const rows = db.all(
    'SELECT seq, at FROM journal WHERE (at, seq) > (?, ?) AND at < ? ORDER BY at, seq LIMIT ?',
    pass.at,
    pass.seq,
    before,
    rowsPerStep,
  );
  const seqs = JSON.stringify(rows.map((row) => Number(row['seq'])));
  const gone = db.all(
    `SELECT j.seq, j.status, j.line ->> '$.room' AS room FROM json_each(?) s JOIN journal j ON j.seq = s.value WHERE ${spent}`,
    seqs,
    before,
    before,
  );
  // Whether anything was ever written decides on the first run's caution.
  for (const room of new Set(gone.flatMap((row) => (row['status'] === 'applied' ? [text(row['room'])] : []))))
    db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', `applied-${room}`, 'yes');
  db.run('DELETE FROM journal WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(gone.map((row) => Number(row['seq']))));
  const last = rows.at(-1);
  const done = last === undefined || rows.length < rowsPerStep;
  if (done) dropRuns(db, before);
  const next: Pass = done ? { at: 0, seq: -1, doneAt: now } : { at: Number(last['at']), seq: Number(last['seq']), doneAt: pass.doneAt };
  db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('compacted', ?)", JSON.stringify(next));
  return gone.length;
}

/** The last run that went through stays: `truce status` tells its age. */
function dropRuns(db: Database, before: Instant): void {
  db.run(
    `DELETE FROM runs WHERE id IN (
       SELECT r.id FROM runs r WHERE r.started_at < ? AND coalesce(r.ended_at, r.started_at + ${dayMs}) < ?
         AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.run_id = r.id)
         AND NOT EXISTS (SELECT 1 FROM frozen f WHERE f.run_id = r.id OR f.by_run = r.id)
         AND r.id IS NOT (SELECT id FROM runs WHERE status = 'done' ORDER BY started_at DESC, id DESC LIMIT 1)
       ORDER BY r.started_at LIMIT ?)`,
    before,
    before,
    rowsPerStep,
  );
}
