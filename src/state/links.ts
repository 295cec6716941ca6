import type { RecordId, Side } from '../model/words.ts';
import type { LinkRow } from '../warehouse/types.ts';
import type { Cells, Database } from './database.ts';
import { frozenByLink } from './frozen.ts';
import { baseFrom, candidatesFrom, personColumns, personFrom, text, valueText } from './rows.ts';
import type { Base, Link, LinkKind, LinkRule, LinkStore, LinkedPerson, StateBatch } from './types.ts';

const rowsPerPage = 2_000;
const none: ReadonlySet<string> = new Set();

export function linkStore(db: Database): LinkStore {
  return {
    get: async (ids) => {
      const rows = db.all('SELECT l.id, l.kind FROM json_each(?) j JOIN links l ON l.id = j.value', JSON.stringify(ids));
      return new Map(linkedPersons(db, rows).map((person) => [person.id, person]));
    },
    page: async ({ after, limit, all }) => {
      const unsettled = all ? '' : 'AND settled = 0';
      const rows = db.all(`SELECT id, kind FROM links WHERE kind = 'linked' ${unsettled} AND id > ? ORDER BY id LIMIT ?`, after, limit);
      return linkedPersons(db, rows);
    },
    singles: async ({ side, after, limit }) => {
      const rows = db.all(
        `SELECT id, kind FROM links l WHERE kind = 'single' AND id > ?
         AND EXISTS (SELECT 1 FROM people p WHERE p.link_id = l.id AND p.side = ?) ORDER BY id LIMIT ?`,
        after,
        side,
        limit,
      );
      return linkedPersons(db, rows);
    },
    bases: async (ids) => Map.groupBy(db.all(basesSql, JSON.stringify(ids)).map(baseFrom), (base) => base.linkId),
    linkedCount: async () => countOf(db, `SELECT count(*) AS n FROM links WHERE kind = 'linked'`),
    unsettledCount: async () => countOf(db, `SELECT count(*) AS n FROM links WHERE kind = 'linked' AND settled = 0`),
    ambiguous: async () => db.all(`SELECT * FROM links WHERE kind = 'ambiguous' ORDER BY id`).map((row) => linkFrom(db, row)),
    named: async (ids) =>
      db.all('SELECT l.* FROM json_each(?) j JOIN links l ON l.id = j.value', JSON.stringify(ids)).map((row) => linkFrom(db, row)),
    ambiguousPage: async (after, limit) =>
      db.all(`SELECT * FROM links WHERE kind = 'ambiguous' AND id > ? ORDER BY id LIMIT ?`, after, limit).map((row) => linkFrom(db, row)),
    reopenAmbiguous: async () => {
      db.run(`UPDATE people SET unresolved = 1 WHERE link_id IN (SELECT id FROM links WHERE kind = 'ambiguous')`);
    },
    rows: () => linkRows(db),
  };
}

function countOf(db: Database, sql: string): number {
  return Number(db.get(sql)?.['n']);
}

const membersSql = `SELECT ${personColumns.replace(/(\w+)/g, 'p.$1')} FROM json_each(?) j JOIN people p ON p.link_id = j.value`;
const basesSql = 'SELECT b.* FROM json_each(?) j JOIN bases b ON b.link_id = j.value';

/** Persons with members and bases, in the order of the rows: two statements however many there are. */
function linkedPersons(db: Database, rows: readonly Cells[]): LinkedPerson[] {
  const ids = JSON.stringify(rows.map((row) => text(row['id'])));
  const members = Map.groupBy(db.all(membersSql, ids).map(personFrom), (person) => person.linkId ?? '');
  const bases = Map.groupBy(db.all(basesSql, ids).map(baseFrom), (base) => base.linkId);
  const frozen = frozenByLink(db, ids);
  return rows.map((row) => {
    const id = text(row['id']);
    const own = (members.get(id) ?? []).sort((x, y) => (x.side === y.side ? (x.id < y.id ? -1 : 1) : x.side < y.side ? -1 : 1));
    return {
      id,
      kind: text(row['kind']) as LinkKind,
      members: own,
      bases: new Map((bases.get(id) ?? []).map((base) => [base.field, base])),
      frozen: frozen.get(id) ?? none,
    };
  });
}

function linkFrom(db: Database, row: Cells): Link {
  const members = db.all('SELECT side, record_id FROM people WHERE link_id = ? ORDER BY side, record_id', text(row['id']));
  return {
    id: text(row['id']),
    kind: text(row['kind']) as LinkKind,
    rule: text(row['rule']) as LinkRule,
    confidence: Number(row['confidence']),
    members: members.map((member) => ({ side: text(member['side']) as Side, id: text(member['record_id']) as RecordId })),
    candidates: candidatesFrom(row['candidates']),
  };
}

async function* linkRows(db: Database): AsyncGenerator<LinkRow> {
  let side = '';
  let id = '';
  for (;;) {
    const rows = db.all(
      `SELECT p.side, p.object, p.record_id, p.link_id, l.rule, l.confidence FROM people p JOIN links l ON l.id = p.link_id
       WHERE (p.side, p.record_id) > (?, ?) ORDER BY p.side, p.record_id LIMIT ?`,
      side,
      id,
      rowsPerPage,
    );
    for (const row of rows) {
      yield {
        side: text(row['side']) as Side,
        object: text(row['object']),
        recordId: text(row['record_id']) as RecordId,
        personId: text(row['link_id']),
        rule: text(row['rule']),
        confidence: Number(row['confidence']),
      };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    side = text(last['side']);
    id = text(last['record_id']);
  }
}

/** Stores links with their members. A link whose pair is another one than before has nothing that it agreed on. */
export function putLinks(db: Database, links: NonNullable<StateBatch['links']>): void {
  for (const link of links) {
    const candidates = link.candidates.length === 0 ? null : JSON.stringify(link.candidates);
    for (const member of link.members) {
      db.run('UPDATE people SET link_id = ?, unresolved = 0 WHERE side = ? AND record_id = ?', link.id, member.side, member.id);
    }
    const settled = link.kind === 'linked' ? 0 : 1;
    db.run(
      `INSERT INTO links (id, kind, rule, confidence, settled, candidates) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, rule = excluded.rule, confidence = excluded.confidence,
         candidates = excluded.candidates, settled = CASE WHEN ? AND links.kind = excluded.kind THEN links.settled ELSE excluded.settled END`,
      link.id,
      link.kind,
      link.rule,
      link.confidence,
      settled,
      candidates,
      link.unchanged === true ? 1 : 0,
    );
    if (link.kind !== 'linked' || link.parted === true) db.run('DELETE FROM bases WHERE link_id = ?', link.id);
  }
}

/** Drops links that nobody belongs to any more. */
export function dropEmptyLinks(db: Database, ids: readonly string[]): void {
  for (const id of ids) {
    if (db.get('SELECT 1 AS found FROM people WHERE link_id = ? LIMIT 1', id) !== undefined) continue;
    db.run('DELETE FROM links WHERE id = ?', id);
    db.run('DELETE FROM bases WHERE link_id = ?', id);
  }
}

export function putBases(db: Database, bases: readonly Base[]): void {
  for (const base of bases) {
    db.run(
      'INSERT OR REPLACE INTO bases (link_id, field, marketing, sales, rung, held, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      base.linkId,
      base.field,
      valueText(base.marketing),
      valueText(base.sales),
      base.rung,
      base.held,
      base.at,
    );
  }
}
