import { chunks, text } from './calls.ts';
import { soqlInstant, soqlText } from './org.ts';
import type { Contact } from './portal.ts';
import { note, type Desk } from './people.ts';

const PROPERTY = 'salesforcecampaignids';

/**
 * Shows the campaigns of everybody whose memberships changed since an instant. Leaving a campaign triggers nothing: it
 * shows at the next change.
 * @source https://knowledge.hubspot.com/integrations/sync-salesforce-leads-and-contacts-to-hubspot (checked 2026-11)
 */
export async function showCampaigns(desk: Desk, since: number): Promise<void> {
  const { memory, org, portal } = desk;
  const touched = await org.query(`SELECT LeadId, ContactId FROM CampaignMember WHERE SystemModstamp >= ${soqlInstant(since)}`);
  const ids = [...new Set(touched.flatMap((row) => [text(row, 'LeadId'), text(row, 'ContactId')]))].filter((id) =>
    memory.contactOf.has(id),
  );
  const byContact = new Map<string, Set<string>>();
  for (const part of chunks(ids, 200)) {
    const among = `(${part.map(soqlText).join(', ')})`;
    const rows = await org.query(
      `SELECT LeadId, ContactId, CampaignId FROM CampaignMember WHERE LeadId IN ${among} OR ContactId IN ${among}`,
    );
    for (const row of rows) {
      const contactId = memory.contactOf.get(text(row, 'ContactId')) ?? memory.contactOf.get(text(row, 'LeadId'));
      if (contactId === undefined) continue;
      const campaigns = byContact.get(contactId) ?? new Set();
      byContact.set(contactId, campaigns.add(text(row, 'CampaignId')));
    }
  }
  const changes = [...byContact].flatMap(([id, campaigns]) => {
    const value = [...campaigns].sort().join(';');
    if (memory.campaigns.get(id) === value) return [];
    memory.campaigns.set(id, value);
    return [{ id, properties: { [PROPERTY]: value } }];
  });
  await portal.update('contacts', changes);
}

/** Campaigns that somebody chose for a contact in HubSpot: a linked person becomes a member, with the campaign's default status. */
export async function joinChosenCampaigns(desk: Desk, contacts: readonly Contact[]): Promise<void> {
  const wanted = contacts.flatMap((contact) => {
    const link = desk.memory.links.get(contact.id);
    const value = contact.value(PROPERTY);
    if (link === undefined || value === desk.memory.campaigns.get(contact.id)) return [];
    const before = new Set((desk.memory.campaigns.get(contact.id) ?? '').split(';'));
    desk.memory.campaigns.set(contact.id, value);
    return value
      .split(';')
      .filter((id) => id !== '' && !before.has(id))
      .map((campaignId) => ({ contact, link, campaignId }));
  });
  if (wanted.length === 0) return;
  const outcomes = await desk.org.write(
    'POST',
    wanted.map(({ link, campaignId }) => ({
      attributes: { type: 'CampaignMember' },
      CampaignId: campaignId,
      [link.object === 'Lead' ? 'LeadId' : 'ContactId']: link.id,
    })),
  );
  for (const [index, { contact, link }] of wanted.entries()) {
    const outcome = outcomes[index];
    if (outcome !== undefined && 'code' in outcome && outcome.code !== 'DUPLICATE_VALUE')
      note(desk, { contactId: contact.id, salesforceId: link.id }, outcome);
  }
}
