import { z } from 'zod';
import { ConfigError } from '../../../src/errors.ts';

/**
 * HubSpot's four sync rules of a mapped field.
 * @source https://knowledge.hubspot.com/salesforce/map-hubspot-properties-to-salesforce-fields (checked 2026-11)
 */
export type SyncRule = 'prefer-salesforce-unless-blank' | 'always-use-salesforce' | 'two-way' | 'dont-sync';

/** A HubSpot property and the Salesforce field of the same meaning; where a lead or a contact lacks the field, it does not sync there. */
export interface FieldMapping {
  readonly hubspot: string;
  readonly salesforce: string;
  readonly rule: SyncRule;
}

/** HubSpot activities that can become Salesforce tasks. */
export type ActivityKind = 'calls' | 'emails' | 'meetings' | 'notes' | 'tasks';

/** How HubSpot's own Salesforce integration is set up in the sandbox. */
export interface NativeConnectorOptions {
  /** How often Salesforce is asked for changes, in milliseconds of the sandbox's clock. @default 900000, 15 minutes */
  readonly pollMs?: number;
  /** How soon changes in HubSpot are passed on, in milliseconds. @default 60000 */
  readonly hubspotPollMs?: number;
  /** @default HubSpot's default mappings of people, as far as the sandbox has the properties */
  readonly fields?: readonly FieldMapping[];
  /** HubSpot contacts without a record in Salesforce become one there. @default true */
  readonly createLeads?: boolean;
  /** What they become: one of the two, never both. @default 'Lead' */
  readonly createAs?: 'Lead' | 'Contact';
  /** Salesforce leads and contacts without a HubSpot contact become one. @default true */
  readonly createContacts?: boolean;
  /** Id of the HubSpot list whose members alone sync. @default null: everybody */
  readonly inclusionList?: string | null;
  /** An admin imports Salesforce's leads and contacts into HubSpot right after the installation. @default true */
  readonly importAtStart?: boolean;
  /** An admin gives mapped HubSpot properties the options of their Salesforce picklists. @default true */
  readonly alignPicklists?: boolean;
  /** An opportunity's contacts become `opportunity` in HubSpot, and `customer` when it is won. @default true */
  readonly lifecycleTransitions?: boolean;
  /** Campaign memberships show in HubSpot, and those chosen there are made in Salesforce. @default true */
  readonly campaigns?: boolean;
  /** HubSpot activities that become Salesforce tasks. @default all kinds */
  readonly activities?: readonly ActivityKind[];
  /** Salesforce tasks become HubSpot tasks. @default true */
  readonly salesforceTasks?: boolean;
  /** Salesforce calls in 24 hours that are allocated to HubSpot. @default null: no limit of its own */
  readonly apiCallLimit?: number | null;
}

/** The same with every default filled in. */
export type NativeConnectorSettings = Required<NativeConnectorOptions>;

const prefer = (hubspot: string, salesforce: string): FieldMapping => ({ hubspot, salesforce, rule: 'prefer-salesforce-unless-blank' });

/**
 * The mappings of people that HubSpot makes by itself. The owner can only be mapped two-way.
 * @source https://knowledge.hubspot.com/integrations/sync-salesforce-leads-and-contacts-to-hubspot (checked 2026-11)
 */
const DEFAULT_FIELDS: readonly FieldMapping[] = [
  prefer('email', 'Email'),
  prefer('firstname', 'FirstName'),
  prefer('lastname', 'LastName'),
  prefer('company', 'Company'),
  prefer('jobtitle', 'Title'),
  prefer('phone', 'Phone'),
  prefer('website', 'Website'),
  prefer('industry', 'Industry'),
  prefer('annualrevenue', 'AnnualRevenue'),
  prefer('address', 'Street'),
  prefer('city', 'City'),
  prefer('state', 'State'),
  prefer('zip', 'PostalCode'),
  prefer('country', 'Country'),
  prefer('hs_lead_status', 'Status'),
  { hubspot: 'hubspot_owner_id', salesforce: 'OwnerId', rule: 'two-way' },
];

const ALL_ACTIVITIES: readonly ActivityKind[] = ['calls', 'emails', 'meetings', 'notes', 'tasks'];

const name = z.string().regex(/^\w{1,100}$/);
const ms = z.number().int().min(1000).max(86_400_000);

const optionsSchema: z.ZodType<NativeConnectorOptions> = z
  .strictObject({
    pollMs: ms.optional(),
    hubspotPollMs: ms.optional(),
    fields: z
      .array(
        z.strictObject({
          hubspot: name,
          salesforce: name,
          rule: z.enum(['prefer-salesforce-unless-blank', 'always-use-salesforce', 'two-way', 'dont-sync']),
        }),
      )
      .max(1000)
      .optional(),
    createLeads: z.boolean().optional(),
    createAs: z.enum(['Lead', 'Contact']).optional(),
    createContacts: z.boolean().optional(),
    inclusionList: z.string().regex(/^\d+$/).nullable().optional(),
    importAtStart: z.boolean().optional(),
    alignPicklists: z.boolean().optional(),
    lifecycleTransitions: z.boolean().optional(),
    campaigns: z.boolean().optional(),
    activities: z.array(z.enum(['calls', 'emails', 'meetings', 'notes', 'tasks'])).optional(),
    salesforceTasks: z.boolean().optional(),
    apiCallLimit: z.number().int().min(1).nullable().optional(),
  })
  .refine((options) => (options.fields ?? []).every((field) => field.hubspot !== 'hubspot_owner_id' || field.rule === 'two-way'), {
    path: ['fields'],
    error: 'the owner can only be mapped two-way',
  }) as z.ZodType<NativeConnectorOptions>;

/**
 * Checks the options and fills in the defaults; `true` is all defaults.
 * @throws {ConfigError} OPTION_INVALID naming the member that is wrong
 */
export function settleConnector(given: unknown): NativeConnectorSettings {
  const parsed = optionsSchema.safeParse(given === true ? {} : given);
  if (!parsed.success) {
    throw new ConfigError('OPTION_INVALID', "the sandbox's option nativeConnector is not valid", {
      hint: 'adapters/sandbox/README.md lists its members.',
      problems: parsed.error.issues.map((issue) => ({
        path: ['nativeConnector', ...issue.path].join('.'),
        expected: issue.message,
        got: 'something else',
      })),
    });
  }
  const options = parsed.data;
  return {
    pollMs: options.pollMs ?? 15 * 60_000,
    hubspotPollMs: options.hubspotPollMs ?? 60_000,
    fields: options.fields ?? DEFAULT_FIELDS,
    createLeads: options.createLeads ?? true,
    createAs: options.createAs ?? 'Lead',
    createContacts: options.createContacts ?? true,
    inclusionList: options.inclusionList ?? null,
    importAtStart: options.importAtStart ?? true,
    alignPicklists: options.alignPicklists ?? true,
    lifecycleTransitions: options.lifecycleTransitions ?? true,
    campaigns: options.campaigns ?? true,
    activities: options.activities ?? ALL_ACTIVITIES,
    salesforceTasks: options.salesforceTasks ?? true,
    apiCallLimit: options.apiCallLimit ?? null,
  };
}
