import type { Scenario } from '../stage.ts';
import { makeMany, passOf } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const contacts = await makeMany(both, 'hubspot', 350);
  await both.later(3_600_000);
  const crm = both.crm('hubspot');
  const gone = contacts[3] ?? '';
  const pass = await passOf(crm, null, async (page) => {
    if (page === 1) await both.marketer.send('DELETE', `/crm/v3/objects/contacts/${gone}`);
  });
  await both.later();
  const next = await passOf(crm, pass.cursor);
  const missing = contacts.filter((id) => id !== gone && !pass.ids.has(id));
  stage.note(`missing ${missing.length}, repeated ${pass.repeated}, deletions told next ${next.deleted.size}`);
  stage.never('a record slides over the page edge', missing.length === 0);
  stage.never('the deletion goes unseen', next.deleted.has(gone));
};
