import type { CrmRecord, Portal, RecordList } from '../model.ts';
import { tableNamed } from '../store.ts';
import { filtersOf, type Passes } from './filters.ts';

/** The filters of a list that has some. */
export interface ListFilters {
  /** As given, shown with `includeFilters=true`. */
  readonly branch: unknown;
  readonly passes: Passes;
  readonly updatedAt: number;
}

/** Reads a list's filters. @throws {HubspotProblem} 400 when they can't be worked out */
export function readFilters(portal: Portal, objectTypeId: string, given: { readonly branch: unknown; readonly at: number }): ListFilters {
  const table = tableNamed(portal, objectTypeId);
  const inList = (listId: string): ((recordId: string) => boolean) | undefined => {
    const other = portal.lists.get(listId);
    return other === undefined ? undefined : (recordId) => other.members.has(recordId);
  };
  return { branch: given.branch, passes: filtersOf({ table, inList }, given.branch), updatedAt: given.at };
}

/** Gives a list the members that its filters find now; who stays keeps the time of joining. */
export function refill(portal: Portal, list: RecordList, at: number): void {
  const { filters } = list;
  if (filters === undefined) return;
  for (const record of tableNamed(portal, list.objectTypeId).inOrder) place(list, filters.passes, { record, at });
}

function place(list: RecordList, passes: Passes, what: { readonly record: CrmRecord; readonly at: number }): void {
  const { record, at } = what;
  const member = !record.gone && record.archivedAt === null && passes(record);
  if (member === list.members.has(record.id)) return;
  if (member) list.members.set(record.id, at);
  else list.members.delete(record.id);
  list.version += 1;
}

/**
 * Keeps dynamic lists up to date: a record is looked at again whenever it changes. Assumed: at once; and membership in
 * another list counts as of the record's own last change.
 */
export function keepDynamicLists(portal: Portal): void {
  portal.events.listeners.push((event) => {
    if (!('record' in event) || event.kind === 'created') return;
    for (const list of portal.lists.values()) {
      if (list.processingType !== 'DYNAMIC' || list.filters === undefined || list.objectTypeId !== event.table.type.typeId) continue;
      place(list, list.filters.passes, { record: event.record, at: event.at });
      if (event.kind === 'merged') for (const id of [event.primary.id, event.other.id]) list.members.delete(id);
    }
  });
}
