import { linksOf } from '../associations.ts';
import type { CrmEvent } from '../events.ts';
import type { CrmRecord, Portal, Source, Table } from '../model.ts';
import { recordById, tableNamed, writeRecord } from '../store.ts';
import { parseInstant } from '../values.ts';

/** Assumed: how HubSpot's own activity dates appear in histories. */
const BY_ACTIVITY: Source = { sourceType: 'ENGAGEMENTS' };

/** Objects that carry activity dates. */
const CARRIERS: ReadonlySet<string> = new Set(['contact', 'company', 'deal']);

/** Activities in which somebody was contacted; a note is an activity too, a task only counts as one. */
const CONTACTS: ReadonlySet<string> = new Set(['call', 'email', 'meeting', 'communication']);
const ACTIVITIES: ReadonlySet<string> = new Set([...CONTACTS, 'note', 'task']);

/**
 * Keeps a record's activity dates and counts: last contacted, last activity, next activity, latest meeting, how often.
 * They are worked out anew when an activity is logged, changed, deleted, or associated; an upcoming one becomes a past
 * one with the next of these. Costs a look at all of the record's activities.
 * @source https://knowledge.hubspot.com/contacts/hubspots-default-contact-properties (checked 2026-11)
 */
export function rollUpActivities(portal: Portal, event: CrmEvent): void {
  switch (event.kind) {
    case 'associated':
    case 'dissociated':
      if (ACTIVITIES.has(event.to.table.type.singular)) update(portal, event.from, event.at);
      return;
    case 'written':
    case 'archived':
    case 'restored':
      if (!ACTIVITIES.has(event.table.type.singular)) return;
      for (const plural of ['contacts', 'companies', 'deals']) {
        const table = tableNamed(portal, plural);
        const own = { table: event.table, id: event.record.id };
        for (const id of linksOf(portal, own, table).keys()) update(portal, { table, id }, event.at);
      }
      return;
    case 'created':
    case 'erased':
    case 'merged':
      return;
  }
}

interface Carrier {
  readonly table: Table;
  readonly id: string;
}

function update(portal: Portal, carrier: Carrier, at: number): void {
  const { table, id } = carrier;
  const record = CARRIERS.has(table.type.singular) ? recordById(table, id) : undefined;
  if (record === undefined || record.archivedAt !== null) return;
  const values = new Map<string, string>();
  for (const [name, value] of valuesOf(portal, carrier, at)) {
    if (table.definitions.has(name) && (record.values.get(name) ?? '') !== value) values.set(name, value);
  }
  if (values.size > 0) writeRecord(portal, table, record, { values, stamp: { at, source: BY_ACTIVITY } });
}

interface Seen {
  readonly kind: string;
  readonly at: number;
  readonly record: CrmRecord;
}

function seenBy(portal: Portal, carrier: Carrier): readonly Seen[] {
  return [...ACTIVITIES].flatMap((kind) => {
    const table = tableNamed(portal, kind);
    return [...linksOf(portal, carrier, table).keys()].flatMap((id): Seen[] => {
      const record = recordById(table, id);
      const at = parseInstant(record?.values.get('hs_timestamp') ?? '');
      return record === undefined || record.archivedAt !== null || at === undefined ? [] : [{ kind, at, record }];
    });
  });
}

function valuesOf(portal: Portal, carrier: Carrier, now: number): readonly (readonly [string, string])[] {
  const all = seenBy(portal, carrier);
  const contacted = all.filter((one) => CONTACTS.has(one.kind));
  const past = (list: readonly Seen[]): string => newest(list.filter((one) => one.at <= now));
  const ahead = all.filter((one) => one.at > now && one.record.values.get('hs_task_status') !== 'COMPLETED').map((one) => one.at);
  return [
    ['notes_last_contacted', past(contacted)],
    ['notes_last_updated', past(all.filter((one) => one.kind !== 'task'))],
    ['notes_next_activity_date', ahead.length === 0 ? '' : iso(Math.min(...ahead))],
    ['num_contacted_notes', count(contacted)],
    ['num_notes', count(all)],
    ['hs_latest_meeting_activity', newest(all.filter((one) => one.kind === 'meeting'))],
  ];
}

function newest(list: readonly Seen[]): string {
  return list.length === 0 ? '' : iso(list.reduce((last, one) => Math.max(last, one.at), Number.NEGATIVE_INFINITY));
}

function count(list: readonly Seen[]): string {
  return list.length === 0 ? '' : String(list.length);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
