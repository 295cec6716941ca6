import { hostname } from 'node:os';
import { StateError } from '../errors.ts';
import type { Database } from './database.ts';
import { text } from './rows.ts';
import type { LeaseStore } from './types.ts';

/** The lease, and the check that every write of its holder makes. */
export interface LeaseGuard extends LeaseStore {
  /** @throws {StateError} `LEASE_LOST` when this handle took the lease and another run has it now. */
  check(): void;
}

export function leaseGuard(db: Database): LeaseGuard {
  let held: number | null = null;
  const check = (): void => {
    if (held === null || Number(db.get('SELECT epoch FROM lease')?.['epoch']) === held) return;
    throw new StateError('LEASE_LOST', `Another run took over the state ${db.path} while this one was paused; nothing more was written.`, {
      hint: 'Let the other run finish; open writes are resolved at the next start.',
    });
  };
  return {
    check,
    acquire: async (holder, now, ttlMs) =>
      db.transaction(() => {
        const row = db.get('SELECT epoch, pid, host, expires_at FROM lease');
        const epoch = Number(row?.['epoch'] ?? 0);
        const taken = row !== undefined && Number(row['expires_at']) > now;
        if (taken && !holderIsGone(Number(row['pid']), text(row['host']))) {
          throw new StateError(
            'STATE_LOCKED',
            `Another run (process ${Number(row['pid'])} on ${text(row['host'])}) is using the state ${db.path}.`,
            {
              hint: `Wait until it has ended; if it was killed on another machine, its lease runs out at ${new Date(Number(row['expires_at'])).toISOString()}.`,
            },
          );
        }
        held = epoch + 1;
        db.run('UPDATE lease SET epoch = ?, pid = ?, host = ?, expires_at = ?', held, holder.pid, holder.host, now + ttlMs);
        return held;
      }),
    renew: async (now, ttlMs) =>
      db.transaction(() => {
        check();
        if (held !== null) db.run('UPDATE lease SET expires_at = ?', now + ttlMs);
      }),
    release: async () => {
      if (held === null) return;
      db.run('UPDATE lease SET expires_at = 0 WHERE epoch = ?', held);
      held = null;
    },
  };
}

/** True only when it is certain: a process of this machine that runs no more. */
function holderIsGone(pid: number, host: string): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
