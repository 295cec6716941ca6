import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { Value } from '../schema/types.ts';
import { textOf } from '../schema/fields.ts';
import type { Row } from '../store.ts';
import { isoDay } from '../time.ts';
import { trackChanges, trackConversion } from './history.ts';
import { readInput } from './input.ts';
import { isConvertedStatus } from './rules-lead.ts';
import { insertRecord, systemUpdate, updateRecord } from './write.ts';

export interface Conversion {
  readonly leadId: string;
  /** Null: the organisation's first converted status. */
  readonly convertedStatus: string | null;
  readonly accountId?: string | null;
  readonly contactId?: string | null;
  readonly ownerId?: string | null;
  readonly opportunityName?: string | null;
  readonly doNotCreateOpportunity: boolean;
  readonly overwriteLeadSource?: boolean;
  /** Fields of the opportunity beside those that a conversion gives it. */
  readonly opportunityFields?: Record<string, unknown> | null;
}

export interface Converted {
  readonly accountId: string;
  readonly contactId: string;
  readonly opportunityId: string | null;
}

/** Lead fields that go to the contact and the account under these names. */
const TO_CONTACT: readonly (readonly [string, string])[] = [
  ['FirstName', 'FirstName'],
  ['LastName', 'LastName'],
  ['Salutation', 'Salutation'],
  ['Title', 'Title'],
  ['Email', 'Email'],
  ['Phone', 'Phone'],
  ['MobilePhone', 'MobilePhone'],
  ['Fax', 'Fax'],
  ['LeadSource', 'LeadSource'],
  ['Street', 'MailingStreet'],
  ['City', 'MailingCity'],
  ['State', 'MailingState'],
  ['PostalCode', 'MailingPostalCode'],
  ['Country', 'MailingCountry'],
  ['HasOptedOutOfEmail', 'HasOptedOutOfEmail'],
  ['DoNotCall', 'DoNotCall'],
];
const TO_ACCOUNT: readonly (readonly [string, string])[] = [
  ['Company', 'Name'],
  ['Phone', 'Phone'],
  ['Website', 'Website'],
  ['Industry', 'Industry'],
  ['AnnualRevenue', 'AnnualRevenue'],
  ['NumberOfEmployees', 'NumberOfEmployees'],
  ['LeadSource', 'AccountSource'],
  ['Street', 'BillingStreet'],
  ['City', 'BillingCity'],
  ['State', 'BillingState'],
  ['PostalCode', 'BillingPostalCode'],
  ['Country', 'BillingCountry'],
];

/**
 * Converts a lead: account, contact, opportunity with its contact role; members gain the contact, activities move to
 * it; the lead is locked.
 * @throws {RecordProblem} with Salesforce's code; nothing is changed then.
 */
export function convertLead(context: WriteContext, conversion: Conversion): Converted {
  return context.org.store.atomically(() => {
    const lead = leadToConvert(context, conversion.leadId);
    const status = convertedStatus(context, conversion.convertedStatus);
    const ownerId = ownerOf(context, lead, conversion.ownerId ?? null);
    const accountId = account(context, lead, conversion, ownerId);
    const contactId = contact(context, lead, conversion, { accountId, ownerId });
    const opportunityId = conversion.doNotCreateOpportunity
      ? null
      : opportunity(context, lead, conversion, { accountId, contactId, ownerId });
    const values = new Map<string, Value>([
      ['IsConverted', true],
      ['ConvertedDate', isoDay(context.at)],
      ['ConvertedAccountId', accountId],
      ['ConvertedContactId', contactId],
      ['ConvertedOpportunityId', opportunityId],
      ['Status', status],
      ['IsUnreadByOwner', false],
      ['LastModifiedById', context.userId],
      ['LastModifiedDate', Math.floor(context.at / 1000) * 1000],
    ]);
    const after = systemUpdate(context, lead, values);
    trackConversion(context, after, 'leadConverted');
    trackChanges(context, lead, after);
    moveRelated(context, lead.id, contactId);
    return { accountId, contactId, opportunityId };
  });
}

function leadToConvert(context: WriteContext, id: string): Row {
  const { store } = context.org;
  const lead = store.row(id);
  if (lead === undefined || lead.def.name !== 'Lead') throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (store.value(lead, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted');
  if (store.value(lead, 'IsConverted') === true) throw new RecordProblem('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
  return lead;
}

function convertedStatus(context: WriteContext, asked: string | null): string {
  const { store } = context.org;
  if (asked === null)
    return String(
      store.value(
        [...store.rows('LeadStatus')].find((row) => store.value(row, 'IsConverted') === true),
        'MasterLabel',
      ),
    );
  if (!isConvertedStatus(context, asked)) throw new RecordProblem('INVALID_STATUS', `invalid convertedStatus: ${asked}`);
  return asked;
}

function ownerOf(context: WriteContext, lead: Row, asked: string | null): string {
  const { store } = context.org;
  const owner = store.row(asked ?? textOf(store.value(lead, 'OwnerId')));
  if (owner?.def.name === 'User') return owner.id;
  throw new RecordProblem(
    'INVALID_CROSS_REFERENCE_KEY',
    'Converted objects can only be owned by users. If the lead is not owned by a user, you must specify a user for the Owner field.',
  );
}

function mapped(lead: Row, mapping: readonly (readonly [string, string])[]): Map<string, Value> {
  return new Map(
    mapping.flatMap(([from, to]) => {
      const value = lead.values.get(from) ?? null;
      return value === null ? [] : [[to, value] as const];
    }),
  );
}

/** An existing account or contact keeps its values; only what it lacks is taken from the lead. */
function complete(context: WriteContext, row: Row, values: ReadonlyMap<string, Value>): void {
  const lacking = new Map([...values].filter(([name]) => !row.values.has(name)));
  if (lacking.size > 0) updateRecord(context, row, lacking);
}

function existing(context: WriteContext, id: string, object: string): Row {
  const row = context.org.store.row(id);
  if (row === undefined || row.def.name !== object) throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (context.org.store.value(row, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}

function create(context: WriteContext, object: string, values: ReadonlyMap<string, Value>): string {
  const def = context.org.store.object(object);
  if (def === undefined) throw new Error(`no object ${object}`);
  return insertRecord(context, def, values);
}

function account(context: WriteContext, lead: Row, conversion: Conversion, ownerId: string): string {
  const values = mapped(lead, TO_ACCOUNT);
  const given =
    conversion.accountId ??
    (conversion.contactId ? textOf(context.org.store.value(existing(context, conversion.contactId, 'Contact'), 'AccountId')) : null);
  if (given === null) return create(context, 'Account', values.set('OwnerId', ownerId));
  complete(context, existing(context, given, 'Account'), values);
  return given;
}

function contact(
  context: WriteContext,
  lead: Row,
  conversion: Conversion,
  made: { readonly accountId: string; readonly ownerId: string },
): string {
  const values = mapped(lead, TO_CONTACT);
  if (!conversion.contactId) return create(context, 'Contact', values.set('OwnerId', made.ownerId).set('AccountId', made.accountId));
  const row = existing(context, conversion.contactId, 'Contact');
  if (context.org.store.value(row, 'AccountId') !== made.accountId) {
    throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'The contact does not belong to the account of the conversion');
  }
  complete(context, row, values);
  const source = values.get('LeadSource');
  if (conversion.overwriteLeadSource === true && source !== undefined) {
    const current = context.org.store.row(row.id);
    if (current !== undefined) updateRecord(context, current, new Map([['LeadSource', source]]));
  }
  return row.id;
}

/** The campaign that the lead was added to last: the new opportunity's primary campaign source. */
function latestCampaign(context: WriteContext, leadId: string): string | null {
  const { store } = context.org;
  let latest: Row | undefined;
  for (const member of store.find('CampaignMember', 'LeadId', leadId) ?? []) {
    const at = Number(store.value(member, 'CreatedDate'));
    const best = Number(store.value(latest, 'CreatedDate'));
    if (latest === undefined || at > best || (at === best && member.id > latest.id)) latest = member;
  }
  return textOf(store.value(latest, 'CampaignId'));
}

function opportunity(
  context: WriteContext,
  lead: Row,
  conversion: Conversion,
  made: { readonly accountId: string; readonly contactId: string; readonly ownerId: string },
): string {
  const { store } = context.org;
  const company = textOf(store.value(lead, 'Company')) ?? '';
  const [stage] = [...store.rows('OpportunityStage')];
  const date = new Date(context.at);
  const quarterEnd = isoDay(Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3 + 3, 0));
  const values = new Map<string, Value>([
    ['AccountId', made.accountId],
    ['Name', conversion.opportunityName ?? `${company}-`],
    ['StageName', store.value(stage, 'MasterLabel')],
    ['CloseDate', quarterEnd],
    ['OwnerId', made.ownerId],
    ['LeadSource', store.value(lead, 'LeadSource')],
    ['CampaignId', latestCampaign(context, lead.id)],
  ]);
  const def = store.object('Opportunity');
  if (def !== undefined && conversion.opportunityFields) {
    for (const [name, value] of readInput(context, def, conversion.opportunityFields, true)) values.set(name, value);
  }
  const id = create(context, 'Opportunity', values);
  const row = store.row(id);
  if (row !== undefined) trackConversion(context, row, 'opportunityCreatedFromLead');
  create(
    context,
    'OpportunityContactRole',
    new Map<string, Value>([
      ['OpportunityId', id],
      ['ContactId', made.contactId],
      ['IsPrimary', true],
    ]),
  );
  return id;
}

function moveRelated(context: WriteContext, leadId: string, contactId: string): void {
  const { store } = context.org;
  const campaigns = new Set((store.find('CampaignMember', 'ContactId', contactId) ?? []).map((row) => store.value(row, 'CampaignId')));
  for (const member of store.find('CampaignMember', 'LeadId', leadId) ?? []) {
    // Nobody is a member twice: the contact's own membership stays.
    const twice = campaigns.has(store.value(member, 'CampaignId'));
    systemUpdate(context, member, new Map<string, Value>([twice ? ['IsDeleted', true] : ['ContactId', contactId]]));
  }
  const accountId = store.value(store.row(contactId), 'AccountId');
  for (const object of ['Task', 'Event']) {
    for (const activity of store.find(object, 'WhoId', leadId) ?? []) {
      systemUpdate(
        context,
        activity,
        new Map<string, Value>([
          ['WhoId', contactId],
          ['AccountId', accountId],
        ]),
      );
    }
  }
}
