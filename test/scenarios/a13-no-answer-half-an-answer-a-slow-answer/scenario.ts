import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations({ patienceMs: 600 });
  const ann = await both.twin('ann');
  const bob = await both.twin('bob');
  const t = await both.open();
  await both.later(3_600_000);
  await stage.sync(t);
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.setContact(bob.contact, { hs_lead_status: 'UNQUALIFIED' });
  await both.later();
  both.box.calls.clear();
  both.box.faults.add([
    { side: 'hubspot', match: { path: 'search' }, nth: 1, effect: { type: 'reset' } },
    { side: 'hubspot', match: { path: 'batch/read' }, nth: 1, effect: { type: 'silence' } },
    { side: 'salesforce', match: { path: 'query|composite' }, nth: 1, when: 'after', effect: { type: 'cut', share: 0.5 } },
    { side: 'salesforce', match: { path: 'query|composite' }, nth: 3, when: 'after', effect: { type: 'slow', bytesPerSecond: 1 } },
  ]);
  const run = await stage.sync(t);
  const faults = both.box
    .calls()
    .flatMap((call) => call.fault ?? [])
    .toSorted((a, b) => (a < b ? -1 : 1));
  stage.note(`met ${faults.join(', ')}`);
  await both.end({ ann, bob });
  stage.never('a read that failed once fails the run', run.exit === 0 && run.result?.applied === 2);
};
