import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ marketing: { pageSize: 2 }, sales: { pageSize: 2 } });
  for (const name of ['ann', 'bob', 'cid', 'dot', 'eve', 'fay', 'gus']) crms.pair(`${name}@example.com`);
  crms.later();
  const t = await crms.open();
  crms.marketing.world.fail({ on: 'changes', nth: 3, when: 'before' });
  const first = await stage.pull(t);
  const before = crms.marketing.world.calls().changes;
  const second = await stage.pull(t);
  stage.note(`pages of marketing in the second run ${crms.marketing.world.calls().changes - before}`);
  stage.never('half a read is called done', first.exit !== 0);
  stage.never('somebody is forgotten', second.result?.people.linked === 7);
  stage.never('what was read is read again', crms.marketing.world.calls().changes - before === 2);
};
