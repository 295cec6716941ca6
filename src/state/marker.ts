import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { text } from './rows.ts';
import type { Database } from './database.ts';
import type { MarkerStore } from './types.ts';

/**
 * The mark that a run leaves beside the state: which state it was and how far it had come. A state that is older than its
 * mark is a restored one; a state beside the mark of another one stands where that was deleted or moved away. It can't tell when the mark was restored with it (a snapshot of the whole folder), is missing (the file
 * was moved alone), or when no run began since the copy was made; then nothing was lost either.
 */
export function markerStore(db: Database): MarkerStore {
  const path = db.path === ':memory:' ? null : `${db.path}.epoch`;
  const stateId = (): string => text(db.get("SELECT value FROM meta WHERE key = 'state-id'")?.['value']);
  return {
    behind: async () => {
      // The mark first: a run that begins meanwhile raises the epoch before it leaves its mark.
      const mark = path === null ? null : read(path);
      if (mark === null) return false;
      return mark.state !== stateId() || mark.epoch > Number(db.get('SELECT epoch FROM lease')?.['epoch']);
    },
    note: async (epoch) => {
      if (path === null) return;
      const partial = `${path}.${process.pid}.partial`;
      try {
        writeFileSync(partial, JSON.stringify({ state: stateId(), epoch }), { mode: 0o600 });
        renameSync(partial, path);
      } catch {
        // Without a mark a restored state goes unnoticed: no reason to leave the CRMs as they are.
        rmSync(partial, { force: true });
      }
    },
  };
}

function read(path: string): { readonly state: unknown; readonly epoch: number } | null {
  try {
    const mark: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (mark === null || typeof mark !== 'object' || !('state' in mark) || !('epoch' in mark)) return null;
    return typeof mark.epoch === 'number' ? { state: mark.state, epoch: mark.epoch } : null;
  } catch {
    return null;
  }
}
