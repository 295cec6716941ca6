import type { FieldValue, Mode, Rung, Side } from './words.ts';

/** The configuration after parsing: every default filled in, nothing vendor-specific left to guess. */
export interface Settings {
  readonly mode: Mode;
  /** Pinned account ids; null until the first run has pinned them in the state. */
  readonly accounts: Readonly<Record<Side, string | null>>;
  readonly company: CompanySettings;
  /** Vendor-specific restriction per side (a list's name, a filter); null: everyone. */
  readonly scope: Readonly<Record<Side, string | null>>;
  readonly status: StatusSettings;
  /** Further synced fields beside the status. */
  readonly fields: readonly FieldSettings[];
  /** What to do with a person who has several possible counterparts. */
  readonly ambiguous: 'quarantine' | 'prefer-contact' | 'most-recent' | 'group';
  readonly deletes: DeleteSettings;
  readonly guards: GuardSettings;
  /** `none`: thousands of updates go out in the fewest calls, and an edit made meanwhile may be overwritten unseen. */
  readonly raceDetection: 'detect' | 'none';
  /** Null: nobody is handed over. */
  readonly handover: HandoverSettings | null;
  readonly outcomes: OutcomeSettings;
  readonly teams: TeamSettings;
  readonly report: ReportSettings;
  readonly journal: { /** Days that what was written is kept; null: for ever. */ readonly keepDays: number | null };
  readonly leaks: LeakSettings;
  readonly notices: NoticeSettings;
  readonly quarantine: { /** Exit code 1 above this many. */ readonly alertAbove: number };
  /** The CRMs' own fields that say where a lead came from; null: the adapter's usual one. */
  readonly channel: Readonly<Record<Side, string | null>>;
  /** SHA-256 of the parsed configuration in canonical form; binds plans and state to it. */
  readonly hash: string;
}

/** What follows when a record is deleted in a CRM. The other side's record is never deleted, and none is ever made again. */
export interface DeleteSettings {
  /** Whether a newcomer with the address of somebody whose counterpart was deleted waits for a decision, or is linked. */
  readonly returning: 'ask' | 'link';
  /** Whether a record erased for privacy is unlinked only, or the whole person is forgotten. */
  readonly erased: 'unlink' | 'forget';
}

export interface LeakSettings {
  /** A handed lead has to be tried within this time. */
  readonly slaHours: number;
  /** A lead that was tried, without an answer and without another try for so long, lies idle. */
  readonly idleDays: number;
}

export interface NoticeSettings {
  /** Hosts that notices and pings may go to. */
  readonly hosts: readonly string[];
  /** The same notice is sent again after this time. */
  readonly repeatHours: number;
}

/** Who of marketing's people becomes a lead in sales, and how. */
export interface HandoverSettings {
  /** The rung from which on somebody without a sales record is handed over. */
  readonly rung: Rung;
  /** A run that would create more than this stops. */
  readonly atMost: number;
  readonly owner: OwnerRule;
  /** The record type that is created. */
  readonly object: string;
  /** Sales' field to marketing's field. */
  readonly fields: ReadonlyMap<string, string>;
  /** What sales' field holds where marketing's is blank. */
  readonly blank: ReadonlyMap<string, string>;
  /** Id or exact name of the sales campaign that they become members of; null: none. */
  readonly campaign: string | null;
  /** Whether the rep gets a note. */
  readonly note: boolean;
}

/** Who gets a lead; owners are users' e-mail addresses or queues' names. */
export type OwnerRule =
  | { readonly rule: 'fixed'; readonly owner: string }
  | { readonly rule: 'round-robin'; readonly owners: readonly string[] }
  /** By the value of one of marketing's fields. */
  | { readonly rule: 'territory'; readonly field: string; readonly map: ReadonlyMap<string, string>; readonly otherwise: string }
  /** The CRM's own assignment rule decides. */
  | { readonly rule: 'assignment-rule' };

export interface CompanySettings {
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly weekStart: 'monday' | 'sunday';
  /** 1 to 12. */
  readonly fiscalYearStartMonth: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Domains of the company's own addresses: people with them are internal. */
  readonly internalDomains: readonly string[];
}

export interface StatusSettings {
  readonly marketing: StatusMap;
  readonly sales: StatusMap;
  readonly policy: Policy;
}

/** How one side's status values and the ladder's rungs translate. */
export interface StatusMap {
  /** The CRM's field name, opaque. */
  readonly field: string;
  /** Value to rung; a value without a rung quarantines its record. */
  readonly reads: ReadonlyMap<string, Rung>;
  /** Rung to value; `null` is `hold`: not written on this side, counted. Every rung is present. */
  readonly writes: ReadonlyMap<Rung, string | null>;
  /** What an empty status means; null: the person has no status yet. */
  readonly blank: Rung | null;
  /** Further fields whose history tells of rungs (a lifecycle stage), for the statistics only. */
  readonly history: ReadonlyMap<string, ReadonlyMap<string, Rung>>;
  /** Further fields of this side that follow the rung; none where absent. */
  readonly also?: readonly FollowingField[] | undefined;
}

/** A field that is written whenever the rung moves (a lifecycle stage beside the lead status). Nothing is read from it into the merge. */
export interface FollowingField {
  /** The CRM's field name, opaque. */
  readonly field: string;
  /** Rung to value; `null`: not written for this rung. */
  readonly writes: ReadonlyMap<Rung, string | null>;
  /** True: never to a value that the CRM lists before the present one. */
  readonly forwardOnly: boolean;
}

export type Policy = 'most-recent' | 'prefer-marketing' | 'prefer-sales' | 'prefer-unless-blank' | 'furthest' | 'ask';

export interface FieldSettings {
  readonly name: string;
  /** The CRMs' field names, opaque. */
  readonly marketing: string;
  readonly sales: string;
  readonly direction: 'both' | 'to-sales' | 'to-marketing';
  readonly policy: Exclude<Policy, 'furthest'>;
  /** For `prefer-unless-blank`: the preferred side. */
  readonly prefer: Side;
  /** True: a blank value may overwrite. */
  readonly blankOverwrites: boolean;
  /** What a value becomes on the other side; absent: by the types of both fields. */
  readonly transform?: 'owner-by-email' | Transform | undefined;
  /** Marketing's value to sales' value, for picklists with different options; others are refused. */
  readonly values?: Readonly<Record<string, string>> | undefined;
}

/**
 * A translation of a field's values in code. Must depend on the value alone. One that throws, or gives two answers for one
 * value, has its record held back. Never called with a blank.
 */
export interface Transform {
  /** Your name for it. */
  readonly id: string;
  /** Raise it with every change of the code: plans and state are bound to id and version, which the configuration's hash holds. */
  readonly version: number;
  /** A value of marketing as sales takes it; needed where the field goes there. */
  readonly toSales?: ((value: FieldValue) => FieldValue) | undefined;
  /** A value of sales as marketing takes it; needed where the field goes there. */
  readonly toMarketing?: ((value: FieldValue) => FieldValue) | undefined;
}

export interface GuardSettings {
  /** A run that would change more than both limits stops. */
  readonly changes: { readonly count: number; /** Of linked people, 0 to 1. */ readonly share: number };
  readonly creates: number;
  readonly unlinks: { readonly share: number };
  /** A side that lists less than this share of what it listed last time stops the run, 0 to 1. */
  readonly shrunkBelow: number;
  /** People written in the first live run before it stops and asks; 0 switches the canary off. */
  readonly canary: number;
  /** Status writes within any hour; what is more waits for later runs. Null: no limit. */
  readonly statusWritesPerHour: number | null;
  /** Share of the vendor's daily allowance that is left to others, 0 to 1. */
  readonly budgetReserve: number;
}

export interface OutcomeSettings {
  /** The origin rules in the order they are tried. */
  readonly rules: readonly OriginRule[];
  /** Reviewed pairs of campaigns: one of marketing's, any number of sales'. Names or ids. */
  readonly campaigns: readonly { readonly marketing: string; readonly sales: readonly string[] }[];
  /** Days before today without a touch after which a handed lead counts as untouched in the tally. */
  readonly untouchedAfterDays: number;
  /** Also write the outcome fields on people and members. */
  readonly people: boolean;
  readonly members: boolean;
}

export type OriginRule = 'primary-campaign-by-person' | 'first-responded-member' | 'marketing-campaign' | 'utm';

/** Which team a user belongs to; e-mail addresses or team names, lower case. Users in neither list are sales when they own sales records. */
export interface TeamSettings {
  readonly marketing: readonly string[];
  readonly sales: readonly string[];
  /** Users that are programs: their acts count as integration, never as human. */
  readonly integrations: readonly string[];
}

export interface ReportSettings {
  readonly touchPolicy: 'human' | 'human+sequence' | 'any';
  /** Cells with fewer leads are merged to "other". */
  readonly minCell: number;
  readonly horizonDays: number;
  /** The attempts after which a lead is not dropped any more (A2, A4). */
  readonly attempts: number;
}
