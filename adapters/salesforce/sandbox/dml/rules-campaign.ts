import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import type { Row } from '../store.ts';
import { isoDay } from '../time.ts';
import { changes } from './draft.ts';
import type { Draft, Rules } from './draft.ts';
import { systemInsert } from './history.ts';
import { systemUpdate } from './write.ts';

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

/**
 * Statuses of a campaign's members: one is the default, at least one counts as a response, labels are told apart.
 * @source https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmemberstatus.htm (checked 2026-11-22)
 */
export const campaignMemberStatusRules: Rules = {
  before(context, draft) {
    const { store } = context.org;
    const label = textOf(draft.values.get('Label'))?.toLowerCase();
    const others = (store.find('CampaignMemberStatus', 'CampaignId', draft.values.get('CampaignId') ?? '') ?? []).filter(
      (row) => row.id !== draft.id,
    );
    if (others.some((row) => textOf(store.value(row, 'Label'))?.toLowerCase() === label))
      throw new RecordProblem('DUPLICATE_VALUE', 'duplicate value found: Label is used by another status of this campaign', ['Label']);
    if (draft.before === null) return;
    if (draft.before.values.get('IsDefault') === true && draft.values.get('IsDefault') !== true)
      throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Default: a campaign needs a default member status', ['IsDefault']);
    if (draft.values.get('HasResponded') !== true && !others.some((row) => store.value(row, 'HasResponded') === true))
      throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Responded: a campaign needs a member status that counts as a response', [
        'HasResponded',
      ]);
  },
  after(context, _draft, row) {
    const { store } = context.org;
    if (store.value(row, 'IsDefault') !== true) return;
    for (const other of store.find('CampaignMemberStatus', 'CampaignId', store.value(row, 'CampaignId')) ?? []) {
      if (other.id !== row.id && store.value(other, 'IsDefault') === true) systemUpdate(context, other, new Map([['IsDefault', false]]));
    }
  },
};

/** A status that is the default, or that a member has, stays. @throws {RecordProblem} DELETE_FAILED */
export function refuseStatusInUse(context: WriteContext, row: Row): void {
  const { store } = context.org;
  if (row.def.name !== 'CampaignMemberStatus') return;
  const label = textOf(store.value(row, 'Label'));
  const used = (store.find('CampaignMember', 'CampaignId', store.value(row, 'CampaignId')) ?? []).some(
    (member) => store.value(member, 'Status') === label,
  );
  if (used || store.value(row, 'IsDefault') === true)
    throw new RecordProblem('DELETE_FAILED', `The status ${label ?? ''} is the default one or in use, and can't be deleted`);
}
