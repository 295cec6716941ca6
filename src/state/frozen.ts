import type { Instant } from '../model/words.ts';
import type { Cells, Database } from './database.ts';
import { text } from './rows.ts';
import type { Frozen, FrozenStore } from './types.ts';

export function frozenStore(db: Database): FrozenStore {
  return {
    of: async (side, kind, ids) => {
      if (!anyFrozen(db)) return new Map();
      const sql = `SELECT f.record_id, f.field FROM json_each(?) j
        JOIN frozen f ON f.side = ? AND f.kind = ? AND f.record_id = j.value`;
      return grouped(db.all(sql, JSON.stringify(ids), side, kind), 'record_id');
    },
    count: async () => Number(db.get('SELECT count(*) AS n FROM frozen')?.['n']),
    releasedAt: async () => {
      const row = db.get("SELECT value FROM meta WHERE key = 'released-at'");
      return row === undefined ? null : Number(row['value']);
    },
    runs: async () =>
      db
        .all('SELECT why, run_id, by_run, count(*) AS n, max(at) AS at FROM frozen GROUP BY why, run_id, by_run ORDER BY at DESC, run_id')
        .map((row) => ({
          why: text(row['why']) as Frozen['why'],
          runId: text(row['run_id']),
          byRun: text(row['by_run']),
          fields: Number(row['n']),
          at: Number(row['at']),
        })),
  };
}

/** The frozen fields of persons, by link, whichever of their records they were frozen on. `links`: JSON list of link ids. */
export function frozenByLink(db: Database, links: string): ReadonlyMap<string, ReadonlySet<string>> {
  if (!anyFrozen(db)) return new Map();
  const sql = `SELECT p.link_id, f.field FROM json_each(?) j JOIN people p ON p.link_id = j.value
    JOIN frozen f ON f.side = p.side AND f.kind = 'person' AND f.record_id = p.record_id`;
  return grouped(db.all(sql, links), 'link_id');
}

/** Nearly always there is none, and asking so costs nothing. */
function anyFrozen(db: Database): boolean {
  return db.get('SELECT 1 AS found FROM frozen LIMIT 1') !== undefined;
}

function grouped(rows: readonly Cells[], by: string): ReadonlyMap<string, ReadonlySet<string>> {
  const fields = new Map<string, Set<string>>();
  for (const row of rows) {
    const key = text(row[by]);
    const set = fields.get(key) ?? new Set();
    fields.set(key, set.add(text(row['field'])));
  }
  return fields;
}

/** A field that is frozen already stays with the run that froze it first. */
export function putFrozen(db: Database, frozen: readonly Frozen[]): void {
  for (const one of frozen) {
    db.run(
      'INSERT OR IGNORE INTO frozen (side, kind, record_id, field, why, run_id, by_run, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      one.side,
      one.kind,
      one.recordId,
      one.field,
      one.why,
      one.runId,
      one.byRun,
      one.at,
    );
  }
}

/** Lets the fields of a run go, and has their people planned again. */
export function thaw(db: Database, runId: string, at: Instant): void {
  db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('released-at', ?)", String(at));
  db.run(
    `UPDATE links SET settled = 0 WHERE kind = 'linked' AND id IN (
       SELECT p.link_id FROM frozen f JOIN people p ON p.side = f.side AND p.record_id = f.record_id
       WHERE f.kind = 'person' AND (f.run_id = ? OR f.by_run = ?))`,
    runId,
    runId,
  );
  db.run(
    `DELETE FROM quarantine WHERE code = 'FIGHT' AND (side, kind, record_id) IN
       (SELECT side, kind, record_id FROM frozen WHERE why = 'fight' AND (run_id = ? OR by_run = ?))`,
    runId,
    runId,
  );
  db.run('DELETE FROM frozen WHERE run_id = ? OR by_run = ?', runId, runId);
}
