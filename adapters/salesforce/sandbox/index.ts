import type { HalfPorts, SandboxHalf } from '../../sandbox/half.ts';
import { fieldAccess } from './access.ts';
import { noCustomization } from './customization.ts';
import { purgeBin } from './dml/bin.ts';
import { runDue } from './dml/automation.ts';
import { updateRecord } from './dml/write.ts';
import { bulkOrg, catchUp } from './bulk/index.ts';
import { defineAll } from './definitions.ts';
import { noGrants } from './http/grants.ts';
import { usageOf } from './http/limits.ts';
import type { Cursors } from './http/query.ts';
import { answer } from './http/router.ts';
import type { Server } from './http/router.ts';
import { FIRST_VERSION, LAST_VERSION } from './http/reply.ts';
import { sessionsOf } from './http/sessions.ts';
import { idMint, to18 } from './ids.ts';
import { imitate } from './imitate.ts';
import type { Imitated } from './imitate.ts';
import type { Org, OrgSettings } from './org.ts';
import { campaignRollups } from './rollups.ts';
import type { Rollups } from './rollups.ts';
import { catalogObjects } from './schema/catalog.ts';
import { seedOf } from './seed.ts';
import type { SalesforceSeed } from './seed.ts';
import { stockRows } from './stock-rows.ts';
import { createStore } from './store.ts';

export type { SalesforceSeed } from './seed.ts';

export interface SalesforceHalfOptions {
  readonly ports: HalfPorts;
  /** 15 or 18 characters, prefix 00D. */
  readonly orgId: string;
  /** The integration user's session; it does not expire. */
  readonly accessToken: string;
  /** A salesperson's session; it does not expire. */
  readonly userAccessToken: string;
  /** The session of the user that HubSpot's own integration runs as; with it that user is there. @default it is not installed */
  readonly connectorAccessToken?: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The version that clients are told of, for example `67.0`; every version from 20.0 to 68.0 is served. */
  readonly apiVersion: string;
  /** Decides the daily allowance. */
  readonly edition: 'professional' | 'enterprise' | 'unlimited' | 'developer';
  /** `published`: the allowance is enforced; `none`: calls are counted and never refused. */
  readonly limits: 'published' | 'none';
  /** True: Truce's own fields are deployed and visible to everyone. */
  readonly provisioned: boolean;
  /** @default false */
  readonly multiCurrency?: boolean;
  /** ISO 4217. @default 'USD' */
  readonly currency?: string;
  /** PEM; with it the JWT bearer flow is set up. @default every assertion is refused */
  readonly jwtPublicKey?: string;
}

/** What an organisation holds and was asked. */
interface SalesforceCounts {
  /** API calls since the beginning: what Salesforce counts, so a composite is one. */
  readonly calls: number;
  /** Live rows by object. */
  readonly rows: Readonly<Record<string, number>>;
}

export interface SalesforceHalf extends SandboxHalf {
  readonly seed: SalesforceSeed;
  /** Gives the organisation the fields and rules of another one, as it described them. @throws {Error} for a formula that the imitation can't read */
  imitate(imitated: Imitated): void;
  counts(): SalesforceCounts;
}

/**
 * An imitation Salesforce organisation without sockets: `handle` answers one HTTP request. Time is the ports' clock
 * alone. It begins with an integration user, a salesperson, a router and a queue, the stock statuses and stages, and an
 * active lead assignment rule.
 * @throws {Error} when `orgId` is no organisation id, or `apiVersion` is not served.
 */
export function salesforceHalf(options: SalesforceHalfOptions): SalesforceHalf {
  const orgId = to18(options.orgId);
  if (orgId === null || !orgId.startsWith('00D')) throw new Error(`${options.orgId} is no organisation id`);
  const version = Number(options.apiVersion);
  if (!(version >= FIRST_VERSION && version <= LAST_VERSION)) throw new Error(`version ${options.apiVersion} is not served`);
  const settings: OrgSettings = {
    orgId,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    jwtPublicKey: options.jwtPublicKey ?? null,
    edition: options.edition,
    limits: options.limits,
    multiCurrency: options.multiCurrency ?? false,
    currency: options.currency ?? 'USD',
  };
  // The roll-ups watch the store whose schema reads them.
  let rollups: Rollups | null = null;
  const objects = catalogObjects({
    provisioned: options.provisioned,
    multiCurrency: settings.multiCurrency,
    currency: settings.currency,
    readFigure: (campaignId, figure, hierarchy) => rollups?.figure(campaignId, figure, hierarchy) ?? 0,
  });
  const store = createStore(objects, () => options.ports.clock.now());
  rollups = campaignRollups(store);
  const ids = idMint();
  const users = stockRows(store, ids, settings);
  defineAll(store, ids);
  const org: Org = {
    ports: options.ports,
    store,
    access: fieldAccess(store),
    ids,
    settings,
    users,
    locks: new Map(),
    custom: noCustomization(),
    unrest: { call: {} },
  };
  const seed = seedOf(org);
  const lasting = new Map([
    [options.accessToken, users.integration],
    [options.userAccessToken, users.sales],
  ]);
  if (options.connectorAccessToken !== undefined)
    lasting.set(options.connectorAccessToken, connectorUser(seed, { admin: users.integration, at: store.now() }));
  const cursors: Cursors = new Map();
  const server: Server = { org, sessions: sessionsOf(org, lasting), usage: usageOf(org), cursors, bulk: bulkOrg(org), grants: noGrants() };
  return {
    async handle(request, unrest = {}) {
      purgeBin(org);
      runDue(org, updateRecord);
      if (!server.bulk.runner.idle()) await catchUp(server.bulk, request);
      org.unrest.call = unrest;
      if (unrest.lateMs !== undefined) store.hideUntil(store.now() + unrest.lateMs);
      try {
        return answer(server, request);
      } finally {
        org.unrest.call = {};
        store.hideUntil(null);
      }
    },
    seed,
    imitate: (imitated) => imitate(org, seed, imitated),
    counts() {
      const rows = objects.map((def) => {
        let live = 0;
        for (const row of store.rows(def.name)) if (row.values.get('IsDeleted') !== true) live += 1;
        return [def.name, live] as const;
      });
      return { calls: server.usage.total(), rows: Object.fromEntries(rows) };
    },
  };
}

/** The user that an administrator sets up for HubSpot's own integration. */
function connectorUser(seed: SalesforceSeed, { admin, at }: { readonly admin: string; readonly at: number }): string {
  const id = seed.user({ name: 'HubSpot Integration', email: 'hubspot.integration@example.com', profile: 'System Administrator' });
  seed.update('User', id, { UserPermissionsMarketingUser: true }, { at, userId: admin });
  return id;
}
