import type { CampaignStem, OwnField, OwnStem, PersonStem, WriteKind } from '../crm.ts';
import type { Settings } from '../model/settings.ts';

type Definition = readonly [type: OwnField['type'], label: string, help: string];

const campaign = (currency: string): Readonly<Record<CampaignStem, Definition>> => {
  const money = `In this campaign's currency, or in ${currency} where it has none, at the rate of each deal's close date. Empty when a rate is missing.`;
  return {
    leads: [
      'integer',
      'Leads (both CRMs)',
      'People whom this campaign touched first. Each person counts once, whatever records hold them.',
    ],
    handed_leads: ['integer', 'Leads handed to sales', 'Leads of this campaign that were passed to sales.'],
    followed_up_leads: [
      'integer',
      'Leads followed up',
      'Handed leads whom a human in sales tried to reach by call, mail, meeting or message.',
    ],
    untouched_leads: [
      'integer',
      'Leads untouched',
      'Handed leads whom nobody in sales tried to reach within the configured number of days.',
    ],
    rejected_leads: ['integer', 'Leads rejected', 'Leads of this campaign that stand at rejected now.'],
    top_rejection_reason: ['text', 'Top rejection reason', 'The reason given most often for rejected leads.'],
    won_deals: ['integer', 'Won deals', 'Won deals that this campaign brought, by the origin ledger. A deal in both CRMs counts once.'],
    won_amount: ['money', 'Won amount', `Amount of the won deals. ${money}`],
    lost_deals: ['integer', 'Lost deals', 'Lost deals that this campaign brought.'],
    lost_amount: ['money', 'Lost amount', `Amount of the lost deals. ${money}`],
    loss_reasons: ['long-text', 'Loss reasons', 'Why deals of this campaign were lost: one line a reason, with the number of deals.'],
    top_loss_reason: ['text', 'Top loss reason', 'The reason given most often for lost deals.'],
    open_deals: ['integer', 'Open deals', 'Deals that this campaign brought and that are still open.'],
    open_amount: ['money', 'Open amount', `Amount of the open deals. ${money}`],
    win_rate: ['percent', 'Win rate (%)', 'Won deals out of all closed ones, in percent. Empty while none is closed.'],
    cost_per_win: ['money', 'Cost per win', `What the campaign cost for each won deal. ${money}`],
    first_closed_at: ['instant', 'First deal closed', 'When the first deal of this campaign closed, won or lost.'],
    last_closed_at: ['instant', 'Last deal closed', 'When the latest deal of this campaign closed, won or lost.'],
    outcomes_updated_at: ['instant', 'Outcomes updated', 'When one of these figures last changed. They are recomputed in every run.'],
  };
};

const person = (currency: string): Readonly<Record<PersonStem, Definition>> => ({
  outcome: ['choice', 'Outcome', 'What became of this person: won, lost, rejected or open. Empty while nothing is decided.'],
  outcome_amount: [
    'money',
    'Outcome amount',
    `Amount of this person's deals with that outcome, in ${currency}. Empty when a rate is missing.`,
  ],
  outcome_reason: ['text', 'Outcome reason', 'Why the latest deal was lost, or why the lead was rejected.'],
  outcome_closed_at: ['instant', 'Outcome closed', 'When the latest of those deals closed, or when the lead was rejected.'],
  outcome_campaign: ['text', 'Outcome campaign', 'The campaign that brought the deal, or that first touched the person.'],
});

/** The values of the `outcome` field. */
const outcomeOptions: readonly string[] = ['won', 'lost', 'rejected', 'open'];

/** The stems of a campaign's figures, in the order in which they are shown. */
export const campaignStems: readonly CampaignStem[] = Object.keys(campaign('')) as CampaignStem[];

/** The stems of a person's outcome. */
export const personStems: readonly PersonStem[] = Object.keys(person('')) as PersonStem[];

/**
 * The fields that Truce owns in both CRMs, with the labels and help texts their users see: what `provision` makes. The
 * outcome fields of people and members are among them only where the configuration writes them.
 */
export function outcomeFields(settings: Settings): readonly OwnField[] {
  const { currency } = settings.company;
  const shaped = (on: WriteKind, definitions: Readonly<Record<string, Definition>>): readonly OwnField[] =>
    Object.entries(definitions).map(([stem, [type, label, help]]) => ({
      on,
      stem: stem as OwnStem,
      type,
      label,
      help,
      ...(type === 'choice' ? { options: outcomeOptions } : {}),
    }));
  const crossId = 'Id of the same record in the other CRM. Written by the integration; do not edit.';
  return [
    ...shaped('campaign', { ...campaign(currency), cross_id: ['text', 'Record in the other CRM', crossId] }),
    ...shaped('person', {
      ...(settings.outcomes.people ? person(currency) : {}),
      key: ['unique-text', 'Integration key', 'Marks a record that the integration made, so that it is never made twice. Do not edit.'],
      cross_id: ['text', 'Record in the other CRM', crossId],
    }),
    ...(settings.outcomes.members ? shaped('member', person(currency)) : []),
  ];
}

/** The type of an own field, for comparing its values. */
export function typeOfStem(stem: OwnStem): OwnField['type'] {
  const definitions: Readonly<Partial<Record<OwnStem, Definition>>> = { ...campaign(''), ...person('') };
  return definitions[stem]?.[0] ?? 'text';
}

/** The label of an own field. */
export function labelOfStem(stem: OwnStem): string {
  const definitions: Readonly<Partial<Record<OwnStem, Definition>>> = { ...campaign(''), ...person('') };
  return definitions[stem]?.[1] ?? stem;
}
