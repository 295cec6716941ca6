import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'email', 'ann.married@example.com', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.marketing.world.addPerson({ id: 'm-new', email: 'ann@example.com', status: 'Not a fit', at: crms.later() });
  crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never('the newcomer takes the lead over', crms.statuses(ann)[1] === 'Working');
};
