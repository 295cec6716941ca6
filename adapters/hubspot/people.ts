import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { Person } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { contactQuery, personEvents, wantedOfContacts } from './contacts.ts';
import { leadPeople } from './lead-people.ts';
import { modifiedOf } from './map.ts';
import { overlapMs } from './pass.ts';
import type { Part, Step, StepFrom } from './pass.ts';
import type { Room } from './room.ts';
import { scopedPeople } from './scope.ts';
import type { RawRecord } from './shapes.ts';
import { changed, listed, positionOf } from './sources.ts';
import { instantOf } from './values.ts';

/** The steps of the people stream: the contacts, then the bin. */
export function peopleSteps(room: Room, options: ChangesOptions): readonly Step<Person>[] {
  if (options.scope !== undefined && options.scope !== null)
    return [scopedPeople(room, options, options.scope), leadPeople(room, options), archivedPeople(room, options)];
  return [contacts(room, options), leadPeople(room, options), archivedPeople(room, options)];
}

function contacts(room: Room, options: ChangesOptions): Step<Person> {
  return async function* (from): AsyncGenerator<Part<Person>> {
    const { properties, catalogue } = await wantedOfContacts(room, options);
    const eventsOf = (records: readonly RawRecord[]): Promise<readonly ChangeEvent<Person>[]> =>
      personEvents(room, records, { fields: options.fields ?? [], catalogue, signal: options.signal });
    if (from.since === null) {
      for await (const page of listed(room, 'contacts', { after: from.next, properties, signal: options.signal })) {
        yield { events: await eventsOf(page.records), next: page.next, at: page.at };
      }
      return;
    }
    for await (const found of changed(room, 'contacts', {
      ...contactQuery(room, properties, options.signal),
      since: from.since,
      next: from.next,
      signal: options.signal,
      // People are read first: what another pull found a moment ago would hide what was written since.
      anew: true,
    })) {
      yield { events: await eventsOf(found.records), next: positionOf(found), at: found.at };
    }
  };
}

/** A bin of more pages than this is looked through only now and then: HubSpot can't list it by time. */
const smallBinPages = 3;
const bigBinEveryMs = 6 * 3_600_000;

function archivedPeople(room: Room, options: ChangesOptions): Step<Person> {
  return archived(room, 'contacts', options.signal);
}

/**
 * Deletions. HubSpot has no stream of them without webhooks, but lists what lies in its bin (90 days for contacts). A
 * privacy deletion leaves nothing behind and is not seen.
 */
export function archived<R>(room: Room, objectType: string, signal: AbortSignal | undefined): Step<R> {
  return async function* (from): AsyncGenerator<Part<R>> {
    const skipped = tooSoon(room, from);
    if (skipped !== null) {
      yield { events: [], next: null, at: skipped.at, ...(skipped.first ? { notes: { binAt: skipped.at, binPages: 0 } } : {}) };
      return;
    }
    const since = (from.notes['binAt'] ?? from.since ?? 0) - overlapMs;
    let pages = 0;
    let at: number | null = null;
    for await (const page of listed(room, objectType, { after: from.next, properties: [], archived: true, signal })) {
      pages += 1;
      at ??= page.at;
      const gone = page.records.flatMap((record) => {
        const when = instantOf(record.archivedAt) ?? modifiedOf(record);
        return when >= since ? [{ type: 'deleted', id: record.id as RecordId, at: when } as const] : [];
      });
      const over = page.next === null;
      yield { events: gone, next: page.next, at: page.at, ...(over ? { notes: { binAt: at, binPages: pages } } : {}) };
    }
  };
}

/** Nothing to look for at a baseline; a big bin is left alone for a while. */
function tooSoon(room: Room, from: StepFrom): { readonly at: number; readonly first: boolean } | null {
  const { binAt, binPages } = from.notes;
  if (from.next !== null) return null;
  const now = room.wire.serverNow();
  if (from.since === null) return { at: now ?? 0, first: true };
  if (now === null || binAt === undefined || (binPages ?? 0) <= smallBinPages || now - binAt >= bigBinEveryMs) return null;
  return { at: now, first: false };
}
