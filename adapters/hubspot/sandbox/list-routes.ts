import { conflict, invalid, invalidJson, notFound } from './errors.ts';
import {
  type Answer,
  bodyObject,
  type Call,
  iso,
  NO_CONTENT,
  ok,
  pagingOf,
  param,
  queryAfter,
  queryLimit,
  queryList,
  requiredText,
  textOf,
  textsOf,
} from './http.ts';
import type { Portal, RecordList } from './model.ts';
import { readFilters, refill } from './segments/membership.ts';
import { recordById, recordFollowingMerges, tableNamed } from './store.ts';

/** Members that are neither archived nor gone, with the time at which they joined. */
function livingMembers(portal: Portal, list: RecordList): readonly (readonly [id: string, at: number])[] {
  const table = tableNamed(portal, list.objectTypeId);
  return [...list.members].filter(([id]) => {
    const record = recordById(table, id);
    return record !== undefined && record.archivedAt === null;
  });
}

/** A list as the API shows it. */
export function present(portal: Portal, list: RecordList, call?: Call): Record<string, unknown> {
  return {
    listId: list.listId,
    listVersion: list.version,
    name: list.name,
    objectTypeId: list.objectTypeId,
    processingType: list.processingType,
    processingStatus: 'COMPLETE',
    createdAt: iso(list.createdAt),
    updatedAt: iso(list.updatedAt),
    createdById: list.createdBy,
    updatedById: list.createdBy,
    ...(list.filters === undefined ? {} : { filtersUpdatedAt: iso(list.filters.updatedAt) }),
    ...(list.filters !== undefined && call?.query.get('includeFilters') === 'true' ? { filterBranch: list.filters.branch } : {}),
    size: livingMembers(portal, list).length,
  };
}

/** The list of a path. @throws {HubspotProblem} 404 */
export function listOf(call: Call): RecordList {
  const list = call.portal.lists.get(param(call, 'listId'));
  if (list === undefined) throw notFound(`List does not exist with ID ${param(call, 'listId')}.`);
  return list;
}

/** `POST /crm/lists`: filled by hand (MANUAL), by its filters from now on (DYNAMIC), or by them once (SNAPSHOT). */
export function postList(call: Call): Answer {
  const body = bodyObject(call);
  const name = requiredText(body['name'], 'name');
  const processingType = requiredText(body['processingType'], 'processingType');
  if (!['MANUAL', 'DYNAMIC', 'SNAPSHOT'].includes(processingType)) throw invalid(`processingType ${processingType} is not valid`);
  const objectTypeId = tableNamed(call.portal, requiredText(body['objectTypeId'], 'objectTypeId')).type.typeId;
  if (named(call, objectTypeId, name) !== undefined) throw conflict(`A list named '${name}' already exists.`);
  const branch = body['filterBranch'] ?? null;
  if (processingType === 'MANUAL' && branch !== null) throw invalid('A MANUAL list has no filters');
  const filters = processingType === 'MANUAL' ? undefined : readFilters(call.portal, objectTypeId, { branch, at: call.now });
  const listId = String(call.portal.nextListId());
  const list: RecordList = {
    listId,
    name,
    objectTypeId,
    processingType,
    createdAt: call.now,
    updatedAt: call.now,
    version: 1,
    createdBy: String(call.caller.userId),
    members: new Map(),
    ...(filters === undefined ? {} : { filters }),
  };
  refill(call.portal, list, call.now);
  call.portal.lists.set(listId, list);
  return ok({ list: present(call.portal, list, call) });
}

/** A list of a kind by its name, in any case. */
export function named(call: Call, objectTypeId: string, name: string): RecordList | undefined {
  return [...call.portal.lists.values()].find(
    (list) => list.objectTypeId === objectTypeId && list.name.toLowerCase() === name.toLowerCase(),
  );
}

/** `GET /crm/lists?listIds=` */
export function getLists(call: Call): Answer {
  const ids = queryList(call, 'listIds');
  const lists = ids.flatMap((id) => call.portal.lists.get(id) ?? []);
  return ok({ lists: lists.map((list) => present(call.portal, list, call)) });
}

/** `GET /crm/lists/{listId}` */
export function getList(call: Call): Answer {
  return ok({ list: present(call.portal, listOf(call), call) });
}

/** `GET /crm/lists/object-type-id/{objectTypeId}/name/{name}` */
export function getListByName(call: Call): Answer {
  const list = named(call, tableNamed(call.portal, param(call, 'objectTypeId')).type.typeId, param(call, 'name'));
  if (list === undefined) throw notFound(`List does not exist with name ${param(call, 'name')}.`);
  return ok({ list: present(call.portal, list, call) });
}

/** `POST /crm/lists/search` */
export function searchLists(call: Call): Answer {
  const body = bodyObject(call);
  const part = (textOf(body['query'], 'query') ?? '').toLowerCase();
  const ids = textsOf(body['listIds'], 'listIds');
  const types = textsOf(body['processingTypes'], 'processingTypes');
  const offset = number(body['offset'], 0, Number.MAX_SAFE_INTEGER);
  const count = number(body['count'], 20, 500);
  const all = [...call.portal.lists.values()].filter(
    (list) =>
      list.name.toLowerCase().includes(part) &&
      (ids.length === 0 || ids.includes(list.listId)) &&
      (types.length === 0 || types.includes(list.processingType)),
  );
  const lists = all.slice(offset, offset + count).map((list) => {
    const { size, ...shown } = present(call.portal, list);
    return { ...shown, additionalProperties: { hs_list_size: String(size) } };
  });
  return ok({ lists, offset: offset + lists.length, hasMore: offset + lists.length < all.length, total: all.length });
}

function number(given: unknown, fallback: number, max: number): number {
  if (given === undefined || given === null) return fallback;
  if (!Number.isInteger(given) || Number(given) < 0 || Number(given) > max)
    throw invalid(`Invalid number: it must be an integer between 0 and ${max}`);
  return Number(given);
}

/** `DELETE /crm/lists/{listId}` */
export function deleteList(call: Call): Answer {
  const list = listOf(call);
  call.portal.lists.delete(list.listId);
  call.portal.deletedLists.set(list.listId, { list, at: call.now });
  return NO_CONTENT;
}

/** `GET /crm/lists/{listId}/memberships`: by record id; `join-order` in the order of joining. */
export function listMembers(call: Call): Answer {
  const list = listOf(call);
  const [limit, after] = [queryLimit(call, 250, 100), queryAfter(call)];
  const byJoining = call.path.endsWith('/join-order');
  const members = livingMembers(call.portal, list).toSorted((a, b) => (byJoining ? a[1] - b[1] : 0) || Number(a[0]) - Number(b[0]));
  const page = members.slice(after, after + limit);
  return ok({
    results: page.map(([recordId, at]) => ({ recordId, membershipTimestamp: iso(at) })),
    total: members.length,
    ...pagingOf(call, after + limit < members.length ? String(after + limit) : null),
  });
}

/** `PUT /crm/lists/{listId}/memberships/add` and `/remove`, with a list of record ids as the body. */
export function changeMembers(call: Call): Answer {
  const ids = call.body;
  if (!Array.isArray(ids) || ids.length > 100_000)
    throw invalidJson('Cannot deserialize the request body: a list of at most 100000 record ids is expected');
  const given = ids.map((id) => requiredText(id, 'recordId'));
  return ok(call.path.endsWith('/add') ? change(call, given, []) : change(call, [], given));
}

/** `PUT /crm/lists/{listId}/memberships/add-and-remove` */
export function addAndRemoveMembers(call: Call): Answer {
  const body = bodyObject(call);
  return ok(change(call, textsOf(body['recordIdsToAdd'], 'recordIdsToAdd'), textsOf(body['recordIdsToRemove'], 'recordIdsToRemove')));
}

/** Puts records on the list of a path and takes others off. */
export function change(call: Call, add: readonly string[], remove: readonly string[]): Record<string, unknown> {
  const list = listOf(call);
  if (list.processingType === 'DYNAMIC') throw invalid(`List ${list.listId} is DYNAMIC: its members can not be changed`);
  const table = tableNamed(call.portal, list.objectTypeId);
  const [added, missing, removed]: [string[], string[], string[]] = [[], [], []];
  for (const given of add) {
    const record = recordFollowingMerges(table, given);
    if (record === undefined || record.archivedAt !== null) missing.push(given);
    else if (!list.members.has(record.id)) {
      list.members.set(record.id, call.now);
      added.push(record.id);
    }
  }
  for (const id of remove) if (list.members.delete(id)) removed.push(id);
  if (added.length + removed.length > 0) {
    list.version += 1;
    list.updatedAt = call.now;
  }
  return { recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: missing };
}
