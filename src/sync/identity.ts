import { ConfigError } from '../errors.ts';
import type { QuarantineEntry } from '../model/plan.ts';
import type { Choice, Link, PersonRef, State, StoredPerson, VerdictRows } from '../state/types.ts';
import type { Queryable } from '../warehouse/types.ts';
import { findPeople } from './find-people.ts';

/** Which records are one person, how that was found out, and what somebody said about it. */
export interface Identity {
  readonly link: Pick<Link, 'id' | 'kind' | 'rule' | 'confidence'>;
  readonly records: readonly (StoredPerson & { readonly url: string | null })[];
  /** The records among which nobody has chosen yet. */
  readonly candidates: readonly PersonRef[];
  readonly choices: readonly Choice[];
  /** Counterparts that were deleted. */
  readonly lost: VerdictRows['tombstones'];
  readonly quarantine: readonly QuarantineEntry[];
}

/**
 * The people that have an address, a record id or a key; several while it is not decided who is who.
 * @throws {ConfigError} `PERSON_NOT_FOUND`
 */
export async function identityOf(state: State, who: string): Promise<readonly Identity[]> {
  const found = await knownPeople(state, who);
  const ids = [...new Set(found.flatMap((person) => person.linkId ?? []))].toSorted();
  const persons = await state.links.get(ids);
  const links = new Map((await state.links.named(ids)).map((link) => [link.id, link]));
  const templates = { marketing: await state.meta.links('marketing'), sales: await state.meta.links('sales') };
  const identities: Identity[] = [];
  for (const id of ids) {
    const [person, link] = [persons.get(id), links.get(id)];
    if (person === undefined || link === undefined) continue;
    const { choices, tombstones } = await state.verdicts.of(person.members);
    const quarantine = await Promise.all(
      person.members.map(async (member) => [...(await state.quarantine.get(member.side, 'person', [member.id])).values()]),
    );
    identities.push({
      link: { id, kind: link.kind, rule: link.rule, confidence: link.confidence },
      records: person.members.map((record) => ({ ...record, url: recordUrl(record, templates[record.side]) })),
      candidates: link.candidates,
      choices,
      lost: tombstones,
      quarantine: quarantine.flat(),
    });
  }
  return identities;
}

/** The records that somebody means. @throws {ConfigError} `PERSON_NOT_FOUND` */
export async function knownPeople(state: State, who: string): Promise<readonly StoredPerson[]> {
  const found = await findPeople(state, who);
  if (found.length > 0) return found;
  throw new ConfigError('PERSON_NOT_FOUND', 'Nobody in either CRM has this address, record id or key.', {
    hint: 'Check the spelling, and that the person was pulled.',
  });
}

/** A record's deep link; null before the first run has asked the account for its address. */
export function recordUrl(record: Pick<StoredPerson, 'id' | 'object'>, templates: Readonly<Record<string, string>>): string | null {
  const template = templates[`person:${record.object}`] ?? templates['person'];
  return template === undefined ? null : template.replace('{id}', encodeURIComponent(record.id));
}

const namesSql = `
SELECT side, id, max(name) AS name FROM (
  SELECT side, id, name FROM raw_people UNION ALL SELECT side, id, name FROM new_people
) WHERE name IS NOT NULL AND side || ' ' || id IN (SELECT unnest(string_split($1, chr(31)))) GROUP BY side, id`;

/** The names of records as they were pulled, by `side id`. */
export async function namesIn(warehouse: Queryable, refs: readonly PersonRef[]): Promise<ReadonlyMap<string, string>> {
  const keys = refs.map(({ side, id }) => `${side} ${id}`).join('\u001f');
  const rows = await warehouse.query(namesSql, [keys]);
  return new Map(rows.map((row) => [`${String(row['side'])} ${String(row['id'])}`, String(row['name'])]));
}
