import type { ReportSettings } from '../model/settings.ts';

export type StatId = 'A1' | 'A2' | 'A3' | 'A4' | 'B1' | 'B3' | 'B5' | 'B6' | 'F1' | 'F3' | 'F4';

/** `share` and `kappa` are plain numbers (0.25 is 25 %); `ms` is elapsed milliseconds. */
export type StatUnit = 'share' | 'ms' | 'business_ms' | 'ratio' | 'kappa' | 'auc' | 'money' | 'count';

/** What the leads can be split by. `month` is the company's calendar month of the statistic's own start of the clock. */
export type Dimension = 'channel' | 'campaign' | 'owner' | 'team' | 'month';

/** Whose outbound contacts count as touches: people of sales, also their sequences, or anyone's. */
export type TouchPolicy = ReportSettings['touchPolicy'];

/**
 * A range that holds the process behind the leads with the given probability, not the counting error of a census.
 * `hi` is null only for times: the upper limit lies beyond what has been observed.
 */
export interface Interval {
  readonly lo: number;
  readonly hi: number | null;
  readonly level: 0.95;
  readonly method: string;
}

/** Worst case limits: what the figure would be if all unknown cases were one thing, or all the other. */
export interface Bounds {
  readonly lo: number;
  readonly hi: number;
  readonly why: string;
}

/**
 * One share: `k` of `n`, overall or for a part of the leads.
 * `dimension` is `total`, a `Dimension`, or the statistic's own split, documented there (`horizon`, `policy`, `attempts`).
 * `key` is the value in the data: `''` is blank (not the same as a channel called `unknown`), `(other)` holds the merged small cells.
 */
export interface SegmentRow {
  readonly dimension: string;
  readonly key: string;
  /** For people: the campaign's or owner's name, `(blank)`, `other (3 smaller)`. */
  readonly label: string;
  /** Cases that have the property. For curve-based shares the count seen, which censoring makes smaller than `estimate * n`. */
  readonly k: number;
  /** Cases whose answer is known. */
  readonly n: number;
  /** Cases whose answer is not known; they are in `bounds`, not in `n`. */
  readonly unknown: number;
  /** `k / n`, or the incidence by the horizon where cases are censored; null when it can't be estimated. */
  readonly estimate: number | null;
  readonly interval: Interval | null;
  readonly bounds?: Bounds;
}

/** One point of a step curve: it holds `y` from `t` on. `atRisk` cases were under observation just before `t`. */
export interface CurvePoint {
  /** Milliseconds since the start of the clock. */
  readonly t: number;
  readonly y: number;
  readonly lo: number;
  readonly hi: number;
  readonly atRisk: number;
}

/** A cumulative incidence or survival curve of one group, thinned to at most 300 points. */
export interface Curve {
  /** What is counted: `touched`, `closed-untouched`, `waiting`, `won`, `lost`. The curves of one `dimension` and `key` add to 1. */
  readonly event: string;
  readonly title: string;
  readonly dimension: string;
  readonly key: string;
  readonly label: string;
  /** Cases that entered. */
  readonly n: number;
  readonly points: readonly CurvePoint[];
}

/** The time by which a share `p` of the cases had the event. */
export interface QuantileRow {
  /** When the clock starts: `handed`, `lead-created`, `first-touch`, `deal-created`. */
  readonly clock: string;
  /** `all`: every case, the open ones censored. `won`: only those that had the event, a figure that always flatters. */
  readonly population: 'all' | 'won';
  readonly dimension: string;
  readonly key: string;
  readonly label: string;
  readonly p: number;
  readonly n: number;
  /** Milliseconds; null: not reached by as many cases within the time observed. */
  readonly value: number | null;
  /** Lower limit in milliseconds; null: not estimated or not reached. */
  readonly lo: number | null;
  readonly hi: number | null;
  readonly method: string;
}

/** A named number beside the headline (a test statistic, a second coefficient, a count worth showing). */
export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly value: number | null;
  readonly unit: StatUnit;
  readonly interval: Interval | null;
}

/** One rung of the drop ladder, in order; the rungs' `n` add up to the population. */
export interface LadderRow {
  /** `never-synced`, `never-assigned`, `untouched-open`, `closed-untouched`, `given-up`, `worked`. */
  readonly reason: string;
  readonly label: string;
  readonly n: number;
  /** Of the population. */
  readonly share: number | null;
  readonly interval: Interval | null;
  /** Cases lost up to and including this rung. */
  readonly lostSoFar: number;
  readonly measured: boolean;
  /** Of `untouched-open`: leads whose owner never opened them, where the CRM says so. */
  readonly neverOpened?: number;
}

/** The disjoint states of a lead; every lead of the population is in exactly one. */
export type LedgerState =
  | 'not_handed'
  | 'waiting_untouched'
  | 'closed_untouched'
  | 'being_worked'
  | 'rejected'
  | 'recycled'
  | 'accepted_no_deal'
  | 'deal_open'
  | 'won'
  | 'lost';

/** A rate of one ledger row: raw, and shrunk towards the other rows of its dimension. */
export interface LedgerRate {
  readonly k: number;
  readonly n: number;
  readonly raw: number | null;
  /** Posterior mean and 95 % interval of the hierarchical model; null when `n` is 0 or the row holds merged cells. */
  readonly shrunk: { readonly mean: number; readonly lo: number; readonly hi: number } | null;
  /** Cluster-adjusted Wilson of the raw rate. */
  readonly interval: Interval | null;
}

/** What became of one channel's or campaign's leads. The states add to `leads`; the rows of a dimension add to `total`. */
export interface LedgerRow {
  readonly dimension: 'total' | 'channel' | 'campaign';
  readonly key: string;
  readonly label: string;
  /** For campaigns: the channel most of its leads came by; else null. */
  readonly channel: string | null;
  readonly leads: number;
  readonly states: Readonly<Record<LedgerState, number>>;
  /** `states` divided by `leads`; all 0 when there are none. */
  readonly shares: Readonly<Record<LedgerState, number>>;
  /** Of leads handed over (or, without handovers, of none): those with at least one attempt. Null when touches aren't measured. */
  readonly followedUp: LedgerRate | null;
  /** Of leads handed over: accepted by sales. Null when handovers aren't measured. */
  readonly accepted: LedgerRate | null;
  /** Of all leads: won. */
  readonly won: LedgerRate;
  /**
   * Deals, each counted once in the row of its first lead, and their amounts in minor units of the company's currency as
   * decimal integers in a string (money is never a float). `missing` deals have no amount in that currency.
   */
  readonly wonDeals: LedgerDeals;
  readonly lostDeals: LedgerDeals;
  /** The most frequent stated reason among lost deals and rejections; null when none is stated. */
  readonly topReason: { readonly reason: string; readonly n: number } | null;
  /** Lost deals and rejected leads without a stated reason. */
  readonly reasonMissing: number;
  /** The CRMs that know the campaign; null for other rows. */
  readonly knownIn: 'both' | 'marketing' | 'sales' | null;
}

export interface LedgerDeals {
  readonly n: number;
  readonly amountMinor: string;
  readonly missing: number;
}

/** One step of the funnel for one cohort. */
export interface FunnelRow {
  /** `all`, or the cohort's month (`2026-03`). */
  readonly cohort: string;
  readonly stage: 'inquiry' | 'mql' | 'handed' | 'accepted' | 'opportunity' | 'won';
  readonly label: string;
  /** Leads that reached the stage, the imputed ones included. */
  readonly n: number;
  /** Of them: no record of the stage itself, but of a later one. */
  readonly imputed: number;
  /** Leads of the stage before. */
  readonly of: number;
  /** `n / of`; null for the first stage and where `of` is 0. */
  readonly rate: number | null;
  readonly interval: Interval | null;
  /** `n` of all inquiries of the cohort. */
  readonly shareOfAll: number | null;
  /** False: no lead has a record of this stage, so the step says nothing. */
  readonly measured: boolean;
  /** Reached within the fixed horizon since the lead's creation, of leads old enough to judge; null when none is. */
  readonly within: {
    readonly days: number;
    readonly k: number;
    readonly n: number;
    readonly rate: number;
    readonly interval: Interval | null;
  } | null;
}

/** Where two CRMs put the same leads. `counts[i][j]`: marketing's CRM says `states[i]`, sales' CRM `states[j]`. */
export interface AgreementMatrix {
  /** In the ladder's order, the side exits last; only states that occur. */
  readonly states: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** One reason's share of one group of ended cases. */
export interface ReasonRow {
  /** `lost` deals, `rejected` leads, `won` deals. */
  readonly group: 'lost' | 'rejected' | 'won';
  readonly dimension: 'total' | 'channel' | 'origin';
  readonly key: string;
  readonly label: string;
  /** The stated reason as the CRM has it; `(missing)` comes first in each group. */
  readonly reason: string;
  /** True: the share of cases without a reason, of all cases; the other rows are of those with one. */
  readonly missing: boolean;
  readonly k: number;
  readonly n: number;
  readonly share: number | null;
  readonly interval: Interval | null;
  /** If none, or all, of the cases without a reason had this one. */
  readonly bounds: Bounds | null;
}
