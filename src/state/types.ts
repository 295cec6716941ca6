import type { Cursor, Stream, WriteKind } from '../crm.ts';
import type { PlanLine } from '../model/plan.ts';
import type { DealOutcome } from '../model/records.ts';
import type { FieldValue, Fields, Instant, Mode, RecordId, Rung, Side } from '../model/words.ts';
import type { RestoredNote } from './stores.ts';

export type * from './stores.ts';

/** A person's record as it was last seen in one CRM. Holds what the merge and the links need, no more. */
export interface StoredPerson {
  readonly side: Side;
  readonly id: RecordId;
  readonly object: string;
  readonly version: string;
  readonly modifiedAt: Instant;
  readonly createdAt: Instant;
  /** Normalised, the primary one first. */
  readonly emails: readonly string[];
  /** How many of the record's addresses could not be read as addresses. */
  readonly badEmails: number;
  readonly crossIds: readonly string[];
  readonly key: string | null;
  /** The record that this one was converted into; null when it was not, or when the target is not known. */
  readonly convertedTo: RecordId | null;
  readonly converted: boolean;
  readonly dealOutcomes: readonly DealOutcome[];
  /** Raw values of the mapped fields, by the CRM's names. */
  readonly fields: Fields;
  /** The person it belongs to; null until links were resolved. */
  readonly linkId: string | null;
}

export interface PersonRef {
  readonly side: Side;
  readonly id: RecordId;
}

/**
 * How records were found to be one person; `stored`: once linked, nothing but the stored link joins them any more; `person`:
 * somebody said so; `group`: several records of sales are one person with one of marketing.
 */
export type LinkRule = 'single' | 'conversion' | 'stored' | 'cross-id' | 'key' | 'email' | 'policy' | 'person' | 'group';
export type LinkKind = 'single' | 'linked' | 'ambiguous';

/** One person: the records that are it. */
export interface Link {
  readonly id: string;
  readonly kind: LinkKind;
  readonly rule: LinkRule;
  /** 0 to 1. */
  readonly confidence: number;
  readonly members: readonly PersonRef[];
  /** For `ambiguous`: the records among which nobody has chosen yet. */
  readonly candidates: readonly PersonRef[];
}

/** A person with everything that a merge looks at. */
export interface LinkedPerson {
  readonly id: string;
  readonly kind: LinkKind;
  readonly members: readonly StoredPerson[];
  readonly bases: ReadonlyMap<string, Base>;
  /** Fields that are left alone until somebody releases them, as `frozenField` names them. @default none */
  readonly frozen?: ReadonlySet<string>;
}

/** What both sides held when they last agreed on a field; the ancestor of the three-way merge. */
export interface Base {
  readonly linkId: string;
  /** The name in the configuration: `status`, or a mapped field's name. */
  readonly field: string;
  /** Raw values; undefined where the side has no such field. */
  readonly marketing: FieldValue | undefined;
  readonly sales: FieldValue | undefined;
  /** The agreed rung, for the status. */
  readonly rung: Rung | null;
  /** The side that the agreed value was not written to, because its map or direction holds it back. */
  readonly held: Side | null;
  readonly at: Instant;
}

export interface StoredCursor {
  readonly side: Side;
  readonly stream: Stream;
  /** Null: the next pass has to begin anew. */
  readonly cursor: Cursor | null;
  readonly asOf: Instant;
  /** The pass was read to its end. */
  readonly done: boolean;
  /** Number of the pass; records of an earlier pass that a full pass did not list are gone. */
  readonly pass: number;
  /** The pass began without a cursor: it lists everything. */
  readonly full: boolean;
  /** Pages were taken into the state that the warehouse has not got. */
  readonly warehouseBehind: boolean;
}

export interface RunRecord {
  readonly id: string;
  readonly command: string;
  readonly mode: Mode;
  readonly epoch: number;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly status: 'running' | 'done' | 'stopped' | 'failed';
  /** Error code, where it did not end well. */
  readonly code: string | null;
  /** JSON: what the run reported. */
  readonly detail: string | null;
  /** Whoever started it, as the machine knows them; null where nobody said. */
  readonly user: string | null;
  /** Whoever approved the plan that it applied. */
  readonly approver: string | null;
}

/** Somebody's word that nothing is to be written. */
export interface Pause {
  readonly by: string;
  readonly reason: string | null;
  readonly at: Instant;
  /** Over by itself from then on; null: until somebody resumes. */
  readonly until: Instant | null;
}

/**
 * `open`: sent or about to be sent, outcome not known. `applied`: stands in the CRM. `rejected`: the CRM refused it.
 * `superseded`: had no effect and was dropped for a newer decision. `raced`: overwrote a value nobody had read; repaired.
 * `skipped`: never sent.
 */
export type IntentStatus = 'open' | 'applied' | 'rejected' | 'superseded' | 'raced' | 'skipped';

/** The durable note of one write, made before it is sent. */
export interface Intent {
  readonly id: string;
  readonly runId: string;
  readonly line: PlanLine;
  /** What the target held when it was read just before, by change name. */
  readonly before: readonly (readonly [string, FieldValue | undefined])[];
  /** The target's own change stamp at that time; null for a create. */
  readonly targetAt: Instant | null;
  /** The bases that hold once it is applied. */
  readonly bases: readonly Base[];
  /** What was agreed on before, for an undo; a field without an entry had no base. */
  readonly basesBefore: readonly Base[];
  /** SHA-256 over target and values, hex. */
  readonly paramHash: string;
  readonly epoch: number;
  readonly at: Instant;
  readonly status: IntentStatus;
  /** The record written to, known after a create. */
  readonly recordId: RecordId | null;
  readonly code: string | null;
  readonly cause: string | null;
  readonly fix: string | null;
  readonly closedAt: Instant | null;
  /** The intent that this one repairs. */
  readonly repairs: string | null;
}

export interface IntentOutcome {
  readonly id: string;
  readonly status: Exclude<IntentStatus, 'open'>;
  readonly recordId?: RecordId | null;
  readonly code?: string | null;
  readonly cause?: string | null;
  readonly fix?: string | null;
  readonly at: Instant;
}

export type JournalCounts = Readonly<Record<IntentStatus, number>>;

/** A reason to hold a record back. */
export interface Hold {
  readonly side: Side;
  readonly kind: WriteKind;
  readonly recordId: string;
  readonly code: string;
  readonly cause: string;
  readonly fix: string;
  readonly at: Instant;
}

/** A field of a record that is left alone until somebody releases it. */
export interface Frozen {
  readonly side: Side;
  readonly kind: WriteKind;
  readonly recordId: RecordId;
  /** A mapped field's name, or `own:` and the stem of one of Truce's own fields. */
  readonly field: string;
  /** `undo`: its run was undone; `fight`: an automation keeps rewriting what is written. */
  readonly why: 'undo' | 'fight';
  /** The run whose writes were undone, or that found the fight. */
  readonly runId: string;
  /** The run that froze it. */
  readonly byRun: string;
  readonly at: Instant;
}

/** Somebody's word on whether two records are one person. */
export interface Choice {
  readonly marketing: RecordId;
  readonly sales: RecordId;
  readonly same: boolean;
  readonly at: Instant;
}

/** What is known about records beyond what stands on them. */
export interface VerdictRows {
  readonly choices: readonly Choice[];
  /** Records (`side`, `id`) whose linked counterpart was deleted, with its id. */
  readonly tombstones: readonly (PersonRef & { readonly goneId: string; readonly at: Instant })[];
}

/** Changes that are stored together or not at all, durable when the promise resolves. */
export interface StateBatch {
  readonly people?: readonly StoredPerson[];
  /** The pass in which `people` were seen. */
  readonly pass?: number;
  /** Records that are no more; `erased` also removes their values from journal and bases. */
  readonly gone?: readonly (PersonRef & {
    readonly erased: boolean;
    readonly mergedInto: RecordId | null;
    /** Somebody deleted it: what was linked to it is remembered to have lost it. @default false */
    readonly deleted?: boolean;
    readonly at?: Instant;
  })[];
  /** `unchanged`: all members belonged to it before, so that it may stay settled. Members are looked at no more until their identity changes. */
  readonly links?: readonly (Link & {
    readonly unchanged?: boolean;
    /** A record that belonged to it does no more: what was agreed on is void. */
    readonly parted?: boolean;
  })[];
  /** What somebody decided about pairs of records; `same: null` takes an earlier word back. Their links are resolved anew. */
  readonly choose?: readonly (Omit<Choice, 'same'> & { readonly same: boolean | null })[];
  /**
   * People who are not to be taken in again (`marks`: `email:ADDRESS`, `SIDE:ID`, `key:KEY`; only their HMAC is kept), and the
   * records that are to be erased by `ForgottenStore.finish`.
   */
  readonly forget?: { readonly marks: readonly string[]; readonly refs: readonly PersonRef[]; readonly at: Instant };
  /** Links that members have left; dropped when nobody belongs to them any more. */
  readonly left?: readonly string[];
  /** Records that are in no link of this batch and shall not be looked at again either. */
  readonly resolved?: readonly PersonRef[];
  /** Links with nothing left to do; the planner passes them by until a record changes. */
  readonly settled?: readonly string[];
  readonly unsettled?: readonly string[];
  readonly bases?: readonly Base[];
  /** Agreements that never were. */
  readonly dropBases?: readonly { readonly linkId: string; readonly field: string }[];
  readonly freeze?: readonly Frozen[];
  /** Releases what this run, or the undo of this run, froze; its people are planned again. */
  readonly thaw?: { readonly runId: string; readonly at: Instant };
  readonly cursors?: readonly StoredCursor[];
  /** Streams that have to be read from the beginning. */
  readonly forgetCursors?: readonly { readonly side: Side; readonly stream: Stream }[];
  readonly intents?: readonly Intent[];
  readonly outcomes?: readonly IntentOutcome[];
  readonly hold?: readonly Hold[];
  readonly release?: readonly { readonly side: Side; readonly kind: WriteKind; readonly recordId: string }[];
  readonly run?: RunRecord;
  /**
   * The state is an older copy: agreements are dropped, open intents closed, everybody is planned again. Null: somebody
   * confirmed it.
   */
  readonly restored?: RestoredNote | null;
}
