import { mapped } from '../stage-memory.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const fields = [{ name: 'note' }, { name: 'size' }, { name: 'met' }];
  const crms = stage.memory({ marketing: { fields }, sales: { fields }, show: ['note', 'size', 'met'] });
  crms.marketing.world.addPerson({
    id: 'm-1',
    email: 'Ann@Example.com',
    status: 'Ready',
    fields: { note: 'Acme ', size: '5.0', met: '2026-01-05T10:00:00+01:00' },
  });
  crms.sales.world.addPerson({
    id: 's-1',
    email: ' ann@example.COM',
    status: 'Open',
    fields: { note: ' Acme', size: '5.00', met: '2026-01-05T09:00:00.000Z' },
  });
  const t = await crms.open({ with: { fields: mapped(fields.map(({ name }) => name)) } });
  const first = await stage.sync(t);
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never('a value is rewritten in another dress', crms.writes().every((count) => count === 0) && first.result?.plan.unchanged === 1);
};
