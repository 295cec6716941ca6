import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { Person } from '../../src/model/records.ts';
import { personEvents, wantedOfContacts } from './contacts.ts';
import { leadNames } from './leads.ts';
import { readAssociations, readRecords } from './objects.ts';
import type { Part, Step } from './pass.ts';
import type { Room } from './room.ts';
import { membersOf } from './scope.ts';
import { changed, positionOf } from './sources.ts';

/**
 * People whose lead changed: that stamps the lead and not the contact. Nothing is asked where no field lives on leads. A lead
 * that is deleted is noticed with the next change of its contact, or of another lead of that contact.
 */
export function leadPeople(room: Room, options: ChangesOptions): Step<Person> {
  return async function* (from): AsyncGenerator<Part<Person>> {
    const fields = options.fields ?? [];
    if (from.since === null || leadNames(fields).length === 0) {
      yield { events: [], next: null, at: room.wire.serverNow() ?? 0 };
      return;
    }
    const { properties, catalogue } = await wantedOfContacts(room, options);
    const members = options.scope === undefined || options.scope === null ? null : await membersOf(room, options.scope, options.signal);
    const search = { properties: ['hs_lastmodifieddate'], since: from.since, next: from.next, signal: options.signal, anew: true };
    for await (const found of changed(room, 'leads', search)) {
      const leads = found.records.map((record) => record.id);
      const { byRecord } = await readAssociations(room.wire, { from: 'leads', to: 'contacts' }, { ids: leads, signal: options.signal });
      const ids = [...new Set([...byRecord.values()].flatMap((list) => list.map((one) => one.to)))];
      const inScope = members === null ? ids : ids.filter((id) => members.joined.has(id));
      const contacts = await readRecords(room.wire, 'contacts', { ids: inScope, properties, signal: options.signal });
      const events: readonly ChangeEvent<Person>[] = await personEvents(room, contacts, { fields, catalogue, signal: options.signal });
      yield { events, next: positionOf(found), at: found.at };
    }
  };
}
