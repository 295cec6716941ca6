import type { FieldValue, Fields, Instant, Money, Precision, RecordId } from './words.ts';

/** A person's record: a contact, or a lead before or after its conversion. */
export interface Person {
  readonly id: RecordId;
  /** The CRM's record type (`contact`, `Lead`, `Contact`); opaque to the engine, handed back on writes. */
  readonly object: string;
  readonly createdAt: Instant;
  /** Raw addresses, the primary one first; normalised by the engine. */
  readonly emails: readonly string[];
  readonly name: string | null;
  readonly company: string | null;
  /** The other side's record id stored on this record (by Truce or by the native connector), where there is one. */
  readonly crossIds: readonly string[];
  /** Truce's unique key (`truce_key`), where the record was created by Truce. */
  readonly key: string | null;
  readonly accountId: RecordId | null;
  readonly ownerId: RecordId | null;
  /** Where the lead came from, as this CRM says it (original source, lead source). */
  readonly channel: string | null;
  /** Campaign hints for the origin rules: UTM and source properties, lower-case keys (`utm_campaign`). */
  readonly hints: ReadonlyMap<string, string>;
  /** Score as of now; its history comes through `status-history` where it is kept. */
  readonly score: number | null;
  readonly optedOut: boolean;
  /** This CRM's own statement who created the record. */
  readonly createdBy: ActorRef;
  /** Set when a lead was converted: what it became. Its status is derived from the deals and never written. */
  readonly converted: Conversion | null;
  /** The outcomes of the deals this person takes part in, for the derived status; empty before a conversion. */
  readonly dealOutcomes: readonly DealOutcome[];
  /** The fields asked for, raw. A field this CRM doesn't have, or hides, is absent. */
  readonly fields: Fields;
}

export interface Conversion {
  readonly contactId: RecordId | null;
  readonly accountId: RecordId | null;
  readonly dealId: RecordId | null;
  readonly at: Instant;
  readonly precision: Precision;
}

export type DealOutcome = 'open' | 'won' | 'lost';

export interface Account {
  readonly id: RecordId;
  readonly name: string | null;
  readonly domain: string | null;
  readonly employees: number | null;
  readonly industry: string | null;
  readonly country: string | null;
}

export interface Campaign {
  readonly id: RecordId;
  readonly name: string;
  readonly parentId: RecordId | null;
  /** Stored id of the paired campaign on the other side, where there is one. */
  readonly crossIds: readonly string[];
  readonly channel: string | null;
  readonly utm: string | null;
  readonly status: string | null;
  readonly startsAt: Instant | null;
  readonly endsAt: Instant | null;
  readonly createdAt: Instant;
  readonly cost: Money | null;
  /** ISO 4217, where the campaign has a currency of its own. */
  readonly currency: string | null;
}

/** A person's membership of a campaign. */
export interface Member {
  readonly id: RecordId;
  readonly campaignId: RecordId;
  readonly personId: RecordId;
  readonly addedAt: Instant | null;
  readonly respondedAt: Instant | null;
  readonly precision: Precision;
  readonly status: string | null;
  readonly responded: boolean;
}

export interface Deal {
  readonly id: RecordId;
  readonly name: string | null;
  /** The other side's deal id stored on this one. */
  readonly crossIds: readonly string[];
  readonly accountId: RecordId | null;
  readonly ownerId: RecordId | null;
  readonly createdAt: Instant;
  readonly outcome: DealOutcome;
  readonly stage: string | null;
  /** When it closed: the stage history's instant where known, else the close date (`day`). Null while open. */
  readonly closedAt: Instant | null;
  readonly closedPrecision: Precision;
  readonly amount: Money | null;
  readonly type: string | null;
  /** The picklist or mapped text that says why it was won or lost; null when nobody said. */
  readonly reason: string | null;
  /** The primary campaign source; `campaignSetByPerson` only when a history shows a human author. */
  readonly campaignId: RecordId | null;
  readonly campaignSetByPerson: boolean | null;
  readonly channel: string | null;
  /** How often the deal went from closed back to open, where a history shows it. */
  readonly reopened: number;
}

/** A person's part in a deal (contact role, association). */
export interface DealPerson {
  readonly id: RecordId;
  readonly dealId: RecordId;
  readonly personId: RecordId;
  readonly role: string | null;
  readonly primary: boolean;
  readonly addedAt: Instant | null;
}

export type TouchKind = 'call' | 'email' | 'meeting' | 'social' | 'sms' | 'task' | 'form' | 'click' | 'visit' | 'event' | 'response';
export type TouchResult =
  | 'answered'
  | 'no_answer'
  | 'sent'
  | 'replied'
  | 'held'
  | 'no_show'
  | 'bounced'
  | 'failed'
  | 'scheduled'
  | 'canceled'
  | null;

/** One interaction with a person, logged in this CRM. */
export interface Touch {
  readonly id: RecordId;
  readonly personIds: readonly RecordId[];
  readonly dealId: RecordId | null;
  readonly occurredAt: Instant;
  readonly precision: Precision;
  readonly kind: TouchKind;
  /** Seen from the company: `out` is an attempt, `in` is the prospect's own act. */
  readonly direction: 'in' | 'out';
  readonly actor: ActorRef;
  readonly result: TouchResult;
  readonly campaignId: RecordId | null;
}

/** Who did something, as the CRM's history says it. */
export interface ActorRef {
  readonly kind: ActorKind;
  /** The user's or owner's id in this CRM, where it is known. */
  readonly userId: RecordId | null;
  /** The CRM's own word for the source (`CRM_UI`, `INTEGRATION`, a profile name), for explanations. */
  readonly label: string | null;
}

/** `truce` is this integration itself; `connector` the native HubSpot-Salesforce integration. */
export type ActorKind = 'human' | 'truce' | 'connector' | 'integration' | 'workflow' | 'sequence' | 'bot' | 'prospect' | 'unknown';

/** One change of a tracked field of a person or a deal. Raw values; the engine maps them to rungs. */
export interface StatusChange {
  readonly id: RecordId;
  readonly entity: 'person' | 'deal';
  readonly entityId: RecordId;
  /** The CRM's field name, or the reserved words `created`, `converted`, `owner`. */
  readonly field: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
  readonly at: Instant;
  readonly precision: Precision;
  readonly actor: ActorRef;
  /** For deal stages: what the stage means, from the CRM's own stage metadata. */
  readonly outcome: DealOutcome | null;
}

export interface User {
  readonly id: RecordId;
  /** A second id of the same user where the CRM has two id spaces (owner id and user id). */
  readonly otherId: RecordId | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly active: boolean;
  /** `queue` holds records nobody owns yet. */
  readonly kind: 'person' | 'queue' | 'integration';
  /** Team or role names, as the CRM has them. */
  readonly teams: readonly string[];
  readonly timeZone: string | null;
}

/** A dated exchange rate: one unit of the company's currency is `rate` units of `currency` from `startsAt` on. */
export interface Rate {
  readonly id: RecordId;
  readonly currency: string;
  readonly startsAt: Instant;
  /** Decimal string, exact as the CRM gives it. */
  readonly rate: string;
  readonly corporate: boolean;
}
