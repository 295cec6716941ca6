import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ marketing: { mergeMakesNewId: true } });
  const ann = crms.pair('ann@example.com');
  const twin = crms.pair('ann.old@example.com');
  const t = await crms.open();
  await stage.sync(t);
  const merged = crms.marketing.world.merge(ann.m, twin.m, { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.sales.world.merge(ann.s, twin.s, { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.later();
  await stage.sync(t);
  const intents = await crms.end();
  stage.never('a merged person comes back', [...crms.marketing.world.people()].length === 1 && [...crms.sales.world.people()].length === 1);
  stage.never('the merged contact misses a later change', crms.marketing.world.person(merged)?.fields.get('status') === 'In progress');
  stage.never('one change is written twice', intents.filter((intent) => intent.status === 'applied').length === 1);
};
