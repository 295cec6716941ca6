import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  await stage.sync(await crms.open());
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  crms.dies('marketing', 'after');
  await stage.sync(await crms.open());
  for (let death = 0; death < 3; death += 1) {
    crms.marketing.world.fail({ on: 'read', when: death === 1 ? 'after' : 'before', error: crms.killed('marketing') });
    await stage.sync(await crms.open());
  }
  await stage.sync(await crms.open());
  const intents = await crms.end();
  stage.never('a recovery that died sends the write again', crms.writes()[0] === 1);
  stage.never(
    'the write is forgotten',
    intents.length === 1 && intents[0]?.status === 'applied' && crms.statuses(ann)[0] === 'In progress',
  );
};
