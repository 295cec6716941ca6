export { crmContract, type ContractCase, type ContractHarness, type ContractWorld } from './contract.ts';
export { checkMapping, type MappingCheck } from './mapping.ts';
export {
  tryPlan,
  type FixturePerson,
  type FixtureRecord,
  type Fixtures,
  type TriedHold,
  type TriedPlan,
  type TriedWrite,
} from './try-plan.ts';
