import { testConfig } from '../../support/settings.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const bob = crms.pair('bob@example.com', { marketing: 'Later' });
  await stage.sync(await crms.open());
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  const out = `${crms.folder}/plan.ndjson`;
  await (await crms.open()).plan({ out });
  const { status } = testConfig();
  const changed = { status: { ...status, sales: { ...status?.sales, writes: { ...status?.sales?.writes, recycled: 'Closed' } } } as never };
  const t = await crms.open({ with: changed });
  const refused = await stage.attempt('apply the old plan', () => t.apply(out));
  stage.never('a plan of another mapping is applied', refused.exit === 3 && crms.writes().every((count) => count === 0));
  const plan = await t.plan();
  stage.note(`the new plan changes ${plan.summary.update}`);
  stage.never('the changed mapping works in silence', plan.summary.update === 2);
  await stage.sync(t);
  await crms.end();
  stage.never('people who did not change are left out', crms.statuses(bob)[1] === 'Closed');
};
