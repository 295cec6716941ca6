import type { Scenario } from '../stage.ts';
import { createLine, writerOf } from '../stage-write.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const writer = await writerOf(stage, { marketing: both.crm('hubspot'), sales: both.crm('salesforce') }, both.ports);
  both.box.faults.add([
    { side: 'hubspot', match: { method: 'POST', path: 'contacts/batch/create' }, nth: 1, when: 'after', effect: { type: 'reset' } },
    { side: 'salesforce', match: { method: 'POST', path: 'composite' }, nth: 1, when: 'after', effect: { type: 'reset' } },
  ]);
  await writer.apply([
    createLine('marketing', 'key-ann', { email: 'ann@example.com' }),
    createLine('sales', 'key-bob', { LastName: 'Bob', Company: 'Example', Email: 'bob@example.com' }),
  ]);
  await writer.end();
  const contacts = (await both.marketer.send('GET', '/crm/v3/objects/contacts?limit=100'))['results'] as unknown[];
  const leads = await both.soql("SELECT Id FROM Lead WHERE Email = 'bob@example.com'");
  stage.note(`hubspot contacts ${contacts.length}, salesforce leads ${leads.length}`);
  stage.never('a second create', contacts.length === 1 && leads.length === 1 && writer.batches.length === 2);
  stage.never('a create is sent twice to HubSpot', both.calls('hubspot', /batch\/create/).length === 1);
  stage.never(
    'an intent stays open',
    (await writer.intents()).every((intent) => intent.status === 'applied'),
  );
};
