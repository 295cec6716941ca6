import type { Random } from '../../src/ports.ts';
import type { FaultEffect } from './faults.ts';
import type { Poison, RecordTest, Unrest } from './half.ts';

const NONE: Unrest = {};

/** What effects on records mean for one call; `random` draws which records are locked, where it is a share of them. */
export function unrestOf(effects: readonly FaultEffect[], random: Random): Unrest {
  if (effects.length === 0) return NONE;
  let lateMs: number | undefined;
  const locks: RecordTest[] = [];
  const poison: Poison[] = [];
  for (const effect of effects) {
    if (effect.type === 'late') lateMs = Math.max(lateMs ?? 0, effect.ms);
    else if (effect.type === 'lock') {
      const meant = recordTest(effect.records);
      const { share } = effect;
      locks.push((id, values) => meant(id, values) && (share >= 1 || random.next() < share));
    } else if (effect.type === 'poison') {
      const { code, message } = effect;
      poison.push({
        meets: recordTest(effect.records),
        ...(code === undefined ? {} : { code }),
        ...(message === undefined ? {} : { message }),
      });
    }
  }
  return {
    ...(lateMs === undefined ? {} : { lateMs }),
    ...(locks.length === 0 ? {} : { locked: (id, values) => locks.some((test) => test(id, values)) }),
    ...(poison.length === 0 ? {} : { poison }),
  };
}

/** A regular expression on a record's id, and on each of its values as `Name=value`. */
function recordTest(source: string): RecordTest {
  const wanted = new RegExp(source, 'i');
  return (id, values) => {
    if (source === '' || (id !== null && wanted.test(id))) return true;
    for (const [name, value] of values) if (value !== null && wanted.test(`${name}=${String(value)}`)) return true;
    return false;
  };
}
