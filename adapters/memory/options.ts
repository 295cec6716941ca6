import type { FieldDescription, Stream } from '../../src/crm.ts';
import type { Instant, Precision, RecordId } from '../../src/model/words.ts';

/** What a memory CRM is like; every flavour of the boundary's protocols is an option. */
export interface MemoryOptions {
  /** The adapter's name in messages. @default 'memory' */
  readonly system?: string;
  readonly account?: MemoryAccount;
  /** Whether `WriteItem.ifUnmodifiedSince` is honoured. @default false */
  readonly conditionalWrite?: boolean;
  /** Whether `read` returns field histories. @default true */
  readonly propertyHistory?: boolean;
  /** Stamps are cut to this. @default 'ms' */
  readonly stampPrecision?: Precision;
  /** Changes younger than this do not show in `changes` yet, as behind a search index; in milliseconds. @default 0 */
  readonly lagMs?: number;
  /** Changes that show later than that, as rows of a transaction that commits late: further milliseconds, by the change. @default none */
  readonly lateMs?: (change: Change) => number;
  /** Changes this young are delivered again by the next pass, in milliseconds. @default 0 */
  readonly overlapMs?: number;
  /** Events per page of `changes`. @default 1000 */
  readonly pageSize?: number;
  /** Which streams there are and how they are read. @default all of them, incremental */
  readonly streams?: Readonly<Partial<Record<Stream, 'incremental' | 'snapshot'>>>;
  /** Record types of people. The first is what `create` makes; only `convertible` ones can be converted. @default ['contact'] */
  readonly objects?: readonly string[];
  /** Record types that a conversion turns into the last of `objects`. @default [] */
  readonly convertible?: readonly string[];
  /** Name of the people's status field. @default 'status' */
  readonly statusField?: string;
  /** Its options; the first is a new person's default. @default the rungs of the ladder by their own names */
  readonly statusOptions?: readonly string[];
  /** Status options that only a conversion reaches. @default [] */
  readonly convertedOptions?: readonly string[];
  /** Further fields of people. @default [] */
  readonly fields?: readonly MemoryField[];
  /** Whether two people may not share an e-mail address. @default false */
  readonly uniqueEmail?: boolean;
  /** Whether a merge makes a record with a new id that both old ids point to. @default false */
  readonly mergeMakesNewId?: boolean;
  /** Whether Truce's own fields exist from the start. @default true */
  readonly provisioned?: boolean;
  /** Permissions that the integration lacks, by their name in `describe()`: `read people`, `write people`, `write campaigns`, `write members`. @default [] */
  readonly denied?: readonly string[];
  /** Records per call. @default { read: 100, write: 100 } */
  readonly perCall?: { readonly read?: number; readonly write?: number };
  /** Calls allowed to all connections together; beyond it every call fails with `BUDGET_EXHAUSTED`. @default no limit */
  readonly dailyCalls?: number;
  /** The history label of the native connector, where this CRM has one. @default null */
  readonly connectorLabel?: string | null;
  /** The world's time before anything happened in it. @default 2026-01-01T00:00:00Z */
  readonly startAt?: Instant;
}

/** One change of a record, as the log of changes has it. */
export interface Change {
  readonly id: RecordId;
  readonly at: Instant;
}

/** Who the memory CRM says it is. */
export interface MemoryAccount {
  /** @default the system's name followed by `-1` */
  readonly id?: string;
  readonly name?: string;
  /** @default 'UTC' */
  readonly timeZone?: string;
  /** @default 'USD' */
  readonly currency?: string;
  /** @default false */
  readonly multiCurrency?: boolean;
}

/** A field of people beyond the stock ones; what is left out gets the plain default. */
export interface MemoryField extends Partial<Omit<FieldDescription, 'name' | 'options'>> {
  readonly name: string;
  readonly options?: readonly string[];
}

/** The options with every default filled in. */
export interface MemorySettings {
  readonly system: string;
  readonly account: Required<MemoryAccount>;
  readonly conditionalWrite: boolean;
  readonly propertyHistory: boolean;
  readonly stampPrecision: Precision;
  /** Milliseconds until a change shows; null: at once. */
  readonly lagOf: ((change: Change) => number) | null;
  readonly overlapMs: number;
  readonly pageSize: number;
  readonly streams: Readonly<Partial<Record<Stream, 'incremental' | 'snapshot'>>>;
  readonly objects: readonly string[];
  readonly convertible: ReadonlySet<string>;
  readonly statusField: string;
  readonly people: ReadonlyMap<string, FieldDescription>;
  readonly campaigns: ReadonlyMap<string, FieldDescription>;
  readonly members: ReadonlyMap<string, FieldDescription>;
  readonly uniqueEmail: boolean;
  readonly mergeMakesNewId: boolean;
  readonly provisioned: boolean;
  readonly denied: ReadonlySet<string>;
  readonly perCall: { readonly read: number; readonly write: number };
  readonly dailyCalls: number | null;
  readonly connectorLabel: string | null;
  readonly startAt: Instant;
}

function lagOf({ lagMs = 0, lateMs }: MemoryOptions): MemorySettings['lagOf'] {
  if (lateMs === undefined) return lagMs === 0 ? null : () => lagMs;
  return (change) => lagMs + lateMs(change);
}

const ALL_STREAMS = [
  'people',
  'accounts',
  'campaigns',
  'members',
  'deals',
  'deal-people',
  'touches',
  'status-history',
  'users',
  'rates',
] as const satisfies readonly Stream[];

const LADDER = ['new', 'engaged', 'mql', 'handed', 'working', 'accepted', 'sql', 'opportunity', 'customer', 'rejected', 'recycled'];

/** Fills in the defaults. */
export function settle(options: MemoryOptions): MemorySettings {
  const system = options.system ?? 'memory';
  const propertyHistory = options.propertyHistory ?? true;
  const statusField = options.statusField ?? 'status';
  const { account } = options;
  return {
    system,
    account: {
      id: account?.id ?? `${system}-1`,
      name: account?.name ?? `The ${system} account`,
      timeZone: account?.timeZone ?? 'UTC',
      currency: account?.currency ?? 'USD',
      multiCurrency: account?.multiCurrency ?? false,
    },
    conditionalWrite: options.conditionalWrite ?? false,
    propertyHistory,
    stampPrecision: options.stampPrecision ?? 'ms',
    lagOf: lagOf(options),
    overlapMs: options.overlapMs ?? 0,
    pageSize: options.pageSize ?? 1_000,
    streams: options.streams ?? Object.fromEntries(ALL_STREAMS.map((stream) => [stream, 'incremental'])),
    objects: options.objects ?? ['contact'],
    convertible: new Set(options.convertible),
    statusField,
    people: peopleFields(options, statusField, propertyHistory),
    campaigns: byName([{ name: 'name', required: true }, { name: 'status' }, { name: 'channel' }, { name: 'utm' }], null),
    members: byName([{ name: 'status' }], null),
    uniqueEmail: options.uniqueEmail ?? false,
    mergeMakesNewId: options.mergeMakesNewId ?? false,
    provisioned: options.provisioned ?? true,
    denied: new Set(options.denied),
    perCall: { read: options.perCall?.read ?? 100, write: options.perCall?.write ?? 100 },
    dailyCalls: options.dailyCalls ?? null,
    connectorLabel: options.connectorLabel ?? null,
    startAt: options.startAt ?? Date.UTC(2026, 0, 1),
  };
}

/** The raw names of the people's stock fields. `owner` is also the history's reserved word for a handover. */
const STOCK: readonly MemoryField[] = [
  { name: 'email' },
  { name: 'name' },
  { name: 'company' },
  { name: 'owner', type: 'reference' },
  { name: 'score', type: 'number' },
  { name: 'opted_out', type: 'boolean' },
  { name: 'channel' },
];

function peopleFields(options: MemoryOptions, statusField: string, propertyHistory: boolean): ReadonlyMap<string, FieldDescription> {
  const status: MemoryField = {
    name: statusField,
    label: 'Status',
    type: 'picklist',
    options: options.statusOptions ?? LADDER,
    restricted: true,
  };
  const fields = new Map(byName([...STOCK, status, ...(options.fields ?? [])], propertyHistory ? null : true));
  const described = fields.get(statusField);
  const converted = new Set(options.convertedOptions);
  if (described !== undefined && converted.size > 0) {
    fields.set(statusField, { ...described, options: described.options.map((o) => ({ ...o, converted: converted.has(o.value) })) });
  }
  return fields;
}

function byName(fields: readonly MemoryField[], historyTracked: boolean | null): ReadonlyMap<string, FieldDescription> {
  return new Map(fields.map((field) => [field.name, fullField(field, historyTracked)]));
}

function fullField(field: MemoryField, historyTracked: boolean | null): FieldDescription {
  const values = field.options ?? [];
  return {
    name: field.name,
    label: field.label ?? field.name,
    type: field.type ?? (values.length > 0 ? 'picklist' : 'text'),
    writable: field.writable ?? true,
    required: field.required ?? false,
    options: values.map((value, index) => ({ value, label: value, active: true, isDefault: index === 0, converted: false })),
    restricted: field.restricted ?? values.length > 0,
    maxLength: field.maxLength ?? null,
    ...(field.scale === undefined ? {} : { scale: field.scale }),
    historyTracked: field.historyTracked === undefined ? historyTracked : field.historyTracked,
  };
}
