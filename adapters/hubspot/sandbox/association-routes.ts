import { associationTypes } from './association-types.ts';
import { associate, defaultTypes, dissociate, type End, endOf, exists, linksOf, requestedTypes } from './associations.ts';
import { invalid, invalidJson, notFound } from './errors.ts';
import {
  type Answer,
  batchAnswer,
  batchBody,
  type Call,
  inputsOf,
  NO_CONTENT,
  objectOf,
  ok,
  pagingOf,
  param,
  queryAfter,
  queryLimit,
  requiredText,
  textOf,
} from './http.ts';
import type { Table } from './model.ts';
import { tableNamed } from './store.ts';

const PAGE = 500;

function pair(call: Call): { readonly from: Table; readonly to: Table } {
  return { from: tableNamed(call.portal, param(call, 'from')), to: tableNamed(call.portal, param(call, 'to')) };
}

function idOf(value: unknown, name: string): string {
  return requiredText(objectOf(value)['id'], `${name}.id`);
}

interface TargetPage {
  readonly results: readonly unknown[];
  readonly after: string | null;
}

/** One page of targets, ascending by id. */
function targets(call: Call, from: End, to: Table, page: { readonly after: number; readonly limit: number }): TargetPage {
  const types = associationTypes(from.table.type.singular, to.type.singular);
  const ids = [...linksOf(call.portal, from, to)]
    .filter(([id]) => exists({ table: to, id }) && Number(id) >= page.after)
    .sort(([a], [b]) => Number(a) - Number(b));
  const results = ids.slice(0, page.limit).map(([id, typeIds]) => ({
    toObjectId: id,
    associationTypes: types
      .filter((type) => typeIds.has(type.typeId))
      .map((type) => ({ category: 'HUBSPOT_DEFINED', typeId: type.typeId, label: type.label })),
  }));
  return { results, after: ids[page.limit]?.[0] ?? null };
}

/** `GET /crm/v4/objects/{from}/{id}/associations/{to}` */
export function listAssociations(call: Call): Answer {
  const { from, to } = pair(call);
  const end = endOf(from, param(call, 'id'));
  if (!exists(end)) throw notFound();
  const page = targets(call, end, to, { after: queryAfter(call), limit: queryLimit(call, PAGE, PAGE) });
  return ok({ results: page.results, ...pagingOf(call, page.after) });
}

/** `POST /crm/v4/associations/{from}/{to}/batch/read`: a record with no associations is an entry of `errors` that means zero. */
export function readAssociations(call: Call): Answer {
  const { from, to } = pair(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(call, 1000)) {
    const id = requiredText(input['id'], 'id');
    const after = textOf(input['after'], 'after') ?? '0';
    if (!/^\d{1,15}$/.test(after)) throw invalid(`Invalid paging cursor: ${after}`);
    const page = targets(call, endOf(from, id), to, { after: Number(after), limit: PAGE });
    if (page.results.length > 0) results.push({ from: { id }, to: page.results, ...pagingOf(call, page.after) });
    else errors.push(noAssociations(from, to, id));
  }
  return batchAnswer(call, 200, results, errors);
}

/** @source https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4 (checked 2026-11) */
function noAssociations(from: Table, to: Table, id: string): unknown {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to.type.singular} is associated with ${from.type.singular} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from.type.singular], toObjectType: [to.type.singular] },
  };
}

function missing(end: End): unknown {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `${end.table.type.upper} ${end.id} does not exist`,
    context: { ids: [end.id] },
  };
}

/** `POST /crm/v4/associations/{from}/{to}/batch/create` */
export function createAssociations(call: Call): Answer {
  const { from, to } = pair(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  const wanted = inputsOf(call, 2000).map((input) => ({
    from: endOf(from, idOf(input['from'], 'from')),
    to: endOf(to, idOf(input['to'], 'to')),
    types: requestedTypes(from, to, input['types']),
  }));
  for (const one of wanted) {
    const absent = [one.from, one.to].find((end) => !exists(end));
    if (absent !== undefined) {
      errors.push(missing(absent));
      continue;
    }
    associate(call.portal, one.from, one.to, one.types);
    results.push(labelsOf(one.from, one.to, one.types));
  }
  return batchAnswer(call, 201, results, errors);
}

function labelsOf(from: End, to: End, types: readonly { readonly label: string | null }[]): unknown {
  return {
    fromObjectTypeId: from.table.type.typeId,
    fromObjectId: from.id,
    toObjectTypeId: to.table.type.typeId,
    toObjectId: to.id,
    labels: types.map((type) => type.label).filter((label) => label !== null),
  };
}

function both(from: End, to: End): readonly unknown[] {
  const one = (a: End, b: End): unknown => ({
    from: { id: a.id },
    to: { id: b.id },
    associationSpec: {
      associationCategory: 'HUBSPOT_DEFINED',
      associationTypeId: associationTypes(a.table.type.singular, b.table.type.singular)[0]?.typeId ?? 0,
    },
  });
  return [one(from, to), one(to, from)];
}

/**
 * `POST /crm/v4/associations/{from}/{to}/batch/associate/default`: 200, also with errors.
 * @source `@hubspot/api-client` lib/codegen/crm/associations/v4: the only batch that declares no 207
 */
export function associateDefaults(call: Call): Answer {
  const { from, to } = pair(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(call, 2000)) {
    const ends = { from: endOf(from, idOf(input['from'], 'from')), to: endOf(to, idOf(input['to'], 'to')) };
    const absent = [ends.from, ends.to].find((end) => !exists(end));
    if (absent !== undefined) {
      errors.push(missing(absent));
      continue;
    }
    associate(call.portal, ends.from, ends.to, defaultTypes(call.portal, ends.from, ends.to));
    results.push(...both(ends.from, ends.to));
  }
  return ok(batchBody(call, results, errors));
}

/** `PUT /crm/v4/objects/{from}/{id}/associations/default/{to}/{toId}` */
export function putDefaultAssociation(call: Call): Answer {
  const { from, to, results } = singlePair(call);
  associate(call.portal, from, to, defaultTypes(call.portal, from, to));
  return ok(batchBody(call, results));
}

/** `PUT /crm/v4/objects/{from}/{id}/associations/{to}/{toId}` with the types as the body. */
export function putAssociation(call: Call): Answer {
  const { from, to } = singlePair(call);
  if (!Array.isArray(call.body)) throw invalidJson('Cannot deserialize the request body: a list is expected');
  const types = requestedTypes(from.table, to.table, call.body);
  associate(call.portal, from, to, types);
  return ok(labelsOf(from, to, types), 201);
}

/** `DELETE /crm/v4/objects/{from}/{id}/associations/{to}/{toId}` */
export function deleteAssociation(call: Call): Answer {
  const { from, to } = pair(call);
  dissociate(call.portal, endOf(from, param(call, 'id')), endOf(to, param(call, 'toId')));
  return NO_CONTENT;
}

function singlePair(call: Call): { readonly from: End; readonly to: End; readonly results: readonly unknown[] } {
  const tables = pair(call);
  const from = endOf(tables.from, param(call, 'id'));
  const to = endOf(tables.to, param(call, 'toId'));
  if (!exists(from) || !exists(to)) throw notFound();
  return { from, to, results: both(from, to) };
}

/** `POST /crm/v4/associations/{from}/{to}/batch/archive`: always 204. */
export function archiveAssociations(call: Call): Answer {
  const { from, to } = pair(call);
  for (const input of inputsOf(call, 2000)) {
    const list = input['to'];
    if (!Array.isArray(list)) throw invalidJson('Some required fields were not set: [to]');
    for (const target of list) dissociate(call.portal, endOf(from, idOf(input['from'], 'from')), endOf(to, idOf(target, 'to')));
  }
  return NO_CONTENT;
}

/** `GET /crm/v4/associations/{from}/{to}/labels` */
export function listLabels(call: Call): Answer {
  const { from, to } = pair(call);
  const types = associationTypes(from.type.singular, to.type.singular);
  return ok({ results: types.map((type) => ({ category: 'HUBSPOT_DEFINED', typeId: type.typeId, label: type.label })) });
}
