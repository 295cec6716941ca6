import { derive } from './derive.ts';
import { tell } from './events.ts';
import type { CrmRecord, Portal, Source, Stamp, Table } from './model.ts';
import { objectTypeNamed } from './object-types.ts';
import { noteChange } from './search-index.ts';
import { unknownPath, HubspotProblem } from './errors.ts';

const CALCULATED: Source = { sourceType: 'CALCULATED' };

/** Properties without a history of their own: they change with everything else. */
const WITHOUT_HISTORY = new Set(['lastmodifieddate', 'hs_lastmodifieddate']);

/** The table behind an object name in a path or a body. @throws {HubspotProblem} 400 for an unknown object type */
export function tableNamed(portal: Portal, name: string): Table {
  const type = objectTypeNamed(name);
  const table = type === undefined ? undefined : portal.tables.get(type.typeId);
  if (table === undefined) {
    throw new HubspotProblem(400, `Unable to infer object type from: ${name}`, { category: 'VALIDATION_ERROR' });
  }
  return table;
}

/** The table of a type that always exists. */
export function tableOf(portal: Portal, typeId: string): Table {
  const table = portal.tables.get(typeId);
  if (table === undefined) throw unknownPath();
  return table;
}

/** A living record by id, archived or not, merged-away ids not followed. */
export function recordById(table: Table, id: string): CrmRecord | undefined {
  const record = table.byId.get(id);
  return record === undefined || record.gone ? undefined : record;
}

/** A living record by id, following merges. */
export function recordFollowingMerges(table: Table, id: string): CrmRecord | undefined {
  let current = id;
  for (let next = table.forwards.get(current); next !== undefined; next = table.forwards.get(current)) current = next;
  return recordById(table, current);
}

/** The record that holds a value of a unique property, also as a secondary e-mail. */
export function recordByUnique(table: Table, property: string, value: string): CrmRecord | undefined {
  const id = table.unique.get(property)?.get(uniqueForm(property, value));
  return id === undefined ? undefined : recordById(table, id);
}

/** The form under which values of a unique property are compared. */
export function uniqueForm(property: string, value: string): string {
  return property === 'email' ? value.trim().toLowerCase() : value;
}

/** Makes a record with the given values, all of them valid already. `source` of the stamp is who created it. */
export function createRecord(portal: Portal, table: Table, values: ReadonlyMap<string, string>, stamp: Stamp): CrmRecord {
  const n = portal.nextId();
  const record: CrmRecord = {
    id: String(n),
    n,
    createdAt: stamp.at,
    updatedAt: stamp.at,
    archivedAt: null,
    gone: false,
    values: new Map(),
    histories: portal.histories.empty(),
    indexed: null,
  };
  table.byId.set(record.id, record);
  table.inOrder.push(record);
  const { source } = stamp;
  const draft = new Map<string, string>();
  record.values = draft;
  put(
    record,
    draft,
    new Map([
      ['hs_object_id', record.id],
      [table.type.createdProperty, new Date(stamp.at).toISOString()],
      ['hs_object_source', source.sourceType],
      ['hs_object_source_label', source.sourceType],
      ...(source.sourceId === undefined ? [] : [['hs_object_source_id', source.sourceId] as const]),
      ...(source.updatedByUserId === undefined ? [] : [['hs_created_by_user_id', String(source.updatedByUserId)] as const]),
    ]),
    stamp,
  );
  if (table.type.singular === 'contact')
    put(record, draft, new Map([['hs_all_contact_vids', record.id]]), { at: stamp.at, source: CALCULATED });
  tell(portal, { kind: 'created', table, record, at: stamp.at, source });
  writeRecord(portal, table, record, { values: withDefaults(portal, table, values), stamp });
  return record;
}

function withDefaults(portal: Portal, table: Table, values: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const filled = new Map([...values].filter(([, value]) => value !== ''));
  const fill = (name: string, value: string | undefined): void => {
    if (value !== undefined && !filled.has(name)) filled.set(name, value);
  };
  const { singular, typeId } = table.type;
  const pipeline = portal.pipelines.get(typeId)?.[0];
  // Assumed: the account's setting for new contacts and companies is HubSpot's own, Lead.
  if (singular === 'contact' || singular === 'company') fill('lifecyclestage', 'lead');
  if (singular === 'contact') fill('hs_pipeline', 'contacts-lifecycle-pipeline');
  if (singular === 'deal' && filled.has('dealstage')) fill('pipeline', pipeline?.id);
  if (singular === 'lead') {
    fill('hs_pipeline', pipeline?.id);
    fill('hs_pipeline_stage', pipeline?.stages[0]?.id);
  }
  return filled;
}

/**
 * Writes valid values, with what follows from them, and returns the properties that were touched with their values
 * now (null: cleared). A value that does not change gets no history entry, but the record counts as modified.
 */
export function writeRecord(
  portal: Portal,
  table: Table,
  record: CrmRecord,
  write: { readonly values: ReadonlyMap<string, string>; readonly stamp: Stamp },
): ReadonlyMap<string, string | null> {
  const { stamp } = write;
  const before = record.values;
  releaseUnique(table, record, write.values);
  const draft = new Map(before);
  record.values = draft;
  put(record, draft, write.values, stamp);
  const derived = derive(portal, table, record, { changed: write.values, at: stamp.at });
  put(record, draft, derived, { at: stamp.at, source: CALCULATED });
  claimUnique(table, record, write.values);
  touch(portal, table, record, stamp, draft);
  const touched = new Map<string, string | null>();
  for (const name of [...write.values.keys(), ...derived.keys(), table.type.modifiedProperty]) {
    touched.set(name, record.values.get(name) ?? null);
  }
  const properties = new Set([...write.values.keys(), ...derived.keys()]);
  tell(portal, { kind: 'written', table, record, at: stamp.at, source: stamp.source, before, properties });
  return touched;
}

/** Marks a record as modified and lets the search index know. `draft`: its values, in a Map of their own. */
export function touch(portal: Portal, table: Table, record: CrmRecord, stamp: Stamp, draft = new Map(record.values)): void {
  record.updatedAt = Math.max(record.updatedAt, stamp.at);
  draft.set(table.type.modifiedProperty, new Date(record.updatedAt).toISOString());
  if (stamp.source.updatedByUserId !== undefined) draft.set('hs_updated_by_user_id', String(stamp.source.updatedByUserId));
  record.values = portal.packing.pack(draft);
  note(portal, table, record, stamp.at);
}

function note(portal: Portal, table: Table, record: CrmRecord, at: number): void {
  noteChange(table.index, record, {
    at,
    lagMs: Math.max(portal.unrest.searchLagMs, portal.unrest.call.lateMs ?? 0),
    now: portal.clock.now(),
  });
}

/** Archives a record: it leaves lists, batches and search, and is found with `archived=true`. */
export function archiveRecord(portal: Portal, table: Table, record: CrmRecord, at: number): void {
  if (record.archivedAt !== null) return;
  record.archivedAt = at;
  releaseUnique(table, record, record.values);
  note(portal, table, record, at);
  tell(portal, { kind: 'archived', table, record, at, source: portal.events.actor });
}

/** Brings an archived record back. A unique value that another record took meanwhile stays with that one. */
export function restoreRecord(portal: Portal, table: Table, record: CrmRecord, at: number): void {
  if (record.archivedAt === null) return;
  record.archivedAt = null;
  for (const [property, taken] of table.unique) {
    for (const value of uniqueValues(record, property)) if (!taken.has(value)) taken.set(value, record.id);
  }
  note(portal, table, record, at);
  tell(portal, { kind: 'restored', table, record, at, source: portal.events.actor });
}

/** Removes a record for good; nothing answers for its id. */
export function eraseRecord(portal: Portal, table: Table, record: CrmRecord, at: number): void {
  record.gone = true;
  releaseUnique(table, record, record.values);
  note(portal, table, record, at);
}

/** Writes into a record's draft what is the newest value of each property then, and the rest into its histories only. */
function put(record: CrmRecord, draft: Map<string, string>, changes: ReadonlyMap<string, string>, stamp: Stamp): void {
  if (changes.size === 0) return;
  const kept = new Map([...changes].filter(([name]) => !WITHOUT_HISTORY.has(name)));
  const newest = record.histories.add(kept, stamp.at, stamp.source);
  for (const [name, value] of changes) {
    const current = newest.get(name) ?? value;
    if (current === '') draft.delete(name);
    else draft.set(name, current);
  }
}

function releaseUnique(table: Table, record: CrmRecord, changes: ReadonlyMap<string, string>): void {
  for (const [property, taken] of table.unique) {
    if (!changes.has(property) && !(property === 'email' && changes.has('hs_additional_emails'))) continue;
    for (const value of uniqueValues(record, property)) if (taken.get(value) === record.id) taken.delete(value);
  }
}

function claimUnique(table: Table, record: CrmRecord, changes: ReadonlyMap<string, string>): void {
  for (const [property, taken] of table.unique) {
    if (!changes.has(property) && !(property === 'email' && changes.has('hs_additional_emails'))) continue;
    for (const value of uniqueValues(record, property)) taken.set(value, record.id);
  }
}

/** The values by which a record is found through a unique property: for `email` also the secondary addresses. */
export function uniqueValues(record: CrmRecord, property: string): readonly string[] {
  const own = record.values.get(property);
  const more = property === 'email' ? (record.values.get('hs_additional_emails') ?? '').split(';').filter((each) => each !== '') : [];
  return [...(own === undefined ? [] : [own]), ...more].map((value) => uniqueForm(property, value));
}
