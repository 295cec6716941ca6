import type { HubspotPortal } from './portal.ts';
import type { SalesforceOrg } from './org.ts';
import { text } from './calls.ts';

/** Who is the same person in both CRMs. */
export interface Owners {
  /** The HubSpot owner of a Salesforce user; null for queues, strangers and nobody. */
  ownerOf(userId: string): string | null;
  /** The active Salesforce user of a HubSpot owner; null where there is none. */
  userOf(ownerId: string): string | null;
  refresh(): Promise<void>;
}

/**
 * Owners are the same person when name and address are.
 * @source https://knowledge.hubspot.com/salesforce/assignment-of-salesforce-owners-to-hubspot-contacts-companies-or-deals (checked 2026-11)
 */
export function ownersOf(portal: HubspotPortal, org: SalesforceOrg): Owners {
  let owners = new Map<string, string>();
  let users = new Map<string, string>();
  return {
    ownerOf: (userId) => owners.get(userId) ?? null,
    userOf: (ownerId) => users.get(ownerId) ?? null,
    async refresh() {
      const key = (email: string, name: string): string => `${email.toLowerCase()} ${name.toLowerCase()}`;
      const rows = await org.query("SELECT Id, Name, Email FROM User WHERE IsActive = true AND UserType = 'Standard'");
      const byPerson = new Map(rows.map((row) => [key(text(row, 'Email'), text(row, 'Name')), text(row, 'Id')]));
      const pairs = (await portal.owners()).flatMap(({ id, email, name }) => {
        const userId = byPerson.get(key(email, name));
        return userId === undefined ? [] : [[id, userId] as const];
      });
      users = new Map(pairs);
      owners = new Map(pairs.map(([ownerId, userId]) => [userId, ownerId]));
    },
  };
}
