export { crmContract, type ContractCase, type ContractHarness, type ContractWorld } from './contract.ts';
