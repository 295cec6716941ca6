import { type AssociationType, associationTypes } from './association-types.ts';
import { invalid, invalidJson } from './errors.ts';
import { tell } from './events.ts';
import { type Call, objectOf, requiredText } from './http.ts';
import type { CrmRecord, Portal, Table } from './model.ts';
import { recordById, recordFollowingMerges, tableNamed, tableOf } from './store.ts';

/** A record of a type, by id. */
export interface End {
  readonly table: Table;
  readonly id: string;
}

const EMBEDDED_PAGE = 100;

/** Associates two records in both directions. Association changes leave the records' modified stamps alone. */
export function associate(portal: Portal, from: End, to: End, types: readonly AssociationType[]): void {
  for (const type of types) {
    const fresh = addLink(portal, from, to, type.typeId);
    addLink(portal, to, from, type.inverse);
    if (fresh) tellBoth(portal, 'associated', { from, to, type });
  }
}

/** An association stands on both records, and each of them tells its own side. */
function tellBoth(
  portal: Portal,
  kind: 'associated' | 'dissociated',
  link: { readonly from: End; readonly to: End; readonly type: AssociationType },
): void {
  const { from, to, type } = link;
  const [at, source] = [portal.clock.now(), portal.events.actor];
  tell(portal, { kind, from, to, type, at, source });
  const back = associationTypes(to.table.type.singular, from.table.type.singular).find((one) => one.typeId === type.inverse);
  if (back !== undefined) tell(portal, { kind, from: to, to: from, type: back, at, source });
}

/** The unlabelled type, and the primary one for the first record of its kind. */
export function defaultTypes(portal: Portal, from: End, to: End): readonly AssociationType[] {
  const [unlabelled, ...labelled] = associationTypes(from.table.type.singular, to.table.type.singular);
  const primary = labelled.find((type) => type.label === 'Primary');
  const types = unlabelled === undefined ? [] : [unlabelled];
  return primary === undefined || hasPrimary(portal, { from, to }, primary) ? types : [...types, primary];
}

/** Whether the one of two records that can have only one primary of the other's kind has it already. */
function hasPrimary(portal: Portal, pair: { readonly from: End; readonly to: End }, primary: AssociationType): boolean {
  const { from, to } = pair;
  const kinds = [from.table.type.singular, to.table.type.singular];
  const single = kinds.includes('lead') ? 'lead' : kinds.find((kind) => kind !== 'company');
  const [owner, other, typeId] = single === kinds[0] ? [from, to, primary.typeId] : [to, from, primary.inverse];
  return [...linksOf(portal, owner, other.table).values()].some((ids) => ids.has(typeId));
}

/** Removes all associations between two records. */
export function dissociate(portal: Portal, from: End, to: End): void {
  const typeIds = linksOf(portal, from, to.table).get(to.id) ?? new Set<number>();
  const types = associationTypes(from.table.type.singular, to.table.type.singular).filter((type) => typeIds.has(type.typeId));
  removeLinks(portal, from, to);
  for (const type of types) tellBoth(portal, 'dissociated', { from, to, type });
}

/** Removes one association of two records; with the one that has no label, all go. */
export function dissociateType(portal: Portal, from: End, to: End, type: AssociationType): void {
  const typeIds = linksOf(portal, from, to.table).get(to.id) ?? new Set<number>();
  if (!typeIds.has(type.typeId)) return;
  const left = associationTypes(from.table.type.singular, to.table.type.singular).filter(
    (other) => typeIds.has(other.typeId) && other.typeId !== type.typeId,
  );
  if (type.label === null || left.length === 0) return dissociate(portal, from, to);
  removeLinks(portal, from, to);
  for (const other of left) {
    addLink(portal, from, to, other.typeId);
    addLink(portal, to, from, other.inverse);
  }
  tellBoth(portal, 'dissociated', { from, to, type });
}

function removeLinks(portal: Portal, from: End, to: End): void {
  portal.links.remove(keyOf(from), { typeId: to.table.type.typeId, id: to.id });
  portal.links.remove(keyOf(to), { typeId: from.table.type.typeId, id: from.id });
}

/** Target id -> association type ids, in the order in which they were associated. */
export function linksOf(portal: Portal, from: End, to: Table): ReadonlyMap<string, ReadonlySet<number>> {
  return portal.links.get(keyOf(from))?.get(to.type.typeId) ?? new Map<string, ReadonlySet<number>>();
}

/**
 * Gives all associations of one record to another, when the two are merged. Where the other has a primary record of the
 * kind already, what comes is associated without that label; nothing is associated with itself.
 */
export function moveLinks(portal: Portal, table: Table, from: string, to: string): void {
  const all = portal.links.get(keyOf({ table, id: from }));
  if (all === undefined) return;
  for (const [typeId, targets] of all) {
    const target = tableOf(portal, typeId);
    for (const [id, typeIds] of targets) {
      const known = associationTypes(table.type.singular, target.type.singular).filter((type) => typeIds.has(type.typeId));
      removeLinks(portal, { table, id: from }, { table: target, id });
      if (target === table && table.forwards.get(id) === to) continue;
      const pair = { from: { table, id: to }, to: { table: target, id } };
      for (const type of known) {
        if (type.label === 'Primary' && hasPrimary(portal, pair, type)) continue;
        addLink(portal, pair.from, pair.to, type.typeId);
        addLink(portal, pair.to, pair.from, type.inverse);
      }
    }
  }
}

function keyOf(end: End): string {
  return `${end.table.type.typeId}:${end.id}`;
}

/** True when the association was not there before. */
function addLink(portal: Portal, from: End, to: End, typeId: number): boolean {
  return portal.links.add(keyOf(from), { typeId: to.table.type.typeId, id: to.id }, typeId);
}

/** The named types of a request. @throws {HubspotProblem} 400 for a type that this pair does not have */
export function requestedTypes(from: Table, to: Table, given: unknown): readonly AssociationType[] {
  if (!Array.isArray(given) || given.length === 0) throw invalidJson('Some required fields were not set: [types]');
  const known = associationTypes(from.type.singular, to.type.singular);
  return given.map((item) => {
    const spec = objectOf(item);
    const id = Number(requiredText(spec['associationTypeId'], 'associationTypeId'));
    requiredText(spec['associationCategory'], 'associationCategory');
    const type = known.find((candidate) => candidate.typeId === id);
    if (type === undefined) {
      throw invalid(`${from.type.upper} to ${to.type.upper} association type with id ${id} does not exist`, {
        subCategory: 'crm.associations.INVALID_ASSOCIATION_TYPE',
      });
    }
    return type;
  });
}

/** A record named in an association. @throws {HubspotProblem} 400 for an id of the wrong kind */
export function endOf(table: Table, id: string): End {
  if (!/^\d+$/.test(id)) throw invalid(`Invalid identifier: ${id}`, { subCategory: 'crm.associations.INVALID_IDENTIFIER' });
  return { table, id: recordFollowingMerges(table, id)?.id ?? id };
}

/** Whether a record can be associated: it is there and not archived. */
export function exists(end: End): boolean {
  const record = recordById(end.table, end.id);
  return record !== undefined && record.archivedAt === null;
}

/** Checks the `associations` of a create and returns what to do once the record exists. */
export function associateOnCreate(call: Call, table: Table, given: unknown): (record: CrmRecord) => void {
  if (given === undefined || given === null) return () => undefined;
  if (!Array.isArray(given)) throw invalidJson('Cannot deserialize value of type `java.util.List` for field associations');
  const wanted = given.map((item) => {
    const { to, types } = objectOf(item);
    const id = requiredText(objectOf(to)['id'], 'to.id');
    const found = targetOf(call.portal, table, types);
    const end = endOf(found, id);
    if (!exists(end)) throw invalid(`${found.type.upper} ${id} does not exist`, { subCategory: 'crm.associations.INVALID_IDENTIFIER' });
    return { end, types: requestedTypes(table, found, types) };
  });
  return (record) => {
    for (const { end, types } of wanted) associate(call.portal, { table, id: record.id }, end, types);
  };
}

/** The association type id alone says which kind of record is meant. */
function targetOf(portal: Portal, from: Table, types: unknown): Table {
  const first = Array.isArray(types) ? objectOf(types[0]) : {};
  const id = Number(first['associationTypeId']);
  for (const table of portal.tables.values()) {
    if (associationTypes(from.type.singular, table.type.singular).some((type) => type.typeId === id)) return table;
  }
  throw invalid(`Association type with id ${String(first['associationTypeId'])} does not exist from ${from.type.upper}`, {
    subCategory: 'crm.associations.INVALID_ASSOCIATION_TYPE',
  });
}

/** `associations` of a record in the v3 form; nothing when none were asked for or there are none. */
export function embeddedAssociations(call: Call, table: Table, record: CrmRecord, names: readonly string[]): { associations?: unknown } {
  const shown = new Map<string, unknown>();
  for (const name of names) {
    const target = tableNamed(call.portal, name);
    const types = associationTypes(table.type.singular, target.type.singular);
    const all = [...linksOf(call.portal, { table, id: record.id }, target)].filter(([id]) => exists({ table: target, id }));
    const results = all
      .slice(0, EMBEDDED_PAGE)
      .flatMap(([id, typeIds]) => types.filter((type) => typeIds.has(type.typeId)).map((type) => ({ id, type: type.name })));
    if (results.length === 0) continue;
    const after = all[EMBEDDED_PAGE]?.[0];
    const link = `${call.origin}/crm/v4/objects/${table.type.singular}/${record.id}/associations/${target.type.singular}?after=${after}`;
    shown.set(target.type.plural, { results, ...(after === undefined ? {} : { paging: { next: { after, link } } }) });
  }
  return shown.size === 0 ? {} : { associations: Object.fromEntries(shown) };
}
