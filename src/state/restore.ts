import { closeSync, existsSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { PlanError, StateError } from '../errors.ts';
import type { Instant, Side } from '../model/words.ts';
import { Database, toStateError } from './database.ts';
import { openFile, openState } from './open.ts';
import { markerStore } from './marker.ts';
import type { State } from './types.ts';

const leaseMs = 60_000;

/**
 * Writes a consistent copy of the state, also while a run is under way; readable by its owner only.
 * @throws {StateError} `STATE_UNWRITABLE`, `STATE_FULL`
 */
export function copyInto(db: Database, path: string): void {
  try {
    // SQLite would make the file readable by others.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw unwritable(path, error);
  }
  try {
    db.run('VACUUM INTO ?', path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

export interface RestoreOptions {
  readonly from: string;
  readonly to: string;
  /** Also over a newer state, or over another one of the same accounts. */
  readonly force: boolean;
  readonly now: Instant;
}

export interface Restored {
  /** Where the state that stood there is now; null when there was none. */
  readonly kept: string | null;
  readonly accounts: Readonly<Record<Side, string | null>>;
  /** Runs that the state which stood there knew and the copy does not. */
  readonly runsLost: number;
}

/**
 * Puts a copy in the state's place. The state that stood there is kept beside it. What was agreed on since the copy was made
 * is not known any more, so the restored state writes nothing until somebody confirms it.
 * @throws {StateError} `STATE_OTHER_ACCOUNT`, `STATE_LOCKED`, `STATE_FOREIGN`, `STATE_DAMAGED`, `STATE_NEWER`, `STATE_UNWRITABLE`
 * @throws {PlanError} `RESTORE_OLDER`, `RESTORE_OTHER` without `force`
 */
export async function restoreState({ from, to, force, now }: RestoreOptions): Promise<Restored> {
  const partial = `${to}.${process.pid}.restoring`;
  try {
    await copyFile(from, partial);
    const copy = await openState({ path: partial });
    const standing = await openStanding(to);
    try {
      const accounts = { marketing: await copy.meta.account('marketing'), sales: await copy.meta.account('sales') };
      const runsLost = standing === null ? 0 : await compare(standing, copy, { force, now, to });
      await copy.commit({ restored: { at: now } });
      return { accounts, runsLost, kept: await swap({ copy, standing, partial, to, now }) };
    } finally {
      await standing?.close().catch(() => undefined);
      await copy.close().catch(() => undefined);
    }
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${partial}${suffix}`, { force: true });
  }
}

interface Swapping {
  readonly copy: State;
  readonly standing: State | null;
  readonly partial: string;
  readonly to: string;
  readonly now: Instant;
}

/** Both files are closed first, so that nothing of them stands in a log of their own. */
async function swap({ copy, standing, partial, to, now }: Swapping): Promise<string | null> {
  await copy.close();
  await standing?.close();
  const kept = existsSync(to) ? `${to}.${new Date(now).toISOString().replaceAll(':', '-')}` : null;
  try {
    if (kept !== null) renameSync(to, kept);
    for (const suffix of ['-wal', '-shm']) if (existsSync(`${to}${suffix}`)) renameSync(`${to}${suffix}`, `${kept ?? to}${suffix}.old`);
    renameSync(partial, to);
  } catch (error) {
    throw unwritable(to, error);
  }
  const db = await openFile(to, true);
  try {
    // The copy may have been made while a run held the lease.
    db.run('UPDATE lease SET expires_at = 0');
    await markerStore(db).note(Number(db.get('SELECT epoch FROM lease')?.['epoch'] ?? 0));
  } finally {
    db.close();
  }
  return kept;
}

/** The state in whose place the copy goes; null where there is none, or none that can be read. */
async function openStanding(path: string): Promise<State | null> {
  if (!existsSync(path)) return null;
  try {
    return await openState({ path });
  } catch (error) {
    if (error instanceof StateError && error.code === 'STATE_DAMAGED') return null;
    throw error;
  }
}

/** Refuses what would lose something; returns how many runs are lost. Holds the lease from here on. */
async function compare(
  standing: State,
  copy: State,
  at: { readonly force: boolean; readonly now: Instant; readonly to: string },
): Promise<number> {
  for (const side of ['marketing', 'sales'] as const) {
    const [here, there] = [await standing.meta.account(side), await copy.meta.account(side)];
    if (here === null || there === null || here === there) continue;
    throw new StateError('STATE_OTHER_ACCOUNT', `The copy belongs to ${side} account ${there}, the state ${at.to} to account ${here}.`, {
      hint: 'Restore a copy of this state, or restore to another path.',
    });
  }
  await standing.lease.acquire({ pid: process.pid, host: hostname() }, at.now, leaseMs);
  const known = new Set((await copy.runs.last(10_000)).map((run) => run.id));
  const lost = (await standing.runs.last(10_000)).filter((run) => !known.has(run.id)).length;
  if (at.force) return lost;
  if ((await standing.meta.stateId()) !== (await copy.meta.stateId())) {
    throw new PlanError('RESTORE_OTHER', `The copy was made of another state than ${at.to}.`, {
      hint: 'If it is the right one, say --force: the state that stands there is kept beside it.',
    });
  }
  if (lost > 0) {
    throw new PlanError('RESTORE_OLDER', `The state ${at.to} is newer than the copy: it knows ${lost} runs that the copy does not.`, {
      hint: 'If the copy is the right one all the same, say --force: the newer state is kept beside it.',
    });
  }
  return lost;
}

/** The backup itself is not touched: not even its format is brought up to date. */
async function copyFile(from: string, to: string): Promise<void> {
  const stats = lstatSync(from, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) {
    throw new StateError('STATE_UNWRITABLE', `There is no file ${from} to restore from.`, {
      hint: 'Name a file that `truce state backup` wrote.',
    });
  }
  const { DatabaseSync } = await import('node:sqlite');
  let db: Database | undefined;
  try {
    db = new Database(new DatabaseSync(from, { readOnly: true }), from);
    copyInto(db, to);
  } catch (error) {
    throw toStateError(error, from);
  } finally {
    db?.close();
  }
}

function unwritable(path: string, cause: unknown): StateError {
  return new StateError('STATE_UNWRITABLE', `The file ${path} can't be written.`, {
    hint: 'Check that the folder exists, that this user may write to it, and that the file is not there yet.',
    cause,
  });
}
