import { z } from 'zod';
import { ConfigError } from '../../src/errors.ts';
import type { FaultEffect, SandboxSide } from './faults.ts';
import { draw } from './random.ts';

const shape = z.strictObject({ seed: z.int().min(0), share: z.number().min(0).max(1).default(0.1) });

/** A random mix of faults: the same seed gives the same faults to the same calls of a side, counted from the start. */
export interface Chaos {
  readonly seed: number;
  /** Of the integration's calls that meet a fault, 0 to 1. @default 0.1 */
  readonly share?: number | undefined;
}

/** @throws {ConfigError} CHAOS_INVALID when it is neither null nor `{ seed, share }` */
export function parseChaos(json: unknown): Chaos | null {
  if (json === null) return null;
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConfigError('CHAOS_INVALID', 'the mix of faults is not valid', { hint: 'Give { "seed": 7, "share": 0.1 }, or null for none.' });
}

/** One fault of the mix. */
interface Drawn {
  readonly when: 'before' | 'after';
  readonly effect: FaultEffect;
}

type Weighted = readonly (readonly [drawn: Drawn, weight: number])[];

const before = (effect: FaultEffect): Drawn => ({ when: 'before', effect });
const after = (effect: FaultEffect): Drawn => ({ when: 'after', effect });

/** Faults that a client survives without a person: what ends tokens or leaves a call open for ever is for scripts. */
const COMMON: Weighted = [
  [before({ type: 'reset' }), 2],
  [after({ type: 'reset' }), 3],
  [after({ type: 'cut', share: 0.5 }), 2],
  [before({ type: 'answer', answer: 'html' }), 2],
  [after({ type: 'answer', answer: 'html' }), 3],
  [before({ type: 'answer', answer: 'maintenance' }), 1],
  [before({ type: 'delay', ms: 1500 }), 2],
  [before({ type: 'late', ms: 20_000 }), 2],
  [before({ type: 'lock', records: '', share: 0.2 }), 2],
];

const OWN: Readonly<Record<SandboxSide, Weighted>> = {
  hubspot: [
    [before({ type: 'answer', answer: 'rate-ten-secondly' }), 3],
    [before({ type: 'answer', answer: 'rate-search' }), 1],
    [before({ type: 'answer', answer: 'cloudflare' }), 1],
    [before({ type: 'answer', answer: 'locked' }), 1],
    [before({ type: 'answer', answer: 'timeout' }), 1],
  ],
  salesforce: [
    [before({ type: 'answer', answer: 'rate-concurrent' }), 3],
    [before({ type: 'answer', answer: 'unavailable' }), 2],
    [before({ type: 'answer', answer: 'too-long' }), 1],
  ],
};

/**
 * Draws for each call of a side whether it meets a fault, and which. Each seed weighs the faults anew, so that some
 * seeds are all resets and some all limits. One side's calls do not move the other's draws.
 */
export function makeChaos(chaos: Chaos): (side: SandboxSide) => Drawn | null {
  const { seed, share = 0.1 } = chaos;
  const sides = new Map(
    (['hubspot', 'salesforce'] as const).map((side) => {
      const own = draw(`chaos ${seed}/${side}`);
      const mix = [...COMMON, ...OWN[side]].map(([drawn, weight]) => [drawn, weight * own.next() * 2] as const);
      return [side, { own, mix }] as const;
    }),
  );
  return (side) => {
    const one = sides.get(side);
    if (one === undefined) return null;
    // Both are drawn for every call: whether one fault hits does not move the next one's draw.
    const [hit, drawn] = [one.own.next() < share, one.own.weighted(one.mix)];
    return hit ? drawn : null;
  };
}
