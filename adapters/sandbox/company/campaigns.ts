import type { Draw } from '../random.ts';
import type { CampaignPlan, Channel } from './plan.ts';

const DAY = 86_400_000;

interface Row {
  readonly name: string;
  readonly channel: Channel;
  readonly utm: string;
  /** Days before the company's present. */
  readonly from: number;
  readonly to: number;
  readonly cost: number | null;
  readonly weight: number;
  readonly quality: number;
  readonly pairedBy: CampaignPlan['pairedBy'];
  /** @default the same name */
  readonly salesNames?: readonly string[];
}

const row = (name: string, channel: Channel, utm: string, rest: Omit<Row, 'name' | 'channel' | 'utm'>): Row => ({
  name,
  channel,
  utm,
  ...rest,
});

const ROWS: readonly Row[] = [
  row('Brand search', 'Paid Search', 'brand-search', { from: 270, to: 0, cost: 42_000, weight: 14, quality: 1.4, pairedBy: 'id' }),
  row('Competitor search', 'Paid Search', 'competitor-search', {
    from: 210,
    to: 30,
    cost: 28_500,
    weight: 8,
    quality: 0.9,
    pairedBy: 'name',
  }),
  row('Retargeting', 'Paid Social', 'retargeting', { from: 240, to: 0, cost: 19_000, weight: 9, quality: 0.6, pairedBy: 'name' }),
  row('LinkedIn decision makers', 'Paid Social', 'linkedin-dm', {
    from: 180,
    to: 20,
    cost: 36_000,
    weight: 8,
    quality: 1.1,
    pairedBy: 'id',
  }),
  row('State of RevOps report', 'Content', 'revops-report', { from: 230, to: 0, cost: 8_000, weight: 15, quality: 0.5, pairedBy: 'name' }),
  row('Buyer’s guide', 'Content', 'buyers-guide', { from: 150, to: 0, cost: 3_500, weight: 9, quality: 0.8, pairedBy: 'name' }),
  row('Webinar: Follow-up that works', 'Webinar', 'webinar-follow-up', {
    from: 160,
    to: 130,
    cost: 6_000,
    weight: 8,
    quality: 1,
    pairedBy: 'id',
    salesNames: ['Webinar Follow-up (live)', 'Webinar Follow-up (recording)'],
  }),
  row('Webinar: Forecasting 101', 'Webinar', 'webinar-forecasting', {
    from: 75,
    to: 45,
    cost: 5_500,
    weight: 6,
    quality: 0.9,
    pairedBy: 'name',
  }),
  row('Expo Berlin', 'Trade Show', 'expo-berlin', {
    from: 200,
    to: 195,
    cost: 55_000,
    weight: 7,
    quality: 0.7,
    pairedBy: 'nothing',
    salesNames: ['Messe Berlin booth scans'],
  }),
  row('SaaS Summit', 'Trade Show', 'saas-summit', { from: 90, to: 87, cost: 61_000, weight: 7, quality: 1.2, pairedBy: 'name' }),
  row('Monthly newsletter', 'Email', 'newsletter', { from: 270, to: 0, cost: null, weight: 5, quality: 0.7, pairedBy: 'name' }),
  row('Win-back mailing', 'Email', 'win-back', { from: 60, to: 40, cost: 1_200, weight: 4, quality: 0.4, pairedBy: 'name' }),
  row('Customer referrals', 'Referral', 'referrals', { from: 270, to: 0, cost: 12_000, weight: 4, quality: 2.2, pairedBy: 'id' }),
];

/** The company's campaigns of the last nine months before `now`. */
export function campaigns(now: number): readonly CampaignPlan[] {
  return ROWS.map(({ from, to, salesNames, ...rest }) => ({
    ...rest,
    salesNames: salesNames ?? [rest.name],
    startsAt: dayOf(now - from * DAY),
    endsAt: dayOf(now - to * DAY) + DAY,
  }));
}

const dayOf = (at: number): number => Math.floor(at / DAY) * DAY;

/** Somebody who comes to marketing's notice, and through what. */
export interface Arrival {
  readonly at: number;
  /** Null: by itself, or found by sales. */
  readonly campaign: CampaignPlan | null;
}

/**
 * When people come: by weight through a campaign while it runs (a trade show brings its people within days), 15 % by
 * themselves at any time. Oldest first.
 */
export function arrivals(
  all: readonly CampaignPlan[],
  people: number,
  span: { readonly from: number; readonly to: number; readonly draw: Draw },
): readonly Arrival[] {
  const { from, to, draw } = span;
  const choices = [[null, 15] as const, ...all.map((campaign) => [campaign, campaign.weight] as const)];
  const come = (): Arrival => {
    const campaign = draw.weighted(choices);
    const first = Math.max(from, campaign?.startsAt ?? from);
    const last = Math.min(to, campaign?.endsAt ?? to);
    return { at: Math.floor(first + draw.next() * (last - first)), campaign };
  };
  return Array.from({ length: people }, come).sort((a, b) => a.at - b.at);
}

/** A campaign that ran at that time, by weight; null where nothing ran. */
export function runningAt(all: readonly CampaignPlan[], at: number, draw: Draw): CampaignPlan | null {
  const running = all.filter((campaign) => campaign.startsAt <= at && at < campaign.endsAt);
  return running.length === 0 ? null : draw.weighted(running.map((campaign) => [campaign, campaign.weight] as const));
}
