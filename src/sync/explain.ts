import type { QuarantineEntry } from '../model/plan.ts';
import type { Side } from '../model/words.ts';
import type { Base, Intent, State, StoredPerson } from '../state/types.ts';
import type { MergedPerson } from '../warehouse/person-story.ts';
import { knownPeople } from './identity.ts';
import { tellStory, type StoryLine, type StoryOrigin } from './story.ts';

/** One person: records, agreements, everything that was written to them, and the whole story over both CRMs. */
export interface Explanation {
  /** As the merged data has it; null without it. */
  readonly name: string | null;
  readonly campaign: string | null;
  readonly owner: string | null;
  readonly records: readonly (StoredPerson & { /** Deep link, where the account's address is known. */ readonly url: string | null })[];
  /** What both sides last agreed on. */
  readonly bases: readonly Base[];
  /** Every write of Truce, oldest first. */
  readonly intents: readonly Intent[];
  readonly quarantine: readonly QuarantineEntry[];
  /** Fields that an undo holds. */
  readonly frozen: readonly string[];
  /** Where their deals came from. */
  readonly origins: readonly StoryOrigin[];
  /** Oldest first. Without a warehouse only what Truce did. */
  readonly story: readonly StoryLine[];
}

/** What stands outside the state: the merged data, and the ledger's words. */
export interface ExplainSources {
  readonly merged: (record: { readonly side: Side; readonly id: string }) => Promise<MergedPerson | null>;
  readonly origin: (entry: string) => Omit<StoryOrigin, 'dealId'> | null;
}

/**
 * What happened to a person, by e-mail address, record id or key.
 * @throws {ConfigError} `PERSON_NOT_FOUND`
 */
export async function explain(state: State, who: string, sources: ExplainSources): Promise<Explanation> {
  const found = await knownPeople(state, who);
  const linkIds = [...new Set(found.flatMap((person) => (person.linkId === null ? [] : [person.linkId])))];
  const links = [...(await state.links.get(linkIds)).values()];
  const records = new Map([...found, ...links.flatMap((link) => link.members)].map((person) => [`${person.side} ${person.id}`, person]));
  const unordered: Intent[] = [];
  const quarantine: QuarantineEntry[] = [];
  for (const { side, id } of records.values()) {
    unordered.push(...(await state.journal.ofRecord(side, id)));
    quarantine.push(...(await state.quarantine.get(side, 'person', [id])).values());
  }
  const intents = unordered.toSorted((a, b) => a.at - b.at);
  const [first] = found;
  const merged = first === undefined ? null : await sources.merged(first);
  return {
    name: merged?.name ?? null,
    campaign: merged?.campaign ?? null,
    owner: merged?.owner ?? null,
    records: await withUrls(state, [...records.values()]),
    bases: links.flatMap((link) => [...link.bases.values()]),
    intents,
    quarantine,
    frozen: [...new Set(links.flatMap((link) => [...(link.frozen ?? [])]))],
    origins: await originsOf(state, merged?.dealIds ?? [], sources.origin),
    story: tellStory(intents, merged),
  };
}

async function withUrls(state: State, records: readonly StoredPerson[]): Promise<Explanation['records']> {
  const templates = { marketing: await state.meta.links('marketing'), sales: await state.meta.links('sales') };
  return records.map((record) => {
    const of = templates[record.side];
    const template = of[`person:${record.object}`] ?? of['person'];
    return { ...record, url: template?.replace('{id}', encodeURIComponent(record.id)) ?? null };
  });
}

async function originsOf(state: State, dealIds: readonly string[], inWords: ExplainSources['origin']): Promise<readonly StoryOrigin[]> {
  const origins: StoryOrigin[] = [];
  for (const dealId of dealIds) {
    const entry = await state.ledger.get(dealId);
    const words = entry === null ? null : inWords(entry.entry);
    if (words !== null) origins.push({ dealId, ...words });
  }
  return origins;
}
