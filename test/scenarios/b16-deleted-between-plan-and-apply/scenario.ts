import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  crms.pair('bob@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
  crms.later();
  crms.sales.world.interleave({ on: 'write', when: 'before' }, () => crms.sales.world.remove(ann.s, { at: crms.now() }));
  await stage.sync(t);
  crms.later();
  await stage.sync(t);
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never('the record is made again', [...crms.sales.world.people()].length === 1);
  stage.never('the other side is deleted or changed', crms.statuses(ann)[0] === 'In progress');
};
