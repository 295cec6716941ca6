import type { Automation, Pending } from './dml/automation.ts';
import type { Deletion } from './dml/bin.ts';
import type { DuplicateRule } from './dml/duplicates.ts';
import type { PersonKeys } from './dml/matching.ts';

/** What an administrator set up in this organisation, and what of it is still to happen. */
export interface Customization {
  /** By object; only active ones. */
  readonly duplicateRules: Map<string, DuplicateRule>;
  /** Made when a duplicate rule first runs, by object. */
  readonly personKeys: Map<string, PersonKeys>;
  readonly automations: Automation[];
  /** Delayed actions, the next one first. */
  readonly pending: Pending[];
  /** What each deletion took with it, by the id of the record that was deleted, oldest first. */
  readonly deletions: Map<string, Deletion>;
  /** Records thrown out of the recycle bin, and when: a day later nobody sees them. */
  readonly emptied: Map<string, number>;
  /** Picklist values by record type, then field. A field that isn't there offers all. */
  readonly recordTypeValues: Map<string, ReadonlyMap<string, ReadonlySet<string>>>;
  /** Passwords, with the security token at their end, by user id: who has none can't log in by one. */
  readonly passwords: Map<string, string>;
  /** Sessions that an administrator ended; each is forgotten when somebody comes with it. */
  readonly endedSessions: Set<string>;
  /** Other people's calls that run for a long time: each ends at an instant. */
  readonly longCalls: number[];
}

/** An organisation nobody has set up yet. */
export function noCustomization(): Customization {
  return {
    duplicateRules: new Map(),
    personKeys: new Map(),
    automations: [],
    pending: [],
    deletions: new Map(),
    emptied: new Map(),
    recordTypeValues: new Map(),
    passwords: new Map(),
    endedSessions: new Set(),
    longCalls: [],
  };
}
