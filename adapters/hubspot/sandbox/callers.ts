import { HubspotProblem } from './errors.ts';
import type { Caller } from './http.ts';
import type { AccountFacts } from './model.ts';
import { OBJECT_TYPES } from './object-types.ts';

/** Scopes of editions that have the Marketing Hub's campaigns and the Sales Hub's leads: Professional and up. */
const PAID_SCOPES = [
  'marketing.campaigns.read',
  'marketing.campaigns.write',
  'marketing.campaigns.revenue.read',
  'crm.objects.leads.read',
  'crm.objects.leads.write',
];

/** Every scope that an app of this account can be granted. */
export function allScopes(account: AccountFacts): readonly string[] {
  const records = OBJECT_TYPES.flatMap((type) => [type.readScope, type.writeScope]);
  const schemas = ['contacts', 'companies', 'deals'].flatMap((plural) => [`crm.schemas.${plural}.read`, `crm.schemas.${plural}.write`]);
  const all = new Set([
    ...records,
    ...schemas,
    ...PAID_SCOPES,
    'crm.objects.owners.read',
    'crm.lists.read',
    'crm.lists.write',
    'crm.export',
    'oauth',
  ]);
  if (account.tier === 'free' || account.tier === 'starter') for (const scope of PAID_SCOPES) all.delete(scope);
  return [...all];
}

/** The account's two tokens: the app's, and that of a user at the screen. */
export interface Tokens {
  readonly token: string;
  readonly userToken: string;
  readonly userId: number;
  /** Scopes granted to the app. */
  readonly scopes: readonly string[];
  /** The token of HubSpot's own Salesforce integration; null: it is not installed. */
  readonly connectorToken: string | null;
}

/**
 * By token. The app writes as INTEGRATION with its app id, the user as CRM_UI with the user id, HubSpot's own Salesforce
 * integration as SALESFORCE without any id.
 */
export function callersOf(account: AccountFacts, tokens: Tokens): ReadonlyMap<string, Caller> {
  const app: Caller = {
    kind: 'integration',
    token: tokens.token,
    userId: tokens.userId,
    source: { sourceType: 'INTEGRATION', sourceId: account.appId, sourceLabel: account.appName },
    scopes: new Set(tokens.scopes),
  };
  const user: Caller = {
    kind: 'user',
    token: tokens.userToken,
    userId: tokens.userId,
    source: { sourceType: 'CRM_UI', sourceId: `userId:${tokens.userId}`, updatedByUserId: tokens.userId },
    scopes: new Set(allScopes(account)),
  };
  const connector = tokens.connectorToken;
  return new Map([
    [user.token, user],
    [app.token, app],
    ...(connector === null
      ? []
      : [[connector, { ...user, kind: 'connector', token: connector, source: { sourceType: 'SALESFORCE' } }] as const]),
  ]);
}

/** Whose token a request carries. @throws {HubspotProblem} 401 without one or with a wrong one */
export function authenticate(callers: ReadonlyMap<string, Caller>, authorization: string | undefined): Caller {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const caller = token === undefined ? undefined : callers.get(token);
  if (caller !== undefined) return caller;
  throw new HubspotProblem(
    401,
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    { category: 'INVALID_AUTHENTICATION' },
  );
}

/** @throws {HubspotProblem} 403 naming the scopes that are missing */
export function requireScopes(caller: Caller, needed: readonly string[]): void {
  const missing = needed.filter((scope) => !caller.scopes.has(scope));
  if (missing.length === 0) return;
  throw new HubspotProblem(
    403,
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      category: 'MISSING_SCOPES',
      errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: missing } }],
    },
  );
}
