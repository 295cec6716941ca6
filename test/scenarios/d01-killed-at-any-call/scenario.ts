import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  let deaths = 0;
  for (const side of ['marketing', 'sales'] as const) {
    for (const on of ['changes', 'read', 'write'] as const) {
      for (const when of ['before', 'after'] as const) {
        for (const nth of [1, 2, 3]) {
          const crms = stage.memory();
          const ann = crms.pair('ann@example.com');
          const bob = crms.pair('bob@example.com');
          const t = await crms.open();
          await t.sync({ yes: true });
          crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
          crms.marketing.world.edit(bob.m, 'status', 'Not a fit', { at: crms.later() });
          crms.later();
          crms[side].world.fail({ on, nth, when, error: crms.killed(side) });
          await t.sync({ yes: true }).catch(() => (deaths += 1));
          const next = await crms.open();
          for (let run = 0; run < 4; run += 1) {
            crms.later();
            await next.sync({ yes: true }).catch(() => (deaths += 1));
          }
          const { openIntents } = await next.status();
          const applied = [...(await next.explain(ann.m)).intents, ...(await next.explain(bob.m)).intents].filter(
            (one) => one.status === 'applied',
          );
          const ends = [...crms.statuses(ann), ...crms.statuses(bob)].join(' ');
          const right = ends === 'In progress Working Not a fit Closed' && openIntents === 0 && applied.length === 2;
          if (!right)
            stage.never(`a death at ${side} ${on} ${nth} ${when} leaves ${ends}, open ${openIntents}, applied ${applied.length}`, false);
        }
      }
    }
  }
  stage.note(`deaths ${deaths}`);
  stage.never('a kill loses or doubles a change', deaths >= 15);
};
