import { at, text } from './calls.ts';
import { soqlInstant } from './org.ts';
import type { Desk } from './people.ts';

/** In order. The connector never moves a contact to the left. */
const STAGES: readonly string[] = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'evangelist',
  'other',
];

/**
 * Automatic lifecycle stage transitions: contacts with a role in an opportunity become `opportunity`, and `customer` when
 * it is won. Without a contact role nothing happens.
 * @source https://knowledge.hubspot.com/articles/kcs_article/salesforce/what-does-enabling-automatic-lifecycle-stage-transitions-do (checked 2026-11)
 */
export async function moveLifecycles(desk: Desk, since: number): Promise<void> {
  const from = soqlInstant(since);
  const select = 'SELECT ContactId, Opportunity.IsClosed, Opportunity.IsWon FROM OpportunityContactRole WHERE';
  const rows = [
    ...(await desk.org.query(`${select} SystemModstamp >= ${from}`)),
    ...(await desk.org.query(`${select} Opportunity.SystemModstamp >= ${from}`)),
  ];
  const wanted = new Map<string, string>();
  for (const row of rows) {
    const contactId = desk.memory.contactOf.get(text(row, 'ContactId'));
    const won = at(row, 'Opportunity', 'IsWon') === true;
    if (contactId === undefined || (!won && at(row, 'Opportunity', 'IsClosed') === true)) continue;
    if (wanted.get(contactId) !== 'customer') wanted.set(contactId, won ? 'customer' : 'opportunity');
  }
  const changes = (await desk.portal.byId([...wanted.keys()])).flatMap((contact) => {
    const stage = wanted.get(contact.id) ?? '';
    const present = STAGES.indexOf(contact.value('lifecyclestage'));
    return present >= STAGES.indexOf(stage) ? [] : [{ id: contact.id, properties: { lifecyclestage: stage } }];
  });
  await desk.portal.update('contacts', changes);
}
