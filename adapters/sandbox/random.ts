import type { Random } from '../../src/ports.ts';

/** Draws from a seeded generator; the same seed gives the same company, tokens and shuffles everywhere. */
export interface Draw extends Random {
  /** True with the given chance, 0 to 1. */
  chance(share: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** An item by its weight. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T;
  /** Normally distributed with mean 0 and standard deviation 1. */
  normal(): number;
  /** Lognormally distributed around a median; `sigma` is the standard deviation of the logarithm. */
  lognormal(median: number, sigma: number): number;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** A generator of its own for a part, so that one part's draws do not move another's. */
  fork(name: string): Draw;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Makes a generator from a seed. @source mulberry32 by Tommy Ettinger, public domain */
export function draw(seed: string): Draw {
  let state = hash(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    chance: (share) => next() < share,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('there is nothing to pick from');
      return item;
    },
    weighted(items) {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      const last = items.at(-1);
      if (last === undefined) throw new RangeError('there is nothing to pick from');
      return last[0];
    },
    normal,
    lognormal: (median, sigma) => median * Math.exp(sigma * normal()),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(''),
    fork: (name) => draw(`${seed}/${name}`),
  };
}
