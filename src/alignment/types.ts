import type { ReportSettings } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { Queryable } from '../warehouse/types.ts';
import type {
  AgreementMatrix,
  Bounds,
  Curve,
  CurvePoint,
  Dimension,
  Figure,
  FunnelRow,
  Interval,
  LadderRow,
  LedgerRow,
  QuantileRow,
  ReasonRow,
  SegmentRow,
  StatId,
  StatUnit,
} from './shapes.ts';

export type * from './shapes.ts';

export type BenchKind =
  | 'share_of_leads'
  | 'share_of_deals'
  | 'share_of_assets'
  | 'share_of_companies'
  | 'share_of_respondents'
  | 'amount'
  | 'threshold';

/** A published figure. Only `direct` ones belong on the statistic's axis; `derived` ones are a sentence; `context` never is an axis. */
export interface Benchmark {
  readonly id: string;
  readonly kind: BenchKind;
  /** As a share, or milliseconds for times. */
  readonly value: number;
  /** What the figure says, in its own words' sense. */
  readonly text: string;
  readonly year: number;
  readonly source: string;
  readonly grade: 'A' | 'B' | 'C' | 'D';
  readonly comparable: 'direct' | 'derived' | 'context';
  /** Which row of the statistic it stands beside, for example `policy:touched:30d`; absent: the headline. */
  readonly beside?: string;
  readonly caution?: string;
}

/** Something the reader must know before quoting the figure. */
export interface Warning {
  readonly code: string;
  readonly text: string;
  readonly n?: number;
}

export interface Population {
  /** Cases in the headline's denominator. */
  readonly n: number;
  readonly clusters: number;
  readonly unknown: number;
  /** Cases left out, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
  /** Too young to be judged. */
  readonly immature: number;
}

/** One statistic's answer. `estimate` null with `notMeasured`: the input is missing; null with `notReached`: the time has not come. */
export interface StatResult {
  readonly id: StatId;
  readonly slug: string;
  readonly version: number;
  readonly title: string;
  readonly question: string;
  readonly asOf: Instant;
  readonly params: Readonly<Record<string, unknown>>;
  readonly population: Population;
  readonly estimate: number | null;
  /** What the estimate is, in a few words: `followed up within 30 days`. */
  readonly estimateOf: string;
  readonly unit: StatUnit;
  readonly interval: Interval | null;
  readonly bounds?: Bounds;
  /** `needs …`: what is missing in the data; then nothing else is estimated. */
  readonly notMeasured?: string;
  /** Why a time has no value although there is data: a sentence. */
  readonly notReached?: string;
  readonly rows?: readonly SegmentRow[];
  /** The headline's curve. */
  readonly curve?: readonly CurvePoint[];
  readonly curves?: readonly Curve[];
  readonly quantiles?: readonly QuantileRow[];
  readonly figures?: readonly Figure[];
  readonly ladder?: readonly LadderRow[];
  readonly ledger?: readonly LedgerRow[];
  readonly funnel?: readonly FunnelRow[];
  readonly matrix?: AgreementMatrix;
  readonly reasons?: readonly ReasonRow[];
  readonly benchmarks: readonly Benchmark[];
  readonly warnings: readonly Warning[];
}

/** Thresholds of the statistics, beyond the report's settings. Times in milliseconds. */
export interface AlignmentThresholds {
  /** A touch this long before the handover counts as follow-up. @default 7 days */
  readonly preTouchMs: number;
  /** Attempts of one person by one means within this time are one attempt. @default 10 minutes */
  readonly collapseMs: number;
  /** Changes younger than this are not compared between the CRMs: the sync may be on its way. @default 30 minutes */
  readonly settleMs: number;
  /** An outcome must be this old to be expected on the other side. @default 7 days */
  readonly closedLoopMs: number;
  /** Without a touch for this long, an unfinished lead counts as given up. @default 30 days */
  readonly idleMs: number;
  /** The fixed horizon of the funnel. @default 90 days */
  readonly funnelMs: number;
  /**
   * Names of status fields that only ever move forward (a lifecycle stage). They tell that a stage was reached, but
   * acceptance, rejection and agreement are never read from them. @default none
   */
  readonly ratchetFields: readonly string[];
  /** ISO 4217 code of the amounts' base currency, for the result's `params`. @default null */
  readonly currency: string | null;
}

export type AlignmentSettings = ReportSettings & Partial<AlignmentThresholds>;

export interface AlignmentOptions {
  /** Nothing after this instant is seen. @default the older of both CRMs' high-water marks in `coverage`, else the last event's time */
  readonly asOf?: Instant;
  /** Splits beside the total. @default channel */
  readonly by?: Dimension | readonly Dimension[];
  readonly settings: AlignmentSettings;
  /** Ids or slugs; the others are not computed. @default all */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What a statistic means, for a glossary. */
export interface Definition {
  readonly id: StatId;
  readonly slug: string;
  readonly version: number;
  readonly title: string;
  readonly question: string;
  readonly population: string;
  readonly denominator: string;
  readonly censoring: string;
  /** What the warehouse must hold for it. */
  readonly needs: readonly string[];
}

/** One statistic a file: its definition and how it is computed over the prepared tables. */
export interface Statistic extends Definition {
  /** Reads the temporary tables that `prepare` made; writes none but its own curves. */
  compute(context: StatContext): Promise<StatResult>;
}

/** What the warehouse holds; missing input is `notMeasured`, never 0. */
export interface Facts {
  readonly leads: number;
  readonly episodes: number;
  /** Outbound contacts by people of sales, as of the instant. */
  readonly salesTouches: number;
  readonly leadStatuses: number;
  /** Leads that a CRM's current status is known of. */
  readonly marketingStates: number;
  readonly salesStates: number;
  readonly mqls: number;
  readonly deals: number;
  readonly marketingRecords: number;
  readonly salesRecords: number;
  readonly salesUsers: number;
  readonly businessHours: number;
  readonly excluded: Readonly<Record<string, number>>;
  /** How the handovers were found: `status`, `owner`, `created`; and those left out as older than the history. */
  readonly handedBy: Readonly<Record<string, number>>;
  readonly historyFrom: Instant | null;
}

export interface StatContext {
  readonly db: Queryable;
  readonly asOf: Instant;
  readonly settings: ReportSettings & AlignmentThresholds;
  readonly dimensions: readonly Dimension[];
  readonly facts: Facts;
  /** Names of campaigns and users, by id. */
  readonly labels: Readonly<Record<'campaign' | 'owner', ReadonlyMap<string, string>>>;
}

export interface AlignmentReport {
  readonly asOf: Instant;
  readonly statistics: readonly StatResult[];
  readonly definitions: readonly Definition[];
  /**
   * One statistic by slug or id.
   * @throws {ConfigError} `UNKNOWN_STATISTIC` when there is none, or it was not asked for.
   */
  get(slugOrId: string): StatResult;
}
