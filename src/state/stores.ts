import type { Stream, WriteKind } from '../crm.ts';
import type { PlanLine, QuarantineEntry } from '../model/plan.ts';
import type { Instant, RecordId, Side } from '../model/words.ts';
import type { LinkRow } from '../warehouse/types.ts';
import type {
  StoredPerson,
  PersonRef,
  Link,
  LinkedPerson,
  Base,
  StoredCursor,
  RunRecord,
  Pause,
  Intent,
  JournalCounts,
  Frozen,
  Choice,
  VerdictRows,
  StateBatch,
} from './types.ts';

export interface PeopleStore {
  get(side: Side, ids: readonly RecordId[]): Promise<ReadonlyMap<RecordId, StoredPerson>>;
  /** Records that are new or whose identity changed since links were last resolved, in a fixed order. */
  unresolved(limit: number): Promise<readonly StoredPerson[]>;
  /** For each record, all others that share an address, a key, a stored id or a conversion with it. Order as asked. */
  related(records: readonly StoredPerson[]): Promise<readonly (readonly StoredPerson[])[]>;
  /** By id, key or normalised address. */
  find(who: string): Promise<readonly StoredPerson[]>;
  count(side: Side): Promise<number>;
  /** Records of a side that an earlier pass saw and pass `pass` did not. */
  unseen(side: Side, pass: number, limit: number): Promise<readonly RecordId[]>;
  unseenCount(side: Side, pass: number): Promise<number>;
}

export interface LinkPage {
  /** Only links with a higher id. */
  readonly after: string;
  readonly limit: number;
  /** Also those with nothing left to do, for a configuration that changed. */
  readonly all: boolean;
}

export interface LinkStore {
  get(ids: readonly string[]): Promise<ReadonlyMap<string, LinkedPerson>>;
  /** Persons with records on both sides, by id. */
  page(options: LinkPage): Promise<readonly LinkedPerson[]>;
  /** Persons with records on this side only, by id, from behind `after`. */
  singles(options: { readonly side: Side; readonly after: string; readonly limit: number }): Promise<readonly LinkedPerson[]>;
  /** What the persons agreed on, by link. */
  bases(ids: readonly string[]): Promise<ReadonlyMap<string, readonly Base[]>>;
  linkedCount(): Promise<number>;
  unsettledCount(): Promise<number>;
  ambiguous(): Promise<readonly Link[]>;
  /** Links as they are stored, in no order. */
  named(ids: readonly string[]): Promise<readonly Link[]>;
  /** Ambiguous links with a higher id than `after`, by id. */
  ambiguousPage(after: string, limit: number): Promise<readonly Link[]>;
  /** Lets ambiguous links be looked at again, because the policy changed. */
  reopenAmbiguous(): Promise<void>;
  rows(): AsyncIterable<LinkRow>;
}

export interface CursorStore {
  get(side: Side, stream: Stream): Promise<StoredCursor | null>;
  all(): Promise<readonly StoredCursor[]>;
}

export interface RunStore {
  get(id: string): Promise<RunRecord | null>;
  last(limit: number): Promise<readonly RunRecord[]>;
}

export interface JournalStore {
  open(): Promise<readonly Intent[]>;
  get(id: string): Promise<Intent | null>;
  /** Intents of a run in the order in which they were made. */
  ofRun(runId: string): AsyncIterable<Intent>;
  /** Drops a piece of what ended before `before` and nobody needs any more; returns how many intents went. */
  compact(at: { readonly before: Instant; readonly now: Instant }): Promise<number>;
  /** Intents noted at or after an instant, oldest first. */
  since(at: Instant): AsyncIterable<Intent>;
  /** A run's intents record by record, each record's in the order in which they were made. */
  byRecord(runId: string): AsyncIterable<readonly Intent[]>;
  /** Oldest first; only those noted at or after `since`. @default all */
  ofRecord(side: Side, recordId: string, since?: Instant): Promise<readonly Intent[]>;
  /** What became of a run's intents, or of some of them. */
  counts(runId: string, only?: { readonly room?: PlanLine['room']; readonly kind?: WriteKind }): Promise<JournalCounts>;
  /** Whether any line of a room was ever applied. */
  everApplied(room: PlanLine['room']): Promise<boolean>;
  /** Writes of a field (by its name in the configuration) noted at or after `since`, repairs included, that were sent and not refused. */
  writesOf(field: string, since: Instant): Promise<number>;
}

export interface QuarantineStore {
  all(): Promise<readonly QuarantineEntry[]>;
  get(side: Side, kind: WriteKind, ids: readonly string[]): Promise<ReadonlyMap<string, QuarantineEntry>>;
  count(): Promise<number>;
  /** Makes entries due now; without `recordId` all of them. Returns how many. */
  retryNow(at: Instant, recordId?: string): Promise<number>;
}

/** What people decided about who is who. */
export interface VerdictStore {
  /** What is known about any of these records. */
  of(refs: readonly PersonRef[]): Promise<VerdictRows>;
  /** All choices, by marketing's id and then sales'; only those after the given pair. */
  page(after: { readonly marketing: string; readonly sales: string }, limit: number): Promise<readonly Choice[]>;
}

/** Who was forgotten. Nothing of them is kept but an HMAC, with a secret that never leaves the state. */
export interface ForgottenStore {
  any(): Promise<boolean>;
  /** Those of the marks (as in `StateBatch.forget`) that are of forgotten people. */
  known(marks: readonly string[]): Promise<ReadonlySet<string>>;
  /** Records whose erasure was begun. */
  pending(): Promise<readonly PersonRef[]>;
  /** Erases them from every table, and from the file's free space and log. Nothing happens where none is pending. */
  finish(): Promise<void>;
}

export interface FrozenStore {
  /** The frozen fields of records, by record id. */
  of(side: Side, kind: WriteKind, ids: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  count(): Promise<number>;
  /** When fields were last released; null before the first time. What was written before says nothing of a fight any more. */
  releasedAt(): Promise<Instant | null>;
  /** How many fields each run holds, newest first. */
  runs(): Promise<readonly FrozenRun[]>;
}

/** A run whose fields are left alone until it is released. */
export interface FrozenRun {
  readonly why: Frozen['why'];
  readonly runId: string;
  readonly byRun: string;
  readonly fields: number;
  readonly at: Instant;
}

export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
}

/** One writer at a time. */
export interface LeaseStore {
  /**
   * Takes the lease. A holder whose lease ran out, or whose process on this host is gone, is pushed aside.
   * @throws {StateError} `STATE_LOCKED` while another run holds it.
   */
  acquire(holder: LeaseHolder, now: Instant, ttlMs: number): Promise<number>;
  /** @throws {StateError} `LEASE_LOST` when another run took it over meanwhile. */
  renew(now: Instant, ttlMs: number): Promise<void>;
  release(): Promise<void>;
}

/** One deal's frozen origin, as JSON of the outcomes room. */
export interface LedgerEntry {
  readonly dealId: string;
  /** 1 for the first entry of its deal. */
  readonly version: number;
  readonly entry: string;
  readonly at: Instant;
  readonly supersededAt: Instant | null;
}

/** The origin ledger: superseded entries are kept. */
export interface LedgerStore {
  /** The entry in force. */
  get(dealId: string): Promise<LedgerEntry | null>;
  /** Supersedes the entry in force where the JSON differs; an equal one changes nothing. */
  put(entries: readonly { readonly dealId: string; readonly entry: string; readonly at: Instant }[]): Promise<void>;
  /** Entries in force by deal id; with `superseded` all, newest last per deal. */
  list(options?: { readonly superseded?: boolean }): AsyncIterable<LedgerEntry>;
  history(dealId: string): Promise<readonly LedgerEntry[]>;
}

export interface MetaStore {
  /** Random, made with the state; tells two states apart. */
  stateId(): Promise<string>;
  /** Counts the runs that set out to write; a plan made before the last of them is stale. */
  epoch(): Promise<number>;
  nextEpoch(): Promise<number>;
  account(side: Side): Promise<string | null>;
  /** @throws {StateError} `STATE_OTHER_ACCOUNT` when the side is pinned to another account. */
  pinAccount(side: Side, id: string): Promise<void>;
  /** Hash of the configuration of the last planning run that went through; null before the first. */
  configHash(): Promise<string | null>;
  setConfigHash(hash: string): Promise<void>;
  /** Hash of the configuration that the warehouse's merged tables were built with; null while they are out of date. */
  mergedHash(): Promise<string | null>;
  setMergedHash(hash: string | null): Promise<void>;
  /** Templates of deep links, as the account gave them at the last run; none before the first. */
  links(side: Side): Promise<Readonly<Record<string, string>>>;
  setLinks(side: Side, links: Readonly<Record<string, string>>): Promise<void>;
  /** What people were last read with (fields and scope); other fields need all of them read again. */
  readShape(side: Side): Promise<string | null>;
  setReadShape(side: Side, shape: string): Promise<void>;
  /** The options of the mapped picklists at the last run, as JSON; null before the first. */
  optionsSeen(side: Side): Promise<string | null>;
  setOptionsSeen(side: Side, options: string): Promise<void>;
  /** Whose turn it is in a round, counted up from 0. */
  turn(round: string): Promise<number>;
  setTurn(round: string, turn: number): Promise<void>;
  /** The last pause, also one that is over by now; null when there is none. Needs no lease: a run under way heeds it too. */
  pause(): Promise<Pause | null>;
  setPause(pause: Pause | null): Promise<void>;
  /** Set while the state is known to be an older copy and nobody has confirmed it. */
  restored(): Promise<RestoredNote | null>;
}

/** The state was found to be an older copy of itself. */
export interface RestoredNote {
  /** When that was noticed. */
  readonly at: Instant;
}

/** How far the state had come when the last run began, kept outside the state. */
export interface MarkerStore {
  /** Whether the state is older than that. */
  behind(): Promise<boolean>;
  /** Keeps the lease's epoch. */
  note(epoch: number): Promise<void>;
}

/** What must never be lost: links, bases, cursors, journal, quarantine, ledger, lease. */
export interface State {
  readonly meta: MetaStore;
  readonly people: PeopleStore;
  readonly links: LinkStore;
  readonly cursors: CursorStore;
  readonly runs: RunStore;
  readonly journal: JournalStore;
  readonly quarantine: QuarantineStore;
  readonly frozen: FrozenStore;
  readonly verdicts: VerdictStore;
  readonly forgotten: ForgottenStore;
  readonly lease: LeaseStore;
  readonly marker: MarkerStore;
  readonly ledger: LedgerStore;
  /**
   * Stores a batch in one durable transaction.
   * @throws {StateError} `LEASE_LOST` when this handle's lease was taken over; nothing is stored then.
   */
  commit(batch: StateBatch): Promise<void>;
  /** Writes a consistent copy to a new file, also while a run is under way. @throws {StateError} `STATE_UNWRITABLE`, `STATE_FULL` */
  backup(path: string): Promise<void>;
  /** A copy to try things on; closing it drops it. The original does not change by a byte. */
  overlay(): Promise<State>;
  close(): Promise<void>;
}
