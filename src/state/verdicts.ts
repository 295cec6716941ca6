import type { Instant, RecordId, Side } from '../model/words.ts';
import type { Cells, Database } from './database.ts';
import { text } from './rows.ts';
import type { Choice, PersonRef, StateBatch, VerdictRows, VerdictStore } from './types.ts';

export function verdictStore(db: Database): VerdictStore {
  return {
    of: async (refs) => ({ choices: choicesOf(db, refs), tombstones: tombstonesOf(db, refs) }),
    page: async (after, limit) =>
      db
        .all(
          'SELECT * FROM choices WHERE (marketing, sales) > (?, ?) ORDER BY marketing, sales LIMIT ?',
          after.marketing,
          after.sales,
          limit,
        )
        .map(choiceFrom),
  };
}

function choicesOf(db: Database, refs: readonly PersonRef[]): readonly Choice[] {
  if (!anyIn(db, 'choices')) return [];
  const found = new Map<string, Choice>();
  for (const side of ['marketing', 'sales'] as const) {
    const ids = JSON.stringify(refs.filter((ref) => ref.side === side).map((ref) => ref.id));
    for (const row of db.all(`SELECT c.* FROM json_each(?) j JOIN choices c ON c.${side} = j.value`, ids))
      found.set(`${text(row['marketing'])} ${text(row['sales'])}`, choiceFrom(row));
  }
  return [...found.values()];
}

function tombstonesOf(db: Database, refs: readonly PersonRef[]): VerdictRows['tombstones'] {
  if (!anyIn(db, 'tombstones')) return [];
  return (['marketing', 'sales'] as const).flatMap((side) => {
    const ids = JSON.stringify(refs.filter((ref) => ref.side === side).map((ref) => ref.id));
    return db.all('SELECT t.* FROM json_each(?) j JOIN tombstones t ON t.side = ? AND t.record_id = j.value', ids, side).map((row) => ({
      side,
      id: text(row['record_id']) as RecordId,
      goneId: text(row['gone_id']),
      at: Number(row['at']),
    }));
  });
}

/** Nearly always there is none, and asking so costs nothing. */
function anyIn(db: Database, table: 'choices' | 'tombstones'): boolean {
  return db.get(`SELECT 1 AS found FROM ${table} LIMIT 1`) !== undefined;
}

function choiceFrom(row: Cells): Choice {
  return {
    marketing: text(row['marketing']) as RecordId,
    sales: text(row['sales']) as RecordId,
    same: Number(row['same']) === 1,
    at: Number(row['at']),
  };
}

/** The records that somebody said are the same person as this one. */
export function chosenFor(db: Database, record: PersonRef): readonly PersonRef[] {
  const other: Side = record.side === 'marketing' ? 'sales' : 'marketing';
  return db
    .all(`SELECT ${other} AS id FROM choices WHERE ${record.side} = ? AND same = 1`, record.id)
    .map((row) => ({ side: other, id: text(row['id']) as RecordId }));
}

/** Stores what somebody decided, and has the links of both records resolved anew. */
export function putChoices(db: Database, choices: NonNullable<StateBatch['choose']>): void {
  for (const { marketing, sales, same, at } of choices) {
    // Before a word is taken back: what it joined has to be looked at from both ends.
    const again = 'UPDATE people SET unresolved = 1 WHERE side = ? AND record_id = ?';
    db.run(again, 'marketing', marketing);
    db.run(again, 'sales', sales);
    if (same === null) db.run('DELETE FROM choices WHERE marketing = ? AND sales = ?', marketing, sales);
    else db.run('INSERT OR REPLACE INTO choices (marketing, sales, same, at) VALUES (?, ?, ?, ?)', marketing, sales, same ? 1 : 0, at);
  }
}

/** Notes on every counterpart of a deleted record that it had one: a newcomer with the same address is not taken for it by itself. */
export function rememberLoss(db: Database, gone: PersonRef, at: Instant): void {
  db.run(
    `INSERT OR IGNORE INTO tombstones (side, record_id, gone_id, at)
     SELECT o.side, o.record_id, p.record_id, ? FROM people p JOIN links l ON l.id = p.link_id AND l.kind = 'linked'
       JOIN people o ON o.link_id = p.link_id AND o.side <> p.side
     WHERE p.side = ? AND p.record_id = ?
       AND NOT EXISTS (SELECT 1 FROM people q WHERE q.link_id = p.link_id AND q.side = p.side AND q.record_id <> p.record_id)`,
    at,
    gone.side,
    gone.id,
  );
}

/** What was known about a record goes with it, or to the record that it was merged into. */
export function moveVerdicts(db: Database, gone: PersonRef & { readonly erased: boolean; readonly mergedInto: RecordId | null }): void {
  const { side, id, mergedInto, erased } = gone;
  if (mergedInto !== null) {
    db.run(`UPDATE OR IGNORE choices SET ${side} = ? WHERE ${side} = ?`, mergedInto, id);
    db.run('UPDATE OR IGNORE tombstones SET record_id = ? WHERE side = ? AND record_id = ?', mergedInto, side, id);
  }
  // A record that was only deleted may be restored under its id, and what somebody said of it still holds then.
  if (mergedInto !== null || erased) db.run(`DELETE FROM choices WHERE ${side} = ?`, id);
  db.run('DELETE FROM tombstones WHERE side = ? AND record_id = ?', side, id);
}
