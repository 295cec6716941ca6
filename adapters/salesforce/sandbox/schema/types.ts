import type { Row, Store } from '../store.ts';

/** A stored value: instants are epoch milliseconds, dates `YYYY-MM-DD`, references 18-character ids. */
export type Value = string | number | boolean | null;

/** The parts of a compound address, or a definition's metadata; only ever read, never stored. */
export type Address = Readonly<Record<string, unknown>>;

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'reference'
  | 'address'
  | 'anyType';

export interface PicklistValue {
  readonly value: string;
  /** @default the value */
  readonly label?: string;
  readonly isDefault: boolean;
  readonly active: boolean;
}

export interface FieldDef {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Longest value in characters; 0 where it has no meaning. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly nillable: boolean;
  /** Filled in by Salesforce when a create leaves it out. */
  readonly defaulted: boolean;
  readonly defaultValue: Value;
  /** Null for a picklist whose values stand in rows (stages, lead statuses): see `picklistOf`. */
  readonly picklist: readonly PicklistValue[] | null;
  readonly restricted: boolean;
  readonly referenceTo: readonly string[];
  /** `Account` for `AccountId`; null when it can't be followed. */
  readonly relationship: string | null;
  /** The name under which the parent lists these records; null when it doesn't. */
  readonly children: string | null;
  readonly cascadeDelete: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly custom: boolean;
  readonly filterable: boolean;
  readonly help: string | null;
  /** A field made by API is seen only by users who were granted it; all others by everyone. */
  readonly needsGrant: boolean;
  /** Computed on reading instead of stored. */
  readonly derive: ((row: Row, store: Store) => Value | Address) | null;
}

/** What an object keeps of its own past. */
export interface Tracking {
  readonly object: string;
  /** The history's field that points at the record. */
  readonly parent: string;
  /** Names of tracked fields; a reference is tracked by its id and its name. */
  readonly fields: ReadonlySet<string>;
}

export interface ObjectDef {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly prefix: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
  readonly mergeable: boolean;
  readonly replicateable: boolean;
  /** Also, or only, offered by the Tooling API. */
  readonly home: 'data' | 'tooling' | 'both';
  readonly tracking: Tracking | null;
  /** By lower-case name, in describe order; grows when a custom field is made. */
  readonly fields: Map<string, FieldDef>;
}
