import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const names = ['ann', 'bob', 'cid', 'dot', 'eve'];
  const twins = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await both.twin(name)] as const)));
  const t = await both.open();
  await both.later();
  await stage.sync(t);
  for (const one of Object.values(twins)) await both.setLead(one.lead, { Status: 'Working - Contacted' });
  await both.later();
  const body = {
    status: 'error',
    category: 'VALIDATION_ERROR',
    message: 'Property values were not valid',
    correlationId: 'aaaaaaaa-0000-4000-8000-000000000000',
  };
  const id = twins['cid']?.contact ?? '';
  both.box.faults.add([
    {
      side: 'hubspot',
      effect: { type: 'poison', records: `^${id}$`, code: 'VALIDATION_ERROR', message: 'Property values were not valid' },
    },
  ]);
  // A client without multi-status answers: the first call is refused as a whole.
  both.box.faults.add([
    {
      side: 'hubspot',
      match: { path: 'batch/update' },
      nth: 1,
      when: 'before',
      effect: { type: 'status', status: 400, body, headers: { 'content-type': 'application/json' } },
    },
  ]);
  const run = await stage.sync(t);
  stage.never('the others wait for the poison row', run.result?.applied === 4 && run.result.rejected === 1);
  await both.later();
  await stage.sync(t);
  await both.end(twins);
};
