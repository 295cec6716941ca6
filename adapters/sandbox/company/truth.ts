import type { CampaignPlan, Life } from './plan.ts';

const DAY = 86_400_000;

/** What was made, counted while it was made: what reports on the company have to find. */
export interface CompanyTruth {
  people: number;
  /** Where their records are kept. */
  homes: { marketing: number; both: number; sales: number };
  malformedEmails: number;
  /** People with two leads at sales. */
  duplicates: number;
  /** Leads that marketing handed over. */
  handed: number;
  /** Of those handed over at least 30 days ago: how often sales tried. */
  attempts: { mature: number; none: number; oneToThree: number; more: number };
  /** Leads that a sequence of mails went out to; of those never followed up, how many. */
  sequenced: { all: number; otherwiseUntouched: number };
  converted: number;
  rejected: number;
  rejectedWithReason: number;
  deals: { open: number; won: number; lost: number; lostWithReason: number; withoutRole: number };
  /** Won deals that only marketing's CRM knows. */
  purchases: number;
  /** By the campaign that brought them; people who came without one are not here. */
  campaigns: { name: string; salesNames: readonly string[]; people: number; handed: number; won: number }[];
}

/** A truth with nothing in it yet. */
export function emptyTruth(campaigns: readonly CampaignPlan[]): CompanyTruth {
  return {
    people: 0,
    homes: { marketing: 0, both: 0, sales: 0 },
    malformedEmails: 0,
    duplicates: 0,
    handed: 0,
    attempts: { mature: 0, none: 0, oneToThree: 0, more: 0 },
    sequenced: { all: 0, otherwiseUntouched: 0 },
    converted: 0,
    rejected: 0,
    rejectedWithReason: 0,
    deals: { open: 0, won: 0, lost: 0, lostWithReason: 0, withoutRole: 0 },
    purchases: 0,
    campaigns: campaigns.map(({ name, salesNames }) => ({ name, salesNames, people: 0, handed: 0, won: 0 })),
  };
}

/** Counts one more person in. */
export function countLife(truth: CompanyTruth, life: Life, now: number): void {
  truth.people += 1;
  truth.homes[life.home] += 1;
  if (life.malformed) truth.malformedEmails += 1;
  if (life.duplicateAt !== null) truth.duplicates += 1;
  if (life.purchase !== null) truth.purchases += 1;
  if (life.sequence.length > 0) truth.sequenced.all += 1;
  if (life.sequence.length > 0 && life.attempts.length === 0) truth.sequenced.otherwiseUntouched += 1;
  if (life.convertedAt !== null) truth.converted += 1;
  const rejection = life.statuses.find((step) => step.side === 'sales' && step.status === 'rejected');
  if (rejection !== undefined) truth.rejected += 1;
  if (rejection !== undefined && rejection.reason !== null) truth.rejectedWithReason += 1;
  if (life.home === 'both') countHanded(truth, life, now);
  countDeal(truth, life);
  const campaign = truth.campaigns.find((one) => one.name === life.campaign?.name);
  if (campaign === undefined) return;
  campaign.people += 1;
  if (life.home === 'both') campaign.handed += 1;
  if (life.deal?.stages.at(-1)?.stage === 'won') campaign.won += 1;
}

function countHanded(truth: CompanyTruth, life: Life, now: number): void {
  truth.handed += 1;
  if (life.handedAt === null || life.handedAt > now - 30 * DAY) return;
  const tries = life.attempts.length;
  truth.attempts.mature += 1;
  if (tries === 0) truth.attempts.none += 1;
  else if (tries <= 3) truth.attempts.oneToThree += 1;
  else truth.attempts.more += 1;
}

function countDeal(truth: CompanyTruth, { deal }: Life): void {
  if (deal === null) return;
  const last = deal.stages.at(-1)?.stage;
  const outcome = last === 'won' || last === 'lost' ? last : 'open';
  truth.deals[outcome] += 1;
  if (outcome === 'lost' && deal.reason !== null) truth.deals.lostWithReason += 1;
  if (!deal.hasRole) truth.deals.withoutRole += 1;
}
