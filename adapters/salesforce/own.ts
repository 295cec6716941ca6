import type { CampaignStem, OwnField, OwnFieldState, OwnStem, PersonStem, WriteKind } from '../../src/crm.ts';
import type { FieldShape, ObjectName, ObjectShape } from './catalog.ts';

const campaignStems: readonly CampaignStem[] = [
  'leads',
  'handed_leads',
  'followed_up_leads',
  'untouched_leads',
  'rejected_leads',
  'top_rejection_reason',
  'won_deals',
  'won_amount',
  'lost_deals',
  'lost_amount',
  'loss_reasons',
  'top_loss_reason',
  'open_deals',
  'open_amount',
  'win_rate',
  'cost_per_win',
  'first_closed_at',
  'last_closed_at',
  'outcomes_updated_at',
];
const personStems: readonly PersonStem[] = ['outcome', 'outcome_amount', 'outcome_reason', 'outcome_closed_at', 'outcome_campaign'];

/** Which of Truce's own fields belong on what. */
export const ownStems: ReadonlyMap<WriteKind, readonly OwnStem[]> = new Map<WriteKind, readonly OwnStem[]>([
  ['campaign', ['cross_id', ...campaignStems]],
  ['person', ['key', 'cross_id', ...personStems]],
  ['member', personStems],
]);

/** The objects that carry the fields of a kind. */
export const objectsOf: ReadonlyMap<WriteKind, readonly ObjectName[]> = new Map<WriteKind, readonly ObjectName[]>([
  ['campaign', ['Campaign']],
  ['person', ['Lead', 'Contact']],
  ['member', ['CampaignMember']],
]);

/** @example ownName('won_deals') // 'Truce_Won_Deals__c' */
export function ownName(stem: OwnStem): string {
  const words = stem.split('_').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `Truce_${words.join('_')}__c`;
}

/** The field types that a stem may have here; an admin who made the field by hand may have chosen a wider one. */
const acceptedTypes: Readonly<Record<OwnField['type'], readonly string[]>> = {
  integer: ['double', 'int'],
  money: ['currency', 'double'],
  percent: ['percent', 'double'],
  text: ['string', 'textarea'],
  'long-text': ['textarea'],
  instant: ['datetime'],
  choice: ['picklist', 'string'],
  'unique-text': ['string'],
};

const typeOf: ReadonlyMap<OwnStem, OwnField['type']> = new Map<OwnStem, OwnField['type']>([
  ['key', 'unique-text'],
  ['cross_id', 'text'],
  ['leads', 'integer'],
  ['handed_leads', 'integer'],
  ['followed_up_leads', 'integer'],
  ['untouched_leads', 'integer'],
  ['rejected_leads', 'integer'],
  ['top_rejection_reason', 'text'],
  ['won_deals', 'integer'],
  ['won_amount', 'money'],
  ['lost_deals', 'integer'],
  ['lost_amount', 'money'],
  ['loss_reasons', 'text'],
  ['top_loss_reason', 'text'],
  ['open_deals', 'integer'],
  ['open_amount', 'money'],
  ['win_rate', 'percent'],
  ['cost_per_win', 'money'],
  ['first_closed_at', 'instant'],
  ['last_closed_at', 'instant'],
  ['outcomes_updated_at', 'instant'],
  ['outcome', 'choice'],
  ['outcome_amount', 'money'],
  ['outcome_reason', 'text'],
  ['outcome_closed_at', 'instant'],
  ['outcome_campaign', 'text'],
]);

/**
 * What of Truce's own fields is there and writable on an object.
 * @param existing full names (`Lead.Truce_Key__c`) of the fields that exist, hidden or not; null when that can't be read
 */
export function ownStates(kind: WriteKind, shape: ObjectShape, existing: ReadonlySet<string> | null): readonly OwnFieldState[] {
  return (ownStems.get(kind) ?? []).map((stem) => {
    const name = ownName(stem);
    const state = stateOf(stem, shape.fields.get(name), existing?.has(`${shape.name}.${name}`) ?? false);
    return { on: kind, stem, name: `${shape.name}.${name}`, state, fix: fixes[state] };
  });
}

function stateOf(stem: OwnStem, field: FieldShape | undefined, exists: boolean): OwnFieldState['state'] {
  if (field === undefined) return exists ? 'invisible' : 'missing';
  const expected = typeOf.get(stem);
  if (expected !== undefined && !acceptedTypes[expected].includes(field.type)) return 'wrong-type';
  if (stem === 'key' && !(field.unique && field.externalId)) return 'wrong-type';
  return field.updateable ? 'ready' : 'read-only';
}

const fixes: Readonly<Record<OwnFieldState['state'], string>> = {
  ready: '',
  missing: 'Run `truce provision`, review the metadata folder, and deploy it; or create the field with an admin credential.',
  invisible: 'The field exists but is hidden: assign the permission set Truce_Integration to the user that Truce runs as.',
  'read-only': 'The user that Truce runs as may read but not edit the field: assign the permission set Truce_Integration.',
  'wrong-type': 'A field of this name exists with another type. Rename or delete it, then run `truce provision`.',
};
