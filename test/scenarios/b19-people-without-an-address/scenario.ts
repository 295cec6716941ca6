import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  for (const [index, email] of [null, '', '  '].entries()) {
    crms.marketing.world.addPerson({ id: `m-none-${index}`, email, status: 'Not a fit' });
    crms.sales.world.addPerson({ id: `s-none-${index}`, email, status: 'Open' });
  }
  crms.pair('ann@example.com', { sales: 'Working' });
  const t = await crms.open();
  const run = await stage.sync(t);
  const { people } = await t.status();
  stage.note(`linked ${people.linked}`);
  await crms.end();
  stage.never('the empty address links strangers', people.linked === 1 && run.result?.applied === 1);
};
