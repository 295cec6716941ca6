import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const bob = await both.twin('bob');
  const cid = await both.twin('cid');
  const t = await both.open();
  await both.later();
  await stage.sync(t);
  for (const one of [ann, bob, cid]) await both.setLead(one.lead, { Status: 'Working - Contacted' });
  await both.later();
  both.box.faults.add([{ side: 'hubspot', effect: { type: 'poison', records: '^email=bob@' } }]);
  const first = await stage.sync(t);
  stage.never('a refused record counts as written', first.result?.applied === 2 && first.result.rejected === 1);
  both.box.faults.clear();
  await both.setLead(ann.lead, { Status: 'Closed - Not Converted' });
  await both.later();
  const empty = { status: 'COMPLETE', results: [], startedAt: '2026-03-02T09:00:00Z', completedAt: '2026-03-02T09:00:00Z' };
  both.box.faults.add([
    {
      side: 'hubspot',
      match: { path: 'batch/update' },
      nth: 1,
      when: 'before',
      effect: { type: 'status', status: 200, body: empty, headers: { 'content-type': 'application/json' } },
    },
  ]);
  const second = await stage.sync(t);
  stage.never('an empty list of results is taken for success', second.result?.applied === 0);
  await both.later();
  await stage.sync(t);
  await both.end({ ann, bob, cid });
};
