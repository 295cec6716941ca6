import { copyFileSync, rmSync } from 'node:fs';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await stage.sync(t);
  const backup = `${crms.statePath}.backup`;
  await t.backup(backup);
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'status', 'Ready', { at: crms.later() });
  crms.later();
  await t.close();
  for (const suffix of ['-wal', '-shm']) rmSync(crms.statePath + suffix, { force: true });
  copyFileSync(backup, crms.statePath);
  const before = crms.writes().join();
  const old = await crms.open();
  const run = await stage.sync(old);
  stage.note(`waits for a word: ${run.result?.restored !== null}`);
  stage.never('an old agreement takes an edit back in silence', crms.writes().join() === before && crms.statuses(ann)[0] === 'Ready');
  stage.never('the difference looks as if one side alone had changed', run.result?.plan.conflict === 1);
  await old.confirmRestored();
  crms.later();
  await stage.sync(old);
  await crms.end();
};
