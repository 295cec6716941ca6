import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const long = Date.UTC(2009, 4, 1);
  crms.marketing.world.addPerson({ id: 'm-old', email: 'old@example.com', status: 'Ready', at: long });
  crms.sales.world.addPerson({ id: 's-old', email: 'old@example.com', status: 'Working', at: long });
  crms.pair('ann@example.com');
  crms.later();
  const t = await crms.open();
  const pulled = await stage.pull(t);
  const run = await stage.sync(t);
  await crms.end();
  stage.never('somebody is too old to be read', pulled.result?.people.linked === 2 && run.result?.applied === 1);
};
