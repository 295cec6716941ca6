import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { refuseLocked } from './locks.ts';
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
  store.atomically(() => remove(context, row));
}

/** Deletes a row with its cascade; other records that point at it are left with an empty lookup. */
function remove(context: WriteContext, row: Row): void {
  const { store } = context.org;
  const modified = new Map<string, Value>([
    ['IsDeleted', true],
    ['LastModifiedById', context.userId],
  ]);
  systemUpdate(context, row, modified);
  for (const child of store.objects()) {
    for (const field of child.fields.values()) {
      if (field.derive !== null || field.children === null || !field.referenceTo.includes(row.def.name)) continue;
      for (const found of store.find(child.name, field.name, row.id) ?? []) {
        if (field.cascadeDelete && !keepsOther(context, found, field.name)) remove(context, found);
        else systemUpdate(context, found, new Map([[field.name, null]]));
      }
    }
  }
}

/** A member of a converted lead stays with its contact. */
function keepsOther(context: WriteContext, row: Row, field: string): boolean {
  return row.def.name === 'CampaignMember' && field === 'LeadId' && context.org.store.value(row, 'ContactId') !== null;
}
