import { ConfigError } from '../../src/errors.ts';
import { parseChaos, type Chaos } from './chaos.ts';
import { parseSchemaFile, type SchemaFile } from '../../src/schema-file.ts';
import type { FaultRule } from './faults.ts';
import type { NativeConnectorOptions } from './native-connector/options.ts';

/** What the imitation shall be like. */
export interface SandboxOptions {
  /** People in the generated company, 0 to 200,000. @default 500 */
  readonly people?: number;
  /** The same seed gives the same company, tokens and ids. @default 1 */
  readonly seed?: number;
  /** 0: any free port. @default 0 */
  readonly portHubspot?: number;
  /** 0: any free port. @default 0 */
  readonly portSalesforce?: number;
  /** 0: any free port. @default 0 */
  readonly portControl?: number;
  /** `published`: the vendors' rate limits are enforced; `none`: counted only. @default 'published' */
  readonly limits?: 'published' | 'none';
  /** How long HubSpot's search index lags, in milliseconds. @default 5000 */
  readonly lagMs?: number;
  /** `virtual` moves only through the control endpoint, or through `Sandbox.clock`. @default 'real' */
  readonly clock?: 'real' | 'virtual';
  /** The sandbox's time when it starts, in epoch milliseconds. @default now; 2026-03-02T09:00:00Z on a virtual clock */
  readonly startAt?: number;
  /** Faults from the start on; more can be added through the control endpoint. @default none */
  readonly faults?: readonly FaultRule[];
  /** A reproducible random mix of faults over the integration's calls. @default none */
  readonly chaos?: Chaos | null;
  /** Whether Truce's own fields exist in both CRMs. @default true */
  readonly provisioned?: boolean;
  /** Decides the rate limits; `free` and `starter` have neither campaigns nor leads. @default 'enterprise' */
  readonly hubspotTier?: 'free' | 'starter' | 'pro' | 'enterprise';
  /** Decides the daily allowance of API calls; `professional` is one with API access. @default 'enterprise' */
  readonly salesforceEdition?: 'professional' | 'enterprise' | 'unlimited' | 'developer';
  /** IANA name of the HubSpot account's time zone. @default 'UTC' */
  readonly timeZone?: string;
  /** ISO 4217, the company's currency in both CRMs. @default 'USD' */
  readonly currency?: string;
  /** No company: both CRMs hold nothing but the users that every account begins with. @default false */
  readonly empty?: boolean;
  /** HubSpot's own Salesforce integration, as a third writer: `true` as it installs itself, or with settings. @default false */
  readonly nativeConnector?: boolean | NativeConnectorOptions;
  /** A real account's fields, picklists, record types and validation rules, as `truce check --save-schema` wrote them. @default what the vendors ship */
  readonly schema?: SchemaFile | null;
}

/** The options with every default filled in. */
export type SandboxSettings = Required<SandboxOptions>;

const MONDAY_MORNING = Date.UTC(2026, 2, 2, 9);

const LIMITS: readonly (readonly [name: 'people' | 'lagMs' | 'portHubspot' | 'portSalesforce' | 'portControl', most: number])[] = [
  ['people', 200_000],
  ['lagMs', 3_600_000],
  ['portHubspot', 65_535],
  ['portSalesforce', 65_535],
  ['portControl', 65_535],
];

/**
 * Fills in the defaults. `now` is the machine's time in epoch milliseconds.
 * @throws {ConfigError} OPTION_INVALID when a number is out of its range
 */
export function settle(options: SandboxOptions, now: number): SandboxSettings {
  for (const [name, most] of LIMITS) {
    const value = options[name] ?? 0;
    if (Number.isInteger(value) && value >= 0 && value <= most) continue;
    throw new ConfigError('OPTION_INVALID', `the sandbox's option ${name} is ${value}`, { hint: `Give a whole number from 0 to ${most}.` });
  }
  const clock = options.clock ?? 'real';
  return {
    people: options.people ?? 500,
    seed: options.seed ?? 1,
    portHubspot: options.portHubspot ?? 0,
    portSalesforce: options.portSalesforce ?? 0,
    portControl: options.portControl ?? 0,
    limits: options.limits ?? 'published',
    lagMs: options.lagMs ?? 5_000,
    clock,
    startAt: options.startAt ?? (clock === 'real' ? now : MONDAY_MORNING),
    faults: options.faults ?? [],
    chaos: parseChaos(options.chaos ?? null),
    provisioned: options.provisioned ?? true,
    hubspotTier: options.hubspotTier ?? 'enterprise',
    salesforceEdition: options.salesforceEdition ?? 'enterprise',
    timeZone: options.timeZone ?? 'UTC',
    currency: options.currency ?? 'USD',
    empty: options.empty ?? false,
    nativeConnector: options.nativeConnector ?? false,
    schema: options.schema === undefined || options.schema === null ? null : parseSchemaFile(options.schema),
  };
}
