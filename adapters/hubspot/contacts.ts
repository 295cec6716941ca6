import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { Person } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { Property } from './catalogue.ts';
import { versionOf, withLeadProperties, withLeads } from './leads.ts';
import { contactProperties, mergedInto, modifiedOf, personOf } from './map.ts';
import { readRecords } from './objects.ts';
import type { Room } from './room.ts';
import type { RawRecord } from './shapes.ts';

/** The properties of contacts to ask for: what the portal has of ours and of the asked ones. */
export async function wantedOfContacts(
  room: Room,
  options: ChangesOptions,
): Promise<{ readonly properties: readonly string[]; readonly catalogue: ReadonlyMap<string, Property> }> {
  const catalogue = await room.catalogue.of('contacts', options.signal);
  const names = new Set([...contactProperties, ...(options.fields ?? [])]);
  return { properties: [...names].filter((name) => catalogue.has(name)), catalogue };
}

/** The contacts' events: who was merged into each, and itself, with what its lead says. */
export async function personEvents(
  room: Room,
  records: readonly RawRecord[],
  options: PersonWish,
): Promise<readonly ChangeEvent<Person>[]> {
  const catalogue = await withLeadProperties(room, options.catalogue, options);
  return (await withLeads(room, records, options)).flatMap((record) => eventsOf(room, record, { ...options, catalogue }));
}

interface PersonWish {
  readonly fields: readonly string[];
  readonly catalogue: ReadonlyMap<string, Property>;
  readonly signal: AbortSignal | undefined;
}

function eventsOf(room: Room, record: RawRecord, options: PersonWish): readonly ChangeEvent<Person>[] {
  const id = record.id as RecordId;
  const merged = mergedInto(record).map((loser): ChangeEvent<Person> => ({ type: 'merged', id: loser.id, into: id, at: loser.at }));
  const at = modifiedOf(record);
  return [...merged, { type: 'upsert', id, version: versionOf(record), at, record: personOf(record, { ...options, self: room.self }) }];
}

/** A search's body may have 3,000 characters; what the filters and the frame need is left free. */
const longestList = 2500;

/**
 * How to search for changed contacts: with all properties where they fit into a search, else for the ids, which are then
 * read in batches.
 */
export function contactQuery(
  room: Room,
  properties: readonly string[],
  signal: AbortSignal | undefined,
): {
  readonly properties: readonly string[];
  readonly searched?: readonly string[];
  readonly refine?: (records: readonly RawRecord[]) => Promise<readonly RawRecord[]>;
} {
  if (JSON.stringify(properties).length <= longestList) return { properties };
  return {
    properties,
    searched: ['lastmodifieddate'],
    refine: (records) => readRecords(room.wire, 'contacts', { ids: records.map((record) => record.id), properties, signal }),
  };
}
