// Run by the figure `plan` in a process of its own, so that filling the state leaves no trace in what planning takes.
import { memory } from 'truce/memory';
import { openState } from '../../../src/state/open.ts';
import { planStage } from '../../../src/sync/stages.ts';
import { systemPorts } from '../../../src/system-ports.ts';
import { marketingOptions, salesOptions, testSettings } from '../../support/settings.ts';
import { costOf, type Cost } from './process.ts';

/** What planning took, and what it found. */
export interface Planned extends Cost {
  readonly update: number;
  readonly unchanged: number;
}

const [statePath = '', planPath = '', everybody = 'false'] = process.argv.slice(2);
const settings = testSettings();
const ports = systemPorts();
const crms = {
  marketing: memory({ system: 'crm-m', statusOptions: marketingOptions }).connect(ports),
  sales: memory({ system: 'crm-s', statusOptions: salesOptions, convertedOptions: ['Converted'], conditionalWrite: true }).connect(ports),
};
const engine = {
  crms,
  settings,
  ports,
  beforeWrite: undefined,
  onPage: () => undefined,
  onOutcome: () => undefined,
  onPhase: () => undefined,
  onPlanned: () => undefined,
  user: null,
};
const accounts = { marketing: await crms.marketing.account(), sales: await crms.sales.account() };
const descriptions = { marketing: await crms.marketing.describe(), sales: await crms.sales.describe() };
const state = await openState({ path: statePath });
// After a change of the configuration everybody is compared again.
if (everybody === 'true') await state.meta.setConfigHash('another configuration');
const { result, ...cost } = await costOf(() => planStage({ engine, state }, { accounts, descriptions, path: planPath, commit: false }));
await state.close();
const { update, unchanged } = result.plan.summary;
const planned: Planned = { ...cost, update, unchanged };
process.stdout.write(JSON.stringify(planned));
