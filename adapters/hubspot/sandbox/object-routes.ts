import { associateOnCreate, embeddedAssociations } from './associations.ts';
import { conflict, HubspotProblem, invalid, invalidValues, notFound } from './errors.ts';
import {
  type Answer,
  bodyObject,
  type Call,
  NO_CONTENT,
  objectOf,
  ok,
  pagingOf,
  param,
  queryAfter,
  queryLimit,
  queryList,
  stampOf,
} from './http.ts';
import type { CrmRecord, Portal, Table } from './model.ts';
import { presentRecord, presentTouched, presentWhole, type Selection } from './present.ts';
import {
  archiveRecord,
  createRecord,
  recordById,
  recordByUnique,
  recordFollowingMerges,
  tableNamed,
  uniqueForm,
  writeRecord,
} from './store.ts';
import { troubleWith } from './troubles.ts';
import { checkValues, withoutLifecycleSteps } from './values.ts';

/** Records that one call may return with histories. */
export const HISTORY_LIMIT = 50;

/** `GET /crm/objects/{type}` */
export function listRecords(call: Call): Answer {
  const table = tableNamed(call.portal, param(call, 'type'));
  const selection = selectionOf(call);
  const limit = queryLimit(call, selection.withHistory.length > 0 ? HISTORY_LIMIT : 100);
  const archived = call.query.get('archived') === 'true';
  const associations = queryList(call, 'associations');
  const results: unknown[] = [];
  let after: string | null = null;
  for (let at = firstFrom(table.inOrder, queryAfter(call)); at < table.inOrder.length; at += 1) {
    const record = table.inOrder[at];
    if (record === undefined || record.gone || (record.archivedAt !== null) !== archived) continue;
    if (results.length === limit) {
      after = record.id;
      break;
    }
    results.push({ ...presentRecord(call.portal, table, record, selection), ...embeddedAssociations(call, table, record, associations) });
  }
  return ok({ results, ...pagingOf(call, after) });
}

/** Position of the first record whose id is at least `n`. */
function firstFrom(records: readonly CrmRecord[], n: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.n ?? 0) < n) low = middle + 1;
    else high = middle;
  }
  return low;
}

function selectionOf(call: Call): Selection {
  return { properties: queryList(call, 'properties'), withHistory: queryList(call, 'propertiesWithHistory') };
}

/** `GET /crm/objects/{type}/{id}`, also by a unique property and by an id that was merged away. */
export function getRecord(call: Call): Answer {
  const table = tableNamed(call.portal, param(call, 'type'));
  const record = recordFromPath(call, table);
  const archived = call.query.get('archived') === 'true';
  if ((record.archivedAt !== null) !== archived) throw notFound();
  return ok({
    ...presentRecord(call.portal, table, record, selectionOf(call)),
    ...embeddedAssociations(call, table, record, queryList(call, 'associations')),
  });
}

function recordFromPath(call: Call, table: Table): CrmRecord {
  const record = findRecord(call, table);
  if (record === undefined) throw notFound();
  return record;
}

function findRecord(call: Call, table: Table): CrmRecord | undefined {
  const id = param(call, 'id');
  const property = call.query.get('idProperty');
  if (property === null || property === '' || property === 'hs_object_id') {
    if (!/^\d+$/.test(id)) throw invalid(`Object id '${id}' is not valid`, { subCategory: 'crm.objects.INVALID_IDENTIFIER' });
    return recordFollowingMerges(table, id);
  }
  requireUnique(table, property);
  return recordByUnique(table, property, id);
}

/** @throws {HubspotProblem} 400 when the property's values are not unique */
export function requireUnique(table: Table, property: string): void {
  if (!table.unique.has(property)) {
    throw invalid(`Unable to look up ${table.type.upper} by non-unique property: ${property}`);
  }
}

/** `POST /crm/objects/{type}` */
export function postRecord(call: Call): Answer {
  const table = writableTable(call);
  const body = bodyObject(call);
  const values = validNew(call.portal, table, objectOf(body['properties'] ?? {}));
  requireAssociations(table, body['associations']);
  const link = associateOnCreate(call, table, body['associations']);
  const record = createRecord(call.portal, table, values, stampOf(call));
  link(record);
  return ok(presentWhole(call.portal, table, record), 201);
}

/** @throws {HubspotProblem} 400 for campaigns, which only the marketing API writes */
export function writableTable(call: Call): Table {
  const table = tableNamed(call.portal, param(call, 'type'));
  if (!table.type.writable) throw invalid(`Object type ${table.type.upper} is not supported by this endpoint`);
  return table;
}

/** Checks a new record's values. @throws {HubspotProblem} 400 or, when a contact with that e-mail exists, 409 */
function validNew(portal: Portal, table: Table, properties: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const { values, refused } = checkValues(portal, table, properties);
  if (refused.length > 0) throw invalidValues(refused, portal.account.portalId);
  const problem = newProblem(portal, table, values);
  if (problem !== undefined) throw problem;
  return values;
}

/** Why valid values can't become a new record; undefined when they can. */
export function newProblem(portal: Portal, table: Table, values: ReadonlyMap<string, string>): HubspotProblem | undefined {
  const missing = table.type.required.filter((name) => (values.get(name) ?? '') === '');
  if (missing.length > 0) {
    return invalid(`Error creating ${table.type.upper}. Some required properties were not set.`, {
      context: { properties: missing },
      errors: missing.map((name) => ({
        message: `${name} is required`,
        code: 'MISSING_REQUIRED_PROPERTY',
        context: { propertyName: [name] },
      })),
    });
  }
  const email = values.get('email');
  const twin = email === undefined || email === '' || table.type.singular !== 'contact' ? undefined : recordByUnique(table, 'email', email);
  if (twin !== undefined) return conflict(`Contact already exists. Existing ID: ${twin.id}`);
  // A permanently deleted contact's address comes back through the API, a form or an e-mail, but not through the screen.
  if (email !== undefined && portal.events.actor.sourceType === 'CRM_UI' && portal.blocked.has(uniqueForm('email', email)))
    return invalid(`${email} belongs to a contact that was permanently deleted`, { subCategory: 'crm.contacts.BLOCKLISTED_EMAIL' });
  return uniqueProblem(portal, table, values, null);
}

/**
 * The refusal of a value that another record holds in a unique property.
 * @source recorded 2026-09: the same wording for e-mail updates and custom unique properties, category VALIDATION_ERROR
 */
export function uniqueProblem(
  portal: Portal,
  table: Table,
  values: ReadonlyMap<string, string>,
  record: CrmRecord | null,
): HubspotProblem | undefined {
  const trouble = troubleWith(portal, record, values);
  if (trouble !== undefined) return trouble;
  for (const property of table.unique.keys()) {
    const value = values.get(property);
    if (value === undefined || value === '') continue;
    const holder = recordByUnique(table, property, value);
    if (holder === undefined || holder === record) continue;
    const coordinates = `portalId=${portal.account.portalId}, objectTypeId=ObjectTypeId{legacyObjectType=${table.type.upper}}, propertyName=${property}, value=${uniqueForm(property, value)}`;
    const on = record === null ? String(portal.nextId()) : record.id;
    return invalid(`Cannot set PropertyValueCoordinates{${coordinates}} on ${on}. ${holder.id} already has that value.`);
  }
  return undefined;
}

/** A lead needs the contact that it is about. @throws {HubspotProblem} 400 without one */
export function requireAssociations(table: Table, associations: unknown): void {
  if (table.type.singular !== 'lead') return;
  const given = Array.isArray(associations) ? associations : [];
  if (given.length === 0) {
    throw invalid('Error creating LEAD. Some required associations were not set.', { subCategory: 'crm.leads.MISSING_PRIMARY_CONTACT' });
  }
}

/** `PATCH /crm/objects/{type}/{id}`, also by a unique property and by an id that was merged away. */
export function patchRecord(call: Call): Answer {
  const table = writableTable(call);
  const record = recordFromPath(call, table);
  if (record.archivedAt !== null) throw notFound();
  const { values, refused } = checkValues(call.portal, table, objectOf(bodyObject(call)['properties'] ?? {}));
  if (refused.length > 0) throw invalidValues(refused, call.portal.account.portalId);
  const problem = uniqueProblem(call.portal, table, values, record);
  if (problem !== undefined) throw problem;
  const allowed = withoutLifecycleSteps(table, record, values);
  const touched = writeRecord(call.portal, table, record, { values: allowed, stamp: stampOf(call) });
  return ok(presentTouched(call.portal, table, record, touched));
}

/** `DELETE /crm/objects/{type}/{id}`: 204, also when there is nothing to delete. */
export function deleteRecord(call: Call): Answer {
  const table = writableTable(call);
  const record = recordById(table, param(call, 'id'));
  if (record !== undefined) archiveRecord(call.portal, table, record, call.now);
  return NO_CONTENT;
}
