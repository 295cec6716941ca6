import type { StoredPerson } from '../state/types.ts';
import { isLasting } from './link.ts';
import type { Verdicts } from './verdicts.ts';

/** How much speaks for two records being one person, and what. */
export interface Evidence {
  /** 0 to 1. */
  readonly score: number;
  /** Short words, strongest first. */
  readonly words: readonly string[];
}

/** A record with the name that it goes by, where one is known. */
export interface Named {
  readonly record: StoredPerson;
  readonly name: string | null;
}

/**
 * Weighs what speaks for a candidate: a stored id or key (1), the same main address (0.5) or a shared one (0.35), the same
 * name (+0.3) or another one (-0.2), a lasting record (+0.1), the one changed last among several (+0.05), a counterpart that
 * was deleted (-0.1). Pure.
 */
export function evidenceFor(
  subject: Named,
  candidate: Named,
  { newest, verdicts }: { readonly newest: boolean; readonly verdicts: Verdicts },
): Evidence {
  const [a, b] = [subject.record, candidate.record];
  const found: { readonly weight: number; readonly words: string }[] = [];
  const add = (weight: number, words: string): void => void found.push({ weight, words });
  if (a.crossIds.includes(b.id) || b.crossIds.includes(a.id)) add(1, 'stored id');
  if (a.key !== null && a.key === b.key) add(1, 'same key');
  const shared = a.emails.filter((email) => b.emails.includes(email));
  if (shared.length > 0 && a.emails[0] === b.emails[0]) add(0.5, 'same main address');
  else if (shared.length > 0) add(0.35, 'shared address');
  if (subject.name !== null && candidate.name !== null) {
    if (sameName(subject.name, candidate.name)) add(0.3, 'same name');
    else add(-0.2, 'other name');
  }
  if (isLasting(b)) add(0.1, 'lasting record');
  if (newest) add(0.05, 'changed last');
  if (verdicts.lost(a, b) || verdicts.lost(b, a)) add(-0.1, 'counterpart deleted');
  const sum = found.reduce((total, { weight }) => total + weight, 0);
  return { score: Math.round(Math.min(1, Math.max(0, sum)) * 100) / 100, words: found.map(({ words }) => words) };
}

/** Names compared without case, accents and order of their parts: `Müller, Ann` is `ann muller`. */
export function sameName(a: string, b: string): boolean {
  const [left, right] = [nameParts(a), nameParts(b)];
  return left !== '' && left === right;
}

function nameParts(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).toSorted().join(' ');
}

/** What a person is proposed to decide. */
export interface Proposal {
  /** A decision word: a candidate's number, `all`, or empty where nothing stands out. */
  readonly word: string;
  /** 0 to 1: the evidence for it times its share of all candidates' evidence. */
  readonly confidence: number;
}

/** Proposes the candidate that stands out; all of them when each has the address and the name; nothing in a tie. Pure. */
export function proposalOf(candidates: readonly Evidence[]): Proposal {
  const alike = (one: Evidence): boolean => one.words.includes('same name') && one.words.includes('same main address');
  if (candidates.length > 1 && candidates.every(alike)) return { word: 'all', confidence: 0.7 };
  const sum = candidates.reduce((total, { score }) => total + score, 0);
  const ranked = candidates.map(({ score }, index) => ({ score, index })).toSorted((a, b) => b.score - a.score);
  const [best, next] = ranked;
  if (best === undefined || best.score < 0.3 || best.score - (next?.score ?? 0) < 0.04) return { word: '', confidence: 0 };
  return { word: String(best.index + 1), confidence: Math.round(((best.score * best.score) / sum) * 100) / 100 };
}
