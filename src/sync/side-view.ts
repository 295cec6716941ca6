import type { Settings } from '../model/settings.ts';
import type { FieldValue, Rung, Side } from '../model/words.ts';
import type { LinkedPerson, StoredPerson } from '../state/types.ts';
import type { SideInput } from './merge.ts';
import { derivedRung, getRung, ladder, sideExits } from './status-map.ts';

/** A side of a person: the record that speaks for it, and the status that follows from deals where it does. */
export interface SideView {
  readonly record: StoredPerson;
  /** Further records of the same person here that are not converted. */
  readonly others: readonly StoredPerson[];
  readonly writable: boolean;
  readonly derived: SideInput['derived'];
}

/**
 * The record of a side that lives: of a converted lead the one that it became. A converted person's status follows from
 * the deals; so does that of a record without the status field that takes part in deals. Of several that live, the one with
 * the status furthest on speaks; a rejected or recycled one only when there is no other.
 */
export function viewOf(person: Pick<LinkedPerson, 'members' | 'bases'>, side: Side, settings: Pick<Settings, 'status'>): SideView | null {
  const members = person.members.filter((member) => member.side === side);
  const converted = members.find((member) => member.converted);
  const living = members.filter((member) => !member.converted);
  const record = (living.length > 1 ? speaker(person, living, settings) : living[0]) ?? converted;
  if (record === undefined) return null;
  const outcomes = members.flatMap((member) => member.dealOutcomes);
  const withoutStatus = !record.fields.has(settings.status[side].field);
  const derived = converted !== undefined || (withoutStatus && outcomes.length > 0) ? derivedRung(outcomes) : null;
  return { record, others: living.filter((one) => one !== record), writable: !record.converted, derived };
}

/** Does not depend on the order of the records. */
function speaker(
  person: Pick<LinkedPerson, 'bases'>,
  living: readonly StoredPerson[],
  settings: Pick<Settings, 'status'>,
): StoredPerson | undefined {
  const rank = (record: StoredPerson): readonly number[] => {
    const { field } = settings.status[record.side];
    const rung = rungOf(record, settings);
    // Among closed ones nothing tells which is meant; the value that was agreed on stays.
    const agreed = record.fields.get(field) === person.bases.get('status')?.[record.side];
    return [Number(record.fields.has(field)), heightOf(rung), Number(agreed), record.createdAt];
  };
  const ranked = living.map((record) => ({ record, rank: rank(record) }));
  return ranked.toSorted((a, b) => {
    const at = a.rank.findIndex((part, index) => part !== b.rank[index]);
    return at === -1 ? (a.record.id < b.record.id ? -1 : 1) : (b.rank[at] ?? 0) - (a.rank[at] ?? 0);
  })[0]?.record;
}

function rungOf(record: StoredPerson, settings: Pick<Settings, 'status'>): Rung | 'unknown' | null {
  const map = settings.status[record.side];
  const reading = getRung(map, record.fields.get(map.field), null);
  if (reading.kind === 'unknown') return 'unknown';
  return reading.kind === 'rung' ? reading.rung : null;
}

/** Open ones by rung, then those without a status, then the closed ones, then what no map knows. */
function heightOf(rung: Rung | 'unknown' | null): number {
  if (rung === null) return 0;
  if (rung === 'unknown') return -2;
  return sideExits.includes(rung) ? -1 : ladder.indexOf(rung) + 1;
}

/** What a side holds in a plain field: undefined also where several records of one person differ, so that none is overwritten unasked. */
export function plainValue(view: SideView, remote: string): FieldValue | undefined {
  const value = view.record.fields.get(remote);
  return view.others.some((other) => other.fields.has(remote) && other.fields.get(remote) !== value) ? undefined : value;
}

/**
 * The further records of the person that a decision is written to as well: for the status all open ones, unless the one that
 * speaks is closed itself; for other fields all that have it.
 */
export function alsoWritten(
  view: SideView,
  write: { readonly status: boolean; readonly remote: string; readonly value: FieldValue },
  settings: Pick<Settings, 'status'>,
): readonly StoredPerson[] {
  const { status, remote, value } = write;
  const having = view.others.filter((other) => other.fields.has(remote) && other.fields.get(remote) !== value);
  if (!status) return having;
  return heightOf(rungOf(view.record, settings)) < 0 ? [] : having.filter((other) => heightOf(rungOf(other, settings)) >= 0);
}
