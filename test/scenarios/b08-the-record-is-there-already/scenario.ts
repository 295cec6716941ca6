import type { Scenario } from '../stage.ts';
import { createLine, writerOf } from '../stage-write.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const contacts = '/crm/v3/objects/contacts';
  const stranger = await both.marketer.send('POST', contacts, { properties: { email: 'ann@example.com', lastname: 'Stranger' } });
  await both.marketer.send('POST', contacts, { properties: { email: 'bob@example.com', truce_key: 'key-bob' } });
  const writer = await writerOf(stage, { marketing: both.crm('hubspot'), sales: both.crm('salesforce') }, both.ports);
  await writer.apply([
    createLine('marketing', 'key-ann', { email: 'ann@example.com', lastname: 'Ann' }),
    createLine('marketing', 'key-bob', { email: 'bob@example.com' }),
  ]);
  await writer.end();
  const after = await both.contact(String(stranger['id']), 'lastname,truce_key');
  const all = (await both.marketer.send('GET', `${contacts}?limit=100`))['results'] as unknown[];
  stage.note(`contacts ${all.length}, the stranger is ${after['lastname'] ?? ''} with key ${after['truce_key'] ?? 'none'}`);
  stage.never('a stranger is taken for ours', after['lastname'] === 'Stranger' && (after['truce_key'] ?? null) === null);
  stage.never('a second record with our key', all.length === 2);
};
