import type { RecordId, Side } from '../model/words.ts';
import type { Database } from './database.ts';
import { identityText, personColumns, personFrom, personText, text, textOrNull } from './rows.ts';
import { chosenFor, moveVerdicts, rememberLoss } from './verdicts.ts';
import type { PeopleStore, PersonRef, StateBatch, StoredPerson } from './types.ts';

/** A shared mailbox may stand on thousands of records; nobody needs them all to see that they are not one person. */
const relatedLimit = 500;

/** What the observation of a person changed, for the links and the planner. */
interface Known {
  readonly identity: string;
  readonly doc: string;
  readonly key: string | null;
  readonly linkId: string | null;
}

export function peopleStore(db: Database): PeopleStore {
  const read = (side: Side, id: string): StoredPerson | undefined => {
    const row = db.get(`SELECT ${personColumns} FROM people WHERE side = ? AND record_id = ?`, side, id);
    return row === undefined ? undefined : personFrom(row);
  };
  return {
    get: async (side, ids) => {
      const found = new Map<RecordId, StoredPerson>();
      for (const id of ids) {
        const person = read(side, id);
        if (person !== undefined) found.set(id, person);
      }
      return found;
    },
    unresolved: async (limit) =>
      db.all(`SELECT ${personColumns} FROM people WHERE unresolved = 1 ORDER BY side, record_id LIMIT ?`, limit).map(personFrom),
    related: async (records) => records.map((record) => related(db, record, read)),
    find: async (who) => {
      const rows = [
        ...db.all(`SELECT ${personColumns} FROM people WHERE record_id = ? AND side IN ('marketing', 'sales')`, who),
        ...db.all(`SELECT ${personColumns} FROM people WHERE person_key = ?`, who),
      ].map(personFrom);
      for (const row of db.all(`SELECT side, record_id FROM identities WHERE kind = 'email' AND value = ?`, who)) {
        const person = read(text(row['side']) as Side, text(row['record_id']));
        if (person !== undefined) rows.push(person);
      }
      return rows;
    },
    count: async (side) => Number(db.get('SELECT count(*) AS n FROM people WHERE side = ?', side)?.['n']),
    unseen: async (side, pass, limit) =>
      db
        .all('SELECT record_id FROM people WHERE side = ? AND pass < ? ORDER BY record_id LIMIT ?', side, pass, limit)
        .map((row) => text(row['record_id']) as RecordId),
    unseenCount: async (side, pass) => Number(db.get('SELECT count(*) AS n FROM people WHERE side = ? AND pass < ?', side, pass)?.['n']),
  };
}

const relatedSql = `
SELECT ${personColumns.replace(/(\w+)/g, 'p.$1')} FROM identities i JOIN people p ON p.side = i.side AND p.record_id = i.record_id
WHERE i.kind = 'email' AND i.value = ?1
UNION ALL
SELECT ${personColumns.replace(/(\w+)/g, 'p.$1')} FROM identities i JOIN people p ON p.side = i.side AND p.record_id = i.record_id
WHERE i.kind = 'cross' AND i.value = ?2 AND i.side = ?3
UNION ALL
SELECT ${personColumns.replace(/(\w+)/g, 'p.$1')} FROM identities i JOIN people p ON p.side = i.side AND p.record_id = i.record_id
WHERE i.kind = 'conversion' AND i.value = ?2 AND i.side = ?4
LIMIT ${relatedLimit}`;

function related(db: Database, record: StoredPerson, read: (side: Side, id: string) => StoredPerson | undefined): StoredPerson[] {
  const found = new Map<string, StoredPerson>();
  const add = (person: StoredPerson | undefined): void => {
    if (person !== undefined && (person.side !== record.side || person.id !== record.id)) found.set(`${person.side} ${person.id}`, person);
  };
  const other: Side = record.side === 'marketing' ? 'sales' : 'marketing';
  const [first = '', ...more] = record.emails;
  // One statement for what every record has: this runs a million times in a first pull.
  for (const row of db.all(relatedSql, first, record.id, other, record.side)) add(personFrom(row));
  for (const email of more) for (const row of db.all(relatedSql, email, '', other, record.side)) add(personFrom(row));
  for (const crossId of record.crossIds) add(read(other, crossId));
  if (record.convertedTo !== null) add(read(record.side, record.convertedTo));
  if (record.key !== null)
    for (const row of db.all(`SELECT ${personColumns} FROM people WHERE person_key = ?`, record.key)) add(personFrom(row));
  if (record.linkId !== null)
    for (const row of db.all(`SELECT ${personColumns} FROM people WHERE link_id = ?`, record.linkId)) add(personFrom(row));
  for (const ref of chosenFor(db, record)) add(read(ref.side, ref.id));
  return [...found.values()];
}

/** Stores observations: what did not change leaves its link settled, so that our own echoes cost nothing. */
export function putPeople(db: Database, people: NonNullable<StateBatch['people']>, pass: number): void {
  for (const person of people) {
    const identity = identityText(person);
    const doc = personText(person);
    const known = knownPerson(db, person);
    const sameIdentity = known !== undefined && known.identity === identity && known.key === person.key;
    if (known === undefined) insertPerson(db, { person, identity, doc, pass });
    else {
      db.run(
        `UPDATE people SET object = ?, version = ?, modified_at = ?, person_key = ?, identity = ?, doc = ?, pass = max(pass, ?),
           unresolved = CASE WHEN ? THEN unresolved ELSE 1 END WHERE side = ? AND record_id = ?`,
        person.object,
        person.version,
        person.modifiedAt,
        person.key,
        identity,
        doc,
        pass,
        sameIdentity ? 1 : 0,
        person.side,
        person.id,
      );
      if (known.linkId !== null && (known.doc !== doc || !sameIdentity)) reopen(db, known.linkId);
    }
    if (!sameIdentity) putIdentities(db, person, known !== undefined);
  }
}

/** A person who changed is planned anew, and one who was held back is tried at once: what stood in the way may be mended. */
function reopen(db: Database, linkId: string): void {
  db.run('UPDATE links SET settled = 0 WHERE id = ?', linkId);
  db.run(
    `UPDATE quarantine SET next_at = 0 WHERE kind = 'person'
       AND (side, record_id) IN (SELECT p.side, p.record_id FROM people p WHERE p.link_id = ?)`,
    linkId,
  );
}

function knownPerson(db: Database, ref: PersonRef): Known | undefined {
  const row = db.get('SELECT identity, doc, person_key, link_id FROM people WHERE side = ? AND record_id = ?', ref.side, ref.id);
  if (row === undefined) return undefined;
  return { identity: text(row['identity']), doc: text(row['doc']), key: textOrNull(row['person_key']), linkId: textOrNull(row['link_id']) };
}

function insertPerson(db: Database, row: { person: StoredPerson; identity: string; doc: string; pass: number }): void {
  const { person, identity, doc, pass } = row;
  db.run(
    `INSERT INTO people (side, record_id, object, version, modified_at, person_key, link_id, unresolved, pass, identity, doc)
     VALUES (?, ?, ?, ?, ?, ?, NULL, 1, ?, ?, ?)`,
    person.side,
    person.id,
    person.object,
    person.version,
    person.modifiedAt,
    person.key,
    pass,
    identity,
    doc,
  );
}

function putIdentities(db: Database, person: StoredPerson, replace: boolean): void {
  if (replace) db.run('DELETE FROM identities WHERE side = ? AND record_id = ?', person.side, person.id);
  const insert = 'INSERT OR IGNORE INTO identities (kind, value, side, record_id) VALUES (?, ?, ?, ?)';
  for (const email of person.emails) db.run(insert, 'email', email, person.side, person.id);
  for (const crossId of person.crossIds) db.run(insert, 'cross', crossId, person.side, person.id);
  if (person.convertedTo !== null) db.run(insert, 'conversion', person.convertedTo, person.side, person.id);
}

/**
 * Removes records that are no more. Records that shared an identity with them are looked at again; a counterpart
 * keeps its link alone. Bases go with the pair: without both sides there is nothing that they agreed on.
 */
export function removePeople(db: Database, gone: NonNullable<StateBatch['gone']>): void {
  for (const ref of gone) {
    const row = db.get(`SELECT ${personColumns} FROM people WHERE side = ? AND record_id = ?`, ref.side, ref.id);
    if (ref.deleted === true) rememberLoss(db, ref, ref.at ?? 0);
    if (row !== undefined) removePerson(db, personFrom(row), ref.mergedInto);
    if (ref.erased) {
      db.run(
        `UPDATE journal SET line = json_set(line, '$.changes', json('[]')), before = '[]', bases = '[]', bases_before = '[]' WHERE side = ? AND record_id = ?`,
        ref.side,
        ref.id,
      );
    }
    moveVerdicts(db, ref);
    if (ref.mergedInto !== null) {
      const heir = `UPDATE OR IGNORE frozen SET record_id = ? WHERE side = ? AND kind = 'person' AND record_id = ?`;
      db.run(heir, ref.mergedInto, ref.side, ref.id);
    }
    db.run(`DELETE FROM frozen WHERE side = ? AND kind = 'person' AND record_id = ?`, ref.side, ref.id);
    db.run(`DELETE FROM quarantine WHERE side = ? AND kind = 'person' AND record_id = ?`, ref.side, ref.id);
  }
}

function removePerson(db: Database, person: StoredPerson, mergedInto: RecordId | null): void {
  const again = (side: string, id: string): void =>
    void db.run('UPDATE people SET unresolved = 1 WHERE side = ? AND record_id = ?', side, id);
  for (const record of related(db, person, (side, id) => readPerson(db, side, id))) again(record.side, record.id);
  if (mergedInto !== null) {
    again(person.side, mergedInto);
    if (person.linkId !== null) handCounterpartsOver(db, person, mergedInto);
  }
  db.run('DELETE FROM identities WHERE side = ? AND record_id = ?', person.side, person.id);
  db.run('DELETE FROM people WHERE side = ? AND record_id = ?', person.side, person.id);
  if (person.linkId === null) return;
  const left = db.all('SELECT side, record_id FROM people WHERE link_id = ?', person.linkId);
  const sides = new Set(left.map((row) => row['side']));
  if (left.length === 0) db.run('DELETE FROM links WHERE id = ?', person.linkId);
  else if (sides.size < 2) {
    db.run(`UPDATE links SET kind = 'single', rule = 'single', confidence = 1, settled = 1, candidates = NULL WHERE id = ?`, person.linkId);
  }
  // Of a group's deleted record nothing says that the remaining ones moved: what they hold is compared afresh.
  const spoke = mergedInto === null && !person.converted && left.some((row) => row['side'] === person.side);
  if (sides.size < 2 || spoke) db.run('DELETE FROM bases WHERE link_id = ?', person.linkId);
  if (spoke) db.run('UPDATE links SET settled = 0 WHERE id = ?', person.linkId);
}

/** What was linked to the record that lost the merge now points to the one that survived it. */
function handCounterpartsOver(db: Database, person: StoredPerson, mergedInto: RecordId): void {
  const rows = db.all(`SELECT ${personColumns} FROM people WHERE link_id = ? AND side <> ?`, person.linkId, person.side);
  for (const counterpart of rows.map(personFrom)) {
    const moved = { ...counterpart, crossIds: [...new Set([...counterpart.crossIds, mergedInto])] };
    db.run('UPDATE people SET identity = ?, unresolved = 1 WHERE side = ? AND record_id = ?', identityText(moved), moved.side, moved.id);
    putIdentities(db, moved, true);
  }
}

function readPerson(db: Database, side: Side, id: string): StoredPerson | undefined {
  const row = db.get(`SELECT ${personColumns} FROM people WHERE side = ? AND record_id = ?`, side, id);
  return row === undefined ? undefined : personFrom(row);
}
