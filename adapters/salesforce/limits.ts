import type { Budget } from '../../src/crm.ts';
import type { HostRule, LimitClass } from '../../src/transport/types.ts';

/** The adapter's name in messages and reports. */
export const system = 'salesforce';

/** The one place where the API's version stands. @source Summer '26 (checked 2026-11) */
export const defaultApiVersion = '67.0';

/** Records per sObject Collections write, collections per composite call, ids per collections read, rows per query page. */
export const sizes = { collection: 200, collectionsPerComposite: 5, retrieve: 2_000, page: 2_000, queriesPerComposite: 5 } as const;

/**
 * One Bulk API 2.0 job: worth it above so many rows (it takes about ten calls and some time in Salesforce's queue), and cut
 * at so many, far below the 150 MB of an upload.
 */
export const bulk = { above: 2_000, rows: 50_000, calls: 10 } as const;

/**
 * Longest query that is sent as a GET: Salesforce cuts addresses at about 16,000 characters after encoding; longer ones
 * travel inside a composite call.
 */
export const maxQueryUrl = 12_000;

/** Ids per `IN (...)`, so that five such queries stay well below the 100,000 characters of SOQL and of one composite body. */
export const idsPerQuery = 500;

/**
 * How far behind the newest row a pass reads again. A transaction's rows become visible when it commits, with the stamps
 * they got while it ran; Salesforce ends transactions after 10 minutes.
 * @source https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/ (request time-out)
 */
export const overlapMs = 10 * 60_000;

/**
 * Salesforce publishes no rate per second, only a daily allowance and at most 25 requests under way that last over 20
 * seconds; eight parallel requests leave most of those to everybody else.
 */
export const limitClasses: readonly LimitClass[] = [
  { name: 'rest', requests: 1_000, perMs: 10_000, parallel: 8 },
  // A login counts against 3,600 per user and hour; a working process needs one in hours.
  { name: 'auth', requests: 10, perMs: 60_000, parallel: 1 },
];

const salesforceHosts: readonly HostRule[] = [
  { host: 'my.salesforce.com', match: 'suffix' },
  { host: 'my.salesforce.mil', match: 'suffix' },
  { host: 'login.salesforce.com', match: 'exact' },
  { host: 'test.salesforce.com', match: 'exact' },
];

/** Salesforce's own hosts, and this machine where the instance itself is there (the sandbox). */
export function hostRules(instanceUrl: string): readonly HostRule[] {
  const host = new URL(instanceUrl).hostname;
  const local = host === 'localhost' || host === '127.0.0.1' || host === '[::1]';
  return local ? [...salesforceHosts, { host, match: 'exact' }] : salesforceHosts;
}

/**
 * Reads `Sforce-Limit-Info: api-usage=18/15000`, which comes with every answer; null when it isn't there.
 * The numbers may lag behind and even go back between Salesforce's servers.
 */
export function parseLimitInfo(header: string | undefined): Budget['perDay'] {
  const parts = /\bapi-usage=(\d+)\/(\d+)/.exec(header ?? '');
  if (parts === null) return null;
  const limit = Number(parts[2]);
  return { limit, remaining: Math.max(0, limit - Number(parts[1])) };
}
