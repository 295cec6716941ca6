import type { Row, Store } from '../store.ts';
import {
  NO_BIN,
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
  readOnlyObject,
  required,
  text,
} from './fields.ts';
import { activityDay } from './shared.ts';
import { CONTACT_ROLES, LEAD_SOURCES, LOSS_REASONS } from './stock.ts';
import type { ObjectDef, Value } from './types.ts';

const FORECASTS = ['Omitted', 'Pipeline', 'Best Case', 'Commit', 'Closed'];

/** Amount times probability, as Salesforce shows it. */
function expectedRevenue(row: Row, store: Store): Value {
  const value = store.value(row, 'Amount');
  const probability = store.value(row, 'Probability');
  return typeof value === 'number' && typeof probability === 'number' ? Math.round(value * probability) / 100 : null;
}

/** Opportunity: closed, won, forecast and probability follow the stage. */
export function opportunityObject(): ObjectDef {
  const fields = [
    lookup('AccountId', ['Account'], { children: 'Opportunities', cascadeDelete: true }),
    text('Name', 120, required),
    longText('Description', 32000),
    field('StageName', 'picklist', { ...required, length: 255, label: 'Stage' }),
    amount('Amount'),
    percent('Probability', { precision: 3, scale: 0, defaulted: true }),
    amount('ExpectedRevenue', { ...readOnly, label: 'Expected Amount', derive: expectedRevenue }),
    field('TotalOpportunityQuantity', 'double', { precision: 18, scale: 2, label: 'Quantity' }),
    day('CloseDate', required),
    picklist('Type', ['Existing Customer - Upgrade', 'Existing Customer - Replacement', 'Existing Customer - Downgrade', 'New Customer'], {
      length: 255,
    }),
    text('NextStep', 255),
    picklist('LeadSource', LEAD_SOURCES, { length: 255 }),
    flag('IsClosed', { ...readOnly, label: 'Closed' }),
    flag('IsWon', { ...readOnly, label: 'Won' }),
    picklist('ForecastCategory', FORECASTS, { ...readOnly, length: 40, restricted: true }),
    picklist('ForecastCategoryName', FORECASTS, { length: 255, label: 'Forecast Category' }),
    lookup('CampaignId', ['Campaign'], { children: 'Opportunities' }),
    flag('HasOpportunityLineItem', readOnly),
    lookup('OwnerId', ['User'], { ...required, defaulted: true, relationship: 'Owner' }),
    day('LastActivityDate', { ...readOnly, derive: activityDay('WhatId') }),
    count('PushCount', readOnly),
    instant('LastStageChangeDate', readOnly),
    count('FiscalQuarter', {
      ...readOnly,
      derive: (row, store) => Math.floor((Number(String(store.value(row, 'CloseDate')).slice(5, 7)) - 1) / 3) + 1,
    }),
    count('FiscalYear', { ...readOnly, derive: (row, store) => Number(String(store.value(row, 'CloseDate')).slice(0, 4)) }),
    lookup('ContactId', ['Contact'], { updateable: false, relationship: null }),
    instant('LastViewedDate', readOnly),
    instant('LastReferencedDate', readOnly),
    picklist('Loss_Reason__c', LOSS_REASONS),
  ];
  return object('Opportunity', '006', fields, {
    tracking: {
      object: 'OpportunityFieldHistory',
      parent: 'OpportunityId',
      fields: new Set(['StageName', 'Amount', 'CloseDate', 'CampaignId', 'OwnerId', 'Loss_Reason__c']),
    },
  });
}

export function contactRoleObject(): ObjectDef {
  const once = { updateable: false } as const;
  const fields = [
    lookup('OpportunityId', ['Opportunity'], { ...required, ...once, children: 'OpportunityContactRoles', cascadeDelete: true }),
    lookup('ContactId', ['Contact'], { ...required, children: 'OpportunityContactRoles', cascadeDelete: true }),
    picklist('Role', CONTACT_ROLES, { length: 40 }),
    flag('IsPrimary', { label: 'Primary' }),
  ];
  return object('OpportunityContactRole', '00K', fields);
}

/** One row per change of stage, amount, probability or close date; always on. */
export function opportunityHistoryObject(): ObjectDef {
  const fields = [
    lookup('OpportunityId', ['Opportunity'], { ...readOnly, ...required, children: 'OpportunityHistories', cascadeDelete: true }),
    field('StageName', 'picklist', { ...readOnly, length: 255, picklist: [] }),
    amount('Amount', readOnly),
    amount('ExpectedRevenue', readOnly),
    day('CloseDate', readOnly),
    percent('Probability', { ...readOnly, precision: 3, scale: 0 }),
    picklist('ForecastCategory', FORECASTS, { ...readOnly, length: 40 }),
  ];
  return object('OpportunityHistory', '008', fields, { ...readOnlyObject, lacks: ['LastModifiedDate', 'LastModifiedById'] });
}

/** `LeadHistory`, `OpportunityFieldHistory`: old and new values of tracked fields, to the second. */
export function fieldHistoryObject(name: string, parent: string, children: string): ObjectDef {
  const fields = [
    lookup(`${parent}Id`, [parent], { ...readOnly, ...required, children, cascadeDelete: true }),
    field('Field', 'picklist', { ...readOnly, ...required, length: 255, picklist: [], label: 'Changed Field' }),
    picklist(
      'DataType',
      [
        'Boolean',
        'Currency',
        'DateOnly',
        'DateTime',
        'Double',
        'DynamicEnum',
        'Email',
        'EntityId',
        'Percent',
        'Phone',
        'StringPlusClob',
        'Text',
        'Url',
      ],
      {
        ...readOnly,
        length: 40,
      },
    ),
    field('OldValue', 'anyType', { ...readOnly, filterable: false }),
    field('NewValue', 'anyType', { ...readOnly, filterable: false }),
  ];
  return object(name, '017', fields, { ...readOnlyObject, lacks: ['LastModifiedDate', 'LastModifiedById', 'SystemModstamp'] });
}

export function opportunityStageObject(): ObjectDef {
  const fields = [
    text('MasterLabel', 255, readOnly),
    text('ApiName', 255, readOnly),
    flag('IsActive', readOnly),
    count('SortOrder', readOnly),
    flag('IsClosed', readOnly),
    flag('IsWon', readOnly),
    picklist('ForecastCategory', FORECASTS, { ...readOnly, length: 40 }),
    picklist('ForecastCategoryName', FORECASTS, { ...readOnly, length: 40 }),
    percent('DefaultProbability', readOnly),
    text('Description', 255, readOnly),
  ];
  return object('OpportunityStage', '01J', fields, { ...readOnlyObject, lacks: NO_BIN });
}

export function leadStatusObject(): ObjectDef {
  const fields = [
    text('MasterLabel', 255, readOnly),
    text('ApiName', 255, readOnly),
    count('SortOrder', readOnly),
    flag('IsDefault', readOnly),
    flag('IsConverted', readOnly),
  ];
  return object('LeadStatus', '01J', fields, { ...readOnlyObject, lacks: NO_BIN });
}
