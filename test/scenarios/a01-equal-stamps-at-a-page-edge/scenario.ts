import type { Scenario } from '../stage.ts';
import { changeMany, makeMany, passOf } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const contacts = await makeMany(both, 'hubspot', 450);
  const leads = await makeMany(both, 'salesforce', 2_100);
  await both.later(3_600_000);
  const [hubspot, salesforce] = [both.crm('hubspot'), both.crm('salesforce')];
  const baselines = [await passOf(hubspot, null), await passOf(salesforce, null)];
  await both.later(3_600_000);
  await changeMany(both, 'hubspot', contacts);
  await changeMany(both, 'salesforce', leads);
  await both.later();
  for (const [index, [crm, ids]] of (
    [
      [hubspot, contacts],
      [salesforce, leads],
    ] as const
  ).entries()) {
    const pass = await passOf(crm, baselines[index]?.cursor ?? null);
    stage.note(
      `${crm.system}: changed ${ids.length}, delivered ${pass.ids.size}, repeated ${pass.repeated}, pages with records ${pass.pages}`,
    );
    stage.never(
      `${crm.system} misses a record at a page edge`,
      ids.every((id) => pass.ids.has(id)),
    );
    stage.never(`${crm.system} delivers a record twice within the pass`, pass.repeated === 0);
  }
};
