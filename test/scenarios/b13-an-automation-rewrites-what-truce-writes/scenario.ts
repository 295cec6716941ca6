import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const bob = crms.pair('bob@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.sales.world.edit(bob.s, 'status', 'Working', { at: crms.later() });
  await stage.sync(t);
  const echoes = crms.writes()[0];
  for (let round = 0; round < 6; round += 1) {
    crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
    crms.later();
    await stage.sync(t);
    // The workflow, an hour later each time.
    if (crms.statuses(ann)[0] === 'In progress') crms.marketing.world.edit(ann.m, 'status', 'Ready', { at: crms.later() });
    crms.later();
    await stage.sync(t);
  }
  const intents = await crms.end();
  const vain = intents.filter(
    (intent) => intent.line.side === 'marketing' && intent.line.recordId === ann.m && intent.status === 'applied',
  ).length;
  stage.never('an echo is written', echoes === 1);
  stage.never('the same value is written in vain more than three times', vain <= 3);
  stage.never('somebody else is frozen with it', crms.statuses(bob)[0] === 'In progress');
};
