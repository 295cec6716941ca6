import { RecordProblem } from '../errors.ts';
import type { Org, WriteContext } from '../org.ts';
import type { Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { systemUpdate } from './write.ts';

/** What one deletion did: the records that went, the record first, and the lookups that were emptied. */
export interface Deletion {
  readonly at: number;
  readonly gone: readonly string[];
  readonly unlinked: readonly { readonly id: string; readonly field: string; readonly target: string }[];
}

const DAY = 86_400_000;
/** Records can be taken back for fifteen days. @source https://developer.salesforce.com/docs/atlas.en-us.256.0.api.meta/api/sforce_api_calls_emptyrecyclebin.htm (checked 2026-11-22) */
const BIN_DAYS = 15;
/** Thrown out, a record is seen by queryAll for about this long. */
const EMPTIED_DAYS = 1;

function notInBin(code: string, message: string): RecordProblem {
  return new RecordProblem(code, message);
}

/** The record as it lies in the bin by itself: what went with another comes back with that one only. */
function binned(context: WriteContext, id: string, code: string): { readonly row: Row; readonly deletion: Deletion } {
  const { store, custom } = context.org;
  const row = store.row(id);
  const deletion = custom.deletions.get(id);
  if (row === undefined || store.value(row, 'IsDeleted') !== true || custom.emptied.has(id))
    throw notInBin(code, 'entity is not in the recycle bin');
  if (!row.def.deletable) throw new RecordProblem('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Entity type is not undeletable');
  if (deletion === undefined) throw notInBin(code, 'entity was deleted together with another record');
  return { row, deletion };
}

/**
 * Takes a record out of the recycle bin with all that its deletion took along. Lookups that were emptied point at it
 * again unless somebody filled them. What a merge moved stays with the master.
 * @throws {RecordProblem} UNDELETE_FAILED when it is not in the bin, or a record it belongs to is gone.
 * @source https://developer.salesforce.com/docs/atlas.en-us.246.0.api.meta/api/sforce_api_calls_undelete.htm (checked 2026-11-22)
 */
export function undeleteRecord(context: WriteContext, id: string): void {
  const { store } = context.org;
  const { row, deletion } = binned(context, id, 'UNDELETE_FAILED');
  refuseOrphan(context, row);
  store.atomically(() => {
    const back = new Map<string, Value>([
      ['IsDeleted', null],
      ['LastModifiedById', context.userId],
      ['LastModifiedDate', Math.floor(context.at / 1000) * 1000],
    ]);
    for (const gone of deletion.gone) {
      const found = store.row(gone);
      if (found === undefined || store.value(found, 'IsDeleted') !== true) continue;
      if (takenAgain(context, found)) continue;
      systemUpdate(context, found, gone === id ? new Map([...back, ['MasterRecordId', null] as const]) : back);
    }
    for (const link of deletion.unlinked) {
      const child = store.row(link.id);
      if (child !== undefined && store.value(child, link.field) === null && store.value(child, 'IsDeleted') !== true)
        systemUpdate(context, child, new Map([[link.field, link.target]]));
    }
  });
}

/** A detail can't come back while its master is in the bin. */
function refuseOrphan(context: WriteContext, row: Row): void {
  const { store } = context.org;
  for (const field of row.def.fields.values()) {
    const target = store.value(row, field.name);
    if (!field.cascadeDelete || typeof target !== 'string') continue;
    const parent = store.row(target);
    if (parent === undefined || store.value(parent, 'IsDeleted') === true)
      throw notInBin('UNDELETE_FAILED', `${field.label}: the record it belongs to is deleted`);
  }
}

/** Somebody was added to the campaign anew meanwhile: the old membership stays in the bin. */
function takenAgain(context: WriteContext, row: Row): boolean {
  const { store } = context.org;
  if (row.def.name !== 'CampaignMember') return false;
  return ['LeadId', 'ContactId'].some((link) => {
    const person = store.value(row, link);
    if (person === null) return false;
    return (store.find('CampaignMember', link, person) ?? []).some(
      (other) => store.value(other, 'CampaignId') === store.value(row, 'CampaignId'),
    );
  });
}

/**
 * Throws a record out of the recycle bin: it can't be taken back, and a day later not even queryAll shows it.
 * @throws {RecordProblem} DELETE_FAILED when it is not in the bin by itself.
 */
export function emptyFromBin(context: WriteContext, id: string): void {
  const { deletion } = binned(context, id, 'DELETE_FAILED');
  for (const gone of deletion.gone) context.org.custom.emptied.set(gone, context.at);
}

/** Removes for good what has been in the bin for fifteen days, or was thrown out a day ago. */
export function purgeBin(org: Org): void {
  const { custom, store } = org;
  const drop = (id: string): void => {
    const row = store.row(id);
    if (row !== undefined && store.value(row, 'IsDeleted') === true) store.drop(row);
  };
  for (const [id, deletion] of custom.deletions) {
    if (store.now() - deletion.at <= BIN_DAYS * DAY) break;
    custom.deletions.delete(id);
    // A record that was taken back and deleted again has a younger deletion of its own.
    for (const gone of deletion.gone) if (!custom.deletions.has(gone)) drop(gone);
  }
  for (const [id, at] of custom.emptied) {
    if (store.now() - at <= EMPTIED_DAYS * DAY) break;
    custom.emptied.delete(id);
    custom.deletions.delete(id);
    drop(id);
  }
}
