import type { DealOutcome } from '../model/records.ts';
import type { Instant, Money, Precision, RecordId, Side } from '../model/words.ts';
import type { RateInterval } from '../warehouse/rate-table.ts';
import type { Coverage } from '../warehouse/types.ts';

/** A merged campaign with its record in each CRM. */
export interface OutcomeCampaign {
  readonly id: string;
  readonly name: string;
  readonly records: readonly CampaignTarget[];
  /** What it cost, from one CRM; null when nobody said. */
  readonly cost: Money | null;
}

export interface CampaignTarget {
  readonly side: Side;
  readonly id: RecordId;
  /** ISO 4217, where this record has a currency of its own. */
  readonly currency: string | null;
}

/** Something that ties a person of a deal to a campaign. */
export interface Evidence {
  /** `response`: a campaign member who responded; `membership`: one who did not; `hint`: a UTM or source property. */
  readonly kind: 'response' | 'membership' | 'hint';
  /** The CRM that says it. */
  readonly side: Side;
  /** For hints: unique among marketing's own campaigns, or over both CRMs. */
  readonly scope: 'marketing' | 'any' | null;
  readonly campaignId: string;
  readonly leadId: string;
  /** Null where the CRM keeps no time of it. */
  readonly at: Instant | null;
  readonly precision: Precision;
  /** The member's id, or `property=value`. */
  readonly ref: string;
}

/** A merged deal, with what could say where it came from. */
export interface OutcomeDeal {
  readonly id: string;
  readonly createdAt: Instant | null;
  readonly outcome: DealOutcome;
  readonly closedAt: Instant | null;
  readonly amount: Money | null;
  readonly lossReason: string | null;
  /** The primary campaign source as the CRM holds it now. */
  readonly campaignId: string | null;
  /** True only when a history shows that a human set it. */
  readonly campaignSetByPerson: boolean;
  readonly leadIds: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** A record that a person's outcome is written to. */
export interface PersonTarget {
  readonly side: Side;
  readonly id: RecordId;
  readonly object: string | null;
}

/** A merged person as the tally needs it. */
export interface OutcomeLead {
  readonly id: string;
  readonly campaignId: string | null;
  readonly createdAt: Instant | null;
  /** Passed to sales, by history or by where it stands. */
  readonly handed: boolean;
  /** Null when no history shows when. */
  readonly handedAt: Instant | null;
  /** The latest attempt by a human of sales to reach the person; null when there was none. */
  readonly lastAttemptAt: Instant | null;
  /** Stands at rejected now. */
  readonly rejected: boolean;
  /** Was ever rejected, so that an outcome may have been written that has to be taken back. */
  readonly everRejected: boolean;
  readonly rejectionReason: string | null;
  readonly rejectedAt: Instant | null;
  readonly dealIds: readonly string[];
  readonly targets: readonly PersonTarget[];
}

/** A campaign member whose record carries its person's outcome. */
export interface OutcomeMember {
  readonly side: Side;
  readonly id: RecordId;
  readonly leadId: string;
}

/**
 * What the outcomes are computed from; filled by SQL from the warehouse, or from memory. Each sequence may be iterated
 * more than once and gives the same rows, in any order.
 */
export interface OutcomeSource {
  coverage(): Promise<readonly Coverage[]>;
  /** Rates against the company's currency. */
  rates(): Promise<readonly RateInterval[]>;
  campaigns(): AsyncIterable<OutcomeCampaign>;
  deals(): AsyncIterable<OutcomeDeal>;
  leads(): AsyncIterable<OutcomeLead>;
  members(): AsyncIterable<OutcomeMember>;
}
