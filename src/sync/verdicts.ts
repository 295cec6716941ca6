import type { Side } from '../model/words.ts';
import type { PersonRef, VerdictRows } from '../state/types.ts';

/** What is known about records beyond what stands on them: what somebody decided, and which of them lost a counterpart. */
export interface Verdicts {
  /** Somebody said that these two records, one of each side, are one person. */
  same(a: PersonRef, b: PersonRef): boolean;
  /** The records that somebody said are the same person as this one. */
  sameAs(record: PersonRef): readonly PersonRef[];
  /** Somebody said that these two records, one of each side, are two people. */
  different(a: PersonRef, b: PersonRef): boolean;
  /** The first was linked to a record of the other's side that was deleted, the other is not that record, and nobody chose it. */
  lost(survivor: PersonRef, newcomer: PersonRef): boolean;
}

export const noVerdicts: Verdicts = { same: () => false, sameAs: () => [], different: () => false, lost: () => false };

/** Makes the rows of the state askable. Pure; each question costs one look-up. */
export function verdictsOf({ choices, tombstones }: VerdictRows): Verdicts {
  if (choices.length === 0 && tombstones.length === 0) return noVerdicts;
  const verdict = new Map<string, boolean>();
  const sameAs = new Map<string, PersonRef[]>();
  const note = (of: PersonRef, other: PersonRef): void => void sameAs.set(refText(of), [...(sameAs.get(refText(of)) ?? []), other]);
  for (const { marketing, sales, same } of choices) {
    verdict.set(pairText(marketing, sales), same);
    if (!same) continue;
    const [m, s] = [
      { side: 'marketing', id: marketing },
      { side: 'sales', id: sales },
    ] as const;
    note(m, s);
    note(s, m);
  }
  const gone = new Map<string, Set<string>>();
  for (const { side, id, goneId } of tombstones)
    gone.set(refText({ side, id }), (gone.get(refText({ side, id })) ?? new Set()).add(goneId));
  const of = (a: PersonRef, b: PersonRef): boolean | undefined =>
    a.side === b.side ? undefined : verdict.get(a.side === 'marketing' ? pairText(a.id, b.id) : pairText(b.id, a.id));
  return {
    same: (a, b) => of(a, b) === true,
    sameAs: (record) => sameAs.get(refText(record)) ?? [],
    different: (a, b) => of(a, b) === false,
    lost: (survivor, newcomer) => {
      const ids = gone.get(refText(survivor));
      return ids !== undefined && survivor.side !== newcomer.side && !ids.has(newcomer.id) && of(survivor, newcomer) !== true;
    },
  };
}

function pairText(marketing: string, sales: string): string {
  return `${marketing} ${sales}`;
}

function refText(ref: { readonly side: Side; readonly id: string }): string {
  return `${ref.side} ${ref.id}`;
}
