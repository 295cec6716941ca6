/** The two sides of the quarrel: marketing's CRM and sales' CRM. The engine knows sides, never vendors. */
export type Side = 'marketing' | 'sales';

/** What a run may do: read only; write Truce's own outcome fields; also write status and mapped fields. */
export type Mode = 'observe' | 'outcomes' | 'sync';

/** Epoch milliseconds, UTC. ISO strings only in what people read. */
export type Instant = number;

/** How exact an instant is. A `day` stands for the whole UTC day that begins at the instant. */
export type Precision = 'ms' | 'second' | 'day';

/**
 * A field's value at the boundary. `null` is cleared; a field that is not there is absent from its map.
 * Dates and instants are ISO strings, money is a decimal string (`"1234.50"`), multi-picklists join their values with `;`.
 */
export type FieldValue = string | number | boolean | null;

/** Values by the CRM's own field name. A Map, because field names are hostile (`__proto__`). */
export type Fields = ReadonlyMap<string, FieldValue>;

declare const recordId: unique symbol;
/** A record's id in its CRM, in one canonical form per CRM. */
export type RecordId = string & { readonly [recordId]: true };

/** The rungs of the status ladder in order, then the side exits. */
export type Rung = 'new' | 'engaged' | 'mql' | 'handed' | 'working' | 'accepted' | 'sql' | 'opportunity' | 'customer' | SideExit;
export type SideExit = 'rejected' | 'recycled';

/** An amount in minor units of its currency (cents; JPY has none, KWD thousandths). */
export interface Money {
  readonly minor: bigint;
  /** ISO 4217. */
  readonly currency: string;
}
