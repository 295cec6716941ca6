import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ sales: { statusOptions: ['Open', 'Working'] } });
  const ann = crms.pair('ann@example.com');
  const bob = crms.pair('bob@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
  crms.marketing.world.edit(bob.m, 'status', 'In progress', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  const [entry] = await t.quarantine();
  stage.never('a value that is refused for sure is sent', crms.writes()[1] === 1);
  stage.never('the reason hides which value', entry?.cause.includes('"Closed"') === true && entry.fix !== '');
  await crms.end();
};
