import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConfigError, type ConfigProblem } from '../src/errors.ts';
import type { OwnerRule, FollowingField, Settings, StatusMap, Transform } from '../src/model/settings.ts';
import type { Rung } from '../src/model/words.ts';
import { stockHandover, hubspotLeadStatus, hubspotStatus, rungs, salesforceStatus, type StockStatusMap } from './stock.ts';

const rung = z.enum(rungs as [Rung, ...Rung[]]);
const share = z.number().min(0).max(1);
const count = z.int().min(0);
const policy = z.enum(['most-recent', 'prefer-marketing', 'prefer-sales', 'prefer-unless-blank', 'furthest', 'ask']);
const fieldPolicy = policy.exclude(['furthest']);
const text = z.string().trim().min(1);
const readsMap = z.record(z.string(), rung);

const statusMap = z.strictObject({
  field: text.optional().describe('API name of the status field.'),
  reads: readsMap.optional().describe('Value of this CRM to rung of the ladder. Values without a rung put their record into quarantine.'),
  writes: z.partialRecord(rung, z.string()).optional().describe('Rung to value of this CRM; "hold" means: not written on this side.'),
  blank: rung.nullable().optional().describe('What an empty status means; null: no status yet.'),
  history: z.record(z.string(), readsMap).optional().describe('Further fields whose history tells of rungs, for the statistics only.'),
  also: z
    .array(
      z.strictObject({
        field: text.describe('API name of a field that follows the status, such as lifecyclestage.'),
        writes: z.partialRecord(rung, z.string()).describe('Rung to value of that field; a rung that is left out is not written.'),
        forwardOnly: z.boolean().default(true).describe('Whether it is never set to a value that the CRM lists before the present one.'),
      }),
    )
    .optional()
    .describe('Further fields that are written when the rung moves; nothing is read from them.'),
});

const field = z.strictObject({
  name: text.describe('Your name for the field, used in plans and explanations.'),
  marketing: text.describe('API name in HubSpot.'),
  sales: text.describe('API name in Salesforce.'),
  direction: z.enum(['both', 'to-sales', 'to-marketing']).default('both').describe('Which way changes of the field go.'),
  policy: fieldPolicy.default('most-recent').describe('Who wins when both sides changed the field differently.'),
  prefer: z.enum(['marketing', 'sales']).default('sales').describe('The preferred side of prefer-unless-blank.'),
  blankOverwrites: z.boolean().default(false).describe('Whether clearing a field on one side clears the other.'),
  transform: z
    .union([
      z.literal('owner-by-email'),
      z.custom<Transform>(isTransform, 'owner-by-email, or { id, version, toSales, toMarketing } with functions'),
    ])
    .optional()
    .describe(
      'What a value becomes on the other side: owner-by-email finds the user with the same address; in truce.config.ts also your own { id, version, toSales, toMarketing }.',
    ),
  values: z
    .record(z.string(), z.string())
    .optional()
    .describe("HubSpot's value to Salesforce's value, for picklists with different options; a value that is not named is held back."),
});

const ownerRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('fixed'), owner: text.describe("A user's e-mail address, or a queue's name.") }),
  z.strictObject({
    rule: z.literal('round-robin'),
    owners: z.array(text).min(1).describe('Each in turn; whose turn it is outlives the run.'),
  }),
  z.strictObject({
    rule: z.literal('territory'),
    field: text.describe('HubSpot property that decides, such as country.'),
    map: z.record(z.string(), text).describe('Its value to the owner.'),
    otherwise: text.describe('The owner for every other value, and for none.'),
  }),
  z.strictObject({ rule: z.literal('assignment-rule') }).describe("Salesforce's own lead assignment rule."),
]);

const handover = z.strictObject({
  rung: rung.default('mql').describe('Who stands here or further on in HubSpot and has no record in Salesforce gets a lead.'),
  atMost: count.default(50).describe('A run that would create more leads than this stops.'),
  owner: ownerRule.describe('Who gets the lead: fixed, round-robin, territory or assignment-rule.'),
  object: text.default('Lead').describe('The kind of record that is created.'),
  fields: z.record(z.string(), text).default(stockHandover.fields).describe('Salesforce field to the HubSpot property that fills it.'),
  blank: z.record(z.string(), text).default(stockHandover.blank).describe('What a Salesforce field holds where the property is empty.'),
  campaign: text.nullable().default(null).describe('Id or exact name of the Salesforce campaign that the lead becomes a member of.'),
  note: z.boolean().default(true).describe('Whether a task tells the rep why the lead is ready, its last touches and its campaign.'),
});

/** The configuration as people write it. Every key is optional; unknown keys are errors. */
export const configSchema: z.ZodType<TruceConfig> = z.strictObject({
  $schema: z.string().optional(),
  mode: z
    .enum(['observe', 'outcomes', 'sync'])
    .default('observe')
    .describe("observe reads only; outcomes writes Truce's own fields; sync also writes status and mapped fields."),
  accounts: z
    .strictObject({
      marketing: text.nullable().default(null).describe('HubSpot portal id; a run against another portal stops.'),
      sales: text.nullable().default(null).describe('Salesforce organisation id; a run against another one stops.'),
    })
    .prefault({}),
  company: z
    .strictObject({
      name: z.string().default('Our company').describe('Title of the report.'),
      timeZone: z
        .string()
        .refine(isTimeZone, 'an IANA time zone such as Europe/Berlin')
        .default('UTC')
        .describe('Months and weeks of the report are of this zone.'),
      weekStart: z.enum(['monday', 'sunday']).default('monday').describe('First day of a week.'),
      fiscalYearStartMonth: z.int().min(1).max(12).default(1).describe('Month in which the fiscal year starts, 1 to 12.'),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR')
        .default('USD')
        .describe('Currency of amounts where a campaign has none of its own.'),
      internalDomains: z.array(text).default([]).describe('People with these e-mail domains are left out of the statistics.'),
    })
    .prefault({}),
  scope: z
    .strictObject({
      marketing: text.nullable().default(null).describe("A HubSpot list's name: only its members take part."),
      sales: text.nullable().default(null).describe('A SOQL condition on Lead: only matching leads take part.'),
    })
    .prefault({}),
  status: z
    .strictObject({
      marketing: statusMap
        .extend({
          object: z
            .enum(['contacts', 'leads'])
            .default('contacts')
            .describe(
              "Where HubSpot's status lives: on the contact, or on its lead (Sales Hub), as the stage of the lead's pipeline by its label. Of several leads the open one made last counts.",
            ),
        })
        .prefault({}),
      sales: statusMap.prefault({}),
      policy: policy.default('furthest').describe('Who wins when both sides changed the status differently; furthest: the later rung.'),
    })
    .prefault({}),
  fields: z.array(field).default([]).describe('Further fields that are kept the same on both sides, beside the status.'),
  ambiguous: z
    .enum(['quarantine', 'prefer-contact', 'most-recent', 'group'])
    .default('quarantine')
    .describe(
      'What to do when a person has several possible counterparts: quarantine waits for somebody (truce link review); prefer-contact and most-recent take one; group takes all records of Salesforce for one person: its status is that of the open lead furthest on, and is written to all open leads.',
    ),
  deletes: z
    .strictObject({
      returning: z
        .enum(['ask', 'link'])
        .default('ask')
        .describe(
          'A newcomer has the address of a person whose counterpart was deleted: ask waits for somebody (truce link review), link takes it for the same person.',
        ),
      erased: z
        .enum(['unlink', 'forget'])
        .default('unlink')
        .describe(
          'A record was erased for privacy: unlink drops its values; forget also forgets the person in state and warehouse, as truce forget does. Neither touches the other CRM.',
        ),
    })
    .prefault({}),
  guards: z
    .strictObject({
      changes: z
        .strictObject({
          count: count.default(1000).describe('A run that would change more records than this, and more than the share, stops.'),
          share: share.default(0.1).describe('Share of linked people, 0 to 1.'),
        })
        .prefault({}),
      creates: count.default(0).describe('Records that a run may create.'),
      unlinks: z.strictObject({ share: share.default(0.01).describe('Share of links that a run may dissolve, 0 to 1.') }).prefault({}),
      shrunkBelow: share.default(0.5).describe('A side that lists less than this share of last time stops the run, 0 to 1.'),
      canary: count.default(25).describe('People written by the first live run before it stops and asks; 0: no canary.'),
      statusWritesPerHour: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe('At most this many status writes within an hour, over all runs; the rest waits for later runs. null: no limit.'),
      budgetReserve: share.default(0.2).describe('Share of the daily API allowance that is left to others, 0 to 1.'),
    })
    .prefault({}),
  handover: handover
    .nullable()
    .default(null)
    .describe('Creates a Salesforce lead for whoever becomes ready in HubSpot and has none; null: nobody is handed over.'),
  raceDetection: z
    .enum(['detect', 'none'])
    .default('detect')
    .describe(
      'detect finds edits that were made while Truce wrote. none writes more than 2,000 Salesforce records by Bulk API 2.0 in about ten calls, for a baseline or backfill: an edit made meanwhile is then overwritten unseen.',
    ),
  outcomes: z
    .strictObject({
      rules: z
        .array(z.enum(['primary-campaign-by-person', 'first-responded-member', 'marketing-campaign', 'utm']))
        .default(['primary-campaign-by-person', 'first-responded-member', 'marketing-campaign', 'utm'])
        .describe('The rules that name the campaign a deal came from, in the order they are tried.'),
      campaigns: z
        .array(
          z.strictObject({
            marketing: text.describe('Name or id of the HubSpot campaign.'),
            sales: z.array(text).min(1).describe('Names or ids of the Salesforce campaigns that belong to it.'),
          }),
        )
        .default([])
        .describe('Reviewed pairs: one HubSpot campaign, any number of Salesforce campaigns, by name or id.'),
      untouchedAfterDays: count.default(30).describe('Days without a touch after which a handed lead counts as untouched on its campaign.'),
      people: z.boolean().default(true).describe('Also write the outcome onto people.'),
      members: z.boolean().default(true).describe('Also write the outcome onto campaign members.'),
    })
    .prefault({}),
  teams: z
    .strictObject({
      marketing: z.array(text).default([]).describe('E-mail addresses or team names that are marketing.'),
      sales: z.array(text).default([]).describe('E-mail addresses or team names that are sales.'),
      integrations: z.array(text).default([]).describe('Users that are programs: their acts are never human.'),
    })
    .prefault({})
    .describe('E-mail addresses or team names.'),
  report: z
    .strictObject({
      touchPolicy: z.enum(['human', 'human+sequence', 'any']).default('human').describe('Whose outbound contacts count as touches.'),
      minCell: z.int().min(1).default(5).describe('Cells with fewer leads are merged to other.'),
      horizonDays: z.int().min(1).default(30).describe('Days after the handover that the headline looks at.'),
      attempts: z.int().min(1).default(4).describe('Attempts below which a lead without an answer counts as given up.'),
    })
    .prefault({}),
  journal: z
    .strictObject({
      keepDays: z
        .int()
        .min(30)
        .nullable()
        .default(400)
        .describe(
          'Days that runs and their writes are kept for explain, undo and audit; null: for ever. What is still needed stays longer.',
        ),
    })
    .prefault({}),
  leaks: z
    .strictObject({
      slaHours: count.default(24).describe('truce leaks: hours within which a handed lead has to be tried.'),
      idleDays: count.default(14).describe('truce leaks: days without another try after which a lead without an answer lies idle.'),
    })
    .prefault({}),
  notices: z
    .strictObject({
      hosts: z
        .array(text)
        .default(['hooks.slack.com', 'hc-ping.com'])
        .describe('Hosts that TRUCE_NOTICE_URL and TRUCE_PING_URL may point to, exactly as they stand there.'),
      repeatHours: count.default(24).describe('What is still wrong is told again after this many hours.'),
    })
    .prefault({}),
  quarantine: z
    .strictObject({ alertAbove: count.default(100).describe('Exit code 1 when more records than this are held back.') })
    .prefault({}),
  channel: z
    .strictObject({
      marketing: text
        .nullable()
        .default(null)
        .describe('HubSpot property that says where a lead came from; null: the original traffic source.'),
      sales: text.nullable().default(null).describe('Salesforce field that says where a lead came from; null: LeadSource.'),
    })
    .prefault({}),
});

/** The configuration with every default filled in, still as plain objects. */
export interface TruceConfig {
  readonly $schema?: string | undefined;
  readonly mode: Settings['mode'];
  readonly accounts: { readonly marketing: string | null; readonly sales: string | null };
  readonly company: Settings['company'];
  readonly scope: { readonly marketing: string | null; readonly sales: string | null };
  readonly status: {
    readonly marketing: StatusMapConfig & { readonly object: 'contacts' | 'leads' };
    readonly sales: StatusMapConfig;
    readonly policy: Settings['status']['policy'];
  };
  readonly fields: readonly Settings['fields'][number][];
  readonly ambiguous: Settings['ambiguous'];
  readonly deletes: Settings['deletes'];
  readonly guards: Settings['guards'];
  readonly raceDetection: Settings['raceDetection'];
  readonly handover: HandoverConfig | null;
  readonly outcomes: Settings['outcomes'];
  readonly teams: Settings['teams'];
  readonly report: Settings['report'];
  readonly journal: Settings['journal'];
  readonly leaks: Settings['leaks'];
  readonly notices: Settings['notices'];
  readonly quarantine: Settings['quarantine'];
  readonly channel: Settings['channel'];
}

export interface HandoverConfig {
  readonly rung: Rung;
  readonly atMost: number;
  readonly owner:
    | Exclude<OwnerRule, { readonly rule: 'territory' }>
    | { readonly rule: 'territory'; readonly field: string; readonly map: Readonly<Record<string, string>>; readonly otherwise: string };
  readonly object: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly blank: Readonly<Record<string, string>>;
  readonly campaign: string | null;
  readonly note: boolean;
}

export interface StatusMapConfig {
  readonly field?: string | undefined;
  readonly reads?: Readonly<Record<string, Rung>> | undefined;
  readonly writes?: Readonly<Partial<Record<Rung, string>>> | undefined;
  readonly blank?: Rung | null | undefined;
  readonly history?: Readonly<Record<string, Readonly<Record<string, Rung>>>> | undefined;
  readonly also?:
    | readonly { readonly field: string; readonly writes: Readonly<Partial<Record<Rung, string>>>; readonly forwardOnly: boolean }[]
    | undefined;
}

/** What people may leave out, at every level. */
export type TruceConfigInput = DeepPartial<TruceConfig>;
// oxlint-disable-next-line typescript/no-explicit-any -- any function stays what it is
type DeepPartial<T> = T extends (...given: any[]) => unknown
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepPartial<Item>[]
    : T extends object
      ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
      : T;

/**
 * Checks a configuration and fills in what is missing: the defaults and the stock status maps of both vendors.
 * @throws {ConfigError} CONFIG_INVALID with every problem found, when a key is unknown or a value is wrong.
 * @example parseConfig({ mode: 'sync' }).status.marketing.field // 'hs_lead_status'
 */
export function parseConfig(raw: unknown): Settings {
  const hostile = hostileKeys(raw, '');
  const parsed = configSchema.safeParse(raw);
  const problems = [...hostile, ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => toProblems(issue, raw)))];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.`,
      {
        hint: 'Correct the named keys; `truce init` writes a complete example.',
        problems,
      },
    );
  }
  const config = parsed.data;
  const status = {
    marketing: resolveStatus(config.status.marketing, config.status.marketing.object === 'leads' ? hubspotLeadStatus : hubspotStatus),
    sales: resolveStatus(config.status.sales, salesforceStatus),
    policy: config.status.policy,
  };
  const settings: Omit<Settings, 'hash'> = {
    mode: config.mode,
    accounts: config.accounts,
    company: config.company,
    scope: config.scope,
    status,
    fields: config.fields,
    ambiguous: config.ambiguous,
    deletes: config.deletes,
    guards: config.guards,
    raceDetection: config.raceDetection,
    handover: config.handover === null ? null : resolveHandover(config.handover),
    outcomes: config.outcomes,
    teams: lowerCaseTeams(config.teams),
    report: config.report,
    journal: config.journal,
    leaks: config.leaks,
    notices: config.notices,
    quarantine: config.quarantine,
    channel: config.channel,
  };
  checkNames(settings);
  return {
    ...settings,
    hash: createHash('sha256')
      .update(canonical(deciding(settings)))
      .digest('hex'),
  };
}

/** Types a configuration in `truce.config.ts`; returns it unchanged. */
export function defineConfig(config: TruceConfigInput): TruceConfigInput {
  return config;
}

function resolveHandover(config: HandoverConfig): Settings['handover'] {
  const { owner } = config;
  return {
    ...config,
    owner: owner.rule === 'territory' ? { ...owner, map: new Map(Object.entries(owner.map)) } : owner,
    fields: new Map(Object.entries(config.fields)),
    blank: new Map(Object.entries(config.blank)),
  };
}

function resolveStatus(config: StatusMapConfig, stock: StockStatusMap): StatusMap {
  const field = config.field ?? stock.field;
  const known: Pick<StockStatusMap, 'reads' | 'writes'> = field === stock.field ? stock : { reads: {}, writes: {} };
  const writes = config.writes ?? known.writes;
  return {
    field,
    reads: new Map(Object.entries(config.reads ?? known.reads)),
    writes: new Map(rungs.map((each) => [each, writes[each] === undefined || writes[each] === 'hold' ? null : writes[each]])),
    blank: config.blank ?? null,
    history: new Map(Object.entries(config.history ?? stock.history).map(([name, reads]) => [name, new Map(Object.entries(reads))])),
    ...(config.also === undefined ? {} : { also: config.also.map(followingField) }),
  };
}

function followingField({ field, writes, forwardOnly }: NonNullable<StatusMapConfig['also']>[number]): FollowingField {
  return { field, forwardOnly, writes: new Map(rungs.map((each) => [each, writes[each] ?? null])) };
}

/** A transform of somebody's own; which of its functions are needed depends on the field's direction. */
function isTransform(given: unknown): given is Transform {
  if (typeof given !== 'object' || given === null) return false;
  const { id, version, toSales, toMarketing, ...more } = given as Readonly<Record<string, unknown>>;
  const maybe = (part: unknown): boolean => part === undefined || typeof part === 'function';
  return (
    typeof id === 'string' &&
    id.trim() !== '' &&
    Number.isSafeInteger(version) &&
    maybe(toSales) &&
    maybe(toMarketing) &&
    Object.keys(more).length === 0
  );
}

function lowerCaseTeams(teams: Settings['teams']): Settings['teams'] {
  const lower = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase());
  return { marketing: lower(teams.marketing), sales: lower(teams.sales), integrations: lower(teams.integrations) };
}

function checkNames(settings: Omit<Settings, 'hash'>): void {
  const problems: ConfigProblem[] = [];
  const seen = new Set(['status']);
  settings.fields.forEach((field, index) => {
    if (seen.has(field.name))
      problems.push({ path: `fields[${index}].name`, expected: 'a name used once', got: JSON.stringify(field.name) });
    seen.add(field.name);
    problems.push(...fieldProblems(field, `fields[${index}]`));
  });
  for (const side of ['marketing', 'sales'] as const) {
    const map = settings.status[side];
    if (map.reads.size === 0) {
      problems.push({ path: `status.${side}.reads`, expected: `the values of ${map.field} and their rungs`, got: 'nothing' });
    }
    for (const [key, value] of map.writes) {
      if (value !== null && !map.reads.has(value)) {
        problems.push({ path: `status.${side}.writes.${key}`, expected: 'a value that status reads know', got: JSON.stringify(value) });
      }
    }
  }
  if (problems.length > 0) {
    throw new ConfigError('CONFIG_INVALID', 'The configuration contradicts itself.', { hint: 'Correct the named keys.', problems });
  }
}

/** What a plan and the merged data depend on: who is told of trouble, and what is only looked at, is not part of it. */
function deciding(settings: Omit<Settings, 'hash'>): object {
  const { notices: _notices, leaks: _leaks, journal: _journal, ...rest } = settings;
  return rest;
}

/** What a field's own settings say against each other. */
function fieldProblems(field: Settings['fields'][number], path: string): readonly ConfigProblem[] {
  const { transform, values, direction } = field;
  if (transform !== undefined && values !== undefined)
    return [{ path: `${path}.values`, expected: 'either a transform or a table of values', got: 'both' }];
  if (transform === undefined || typeof transform === 'string') return [];
  const needed = (['toSales', 'toMarketing'] as const).filter(
    (way) => direction === 'both' || direction === (way === 'toSales' ? 'to-sales' : 'to-marketing'),
  );
  return needed
    .filter((way) => transform[way] === undefined)
    .map((way) => ({ path: `${path}.transform.${way}`, expected: `a function, because the field goes ${direction}`, got: 'nothing' }));
}

/** JSON with sorted keys and Maps as sorted entries: equal configurations give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...(part as Map<string, unknown>)].sort(([a], [b]) => (a < b ? -1 : 1));
    if (part !== null && typeof part === 'object' && !Array.isArray(part)) {
      return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return part;
  });
}

const hostileNames = new Set(['__proto__', 'constructor', 'prototype']);

/** Names that would reach an object's prototype are refused wherever they stand. */
function hostileKeys(value: unknown, path: string): readonly ConfigProblem[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const here = path === '' ? key : `${path}.${key}`;
    const own = hostileNames.has(key) ? [{ path: here, expected: 'another name', got: key }] : [];
    return [...own, ...hostileKeys(part, here)];
  });
}

function toProblems(issue: z.core.$ZodIssue, raw: unknown): readonly ConfigProblem[] {
  const path =
    issue.path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('')
      .replace(/^\./, '') || '(whole file)';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .filter((key) => !hostileNames.has(key))
      .map((key) => ({
        path: path === '(whole file)' ? key : `${path}.${key}`,
        expected: 'a known key',
        got: 'an unknown key',
      }));
  }
  return [
    {
      path,
      expected: issue.message
        .replace(/^Invalid (option|input): expected /, '')
        .replace(/^Too (small|big): expected (number|string|int) to be /, ''),
      got: shorten(at(raw, issue.path)),
    },
  ];
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (part !== null && typeof part === 'object' ? (part as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

function shorten(value: unknown): string {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function isTimeZone(name: string): boolean {
  try {
    void new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
