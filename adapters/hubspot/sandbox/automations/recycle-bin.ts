import type { CrmRecord, Portal, Table } from '../model.ts';
import { eraseRecord, recordById, restoreRecord, tableNamed } from '../store.ts';

/** @source https://developers.hubspot.com/docs/api-reference/2026-03/crm/objects/contacts/delete-contact (checked 2026-11) */
const KEPT_MS = 90 * 86_400_000;

/** Deleted records that a user can bring back. */
export interface RecycleBin {
  /** Removes for good what was deleted more than 90 days ago. */
  empty(now: number): void;
  /**
   * What a user does at the screen, since no endpoint does it: brings a record back with its associations.
   * @throws {Error} when the bin does not hold it
   */
  restore(type: string, id: string): void;
}

interface Deleted {
  readonly table: Table;
  readonly record: CrmRecord;
  /** The record may have been restored and deleted again since. */
  readonly at: number;
}

/** Watches for deletions through the API and through the seed. */
export function createRecycleBin(portal: Portal): RecycleBin {
  let bin: Deleted[] = [];
  portal.events.listeners.push((event) => {
    if (event.kind === 'archived') bin.push({ table: event.table, record: event.record, at: event.at });
  });
  return {
    empty(now) {
      const old = bin.filter((one) => one.at + KEPT_MS <= now);
      if (old.length === 0) return;
      bin = bin.filter((one) => one.at + KEPT_MS > now);
      for (const { table, record, at } of old) if (!record.gone && record.archivedAt === at) eraseRecord(portal, table, record, now);
    },
    restore(type, id) {
      const table = tableNamed(portal, type);
      const record = recordById(table, id);
      if (record === undefined || record.archivedAt === null) throw new Error(`there is no deleted ${table.type.singular} ${id}`);
      restoreRecord(portal, table, record, portal.clock.now());
    },
  };
}
