import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.now() }),
  );
  const run = await stage.sync(t);
  await crms.end();
  stage.never('a lost edit goes unseen', run.result?.raced === 1);
  stage.never('the marketer loses the edit', crms.statuses(ann)[0] === 'Not a fit');
};
