import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import type { Deletion } from './bin.ts';
import { refuseLocked } from './locks.ts';
import { refuseStatusInUse } from './rules-campaign.ts';
import { systemUpdate } from './write.ts';

/**
 * Moves a record, and what belongs to it, to the recycle bin.
 * @throws {RecordProblem} ENTITY_IS_DELETED, or INSUFFICIENT_ACCESS_OR_READONLY for objects that can't be deleted.
 */
export function deleteRecord(context: WriteContext, row: Row): void {
  const { store } = context.org;
  if (store.value(row, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
  if (!row.def.deletable) throw new RecordProblem('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
  refuseLocked(context, row.id, row);
  refuseStatusInUse(context, row);
  const gone: string[] = [];
  const unlinked: Deletion['unlinked'][number][] = [];
  store.atomically(() => remove(context, row, { gone, unlinked }));
  noteDeletion(context, row.id, { at: context.at, gone, unlinked });
}

/** Keeps what a deletion did, so that it can be taken back; the youngest is last. */
export function noteDeletion(context: WriteContext, id: string, deletion: Deletion): void {
  const { deletions } = context.org.custom;
  deletions.delete(id);
  deletions.set(id, deletion);
}

interface Trail {
  readonly gone: string[];
  readonly unlinked: Deletion['unlinked'][number][];
}

/** Deletes a row with its cascade; other records that point at it are left with an empty lookup. */
function remove(context: WriteContext, row: Row, trail: Trail): void {
  const { store } = context.org;
  const modified = new Map<string, Value>([
    ['IsDeleted', true],
    ['LastModifiedById', context.userId],
  ]);
  systemUpdate(context, row, modified);
  trail.gone.push(row.id);
  for (const child of store.objects()) {
    for (const field of child.fields.values()) {
      if (field.derive !== null || field.children === null || !field.referenceTo.includes(row.def.name)) continue;
      for (const found of store.find(child.name, field.name, row.id) ?? []) {
        if (field.cascadeDelete && !keepsOther(context, found, field.name)) remove(context, found, trail);
        else {
          systemUpdate(context, found, new Map([[field.name, null]]));
          trail.unlinked.push({ id: found.id, field: field.name, target: row.id });
        }
      }
    }
  }
}

/** A member of a converted lead stays with its contact. */
function keepsOther(context: WriteContext, row: Row, field: string): boolean {
  return row.def.name === 'CampaignMember' && field === 'LeadId' && context.org.store.value(row, 'ContactId') !== null;
}
