import { iso } from './http.ts';
import type { CrmRecord, Portal, Table, Version } from './model.ts';

/** Which properties an answer shows. */
export interface Selection {
  readonly properties: readonly string[];
  readonly withHistory: readonly string[];
}

/** A record as list, get and batch read show it: requested properties, empty ones as null, unknown ones left out. */
export function presentRecord(portal: Portal, table: Table, record: CrmRecord, selection: Selection): Record<string, unknown> {
  const properties = selectValues(table, record.values, selection.properties);
  return {
    id: record.id,
    properties: Object.fromEntries(properties),
    ...(selection.withHistory.length > 0 ? { propertiesWithHistory: presentHistories(table, record, selection.withHistory) } : {}),
    ...envelope(portal, table, record),
  };
}

/** A record as a write shows it: only what was touched. */
export function presentTouched(
  portal: Portal,
  table: Table,
  record: CrmRecord,
  touched: ReadonlyMap<string, string | null>,
): Record<string, unknown> {
  return { id: record.id, properties: Object.fromEntries(touched), ...envelope(portal, table, record) };
}

/** A record as creating it shows it: all its values. */
export function presentWhole(portal: Portal, table: Table, record: CrmRecord): Record<string, unknown> {
  return { id: record.id, properties: Object.fromEntries(record.values), ...envelope(portal, table, record) };
}

/** The requested values, or the type's default ones; always with the dates and the id. */
export function selectValues(
  table: Table,
  values: ReadonlyMap<string, string>,
  requested: readonly string[],
): ReadonlyMap<string, string | null> {
  const { createdProperty, modifiedProperty, defaultProperties } = table.type;
  const names = requested.length === 0 ? defaultProperties : [createdProperty, ...requested, 'hs_object_id', modifiedProperty];
  const selected = new Map<string, string | null>();
  for (const name of names) {
    const definition = table.definitions.get(name);
    if (definition !== undefined && definition.archivedAt === null) selected.set(name, values.get(name) ?? null);
  }
  return selected;
}

function envelope(portal: Portal, table: Table, record: CrmRecord): Record<string, unknown> {
  return {
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
    archived: record.archivedAt !== null,
    ...(record.archivedAt === null ? {} : { archivedAt: iso(record.archivedAt) }),
    url: `https://app.hubspot.com/contacts/${portal.account.portalId}/record/${table.type.typeId}/${record.id}`,
  };
}

/** Histories newest first. A property that exists and was never set has an empty one. */
function presentHistories(table: Table, record: CrmRecord, names: readonly string[]): Record<string, unknown> {
  const histories = new Map<string, unknown>();
  for (const name of names) {
    if (!table.definitions.has(name)) continue;
    const versions = record.histories.get(name) ?? [];
    histories.set(name, versions.map(presentVersion).reverse());
  }
  return Object.fromEntries(histories);
}

function presentVersion(version: Version): Record<string, unknown> {
  const { sourceType, sourceId, sourceLabel, updatedByUserId } = version.source;
  return {
    value: version.value,
    timestamp: iso(version.at),
    sourceType,
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(sourceLabel === undefined ? {} : { sourceLabel }),
    ...(updatedByUserId === undefined ? {} : { updatedByUserId }),
  };
}
