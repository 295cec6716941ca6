import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import { isoDay, wholeSecond } from '../time.ts';
import { changes, fill } from './draft.ts';
import type { Draft, Rules } from './draft.ts';

/** The account an activity belongs to: its own, its opportunity's, else its contact's. */
function relate(context: WriteContext, draft: Draft): void {
  const { store } = context.org;
  const what = store.row(textOf(draft.values.get('WhatId')));
  const who = store.row(textOf(draft.values.get('WhoId')));
  if (what !== undefined && who?.def.name === 'Lead') {
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Related To ID: can not be set when the Name is a lead', ['WhatId']);
  }
  const account = what?.def.name === 'Account' ? what.id : (store.value(what, 'AccountId') ?? store.value(who, 'AccountId'));
  draft.values.set('AccountId', account);
}

export const taskRules: Rules = {
  before(context, draft) {
    relate(context, draft);
    if (!changes(draft, 'Status')) return;
    const closed = draft.values.get('Status') === 'Completed';
    draft.values.set('IsClosed', closed);
    if (!closed) draft.values.set('CompletedDateTime', null);
    else if (!draft.given.has('CompletedDateTime')) draft.values.set('CompletedDateTime', wholeSecond(context.at));
  },
};

const MINUTE = 60_000;

/** Event: start, end, duration and day agree, whichever of them were given. */
export const eventRules: Rules = {
  before(context, draft) {
    relate(context, draft);
    const { values } = draft;
    const start = values.get('StartDateTime') ?? values.get('ActivityDateTime') ?? null;
    const allDay = values.get('IsAllDayEvent') === true;
    if (start === null && !allDay)
      throw new RecordProblem('REQUIRED_FIELD_MISSING', 'Required fields are missing: [ActivityDateTime]', ['ActivityDateTime']);
    if (typeof start === 'number') {
      const minutes = values.get('DurationInMinutes');
      const end = values.get('EndDateTime');
      if (typeof end !== 'number' && typeof minutes !== 'number') {
        throw new RecordProblem('REQUIRED_FIELD_MISSING', 'Required fields are missing: [DurationInMinutes]', ['DurationInMinutes']);
      }
      const until = typeof end === 'number' && !draft.given.has('DurationInMinutes') ? end : start + Number(minutes ?? 0) * MINUTE;
      if (until < start) throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', "End Date Time: can't be before the start", ['EndDateTime']);
      values.set('StartDateTime', start).set('ActivityDateTime', start).set('EndDateTime', until);
      values.set('DurationInMinutes', Math.round((until - start) / MINUTE)).set('ActivityDate', isoDay(start));
    } else fill(draft, 'ActivityDate', isoDay(context.at));
  },
};
