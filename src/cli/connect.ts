import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { HubspotOptions } from '../../adapters/hubspot/index.ts';
import type { SalesforceOptions } from '../../adapters/salesforce/index.ts';
import { loadConfigFile, type Environment } from '../../config/load.ts';
import type { CrmFactory } from '../crm.ts';
import { ConfigError, type ConfigProblem } from '../errors.ts';
import type { Side } from '../model/words.ts';
import type { Truce } from '../truce.ts';
import type { Log } from '../ports.ts';
import type { Io } from './io.ts';

/** Options that every command which talks to a CRM or a store takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly state?: string;
  readonly warehouse?: string;
  readonly mode?: string;
  readonly json?: boolean;
}

/** The environment with what a `.env` file in the working directory adds; what is set already wins. */
export async function environment(io: Io): Promise<Environment> {
  const { config } = await import('dotenv');
  const merged: Record<string, string> = {};
  for (const [name, value] of Object.entries(io.env)) if (value !== undefined) merged[name] = value;
  config({ path: resolve(io.cwd, '.env'), processEnv: merged, quiet: true });
  return merged;
}

/** The state's path: option, environment, default. */
export function statePath(options: CommonOptions, env: Environment, io: Io): string {
  return resolve(io.cwd, options.state ?? valueOf(env, 'TRUCE_STATE') ?? 'truce.db');
}

/** The warehouse's path: option, environment, default; undefined where there is to be none. */
export function warehousePathOrNone(options: CommonOptions, env: Environment, io: Io): string | undefined {
  const named = options.warehouse ?? valueOf(env, 'TRUCE_WAREHOUSE') ?? 'truce.duckdb';
  return named === 'none' ? undefined : resolve(io.cwd, named);
}

/**
 * The same for commands that work on nothing else.
 * @throws {ConfigError} `NO_WAREHOUSE`
 */
export function warehousePath(options: CommonOptions, env: Environment, io: Io): string {
  const path = warehousePathOrNone(options, env, io);
  if (path !== undefined) return path;
  throw new ConfigError('NO_WAREHOUSE', 'This command works on the warehouse, and there is to be none.', {
    hint: 'Name a file with --warehouse or TRUCE_WAREHOUSE instead of "none".',
  });
}

/** The raw configuration, with the mode that an option or the environment sets. */
export async function rawConfig(options: CommonOptions, env: Environment, io: Io): Promise<unknown> {
  const { raw } = await loadConfigFile(options.config ?? env['TRUCE_CONFIG'], io.cwd);
  const mode = options.mode ?? env['TRUCE_MODE'];
  return mode !== undefined && raw !== null && typeof raw === 'object' ? { ...raw, mode } : raw;
}

/**
 * The adapters of the sides asked for, from the environment; the other side's refuses to be asked.
 * @throws {ConfigError} `CREDENTIALS_MISSING` naming every variable that is missing
 */
async function adapters(
  env: Environment,
  { sides = ['marketing', 'sales'], grantTo, currency, leads }: Opening & { readonly currency: string; readonly leads: boolean },
): Promise<Readonly<Record<Side, CrmFactory>>> {
  const problems: ConfigProblem[] = [];
  const marketing = sides.includes('marketing') ? hubspotCredentials(env, problems) : null;
  const sales = sides.includes('sales') ? await salesforceCredentials(env, problems) : null;
  if (problems.length > 0) {
    throw new ConfigError('CREDENTIALS_MISSING', 'Credentials are missing in the environment.', {
      hint: 'Set them in the environment or in a .env file; adapters/hubspot/README.md and adapters/salesforce/README.md say step by step where they come from. `truce demo` needs none.',
      problems,
    });
  }
  return {
    marketing:
      marketing === null
        ? unreachable('hubspot')
        : (await import('../../adapters/hubspot/index.ts')).hubspot({ ...marketing, ...(leads ? { leads } : {}) }),
    sales:
      sales === null
        ? unreachable('salesforce')
        : (await import('../../adapters/salesforce/index.ts')).salesforce({
            ...sales,
            currency,
            ...(grantTo === undefined ? {} : { integrationUser: grantTo }),
          }),
  };
}

/** A variable's value; an empty one is as good as none. */
function valueOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** The same, and a problem where there is none. */
function needed(env: Environment, name: string, { expected, problems }: { expected: string; problems: ConfigProblem[] }): string {
  const value = valueOf(env, name);
  if (value === undefined) problems.push({ path: name, expected, got: 'nothing' });
  return value ?? '';
}

function hubspotCredentials(env: Environment, problems: ConfigProblem[]): HubspotOptions {
  const accessToken = needed(env, 'HUBSPOT_ACCESS_TOKEN', { expected: 'the token of a HubSpot service key or private app', problems });
  const baseUrl = valueOf(env, 'HUBSPOT_BASE_URL');
  return { accessToken, ...(baseUrl === undefined ? {} : { baseUrl }) };
}

async function salesforceCredentials(env: Environment, problems: ConfigProblem[]): Promise<SalesforceOptions> {
  const instanceUrl = needed(env, 'SALESFORCE_INSTANCE_URL', { expected: 'https://YOUR-DOMAIN.my.salesforce.com', problems });
  const accessToken = valueOf(env, 'SALESFORCE_ACCESS_TOKEN');
  if (accessToken !== undefined) return { instanceUrl, accessToken };
  const clientId = valueOf(env, 'SALESFORCE_CLIENT_ID');
  const clientSecret = valueOf(env, 'SALESFORCE_CLIENT_SECRET');
  if (clientId !== undefined && clientSecret !== undefined) return { instanceUrl, clientId, clientSecret };
  const username = valueOf(env, 'SALESFORCE_USERNAME');
  const keyFile = valueOf(env, 'SALESFORCE_JWT_KEY_FILE');
  if (clientId !== undefined && username !== undefined && keyFile !== undefined) {
    const { readFile } = await import('node:fs/promises');
    const privateKey = await readFile(keyFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      problems.push({ path: 'SALESFORCE_JWT_KEY_FILE', expected: 'a readable PEM file', got: error.code ?? 'an error' });
      return '';
    });
    return { instanceUrl, clientId, username, privateKey };
  }
  problems.push({
    path: 'SALESFORCE_ACCESS_TOKEN',
    expected:
      'a token, or SALESFORCE_CLIENT_ID with SALESFORCE_CLIENT_SECRET, or SALESFORCE_CLIENT_ID with SALESFORCE_USERNAME and SALESFORCE_JWT_KEY_FILE',
    got: 'nothing',
  });
  return { instanceUrl, accessToken: '' };
}

export interface Opening {
  /** The sides that the command talks to; for the others no credentials are asked. @default both */
  readonly sides?: readonly Side[];
  /** Username of the Salesforce user that provisioning grants the fields to. @default the user of the credentials */
  readonly grantTo?: string | undefined;
  /** A configuration to use instead of the file's. */
  readonly config?: unknown;
  /** The state to open instead of the one that options and environment name. */
  readonly state?: string;
}

/** Opens Truce as the options and the environment say, and closes it after `work`. */
export async function withTruce<T>(
  io: Io,
  options: CommonOptions,
  { config, state, work, ...opening }: Opening & { readonly work: (truce: Truce) => Promise<T> },
): Promise<T> {
  const env = await environment(io);
  const raw = config ?? (await rawConfig(options, env, io));
  const [{ truce }, { parseConfig }, { nodeHttp }, { proxyFrom }] = await Promise.all([
    import('../truce.ts'),
    import('../../config/schema.ts'),
    import('../transport/node-http.ts'),
    import('../transport/proxy.ts'),
  ]);
  const settings = parseConfig(raw);
  // Fields of HubSpot's leads object are described only where one is mapped: that costs calls.
  const leads = [settings.status.marketing.field, ...settings.fields.map((field) => field.marketing)].some((name) =>
    name.startsWith('leads.'),
  );
  const crms = await adapters(env, { ...opening, currency: settings.company.currency, leads });
  await using instance = await truce({
    ...crms,
    state: state ?? statePath(options, env, io),
    warehouse: warehousePathOrNone(options, env, io),
    settings,
    user: machineUser(),
    ports: { log: logTo(io), http: nodeHttp({ proxy: proxyFrom(env) }) },
  });
  return await work(instance);
}

/** The machine's name for whoever runs the command; some containers have none. */
export function machineUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'a user without a name';
  }
}

/** For commands that do not contact this CRM: whoever asks it anyway gets a clear refusal. */
function unreachable(system: string): CrmFactory {
  const refuse = (): never => {
    throw new ConfigError('CREDENTIALS_MISSING', `This command does not talk to ${system}.`, {
      hint: 'Use a command that does, with credentials.',
    });
  };
  return {
    system,
    connect: () => ({
      system,
      capabilities: {
        conditionalWrite: false,
        propertyHistory: false,
        stampPrecision: 'ms',
        streams: {},
        connectorLabel: null,
        perCall: { read: 1, readWithHistory: 1, write: 1, campaignWrite: 1 },
      },
      account: refuse,
      describe: refuse,
      changes: refuse,
      read: refuse,
      write: refuse,
      provision: refuse,
      budget: async () => ({ perDay: null, used: 0 }),
      close: async () => undefined,
    }),
  };
}

/** Warnings and errors of the library become talk; the rest is for `--json` consumers and debuggers of their own. */
function logTo(io: Io): Log {
  return {
    write(level, message) {
      if (level === 'warn' || level === 'error') io.say(`! ${message}`);
    },
  };
}
