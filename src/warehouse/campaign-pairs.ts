import type { Settings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';

/** What pairing needs to know of a campaign in one CRM. */
export interface CampaignRecord {
  readonly side: Side;
  readonly id: string;
  readonly name: string;
  /** Ids of its counterparts that are stored on it. */
  readonly crossIds: readonly string[];
}

/** Why a sales campaign belongs to a marketing campaign. */
type PairedBy = 'reviewed' | 'stored-id' | 'name';

export interface CampaignPlace {
  /** The merged campaign: named for its marketing record, or for the sales record that has none. */
  readonly campaignId: string;
  /** Null for a campaign that only one side has, and for the marketing record itself. */
  readonly pairedBy: PairedBy | null;
}

const only = <T>(values: Iterable<T>): T | null => {
  const distinct = [...new Set(values)];
  return distinct.length === 1 ? (distinct[0] ?? null) : null;
};

/** Records by name, or by id, for the reviewed pairs. */
function finder(records: readonly CampaignRecord[]): (nameOrId: string) => CampaignRecord | null {
  const ids = new Map(records.map((record) => [record.id, record]));
  const names = new Map<string, CampaignRecord[]>();
  for (const record of records) {
    const same = names.get(record.name);
    if (same === undefined) names.set(record.name, [record]);
    else same.push(record);
  }
  return (nameOrId) => ids.get(nameOrId) ?? only(names.get(nameOrId) ?? []);
}

/**
 * Which merged campaign each CRM's campaign belongs to. Many sales campaigns may belong to one marketing campaign, never
 * the reverse. By the reviewed pairs first, then by a stored id that names exactly one counterpart, then by the exact
 * name where it is unique on both sides; whatever is ambiguous stays apart.
 * @returns by `side:id`
 */
export function pairCampaigns(
  records: readonly CampaignRecord[],
  reviewed: Settings['outcomes']['campaigns'],
): ReadonlyMap<string, CampaignPlace> {
  const marketing = records.filter((record) => record.side === 'marketing');
  const sales = records.filter((record) => record.side === 'sales');
  const findMarketing = finder(marketing);
  const findSales = finder(sales);
  const places = new Map<string, CampaignPlace>();
  for (const record of marketing) places.set(`marketing:${record.id}`, { campaignId: `marketing:${record.id}`, pairedBy: null });

  const pointers = new Map<string, Set<string>>();
  const marketingIds = new Set(marketing.map((record) => record.id));
  const point = (salesId: string, marketingId: string): void => {
    if (!marketingIds.has(marketingId)) return;
    const targets = pointers.get(salesId);
    if (targets === undefined) pointers.set(salesId, new Set([marketingId]));
    else targets.add(marketingId);
  };
  for (const record of sales) for (const id of record.crossIds) point(record.id, id);
  for (const record of marketing) for (const id of record.crossIds) point(id, record.id);

  const byReview = new Map<string, Set<string>>();
  for (const pair of reviewed) {
    const target = findMarketing(pair.marketing);
    if (target === null) continue;
    for (const nameOrId of pair.sales) {
      const record = findSales(nameOrId);
      if (record !== null) byReview.set(record.id, (byReview.get(record.id) ?? new Set()).add(target.id));
    }
  }

  for (const record of sales) places.set(`sales:${record.id}`, place(record));
  return places;

  function place(record: CampaignRecord): CampaignPlace {
    const review = only(byReview.get(record.id) ?? []);
    if (review !== null) return { campaignId: `marketing:${review}`, pairedBy: 'reviewed' };
    const stored = only(pointers.get(record.id) ?? []);
    if (stored !== null) return { campaignId: `marketing:${stored}`, pairedBy: 'stored-id' };
    const named = findSales(record.name) === record ? findMarketing(record.name) : null;
    if (named !== null && named.name === record.name) return { campaignId: `marketing:${named.id}`, pairedBy: 'name' };
    return { campaignId: `sales:${record.id}`, pairedBy: null };
  }
}
