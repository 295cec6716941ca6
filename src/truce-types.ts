import type { AlignmentReport, Dimension } from './alignment/types.ts';
import type { AccountInfo, Budget, CrmFactory, Description, ProbeOptions, Probes, Provision, DescribeOptions } from './crm.ts';
import type { Plan, PlanLine, PlanSummary, QuarantineEntry } from './model/plan.ts';
import type { Leaks } from './leaks/find.ts';
import type { Settings } from './model/settings.ts';
import type { Instant, Side } from './model/words.ts';
import type { Ports } from './ports.ts';
import type { FrozenRun, Intent, Pause, RestoredNote, RunRecord, StoredCursor } from './state/types.ts';
import type { LineOutcome } from './sync/applying.ts';
import type { AuditRow } from './sync/audit.ts';
import type { Problem } from './sync/check.ts';
import type { DecideResult, Decision } from './sync/decide.ts';
import type { Explanation } from './sync/explain.ts';
import type { LensRow } from './sync/lens-proof.ts';
import type { Forgetting } from './sync/forget.ts';
import type { Identity } from './sync/identity.ts';
import type { ReviewRow } from './sync/review.ts';
import type { Allowances } from './sync/guard.ts';
import type { PulledPage, PullReport } from './sync/pull.ts';
import type { Phase } from './sync/run.ts';
import type { OutcomesResult, SyncResult } from './sync/sync-run.ts';
import type { Settling } from './sync/settle.ts';
import type { UndoResult } from './sync/undo.ts';
import type { OpenWarehouse } from './warehouses.ts';

export interface TruceOptions {
  readonly marketing: CrmFactory;
  readonly sales: CrmFactory;
  /** The state's file, or `:memory:` for one that is dropped at `close()`. */
  readonly state: string;
  /** The warehouse's file (DuckDB), `:memory:`, or a function that opens another one. Without it there are no outcomes and no figures. */
  readonly warehouse?: string | OpenWarehouse | undefined;
  /** The configuration as people write it; checked here. @default the defaults and both vendors' stock maps */
  readonly config?: unknown;
  /** A checked configuration; goes before `config`. */
  readonly settings?: Settings | undefined;
  /** Whoever uses it, for the records. @default nobody is named */
  readonly user?: string | undefined;
  /** @default the machine's clock, randomness and HTTP; a log that keeps silent */
  readonly ports?: Partial<Ports> | undefined;
  /** Asked before each write; false keeps it from being sent, which the journal notes. */
  readonly beforeWrite?: ((line: PlanLine) => boolean | Promise<boolean>) | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface SyncOptions extends CallOptions {
  /** True: the first live run goes on after its canary. @default false */
  readonly yes?: boolean | undefined;
  /** An e-mail address, a record id or a key: nobody else is written. */
  readonly only?: string | undefined;
  /** At most this many people are written. */
  readonly limit?: number | undefined;
  /** Lifts guards for this run, each by its number. */
  readonly allow?: Allowances | undefined;
}

export interface PlanOptions extends CallOptions {
  readonly only?: string | undefined;
  readonly limit?: number | undefined;
  /** Writes the plan to this file, for `apply`. @default a file that `close()` drops */
  readonly out?: string | undefined;
}

export interface PullOptions extends CallOptions {
  /** Lifts guards for this run, each by its number. */
  readonly allow?: Allowances | undefined;
  /** Forgets how far each stream was read, so that everything is read again. @default false */
  readonly rebuild?: boolean | undefined;
}

export interface ApplyOptions extends CallOptions {
  readonly allow?: Allowances | undefined;
  /** Whoever approved the plan, for the records. */
  readonly approver?: string | undefined;
}

export interface AlignmentCall extends CallOptions {
  readonly by?: Dimension | readonly Dimension[] | undefined;
  /** Nothing after this instant is seen. */
  readonly asOf?: Instant | undefined;
}

export interface PullResult {
  readonly run: string;
  readonly streams: PullReport['streams'];
  readonly people: Readonly<Record<Side, number>> & { readonly linked: number };
  readonly warehouse: PullReport['warehouse'];
  readonly problems: PullReport['problems'];
  readonly quarantined: number;
  readonly calls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
}

/** What was erased of a person. */
export interface ForgetResult {
  /** Records that were erased from the state. */
  readonly records: number;
  /** Their rows in the warehouse; null where there is no warehouse file. */
  readonly warehouse: number | null;
  /** Deals and accounts in the warehouse whose own name holds the person's; they stay. */
  readonly namesakes: readonly string[];
  /** Addresses, ids and names to look for in what Truce can't reach. Kept nowhere. */
  readonly words: readonly string[];
}

/** What became of a plan: `ok` when nothing was refused and nothing is unknown. */
export interface ApplyResult {
  readonly id: string;
  readonly ok: boolean;
  readonly counts: Readonly<Record<Intent['status'], number>>;
  /** Lines that were not written, because an hour's status writes are used up; the next syncs write them. */
  readonly waiting: number;
  readonly calls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
  /** Every line with its outcome, from the journal. */
  lines(): AsyncIterable<Intent>;
}

export interface CheckResult {
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  /** What both CRMs say of their fields, permissions and automation. */
  readonly descriptions: Readonly<Record<Side, Description>>;
  readonly problems: readonly Problem[];
  /** What becomes of every value of the mapped picklists on the other side. */
  readonly maps: readonly LensRow[];
  /** What each vendor still allows today; null where it does not say. */
  readonly budgets: Readonly<Record<Side, Budget['perDay']>>;
}

export interface StatusResult {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** End of the last run that went through; null before the first. */
  readonly lastDoneAt: Instant | null;
  readonly people: Readonly<Record<Side, number>> & { readonly linked: number; readonly ambiguous: number };
  /** People with changes that are not settled yet. */
  readonly open: number;
  readonly openIntents: number;
  readonly quarantine: readonly QuarantineEntry[];
  /** Set while the state is a restored one that nobody has confirmed. */
  readonly restored: RestoredNote | null;
  /** The pause in force; null when there is none. */
  readonly paused: Pause | null;
  /** Runs whose fields are left alone until they are released: undone ones, and those that found a fight. */
  readonly frozen: readonly FrozenRun[];
  readonly cursors: readonly StoredCursor[];
}

export interface TruceEvents {
  /** What the run is doing now. */
  readonly phase: Phase;
  /** A page was read and stored. */
  readonly page: PulledPage;
  /** A plan is about to be written: how much there is to do. Outcomes are planned while they are written. */
  readonly planned: PlanSummary;
  /** A line of a plan has its outcome. */
  readonly line: LineOutcome;
}

/** Truce on two CRMs: one instance is one tenant. Prints nothing, reads no environment, ends no process. */
export interface Truce extends AsyncDisposable {
  readonly settings: Settings;
  /** Fills state and warehouse; writes to no CRM. */
  pull(options?: PullOptions): Promise<PullResult>;
  /** What a sync would write and why. CRMs, state and warehouse stay as they are, to the byte. */
  plan(options?: PlanOptions): Promise<Plan>;
  /**
   * Writes a plan, or a plan's file, as it was reviewed: drifted lines are skipped with their reason.
   * @throws {PlanError} `PLAN_OTHER_ACCOUNT`, `PLAN_OTHER_CONFIG`, `PLAN_STALE`, `MODE_FORBIDS`, or a guard's code
   */
  apply(plan: Plan | string, options?: ApplyOptions): Promise<ApplyResult>;
  /** One whole run, as far as the mode allows: pull, link, plan, guard, apply, outcomes. */
  sync(options?: SyncOptions): Promise<SyncResult>;
  /**
   * Puts back what a run wrote, where it still stands, and leaves those fields alone until `release`.
   * @throws {ConfigError} `RUN_NOT_FOUND` @throws {PlanError} `UNDO_OF_UNDO`, `NOTHING_TO_UNDO`
   */
  undo(runId: string, options?: CallOptions): Promise<UndoResult>;
  /** Lets the next sync decide anew about the fields of an undone run. @throws {ConfigError} `NOTHING_FROZEN` */
  release(runId: string): Promise<{ readonly released: number }>;
  /** Records that are held back, oldest first; of one person, where one is named. */
  quarantine(who?: string): Promise<readonly QuarantineEntry[]>;
  /** Has held-back records tried with the next run; all of them, where nobody is named. Returns how many. */
  retry(who?: string): Promise<number>;
  /** Decides a conflict that the policy leaves to a person; the next sync writes it. @throws {ConfigError} `PERSON_NOT_FOUND`, `FIELD_UNKNOWN` */
  settle(who: string, settling: Settling): Promise<string>;
  /**
   * The people of whom nobody knows for sure who they are, with their candidates, the clearest first; with `settled` those
   * about whom somebody decided. Names come from the warehouse, where there is one.
   */
  review(options?: { readonly settled?: boolean }): AsyncGenerator<ReviewRow>;
  /** Takes decisions about who is who, all or none; they hold in all later runs. What can't be taken is in the result. */
  decide(rows: AsyncIterable<Decision> | Iterable<Decision>, options?: { readonly dryRun?: boolean }): Promise<DecideResult>;
  /** Which records are a person, how that was found, what was decided. @throws {ConfigError} `PERSON_NOT_FOUND` */
  identity(who: string): Promise<readonly Identity[]>;
  /** Who would be forgotten. @throws {ConfigError} `PERSON_NOT_FOUND` @throws {PlanError} `FORGET_SHARED` */
  forgetting(who: string): Promise<Forgetting>;
  /**
   * Erases a person from state and warehouse for good; a later pull does not take them in again. Touches no CRM.
   * @throws {ConfigError} `PERSON_NOT_FOUND` @throws {PlanError} `FORGET_SHARED` @throws {StateError} `WAREHOUSE_LOCKED`: the next run goes on
   */
  forget(who: string): Promise<ForgetResult>;
  /** Pulls, then recomputes and writes outcomes only. */
  outcomes(options?: CallOptions): Promise<OutcomesResult>;
  /** Which of Truce's own fields are missing in both CRMs; with `create` makes them. */
  provision(
    options?: CallOptions & { readonly create?: boolean; readonly sides?: readonly Side[] },
  ): Promise<Readonly<Partial<Record<Side, Provision>>>>;
  /** Asks both CRMs what stands in the way. */
  check(options?: Pick<DescribeOptions, 'signal' | 'setup' | 'volumes'>): Promise<CheckResult>;
  /** Asks both accounts about behaviour that documentation leaves open; writes only with `write`, on records of its own. @throws {PlanError} `PAUSED` */
  probe(options: ProbeOptions): Promise<Readonly<Record<Side, Probes>>>;
  /** The figures, from the warehouse as it is. */
  alignment(options?: AlignmentCall): Promise<AlignmentReport>;
  /** What happened to one person, and why. */
  explain(who: string): Promise<Explanation>;
  status(): Promise<StatusResult>;
  /** Nothing is written any more, not even by a run under way, until `resume` or until the instant `until`. */
  pause(pause: { readonly by: string; readonly reason?: string | undefined; readonly until?: Instant | undefined }): Promise<Pause>;
  /** Writes a consistent copy of the state to a new file, also while a run is under way. @throws {StateError} `STATE_UNWRITABLE` */
  backup(path: string): Promise<void>;
  /** Says that a restored state may write again; null when it needs no word. */
  confirmRestored(): Promise<RestoredNote | null>;
  /** Every write noted at or after `since`, field by field, oldest first. */
  audit(since?: Instant): AsyncIterable<AuditRow>;
  /** Leads that are being lost now, from the warehouse and the state as they are. @throws {ConfigError} `NO_WAREHOUSE` */
  leaks(): Promise<Leaks>;
  /** Ends the pause, and returns it; null when there was none. */
  resume(): Promise<Pause | null>;
  /** Listens; the answer stops listening. */
  on<K extends keyof TruceEvents>(event: K, listener: (detail: TruceEvents[K]) => void): () => void;
  close(): Promise<void>;
}
