import type { LimitClass } from '../../src/transport/types.ts';

/** What the account has bought; decides how many calls it may make. `add-on` is the API limit increase. */
export type HubspotTier = 'starter' | 'professional' | 'enterprise' | 'add-on';

/** Most records in one call, by what the call does. @source https://developers.hubspot.com/docs/api-reference, checked 2026-11 */
export const pageSizes = {
  list: 100,
  /** Listing and batch reading with `propertiesWithHistory`. */
  history: 50,
  search: 200,
  batch: 100,
  campaigns: 100,
  campaignBatch: 50,
  /** Association reads, in records asked for. */
  associations: 1000,
  memberships: 250,
} as const;

/** Names of the limit classes, as requests give them. */
export type LimitName = 'general' | 'search' | 'associations';

const perTenSeconds: Readonly<Record<HubspotTier, { readonly general: number; readonly associations: number }>> = {
  starter: { general: 100, associations: 100 },
  professional: { general: 190, associations: 150 },
  enterprise: { general: 190, associations: 150 },
  'add-on': { general: 250, associations: 200 },
};

/**
 * The published limits of a privately distributed app: a rolling window of ten seconds for most calls, five searches a
 * second for the whole account (exempt from the window), and a window of their own for associations.
 * @source https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines, checked 2026-11
 */
export function limitClasses(tier: HubspotTier): readonly (LimitClass & { readonly name: LimitName })[] {
  const { general, associations } = perTenSeconds[tier];
  return [
    { name: 'general', requests: general, perMs: 10_000, parallel: 10 },
    { name: 'search', requests: 5, perMs: 1000, parallel: 4 },
    { name: 'associations', requests: associations, perMs: 10_000, parallel: 6 },
  ];
}
