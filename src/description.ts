import type { OwnFieldState, Stream } from './crm.ts';

/** What a CRM says of itself, with these credentials' eyes. */
export interface Description {
  /** Fields of people, by record type as in `Person.object`, and of campaigns. */
  readonly objects: readonly ObjectDescription[];
  readonly permissions: readonly PermissionCheck[];
  /** Truce's own fields: what of them is there and writable. */
  readonly own: readonly OwnFieldState[];
  /** What writes our fields beside us. */
  readonly connector: { readonly present: boolean; readonly fields: readonly string[]; readonly evidence: string } | null;
  /** Automation that uses the fields asked for; null when it was not asked for or can't be read with these credentials. */
  readonly automation: readonly Automation[] | null;
  /** What of it could not be read, in words; absent when it was not asked for. */
  readonly automationGaps?: readonly string[];
  /** What a first pull would read; absent when it was not asked for. */
  readonly volumes?: readonly StreamVolume[];
}

export interface ObjectDescription {
  readonly object: string;
  readonly label: string;
  readonly kind: 'person' | 'campaign' | 'deal';
  readonly fields: readonly FieldDescription[];
  /** Active kinds of record beside the one that all begin with; absent: not asked for, or unknown here. */
  readonly recordTypes?: readonly { readonly name: string }[];
  /** Rules of the admin's that refuse records; absent: not asked for, or they may not be read. */
  readonly rules?: readonly ValidationRule[];
}

/** A rule of the admin's: a record for which the formula holds is refused. */
export interface ValidationRule {
  readonly name: string;
  readonly active: boolean;
  /** In the vendor's formula language. */
  readonly formula: string;
  /** What the user is told. */
  readonly message: string;
  /** The field that the message stands at; null: the page's top. */
  readonly field: string | null;
}

export interface FieldDescription {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'number' | 'boolean' | 'date' | 'instant' | 'picklist' | 'multi-picklist' | 'money' | 'reference' | 'other';
  readonly writable: boolean;
  readonly required: boolean;
  /** Picklists only. `restricted`: values outside the options are refused. */
  readonly options: readonly FieldOption[];
  readonly restricted: boolean;
  readonly maxLength: number | null;
  /** Numbers and money only: how many decimals it holds; absent where the CRM sets no limit or does not say. */
  readonly scale?: number | undefined;
  /** Null: the CRM keeps the history of every field. */
  readonly historyTracked: boolean | null;
}

export interface FieldOption {
  readonly value: string;
  readonly label: string;
  readonly active: boolean;
  readonly isDefault: boolean;
  /** Can only be reached by converting the lead, never written. */
  readonly converted: boolean;
}

export interface PermissionCheck {
  /** What it allows, in the product's words: `read people`, `write campaigns`. */
  readonly name: string;
  readonly granted: boolean;
  /** Needed for which mode, and those that do more. */
  readonly neededFor: 'observe' | 'outcomes' | 'sync';
  /** What is left out without it, as a sentence, where the modes run all the same; absent: they can't. */
  readonly without?: string;
  /** What an admin has to switch on. */
  readonly fix: string;
}

/** An automation or rule of the CRM's own that uses a field: a write to it may start it, or be refused by it. */
export interface Automation {
  readonly field: string;
  readonly name: string;
  /** In the vendor's words: `flow`, `workflow`, `Apex trigger`, `validation rule`. */
  readonly kind: string;
}

/** How much a stream's first pass reads, estimated from counts. */
export interface StreamVolume {
  readonly stream: Stream;
  /** Null where it is not known. */
  readonly records: number | null;
  readonly calls: number;
  /** How long it takes when nothing else goes on, in milliseconds. */
  readonly ms: number;
}
