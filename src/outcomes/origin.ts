import type { OriginRule } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { Evidence, OutcomeDeal } from './facts.ts';

/** How sure the origin is: a human's act or a dated record; a dated record of the person, not of the touch; nothing dated. */
type OriginCertainty = 'dated' | 'person-dated' | 'undated';

/** What one rule says of a deal. */
interface RuleAnswer {
  readonly rule: OriginRule;
  /** Null: the rule does not apply. */
  readonly campaignId: string | null;
}

/** The campaign that brought a deal, with the reasons. */
export interface Origin {
  /** Null: none of the rules applies; the deal counts in a row of its own. */
  readonly rule: OriginRule | null;
  readonly campaignId: string | null;
  readonly certainty: OriginCertainty | null;
  /** From the campaign to the deal, in words. */
  readonly chain: readonly string[];
  /** What every rule says, in the order they were tried, the deciding one included. */
  readonly answers: readonly RuleAnswer[];
  /** Why this is not the deal's primary campaign source; null when it is, or when there is none. */
  readonly differs: string | null;
}

interface Finding {
  readonly campaignId: string;
  readonly certainty: OriginCertainty;
  readonly chain: readonly string[];
}

/**
 * The campaign that brought a deal: the first rule that applies, in the configured order.
 *
 * - `primary-campaign-by-person`: the primary campaign source, when a history shows that a human set it.
 * - `first-responded-member`: the earliest response, in sales' CRM, of one of the deal's people before the deal was made.
 * - `marketing-campaign`: marketing's own campaign: the earliest dated membership, then memberships without a time where
 *   they all name one campaign, then UTM and source properties that name one.
 * - `utm`: properties that name exactly one campaign over both CRMs.
 *
 * What happened after the deal was made did not bring it. Ties go to the smaller campaign id.
 */
export function originOf(deal: OutcomeDeal, rules: readonly OriginRule[]): Origin {
  const usable = deal.evidence.filter((one) => one.at === null || deal.createdAt === null || one.at <= deal.createdAt);
  const findings = rules.map((rule): readonly [OriginRule, Finding | null] => [rule, apply(rule, deal, usable)]);
  const [rule, finding] = findings.find(([, found]) => found !== null) ?? [null, null];
  return {
    rule,
    campaignId: finding?.campaignId ?? null,
    certainty: finding?.certainty ?? null,
    chain: finding?.chain ?? [],
    answers: findings.map(([name, found]) => ({ rule: name, campaignId: found?.campaignId ?? null })),
    differs: differs(deal, rule, finding),
  };
}

function apply(rule: OriginRule, deal: OutcomeDeal, evidence: readonly Evidence[]): Finding | null {
  switch (rule) {
    case 'primary-campaign-by-person':
      if (deal.campaignId === null || !deal.campaignSetByPerson) return null;
      return { campaignId: deal.campaignId, certainty: 'dated', chain: ['a person set it as the primary campaign', `deal ${deal.id}`] };
    case 'first-responded-member':
      return earliest(
        deal,
        evidence.filter((one) => one.kind === 'response' && one.side === 'sales'),
        'dated',
      );
    case 'marketing-campaign': {
      const own = evidence.filter((one) => one.side === 'marketing' && one.kind !== 'hint');
      const dated = own.filter((one) => one.at !== null);
      const undated = own.filter((one) => one.at === null);
      const hints = evidence.filter((one) => one.kind === 'hint' && one.scope === 'marketing');
      // Of several memberships without a time nobody can say which one was first.
      const single = new Set(undated.map((one) => one.campaignId)).size === 1;
      return (
        earliest(deal, dated, 'dated') ?? (single ? earliest(deal, undated, 'undated') : null) ?? earliest(deal, hints, 'person-dated')
      );
    }
    case 'utm':
      return earliest(
        deal,
        evidence.filter((one) => one.kind === 'hint' && one.scope === 'any'),
        'person-dated',
      );
  }
}

function earliest(deal: OutcomeDeal, evidence: readonly Evidence[], certainty: OriginCertainty): Finding | null {
  const when = (one: Evidence): Instant => one.at ?? Number.POSITIVE_INFINITY;
  const [first] = evidence.toSorted((a, b) => {
    const [one, other] = [when(a), when(b)];
    if (one !== other) return one < other ? -1 : 1;
    if (a.campaignId !== b.campaignId) return a.campaignId < b.campaignId ? -1 : 1;
    return a.ref < b.ref ? -1 : 1;
  });
  if (first === undefined) return null;
  const day = first.at === null ? 'without a time' : `on ${new Date(first.at).toISOString().slice(0, 10)}`;
  return {
    campaignId: first.campaignId,
    certainty,
    chain: [`${describe(first)} ${day}`, `person ${first.leadId}`, `deal ${deal.id}`],
  };
}

function describe(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'response':
      return `response of campaign member ${evidence.ref}`;
    case 'membership':
      return `campaign member ${evidence.ref}`;
    case 'hint':
      return `property ${evidence.ref}`;
  }
}

function differs(deal: OutcomeDeal, rule: OriginRule | null, finding: Finding | null): string | null {
  if (deal.campaignId === null || finding?.campaignId === deal.campaignId) return null;
  const why = deal.campaignSetByPerson ? 'another rule comes first' : 'no history shows that a person set it';
  return finding === null
    ? `The primary campaign ${deal.campaignId} is not taken: ${why}, and no other rule applies.`
    : `The primary campaign is ${deal.campaignId}, but ${why}; ${rule} names ${finding.campaignId}.`;
}
