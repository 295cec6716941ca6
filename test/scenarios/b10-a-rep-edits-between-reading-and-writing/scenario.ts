import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
  crms.later();
  let edited = 0;
  crms.sales.world.interleave({ on: 'write', when: 'before' }, () => {
    edited = crms.now() + 2_000;
    crms.sales.world.edit(ann.s, 'status', 'Closed', { at: edited });
  });
  await stage.sync(t);
  crms.later();
  await stage.sync(t);
  const intents = await crms.end();
  stage.never('the rep loses the edit', crms.statuses(ann)[1] === 'Closed' && edited > 0);
  stage.never(
    'a blind overwrite is journalled as done',
    intents.every((intent) => intent.line.side !== 'sales' || intent.status !== 'applied'),
  );
};
