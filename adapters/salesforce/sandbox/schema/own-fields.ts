import type { CampaignStem, PersonStem } from '../../../../src/crm.ts';
import { amount, field, instant, longText, percent, picklist, text } from './fields.ts';
import type { FieldDef } from './types.ts';

/** `won_deals` is `Truce_Won_Deals__c`. */
function apiName(stem: string): string {
  return `Truce_${stem.replaceAll(/(?:^|_)[a-z]/g, (letters) => letters.toUpperCase())}__c`;
}

const COUNTS: readonly CampaignStem[] = [
  'leads',
  'handed_leads',
  'followed_up_leads',
  'untouched_leads',
  'rejected_leads',
  'won_deals',
  'lost_deals',
  'open_deals',
];
const AMOUNTS: readonly CampaignStem[] = ['won_amount', 'lost_amount', 'open_amount', 'cost_per_win'];
const TEXTS: readonly CampaignStem[] = ['top_rejection_reason', 'top_loss_reason'];
const INSTANTS: readonly CampaignStem[] = ['first_closed_at', 'last_closed_at', 'outcomes_updated_at'];

function campaignFields(): readonly FieldDef[] {
  return [
    ...COUNTS.map((stem) => field(apiName(stem), 'double', { precision: 18 })),
    ...AMOUNTS.map((stem) => amount(apiName(stem))),
    ...TEXTS.map((stem) => text(apiName(stem), 255)),
    longText(apiName('loss_reasons' satisfies CampaignStem), 32_768),
    percent(apiName('win_rate' satisfies CampaignStem), { precision: 5, scale: 2 }),
    ...INSTANTS.map((stem) => instant(apiName(stem))),
  ];
}

function outcomeFields(): readonly FieldDef[] {
  const name = (stem: PersonStem): string => apiName(stem);
  return [
    picklist(name('outcome'), ['won', 'lost', 'rejected', 'open']),
    amount(name('outcome_amount')),
    text(name('outcome_reason'), 255),
    instant(name('outcome_closed_at')),
    text(name('outcome_campaign'), 255),
  ];
}

function keyFields(): readonly FieldDef[] {
  const key = { externalId: true, unique: true } as const;
  return [text(apiName('key'), 64, key), text(apiName('cross_id'), 64, { externalId: true })];
}

/** Truce's own fields by object, as an admin has deployed them to a provisioned organisation: everyone may see and edit them. */
export function ownFields(): ReadonlyMap<string, readonly FieldDef[]> {
  return new Map([
    ['Lead', [...keyFields(), ...outcomeFields()]],
    ['Contact', [...keyFields(), ...outcomeFields()]],
    ['CampaignMember', outcomeFields()],
    ['Campaign', [...keyFields(), ...campaignFields()]],
  ]);
}
