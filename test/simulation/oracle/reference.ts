import type { Base } from '../../../src/state/types.ts';
import type { FieldValue, Side } from '../model.ts';
import { otherSide, statusWords, type Rules, type SyncedField } from '../words.ts';
import { blank, same } from './same.ts';

/** A write of one field, with everything that could have led to it. */
export interface Question {
  readonly field: SyncedField;
  readonly rules: Rules;
  readonly target: Side;
  /** The other side's value, as it was known. */
  readonly source: FieldValue | undefined;
  /** The target's value, as it was read just before. */
  readonly current: FieldValue | undefined;
  readonly value: FieldValue;
  readonly base: Pick<Base, 'marketing' | 'sales' | 'rung' | 'held'> | null;
  /** When the two values were set, each time. */
  readonly times: { readonly source: readonly number[]; readonly target: readonly number[] };
}

const order = ['new', 'engaged', 'mql', 'handed', 'working', 'accepted', 'sql', 'opportunity', 'customer', 'rejected', 'recycled'];

/** The three-way merge once more, as the documentation tells it: whether this write follows from what was known. */
export function mayBeWritten(question: Question): boolean {
  const { field, target, source, current, value, base } = question;
  const from = otherSide(target);
  if (field === 'score' && target === 'marketing') return false;
  if (!same(wanted(question), value)) return false;
  const sourceChanged = base === null || !same(source, base[from]);
  const targetChanged = base === null || !same(current, base[target]);
  if (blank(source) && field !== 'title') return false;
  if (base === null) return blank(source) !== blank(current) ? blank(current) : wins(question);
  if (sourceChanged && targetChanged) return wins(question);
  // Held back before, and allowed by now.
  if (!sourceChanged && !targetChanged) return base.held === target;
  return sourceChanged;
}

function wanted({ field, target, source, base }: Question): FieldValue | undefined {
  if (field !== 'status') return source;
  const rung = rungOf(otherSide(target), source, base);
  return rung === undefined ? undefined : statusWords[target].writes[rung];
}

/** Two rungs may be written as one word: then the base knows which of them it was. */
function rungOf(side: Side, value: FieldValue | undefined, base: Question['base']): string | undefined {
  const remembered = base !== null && base.held !== side && base[side] === value ? base.rung : null;
  if (remembered !== null && statusWords[side].writes[remembered] === value) return remembered;
  return statusWords[side].reads[String(value ?? '')];
}

/** Whether the source wins a conflict. */
function wins({ field, rules, target, source, current, base, times }: Question): boolean {
  const from = otherSide(target);
  const policy = field === 'score' ? 'prefer-marketing' : rules[field];
  switch (policy) {
    case 'ask':
      return false;
    case 'prefer-marketing':
      return from === 'marketing';
    case 'prefer-sales':
      return from === 'sales';
    case 'prefer-unless-blank':
      return from === 'sales' ? !blank(source) : blank(current);
    case 'most-recent':
      // A value may be set again between the look at its history and the write: any of its times may have counted.
      return Math.floor(Math.max(...times.source) / 1_000) > Math.floor(Math.min(...times.target) / 1_000);
    case 'furthest':
      return order.indexOf(rungOf(from, source, base) ?? '') > order.indexOf(rungOf(target, current, base) ?? '');
  }
}
