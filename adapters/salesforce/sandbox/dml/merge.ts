import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { noteDeletion } from './delete.ts';
import { readInput } from './input.ts';
import { systemUpdate, updateRecord } from './write.ts';

export interface Merge {
  readonly masterId: string;
  /** At most two. */
  readonly loserIds: readonly string[];
  /** Values that the master takes over. */
  readonly fields: ReadonlyMap<string, unknown>;
}

function mergeable(context: WriteContext, id: string): Row {
  const row = context.org.store.row(id);
  if (row === undefined || !row.def.mergeable) throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (context.org.store.value(row, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}

/**
 * Merges records into a master: the losers go to the bin with `MasterRecordId`, what pointed at them points at the
 * master. Returns the ids of the moved records.
 * @throws {RecordProblem} with Salesforce's code; nothing is changed then.
 */
export function mergeRecords(context: WriteContext, merge: Merge): readonly string[] {
  const { store } = context.org;
  return store.atomically(() => {
    const master = mergeable(context, merge.masterId);
    const losers = merge.loserIds.map((id) => mergeable(context, id));
    if (losers.length === 0 || losers.length > 2 || losers.some((row) => row.def !== master.def || row.id === master.id)) {
      throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'merge takes one or two other records of the same object');
    }
    if (losers.some((row) => store.value(row, 'IsConverted') === true))
      throw new RecordProblem('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
    const moved = losers.flatMap((loser) => {
      const gone: string[] = [loser.id];
      const found = [...absorb(context, loser, { masterId: master.id, gone })];
      noteDeletion(context, loser.id, { at: context.at, gone, unlinked: [] });
      return found;
    });
    updateRecord(context, store.row(master.id) ?? master, readInput(context, master.def, Object.fromEntries(merge.fields), false));
    return moved;
  });
}

function* absorb(
  context: WriteContext,
  loser: Row,
  { masterId, gone }: { readonly masterId: string; readonly gone: string[] },
): Iterable<string> {
  const { store } = context.org;
  for (const child of store.objects()) {
    for (const field of child.fields.values()) {
      if (field.derive !== null || field.children === null || !field.referenceTo.includes(loser.def.name)) continue;
      for (const row of store.find(child.name, field.name, loser.id) ?? []) {
        if (aboveItself(context, row, field.name, masterId))
          throw new RecordProblem('CIRCULAR_DEPENDENCY', `${field.label}: attempt to violate hierarchy constraints`, [field.name]);
        // A history is the loser's own past: it goes with it.
        const past = child.name === loser.def.tracking?.object;
        if (past || (child.name === 'CampaignMember' && isMember(context, row, field.name, masterId))) {
          systemUpdate(context, row, new Map([['IsDeleted', true]]));
          gone.push(row.id);
        } else {
          systemUpdate(context, row, new Map<string, Value>([[field.name, masterId]]));
          yield row.id;
        }
      }
    }
  }
  const merged = new Map<string, Value>([
    ['IsDeleted', true],
    ['MasterRecordId', masterId],
    ['LastModifiedById', context.userId],
  ]);
  systemUpdate(context, loser, merged);
}

/** A hierarchy in which the record would come to stand above its new parent. */
function aboveItself(context: WriteContext, row: Row, link: string, parentId: string): boolean {
  const { store } = context.org;
  const seen = new Set<string>();
  for (let at: Value = parentId; typeof at === 'string' && !seen.has(at); at = store.value(store.row(at), link)) {
    if (at === row.id) return true;
    seen.add(at);
  }
  return false;
}

/** The master is in that campaign already: the second membership goes. */
function isMember(context: WriteContext, row: Row, link: string, masterId: string): boolean {
  const { store } = context.org;
  return (store.find('CampaignMember', link, masterId) ?? []).some(
    (other) => store.value(other, 'CampaignId') === store.value(row, 'CampaignId'),
  );
}
