import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import { ConfigError } from '../../src/errors.ts';
import type { Person } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { HubspotRefusal } from './classify.ts';
import { pageSizes } from './limits.ts';
import { modifiedOf } from './map.ts';
import { chunks, readRecords, refuseRepeated, serverTime } from './objects.ts';
import type { Part, Step } from './pass.ts';
import { contactQuery, personEvents, wantedOfContacts } from './contacts.ts';
import type { Room } from './room.ts';
import { listShape, membershipsShape, parse } from './shapes.ts';
import { changed, positionOf } from './sources.ts';
import { instantOf } from './values.ts';
import { paths } from './wire.ts';

interface Members {
  /** When each member joined, where HubSpot says so. */
  readonly joined: ReadonlyMap<string, number | null>;
  readonly at: number;
}

/**
 * People restricted to a HubSpot list, by its name or id. Who changed and is no member is reported as having left; so is
 * everybody who drops out of an active list, since the change that drops them stamps them. Who is taken off a static
 * list by hand is noticed at their next change.
 */
export function scopedPeople(room: Room, options: ChangesOptions, scope: string): Step<Person> {
  return async function* (from): AsyncGenerator<Part<Person>> {
    const { properties, catalogue } = await wantedOfContacts(room, options);
    const members = await membersOf(room, scope, options.signal);
    const wanted = { fields: options.fields ?? [], catalogue, signal: options.signal };
    const read = async (ids: readonly string[]): Promise<readonly ChangeEvent<Person>[]> => {
      const records = await readRecords(room.wire, 'contacts', { ids, properties, signal: options.signal });
      return personEvents(room, records, wanted);
    };
    if (from.since === null) {
      const ids = [...members.joined.keys()].filter((id) => from.next === null || Number(id) > Number(from.next)).sort(byNumber);
      yield* inPortions(ids, members.at, read);
      return;
    }
    const { since } = from;
    if (from.next?.startsWith('joined:') !== true) {
      for await (const found of changed(room, 'contacts', {
        ...contactQuery(room, properties, options.signal),
        since,
        next: from.next,
        signal: options.signal,
      })) {
        const [inside, outside] = [true, false].map((is) => found.records.filter((record) => members.joined.has(record.id) === is));
        const left = (outside ?? []).map((record) => ({ type: 'left', id: record.id as RecordId, at: modifiedOf(record) }) as const);
        const events: readonly ChangeEvent<Person>[] = [...(await personEvents(room, inside ?? [], wanted)), ...left];
        yield { events, next: positionOf(found) ?? 'joined:', at: members.at };
      }
    }
    // Joining a list stamps the membership, not the contact.
    const joined = [...members.joined].filter(([, at]) => at !== null && at >= since).map(([id]) => id);
    const events: ChangeEvent<Person>[] = [];
    for (const ids of chunks(joined, pageSizes.batch)) events.push(...(await read(ids)));
    yield { events, next: null, at: members.at };
  };
}

async function* inPortions(
  ids: readonly string[],
  at: number,
  read: (ids: readonly string[]) => Promise<readonly ChangeEvent<Person>[]>,
): AsyncGenerator<Part<Person>> {
  const parts = chunks(ids, pageSizes.batch);
  for (const [index, part] of parts.entries()) {
    yield { events: await read(part), next: index === parts.length - 1 ? null : (part.at(-1) ?? null), at };
  }
  if (parts.length === 0) yield { events: [], next: null, at };
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}

/** Who is on a list now. @throws {ConfigError} `UNKNOWN_SCOPE` */
export async function membersOf(room: Room, scope: string, signal: AbortSignal | undefined): Promise<Members> {
  const listId = await findList(room, scope, signal);
  const joined = new Map<string, number | null>();
  const seen = new Set<string>();
  let after: string | null = null;
  let at: number | null = null;
  do {
    const query: string = new URLSearchParams({ limit: String(pageSizes.memberships), ...(after === null ? {} : { after }) }).toString();
    const path = `${paths.lists}/${encodeURIComponent(listId)}/memberships?${query}`;
    const answer = await room.wire.direct({ limit: 'general', repeatable: true, signal }, 'GET', path);
    at ??= serverTime(answer);
    const page = parse(membershipsShape, answer.body, 'the members of a list');
    for (const member of page.results) joined.set(member.recordId, instantOf(member.membershipTimestamp));
    after = page.paging;
    if (after !== null) refuseRepeated(seen, after);
  } while (after !== null);
  return { joined, at };
}

async function findList(room: Room, scope: string, signal: AbortSignal | undefined): Promise<string> {
  const at = /^\d+$/.test(scope) ? scope : `object-type-id/0-1/name/${encodeURIComponent(scope)}`;
  try {
    const { body } = await room.wire.direct({ limit: 'general', repeatable: true, signal }, 'GET', `${paths.lists}/${at}`);
    return parse(listShape, body, 'a list').list.listId;
  } catch (error) {
    if (!(error instanceof HubspotRefusal) || error.status !== 404) throw error;
    throw new ConfigError('UNKNOWN_SCOPE', `HubSpot has no contact list "${scope}".`, {
      hint: 'Give the name of a list of contacts as it stands in HubSpot, or its id from the address of its page.',
      problems: [{ path: 'scope.marketing', expected: 'the name or id of a contact list', got: JSON.stringify(scope) }],
    });
  }
}
