import { conflict, invalid, notFound } from './errors.ts';
import { type Answer, type Call, iso, NO_CONTENT, ok, param } from './http.ts';
import { change, listOf, named, present } from './list-routes.ts';
import { tableNamed } from './store.ts';

/** Deleted lists can be restored so long. @source https://developers.hubspot.com/docs/api/crm/lists (checked 2026-11) */
const RESTORABLE_MS = 90 * 86_400_000;

/** `PUT /crm/lists/{listId}/update-list-name?listName=` */
export function renameList(call: Call): Answer {
  const list = listOf(call);
  const name = call.query.get('listName') ?? '';
  if (name === '') throw invalid('listName must be provided');
  const other = named(call, list.objectTypeId, name);
  if (other !== undefined && other !== list) throw conflict(`A list named '${name}' already exists.`);
  list.name = name;
  list.version += 1;
  list.updatedAt = call.now;
  return ok({ updatedList: present(call.portal, list) });
}

/** `PUT /crm/lists/{listId}/restore`: takes a deletion of the last 90 days back. */
export function restoreList(call: Call): Answer {
  const id = param(call, 'listId');
  const deleted = call.portal.deletedLists.get(id);
  if (deleted === undefined || call.now - deleted.at > RESTORABLE_MS) throw notFound(`List does not exist with ID ${id}.`);
  call.portal.deletedLists.delete(id);
  call.portal.lists.set(id, deleted.list);
  return NO_CONTENT;
}

/** `DELETE /crm/lists/{listId}/memberships`: takes everybody off the list, which stays. */
export function emptyList(call: Call): Answer {
  change(call, [], [...listOf(call).members.keys()]);
  return NO_CONTENT;
}

/** `PUT /crm/lists/{listId}/memberships/add-from/{sourceListId}` */
export function addFromList(call: Call): Answer {
  const source = call.portal.lists.get(param(call, 'sourceListId'));
  if (source === undefined) throw notFound(`List does not exist with ID ${param(call, 'sourceListId')}.`);
  if (source.objectTypeId !== listOf(call).objectTypeId) throw invalid('Both lists must be of the same object type');
  change(call, [...source.members.keys()], []);
  return NO_CONTENT;
}

/** `GET /crm/lists/records/{objectTypeId}/{recordId}/memberships`. @source `@hubspot/api-client` lib/codegen/crm/lists/models/RecordListMembership */
export function listsOfRecord(call: Call): Answer {
  const { typeId } = tableNamed(call.portal, param(call, 'type')).type;
  const results = [...call.portal.lists.values()].flatMap((list) => {
    const at = list.objectTypeId === typeId ? list.members.get(param(call, 'recordId')) : undefined;
    if (at === undefined) return [];
    return { listId: list.listId, listVersion: list.version, firstAddedTimestamp: iso(at), lastAddedTimestamp: iso(at) };
  });
  return ok({ results, total: results.length });
}
