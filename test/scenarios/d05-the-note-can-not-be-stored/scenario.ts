import { DatabaseSync } from 'node:sqlite';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  await stage.sync(await crms.open());
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  const other = new DatabaseSync(crms.statePath);
  crms.marketing.world.interleave({ on: 'read', when: 'after' }, () => other.exec('BEGIN IMMEDIATE'));
  const run = await stage.sync(await crms.open());
  stage.never('a request leaves without a note', run.exit === 6 && crms.writes().every((count) => count === 0));
  other.exec('ROLLBACK');
  other.close();
  await stage.sync(await crms.open());
  await crms.end();
  stage.never('the change is lost', crms.statuses(ann)[0] === 'In progress');
};
