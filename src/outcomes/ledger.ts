import type { OriginRule } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { LedgerStore } from '../state/types.ts';
import type { OutcomeCampaign, OutcomeDeal } from './facts.ts';
import { originOf, type Origin } from './origin.ts';

/** One deal's origin as it was frozen. Stored as JSON; an equal one is never stored twice. */
interface FrozenOrigin {
  readonly format: 1;
  readonly origin: Origin;
  /** The records of the origin's campaign, `side:id`, by which it is found again when campaigns are paired anew. */
  readonly campaign: readonly string[];
  readonly campaignName: string | null;
  /** The deal's own facts when it was frozen. */
  readonly facts: DealFacts;
}

/** The facts of a deal that its origin depends on; while they stay the same, the origin stays. */
interface DealFacts {
  readonly createdAt: Instant | null;
  readonly campaignId: string | null;
  readonly campaignSetByPerson: boolean;
  readonly leadIds: readonly string[];
  readonly rules: readonly OriginRule[];
}

/** A change of the ledger, in the form the state stores. */
export interface LedgerChange {
  readonly dealId: string;
  readonly entry: string;
  readonly at: Instant;
}

/** What the ledger says now: each deal's campaign, and what has to be stored. */
export interface LedgerView {
  /** The merged campaign of a deal as campaigns are paired now; null for none. */
  campaignOf(deal: OutcomeDeal): string | null;
  /** Frozen or re-derived, with its reasons. */
  originOf(deal: OutcomeDeal): FrozenOrigin;
  /** Entries that differ from what is stored, in the order in which their deals were asked for. */
  changes(at: Instant): readonly LedgerChange[];
  /** People of deals whose entry is stored; they may carry an outcome although their deal is gone. */
  readonly leadIds: ReadonlySet<string>;
}

/**
 * Opens the ledger over what is stored. A frozen origin holds against later touches and memberships; it is derived again
 * only when the deal's own facts or the configured rules change, or when its campaign is gone. A deal without any origin
 * is not frozen: evidence that arrives late may still name one.
 */
export async function openLedger(
  store: Pick<LedgerStore, 'list'>,
  campaigns: readonly OutcomeCampaign[],
  rules: readonly OriginRule[],
): Promise<LedgerView> {
  const mergedOf = new Map<string, string>(
    campaigns.flatMap((campaign) => campaign.records.map((record) => [`${record.side}:${record.id}`, campaign.id] as const)),
  );
  const byId = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
  const stored = new Map<string, FrozenOrigin>();
  const leadIds = new Set<string>();
  for await (const row of store.list()) {
    const frozen = parse(row.entry);
    if (frozen === null) continue;
    stored.set(row.dealId, frozen);
    for (const id of frozen.facts.leadIds) leadIds.add(id);
  }
  const current = new Map<string, FrozenOrigin>();
  const resolve = (frozen: FrozenOrigin): string | null =>
    frozen.campaign.map((key) => mergedOf.get(key)).find((id) => id !== undefined) ?? null;

  const entryOf = (deal: OutcomeDeal): FrozenOrigin => {
    const known = current.get(deal.id);
    if (known !== undefined) return known;
    const before = stored.get(deal.id);
    const facts = factsOf(deal, rules);
    const holds = before !== undefined && before.origin.rule !== null && resolve(before) !== null && sameFacts(before.facts, facts);
    const entry = holds ? before : freeze(deal, facts, byId);
    current.set(deal.id, entry);
    return entry;
  };

  return {
    leadIds,
    originOf: entryOf,
    campaignOf: (deal) => resolve(entryOf(deal)),
    changes(at) {
      const changes: LedgerChange[] = [];
      for (const [dealId, frozen] of current) {
        const before = stored.get(dealId);
        if (frozen === before) continue;
        const entry = JSON.stringify(frozen);
        if (before === undefined || JSON.stringify(before) !== entry) changes.push({ dealId, entry, at });
      }
      return changes;
    },
  };
}

function freeze(deal: OutcomeDeal, facts: DealFacts, campaigns: ReadonlyMap<string, OutcomeCampaign>): FrozenOrigin {
  const origin = originOf(deal, facts.rules);
  const campaign = origin.campaignId === null ? undefined : campaigns.get(origin.campaignId);
  const records = (campaign?.records ?? []).toSorted((a, b) => (a.side === b.side ? (a.id < b.id ? -1 : 1) : a.side < b.side ? -1 : 1));
  return {
    format: 1,
    origin,
    campaign: records.map((record) => `${record.side}:${record.id}`),
    campaignName: campaign?.name ?? null,
    facts,
  };
}

const factsOf = (deal: OutcomeDeal, rules: readonly OriginRule[]): DealFacts => ({
  createdAt: deal.createdAt,
  campaignId: deal.campaignId,
  campaignSetByPerson: deal.campaignSetByPerson,
  leadIds: deal.leadIds.toSorted(),
  rules,
});

const sameFacts = (a: DealFacts, b: DealFacts): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A ledger entry in words, for whoever asks where a deal came from; null where it can't be read. */
export function originInWords(entry: string): (Pick<Origin, 'rule' | 'chain' | 'differs'> & { readonly campaign: string | null }) | null {
  const frozen = parse(entry);
  if (frozen === null) return null;
  const { rule, chain, differs } = frozen.origin;
  return { campaign: frozen.campaignName, rule, chain, differs };
}

function parse(entry: string): FrozenOrigin | null {
  try {
    const value = JSON.parse(entry) as FrozenOrigin;
    return value.format === 1 ? value : null;
  } catch {
    // An entry nobody can read is derived anew, and the unreadable one stays in the ledger as superseded.
    return null;
  }
}
