import type { Scenario } from '../stage.ts';
import { createLine, writerOf } from '../stage-write.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations({ lagMs: 600_000 });
  const writer = await writerOf(stage, { marketing: both.crm('hubspot'), sales: both.crm('salesforce') }, both.ports);
  both.box.faults.add([
    { side: 'hubspot', match: { method: 'POST', path: 'contacts/batch/create' }, nth: 1, when: 'after', effect: { type: 'reset' } },
  ]);
  await writer.apply([createLine('marketing', 'key-ann', { email: 'ann@example.com' })]);
  await writer.apply([createLine('marketing', 'key-ann', { email: 'ann@example.com' })]);
  await writer.end();
  const contacts = (await both.marketer.send('GET', '/crm/v3/objects/contacts?limit=100'))['results'] as unknown[];
  stage.note(`hubspot contacts ${contacts.length}`);
  stage.never('a second create, even when the line comes again', contacts.length === 1);
  stage.never('the search is asked whether the record is there', both.calls('hubspot', /\/search/).length === 0);
};
