import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ sales: { dailyCalls: 100, perCall: { write: 1, read: 1 } } });
  const pairs = Array.from({ length: 40 }, (_, index) => crms.pair(`p${index}@example.com`));
  const t = await crms.open();
  await stage.sync(t);
  for (const pair of pairs) crms.marketing.world.edit(pair.m, 'status', 'In progress', { at: crms.later() });
  const run = await stage.sync(t);
  await crms.end();
  stage.never('the reserve is eaten', run.exit === 5 && run.code === 'BUDGET_RESERVED' && crms.writes()[1] === 0);
};
