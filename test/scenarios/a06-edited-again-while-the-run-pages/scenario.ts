import type { Scenario } from '../stage.ts';
import { changeMany, makeMany, passOf } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const contacts = await makeMany(both, 'hubspot', 450);
  await both.later(3_600_000);
  const crm = both.crm('hubspot');
  const baseline = await passOf(crm, null);
  await both.later(3_600_000);
  await changeMany(both, 'hubspot', contacts);
  await both.later();
  const early = contacts[0] ?? '';
  const pass = await passOf(crm, baseline.cursor, async (page) => {
    if (page !== 1) return;
    await both.later(1_000);
    await both.setContact(early, { jobtitle: 'edited while others were read' });
    await both.later(30 * 60_000);
  });
  const next = await passOf(crm, pass.cursor);
  stage.note(`first pass ${pass.ids.size}, next pass has the edit: ${next.ids.has(early)}`);
  stage.never('an edit during the pass is lost', next.ids.has(early));
  stage.never(
    'the edit made the pass skip others',
    contacts.every((id) => pass.ids.has(id)),
  );
};
