import { ConfigError } from '../errors.ts';
import type { QuarantineEntry } from '../model/plan.ts';
import type { Base, Intent, State, StoredPerson } from '../state/types.ts';
import { normaliseEmail } from './email.ts';

/** One person's records, agreements, and everything that was written to them, oldest first. */
export interface Explanation {
  readonly records: readonly StoredPerson[];
  readonly bases: readonly Base[];
  readonly intents: readonly Intent[];
  readonly quarantine: readonly QuarantineEntry[];
}

/**
 * What happened to a person, by e-mail address, record id or key.
 * @throws {ConfigError} `PERSON_NOT_FOUND`
 */
export async function explain(state: State, who: string): Promise<Explanation> {
  const found = [...(await state.people.find(who)), ...(await state.people.find(normaliseEmail(who) ?? ''))];
  if (found.length === 0) {
    throw new ConfigError('PERSON_NOT_FOUND', 'Nobody in either CRM has this address, record id or key.', {
      hint: 'Check the spelling, and that the person was pulled.',
    });
  }
  const linkIds = [...new Set(found.flatMap((person) => (person.linkId === null ? [] : [person.linkId])))];
  const links = [...(await state.links.get(linkIds)).values()];
  const records = new Map([...found, ...links.flatMap((link) => link.members)].map((person) => [`${person.side} ${person.id}`, person]));
  const intents: Intent[] = [];
  const quarantine: QuarantineEntry[] = [];
  for (const { side, id } of records.values()) {
    intents.push(...(await state.journal.ofRecord(side, id)));
    quarantine.push(...(await state.quarantine.get(side, 'person', [id])).values());
  }
  const bases = links.flatMap((link) => [...link.bases.values()]);
  return { records: [...records.values()], bases, intents: intents.toSorted((a, b) => a.at - b.at), quarantine };
}
