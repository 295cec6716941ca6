import type { Row, Store } from '../store.ts';
import { count, day, field, flag, instant, longText, lookup, object, picklist, readOnly, required, text, textOf } from './fields.ts';
import { TASK_STATUSES } from './stock.ts';
import type { FieldDef, ObjectDef } from './types.ts';

const DAY = 86_400_000;
/** Activities older than this are archived: only queryAll shows them. */
const ARCHIVED_AFTER_DAYS = 365;

function relations(children: string): readonly FieldDef[] {
  return [
    lookup('WhoId', ['Contact', 'Lead'], { relationship: 'Who', children, label: 'Name ID' }),
    lookup('WhatId', ['Account', 'Campaign', 'Opportunity'], { relationship: 'What', children, label: 'Related To ID' }),
    count('WhoCount', { ...readOnly, derive: (row, store) => (store.value(row, 'WhoId') === null ? 0 : 1) }),
    count('WhatCount', { ...readOnly, derive: (row, store) => (store.value(row, 'WhatId') === null ? 0 : 1) }),
    lookup('AccountId', ['Account'], { ...readOnly, children: children === 'Tasks' ? 'ActivityTasks' : 'ActivityEvents' }),
    lookup('OwnerId', ['Group', 'User'], { ...required, defaulted: true, relationship: 'Owner' }),
  ];
}

/** A closed task a year after its due day (or its making), an event a year after its end. */
function isArchived(row: Row, store: Store): boolean {
  const event = row.def.name === 'Event';
  if (!event && store.value(row, 'IsClosed') !== true) return false;
  const due = textOf(store.value(row, 'ActivityDate'));
  const end = event ? store.value(row, 'EndDateTime') : null;
  const at = typeof end === 'number' ? end : due === null ? Number(store.value(row, 'CreatedDate')) : Date.parse(`${due}T00:00:00Z`);
  return store.now() - at > ARCHIVED_AFTER_DAYS * DAY;
}

export function taskObject(): ObjectDef {
  const fields = [
    ...relations('Tasks'),
    field('Subject', 'combobox', {
      length: 255,
      picklist: ['Call', 'Send Letter', 'Send Quote', 'Other'].map((value) => ({ value, isDefault: false, active: true })),
    }),
    day('ActivityDate', { label: 'Due Date Only' }),
    picklist('Status', TASK_STATUSES, { ...required, length: 40, defaulted: true }),
    picklist('Priority', ['Normal', 'High', 'Low'], { ...required, length: 40, defaulted: true }),
    flag('IsHighPriority', { ...readOnly, derive: (row, store) => store.value(row, 'Priority') === 'High' }),
    longText('Description', 32000),
    picklist('Type', ['Call', 'Email', 'Meeting', 'Other'], { length: 40 }),
    flag('IsClosed', { ...readOnly, label: 'Closed' }),
    flag('IsArchived', { ...readOnly, derive: isArchived }),
    count('CallDurationInSeconds', { label: 'Call Duration' }),
    picklist('CallType', ['Internal', 'Inbound', 'Outbound'], { length: 40, restricted: true }),
    text('CallDisposition', 255, { label: 'Call Result' }),
    text('CallObject', 255),
    picklist('TaskSubtype', ['Task', 'Email', 'ListEmail', 'Cadence', 'Call', 'LinkedIn'], {
      updateable: false,
      length: 40,
      defaulted: true,
      restricted: true,
    }),
    instant('CompletedDateTime', readOnly),
    flag('IsReminderSet'),
    instant('ReminderDateTime'),
    flag('IsRecurrence', { updateable: false }),
  ];
  return object('Task', '00T', fields);
}

export function eventObject(): ObjectDef {
  const fields = [
    ...relations('Events'),
    field('Subject', 'combobox', {
      length: 255,
      picklist: ['Call', 'Email', 'Meeting', 'Other'].map((value) => ({ value, isDefault: false, active: true })),
    }),
    text('Location', 255),
    flag('IsAllDayEvent'),
    instant('ActivityDateTime', { label: 'Due Date Time' }),
    day('ActivityDate', { label: 'Due Date Only' }),
    count('DurationInMinutes', { precision: 8 }),
    instant('StartDateTime'),
    instant('EndDateTime'),
    longText('Description', 32000),
    picklist('Type', ['Call', 'Email', 'Meeting', 'Other'], { length: 40 }),
    picklist('ShowAs', ['Busy', 'OutOfOffice', 'Free'], { length: 40, restricted: true, defaulted: true }),
    flag('IsPrivate'),
    flag('IsGroupEvent', readOnly),
    flag('IsArchived', { ...readOnly, derive: isArchived }),
    picklist('EventSubtype', ['Event'], { updateable: false, length: 40, defaulted: true }),
    flag('IsReminderSet'),
  ];
  return object('Event', '00U', fields);
}
