import { rmSync } from 'node:fs';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  crms.pair('bob@example.com', { sales: 'Working' });
  const t = await crms.open();
  await stage.sync(t);
  await t.close();
  const before = crms.writes().join();
  for (const suffix of ['', '-wal', '-shm']) rmSync(crms.statePath + suffix, { force: true });
  crms.sales.world.edit(ann.s, 'status', 'Closed', { at: crms.later() });
  crms.later();
  const first = await stage.sync(await crms.open());
  const again = await stage.sync(await crms.open());
  stage.note(`waits for a word: ${first.result?.restored !== null}, and still: ${again.result?.restored !== null}`);
  stage.never('a state that is gone means "everything is new"', crms.writes().join() === before && first.result?.plan.update === 1);
  const confirmed = await crms.open();
  await confirmed.confirmRestored();
  const after = await stage.sync(confirmed);
  stage.never('the word is not enough', after.result?.applied === 1);
  await crms.end();
};
