import { invalid } from '../errors.ts';
import { type Answer, bodyObject, type Call, ok } from '../http.ts';
import { listOf, present } from '../list-routes.ts';
import { readFilters, refill } from './membership.ts';

/** `PUT /crm/lists/{listId}/update-list-filters`: of dynamic lists; their members follow. */
export function updateFilters(call: Call): Answer {
  const list = listOf(call);
  if (list.processingType !== 'DYNAMIC') throw invalid(`List ${list.listId} is ${list.processingType}: its filters can not be changed`);
  list.filters = readFilters(call.portal, list.objectTypeId, { branch: bodyObject(call)['filterBranch'], at: call.now });
  refill(call.portal, list, call.now);
  list.updatedAt = call.now;
  list.version += 1;
  return ok({ updatedList: present(call.portal, list, call) });
}
