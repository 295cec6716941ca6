import type { Row, Store } from '../store.ts';
import { activityDay, addressFields, fullName } from './shared.ts';
import { amount, count, day, field, flag, instant, longText, lookup, object, picklist, readOnly, required, text } from './fields.ts';
import { INDUSTRIES, LEAD_SOURCES, RATINGS, REJECTION_REASONS, SALUTATIONS } from './stock.ts';
import type { FieldDef, ObjectDef } from './types.ts';

const OWNED = { ...required, defaulted: true } as const;

function nameFields(): readonly FieldDef[] {
  return [
    text('LastName', 80, required),
    text('FirstName', 40),
    picklist('Salutation', SALUTATIONS, { length: 40 }),
    text('Name', 121, { ...readOnly, ...required, label: 'Full Name', derive: fullName }),
  ];
}

/** Activity and view stamps that Salesforce derives. */
function trailFields(link: 'WhoId' | 'AccountId'): readonly FieldDef[] {
  return [
    day('LastActivityDate', { ...readOnly, label: 'Last Activity', derive: activityDay(link) }),
    instant('LastViewedDate', readOnly),
    instant('LastReferencedDate', readOnly),
  ];
}

/** Lead: status unrestricted and from LeadStatus; locked once converted. */
export function leadObject(): ObjectDef {
  const fields = [
    lookup('MasterRecordId', ['Lead'], { ...readOnly, relationship: 'MasterRecord' }),
    ...nameFields(),
    text('Title', 128),
    text('Company', 255, required),
    ...addressFields('', 'Address'),
    field('Phone', 'phone', { length: 40 }),
    field('MobilePhone', 'phone', { length: 40, label: 'Mobile Phone' }),
    field('Fax', 'phone', { length: 40 }),
    field('Email', 'email', { length: 80 }),
    field('Website', 'url', { length: 255 }),
    field('PhotoUrl', 'url', { ...readOnly, length: 255 }),
    longText('Description', 32000),
    picklist('LeadSource', LEAD_SOURCES, { label: 'Lead Source', length: 40 }),
    field('Status', 'picklist', { ...required, length: 40, defaulted: true }),
    picklist('Industry', INDUSTRIES, { length: 40 }),
    picklist('Rating', RATINGS, { length: 40 }),
    amount('AnnualRevenue', { scale: 0 }),
    count('NumberOfEmployees', { precision: 8, label: 'Employees' }),
    lookup('OwnerId', ['Group', 'User'], { ...OWNED, relationship: 'Owner' }),
    flag('HasOptedOutOfEmail', { label: 'Email Opt Out' }),
    flag('DoNotCall'),
    flag('IsConverted', { updateable: false, label: 'Converted' }),
    day('ConvertedDate', readOnly),
    lookup('ConvertedAccountId', ['Account'], readOnly),
    lookup('ConvertedContactId', ['Contact'], readOnly),
    lookup('ConvertedOpportunityId', ['Opportunity'], readOnly),
    flag('IsUnreadByOwner', { label: 'Unread By Owner', defaultValue: true }),
    ...trailFields('WhoId'),
    text('Jigsaw', 20, { label: 'Data.com Key' }),
    text('JigsawContactId', 20, readOnly),
    picklist('CleanStatus', ['Matched', 'Different', 'Acknowledged', 'NotFound', 'Inactive', 'Pending'], { length: 40, restricted: true }),
    text('EmailBouncedReason', 255),
    instant('EmailBouncedDate'),
    lookup('IndividualId', ['Individual'], { relationship: null }),
    picklist('Rejection_Reason__c', REJECTION_REASONS),
  ];
  return object('Lead', '00Q', fields, {
    mergeable: true,
    tracking: { object: 'LeadHistory', parent: 'LeadId', fields: new Set(['Status', 'OwnerId', 'LeadSource']) },
  });
}

export function contactObject(): ObjectDef {
  const fields = [
    lookup('MasterRecordId', ['Contact'], { ...readOnly, relationship: 'MasterRecord' }),
    lookup('AccountId', ['Account'], { children: 'Contacts', cascadeDelete: true }),
    ...nameFields(),
    ...addressFields('Mailing', 'MailingAddress'),
    ...addressFields('Other', 'OtherAddress'),
    field('Phone', 'phone', { length: 40 }),
    field('Fax', 'phone', { length: 40 }),
    field('MobilePhone', 'phone', { length: 40 }),
    field('HomePhone', 'phone', { length: 40 }),
    field('AssistantPhone', 'phone', { length: 40 }),
    lookup('ReportsToId', ['Contact']),
    field('Email', 'email', { length: 80 }),
    text('Title', 128),
    text('Department', 80),
    text('AssistantName', 40),
    picklist('LeadSource', LEAD_SOURCES, { length: 40 }),
    day('Birthdate'),
    longText('Description', 32000),
    lookup('OwnerId', ['User'], { ...OWNED, relationship: 'Owner' }),
    flag('HasOptedOutOfEmail', { label: 'Email Opt Out' }),
    flag('DoNotCall'),
    ...trailFields('WhoId'),
    text('EmailBouncedReason', 255),
    instant('EmailBouncedDate'),
    flag('IsEmailBounced', { ...readOnly, derive: isBounced }),
    field('PhotoUrl', 'url', { ...readOnly, length: 255 }),
  ];
  return object('Contact', '003', fields, { mergeable: true });
}

export function accountObject(): ObjectDef {
  const fields = [
    lookup('MasterRecordId', ['Account'], { ...readOnly, relationship: 'MasterRecord' }),
    text('Name', 255, { ...required, label: 'Account Name' }),
    picklist(
      'Type',
      [
        'Prospect',
        'Customer - Direct',
        'Customer - Channel',
        'Channel Partner / Reseller',
        'Installation Partner',
        'Technology Partner',
        'Other',
      ],
      { length: 40 },
    ),
    lookup('ParentId', ['Account'], { children: 'ChildAccounts' }),
    ...addressFields('Billing', 'BillingAddress'),
    ...addressFields('Shipping', 'ShippingAddress'),
    field('Phone', 'phone', { length: 40 }),
    field('Fax', 'phone', { length: 40 }),
    text('AccountNumber', 40),
    field('Website', 'url', { length: 255 }),
    text('Sic', 20),
    picklist('Industry', INDUSTRIES, { length: 40 }),
    amount('AnnualRevenue', { scale: 0 }),
    count('NumberOfEmployees', { precision: 8, label: 'Employees' }),
    picklist('Ownership', ['Public', 'Private', 'Subsidiary', 'Other'], { length: 40 }),
    text('TickerSymbol', 20),
    longText('Description', 32000),
    picklist('Rating', RATINGS, { length: 40 }),
    text('Site', 80),
    lookup('OwnerId', ['User'], { ...OWNED, relationship: 'Owner' }),
    ...trailFields('AccountId'),
    picklist('AccountSource', LEAD_SOURCES, { length: 40 }),
  ];
  return object('Account', '001', fields, { mergeable: true });
}

function isBounced(row: Row, store: Store): boolean {
  return store.value(row, 'EmailBouncedReason') !== null;
}
