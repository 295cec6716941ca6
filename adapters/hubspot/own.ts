import type { CampaignStem, OwnField, OwnStem, PersonStem, WriteKind } from '../../src/crm.ts';

const campaignTypes: Readonly<Record<CampaignStem, OwnField['type']>> = {
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
  loss_reasons: 'long-text',
  top_loss_reason: 'text',
  open_deals: 'integer',
  open_amount: 'money',
  win_rate: 'percent',
  cost_per_win: 'money',
  first_closed_at: 'instant',
  last_closed_at: 'instant',
  outcomes_updated_at: 'instant',
};

const personTypes: Readonly<Record<PersonStem, OwnField['type']>> = {
  outcome: 'choice',
  outcome_amount: 'money',
  outcome_reason: 'text',
  outcome_closed_at: 'instant',
  outcome_campaign: 'text',
};

/** Truce's own fields here, by what carries them. HubSpot has no campaign members, so there are none on members. */
export const ownTypes: ReadonlyMap<WriteKind, ReadonlyMap<OwnStem, OwnField['type']>> = new Map<
  WriteKind,
  ReadonlyMap<OwnStem, OwnField['type']>
>([
  [
    'campaign',
    new Map<OwnStem, OwnField['type']>([...(Object.entries(campaignTypes) as [OwnStem, OwnField['type']][]), ['cross_id', 'text']]),
  ],
  [
    'person',
    new Map<OwnStem, OwnField['type']>([
      ...(Object.entries(personTypes) as [OwnStem, OwnField['type']][]),
      ['cross_id', 'text'],
      ['key', 'unique-text'],
    ]),
  ],
]);

/** @example ownName('won_deals') // 'truce_won_deals' */
export function ownName(stem: OwnStem): string {
  return `truce_${stem}`;
}

/** The object types, as HubSpot's paths name them, that carry the fields of a kind. */
export const objectOf: ReadonlyMap<WriteKind, string> = new Map<WriteKind, string>([
  ['person', 'contacts'],
  ['campaign', 'campaigns'],
]);

interface HubspotType {
  readonly type: string;
  readonly fieldType: string;
  /** Types that do as well, where an admin made the property by hand. */
  readonly accepted: readonly string[];
}

/** How each type of own field is made in HubSpot. */
export const hubspotTypes: Readonly<Record<OwnField['type'], HubspotType>> = {
  integer: { type: 'number', fieldType: 'number', accepted: ['number'] },
  money: { type: 'number', fieldType: 'number', accepted: ['number'] },
  percent: { type: 'number', fieldType: 'number', accepted: ['number'] },
  text: { type: 'string', fieldType: 'text', accepted: ['string'] },
  'long-text': { type: 'string', fieldType: 'textarea', accepted: ['string'] },
  instant: { type: 'datetime', fieldType: 'date', accepted: ['datetime'] },
  choice: { type: 'enumeration', fieldType: 'select', accepted: ['enumeration', 'string'] },
  'unique-text': { type: 'string', fieldType: 'text', accepted: ['string'] },
};

/** Amounts stay decimal text, whatever the property's type: a double would round them. */
export function isMoney(stem: OwnStem): boolean {
  return [...ownTypes.values()].some((types) => types.get(stem) === 'money');
}
