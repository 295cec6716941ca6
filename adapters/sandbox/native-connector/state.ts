import type { PersonObject } from './org.ts';

/** Which Salesforce record a contact syncs with, and what both held after the last sync. */
export interface Link {
  readonly object: PersonObject;
  readonly id: string;
  /** By HubSpot property, in HubSpot's words. */
  readonly synced: ReadonlyMap<string, string>;
}

/** The groups under which HubSpot shows sync errors. @source https://www.revblack.com/guides/hubspot-salesforce-sync-errors-the-complete-diagnostic-playbook (checked 2026-11) */
export type ErrorGroup = 'associations' | 'custom code' | 'duplicates' | 'permissions' | 'property values' | 'other';

/** Something that keeps a contact from syncing. */
export interface SyncError {
  readonly at: number;
  /** Null when there is no contact yet. */
  readonly contactId: string | null;
  readonly salesforceId: string | null;
  readonly group: ErrorGroup;
  /** The vendor's code; `HUBSPOT` where HubSpot refused. */
  readonly code: string;
  readonly message: string;
}

/** What the connector remembers between two polls. */
export interface Memory {
  readonly links: Map<string, Link>;
  /** Salesforce id to contact id. */
  readonly contactOf: Map<string, string>;
  /** By contact id, or Salesforce id where there is no contact: one at a time. */
  readonly errors: Map<string, SyncError>;
  /** Contact id to the campaign ids that it was last given. */
  readonly campaigns: Map<string, string>;
  /** HubSpot activities that are tasks in Salesforce, and the other way round. */
  readonly activities: Map<string, string>;
}

export function emptyMemory(): Memory {
  return { links: new Map(), contactOf: new Map(), errors: new Map(), campaigns: new Map(), activities: new Map() };
}

/** Remembers a contact's link; the record it synced with before is nobody's any more. */
export function remember(memory: Memory, contactId: string, link: Link): void {
  const before = memory.links.get(contactId);
  if (before !== undefined && before.id !== link.id) memory.contactOf.delete(before.id);
  memory.links.set(contactId, link);
  memory.contactOf.set(link.id, contactId);
}

/** Forgets a Salesforce record that is gone. */
export function forget(memory: Memory, salesforceId: string): string | undefined {
  const contactId = memory.contactOf.get(salesforceId);
  memory.contactOf.delete(salesforceId);
  if (contactId !== undefined) memory.links.delete(contactId);
  return contactId;
}

const GROUPS: readonly (readonly [RegExp, ErrorGroup])[] = [
  [/^(?:INVALID_CROSS_REFERENCE_KEY|ENTITY_IS_DELETED)$/, 'associations'],
  [/^(?:FIELD_CUSTOM_VALIDATION_EXCEPTION|CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY|APEX_ERROR)$/, 'custom code'],
  [/^DUPLICATE/, 'duplicates'],
  [/^(?:INSUFFICIENT_ACCESS|INVALID_FIELD_FOR_INSERT_UPDATE)/, 'permissions'],
  [/^(?:REQUIRED_FIELD_MISSING|INVALID_OR_NULL|STRING_TOO_LONG|INVALID_EMAIL|NUMBER_OUTSIDE|HUBSPOT)/, 'property values'],
];

/** The group of a vendor's code. */
export function groupOf(code: string): ErrorGroup {
  return GROUPS.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
}
