import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const status = { reads: { Fresh: 'new', Ready: 'handed', Queued: 'handed', 'In progress': 'working', 'Not a fit': 'rejected' } };
  const crms = stage.memory({ marketing: { statusOptions: ['Fresh', 'Ready', 'Queued', 'In progress', 'Deal', 'Not a fit', 'Later'] } });
  const ann = crms.pair('ann@example.com', { marketing: 'Queued' });
  const base = (await import('../../support/settings.ts')).testConfig().status;
  const marketing = { ...base?.marketing, reads: { ...base?.marketing?.reads, ...status.reads } };
  const t = await crms.open({ with: { status: { ...base, marketing } as never } });
  for (let run = 0; run < 3; run += 1) {
    await stage.sync(t);
    crms.later();
  }
  stage.never(
    'one word is flipped into another of the same rung',
    crms.statuses(ann)[0] === 'Queued' && crms.writes().every((count) => count === 0),
  );
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.marketing.world.edit(ann.m, 'status', 'Queued', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never('the way back ends at the other word', crms.statuses(ann).join() === 'Queued,Open');
};
