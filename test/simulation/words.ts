import type { Side } from '../../src/model/words.ts';

/** Both sides, in the order in which everything here goes through them. */
export const sides: readonly Side[] = ['marketing', 'sales'];

export const otherSide = (side: Side): Side => (side === 'marketing' ? 'sales' : 'marketing');

/** Status words of the two made-up CRMs; the oracle reads the same tables, and nothing of the engine's. */
export const statusWords: Readonly<Record<Side, { readonly reads: Record<string, string>; readonly writes: Record<string, string> }>> = {
  marketing: {
    reads: { Fresh: 'new', Ready: 'handed', 'In progress': 'working', Deal: 'opportunity', 'Not a fit': 'rejected', Later: 'recycled' },
    // Two rungs are written as one word: only the base tells which of them it was.
    writes: { handed: 'Ready', working: 'In progress', accepted: 'Deal', opportunity: 'Deal', rejected: 'Not a fit', recycled: 'Later' },
  },
  sales: {
    reads: { Open: 'handed', Working: 'working', Closed: 'rejected', Converted: 'accepted' },
    writes: { handed: 'Open', working: 'Working', rejected: 'Closed' },
  },
};

/** What users may choose on each side; `Converted` is reached by conversion only. */
export const statusOptions: Readonly<Record<Side, readonly string[]>> = {
  marketing: ['Fresh', 'Ready', 'In progress', 'Deal', 'Not a fit', 'Later'],
  sales: ['Open', 'Working', 'Closed', 'Converted'],
};

export type StatusPolicy = 'furthest' | 'prefer-marketing' | 'prefer-sales' | 'most-recent' | 'ask';
export type PlainPolicy = 'most-recent' | 'prefer-marketing' | 'prefer-sales' | 'prefer-unless-blank';

/** What a scenario may choose of the configuration. */
export interface Rules {
  readonly status: StatusPolicy;
  /** Of the field `company`, which goes both ways; a blank does not overwrite. */
  readonly company: PlainPolicy;
  /** Of the field `title`, where a blank overwrites. */
  readonly title: PlainPolicy;
  /** A run that would change more records than this, and more than a tenth, stops. */
  readonly maxChanges: number;
}

/** The synced fields, named alike in both CRMs. */
export const syncedFields = ['status', 'company', 'title', 'score'] as const;
export type SyncedField = (typeof syncedFields)[number];

/** The configuration that Truce is given. `score` goes from marketing to sales only. */
export function configOf(rules: Rules): unknown {
  return {
    mode: 'sync',
    guards: { changes: { count: rules.maxChanges } },
    status: {
      marketing: { field: 'status', ...statusWords.marketing },
      sales: { field: 'status', ...statusWords.sales },
      policy: rules.status,
    },
    fields: [
      { name: 'company', marketing: 'company', sales: 'company', policy: rules.company },
      { name: 'title', marketing: 'title', sales: 'title', policy: rules.title, blankOverwrites: true },
      { name: 'score', marketing: 'score', sales: 'score', direction: 'to-sales', policy: 'prefer-marketing' },
    ],
  };
}
