import type { DealOutcome } from '../model/records.ts';
import type { StatusMap } from '../model/settings.ts';
import type { FieldValue, Rung } from '../model/words.ts';
import { isBlank } from './values.ts';

/** The rungs in order; side exits have no place among them. */
export const ladder: readonly Rung[] = ['new', 'engaged', 'mql', 'handed', 'working', 'accepted', 'sql', 'opportunity', 'customer'];
export const sideExits: readonly Rung[] = ['rejected', 'recycled'];

/**
 * What the base remembers of one side: the value it held and the rung it stood for. Several rungs may be written as one
 * value (`accepted` and `opportunity` as the same option); only the complement tells which it was.
 */
export interface Complement {
  readonly raw: FieldValue | undefined;
  readonly rung: Rung | null;
}

export type Reading =
  | { readonly kind: 'rung'; readonly rung: Rung }
  /** Empty, and the map gives an empty status no meaning. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly value: string }
  /** This CRM doesn't have the field, or hides it. */
  | { readonly kind: 'absent' };

export type Putting = { readonly kind: 'keep' } | { readonly kind: 'write'; readonly value: string } | { readonly kind: 'hold' };

/** Which rung a side's value stands for: the lens's `get`, with the base as complement. */
export function getRung(map: StatusMap, raw: FieldValue | undefined, complement: Complement | null): Reading {
  if (raw === undefined) return { kind: 'absent' };
  if (isBlank(raw)) return map.blank === null ? { kind: 'none' } : { kind: 'rung', rung: map.blank };
  const value = String(raw);
  const remembered = complement?.raw === raw ? complement.rung : null;
  if (remembered !== null && remembered !== undefined && map.writes.get(remembered) === value) return { kind: 'rung', rung: remembered };
  const rung = map.reads.get(value);
  return rung === undefined ? { kind: 'unknown', value } : { kind: 'rung', rung };
}

/**
 * What to write so that a side stands on a rung: the lens's `put`. Keeps the value where it stands for the rung already,
 * `hold` where the map does not write the rung on this side.
 * Laws: `put(get(s), s)` keeps; for every rung with a write value `get(put(r, s))` is `r`, with `{ raw: written, rung: r }`
 * as the new complement.
 */
export function putRung(
  map: StatusMap,
  rung: Rung,
  side: { readonly raw: FieldValue | undefined; readonly complement: Complement | null },
): Putting {
  const now = getRung(map, side.raw, side.complement);
  if (now.kind === 'rung' && now.rung === rung) return { kind: 'keep' };
  const value = map.writes.get(rung) ?? null;
  if (value === null) return { kind: 'hold' };
  return value === side.raw ? { kind: 'keep' } : { kind: 'write', value };
}

/** The status of a converted person, from the deals they take part in. It is a fact, not a field: it is never written. */
export function derivedRung(outcomes: readonly DealOutcome[]): Rung {
  if (outcomes.includes('won')) return 'customer';
  return outcomes.includes('open') ? 'opportunity' : 'accepted';
}

/** How a derived status is remembered in a base, where other sides keep their raw value. */
export function derivedToken(rung: Rung): string {
  return `derived from deals: ${rung}`;
}
