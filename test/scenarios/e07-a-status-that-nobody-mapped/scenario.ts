import type { Scenario } from '../stage.ts';
import { marketingOptions, salesOptions, testConfig } from '../../support/settings.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({
    marketing: { statusOptions: [...marketingOptions, 'Hot'] },
    sales: { statusOptions: [...salesOptions, 'Parked'] },
  });
  const ann = crms.pair('ann@example.com', { marketing: 'Hot' });
  const bob = crms.pair('bob@example.com', { sales: 'Parked' });
  const t = await crms.open();
  const run = await stage.sync(t);
  const entries = await t.quarantine();
  stage.never('an unknown status is guessed or cleared', crms.writes().every((count) => count === 0) && run.result?.quarantined === 2);
  stage.never(
    'nobody is told which value',
    ['Hot', 'Parked'].every((value) => entries.some((entry) => entry.cause.includes(value))),
  );
  const { status } = testConfig();
  const known = {
    marketing: { ...status?.marketing, reads: { ...status?.marketing?.reads, Hot: 'handed' as const } },
    sales: { ...status?.sales, reads: { ...status?.sales?.reads, Parked: 'working' as const } },
  };
  crms.later();
  await stage.sync(await crms.open({ with: { status: { ...status, ...known } } }));
  await crms.end();
  stage.never('they wait for ever', crms.statuses(ann).join() === 'Hot,Open' && crms.statuses(bob).join() === 'In progress,Parked');
};
