import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const bob = await both.twin('bob');
  const t = await both.open();
  await both.later(3_600_000);
  await stage.sync(t);
  both.box.faults.add([
    { side: 'salesforce', match: { by: 'user', method: 'PATCH', path: ann.lead }, effect: { type: 'late', ms: 300_000 } },
  ]);
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.later();
  await both.setLead(bob.lead, { Status: 'Working - Contacted' });
  await both.later();
  const first = await stage.sync(t);
  await both.later(5 * 60_000);
  const second = await stage.sync(t);
  await both.end({ ann, bob });
  stage.never('the scenario shows both at once', first.result?.applied === 1);
  stage.never('the row that came late is lost', second.result?.applied === 1);
};
