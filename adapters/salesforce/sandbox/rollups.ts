import { FIGURES } from './schema/campaigns.ts';
import type { Figure } from './schema/campaigns.ts';
import { textOf } from './schema/fields.ts';
import type { Row, Store } from './store.ts';

/** What one member or opportunity adds to one campaign. Amounts in hundredths, so that sums stay exact. */
interface Share {
  readonly campaign: string;
  readonly adds: Readonly<Partial<Record<Figure, number>>>;
}

export interface Rollups {
  /** A campaign's own figure, or that of its whole hierarchy. */
  figure(campaignId: string, figure: Figure, hierarchy: boolean): number;
}

/**
 * Keeps every campaign's figures current, one addition per changed row, whatever the size of the campaign. They follow
 * the members and the opportunities whose primary campaign it is; influence plays no part.
 */
export function campaignRollups(store: Store): Rollups {
  const totals = new Map<string, Map<Figure, number>>();
  // What each row added last: it is taken back as it was, even when a rate has changed since.
  const shares = new Map<string, Share>();
  // Members of one campaign add the same: each different share is kept once.
  const different = new Map<string, Share>();

  function add(share: Share | null | undefined, sign: 1 | -1): void {
    if (share === null || share === undefined) return;
    let figures = totals.get(share.campaign);
    if (figures === undefined) totals.set(share.campaign, (figures = new Map()));
    for (const figure of FIGURES) {
      const value = share.adds[figure];
      if (value !== undefined) figures.set(figure, (figures.get(figure) ?? 0) + sign * value);
    }
  }

  for (const [object, shareOf] of [
    ['CampaignMember', memberShare],
    ['Opportunity', dealShare],
  ] as const) {
    store.watch(object, (before, after) => {
      const id = (after ?? before)?.id ?? '';
      const share = after === undefined ? null : shareOf(after, store);
      add(shares.get(id), -1);
      add(share, 1);
      if (share === null) shares.delete(id);
      else {
        const key = `${share.campaign} ${Object.values(share.adds).join(' ')} ${object}`;
        const known = different.get(key);
        if (known === undefined) different.set(key, share);
        shares.set(id, known ?? share);
      }
    });
  }

  function own(campaignId: string, figure: Figure): number {
    const total = totals.get(campaignId)?.get(figure) ?? 0;
    return figure.startsWith('Amount') ? total / 100 : total;
  }

  function below(campaignId: string, figure: Figure, seen: Set<string>): number {
    if (seen.has(campaignId)) return 0;
    seen.add(campaignId);
    let total = own(campaignId, figure);
    for (const child of store.find('Campaign', 'ParentId', campaignId) ?? []) total += below(child.id, figure, seen);
    return total;
  }

  return { figure: (campaignId, figure, hierarchy) => (hierarchy ? below(campaignId, figure, new Set()) : own(campaignId, figure)) };
}

function memberShare(row: Row, store: Store): Share | null {
  const campaign = textOf(store.value(row, 'CampaignId'));
  if (campaign === null || store.value(row, 'IsDeleted') === true) return null;
  const lead = store.value(row, 'LeadId') !== null;
  const contact = store.value(row, 'ContactId') !== null;
  return {
    campaign,
    adds: {
      NumberOfLeads: lead ? 1 : 0,
      NumberOfConvertedLeads: lead && contact ? 1 : 0,
      NumberOfContacts: contact ? 1 : 0,
      NumberOfResponses: store.value(row, 'HasResponded') === true ? 1 : 0,
    },
  };
}

function dealShare(row: Row, store: Store): Share | null {
  const campaign = textOf(store.value(row, 'CampaignId'));
  if (campaign === null || store.value(row, 'IsDeleted') === true) return null;
  const hundredths = Math.round(Number(store.value(row, 'Amount') ?? 0) * exchange(store, row, campaign) * 100);
  const won = store.value(row, 'IsWon') === true;
  return {
    campaign,
    adds: {
      NumberOfOpportunities: 1,
      NumberOfWonOpportunities: won ? 1 : 0,
      AmountAllOpportunities: hundredths,
      AmountWonOpportunities: won ? hundredths : 0,
    },
  };
}

/** What one unit of the deal's currency is in the campaign's; 1 where there is only one currency. */
function exchange(store: Store, deal: Row, campaignId: string): number {
  const from = store.value(deal, 'CurrencyIsoCode');
  const to = store.value(store.row(campaignId), 'CurrencyIsoCode');
  if (from === to || from === null || to === null) return 1;
  const rate = (code: string | number | boolean): number =>
    Number(store.value((store.find('CurrencyType', 'IsoCode', code) ?? [])[0], 'ConversionRate') ?? 1);
  return rate(to) / rate(from);
}
