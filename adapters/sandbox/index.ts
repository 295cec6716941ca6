import { ConfigError } from '../../src/errors.ts';
import type { SchemaFile } from '../../src/schema-file.ts';
import { hubspotHalf } from '../hubspot/sandbox/index.ts';
import { salesforceHalf } from '../salesforce/sandbox/index.ts';
import { makeCallLog, type CallLog } from './calls.ts';
import { realClock, virtualClock, type SandboxClock } from './clock.ts';
import { makeCompany, type CompanyTruth } from './company/index.ts';
import { serveControl } from './control.ts';
import { makeFaults, parseFaults, type Faults } from './faults.ts';
import { accountsOf, type Accounts, type HubspotApp } from './accounts.ts';
import { loopbackSender } from './outgoing.ts';
import { settleConnector, startNativeConnector, type NativeConnector } from './native-connector/index.ts';
import { settle, type SandboxOptions, type SandboxSettings } from './options.ts';
import { draw } from './random.ts';
import { serveVendor, type LoopbackServer } from './server.ts';

export type { Call, CallCount, CallLog } from './calls.ts';
export type { SandboxClock } from './clock.ts';
export { parseChaos, type Chaos } from './chaos.ts';
export type { CompanyTruth } from './company/index.ts';
export { parseFaults, type FaultEffect, type FaultRule, type Faults, type SandboxSide } from './faults.ts';
export type {
  FieldMapping,
  NativeConnector,
  NativeConnectorOptions,
  NativeConnectorStatus,
  SyncError,
  SyncRule,
} from './native-connector/index.ts';
export type { SchemaFile, SchemaSide } from '../../src/schema-file.ts';
export type { SandboxOptions } from './options.ts';

/** An imitation HubSpot and Salesforce of one company, on loopback ports. */
export interface Sandbox extends AsyncDisposable {
  readonly hubspot: Accounts['hubspot'] & { readonly url: string; readonly app: HubspotApp };
  readonly salesforce: Accounts['salesforce'] & { readonly url: string };
  readonly control: { readonly url: string };
  /** The imitations' time; a virtual one can be moved. */
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** What there is to find in the generated company; null when it is empty. */
  readonly company: CompanyTruth | null;
  /** HubSpot's own Salesforce integration; null when it is not installed. */
  readonly nativeConnector: NativeConnector | null;
  /** Ends all connections and frees the ports. */
  close(): Promise<void>;
}

/**
 * Starts an imitation HubSpot and Salesforce in this process.
 * @throws {ConfigError} FAULTS_INVALID when the fault script is not valid; OPTION_INVALID when a number is out of range
 * @example
 * await using box = await sandbox({ people: 100, clock: 'virtual' });
 * box.hubspot.url; // 'http://127.0.0.1:PORT'
 */
export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = settle(options, Date.now());
  const seeds = draw(String(settings.seed));
  const clock = settings.clock === 'virtual' ? virtualClock(settings.startAt) : realClock(options.startAt);
  const faults = makeFaults(seeds.fork('faults'));
  faults.add(parseFaults(settings.faults));
  faults.chaos(settings.chaos);
  const calls = makeCallLog();
  const accounts = accountsOf(seeds, settings.schema);
  const { hubspot, salesforce } = halves(settings, accounts, clock);
  const company = settings.empty
    ? null
    : makeCompany({
        people: settings.people,
        now: settings.startAt,
        seeds: seeds.fork('company'),
        hubspot: hubspot.seed,
        salesforce: salesforce.seed,
        paid: settings.hubspotTier === 'pro' || settings.hubspotTier === 'enterprise',
        provisioned: settings.provisioned,
      });
  if (settings.schema !== null) imitate({ hubspot, salesforce }, settings.schema);
  const connector =
    settings.nativeConnector === false
      ? null
      : await startNativeConnector({
          settings: settleConnector(settings.nativeConnector),
          clock,
          random: seeds.fork('native connector'),
          hubspot: { half: hubspot, token: accounts.connector.hubspotToken },
          salesforce: { half: salesforce, token: accounts.connector.accessToken },
          lagMs: settings.lagMs,
        });
  const common = { clock, faults, calls, lag: (ms: number) => hubspot.lag(ms) };
  const servers = await startAll([
    () => serveVendor({ ...common, side: 'hubspot', half: hubspot, port: settings.portHubspot, ...accounts.hubspot }),
    () =>
      serveVendor({
        ...common,
        side: 'salesforce',
        half: salesforce,
        port: settings.portSalesforce,
        token: accounts.salesforce.accessToken,
        userToken: accounts.salesforce.userAccessToken,
      }),
    () =>
      serveControl(settings.portControl, {
        ...common,
        company: () => company,
        connector,
        app: () => ({ ...accounts.app, deliveries: hubspot.deliveries() }),
      }),
  ]);
  const [hubspotUrl = '', salesforceUrl = '', controlUrl = ''] = servers.map((server) => server.url);
  const close = async (): Promise<void> => {
    await connector?.stop();
    await Promise.all(servers.map((server) => server.close()));
  };
  return {
    hubspot: { url: hubspotUrl, ...accounts.hubspot, app: accounts.app },
    salesforce: { url: salesforceUrl, ...accounts.salesforce },
    control: { url: controlUrl },
    clock,
    faults,
    calls,
    company,
    nativeConnector: connector,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function halves(settings: SandboxSettings, accounts: Accounts, clock: SandboxClock) {
  const { limits, provisioned, currency, timeZone } = settings;
  const seeds = draw(`${settings.seed}/halves`);
  return {
    hubspot: hubspotHalf({
      ports: { clock, random: seeds.fork('hubspot') },
      ...accounts.hubspot,
      ...(settings.nativeConnector === false ? {} : { connectorToken: accounts.connector.hubspotToken }),
      tier: settings.hubspotTier,
      limits,
      searchLagMs: settings.lagMs,
      webhooks: { send: loopbackSender(clock), ...accounts.app },
      provisioned,
      timeZone,
      currency,
    }),
    salesforce: salesforceHalf({
      ports: { clock, random: seeds.fork('salesforce') },
      ...accounts.salesforce,
      ...(settings.nativeConnector === false ? {} : { connectorAccessToken: accounts.connector.accessToken }),
      edition: settings.salesforceEdition,
      limits,
      provisioned,
      currency,
    }),
  };
}

/** @throws {ConfigError} SCHEMA_INVALID when the schema holds a formula that the imitation can't read */
function imitate({ hubspot, salesforce }: ReturnType<typeof halves>, schema: SchemaFile): void {
  hubspot.imitate(schema.marketing.objects);
  try {
    salesforce.imitate(schema.sales);
  } catch (error) {
    throw new ConfigError(
      'SCHEMA_INVALID',
      `The sandbox can't imitate the schema: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'Take the validation rule or the record type out of the file.',
        cause: error,
      },
    );
  }
}

/** Starts servers one after the other; when one can't start, those before it are closed again. */
async function startAll(starts: readonly (() => Promise<LoopbackServer>)[]): Promise<readonly LoopbackServer[]> {
  const servers: LoopbackServer[] = [];
  try {
    for (const start of starts) servers.push(await start());
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
  return servers;
}

/** What `truce sandbox --json` prints when it is ready. */
export interface StartLine {
  readonly hubspot: { readonly url: string; readonly token: string; readonly userToken: string; readonly portalId: string };
  readonly salesforce: {
    readonly url: string;
    readonly accessToken: string;
    readonly userAccessToken: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly orgId: string;
    readonly apiVersion: string;
  };
  readonly control: { readonly url: string };
}

/** The addresses and tokens of a sandbox, in the fixed order of members that programs may rely on. */
export function startLine(box: Pick<Sandbox, 'hubspot' | 'salesforce' | 'control'>): StartLine {
  const { hubspot, salesforce, control } = box;
  return {
    hubspot: { url: hubspot.url, token: hubspot.token, userToken: hubspot.userToken, portalId: hubspot.portalId },
    salesforce: {
      url: salesforce.url,
      accessToken: salesforce.accessToken,
      userAccessToken: salesforce.userAccessToken,
      clientId: salesforce.clientId,
      clientSecret: salesforce.clientSecret,
      orgId: salesforce.orgId,
      apiVersion: salesforce.apiVersion,
    },
    control: { url: control.url },
  };
}
