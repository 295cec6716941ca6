import type { Account, ActorRef, Campaign, Deal, DealPerson, Member, Person, Rate, StatusChange, Touch, User } from './model/records.ts';
import type { Description } from './description.ts';
import type { CrmError } from './errors.ts';
import type { Ports } from './ports.ts';
import type { ProbeOptions, Probes } from './probe.ts';
import type { FieldValue, Fields, Instant, Precision, RecordId } from './model/words.ts';

export type * from './description.ts';
export type { ProbeOptions, ProbeResult, Probes } from './probe.ts';

/**
 * What a CRM adapter offers: the one boundary between the engine and a vendor. An adapter is a function from options to
 * a plain object of this shape. Facts about a vendor are data (`capabilities`, `describe()`); no method throws
 * "not implemented". Everything unexpected is a `CrmError`; what happens to a single record is data.
 */
export interface Crm {
  /** The adapter's name in messages and reports, for example `hubspot`. */
  readonly system: string;
  readonly capabilities: Capabilities;

  /** Who is on the other end. The engine pins `id` at the first run and refuses another one later. */
  account(options?: CallOptions): Promise<AccountInfo>;

  /** Fields, picklists, permissions, history tracking, and who else writes the fields. */
  describe(options?: DescribeOptions): Promise<Description>;

  /**
   * Pages of what changed in a stream since `cursor` (null: everything), in an order the adapter owns. At least once
   * within an overlap that the adapter owns; the engine dedupes by (id, version). The last page has `done: true`, and
   * its cursor stands for all that was visible when the pass began.
   */
  changes<S extends Stream>(stream: S, cursor: Cursor | null, options?: ChangesOptions): AsyncIterable<ChangePage<S>>;

  /** Reads records by reference: one answer per reference, in order, each with all records that match. Never through a search index. */
  read<K extends ReadKind>(kind: K, refs: readonly Ref[], options: ReadOptions): Promise<readonly ReadAnswer<K>[]>;

  /**
   * Writes a batch of any length; the adapter cuts it to the vendor's sizes. One result per item, in order. An answer
   * that can't be matched to its item is `ambiguous`, never success. Retries only what can't have taken effect.
   */
  write(kind: WriteKind, batch: readonly WriteItem[], options?: WriteOptions): Promise<readonly WriteResult[]>;

  /**
   * Plans which of Truce's own fields are missing here; with `create: true` creates them, with their permissions.
   * Touches nothing it did not make.
   */
  provision(fields: readonly OwnField[], options: ProvisionOptions): Promise<Provision>;

  /** What is left of the vendor's allowance, as far as it is known without spending any. */
  budget(): Promise<Budget>;

  /**
   * Asks the account about behaviour that the vendor's documentation leaves open; absent where nothing is open. With
   * `write` it creates a record of its own and removes it again.
   */
  probe?(options: ProbeOptions): Promise<Probes>;

  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface WriteOptions extends CallOptions {
  /** True: the fewest calls matter, races don't (`capabilities.bulk`); without that capability it changes nothing. @default false */
  readonly bulk?: boolean;
}

export interface DescribeOptions extends CallOptions {
  /** Also record types and validation rules, where the CRM has them and they may be read; costs a call per rule. @default false */
  readonly setup?: boolean;
  /** Look for automation that uses one of these fields of people (the CRM's names); costs up to about 80 calls. @default it is not looked for */
  readonly automation?: readonly string[];
  /** Also count what a first pull would read; costs up to nine calls. @default false */
  readonly volumes?: boolean;
}

/** Facts about a vendor, each with its consequence for the engine. */
export interface Capabilities {
  /** True: `WriteItem.ifUnmodifiedSince` is honoured by the vendor. False: the engine reads histories after writing and repairs. */
  readonly conditionalWrite: boolean;
  /** True: `read` can return field histories, so an edit that was overwritten unseen can be found and put back. */
  readonly propertyHistory: boolean;
  /** Precision of change stamps: edits within one step can't be ordered. */
  readonly stampPrecision: Precision;
  /** How each stream is read; a stream that is absent does not exist in this CRM. `snapshot`: every pass lists everything, deletions show by absence. */
  readonly streams: Readonly<Partial<Record<Stream, 'incremental' | 'snapshot'>>>;
  /** Records per call, for the plan's cost estimate. */
  readonly perCall: { readonly read: number; readonly readWithHistory: number; readonly write: number; readonly campaignWrite: number };
  /**
   * Where it is there, more than `above` updates may be written with `bulk: true`: as asynchronous jobs of up to `rows`
   * rows in about `calls` calls each, unconditionally and over minutes, so that a user's edit in that time is overwritten
   * unseen. The engine does so only where the configuration says `raceDetection: none`.
   */
  readonly bulk?: { readonly above: number; readonly rows: number; readonly calls: number };
  /** True: creates may carry a `lead`. Absent: nobody is handed over to this CRM. */
  readonly handover?: boolean;
  /** The name of the history source under which the native HubSpot-Salesforce integration writes here; null when it has none. */
  readonly connectorLabel: string | null;
}

export interface AccountInfo {
  /** Portal id, organisation id. */
  readonly id: string;
  readonly name: string;
  readonly timeZone: string | null;
  readonly currency: string | null;
  readonly multiCurrency: boolean;
  readonly sandbox: boolean;
  /** The user or app whose credentials these are; its writes are ours. */
  readonly self: { readonly userId: RecordId | null; readonly appId: string | null; readonly name: string };
  /** Templates of deep links, `{id}` stands for the record id. Keys: `person` or `person:<object>`, `campaign`, `deal`. */
  readonly links: Readonly<Record<string, string>>;
  readonly apiVersion: string;
}

export type Stream = keyof StreamRecords;
export interface StreamRecords {
  readonly people: Person;
  readonly accounts: Account;
  readonly campaigns: Campaign;
  readonly members: Member;
  readonly deals: Deal;
  readonly 'deal-people': DealPerson;
  readonly touches: Touch;
  readonly 'status-history': StatusChange;
  readonly users: User;
  readonly rates: Rate;
}

/** Opaque to the engine: a JSON string that the adapter wrote. */
export type Cursor = string & { readonly __cursor: true };

export interface ChangesOptions extends CallOptions {
  /** The CRM's field names to return in `Person.fields`. */
  readonly fields?: readonly string[];
  /** The fields whose changes `status-history` shall report, beside owner, creation, conversion and deal stage. */
  readonly historyFields?: readonly string[];
  /** Vendor-specific restriction (a list's name, a filter); leaving the scope is reported as `left`. */
  readonly scope?: string | null;
}

export interface ChangePage<S extends Stream> {
  readonly events: readonly ChangeEvent<StreamRecords[S]>[];
  /** Resuming here repeats nothing that was delivered before, beyond the overlap. */
  readonly cursor: Cursor;
  readonly done: boolean;
  /** Server time when the pass began: everything visible then has been delivered once `done`. */
  readonly asOf: Instant;
  /** How far back this stream reaches, when the vendor lets old rows expire; null when complete. */
  readonly historyFrom: Instant | null;
}

export type ChangeEvent<R> =
  | {
      readonly type: 'upsert';
      readonly id: RecordId;
      /** Changes whenever the record does. */ readonly version: string;
      readonly at: Instant;
      readonly record: R;
    }
  | { readonly type: 'deleted'; readonly id: RecordId; readonly at: Instant }
  | { readonly type: 'merged'; readonly id: RecordId; readonly into: RecordId; readonly at: Instant }
  | { readonly type: 'erased'; readonly id: RecordId; readonly at: Instant }
  /** The record is still there but no longer in `ChangesOptions.scope`: hands off. */
  | { readonly type: 'left'; readonly id: RecordId; readonly at: Instant };

export type ReadKind = 'person' | 'campaign' | 'member';
export interface ReadRecords {
  readonly person: Person;
  readonly campaign: Campaign;
  readonly member: Member;
}

/** `key` is Truce's unique key, found strongly consistently (unique property, external id). */
export type Ref = { readonly id: RecordId; readonly object?: string } | { readonly key: string } | { readonly email: string };

export interface ReadOptions extends CallOptions {
  /** The CRM's field names. */
  readonly fields: readonly string[];
  /** Truce's own fields, by stem. */
  readonly own?: readonly OwnStem[];
  /** Also the histories of `fields`, newest first, where the vendor keeps them. */
  readonly history?: boolean;
  /** What was read up to this long ago, in milliseconds, will do: a stream may just have delivered it. Never for what is about to be written. @default it is read now */
  readonly maxAgeMs?: number;
}

export interface ReadAnswer<K extends ReadKind = ReadKind> {
  readonly ref: Ref;
  readonly found: readonly ReadRecord<K>[];
}

export interface ReadRecord<K extends ReadKind = ReadKind> {
  readonly record: ReadRecords[K];
  readonly version: string;
  /** The record's own change stamp. */
  readonly modifiedAt: Instant;
  /** The fields asked for; for people the same map as `record.fields`. */
  readonly fields: Fields;
  readonly own: ReadonlyMap<OwnStem, FieldValue>;
  /** By field; absent where the vendor keeps no history of it. */
  readonly history: ReadonlyMap<string, readonly HistoryEntry[]>;
}

export interface HistoryEntry {
  readonly value: FieldValue;
  readonly at: Instant;
  readonly precision: Precision;
  readonly actor: ActorRef;
}

export type WriteKind = 'person' | 'campaign' | 'member';

export interface WriteItem {
  /** The intent's id; comes back in the result. Also sent to the vendor as a trace id where it takes one. */
  readonly intentId: string;
  readonly op: 'update' | 'create';
  /** Required for `update`. */
  readonly id?: RecordId;
  readonly object?: string;
  /** Truce's unique key, required for `create`. */
  readonly key?: string;
  readonly fields: Fields;
  readonly own?: ReadonlyMap<OwnStem, FieldValue>;
  /** With a create of somebody who is handed over (`capabilities.handover`): made together with the record, or none of it is. */
  readonly lead?: NewLead;
  /** Write only if the record did not change after this instant (where `capabilities.conditionalWrite`). */
  readonly ifUnmodifiedSince?: Instant;
}

/** What somebody who is handed over comes with. */
export interface NewLead {
  /** A user or queue; `assignment-rule`: the CRM's own rule decides; null: whoever creates it. */
  readonly owner: RecordId | 'assignment-rule' | null;
  /** The person wants no marketing e-mails. */
  readonly optedOut: boolean;
  /** The campaign that the new record becomes a member of. */
  readonly campaignId: RecordId | null;
  /** What the rep reads. */
  readonly note: { readonly subject: string; readonly text: string } | null;
}

export type WriteResult =
  | { readonly intentId: string; readonly status: 'applied'; readonly id: RecordId; readonly at: Instant }
  | {
      readonly intentId: string;
      readonly status: 'rejected';
      /** Truce's own code, the same for both vendors. */
      readonly code: RejectCode;
      /** The vendor's code and words, without personal data. */
      readonly cause: string;
      readonly fix: string;
      /** May work later without anyone changing anything (a row lock, a conflict in time). */
      readonly retryable: boolean;
      /** Another record that stands in the way, where the vendor names it. */
      readonly existingId?: RecordId;
      /** With `NOT_SENT`: what stopped the batch before this item. */
      readonly stoppedBy?: CrmError;
    }
  | { readonly intentId: string; readonly status: 'ambiguous'; readonly cause: string };

export type RejectCode =
  | 'NOT_FOUND'
  | 'MERGED'
  | 'CONVERTED'
  | 'CHANGED_MEANWHILE'
  | 'DUPLICATE'
  | 'INVALID_VALUE'
  | 'UNKNOWN_FIELD'
  | 'READ_ONLY_FIELD'
  | 'REQUIRED_FIELD'
  | 'VALIDATION_RULE'
  | 'NO_ACCESS'
  | 'LOCKED'
  /** Certainly not written, because the batch stopped before it: nothing is wrong with the record. */
  | 'NOT_SENT'
  | 'OTHER';

/** Stems of the fields Truce itself owns; each adapter names them in its vendor's way. */
export type OwnStem = CampaignStem | PersonStem | 'key' | 'cross_id';
export type CampaignStem =
  | 'leads'
  | 'handed_leads'
  | 'followed_up_leads'
  | 'untouched_leads'
  | 'rejected_leads'
  | 'top_rejection_reason'
  | 'won_deals'
  | 'won_amount'
  | 'lost_deals'
  | 'lost_amount'
  | 'loss_reasons'
  | 'top_loss_reason'
  | 'open_deals'
  | 'open_amount'
  | 'win_rate'
  | 'cost_per_win'
  | 'first_closed_at'
  | 'last_closed_at'
  | 'outcomes_updated_at';
/** On people and on campaign members. */
export type PersonStem = 'outcome' | 'outcome_amount' | 'outcome_reason' | 'outcome_closed_at' | 'outcome_campaign';

export interface OwnField {
  readonly on: WriteKind;
  readonly stem: OwnStem;
  readonly type: 'integer' | 'money' | 'percent' | 'text' | 'long-text' | 'instant' | 'choice' | 'unique-text';
  readonly label: string;
  /** Shown to users in the CRM: what it means, and in which currency. */
  readonly help: string;
  readonly options?: readonly string[];
}

export interface OwnFieldState {
  readonly on: WriteKind;
  readonly stem: OwnStem;
  readonly name: string;
  readonly state: 'ready' | 'missing' | 'invisible' | 'read-only' | 'wrong-type';
  readonly fix: string;
}

export interface ProvisionOptions extends CallOptions {
  /** False: only say what would be made. */
  readonly create: boolean;
}

export interface Provision {
  readonly steps: readonly ProvisionStep[];
  /** Files for an admin to review and deploy, by relative path. */
  readonly files: ReadonlyMap<string, string>;
}

export interface ProvisionStep {
  readonly what: string;
  readonly status: 'present' | 'planned' | 'created' | 'failed';
  readonly detail: string;
}

export interface Budget {
  /** Allowance for the current day; null where the vendor has not said it yet. */
  readonly perDay: { readonly limit: number; readonly remaining: number } | null;
  /** Requests this instance has sent, retries included. */
  readonly used: number;
}

/** What an adapter's exported function returns: options are bound, ports come from the composition root. */
export interface CrmFactory {
  readonly system: string;
  /** Makes the adapter; contacts nobody yet. */
  connect(ports: Ports): Crm;
}
