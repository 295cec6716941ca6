import type { CampaignStem, PersonStem } from '../../../src/crm.ts';
import type { PropertyDefinition, PropertyOption } from './model.ts';

type Kind = 'integer' | 'money' | 'percent' | 'text' | 'long' | 'instant' | 'outcome' | 'unique';

const CAMPAIGN: Readonly<Record<CampaignStem, Kind>> = {
  leads: 'integer',
  handed_leads: 'integer',
  followed_up_leads: 'integer',
  untouched_leads: 'integer',
  rejected_leads: 'integer',
  top_rejection_reason: 'text',
  won_deals: 'integer',
  won_amount: 'money',
  lost_deals: 'integer',
  lost_amount: 'money',
  loss_reasons: 'long',
  top_loss_reason: 'text',
  open_deals: 'integer',
  open_amount: 'money',
  win_rate: 'percent',
  cost_per_win: 'money',
  first_closed_at: 'instant',
  last_closed_at: 'instant',
  outcomes_updated_at: 'instant',
};

const PERSON: Readonly<Record<PersonStem, Kind>> = {
  outcome: 'outcome',
  outcome_amount: 'money',
  outcome_reason: 'text',
  outcome_closed_at: 'instant',
  outcome_campaign: 'text',
};

const KINDS: Readonly<Record<Kind, readonly [type: string, fieldType: string]>> = {
  integer: ['number', 'number'],
  money: ['number', 'number'],
  percent: ['number', 'number'],
  text: ['string', 'text'],
  long: ['string', 'textarea'],
  instant: ['datetime', 'date'],
  outcome: ['enumeration', 'select'],
  unique: ['string', 'text'],
};

/** Truce's own properties of contacts, as an account has them after `truce provision`. */
export function provisionedContactProperties(at: number): PropertyDefinition[] {
  return [
    definition('truce_key', 'unique', 'contactinformation', at),
    definition('truce_cross_id', 'text', 'contactinformation', at),
    ...Object.entries(PERSON).map(([stem, kind]) => definition(`truce_${stem}`, kind, 'contactinformation', at)),
  ];
}

/** Truce's own properties of campaigns. `campaigninformation` is the only group that campaigns have by default. */
export function provisionedCampaignProperties(at: number): PropertyDefinition[] {
  return [
    definition('truce_cross_id', 'text', 'campaigninformation', at),
    ...Object.entries(CAMPAIGN).map(([stem, kind]) => definition(`truce_${stem}`, kind, 'campaigninformation', at)),
  ];
}

function definition(name: string, kind: Kind, groupName: string, at: number): PropertyDefinition {
  const [type, fieldType] = KINDS[kind];
  const words = name.replaceAll('_', ' ');
  return {
    name,
    label: words.charAt(0).toUpperCase() + words.slice(1),
    description: '',
    groupName,
    type,
    fieldType,
    options: kind === 'outcome' ? ['won', 'lost', 'rejected', 'open'].map(option) : [],
    hasUniqueValue: kind === 'unique',
    hidden: false,
    formField: false,
    displayOrder: -1,
    hubspotDefined: false,
    calculated: false,
    externalOptions: false,
    readOnlyValue: false,
    createdAt: at,
    updatedAt: at,
    archivedAt: null,
    createdUserId: null,
  };
}

function option(value: string, displayOrder: number): PropertyOption {
  return { value, label: value.charAt(0).toUpperCase() + value.slice(1), displayOrder, hidden: false };
}
