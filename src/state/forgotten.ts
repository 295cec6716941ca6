import { createHmac, randomBytes } from 'node:crypto';
import type { Side } from '../model/words.ts';
import type { Database } from './database.ts';
import { personColumns, personFrom, text } from './rows.ts';
import type { ForgottenStore, PersonRef, StateBatch } from './types.ts';

const secretBytes = 32;
/** A shorter id also stands for other things: it is taken out of lists only, not out of sentences. */
const shortestInText = 5;

export function forgottenStore(db: Database, write: (work: () => void) => void): ForgottenStore {
  return {
    any: async () => db.get('SELECT 1 AS found FROM forgotten LIMIT 1') !== undefined,
    known: async (marks) => {
      const secret = secretOf(db);
      if (secret === null) return new Set();
      return new Set(marks.filter((mark) => db.get('SELECT 1 AS found FROM forgotten WHERE mac = ?', macOf(secret, mark)) !== undefined));
    },
    pending: async () => pendingOf(db),
    finish: async () => {
      const refs = pendingOf(db);
      if (refs.length === 0) return;
      write(() => {
        scrub(db, refs);
        db.run(`DELETE FROM meta WHERE key = 'forget-pending'`);
      });
      // Freed pages are overwritten, but the write-ahead log still holds what stood there before.
      db.exec('VACUUM');
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },
  };
}

function secretOf(db: Database): string | null {
  const row = db.get(`SELECT value FROM meta WHERE key = 'forget-secret'`);
  return row === undefined ? null : text(row['value']);
}

/** Without the state's secret nobody can try addresses out on it. */
function macOf(secret: string, mark: string): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(mark).digest('hex');
}

function pendingOf(db: Database): readonly PersonRef[] {
  const row = db.get(`SELECT value FROM meta WHERE key = 'forget-pending'`);
  return row === undefined ? [] : (JSON.parse(text(row['value'])) as readonly PersonRef[]);
}

/** Keeps marks of people who are not to be taken in again, and notes the records that are to be erased. */
export function putForgotten(db: Database, { marks, refs, at }: NonNullable<StateBatch['forget']>): void {
  const secret = secretOf(db) ?? randomBytes(secretBytes).toString('hex');
  db.run(`INSERT OR IGNORE INTO meta (key, value) VALUES ('forget-secret', ?)`, secret);
  for (const mark of marks) db.run('INSERT OR IGNORE INTO forgotten (mac, at) VALUES (?, ?)', macOf(secret, mark), at);
  if (refs.length === 0) return;
  const pending = [...pendingOf(db), ...refs.map(({ side, id }) => ({ side, id }))];
  db.run(`INSERT OR REPLACE INTO meta (key, value) VALUES ('forget-pending', ?)`, JSON.stringify(pending));
}

/** What stands for the forgotten people in text. */
interface Tokens {
  readonly exact: ReadonlySet<string>;
  readonly inText: readonly string[];
}

function scrub(db: Database, refs: readonly PersonRef[]): void {
  const people = refs.flatMap(({ side, id }) => {
    const row = db.get(`SELECT ${personColumns} FROM people WHERE side = ? AND record_id = ?`, side, id);
    return row === undefined ? [] : [personFrom(row)];
  });
  const linkIds = [
    ...new Set([
      ...people.flatMap((person) => person.linkId ?? []),
      ...refs.map(({ side, id }) => `p-${side === 'marketing' ? 'm' : 's'}-${id}`),
    ]),
  ];
  const emails = [...new Set(people.flatMap((person) => person.emails))];
  const ids = refs.map((ref) => ref.id);
  const tokens: Tokens = {
    exact: new Set([...ids, ...linkIds, ...emails, ...refs.map(({ side, id }) => `${side}:${id}`)]),
    inText: [...emails, ...linkIds, ...ids.filter((id) => id.length >= shortestInText)],
  };
  for (const ref of refs) scrubRecord(db, ref);
  for (const id of linkIds) {
    db.run('DELETE FROM links WHERE id = ? AND NOT EXISTS (SELECT 1 FROM people WHERE link_id = links.id)', id);
    db.run('DELETE FROM bases WHERE link_id = ? AND NOT EXISTS (SELECT 1 FROM links WHERE id = link_id)', id);
    scrubJournal(db, `line ->> '$.linkId' = ?`, [id]);
  }
  for (const token of tokens.inText)
    scrubJournal(db, `instr(line || before || bases || bases_before || coalesce(cause, '') || coalesce(fix, ''), ?) > 0`, [token]);
  scrubOthers(db, tokens);
  scrubDocuments(db, { table: 'ledger', column: 'entry', tokens });
  scrubDocuments(db, { table: 'runs', column: 'detail', tokens });
}

function scrubRecord(db: Database, { side, id }: PersonRef): void {
  db.run('DELETE FROM identities WHERE side = ? AND record_id = ?', side, id);
  db.run('DELETE FROM people WHERE side = ? AND record_id = ?', side, id);
  db.run(`DELETE FROM frozen WHERE side = ? AND kind = 'person' AND record_id = ?`, side, id);
  db.run(`DELETE FROM quarantine WHERE side = ? AND kind = 'person' AND record_id = ?`, side, id);
  db.run(`DELETE FROM choices WHERE ${side} = ?`, id);
  db.run('DELETE FROM tombstones WHERE side = ? AND record_id = ?', side, id);
  db.run('DELETE FROM tombstones WHERE side <> ? AND gone_id = ?', side, id);
  scrubJournal(db, `side = ? AND record_id = ?`, [side, id]);
}

/** The write stays counted; whom it was for and what it said goes. */
function scrubJournal(db: Database, where: string, values: readonly string[]): void {
  db.run(
    `UPDATE journal SET record_id = NULL, before = '[]', bases = '[]', bases_before = '[]', param_hash = '', cause = NULL, fix = NULL,
       status = CASE status WHEN 'open' THEN 'superseded' ELSE status END,
       line = json_object('id', 'forgotten', 'room', line ->> '$.room', 'side', side, 'kind', kind, 'op', line ->> '$.op', 'recordId', NULL,
         'object', line ->> '$.object', 'key', NULL, 'linkId', NULL, 'urls', json('{}'), 'conflict', json('false'), 'changes', json('[]'))
     WHERE ${where}`,
    ...values,
  );
}

/** Other people's entries that name a forgotten record: they are resolved anew, without it. */
function scrubOthers(db: Database, { exact, inText }: Tokens): void {
  for (const token of inText) db.run(`DELETE FROM quarantine WHERE instr(cause || fix, ?) > 0`, token);
  for (const token of exact) {
    const naming = `SELECT id FROM links WHERE candidates IS NOT NULL AND instr(candidates, ?) > 0`;
    db.run(`UPDATE people SET unresolved = 1 WHERE link_id IN (${naming})`, JSON.stringify(token));
    db.run(`UPDATE links SET candidates = NULL, kind = 'single' WHERE id IN (${naming})`, JSON.stringify(token));
    for (const row of db.all(`SELECT side, record_id, identity FROM people WHERE instr(identity, ?) > 0`, JSON.stringify(token))) {
      const side = text(row['side']) as Side;
      const identity = JSON.stringify(cleaned(JSON.parse(text(row['identity'])), { exact, inText: [] }));
      db.run('UPDATE people SET identity = ?, unresolved = 1 WHERE side = ? AND record_id = ?', identity, side, text(row['record_id']));
      db.run('DELETE FROM identities WHERE value = ? AND side = ? AND record_id = ?', token, side, text(row['record_id']));
    }
  }
}

function scrubDocuments(
  db: Database,
  { table, column, tokens }: { readonly table: 'ledger' | 'runs'; readonly column: 'entry' | 'detail'; readonly tokens: Tokens },
): void {
  const key = table === 'ledger' ? 'deal_id, version' : 'id';
  for (const token of tokens.exact) {
    for (const row of db.all(`SELECT ${key}, ${column} AS doc FROM ${table} WHERE instr(${column}, ?) > 0`, token)) {
      const doc = JSON.stringify(cleaned(JSON.parse(text(row['doc'])), tokens));
      if (table === 'ledger')
        db.run('UPDATE ledger SET entry = ? WHERE deal_id = ? AND version = ?', doc, text(row['deal_id']), Number(row['version']));
      else db.run('UPDATE runs SET detail = ? WHERE id = ?', doc, text(row['id']));
    }
  }
}

/** A document without the forgotten people: out of lists, and out of sentences. */
function cleaned(value: unknown, tokens: Tokens): unknown {
  if (typeof value === 'string') {
    if (tokens.exact.has(value)) return null;
    return tokens.inText.reduce((sentence, token) => sentence.replaceAll(token, '(forgotten)'), value);
  }
  if (Array.isArray(value))
    return value.filter((part) => typeof part !== 'string' || !tokens.exact.has(part)).map((part: unknown) => cleaned(part, tokens));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleaned(part, tokens)]));
}
