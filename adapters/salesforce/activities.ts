import type { ActorRef, Touch, TouchKind, TouchResult } from '../../src/model/records.ts';
import type { Instant, Precision, RecordId } from '../../src/model/words.ts';
import { objectOf } from './ids.ts';
import type { ActorOf } from './map.ts';
import { day, flag, id, instant, number, requiredId, requiredInstant, text } from './row.ts';
import type { Row } from './row.ts';

export const taskFields: readonly string[] =
  'Id SystemModstamp CreatedDate CreatedById IsDeleted WhoId WhatId OwnerId ActivityDate Status IsClosed Type TaskSubtype CallType CallDisposition CallDurationInSeconds CompletedDateTime'.split(
    ' ',
  );
export const eventFields: readonly string[] =
  'Id SystemModstamp CreatedDate CreatedById IsDeleted WhoId WhatId OwnerId ActivityDate StartDateTime IsAllDayEvent'.split(' ');

const subtypes: ReadonlyMap<string, TouchKind> = new Map<string, TouchKind>([
  ['Call', 'call'],
  ['Email', 'email'],
  ['ListEmail', 'email'],
  ['LinkedIn', 'social'],
]);
const types: ReadonlyMap<string, TouchKind> = new Map<string, TouchKind>([
  ['Call', 'call'],
  ['Email', 'email'],
  ['Meeting', 'meeting'],
]);

/** A task as a touch. An open one is only scheduled; a closed one without a completion time is known to the day. */
export function toTask(row: Row, actorOf: ActorOf): Touch {
  const subtype = text(row, 'TaskSubtype') ?? '';
  const kind = subtypes.get(subtype) ?? types.get(text(row, 'Type') ?? '') ?? 'task';
  const closed = flag(row, 'IsClosed');
  return {
    ...relations(row),
    ...when(row, closed ? instant(row, 'CompletedDateTime') : null),
    kind,
    direction: text(row, 'CallType') === 'Inbound' ? 'in' : 'out',
    actor: programmed(actorOf(id(row, 'OwnerId') ?? id(row, 'CreatedById')), subtype),
    result: closed ? closedResult(kind, row) : 'scheduled',
  };
}

/** An event as a meeting; what became of it Salesforce does not record, so one whose time has come counts as held. */
export function toEvent(row: Row, actorOf: ActorOf, asOf: Instant): Touch {
  const occurred = when(row, flag(row, 'IsAllDayEvent') ? null : instant(row, 'StartDateTime'));
  return {
    ...relations(row),
    ...occurred,
    kind: 'meeting',
    direction: 'out',
    actor: actorOf(id(row, 'OwnerId') ?? id(row, 'CreatedById')),
    result: occurred.occurredAt <= asOf ? 'held' : 'scheduled',
  };
}

/** Mass mails and cadence steps are sent by a program in a person's name. */
function programmed(actor: ActorRef, subtype: string): ActorRef {
  if (subtype === 'ListEmail') return { ...actor, kind: 'workflow', label: subtype };
  return subtype === 'Cadence' ? { ...actor, kind: 'sequence', label: subtype } : actor;
}

function closedResult(kind: TouchKind, row: Row): TouchResult {
  if (kind === 'meeting') return 'held';
  if (kind === 'email') return 'sent';
  if (kind !== 'call') return null;
  const said = text(row, 'CallDisposition');
  if (said === null) return (number(row, 'CallDurationInSeconds') ?? 0) >= answeredAfterSeconds ? 'answered' : null;
  if (/no.?answer|not (?:reached|available)|voice.?mail|left|busy|unreach/i.test(said)) return 'no_answer';
  if (/wrong|invalid|disconnect|fail/i.test(said)) return 'failed';
  return /connect|answer|reach|spoke|interest|talk|discuss|meeting|call ?back/i.test(said) ? 'answered' : null;
}

/** Without a disposition, a call this long was a conversation: longer than a greeting on an answering machine. */
const answeredAfterSeconds = 120;

function when(row: Row, exact: Instant | null): { readonly occurredAt: Instant; readonly precision: Precision } {
  if (exact !== null) return { occurredAt: exact, precision: 'second' };
  const due = day(row, 'ActivityDate');
  return due === null ? { occurredAt: requiredInstant(row, 'CreatedDate'), precision: 'second' } : { occurredAt: due, precision: 'day' };
}

function relations(row: Row): Pick<Touch, 'id' | 'personIds' | 'dealId' | 'campaignId'> {
  const who = id(row, 'WhoId');
  const what = id(row, 'WhatId');
  const related = (object: string): RecordId | null => (what !== null && objectOf(what) === object ? what : null);
  return {
    id: requiredId(row, 'Id'),
    personIds: who === null ? [] : [who],
    dealId: related('Opportunity'),
    campaignId: related('Campaign'),
  };
}
