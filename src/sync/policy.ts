import type { Certainty } from '../model/plan.ts';
import type { Policy } from '../model/settings.ts';
import type { FieldValue, Instant, Precision, Rung, Side } from '../model/words.ts';
import { ladder, sideExits } from './status-map.ts';
import { isBlank } from './values.ts';

/** When a side's value was set, and how that is known. */
export interface ValueTime {
  readonly at: Instant;
  readonly precision: Precision;
  readonly certainty: Certainty;
}

/** One side in a conflict. */
export interface Contender {
  readonly value: FieldValue;
  /** For the status; null for other fields, and for an empty status without a meaning. */
  readonly rung: Rung | null;
  /** Follows from the deals: can't be written, so nothing else can stand beside it. */
  readonly derived: boolean;
  readonly time: ValueTime | null;
}

export type Verdict =
  | { readonly winner: Side; readonly certainty: Certainty; readonly why: string }
  /** Nobody wins: a person has to decide. */
  | { readonly winner: null; readonly why: string };

export interface Dispute {
  readonly policy: Policy;
  readonly marketing: Contender;
  readonly sales: Contender;
  /** For `prefer-unless-blank`. */
  readonly prefer: Side;
}

/** Settles a conflict by its policy. Pure: the same dispute always ends the same way. */
export function settle(dispute: Dispute): Verdict {
  switch (dispute.policy) {
    case 'ask':
      return { winner: null, why: 'the policy is to ask' };
    case 'prefer-marketing':
      return { winner: 'marketing', certainty: 'none', why: 'the policy prefers marketing' };
    case 'prefer-sales':
      return { winner: 'sales', certainty: 'none', why: 'the policy prefers sales' };
    case 'prefer-unless-blank':
      return preferUnlessBlank(dispute);
    case 'furthest':
      return furthest(dispute.marketing, dispute.sales);
    case 'most-recent':
      return mostRecent(dispute.marketing.time, dispute.sales.time);
  }
}

function preferUnlessBlank({ prefer, marketing, sales }: Dispute): Verdict {
  const preferred = prefer === 'marketing' ? marketing : sales;
  if (!isBlank(preferred.value)) return { winner: prefer, certainty: 'none', why: `the policy prefers ${prefer} unless it is blank` };
  const other: Side = prefer === 'marketing' ? 'sales' : 'marketing';
  return { winner: other, certainty: 'none', why: `the policy prefers ${prefer}, which is blank` };
}

/**
 * The later rung wins. A side exit is sticky: it beats every rung of the ladder, and only `recycled` beats `rejected`.
 * A status that is derived from deals beats a side exit, because it can't be overruled by writing.
 */
function furthest(marketing: Contender, sales: Contender): Verdict {
  const fact = marketing.derived && isExit(sales.rung) ? 'marketing' : sales.derived && isExit(marketing.rung) ? 'sales' : null;
  if (fact !== null) return { winner: fact, certainty: 'none', why: 'its status follows from the deals, which no side exit overrules' };
  const m = standing(marketing.rung);
  const s = standing(sales.rung);
  if (m === s) return { winner: null, why: 'both stand equally far' };
  const winner: Side = m > s ? 'marketing' : 'sales';
  const ahead = m > s ? marketing.rung : sales.rung;
  const behind = m > s ? sales.rung : marketing.rung;
  if (isExit(ahead)) return { winner, certainty: 'none', why: `${ahead} is a side exit, which is left only by recycling` };
  return { winner, certainty: 'none', why: `${ahead ?? 'blank'} is further than ${behind ?? 'blank'}` };
}

function standing(rung: Rung | null): number {
  if (rung === null) return -1;
  return isExit(rung) ? ladder.length + sideExits.indexOf(rung) : ladder.indexOf(rung);
}

function isExit(rung: Rung | null): rung is Rung {
  return rung !== null && sideExits.includes(rung);
}

function mostRecent(marketing: ValueTime | null, sales: ValueTime | null): Verdict {
  if (marketing === null || sales === null) return { winner: null, why: 'it is not known when the values were set' };
  const stepMs = Math.max(step(marketing.precision), step(sales.precision));
  // Within one step of the coarser clock the order can't be told: 10:00:00.900 may precede "10:00:00".
  if (Math.floor(marketing.at / stepMs) === Math.floor(sales.at / stepMs))
    return { winner: null, why: 'both were set at the same time as far as the CRMs tell' };
  const winner: Side = marketing.at > sales.at ? 'marketing' : 'sales';
  const certainty: Certainty = marketing.certainty === 'history' && sales.certainty === 'history' ? 'history' : 'record-stamp';
  const grounds = certainty === 'history' ? "by the field's history" : "by the records' change stamps, which other fields move too";
  return { winner, certainty, why: `${winner} is more recent, ${grounds}` };
}

function step(precision: Precision): number {
  switch (precision) {
    case 'ms':
      return 1;
    case 'second':
      return 1_000;
    case 'day':
      return 86_400_000;
  }
}
