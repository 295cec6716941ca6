import { dissociate } from './associations.ts';
import { tell } from './events.ts';
import { type Answer, bodyObject, type Call, NO_CONTENT, param, requiredText, textOf } from './http.ts';
import { invalid } from './errors.ts';
import type { CrmRecord, Portal, Table } from './model.ts';
import { eraseRecord, recordById, recordByUnique, tableNamed, tableOf, uniqueForm, uniqueValues } from './store.ts';

/**
 * `POST /crm/objects/contacts/gdpr-delete` by id or by e-mail: 204, and nothing answers for the record any more. An
 * address without a contact is blocked.
 * @throws {HubspotProblem} 400 for another object type: only contacts are deleted for good
 * @source https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact (checked 2026-11)
 */
export function gdprDelete(call: Call): Answer {
  const table = tableNamed(call.portal, param(call, 'type'));
  if (table.type.singular !== 'contact') throw invalid(`Object type ${table.type.upper} is not supported by this endpoint`);
  const body = bodyObject(call);
  const id = requiredText(body['objectId'], 'objectId');
  const property = textOf(body['idProperty'], 'idProperty') ?? 'hs_object_id';
  if (property !== 'hs_object_id' && !table.unique.has(property)) throw invalid(`idProperty ${property} is not a unique property`);
  const record = property === 'hs_object_id' ? recordById(table, id) : recordByUnique(table, property, id);
  if (record !== undefined) eraseForGood(call.portal, table, record, call.now);
  else if (property === 'email') call.portal.blocked.add(uniqueForm('email', id));
  return NO_CONTENT;
}

/**
 * Takes a contact out of everything: values, histories, associations, lists. Its activities stay, without it. Its
 * addresses are blocked for the screen and for imports; a creation through the API is taken.
 * @source https://knowledge.hubspot.com/privacy-and-consent/understand-restorable-and-permanent-contact-deletions and
 * https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot (checked 2026-11)
 */
function eraseForGood(portal: Portal, table: Table, record: CrmRecord, at: number): void {
  for (const address of uniqueValues(record, 'email')) portal.blocked.add(address);
  const own = { table, id: record.id };
  for (const [typeId, targets] of portal.links.get(`${table.type.typeId}:${record.id}`) ?? []) {
    for (const id of targets.keys()) dissociate(portal, own, { table: tableOf(portal, typeId), id });
  }
  eraseRecord(portal, table, record, at);
  record.values = new Map();
  record.histories.clear();
  for (const list of portal.lists.values()) if (list.objectTypeId === table.type.typeId) list.members.delete(record.id);
  tell(portal, { kind: 'erased', table, record, at, source: portal.events.actor });
}
