import { seededRandom } from '../support/virtual-clock.ts';

/** Seeded chance, with the few shapes that are drawn here. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** True with this probability; draws nothing when it is 0, so that switching a fault off shifts no other. */
  happens(probability: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
}

/** A stream of its own for each purpose: taking a fault away does not shift the latencies. */
export function chance(seed: number, purpose: string): Chance {
  let mixed = seed >>> 0;
  for (const letter of purpose) mixed = (Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193) + 0x9e3779b9) >>> 0;
  const random = seededRandom(mixed);
  const next = (): number => random.next();
  return {
    next,
    happens: (probability) => probability > 0 && next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[Math.floor(next() * items.length)] as T;
    },
  };
}
