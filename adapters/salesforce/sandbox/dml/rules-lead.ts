import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import { changes, fill } from './draft.ts';
import type { Draft, Rules } from './draft.ts';

/** Statuses that only a conversion sets. */
export function isConvertedStatus(context: WriteContext, status: unknown): boolean {
  const { store } = context.org;
  return [...store.rows('LeadStatus')].some(
    (row) => store.value(row, 'MasterLabel') === status && store.value(row, 'IsConverted') === true,
  );
}

function defaultStatus(context: WriteContext): string {
  const { store } = context.org;
  const rows = [...store.rows('LeadStatus')];
  return String(store.value(rows.find((row) => store.value(row, 'IsDefault') === true) ?? rows[0], 'MasterLabel'));
}

/** The active rule owns every lead it is let near: `Sforce-Auto-Assign` is TRUE unless the request says FALSE. */
function assign(context: WriteContext, draft: Draft): void {
  if (context.autoAssign) draft.values.set('OwnerId', context.org.users.router);
}

/** Lead: default status, the lock after conversion, converted statuses out of reach, assignment, the unread mark. */
export const leadRules: Rules = {
  before(context, draft) {
    if (draft.before?.values.get('IsConverted') === true && !context.trusted) {
      throw new RecordProblem('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
    }
    if (draft.before === null) fill(draft, 'Status', defaultStatus(context));
    if (changes(draft, 'Status') && draft.values.get('IsConverted') !== true && isConvertedStatus(context, draft.values.get('Status'))) {
      throw new RecordProblem(
        'FIELD_INTEGRITY_EXCEPTION',
        `Status: a lead's status can become ${String(draft.values.get('Status'))} only by converting it`,
        ['Status'],
      );
    }
    assign(context, draft);
    if (draft.before === null) {
      if (!draft.given.has('IsUnreadByOwner')) draft.values.set('IsUnreadByOwner', draft.values.get('OwnerId') !== context.userId);
    } else if (draft.values.get('OwnerId') === context.userId) draft.values.set('IsUnreadByOwner', false);
  },
};
