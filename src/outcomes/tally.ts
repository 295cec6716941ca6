import type { CampaignStem } from '../crm.ts';
import type { FieldValue, Instant, Money } from '../model/words.ts';
import { convertMinor, decimalText, reduced, roundedQuotient, type Ratio } from '../warehouse/money.ts';
import { rateAt, type RateInterval } from '../warehouse/rate-table.ts';
import type { OutcomeCampaign, OutcomeDeal, OutcomeLead } from './facts.ts';

const day = 86_400_000;
/** An attempt in the week before the hand-over counts as follow-up: the rep was already talking to the person. */
const graceMs = 7 * day;

/** Sums of one currency; null once an amount could not be converted. */
interface Sums {
  won: bigint | null;
  lost: bigint | null;
  open: bigint | null;
}

/** One campaign's figures; `null` as campaign is the row of deals and leads that no campaign brought. */
export interface Tally {
  readonly campaignId: string | null;
  leads: number;
  handedLeads: number;
  followedUpLeads: number;
  untouchedLeads: number;
  rejectedLeads: number;
  readonly rejectionReasons: Map<string, number>;
  wonDeals: number;
  lostDeals: number;
  openDeals: number;
  readonly lossReasons: Map<string, number>;
  lossesWithoutReason: number;
  firstClosedAt: Instant | null;
  lastClosedAt: Instant | null;
  /** By currency, for each currency that a record of any campaign is kept in, and the company's. */
  readonly amounts: Map<string, Sums>;
}

export interface TallyOptions {
  readonly companyCurrency: string;
  readonly rates: readonly RateInterval[];
  /** Open amounts are converted at this instant. */
  readonly now: Instant;
  /** Days after which a handed lead without an attempt counts as untouched. */
  readonly untouchedAfterDays: number;
}

/** Adds deals and leads to their campaigns' figures. */
export interface TallyBook {
  addDeal(campaignId: string | null, deal: OutcomeDeal): void;
  addLead(lead: OutcomeLead): void;
  /** By campaign; the row of what no campaign brought is at null. Every campaign has a row. */
  readonly tallies: ReadonlyMap<string | null, Tally>;
}

/**
 * Opens an empty book with a row for every campaign. Figures are counted from the rows, never carried over, so late,
 * corrected, deleted and repeated deals leave no trace: the order in which rows are added does not matter.
 */
export function openTally(campaigns: readonly OutcomeCampaign[], options: TallyOptions): TallyBook {
  const tallies = new Map<string | null, Tally>();
  const currencies = [options.companyCurrency, ...campaigns.flatMap((campaign) => campaign.records.map((record) => record.currency))];
  const all = [...new Set(currencies.filter((currency) => currency !== null))];
  for (const id of [...campaigns.map((campaign) => campaign.id), null]) tallies.set(id, emptyTally(id, all));
  const none = tallies.get(null)!;
  return {
    tallies,
    addDeal(campaignId, deal) {
      addDeal(tallies.get(campaignId) ?? none, deal, options);
    },
    addLead(lead) {
      addLead(tallies.get(lead.campaignId) ?? none, lead, options);
    },
  };
}

function emptyTally(campaignId: string | null, currencies: readonly string[]): Tally {
  return {
    campaignId,
    leads: 0,
    handedLeads: 0,
    followedUpLeads: 0,
    untouchedLeads: 0,
    rejectedLeads: 0,
    rejectionReasons: new Map(),
    wonDeals: 0,
    lostDeals: 0,
    openDeals: 0,
    lossReasons: new Map(),
    lossesWithoutReason: 0,
    firstClosedAt: null,
    lastClosedAt: null,
    amounts: new Map(currencies.map((currency) => [currency, { won: 0n, lost: 0n, open: 0n }])),
  };
}

function addDeal(tally: Tally, deal: OutcomeDeal, options: TallyOptions): void {
  if (deal.outcome === 'won') tally.wonDeals += 1;
  else if (deal.outcome === 'open') tally.openDeals += 1;
  else {
    tally.lostDeals += 1;
    if (deal.lossReason === null) tally.lossesWithoutReason += 1;
    else count(tally.lossReasons, deal.lossReason);
  }
  if (deal.outcome !== 'open' && deal.closedAt !== null) {
    tally.firstClosedAt = Math.min(tally.firstClosedAt ?? deal.closedAt, deal.closedAt);
    tally.lastClosedAt = Math.max(tally.lastClosedAt ?? deal.closedAt, deal.closedAt);
  }
  if (deal.amount === null) return;
  const at = deal.outcome === 'open' ? options.now : (deal.closedAt ?? options.now);
  for (const [currency, sums] of tally.amounts) {
    const minor = inCurrency(deal.amount, currency, { ...options, at });
    const before = sums[deal.outcome];
    sums[deal.outcome] = minor === null || before === null ? null : before + minor;
  }
}

function addLead(tally: Tally, lead: OutcomeLead, options: TallyOptions): void {
  tally.leads += 1;
  if (lead.handed) {
    tally.handedLeads += 1;
    const since = lead.handedAt ?? lead.createdAt;
    const followed = lead.lastAttemptAt !== null && (lead.handedAt === null || lead.lastAttemptAt >= lead.handedAt - graceMs);
    if (followed) tally.followedUpLeads += 1;
    else if (since !== null && since <= options.now - options.untouchedAfterDays * day) tally.untouchedLeads += 1;
  }
  if (lead.rejected) {
    tally.rejectedLeads += 1;
    if (lead.rejectionReason !== null) count(tally.rejectionReasons, lead.rejectionReason);
  }
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/**
 * An amount in another currency, rounded once to minor units, at the rate of its date; null where a rate is missing.
 * Rates are stated against the company's currency, so two foreign currencies cross over it.
 */
export function inCurrency(
  amount: Money,
  currency: string,
  options: { readonly companyCurrency: string; readonly rates: readonly RateInterval[]; readonly at: Instant },
): bigint | null {
  if (amount.currency === currency) return amount.minor;
  const against = (code: string): Ratio | null =>
    code === options.companyCurrency ? { numerator: 1n, denominator: 1n } : rateAt(options.rates, code, options.at);
  const [from, to] = [against(amount.currency), against(currency)];
  if (from === null || to === null) return null;
  const perUnit = reduced({ numerator: from.numerator * to.denominator, denominator: from.denominator * to.numerator });
  return convertMinor(amount.minor, { from: amount.currency, to: currency }, perUnit);
}

/** Most frequent first; equal ones in the order of their text. */
const ranked = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));

const maxText = 255;
const maxReasons = 20;
const cut = (text: string): string => {
  const letters = [...text];
  return letters.length <= maxText ? text : `${letters.slice(0, maxText - 1).join('')}…`;
};
/** A second is the finest that both CRMs keep. */
export const instantText = (at: Instant | null): string | null =>
  at === null ? null : new Date(Math.floor(at / 1000) * 1000).toISOString();

/**
 * A tally as field values in one currency: counts as numbers, money as decimal text, `win_rate` in percent with two
 * decimals. `win_rate` is null without a closed deal, `cost_per_win` without a win or a known cost.
 */
export function tallyValues(
  tally: Tally,
  cost: Money | null,
  options: TallyOptions & { readonly currency: string },
): ReadonlyMap<CampaignStem, FieldValue> {
  const { currency } = options;
  const sums = tally.amounts.get(currency);
  const money = (minor: bigint | null | undefined): FieldValue =>
    minor === null || minor === undefined ? null : decimalText(minor, currency);
  const spent = cost === null || tally.wonDeals === 0 ? null : inCurrency(cost, currency, { ...options, at: options.now });
  const closed = tally.wonDeals + tally.lostDeals;
  const lossReasons = ranked(tally.lossReasons);
  return new Map<CampaignStem, FieldValue>([
    ['leads', tally.leads],
    ['handed_leads', tally.handedLeads],
    ['followed_up_leads', tally.followedUpLeads],
    ['untouched_leads', tally.untouchedLeads],
    ['rejected_leads', tally.rejectedLeads],
    ['top_rejection_reason', cutOrNull(ranked(tally.rejectionReasons)[0]?.[0])],
    ['won_deals', tally.wonDeals],
    ['won_amount', money(sums?.won)],
    ['lost_deals', tally.lostDeals],
    ['lost_amount', money(sums?.lost)],
    ['loss_reasons', reasonLines(lossReasons, tally.lossesWithoutReason)],
    ['top_loss_reason', cutOrNull(lossReasons[0]?.[0])],
    ['open_deals', tally.openDeals],
    ['open_amount', money(sums?.open)],
    ['win_rate', closed === 0 ? null : Number(roundedQuotient(BigInt(tally.wonDeals) * 10_000n, BigInt(closed))) / 100],
    ['cost_per_win', spent === null ? null : money(roundedQuotient(spent, BigInt(tally.wonDeals)))],
    ['first_closed_at', instantText(tally.firstClosedAt)],
    ['last_closed_at', instantText(tally.lastClosedAt)],
  ]);
}

const cutOrNull = (text: string | undefined): string | null => (text === undefined ? null : cut(text));

/** One line a reason, the most frequent first; what nobody said comes last. */
function reasonLines(reasons: readonly (readonly [string, number])[], unsaid: number): string | null {
  const lines = reasons.slice(0, maxReasons).map(([reason, n]) => `${cut(reason.replaceAll(/\s+/gu, ' '))}: ${n}`);
  const rest = reasons.slice(maxReasons).reduce((sum, [, n]) => sum + n, 0);
  if (rest > 0) lines.push(`(other reasons): ${rest}`);
  if (unsaid > 0) lines.push(`(no reason given): ${unsaid}`);
  return lines.length === 0 ? null : lines.join('\n');
}
