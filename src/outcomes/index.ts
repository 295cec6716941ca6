export { openLedger } from './ledger.ts';
export { originOf } from './origin.ts';
export { campaignStems, outcomeFields, personStems } from './own-fields.ts';
export { planOutcomes, type OutcomeInput, type OutcomePlan, type OutcomeSide, type SkippedOutcomes } from './plan.ts';
export { memorySource, warehouseSource, type OutcomeFacts } from './source.ts';
export { openTally, tallyValues, type TallyOptions } from './tally.ts';
export { writtenBefore } from './written.ts';
