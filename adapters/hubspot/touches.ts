import type { ActorRef, Touch, TouchKind, TouchResult } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { actorOf, creatorProperties } from './actors.ts';
import type { Self } from './actors.ts';
import { modifiedOf, textOf } from './map.ts';
import type { RawRecord } from './shapes.ts';
import { instantOf } from './values.ts';

/** The kinds of activity that count as touches, by the object type that records them. */
export type ActivityType = 'calls' | 'emails' | 'meetings' | 'communications' | 'tasks';

interface Activity {
  readonly properties: readonly string[];
  /** Null: it did not take place, or not yet. */
  map(record: RawRecord): Pick<Touch, 'occurredAt' | 'kind' | 'direction' | 'result'> | null;
}

const shared = ['hs_timestamp', 'hs_lastmodifieddate', 'hubspot_owner_id', 'hs_created_by', ...creatorProperties] as const;

/** HubSpot's stock call outcomes; a portal's own ones say nothing here. @source https://developers.hubspot.com/docs/api-reference (calls), checked 2026-11 */
const dispositions: ReadonlyMap<string, TouchResult> = new Map<string, TouchResult>([
  ['f240bbac-87c9-4f6e-bf70-924b57d47db7', 'answered'],
  ['9d9162e7-6cf3-4944-bf63-4dff82258764', 'no_answer'],
  ['73a0d17f-1163-4015-bdd5-ec830791da20', 'no_answer'],
  ['b2cf5968-551e-4856-9783-52b3da59a7d0', 'no_answer'],
  // A live message was left with somebody else: the person was not reached.
  ['a4c4c377-d246-4b32-a13b-75a56a4cd0ff', 'no_answer'],
  ['17b47fee-58de-441e-a44c-c6300d46f273', 'failed'],
]);

const callStatuses: ReadonlyMap<string, TouchResult> = new Map<string, TouchResult>([
  ['BUSY', 'no_answer'],
  ['NO_ANSWER', 'no_answer'],
  ['MISSED', 'no_answer'],
  ['FAILED', 'failed'],
  ['CANCELED', 'canceled'],
  ['QUEUED', 'scheduled'],
  ['SCHEDULED', 'scheduled'],
]);

const emailStatuses: ReadonlyMap<string, TouchResult> = new Map<string, TouchResult>([
  ['SENT', 'sent'],
  ['BOUNCED', 'bounced'],
  ['FAILED', 'failed'],
  ['SCHEDULED', 'scheduled'],
  ['SENDING', 'scheduled'],
]);

const meetingOutcomes: ReadonlyMap<string, TouchResult> = new Map<string, TouchResult>([
  ['SCHEDULED', 'scheduled'],
  ['COMPLETED', 'held'],
  ['NO_SHOW', 'no_show'],
  ['CANCELED', 'canceled'],
  ['RESCHEDULED', 'canceled'],
]);

/** The activities, each with what it is read from. */
export const activities: Readonly<Record<ActivityType, Activity>> = {
  calls: {
    properties: [...shared, 'hs_call_direction', 'hs_call_disposition', 'hs_call_status', 'hs_call_duration'],
    map: (record) =>
      at(record, 'hs_timestamp', {
        kind: 'call',
        direction: textOf(record, 'hs_call_direction') === 'INBOUND' ? 'in' : 'out',
        result:
          dispositions.get(textOf(record, 'hs_call_disposition') ?? '') ?? callStatuses.get(textOf(record, 'hs_call_status') ?? '') ?? null,
      }),
  },
  emails: {
    properties: [...shared, 'hs_email_direction', 'hs_email_status'],
    map: (record) => {
      const incoming = textOf(record, 'hs_email_direction') === 'INCOMING_EMAIL';
      return at(record, 'hs_timestamp', {
        kind: 'email',
        direction: incoming ? 'in' : 'out',
        result: incoming ? 'replied' : (emailStatuses.get(textOf(record, 'hs_email_status') ?? '') ?? null),
      });
    },
  },
  meetings: {
    properties: [...shared, 'hs_meeting_start_time', 'hs_meeting_outcome'],
    map: (record) =>
      at(record, 'hs_meeting_start_time', {
        kind: 'meeting',
        direction: 'out',
        result: meetingOutcomes.get(textOf(record, 'hs_meeting_outcome') ?? '') ?? null,
      }),
  },
  communications: {
    properties: [...shared, 'hs_communication_channel_type'],
    map: (record) =>
      at(record, 'hs_timestamp', {
        kind: textOf(record, 'hs_communication_channel_type') === 'SMS' ? 'sms' : 'social',
        direction: 'out',
        result: 'sent',
      }),
  },
  tasks: {
    properties: [...shared, 'hs_task_status', 'hs_task_type', 'hs_task_completion_date'],
    // An open task is a due date, not a touch.
    map: (record) =>
      textOf(record, 'hs_task_status') === 'COMPLETED'
        ? at(record, 'hs_task_completion_date', { kind: 'task', direction: 'out', result: null })
        : null,
  },
};

function at(
  record: RawRecord,
  property: string,
  rest: { readonly kind: TouchKind; readonly direction: 'in' | 'out'; readonly result: TouchResult },
): Pick<Touch, 'occurredAt' | 'kind' | 'direction' | 'result'> | null {
  const occurredAt = instantOf(textOf(record, property)) ?? instantOf(textOf(record, 'hs_timestamp'));
  return occurredAt === null ? null : { occurredAt, ...rest };
}

/** An activity with the people it was for; null when it is none, or nobody's. */
export function touchOf(
  record: RawRecord,
  type: ActivityType,
  about: { readonly contacts: readonly string[]; readonly deals: readonly string[]; readonly self: Self },
): Touch | null {
  const what = activities[type].map(record);
  if (what === null || (about.contacts.length === 0 && about.deals.length === 0)) return null;
  return {
    ...what,
    id: `${type}:${record.id}` as RecordId,
    personIds: about.contacts as readonly RecordId[],
    dealId: (about.deals[0] ?? null) as RecordId | null,
    precision: 'ms',
    actor: what.direction === 'in' ? prospect(textOf(record, 'hs_object_source')) : doer(record, about.self),
    campaignId: null,
  };
}

function prospect(label: string | null): ActorRef {
  return { kind: 'prospect', userId: null, label };
}

/**
 * Who acted for the company. The owner of an activity is who it is credited to, so it goes before the user who logged it;
 * what a program wrote without naming an owner stays the program's.
 */
function doer(record: RawRecord, self: Self): ActorRef {
  const owner = textOf(record, 'hubspot_owner_id') as RecordId | null;
  const user = textOf(record, 'hs_created_by_user_id') ?? textOf(record, 'hs_created_by');
  const source = actorOf(
    { sourceType: textOf(record, 'hs_object_source'), sourceId: textOf(record, 'hs_object_source_id'), userId: user },
    self,
  );
  // Phone and mail tools log the work of people through the API: with an owner it is that person's.
  const byPerson = source.kind === 'unknown' || (source.kind === 'integration' && owner !== null);
  return { ...source, kind: byPerson && (owner ?? user) !== null ? 'human' : source.kind, userId: owner ?? (user as RecordId | null) };
}

/** What a contact's own properties tell of the prospect's acts. Each is one touch; HubSpot keeps only first and last ones. */
const contactTouches: readonly (readonly [property: string, kind: TouchKind, result: TouchResult])[] = [
  ['hs_analytics_first_timestamp', 'visit', null],
  ['first_conversion_date', 'form', null],
  ['recent_conversion_date', 'form', null],
  ['hs_email_last_click_date', 'click', null],
];

/** The marketing touches that stand on a contact: first visit, first and latest form, latest click in an e-mail. */
export function contactTouchesOf(record: RawRecord): readonly Touch[] {
  const touches = new Map<string, Touch>();
  for (const [property, kind, result] of contactTouches) {
    const occurredAt = instantOf(textOf(record, property));
    if (occurredAt === null) continue;
    // By kind and time: the latest form is also the first one until there is a second.
    const id = `${kind}:${record.id}:${occurredAt}` as RecordId;
    touches.set(id, {
      id,
      personIds: [record.id as RecordId],
      dealId: null,
      occurredAt,
      precision: 'ms',
      kind,
      direction: 'in',
      actor: prospect(textOf(record, 'hs_analytics_source')),
      result,
      campaignId: null,
    });
  }
  return [...touches.values()];
}

/** Version of an activity's touch. */
export function touchVersion(record: RawRecord): string {
  return String(modifiedOf(record));
}
