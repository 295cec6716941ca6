import type { PermissionCheck } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { TokenInfo } from './account.ts';
import { HubspotRefusal } from './classify.ts';
import { inParallel } from './room.ts';
import type { Room } from './room.ts';
import { paths } from './wire.ts';

interface Needed {
  readonly name: string;
  readonly scope: string;
  readonly neededFor: PermissionCheck['neededFor'];
  readonly without?: string;
  /** A call that needs the scope and changes nothing. */
  readonly probe: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown };
}

const nothing = { inputs: [] };
const one = (objectType: string): Needed['probe'] => ({ method: 'GET', path: `${paths.objects}/${objectType}?limit=1` });

/**
 * Every scope that Truce uses, with what for. Logged e-mails come with the contacts scope; only their texts, which are never
 * read, would need `sales-email-read`.
 * @source https://developers.hubspot.com/docs/apps/developer-platform/scopes, and for e-mails
 * https://community.hubspot.com/t5/APIs-Integrations/Announcement-New-scope-required-to-get-the-content-of-email/m-p/298728,
 * checked 2026-11
 */
export const neededScopes: readonly Needed[] = [
  { name: 'read people', scope: 'crm.objects.contacts.read', neededFor: 'observe', probe: one('contacts') },
  {
    name: 'read the fields of people',
    scope: 'crm.schemas.contacts.read',
    neededFor: 'observe',
    probe: { method: 'GET', path: `${paths.properties}/contacts/email` },
  },
  {
    name: 'read companies',
    scope: 'crm.objects.companies.read',
    neededFor: 'observe',
    without: 'Companies are left out.',
    probe: one('companies'),
  },
  {
    name: 'read deals',
    scope: 'crm.objects.deals.read',
    neededFor: 'observe',
    without: "HubSpot's deals are left out of outcomes and figures.",
    probe: one('deals'),
  },
  {
    name: 'read owners',
    scope: 'crm.objects.owners.read',
    neededFor: 'observe',
    without: 'Figures by owner and team are left out.',
    probe: { method: 'GET', path: `${paths.owners}?limit=1` },
  },
  {
    name: 'read campaigns',
    scope: 'marketing.campaigns.read',
    neededFor: 'observe',
    without: "HubSpot's campaigns are left out of outcomes and figures.",
    probe: { method: 'GET', path: `${paths.campaigns}?limit=1` },
  },
  {
    name: 'write campaigns',
    scope: 'marketing.campaigns.write',
    neededFor: 'outcomes',
    without: "No outcome is written onto HubSpot's campaigns.",
    probe: { method: 'POST', path: `${paths.campaigns}/batch/update`, body: nothing },
  },
  {
    name: 'write people',
    scope: 'crm.objects.contacts.write',
    neededFor: 'outcomes',
    probe: { method: 'POST', path: `${paths.objects}/contacts/batch/update`, body: nothing },
  },
];

/**
 * Which permissions these credentials have: from the token's own list where HubSpot gives one, else by harmless calls (an
 * empty batch is refused for its emptiness where the scope is there, and for the scope where it is not).
 */
export async function checkPermissions(
  room: Room,
  token: TokenInfo | null,
  signal: AbortSignal | undefined,
): Promise<readonly PermissionCheck[]> {
  const known = token !== null && token.scopes.length > 0 ? new Set(token.scopes) : null;
  return inParallel(neededScopes, 4, async ({ name, scope, neededFor, without, probe }) => {
    const granted = known === null ? await probed(room, probe, signal) : known.has(scope);
    return {
      name,
      granted,
      neededFor,
      ...(without === undefined ? {} : { without }),
      fix: granted ? '' : `Add the scope ${scope} to the service key or private app in HubSpot (Settings, Integrations).`,
    };
  });
}

async function probed(room: Room, probe: Needed['probe'], signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await room.wire.direct({ limit: 'general', repeatable: true, signal }, probe.method, probe.path, probe.body);
    return true;
  } catch (error) {
    if (error instanceof HubspotRefusal) return true;
    if (error instanceof CrmError && error.failure === 'permission') return false;
    throw error;
  }
}
