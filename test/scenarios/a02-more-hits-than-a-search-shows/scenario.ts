import type { Scenario } from '../stage.ts';
import { makeMany, passOf } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const crm = both.crm('hubspot');
  const { cursor } = await passOf(crm, null);
  await both.later();
  const ids = await makeMany(both, 'hubspot', 10_300, 10);
  await both.later();
  both.box.calls.clear();
  const pass = await passOf(crm, cursor);
  const refused = both.calls('hubspot', /search/).filter((call) => call.status >= 400).length;
  stage.note(`changed ${ids.length}, delivered ${pass.ids.size}, repeated ${pass.repeated}, refused searches ${refused}`);
  stage.never(
    'a record beyond the ten thousandth is missed',
    ids.every((id) => pass.ids.has(id)),
  );
  stage.never('a search is paged past 10,000', refused === 0);
};
