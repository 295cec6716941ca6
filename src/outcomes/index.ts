export type {
  CampaignTarget,
  Evidence,
  OutcomeCampaign,
  OutcomeDeal,
  OutcomeLead,
  OutcomeMember,
  OutcomeSource,
  PersonTarget,
} from './facts.ts';
export { openLedger, type DealFacts, type FrozenOrigin, type LedgerChange, type LedgerView } from './ledger.ts';
export { originOf, type Origin, type OriginCertainty, type RuleAnswer } from './origin.ts';
export { campaignStems, outcomeFields, personStems } from './own-fields.ts';
export { planOutcomes, type OutcomeCounts, type OutcomeInput, type OutcomePlan, type OutcomeSide, type SkippedOutcomes } from './plan.ts';
export { memorySource, warehouseSource, type OutcomeFacts } from './source.ts';
export { openTally, tallyValues, type Tally, type TallyBook, type TallyOptions } from './tally.ts';
export { sameOwnValue } from './values.ts';
export { writtenBefore, type WrittenLookup } from './written.ts';
