import { mapped } from '../stage-memory.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const fields = [{ name: 'met' }];
  const crms = stage.memory({ marketing: { fields }, sales: { fields }, show: ['met'] });
  const spellings = [
    ['2026-01-05T09:00:00Z', '2026-01-05T09:00:00.000Z'],
    ['2026-01-05T09:00:00+00:00', '2026-01-05T10:00:00+01:00'],
    ['2026-03-29T00:59:59Z', '2026-03-29T01:59:59+01:00'],
    ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00'],
  ];
  for (const [index, [m, s]] of spellings.entries()) {
    crms.marketing.world.addPerson({
      id: `m-${index}`,
      email: `p${index}@example.com`,
      status: 'Ready',
      fields: { met: m ?? '' },
      at: crms.now(),
    });
    crms.sales.world.addPerson({
      id: `s-${index}`,
      email: `p${index}@example.com`,
      status: 'Open',
      fields: { met: s ?? '' },
      at: crms.now(),
    });
  }
  crms.later();
  const t = await crms.open({ with: { fields: mapped(['met'], { policy: 'prefer-sales' }) } });
  const run = await stage.sync(t);
  await crms.end();
  stage.never('one instant counts as two, or two as one', run.result?.applied === 1 && run.result.plan.conflict === 1);
};
