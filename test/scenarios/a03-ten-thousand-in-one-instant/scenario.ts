import type { Scenario } from '../stage.ts';
import { makeMany, passOf } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const crm = both.crm('hubspot');
  const { cursor } = await passOf(crm, null);
  await both.later(1_000);
  const ids = await makeMany(both, 'hubspot', 10_050);
  both.box.calls.clear();
  const pass = await passOf(crm, cursor);
  const searches = both.calls('hubspot', /search/).length;
  stage.note(`changed ${ids.length}, delivered ${pass.ids.size}, repeated ${pass.repeated}`);
  stage.never(
    'a record of the instant is missed',
    ids.every((id) => pass.ids.has(id)),
  );
  stage.never('the walk goes in circles', searches < 70);
};
