import { testConfig } from '../../support/settings.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ marketing: { statusField: 'lead_state__c' }, show: ['lead_state__c'] });
  const ann = crms.pair('ann@example.com', { marketing: 'Ready', sales: 'Working' });
  const { status } = testConfig();
  const t = await crms.open({ with: { status: { ...status, marketing: { ...status?.marketing, field: 'lead_state__c' } } } });
  const run = await stage.sync(t);
  await crms.end();
  stage.never(
    'a field of their own is not found',
    run.result?.applied === 1 && crms.marketing.world.person(ann.m)?.fields.get('lead_state__c') === 'In progress',
  );
};
