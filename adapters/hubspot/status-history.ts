import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { StatusChange } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { creatorOf, creatorProperties, entryActor } from './actors.ts';
import type { Self } from './actors.ts';
import { valueType } from './catalogue.ts';
import type { Property } from './catalogue.ts';
import { contactQuery, wantedOfContacts } from './contacts.ts';
import { stageProperty } from './deals.ts';
import type { Stages } from './deals.ts';
import { createdOf, textOf } from './map.ts';
import { readRecords } from './objects.ts';
import type { Part, Step } from './pass.ts';
import type { Room } from './room.ts';
import type { RawRecord } from './shapes.ts';
import { changed, listed, positionOf } from './sources.ts';
import { dealRecords, stagesFor } from './streams.ts';
import { fromHubspot, instantOf } from './values.ts';

const ownerProperty = 'hubspot_owner_id';
const contactBasics: readonly string[] = ['createdate', 'lastmodifieddate', ...creatorProperties];

/** Histories of contacts, then of deal stages. Entries repeat at later passes under the same ids. */
export function statusHistorySteps(room: Room, options: ChangesOptions): readonly Step<StatusChange>[] {
  return [contactHistories(room, options), dealHistories(room, options)];
}

function contactHistories(room: Room, options: ChangesOptions): Step<StatusChange> {
  return async function* (from): AsyncGenerator<Part<StatusChange>> {
    const { properties, catalogue } = await wantedOfContacts(room, options);
    const history = [...new Set([...(options.historyFields ?? []), ownerProperty])].filter((name) => catalogue.has(name));
    const eventsOf = (records: readonly RawRecord[]): readonly ChangeEvent<StatusChange>[] =>
      records.flatMap((record) => changesOf(record, { entity: 'person', self: room.self, catalogue, stages: null }));
    const wanted = { properties: contactBasics.filter((name) => catalogue.has(name)), history, signal: options.signal };
    if (from.since === null) {
      for await (const page of listed(room, 'contacts', { ...wanted, after: from.next })) {
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
      const records = await readRecords(room.wire, 'contacts', { ...wanted, ids: found.records.map((record) => record.id) });
      yield { events: eventsOf(records), next: positionOf(found), at: found.at };
    }
  };
}

function dealHistories(room: Room, options: ChangesOptions): Step<StatusChange> {
  return async function* (from): AsyncGenerator<Part<StatusChange>> {
    const catalogue = new Map<string, Property>();
    for await (const { records, next, at } of dealRecords(room, from, options)) {
      const stages = await stagesFor(room, records, options);
      const about = { entity: 'deal', self: room.self, catalogue, stages } as const;
      yield { events: records.flatMap((record) => changesOf(record, about)), next, at };
    }
  };
}

interface About {
  readonly entity: StatusChange['entity'];
  readonly self: Self;
  readonly catalogue: ReadonlyMap<string, Property>;
  /** What stages mean, for deals. */
  readonly stages: Stages | null;
}

/** A record's creation and every change that its histories hold, from old to new. */
function changesOf(record: RawRecord, about: About): readonly ChangeEvent<StatusChange>[] {
  const changes: StatusChange[] = [];
  const createdAt = createdOf(record);
  const entityId = record.id as RecordId;
  const prefix = `${about.entity}:${record.id}`;
  if (createdAt > 0) {
    changes.push({
      id: `${prefix}:created` as RecordId,
      entity: about.entity,
      entityId,
      field: 'created',
      from: null,
      to: textOf(record, 'hs_object_source'),
      at: createdAt,
      precision: 'ms',
      actor: creatorOf(record, about.self),
      outcome: null,
    });
  }
  for (const [name, entries] of record.history) {
    const type = valueType(about.catalogue.get(name));
    const course = entries
      .map((entry) => ({ entry, at: instantOf(entry.timestamp), value: fromHubspot(entry.value, type) }))
      // Newest first as it comes; reversed before sorting, so that entries of one millisecond keep their order.
      .reverse()
      .sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    for (const [index, step] of course.entries()) {
      if (step.at === null) continue;
      const twins = course.slice(0, index).filter((other) => other.at === step.at).length;
      changes.push({
        // The oldest entries may be cut off in time, so an entry's number counts within its millisecond only.
        id: `${prefix}:${name}:${step.at}${twins === 0 ? '' : `:${twins}`}` as RecordId,
        entity: about.entity,
        entityId,
        field: name === ownerProperty ? 'owner' : name,
        from: course[index - 1]?.value ?? null,
        to: step.value,
        at: step.at,
        precision: 'ms',
        actor: entryActor(step.entry, about.self),
        outcome: about.stages === null || name !== stageProperty ? null : (about.stages.get(step.entry.value ?? '') ?? null),
      });
    }
  }
  return changes.map((change) => ({ type: 'upsert', id: change.id, version: '1', at: change.at, record: change }));
}
