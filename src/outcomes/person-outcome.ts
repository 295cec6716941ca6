import type { PersonStem } from '../crm.ts';
import type { DealOutcome } from '../model/records.ts';
import type { FieldValue, Instant } from '../model/words.ts';
import { decimalText } from '../warehouse/money.ts';
import type { OutcomeDeal, OutcomeLead } from './facts.ts';
import { inCurrency, instantText, type TallyOptions } from './tally.ts';

/** What a person's outcome needs to know of one deal. */
export interface DealPart {
  readonly id: string;
  readonly outcome: DealOutcome;
  readonly closedAt: Instant | null;
  readonly lossReason: string | null;
  /** In minor units of the company's currency; null when the rate is missing, 0 when nobody stated an amount. */
  readonly amount: bigint | null;
  /** Name of the campaign that brought it. */
  readonly campaign: string | null;
}

/** A deal as its people's outcomes see it. */
export function dealPart(deal: OutcomeDeal, campaign: string | null, options: TallyOptions): DealPart {
  const at = deal.outcome === 'open' ? options.now : (deal.closedAt ?? options.now);
  return {
    id: deal.id,
    outcome: deal.outcome,
    closedAt: deal.outcome === 'open' ? null : deal.closedAt,
    lossReason: deal.lossReason,
    amount: deal.amount === null ? 0n : inCurrency(deal.amount, options.companyCurrency, { ...options, at }),
    campaign,
  };
}

const limit = 255;

/**
 * A person's outcome as field values, or all null where nothing is decided. A won deal outweighs an open one, that a lost
 * one, and any deal a rejection; amounts are in the company's currency.
 */
export function personOutcome(
  lead: OutcomeLead,
  deals: readonly DealPart[],
  options: { readonly companyCurrency: string; readonly campaign: string | null },
): ReadonlyMap<PersonStem, FieldValue> {
  const outcome = (['won', 'open', 'lost'] as const).find((one) => deals.some((deal) => deal.outcome === one)) ?? null;
  if (outcome === null) {
    return lead.rejected
      ? values('rejected', { amount: null, reason: lead.rejectionReason, closedAt: lead.rejectedAt, campaign: options.campaign })
      : values(null, { amount: null, reason: null, closedAt: null, campaign: null });
  }
  const same = deals.filter((deal) => deal.outcome === outcome);
  const latest = same.reduce((a, b) =>
    (b.closedAt ?? 0) > (a.closedAt ?? 0) || ((b.closedAt ?? 0) === (a.closedAt ?? 0) && b.id > a.id) ? b : a,
  );
  const total = same.reduce<bigint | null>((sum, deal) => (sum === null || deal.amount === null ? null : sum + deal.amount), 0n);
  return values(outcome, {
    amount: total === null ? null : decimalText(total, options.companyCurrency),
    reason: outcome === 'lost' ? latest.lossReason : null,
    closedAt: latest.closedAt,
    campaign: latest.campaign,
  });
}

function values(
  outcome: string | null,
  more: {
    readonly amount: string | null;
    readonly reason: string | null;
    readonly closedAt: Instant | null;
    readonly campaign: string | null;
  },
): ReadonlyMap<PersonStem, FieldValue> {
  const cut = (text: string | null): string | null => (text === null ? null : [...text].slice(0, limit).join(''));
  return new Map<PersonStem, FieldValue>([
    ['outcome', outcome],
    ['outcome_amount', more.amount],
    ['outcome_reason', cut(more.reason)],
    ['outcome_closed_at', instantText(more.closedAt)],
    ['outcome_campaign', cut(more.campaign)],
  ]);
}
