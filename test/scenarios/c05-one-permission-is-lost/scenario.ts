import { memory } from '../../../adapters/memory/index.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const t = await both.open({ warehouse: ':memory:' });
  await both.later(3_600_000);
  await stage.sync(t);
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.later();
  const body = {
    status: 'error',
    category: 'MISSING_SCOPES',
    message: 'This app has not been granted all required scopes',
    correlationId: 'aaaaaaaa-0000-4000-8000-000000000000',
  };
  both.box.faults.add([
    {
      side: 'hubspot',
      match: { path: '/marketing/v3/campaigns' },
      effect: { type: 'status', status: 403, body, headers: { 'content-type': 'application/json' } },
    },
  ]);
  const run = await stage.sync(t);
  const problems = (run.result?.problems ?? []).map((problem) => `${problem.side} ${problem.stream} ${problem.code}`);
  stage.note(`not read: ${problems.join(', ')}`);
  stage.never('one stream stops all', run.exit === 0 && run.result?.applied === 1);
  stage.never('it is left out in silence', problems.length > 0);
  const crms = stage.memory();
  const denied = memory({ system: 'crm-s', denied: ['read people'], objects: ['Lead', 'Contact'] });
  const stopped = await stage.sync(await crms.open({ sales: denied }));
  stage.never('people that may not be read are nobody', stopped.exit === 4);
};
