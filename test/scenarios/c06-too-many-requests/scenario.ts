import type { Scenario } from '../stage.ts';
import { makeMany } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations({ limits: 'published' });
  await makeMany(both, 'hubspot', 300, 1_000);
  const ann = await both.twin('ann');
  await both.later(3_600_000);
  const t = await both.open();
  await stage.sync(t);
  for (let edit = 0; edit < 4; edit += 1) {
    await both.setLead(ann.lead, { Status: edit % 2 === 0 ? 'Working - Contacted' : 'Closed - Not Converted' });
    await both.later(1_000);
    await t.sync({ yes: true });
  }
  const own = both.box.calls().filter((call) => call.by === 'integration' && call.status === 429).length;
  stage.note(`refused by the limits at its own pace ${own}`);
  stage.never('it goes over a published limit by itself', own === 0);
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.later();
  both.box.faults.add([
    { side: 'hubspot', match: { path: 'batch/update|search' }, times: 4, effect: { type: 'answer', answer: 'rate-ten-secondly' } },
  ]);
  const run = await stage.sync(t);
  stage.note(`refused by others' use ${both.box.calls().filter((call) => call.status === 429).length}`);
  await both.end({ ann });
  stage.never('a limit costs a change', run.exit === 0 && run.result?.applied === 1);
};
