import { to18 } from '../salesforce/sandbox/ids.ts';
import { APP_ID } from '../hubspot/sandbox/index.ts';
import type { SchemaFile } from '../../src/schema-file.ts';
import type { Draw } from './random.ts';

/** The HubSpot app that the integration is: the developer key opens its webhooks, the client secret signs them. */
export interface HubspotApp {
  readonly appId: string;
  readonly developerKey: string;
  readonly clientSecret: string;
}

/** Who the two imitated accounts are, and the keys that open them. Made up: they open nothing else. */
export interface Accounts {
  readonly hubspot: { readonly token: string; readonly userToken: string; readonly portalId: string };
  readonly app: HubspotApp;
  readonly salesforce: {
    readonly accessToken: string;
    readonly userAccessToken: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly orgId: string;
    readonly apiVersion: string;
  };
  /** The keys of HubSpot's own Salesforce integration, where it is installed. */
  readonly connector: { readonly hubspotToken: string; readonly accessToken: string };
}

/** The newest version that the imitation calls its own; any other `vNN.0` is served too. */
const API_VERSION = '67.0';

/** Keys in the vendors' formats; the same seed gives the same ones. The accounts' ids are those of a schema, where it has usable ones. */
export function accountsOf(seeds: Draw, schema: SchemaFile | null = null): Accounts {
  const draw = seeds.fork('accounts');
  const keys = seeds.fork('app');
  const uuid = (): string => [8, 4, 4, 4, 12].map((digits) => keys.hex(digits)).join('-');
  const privateApp = (): string => `pat-na1-${draw.hex(8)}-${draw.hex(4)}-${draw.hex(4)}-${draw.hex(4)}-${draw.hex(12)}`;
  const orgId15 = `00D5g00000${draw.hex(5).toUpperCase()}`;
  const session = (): string => `${orgId15}!AQ${draw.hex(62)}`;
  const [token, userToken] = [privateApp(), privateApp()];
  const portalId = String(draw.between(40_000_000, 49_999_999));
  const imitated = { portal: schema?.marketing.account.id ?? '', org: schema?.sales.account.id ?? '' };
  return {
    hubspot: { token, userToken, portalId: /^\d{1,12}$/.test(imitated.portal) ? imitated.portal : portalId },
    app: { appId: APP_ID, developerKey: uuid(), clientSecret: uuid() },
    salesforce: {
      accessToken: session(),
      userAccessToken: session(),
      clientId: `3MVG9${draw.hex(80)}`,
      clientSecret: draw.hex(64).toUpperCase(),
      orgId: (imitated.org.startsWith('00D') ? to18(imitated.org) : null) ?? to18(orgId15) ?? orgId15,
      apiVersion: API_VERSION,
    },
    // Drawn last: with or without it the other keys are the same.
    connector: { hubspotToken: privateApp(), accessToken: session() },
  };
}
