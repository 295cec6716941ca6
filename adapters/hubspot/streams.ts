import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { Account, Deal, Touch } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { contactQuery, wantedOfContacts } from './contacts.ts';
import { dealOf, dealProperties, stageProperty } from './deals.ts';
import type { Stages } from './deals.ts';
import { accountOf, companyProperties, modifiedOf } from './map.ts';
import { readAssociations, readRecords } from './objects.ts';
import type { Part, Step } from './pass.ts';
import { archived } from './people.ts';
import type { Room } from './room.ts';
import type { RawRecord } from './shapes.ts';
import { changed, listed, positionOf } from './sources.ts';
import { activities, contactTouchesOf, touchOf, touchVersion } from './touches.ts';
import type { ActivityType } from './touches.ts';

/** Companies, as accounts. */
export function accountSteps(room: Room, options: ChangesOptions): readonly Step<Account>[] {
  const eventsOf = (records: readonly RawRecord[]): readonly ChangeEvent<Account>[] =>
    records.map((record) => upsert(record, accountOf(record)));
  return [
    async function* (from): AsyncGenerator<Part<Account>> {
      const shared = { properties: companyProperties, signal: options.signal };
      if (from.since === null) {
        for await (const page of listed(room, 'companies', { ...shared, after: from.next })) {
          yield { events: eventsOf(page.records), next: page.next, at: page.at };
        }
        return;
      }
      for await (const found of changed(room, 'companies', { ...shared, since: from.since, next: from.next })) {
        yield { events: eventsOf(found.records), next: positionOf(found), at: found.at };
      }
    },
  ];
}

function upsert<R>(record: RawRecord, value: R): ChangeEvent<R> {
  const at = modifiedOf(record);
  return { type: 'upsert', id: record.id as RecordId, version: String(at), at, record: value };
}

/** Deals with their stage history, then the bin. */
export function dealSteps(room: Room, options: ChangesOptions): readonly Step<Deal>[] {
  return [
    async function* (from): AsyncGenerator<Part<Deal>> {
      const { currency } = await room.account(options);
      for await (const { records, next, at } of dealRecords(room, from, options)) {
        const stages = await stagesFor(room, records, options);
        yield { events: records.map((record) => upsert(record, dealOf(record, stages, currency))), next, at };
      }
    },
    archived(room, 'deals', options.signal),
  ];
}

/** What the stages of these deals mean; without a deal there is nothing to ask. */
export async function stagesFor(room: Room, deals: readonly RawRecord[], { signal }: ChangesOptions): Promise<Stages> {
  return deals.length === 0 ? new Map() : room.stages(signal);
}

/** Deals with their stage histories: listed at first, later those that changed. */
export async function* dealRecords(
  room: Room,
  from: { readonly since: number | null; readonly next: string | null },
  { signal }: ChangesOptions,
): AsyncGenerator<{ readonly records: readonly RawRecord[]; readonly next: string | null; readonly at: number }> {
  const wanted = { properties: dealProperties, history: [stageProperty], signal };
  if (from.since === null) {
    yield* listed(room, 'deals', { ...wanted, after: from.next });
    return;
  }
  const refine = async (records: readonly RawRecord[]): Promise<readonly RawRecord[]> => {
    const full = await readRecords(room.wire, 'deals', { ...wanted, ids: records.map((record) => record.id) });
    const byId = new Map(full.map((record) => [record.id, record]));
    // Gone since it was found: its deletion is told by the bin.
    return records.flatMap((record) => byId.get(record.id) ?? []);
  };
  const found = changed(room, 'deals', { since: from.since, next: from.next, properties: dealProperties, signal, refine });
  for await (const part of found) yield { records: part.records, next: positionOf(part), at: part.at };
}

const activityTypes = Object.keys(activities) as readonly ActivityType[];

/** The prospects' own acts that stand on contacts, then everything that was logged. */
export function touchSteps(room: Room, options: ChangesOptions): readonly Step<Touch>[] {
  return [contactTouches(room, options), ...activityTypes.map((type) => activityTouches(room, type, options))];
}

function contactTouches(room: Room, options: ChangesOptions): Step<Touch> {
  const eventsOf = (records: readonly RawRecord[]): readonly ChangeEvent<Touch>[] =>
    records.flatMap((record) =>
      contactTouchesOf(record).map(
        (touch) => ({ type: 'upsert', id: touch.id, version: '1', at: touch.occurredAt, record: touch }) as const,
      ),
    );
  return async function* (from): AsyncGenerator<Part<Touch>> {
    const { properties } = await wantedOfContacts(room, { ...options, fields: [] });
    if (from.since === null) {
      for await (const page of listed(room, 'contacts', { after: from.next, properties, signal: options.signal })) {
        yield { events: eventsOf(page.records), next: page.next, at: page.at };
      }
      return;
    }
    for await (const found of changed(room, 'contacts', {
      ...contactQuery(room, properties, options.signal),
      since: from.since,
      next: from.next,
      signal: options.signal,
    })) {
      yield { events: eventsOf(found.records), next: positionOf(found), at: found.at };
    }
  };
}

function activityTouches(room: Room, type: ActivityType, { signal }: ChangesOptions): Step<Touch> {
  const { properties } = activities[type];
  const eventOf = (record: RawRecord, contacts: readonly string[], deals: readonly string[]): readonly ChangeEvent<Touch>[] => {
    const touch = touchOf(record, type, { contacts, deals, self: room.self });
    if (touch === null) return [];
    return [{ type: 'upsert', id: touch.id, version: touchVersion(record), at: modifiedOf(record), record: touch }];
  };
  return async function* (from): AsyncGenerator<Part<Touch>> {
    if (from.since === null) {
      const wanted = { properties, associations: ['contacts', 'deals'], signal };
      for await (const page of listed(room, type, { ...wanted, after: from.next })) {
        const events = page.records.flatMap((record) =>
          eventOf(record, record.associated.get('contacts') ?? [], record.associated.get('deals') ?? []),
        );
        yield { events, next: page.next, at: page.at };
      }
      return;
    }
    for await (const found of changed(room, type, { since: from.since, next: from.next, properties, signal })) {
      const ids = found.records.map((record) => record.id);
      const [contacts, deals] = await Promise.all(
        ['contacts', 'deals'].map((to) => readAssociations(room.wire, { from: type, to }, { ids, signal })),
      );
      const toIds = (side: typeof contacts, id: string): readonly string[] =>
        (side?.byRecord.get(id) ?? []).map((association) => association.to);
      const events = found.records.flatMap((record) => eventOf(record, toIds(contacts, record.id), toIds(deals, record.id)));
      yield { events, next: positionOf(found), at: found.at };
    }
  };
}
