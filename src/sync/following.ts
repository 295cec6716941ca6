import type { PlannedChange } from '../model/plan.ts';
import type { FollowingField } from '../model/settings.ts';
import type { FieldValue, Instant, Rung, Side } from '../model/words.ts';
import type { Base, LinkedPerson } from '../state/types.ts';
import type { Decision } from './merge.ts';
import type { Targets } from './targets.ts';
import { isBlank, sameValue, shown } from './values.ts';

/** The name of a following field in plans, bases and explanations. */
export function followingName(field: FollowingField): string {
  return `status:${field.field}`;
}

/** The rung that a person stands on once a decision about the status stands; null where it is open or nobody has one. */
export function rungAfter(decision: Decision, base: Base | null): Rung | null {
  switch (decision.kind) {
    case 'settle':
    case 'write':
      return decision.agreement.rung;
    case 'nothing':
      return base?.rung ?? null;
    case 'ask':
    case 'needs-times':
    case 'quarantine':
      return null;
  }
}

/** What a following field needs: a write, a note that the rung was followed already, or nothing. */
export type Following =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'base'; readonly base: Base }
  | { readonly kind: 'write'; readonly change: PlannedChange };

export interface FollowingParts {
  readonly person: Pick<LinkedPerson, 'id' | 'bases' | 'frozen'>;
  readonly side: Side;
  readonly rung: Rung;
  /** As read; undefined where the record has no such field. */
  readonly raw: FieldValue | undefined;
  readonly targets: Targets;
  readonly now: Instant;
}

/**
 * Lets a field follow the rung: written once when the rung moves, then left to whoever edits it until the rung moves again,
 * so that it never fights. With `forwardOnly`, a value that stands as far as the new one or further stays, and so does one
 * that is not among the CRM's options. Pure.
 */
export function follow(field: FollowingField, { person, side, rung, raw, targets, now }: FollowingParts): Following {
  const name = followingName(field);
  const wanted = field.writes.get(rung) ?? null;
  if (wanted === null || raw === undefined || person.frozen?.has(name) === true) return { kind: 'nothing' };
  if (person.bases.get(name)?.rung === rung) return { kind: 'nothing' };
  const agreed = { rung, held: null, [side]: wanted };
  if (sameValue(raw, wanted) || (field.forwardOnly && !isBlank(raw) && !isBefore(targets.options(field.field), String(raw), wanted))) {
    return { kind: 'base', base: { linkId: person.id, field: name, marketing: undefined, sales: undefined, ...agreed, at: now } };
  }
  return {
    kind: 'write',
    change: {
      name,
      remote: field.field,
      own: null,
      before: raw,
      after: wanted,
      rule: field.forwardOnly ? 'follow-forward' : 'follow',
      certainty: 'none',
      reason: `The status stands on ${rung}, for which ${field.field} is ${shown(wanted)} on the ${side} side; it was ${shown(raw)}.`,
      sideEffect: targets.sideEffect(field.field),
      settles: agreed,
    },
  };
}

function isBefore(order: readonly string[], present: string, wanted: string): boolean {
  const at = order.indexOf(present);
  return at !== -1 && at < order.indexOf(wanted);
}
