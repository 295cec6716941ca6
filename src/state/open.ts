import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, existsSync, lstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateError } from '../errors.ts';
import {
  cursorStore,
  ledgerStore,
  metaStore,
  putCursors,
  putHolds,
  putRestored,
  putRun,
  quarantineStore,
  releaseHolds,
  runStore,
} from './books.ts';
import { Database, toStateError } from './database.ts';
import { forgottenStore, putForgotten } from './forgotten.ts';
import { frozenStore, putFrozen, thaw } from './frozen.ts';
import { closeIntents, journalStore, putIntents } from './journal.ts';
import { leaseGuard } from './lease.ts';
import { dropEmptyLinks, linkStore, putBases, putLinks } from './links.ts';
import { markerStore } from './marker.ts';
import { peopleStore, putPeople, removePeople } from './people.ts';
import { applicationId, migrations } from './schema.sql.ts';
import { putChoices, verdictStore } from './verdicts.ts';
import type { State, StateBatch } from './types.ts';

/** 100 MB of 4 KiB pages. */
const pagesCheckedAlways = 25_000;

export interface OpenStateOptions {
  /** A file, made with mode 0600 when it is not there, or `:memory:` for a state that is dropped. */
  readonly path: string;
}

/**
 * Opens the state, and brings an older one up to date.
 * @throws {StateError} `STATE_DAMAGED`, `STATE_FOREIGN`, `STATE_NEWER`, `STATE_SYMLINK`, `STATE_OWNER`, `STATE_LOCKED`,
 * `STATE_UNWRITABLE`, `STATE_FULL`: each says what to do.
 */
export async function openState(options: OpenStateOptions): Promise<State> {
  return stateOn(await openFile(options.path, true), () => undefined);
}

/** Opens or makes the file, checked and up to date; `durable` false for a copy that nobody needs after a crash. */
export async function openFile(path: string, durable: boolean): Promise<Database> {
  const { DatabaseSync } = await import('node:sqlite');
  if (path !== ':memory:') prepareFile(path);
  let db: Database | undefined;
  try {
    db = new Database(new DatabaseSync(path), path);
    db.exec('PRAGMA busy_timeout = 2000');
    checkOwnership(db);
    db.exec(durable ? 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL' : 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    db.exec('PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536');
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw toStateError(error, path);
  }
}

/** Makes the file before SQLite does, so that nobody else can read it for a moment; refuses what an attacker could have put there. */
function prepareFile(path: string): void {
  try {
    if (!existsSync(path) && !isLink(path)) return closeSync(openSync(path, 'wx', 0o600));
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) {
      throw new StateError('STATE_SYMLINK', `The state ${path} is a symbolic link.`, { hint: 'Give the path of the file itself.' });
    }
    if (process.getuid !== undefined && stats.uid !== process.getuid()) {
      throw new StateError('STATE_OWNER', `The state ${path} belongs to another user.`, {
        hint: 'Run as the user who made it, or use another file.',
      });
    }
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o600);
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError('STATE_UNWRITABLE', `The state ${path} can't be opened or written.`, {
      hint: 'Check that the folder exists and that this user may write to it.',
      cause: error,
    });
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function checkOwnership(db: Database): void {
  const id = Number(db.get('PRAGMA application_id')?.['application_id']);
  const version = Number(db.get('PRAGMA user_version')?.['user_version']);
  const tables = Number(db.get('SELECT count(*) AS n FROM sqlite_schema')?.['n']);
  if (id !== applicationId && (tables > 0 || version > 0)) {
    throw new StateError('STATE_FOREIGN', `${db.path} is another program's database.`, { hint: 'Give another path for the state.' });
  }
  if (version > migrations.length) {
    throw new StateError(
      'STATE_NEWER',
      `The state ${db.path} was written by a newer Truce (format ${version}, this one knows ${migrations.length}).`,
      {
        hint: 'Update Truce, or restore the back-up made before the update.',
      },
    );
  }
  if (tables > 0 && worthChecking(db) && db.get('PRAGMA quick_check(1)')?.['quick_check'] !== 'ok') {
    throw new StateError('STATE_DAMAGED', `The state ${db.path} is damaged.`, {
      hint: 'Restore it from a back-up, or move it away and start with a new one: the first run then plans anew and shows every difference.',
    });
  }
}

/** Checking takes seconds per gigabyte: a large state is checked only when its last holder did not close it. */
function worthChecking(db: Database): boolean {
  if (Number(db.get('PRAGMA page_count')?.['page_count']) < pagesCheckedAlways) return true;
  return Number(db.get('SELECT expires_at FROM lease')?.['expires_at']) !== 0;
}

function migrate(db: Database): void {
  const versionOf = (): number => Number(db.get('PRAGMA user_version')?.['user_version']);
  while (versionOf() < migrations.length) {
    db.transaction(() => {
      // Another process may have run this step while we waited for the lock.
      const version = versionOf();
      const step = migrations[version];
      if (step === undefined) return;
      db.exec(step);
      if (version === 0) {
        db.exec(`PRAGMA application_id = ${applicationId}`);
        db.run('INSERT INTO meta (key, value) VALUES (?, ?)', 'state-id', randomUUID());
      }
      db.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

function stateOn(db: Database, dropped: () => void): State {
  const lease = leaseGuard(db);
  const write = (work: () => void): void =>
    db.transaction(() => {
      lease.check();
      work();
    });
  return {
    meta: metaStore(db),
    people: peopleStore(db),
    links: linkStore(db),
    cursors: cursorStore(db),
    runs: runStore(db),
    journal: journalStore(db, write),
    quarantine: quarantineStore(db),
    frozen: frozenStore(db),
    verdicts: verdictStore(db),
    forgotten: forgottenStore(db, write),
    lease,
    marker: markerStore(db),
    ledger: ledgerStore(db, write),
    commit: async (batch) => write(() => store(db, batch)),
    backup: async (path) => (await import('./restore.ts')).copyInto(db, path),
    overlay: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'truce-'));
      const drop = (): void => rmSync(folder, { recursive: true, force: true });
      try {
        const path = join(folder, 'overlay.db');
        db.run('VACUUM INTO ?', path);
        return stateOn(await openFile(path, false), drop);
      } catch (error) {
        drop();
        throw error;
      }
    },
    close: async () => {
      await lease.release();
      db.close();
      dropped();
    },
  };
}

/** The order matters: records before the links that name them, effects before the cursor that covers them. */
function store(db: Database, batch: StateBatch): void {
  if (batch.people !== undefined) putPeople(db, batch.people, batch.pass ?? 0);
  if (batch.gone !== undefined) removePeople(db, batch.gone);
  if (batch.forget !== undefined) putForgotten(db, batch.forget);
  if (batch.choose !== undefined) putChoices(db, batch.choose);
  if (batch.links !== undefined) putLinks(db, batch.links);
  if (batch.left !== undefined) dropEmptyLinks(db, batch.left);
  for (const ref of batch.resolved ?? []) db.run('UPDATE people SET unresolved = 0 WHERE side = ? AND record_id = ?', ref.side, ref.id);
  if (batch.bases !== undefined) putBases(db, batch.bases);
  for (const { linkId, field } of batch.dropBases ?? []) db.run('DELETE FROM bases WHERE link_id = ? AND field = ?', linkId, field);
  if (batch.freeze !== undefined) putFrozen(db, batch.freeze);
  if (batch.thaw !== undefined) thaw(db, batch.thaw.runId, batch.thaw.at);
  for (const id of batch.settled ?? []) db.run('UPDATE links SET settled = 1 WHERE id = ?', id);
  for (const id of batch.unsettled ?? []) db.run('UPDATE links SET settled = 0 WHERE id = ?', id);
  if (batch.intents !== undefined) putIntents(db, batch.intents);
  if (batch.outcomes !== undefined) closeIntents(db, batch.outcomes);
  if (batch.hold !== undefined) putHolds(db, batch.hold);
  if (batch.release !== undefined) releaseHolds(db, batch.release);
  if (batch.cursors !== undefined) putCursors(db, batch.cursors);
  for (const ref of batch.forgetCursors ?? [])
    db.run('UPDATE cursors SET cursor = NULL, done = 1 WHERE side = ? AND stream = ?', ref.side, ref.stream);
  if (batch.run !== undefined) putRun(db, batch.run);
  if (batch.restored !== undefined) putRestored(db, batch.restored);
}
