import type { Settings } from '../model/settings.ts';
import type { Hold, Link, PersonRef, State, StoredPerson } from '../state/types.ts';
import type { Instant } from '../model/words.ts';
import { resolveLinks, type LinkDecision } from './link.ts';
import { verdictsOf, type Verdicts } from './verdicts.ts';

/** Seeds taken up at once, and how many records one neighbourhood may have before it is no person any more (a shared mailbox). */
const seedsPerStep = 500;
const neighbourhoodLimit = 200;

/** The codes that the links themselves put into quarantine, and take out again. */
const linkCodes: ReadonlySet<string> = new Set(['AMBIGUOUS_MATCH', 'MALFORMED_EMAIL', 'SHARED_ADDRESS', 'COUNTERPART_DELETED']);

export interface RelinkOptions {
  readonly state: State;
  readonly settings: Settings;
  readonly now: Instant;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves the links of all records that are new or whose identity changed. Returns how many records are held back. */
export async function relink(options: RelinkOptions): Promise<number> {
  const { state } = options;
  const anyHeld = (await state.quarantine.count()) > 0;
  let heldBack = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const seeds = await state.people.unresolved(seedsPerStep);
    if (seeds.length === 0) return heldBack;
    const seen = new Set<string>();
    const links: (Link & { unchanged: boolean; parted: boolean })[] = [];
    const former = new Map<string, string | null>();
    const left = new Set<string>();
    const resolved: PersonRef[] = [];
    const hold: Hold[] = [];
    for (const seed of seeds) {
      if (seen.has(refText(seed))) continue;
      const records = await neighbourhood(state, seed);
      const decision =
        records === null ? sharedAddress(seed) : resolveLinks(records, options.settings.ambiguous, await verdictsFor(options, records));
      const members = records ?? [seed];
      for (const record of members) seen.add(refText(record));
      for (const record of members) former.set(refText(record), record.linkId);
      for (const link of decision.links) {
        const staying = new Set(link.members.map(refText));
        const parted = members.some((record) => record.linkId === link.id && !staying.has(refText(record)));
        const before = link.members.map((ref) => former.get(refText(ref)) ?? null);
        for (const id of before) if (id !== null && id !== link.id) left.add(id);
        links.push({ ...link, unchanged: !parted && before.every((id) => id === link.id), parted });
      }
      if (records === null) resolved.push({ side: seed.side, id: seed.id });
      hold.push(
        ...decision.held.map(({ ref, ...why }) => ({ ...why, side: ref.side, kind: 'person' as const, recordId: ref.id, at: options.now })),
      );
    }
    heldBack += hold.length;
    const release = anyHeld ? await freed(state, [...resolved, ...links.flatMap((link) => link.members)], hold) : [];
    await state.commit({ links, left: [...left], resolved, hold, release });
  }
}

async function verdictsFor({ state, settings }: RelinkOptions, records: readonly StoredPerson[]): Promise<Verdicts> {
  const rows = await state.verdicts.of(records);
  return verdictsOf(settings.deletes.returning === 'link' ? { ...rows, tombstones: [] } : rows);
}

/** All records that share an identity with the seed, directly or through others; null when there are too many to be one person. */
async function neighbourhood(state: State, seed: StoredPerson): Promise<readonly StoredPerson[] | null> {
  const found = new Map([[refText(seed), seed]]);
  let frontier: readonly StoredPerson[] = [seed];
  while (frontier.length > 0) {
    const next: StoredPerson[] = [];
    for (const record of (await state.people.related(frontier)).flat()) {
      if (found.has(refText(record))) continue;
      found.set(refText(record), record);
      next.push(record);
    }
    if (found.size > neighbourhoodLimit) return null;
    frontier = next;
  }
  return [...found.values()];
}

function sharedAddress(seed: StoredPerson): LinkDecision {
  const ref = { side: seed.side, id: seed.id };
  const id = seed.linkId ?? `p-${seed.side === 'marketing' ? 'm' : 's'}-${seed.id}`;
  return {
    links: seed.linkId === null ? [{ id, kind: 'single', rule: 'single', confidence: 1, members: [ref], candidates: [] }] : [],
    held: [
      {
        ref,
        code: 'SHARED_ADDRESS',
        cause: `More than ${neighbourhoodLimit} records share an address or an id with it, so it can't be told who they are.`,
        fix: 'Take the shared mailbox from the records, or link them by stored ids.',
      },
    ],
  };
}

/** Records that the links held back and do not hold back any more. */
async function freed(
  state: State,
  resolved: readonly PersonRef[],
  hold: readonly Hold[],
): Promise<{ side: PersonRef['side']; kind: 'person'; recordId: string }[]> {
  const still = new Set(hold.map((entry) => `${entry.side} ${entry.recordId}`));
  const release: { side: PersonRef['side']; kind: 'person'; recordId: string }[] = [];
  for (const side of ['marketing', 'sales'] as const) {
    const ids = resolved.filter((ref) => ref.side === side && !still.has(refText(ref))).map((ref) => ref.id);
    for (const [recordId, entry] of await state.quarantine.get(side, 'person', ids)) {
      if (linkCodes.has(entry.code)) release.push({ side, kind: 'person', recordId });
    }
  }
  return release;
}

function refText(ref: PersonRef): string {
  return `${ref.side} ${ref.id}`;
}
