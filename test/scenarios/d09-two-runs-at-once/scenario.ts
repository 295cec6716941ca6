import { hostname } from 'node:os';
import { openState } from '../../../src/state/open.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  crms.pair('ann@example.com', { sales: 'Working' });
  const first = await openState({ path: crms.statePath });
  await first.lease.acquire({ pid: process.pid, host: hostname() }, crms.now(), 300_000);
  const second = await stage.sync(await crms.open());
  stage.never(
    'two runs work on one state',
    second.exit === 6 && second.code === 'STATE_LOCKED' && crms.marketing.world.calls().changes === 0,
  );
  await first.close();
  const third = await stage.sync(await crms.open());
  stage.never('the lock outlives its holder', third.result?.applied === 1);
  await crms.end();
};
