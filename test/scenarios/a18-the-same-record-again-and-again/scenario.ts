import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ marketing: { overlapMs: 86_400_000 }, sales: { overlapMs: 86_400_000 } });
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await stage.sync(t);
  for (const status of ['Working', 'Closed']) {
    crms.sales.world.edit(ann.s, 'status', status, { at: crms.later() });
    crms.later();
    for (let run = 0; run < 3; run += 1) {
      await stage.sync(t);
      crms.later();
    }
  }
  const intents = await crms.end();
  stage.never('a change is dropped as known', crms.statuses(ann)[0] === 'Not a fit');
  stage.never('a change counts twice', intents.length === 2);
};
