import type { RecordId, Side } from '../model/words.ts';
import type { LinkRow } from '../warehouse/types.ts';
import type { Cells, Database } from './database.ts';
import { baseFrom, candidatesFrom, personColumns, personFrom, text, valueText } from './rows.ts';
import type { Base, Link, LinkKind, LinkRule, LinkStore, LinkedPerson, StateBatch } from './types.ts';

const rowsPerPage = 2_000;

export function linkStore(db: Database): LinkStore {
  return {
    get: async (ids) => {
      const found = new Map<string, LinkedPerson>();
      for (const id of ids) {
        const row = db.get('SELECT id, kind FROM links WHERE id = ?', id);
        if (row !== undefined) found.set(id, linkedPerson(db, row));
      }
      return found;
    },
    page: async ({ after, limit, all }) => {
      const unsettled = all ? '' : 'AND settled = 0';
      return db
        .all(`SELECT id, kind FROM links WHERE kind = 'linked' ${unsettled} AND id > ? ORDER BY id LIMIT ?`, after, limit)
        .map((row) => linkedPerson(db, row));
    },
    linkedCount: async () => countOf(db, `SELECT count(*) AS n FROM links WHERE kind = 'linked'`),
    unsettledCount: async () => countOf(db, `SELECT count(*) AS n FROM links WHERE kind = 'linked' AND settled = 0`),
    ambiguous: async () => db.all(`SELECT * FROM links WHERE kind = 'ambiguous' ORDER BY id`).map((row) => linkFrom(db, row)),
    reopenAmbiguous: async () => {
      db.run(`UPDATE people SET unresolved = 1 WHERE link_id IN (SELECT id FROM links WHERE kind = 'ambiguous')`);
    },
    rows: () => linkRows(db),
  };
}

function countOf(db: Database, sql: string): number {
  return Number(db.get(sql)?.['n']);
}

function linkedPerson(db: Database, row: Cells): LinkedPerson {
  const id = text(row['id']);
  const bases = new Map<string, Base>();
  for (const base of db.all('SELECT * FROM bases WHERE link_id = ?', id).map(baseFrom)) bases.set(base.field, base);
  const members = db.all(`SELECT ${personColumns} FROM people WHERE link_id = ? ORDER BY side, record_id`, id).map(personFrom);
  return { id, kind: text(row['kind']) as LinkKind, members, bases };
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

/** Stores links with their members. A member that leaves another link leaves that one's base behind with it. */
export function putLinks(db: Database, links: NonNullable<StateBatch['links']>): void {
  const left = new Set<string>();
  for (const link of links) {
    const candidates = link.candidates.length === 0 ? null : JSON.stringify(link.candidates);
    const before = memberKeys(db, link.id);
    for (const member of link.members) {
      const row = db.get('SELECT link_id FROM people WHERE side = ? AND record_id = ?', member.side, member.id);
      const old = row?.['link_id'];
      if (typeof old === 'string' && old !== link.id) left.add(old);
      db.run('UPDATE people SET link_id = ? WHERE side = ? AND record_id = ?', link.id, member.side, member.id);
    }
    const same = before.size > 0 && link.members.every((member) => before.has(`${member.side} ${member.id}`));
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
      same ? 1 : 0,
    );
    if (link.kind !== 'linked') db.run('DELETE FROM bases WHERE link_id = ?', link.id);
  }
  for (const id of left) {
    if (memberKeys(db, id).size > 0) continue;
    db.run('DELETE FROM links WHERE id = ?', id);
    db.run('DELETE FROM bases WHERE link_id = ?', id);
  }
}

function memberKeys(db: Database, id: string): Set<string> {
  return new Set(
    db.all('SELECT side, record_id FROM people WHERE link_id = ?', id).map((row) => `${text(row['side'])} ${text(row['record_id'])}`),
  );
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
