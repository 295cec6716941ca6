import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations({ lagMs: 600_000 });
  const ann = await both.twin('ann');
  const t = await both.open();
  await both.later(3_600_000);
  await stage.sync(t);
  await both.setContact(ann.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.later();
  const early = await stage.sync(t);
  await both.later(5 * 60_000);
  await stage.sync(t);
  await both.later(6 * 60_000);
  const late = await stage.sync(t);
  await both.later();
  await stage.sync(t);
  await both.end({ ann });
  stage.never('the scenario shows nothing late', early.result?.applied === 0);
  stage.never('a change that shows late is lost', late.result?.applied === 1);
  stage.never('the same change is written twice', both.calls('salesforce').filter((call) => call.method === 'PATCH').length === 1);
};
