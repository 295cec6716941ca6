import type { Capabilities, Crm, CrmFactory } from '../../src/crm.ts';
import { ConfigError } from '../../src/errors.ts';
import type { Ports } from '../../src/ports.ts';
import { refusal } from '../../src/transport/hosts.ts';
import { createOrganization } from './account.ts';
import { createCatalog } from './catalog.ts';
import { readChanges } from './changes.ts';
import { createStages } from './context.ts';
import type { Context } from './context.ts';
import { describeOrganization } from './describe.ts';
import { bulk, defaultApiVersion, hostRules, sizes, system } from './limits.ts';
import { probeOrganization } from './probe.ts';
import { provisionFields } from './provision.ts';
import { readRecords } from './read.ts';
import type { Credentials } from './tokens.ts';
import { createUsers } from './users.ts';
import { createWire } from './wire.ts';
import { writeRecords } from './write.ts';

/** How to reach an organisation: its address, and one of three kinds of credentials. */
export type SalesforceOptions = Credentials & {
  /** The My Domain address, for example `https://acme.my.salesforce.com`. */
  readonly instanceUrl: string;
  /** Where tokens are asked for. @default the instance URL */
  readonly loginUrl?: string;
  /** For example `67.0` or `v67.0`. @default v67.0 */
  readonly apiVersion?: string;
  /** ISO 4217 code for amounts in an organisation with a single currency that its API doesn't tell. @default USD */
  readonly currency?: string;
  /** Username that `provision` assigns the permission set to. @default the user of these credentials */
  readonly integrationUser?: string;
};

/** Facts about Salesforce; what each means for the engine stands at the type. */
const capabilities: Capabilities = {
  conditionalWrite: true,
  propertyHistory: true,
  stampPrecision: 'second',
  streams: {
    people: 'incremental',
    accounts: 'incremental',
    campaigns: 'incremental',
    members: 'incremental',
    deals: 'incremental',
    'deal-people': 'incremental',
    touches: 'incremental',
    'status-history': 'incremental',
    users: 'incremental',
    rates: 'snapshot',
  },
  perCall: {
    read: sizes.retrieve,
    // One call for the records, one for their histories.
    readWithHistory: sizes.retrieve / 2,
    write: sizes.collection * sizes.collectionsPerComposite,
    campaignWrite: sizes.collection * sizes.collectionsPerComposite,
  },
  bulk,
  handover: true,
  // On this side the native integration is just a user.
  connectorLabel: null,
};

/**
 * The Salesforce adapter. Nothing is contacted before the first call.
 *
 * @example salesforce({ instanceUrl: 'https://acme.my.salesforce.com', clientId, clientSecret }).connect(systemPorts())
 * @throws {ConfigError} `BAD_INSTANCE_URL` for an address that isn't one of Salesforce (or of this machine), `BAD_API_VERSION`
 */
export function salesforce(options: SalesforceOptions): CrmFactory {
  const instanceUrl = originOf(options.instanceUrl, 'instance');
  const loginUrl = options.loginUrl === undefined ? instanceUrl : originOf(options.loginUrl, 'login');
  const apiVersion = /^v?(\d{2,3}\.0)$/.exec(options.apiVersion ?? defaultApiVersion)?.[1];
  if (apiVersion === undefined) {
    throw new ConfigError('BAD_API_VERSION', 'The Salesforce API version is not of the form v67.0.', {
      hint: `Leave it out to use v${defaultApiVersion}.`,
    });
  }
  return {
    system,
    connect: (ports) => connect({ options, instanceUrl, loginUrl, apiVersion }, ports),
  };
}

interface Bound {
  readonly options: SalesforceOptions;
  readonly instanceUrl: string;
  readonly loginUrl: string;
  readonly apiVersion: string;
}

function connect({ options, instanceUrl, loginUrl, apiVersion }: Bound, ports: Ports): Crm {
  const wire = createWire({ instanceUrl, loginUrl, apiVersion, credentials: options }, ports);
  const organization = createOrganization(wire, options.currency ?? 'USD');
  const context: Context = {
    wire,
    organization,
    catalog: createCatalog(wire),
    users: createUsers(wire, (call) => organization.self(call)),
    stages: createStages(wire),
  };
  return {
    system,
    capabilities,
    account: (call) => organization.info(call),
    describe: (call = {}) => describeOrganization(context, call),
    changes: (stream, cursor, call = {}) => readChanges(context, stream, cursor, call),
    read: (kind, refs, call) => readRecords(context, kind, refs, call),
    write: (kind, batch, call = {}) => writeRecords(context, kind, batch, call),
    provision: (fields, call) => provisionFields(context, fields, { ...call, assignTo: options.integrationUser ?? null }),
    probe: (call) => probeOrganization(context, call),
    budget: () => Promise.resolve(wire.budget()),
    close: () => wire.close(),
  };
}

/** The address without path; refused early, so that a mistyped one is a configuration error and not a failed request. */
function originOf(url: string, which: 'instance' | 'login'): string {
  const origin = URL.canParse(url) ? new URL(url).origin : null;
  // Judged as it was written: user info or another spelling of the host are refused, not repaired.
  const why = origin === null || origin === 'null' ? 'it is not a URL' : refusal(url, hostRules(origin));
  if (origin !== null && why === null) return origin;
  throw new ConfigError(
    which === 'instance' ? 'BAD_INSTANCE_URL' : 'BAD_LOGIN_URL',
    `The Salesforce ${which} URL can't be used: ${why ?? ''}.`,
    {
      hint: 'Give the My Domain address, for example https://acme.my.salesforce.com (Setup > My Domain).',
    },
  );
}
