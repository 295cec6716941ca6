import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import type { Row } from '../store.ts';
import { isoDay } from '../time.ts';
import { changes } from './draft.ts';
import type { Draft, Rules } from './draft.ts';
import { systemInsert } from './history.ts';

/** Only marketing users write campaigns; a new one comes with the two member statuses of the stock set-up. */
export const campaignRules: Rules = {
  before(context) {
    const { store } = context.org;
    const marketing = store.value(store.row(context.userId), 'UserPermissionsMarketingUser') === true;
    if (!marketing && !context.trusted)
      throw new RecordProblem('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
  },
  after(context, draft, row) {
    if (draft.before !== null) return;
    for (const [index, label] of ['Sent', 'Responded'].entries()) {
      systemInsert(context, 'CampaignMemberStatus', {
        CampaignId: row.id,
        Label: label,
        SortOrder: index + 3,
        IsDefault: index === 0,
        HasResponded: index === 1,
        LastModifiedDate: row.stamp,
        LastModifiedById: context.userId,
      });
    }
  },
};

/**
 * A member's status in its campaign: the one named, else the campaign's default one.
 * @source https://dfc-org-production.force.com/forums/ForumsMain?id=906F00000008idQIAQ (API manual: an invalid status becomes the default one)
 */
function memberStatus(context: WriteContext, draft: Draft): Row | undefined {
  const { store } = context.org;
  const statuses = store.find('CampaignMemberStatus', 'CampaignId', draft.values.get('CampaignId') ?? '') ?? [];
  const named = textOf(draft.values.get('Status'))?.toLowerCase();
  return (
    statuses.find((row) => textOf(store.value(row, 'Label'))?.toLowerCase() === named) ??
    statuses.find((row) => store.value(row, 'IsDefault') === true) ??
    statuses[0]
  );
}

function refuseSecond(context: WriteContext, draft: Draft): void {
  const { store } = context.org;
  for (const link of ['LeadId', 'ContactId']) {
    const person = draft.values.get(link) ?? null;
    if (person === null) continue;
    const twin = (store.find('CampaignMember', link, person) ?? []).find(
      (row) => row.id !== draft.id && store.value(row, 'CampaignId') === draft.values.get('CampaignId'),
    );
    if (twin !== undefined) throw new RecordProblem('DUPLICATE_VALUE', 'Already a campaign member.', []);
  }
}

/** CampaignMember: one person, once a campaign; a response follows from the status and its first day stays. */
export const campaignMemberRules: Rules = {
  before(context, draft) {
    const { values } = draft;
    if (draft.before === null) {
      const lead = values.get('LeadId') ?? null;
      const contact = values.get('ContactId') ?? null;
      if (lead === null && contact === null) {
        throw new RecordProblem('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LeadId, ContactId]', ['LeadId', 'ContactId']);
      }
      // With both given, only the contact is kept.
      if (lead !== null && contact !== null && !context.trusted) values.set('LeadId', null);
      if (context.org.store.value(context.org.store.row(textOf(lead)), 'IsConverted') === true && !context.trusted) {
        throw new RecordProblem('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
      }
      refuseSecond(context, draft);
    }
    if (draft.before !== null && !changes(draft, 'Status')) return;
    const status = memberStatus(context, draft);
    values.set('Status', context.org.store.value(status, 'Label'));
    const responded = context.org.store.value(status, 'HasResponded') === true;
    values.set('HasResponded', responded);
    if (responded && (values.get('FirstRespondedDate') ?? null) === null) values.set('FirstRespondedDate', isoDay(context.at));
  },
};
