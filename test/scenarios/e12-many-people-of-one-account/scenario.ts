import type { Twin } from '../stage-imitations.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const twins: Twin[] = [];
  for (let index = 0; index < 60; index += 1) twins.push(await both.twin(`p${index}`));
  await both.later(3_600_000);
  const t = await both.open();
  await stage.sync(t);
  for (const one of twins) await both.setContact(one.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.later();
  both.box.faults.add([{ side: 'salesforce', match: { method: 'PATCH' }, times: 20, effect: { type: 'lock', records: '' } }]);
  const run = await stage.sync(t);
  const locked = both.box.faults.list()[0]?.applied ?? 0;
  stage.note(`locks met ${locked}`);
  stage.never('a lock storm costs somebody the change', run.result?.applied === 60 && run.result.quarantined === 0);
  stage.never('the scenario locks nothing', locked === 20);
};
