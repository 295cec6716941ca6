import { moveLinks } from './associations.ts';
import { HubspotProblem, invalid, notFound } from './errors.ts';
import { tell } from './events.ts';
import { type Answer, bodyObject, type Call, iso, ok, param, requiredText } from './http.ts';
import type { CrmRecord, Portal, Source, Table, Version } from './model.ts';
import { presentRecord } from './present.ts';
import { eraseRecord, recordFollowingMerges, tableNamed, touch, uniqueValues } from './store.ts';

const MERGE: Source = { sourceType: 'MERGE_OBJECTS' };
const MERGE_CONTACTS: Source = { sourceType: 'MERGE_CONTACTS' };
const MAX_IDENTITIES = 250;

/**
 * `POST /crm/objects/{type}/merge`: both records give way to a new one with an id of its own.
 * @source HubSpot's webhooks guide (`newObjectId`, since 2025); error handling guide (414)
 */
export function mergeRecords(call: Call): Answer {
  const table = tableNamed(call.portal, param(call, 'type'));
  const body = bodyObject(call);
  const primary = recordFollowingMerges(table, requiredText(body['primaryObjectId'], 'primaryObjectId'));
  const other = recordFollowingMerges(table, requiredText(body['objectIdToMerge'], 'objectIdToMerge'));
  if (primary === undefined || other === undefined || primary.archivedAt !== null || other.archivedAt !== null) throw notFound();
  if (primary === other) throw invalid('A record can not be merged with itself');
  const merged = mergeTwo(call.portal, table, { primary, other, at: call.now });
  return ok(presentRecord(call.portal, table, merged, { properties: [...merged.values.keys()], withHistory: [] }));
}

interface Pair {
  readonly primary: CrmRecord;
  readonly other: CrmRecord;
  readonly at: number;
}

function mergeTwo(portal: Portal, table: Table, pair: Pair): CrmRecord {
  const { primary, other, at } = pair;
  const formerIds = [primary, other].flatMap((record) => [...listed(record, 'hs_merged_object_ids'), record.id]);
  if (formerIds.length > MAX_IDENTITIES) {
    throw new HubspotProblem(414, `Cannot have more than ${MAX_IDENTITIES} identities on a profile`, { category: 'VALIDATION_ERROR' });
  }
  const n = portal.nextId();
  const merged: CrmRecord = {
    id: String(n),
    n,
    createdAt: Math.min(primary.createdAt, other.createdAt),
    updatedAt: at,
    archivedAt: null,
    gone: false,
    values: new Map(),
    histories: portal.histories.empty(),
    indexed: null,
  };
  inheritHistories(table, merged, pair);
  const values = new Map([...merged.histories].map(([name, versions]) => [name, versions.at(-1)?.value ?? '']));
  for (const [name, value] of systemValues(table, merged, { ...pair, formerIds })) {
    values.set(name, value);
    const source = table.type.singular === 'contact' ? MERGE_CONTACTS : MERGE;
    merged.histories.set(name, [...(merged.histories.get(name) ?? []), { value, at, source }]);
  }
  merged.values = new Map([...values].filter(([, value]) => value !== ''));
  for (const record of [primary, other]) table.forwards.set(record.id, merged.id);
  for (const record of [primary, other]) {
    moveLinks(portal, table, record.id, merged.id);
    eraseRecord(portal, table, record, at);
    moveMemberships(portal, table, record.id, merged.id);
  }
  table.byId.set(merged.id, merged);
  table.inOrder.push(merged);
  for (const property of table.unique.keys())
    for (const value of uniqueValues(merged, property)) table.unique.get(property)?.set(value, merged.id);
  touch(portal, table, merged, { at, source: MERGE });
  const moved = [...merged.values].filter(([name, value]) => !primary.values.has(name) && other.values.get(name) === value).length;
  tell(portal, { kind: 'merged', table, record: merged, primary, other, moved, at, source: portal.events.actor });
  return merged;
}

function listed(record: CrmRecord, property: string): readonly string[] {
  return (record.values.get(property) ?? '').split(';').filter((each) => each !== '');
}

/** The primary record's values with their histories; the other's where the primary has none, and where it is further on. */
function inheritHistories(table: Table, merged: CrmRecord, pair: Pair): void {
  const { primary, other } = pair;
  const stages = table.definitions.get('lifecyclestage')?.options.map((option) => option.value) ?? [];
  const stageOf = (record: CrmRecord): number => stages.indexOf(record.values.get('lifecyclestage') ?? '');
  for (const name of new Set([...primary.histories.keys(), ...other.histories.keys()])) {
    const fromOther = !primary.values.has(name) || (name === 'lifecyclestage' && stageOf(other) > stageOf(primary));
    const chosen = fromOther && other.values.has(name) ? other : primary;
    const versions: Version[] = [...(chosen.histories.get(name) ?? [])];
    if (versions.length > 0) merged.histories.set(name, versions);
  }
}

function systemValues(
  table: Table,
  merged: CrmRecord,
  pair: Pair & { readonly formerIds: readonly string[] },
): ReadonlyMap<string, string> {
  const { primary, other, at, formerIds } = pair;
  const values = new Map([
    ['hs_object_id', merged.id],
    [table.type.createdProperty, iso(merged.createdAt)],
    ['hs_merged_object_ids', formerIds.join(';')],
  ]);
  if (table.type.singular !== 'contact') return values;
  values.set('hs_all_contact_vids', [merged.id, ...formerIds].join(';'));
  const before = [primary, other].flatMap((record) => listed(record, 'hs_calculated_merged_vids'));
  values.set('hs_calculated_merged_vids', [...before, `${primary.id}:${at}`, `${other.id}:${at}`].join(';'));
  const own = primary.values.get('email') ?? other.values.get('email');
  const emails = new Set([primary, other].flatMap((record) => uniqueValues(record, 'email')).filter((email) => email !== own));
  values.set('hs_additional_emails', [...emails].join(';'));
  return values;
}

function moveMemberships(portal: Portal, table: Table, from: string, to: string): void {
  for (const list of portal.lists.values()) {
    const joined = list.objectTypeId === table.type.typeId ? list.members.get(from) : undefined;
    if (joined === undefined) continue;
    list.members.delete(from);
    if (!list.members.has(to)) list.members.set(to, joined);
  }
}
