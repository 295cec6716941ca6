import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  await both.later(3_600_000);
  await stage.sync(await both.open());
  await both.setContact(ann.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.setLead(ann.lead, { Status: 'Closed - Not Converted' });
  await both.later();
  both.box.calls.clear();
  both.box.faults.add([{ side: 'hubspot', match: { path: 'search' }, effect: { type: 'answer', answer: 'maintenance' } }]);
  const run = await stage.sync(await both.open());
  const writes = both.box.calls().filter((call) => call.by === 'integration' && call.method === 'PATCH').length;
  stage.never('the side that is well is written to', run.exit === 5 && writes === 0);
  both.box.faults.clear();
  await both.later();
  await stage.sync(await both.open());
  await both.end({ ann });
};
