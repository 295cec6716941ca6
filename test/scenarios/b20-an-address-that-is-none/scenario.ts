import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const m = crms.marketing.world.addPerson({ id: 'm-1', email: 'ann@@example', status: 'Ready' });
  crms.sales.world.addPerson({ id: 's-1', email: 'ann@example.com', status: 'Working' });
  const t = await crms.open();
  for (let run = 0; run < 5; run += 1) {
    crms.later();
    await stage.sync(t);
  }
  stage.never('a run makes another record of a bad address', [...crms.marketing.world.people(), ...crms.sales.world.people()].length === 2);
  crms.marketing.world.edit(m, 'email', 'ann@example.com', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never('the corrected person stays apart', crms.statuses({ m, s: 's-1' as typeof m })[0] === 'In progress');
};
