import type { NewLead, OwnStem, WriteKind } from '../crm.ts';
import type { FieldValue, Instant, Mode, RecordId, Rung, Side } from './words.ts';

/** The rule that decided a field, in the order the merge tries them. */
export type Rule =
  | 'propagate'
  | 'both-agree'
  | 'first-agreement'
  | 'most-recent'
  | 'prefer-marketing'
  | 'prefer-sales'
  | 'prefer-unless-blank'
  | 'furthest'
  /** A field that follows the status; `-forward`: never back. */
  | 'follow'
  | 'follow-forward'
  | 'ask'
  | 'recompute'
  | 'handover'
  | 'repair'
  | 'undo';

/** How sure the decision is of the order of events: by the field's own history, by record stamps, or not at all. */
export type Certainty = 'history' | 'record-stamp' | 'none';

/** One field of one write. */
export interface PlannedChange {
  /** The mapped field's name in the configuration (`status`), or an own field's stem. */
  readonly name: string;
  /** The CRM's field name; null for Truce's own fields, which go by stem. */
  readonly remote: string | null;
  readonly own: OwnStem | null;
  readonly before: FieldValue | undefined;
  readonly after: FieldValue;
  readonly rule: Rule;
  readonly certainty: Certainty;
  /** One sentence with both values, both times, the rule. Holds no personal data beyond the values. */
  readonly reason: string;
  /** Automation that a write to this field may start; null when none is known. */
  readonly sideEffect: string | null;
  /** What both sides hold once this is written: the next base. Absent for what has no base (outcomes). */
  readonly settles?: Settlement;
}

/** An agreement on one field; a side without the field has no value here. */
export interface Settlement {
  readonly marketing?: FieldValue;
  readonly sales?: FieldValue;
  readonly rung: Rung | null;
  /** The side that does not get the value, because its map, direction or deals hold it back. */
  readonly held: Side | null;
}

/** One intended write: one record of one CRM. */
export interface PlanLine {
  /** Stable within its plan. */
  readonly id: string;
  readonly room: 'sync' | 'outcomes' | 'repair' | 'undo';
  readonly side: Side;
  readonly kind: WriteKind;
  readonly op: 'update' | 'create';
  readonly recordId: RecordId | null;
  readonly object: string | null;
  /** Truce's unique key for creates. */
  readonly key: string | null;
  /** The link (person) or campaign pair that the line serves. */
  readonly linkId: string | null;
  /** Deep links to the record and, where it exists, its counterpart. */
  readonly urls: Readonly<Partial<Record<Side, string>>>;
  readonly conflict: boolean;
  readonly changes: readonly PlannedChange[];
  /** With a create: what the new record comes with. */
  readonly lead?: NewLead;
}

export interface PlanHeader {
  readonly format: 'truce-plan/1';
  readonly id: string;
  readonly createdAt: Instant;
  readonly mode: Mode;
  /** Account ids of both sides; a plan is refused elsewhere. */
  readonly accounts: Readonly<Record<Side, string>>;
  readonly configHash: string;
  /** The state's epoch at planning time. */
  readonly epoch: number;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly conflict: number;
  readonly unchanged: number;
  /** Changes that a side's map holds back on purpose. */
  readonly held: number;
  readonly quarantined: number;
  /** Estimated calls to apply it. */
  readonly calls: Readonly<Record<Side, number>>;
  /** Records that wait for later runs, because an hour's status writes are used up. @default 0 */
  readonly waiting?: number;
  /** Records to be written, by side. */
  readonly writes?: Readonly<Record<Side, number>>;
  /** What the vendor still allowed for the day when the plan was made; null where it does not say. */
  readonly budget?: Readonly<Record<Side, { readonly limit: number; readonly remaining: number } | null>>;
}

/** A stream of lines with a summary and a hash. As a file: NDJSON with header, lines, footer. */
export interface Plan {
  readonly header: PlanHeader;
  readonly summary: PlanSummary;
  /** SHA-256 over header and lines, hex. */
  readonly hash: string;
  /** May be iterated more than once. */
  lines(): AsyncIterable<PlanLine>;
}

export interface QuarantineEntry {
  readonly side: Side;
  readonly kind: WriteKind;
  readonly recordId: string;
  readonly code: string;
  readonly cause: string;
  readonly fix: string;
  readonly attempts: number;
  readonly firstAt: Instant;
  readonly nextAt: Instant;
}
