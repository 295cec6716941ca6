import type { Row, Store } from '../store.ts';
import {
  amount,
  count,
  day,
  field,
  flag,
  instant,
  longText,
  lookup,
  object,
  percent,
  picklist,
  readOnly,
  required,
  text,
  textOf,
} from './fields.ts';
import { activityDay, fullName } from './shared.ts';
import { CAMPAIGN_STATUSES, CAMPAIGN_TYPES } from './stock.ts';
import type { FieldDef, ObjectDef, Value } from './types.ts';

/** A campaign's figures of its own, as the roll-ups keep them. */
export type Figure =
  | 'NumberOfLeads'
  | 'NumberOfConvertedLeads'
  | 'NumberOfContacts'
  | 'NumberOfResponses'
  | 'NumberOfOpportunities'
  | 'NumberOfWonOpportunities'
  | 'AmountAllOpportunities'
  | 'AmountWonOpportunities';

export const FIGURES: readonly Figure[] = [
  'NumberOfLeads',
  'NumberOfConvertedLeads',
  'NumberOfContacts',
  'NumberOfResponses',
  'NumberOfOpportunities',
  'NumberOfWonOpportunities',
  'AmountAllOpportunities',
  'AmountWonOpportunities',
];

/** Reads a campaign's figure; with `hierarchy`, that of the campaign and everything below it. */
export type ReadFigure = (campaignId: string, figure: Figure, hierarchy: boolean) => number;

function figureFields(read: ReadFigure): readonly FieldDef[] {
  return [false, true].flatMap((hierarchy) =>
    FIGURES.map((figure) => {
      const extra = { ...readOnly, ...required, defaulted: true, derive: (row: Row): Value => read(row.id, figure, hierarchy) };
      const name = hierarchy ? `Hierarchy${figure}` : figure;
      return figure.startsWith('Amount') ? amount(name, extra) : count(name, extra);
    }),
  );
}

/** What a hierarchy adds up besides its figures. */
const HIERARCHY_SUMS = ['ExpectedRevenue', 'BudgetedCost', 'ActualCost', 'NumberSent'] as const;

function hierarchySum(name: string): (row: Row, store: Store) => number {
  const sum = (row: Row, store: Store, seen: Set<string>): number => {
    if (seen.has(row.id)) return 0;
    seen.add(row.id);
    let total = Number(store.value(row, name) ?? 0);
    for (const child of store.find('Campaign', 'ParentId', row.id) ?? []) total += sum(child, store, seen);
    return total;
  };
  return (row, store) => sum(row, store, new Set());
}

/** Campaign: figures and hierarchy figures can be read only. */
export function campaignObject(readFigure: ReadFigure): ObjectDef {
  const fields = [
    text('Name', 80, { ...required, label: 'Campaign Name' }),
    lookup('ParentId', ['Campaign'], { children: 'ChildCampaigns', label: 'Parent Campaign ID' }),
    picklist('Type', CAMPAIGN_TYPES, { length: 40 }),
    picklist('Status', CAMPAIGN_STATUSES, { length: 40, defaulted: true }),
    day('StartDate'),
    day('EndDate'),
    amount('ExpectedRevenue', { scale: 0 }),
    amount('BudgetedCost', { scale: 0 }),
    amount('ActualCost', { scale: 0 }),
    percent('ExpectedResponse', { precision: 10 }),
    field('NumberSent', 'double', { precision: 18, label: 'Num Sent' }),
    flag('IsActive', { label: 'Active' }),
    longText('Description', 32000),
    ...figureFields(readFigure),
    ...HIERARCHY_SUMS.map((name) => field(`Hierarchy${name}`, 'currency', { ...readOnly, precision: 18, derive: hierarchySum(name) })),
    lookup('OwnerId', ['User'], { ...required, defaulted: true, relationship: 'Owner' }),
    day('LastActivityDate', { ...readOnly, derive: activityDay('WhatId') }),
    instant('LastViewedDate', readOnly),
    instant('LastReferencedDate', readOnly),
    lookup('CampaignMemberRecordTypeId', ['RecordType'], { relationship: 'CampaignMemberRecordType' }),
  ];
  return object('Campaign', '701', fields);
}

/** The person a member stands for: its contact where it has one (also after the lead's conversion), else its lead. */
function personOf(row: Row, store: Store): Row | undefined {
  return store.row(textOf(store.value(row, 'ContactId')) ?? textOf(store.value(row, 'LeadId')));
}

function ofPerson(name: string): (row: Row, store: Store) => Value {
  return (row, store) => store.value(personOf(row, store), name);
}

/** CampaignMember: its campaign and person are fixed at creation; HasResponded follows from the status. */
export function campaignMemberObject(): ObjectDef {
  const once = { updateable: false } as const;
  const fields = [
    lookup('CampaignId', ['Campaign'], { ...required, ...once, children: 'CampaignMembers', cascadeDelete: true }),
    lookup('LeadId', ['Lead'], { ...once, children: 'CampaignMembers', cascadeDelete: true }),
    lookup('ContactId', ['Contact'], { ...once, children: 'CampaignMembers', cascadeDelete: true }),
    field('Status', 'picklist', { length: 40 }),
    flag('HasResponded', { ...readOnly, label: 'Responded' }),
    day('FirstRespondedDate', readOnly),
    ...['Salutation', 'FirstName', 'LastName', 'Title', 'Email', 'Phone', 'MobilePhone', 'LeadSource'].map((name) =>
      text(name, 255, { ...readOnly, derive: ofPerson(name) }),
    ),
    text('Name', 121, {
      ...readOnly,
      derive: (row, store) => {
        const person = personOf(row, store);
        return person === undefined ? null : fullName(person, store);
      },
    }),
    flag('DoNotCall', { ...readOnly, derive: (row, store) => ofPerson('DoNotCall')(row, store) ?? false }),
    flag('HasOptedOutOfEmail', { ...readOnly, derive: (row, store) => ofPerson('HasOptedOutOfEmail')(row, store) ?? false }),
    text('CompanyOrAccount', 255, { ...readOnly, derive: companyOf }),
    text('Type', 40, { ...readOnly, derive: (row, store) => (store.value(row, 'ContactId') === null ? 'Lead' : 'Contact') }),
    lookup('LeadOrContactId', ['Contact', 'Lead'], {
      ...readOnly,
      relationship: 'LeadOrContact',
      derive: (row, store) => personOf(row, store)?.id ?? null,
    }),
    lookup('LeadOrContactOwnerId', ['Group', 'User'], { ...readOnly, relationship: 'LeadOrContactOwner', derive: ofPerson('OwnerId') }),
  ];
  return object('CampaignMember', '00v', fields);
}

function companyOf(row: Row, store: Store): Value {
  const person = personOf(row, store);
  return store.value(person, 'Company') ?? store.value(store.row(textOf(store.value(person, 'AccountId'))), 'Name');
}

export function campaignMemberStatusObject(): ObjectDef {
  const fields = [
    lookup('CampaignId', ['Campaign'], {
      ...required,
      updateable: false,
      relationship: 'Campaign',
      children: 'CampaignMemberStatuses',
      cascadeDelete: true,
    }),
    text('Label', 765, required),
    count('SortOrder'),
    flag('IsDefault'),
    flag('HasResponded'),
  ];
  return object('CampaignMemberStatus', '01Y', fields);
}
