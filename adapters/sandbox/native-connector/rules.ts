import type { SyncRule } from './options.ts';

/** A field's value on both sides as text; empty: blank. */
export interface Values {
  readonly hubspot: string;
  readonly salesforce: string;
  /** What both sides held after the last sync; undefined: never synced. */
  readonly synced: string | undefined;
}

/** Which side has to take the other's value. `newer`: the one edited last wins, and both may have been edited. */
export type Verdict = 'nothing' | 'to-hubspot' | 'to-salesforce' | 'newer';

/**
 * What a sync does with one field.
 * @source https://knowledge.hubspot.com/salesforce/map-hubspot-properties-to-salesforce-fields (checked 2026-11)
 */
export function decide(rule: SyncRule, { hubspot, salesforce, synced }: Values): Verdict {
  if (rule === 'dont-sync' || hubspot === salesforce) return 'nothing';
  switch (rule) {
    case 'always-use-salesforce':
      return 'to-hubspot';
    case 'prefer-salesforce-unless-blank': {
      const deletedInSalesforce = synced !== undefined && synced !== '';
      return salesforce !== '' || deletedInSalesforce ? 'to-hubspot' : 'to-salesforce';
    }
    case 'two-way':
      if (synced === hubspot) return 'to-hubspot';
      return synced === salesforce ? 'to-salesforce' : 'newer';
  }
}
