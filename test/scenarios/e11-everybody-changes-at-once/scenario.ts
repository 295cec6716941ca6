import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const pairs = Array.from({ length: 3_000 }, (_, index) => crms.pair(`p${index}@example.com`));
  const t = await crms.open();
  await stage.sync(t);
  const at = crms.later();
  for (const pair of pairs) crms.sales.world.edit(pair.s, 'status', 'Working', { at });
  crms.later();
  const stopped = await stage.sync(t);
  stage.never('a flood is written without a word', stopped.exit === 3 && stopped.code === 'TOO_MANY_CHANGES' && crms.writes()[0] === 0);
  const fewer = await stage.sync(t, { allow: { changes: 2_999 } });
  stage.never('a smaller number lets it through', fewer.exit === 3);
  const allowed = await stage.sync(t, { allow: { changes: 3_000 } });
  stage.never('an allowed flood is cut short', allowed.result?.applied === 3_000);
};
