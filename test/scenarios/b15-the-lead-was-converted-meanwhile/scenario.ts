import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
  crms.later();
  crms.sales.world.interleave({ on: 'write', when: 'before' }, () => {
    crms.sales.world.convert(ann.s, { at: crms.now(), deal: { name: 'Deal', stage: 'Open', outcome: 'open' } });
  });
  await stage.sync(t);
  for (let run = 0; run < 3; run += 1) {
    crms.later();
    await stage.sync(t);
  }
  const held = (await t.quarantine()).length;
  const intents = await crms.end();
  const atLead = intents.filter((intent) => intent.line.recordId === ann.s).length;
  stage.never('a converted lead is tried for ever', atLead === 1);
  stage.never('the person stays in quarantine for what passed', held === 0);
};
