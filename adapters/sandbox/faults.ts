import { z } from 'zod';
import { ConfigError } from '../../src/errors.ts';
import type { Random } from '../../src/ports.ts';
import { makeChaos, type Chaos } from './chaos.ts';
import { HUBSPOT_ANSWERS } from '../hubspot/sandbox/troubles.ts';
import { SALESFORCE_ANSWERS } from '../salesforce/sandbox/troubles.ts';
import type { Unrest } from './half.ts';
import { unrestOf } from './unrest.ts';

/** Which of the two imitations. */
export type SandboxSide = 'hubspot' | 'salesforce';

const text = z.string();
const ms = z.int().min(0);
const pattern = text.refine(isPattern, { error: 'is no regular expression' });

const effect = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('status'),
    status: z.int().min(100).max(599),
    body: z.union([text, z.record(text, z.unknown()), z.array(z.unknown())]).default(''),
    headers: z.record(text, text).default({}),
  }),
  z.strictObject({ type: z.literal('answer'), answer: z.enum([...new Set([...HUBSPOT_ANSWERS, ...SALESFORCE_ANSWERS])]) }),
  z.strictObject({ type: z.literal('cut'), share: z.number().min(0).max(1).default(0.5) }),
  z.strictObject({ type: z.literal('reset') }),
  z.strictObject({ type: z.literal('silence') }),
  z.strictObject({ type: z.literal('slow'), bytesPerSecond: z.number().positive().max(1_000_000) }),
  z.strictObject({ type: z.literal('delay'), ms }),
  z.strictObject({ type: z.literal('expire') }),
  z.strictObject({ type: z.literal('lag'), ms: ms.max(3_600_000) }),
  z.strictObject({ type: z.literal('late'), ms }),
  z.strictObject({ type: z.literal('lock'), records: pattern.default(''), share: z.number().min(0).max(1).default(1) }),
  z.strictObject({ type: z.literal('poison'), records: pattern, code: text.optional(), message: text.optional() }),
]);

const rule = z
  .strictObject({
    side: z.enum(['hubspot', 'salesforce']).optional(),
    match: z
      .strictObject({ method: text.toUpperCase().optional(), path: pattern.default(''), by: z.enum(['integration', 'user']).optional() })
      .prefault({}),
    nth: z.union([z.int().min(1), z.array(z.int().min(1))]).optional(),
    share: z.number().min(0).max(1).optional(),
    times: z.int().min(1).optional(),
    when: z.enum(['before', 'after']).default('before'),
    effect,
  })
  .refine((one) => one.effect.type !== 'answer' || sidesOf(one.effect.answer, one.side), {
    error: 'is no answer of this side: name the side whose it is',
    path: ['effect', 'answer'],
  });

/**
 * One rule of a fault script: which calls (`side`, `match.method`, `match.path` as a regular expression on path and
 * query, `match.by` for whose token), which of them (`nth` of the matching ones from 1, or a random `share`, at most
 * `times`), whether `before` the vendor's half acts or `after`, and what then happens. Without `nth` and `share` every
 * matching call is hit. The effects are described in adapters/sandbox/README.md.
 */
export type FaultRule = z.input<typeof rule>;
/** What happens to a call. */
export type FaultEffect = z.output<typeof effect>;
/** What happens to the call itself; the other effects are on its records, or on the half. */
export type CallEffect = Exclude<FaultEffect, { readonly type: 'lag' | 'late' | 'lock' | 'poison' }>;

/** A call as rules see it. */
export interface FaultyCall {
  readonly side: SandboxSide;
  readonly method: string;
  readonly url: string;
  /** @default 'integration' */
  readonly by?: 'integration' | 'user';
}

/** What a call meets: one effect at most before the half acts and one after, and what happens to its records. */
export interface Met {
  readonly before: CallEffect | null;
  readonly after: CallEffect | null;
  readonly unrest: Unrest;
  /** HubSpot's search index lags so long from now on. */
  readonly lagMs: number | null;
}

/** Faults under way: rules and how often each matched. */
export interface Faults {
  /** @throws {ConfigError} FAULTS_INVALID when a rule is not valid; then none is added */
  add(rules: readonly FaultRule[]): void;
  clear(): void;
  list(): readonly { readonly rule: FaultRule; readonly matched: number; readonly applied: number }[];
  /** A random mix of faults over the integration's calls, beside the rules; null ends it. */
  chaos(chaos: Chaos | null): void;
  /** Counts a call against every rule and says what it meets. */
  meet(call: FaultyCall): Met;
  /** From now on a token is refused as expired; taken back by `clear`. */
  expire(token: string): void;
  isExpired(token: string): boolean;
}

/** @throws {ConfigError} FAULTS_INVALID when it is not a list of rules */
export function parseFaults(json: unknown): readonly FaultRule[] {
  return parsed(json);
}

function parsed(json: unknown): readonly z.output<typeof rule>[] {
  const result = z.array(rule).safeParse(json);
  if (result.success) return result.data;
  throw new ConfigError('FAULTS_INVALID', 'the fault script is not valid', {
    hint: 'Give a list of rules: [{ "side": "hubspot", "match": { "method": "POST", "path": "batch" }, "nth": 1, "when": "after", "effect": { "type": "reset" } }].',
    problems: result.error.issues.map((issue) => ({ path: issue.path.join('.'), expected: issue.message, got: '' })),
  });
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

function sidesOf(answer: string, side: SandboxSide | undefined): boolean {
  const [hubspot, salesforce] = [HUBSPOT_ANSWERS, SALESFORCE_ANSWERS].map((names) => (names as readonly string[]).includes(answer));
  return side === undefined ? hubspot === true && salesforce === true : (side === 'hubspot' ? hubspot : salesforce) === true;
}

interface Active {
  readonly rule: z.output<typeof rule>;
  readonly path: RegExp;
  matched: number;
  applied: number;
}

/** Makes an empty fault script. `random` draws the shares. */
export function makeFaults(random: Random): Faults {
  let active: Active[] = [];
  let mix: ReturnType<typeof makeChaos> | null = null;
  const expired = new Set<string>();
  const hits = (one: Active): boolean => {
    const { nth, share, times } = one.rule;
    if (times !== undefined && one.applied >= times) return false;
    if (nth !== undefined && !(Array.isArray(nth) ? nth : [nth]).includes(one.matched)) return false;
    return share === undefined || random.next() < share;
  };
  return {
    add(rules) {
      for (const one of parsed(rules)) active.push({ rule: one, path: new RegExp(one.match.path), matched: 0, applied: 0 });
    },
    clear() {
      active = [];
      mix = null;
      expired.clear();
    },
    chaos: (chaos) => void (mix = chaos === null ? null : makeChaos(chaos)),
    expire: (token) => void expired.add(token),
    isExpired: (token) => expired.has(token),
    list: () => active.map((one) => ({ rule: one.rule, matched: one.matched, applied: one.applied })),
    meet(call) {
      const met: { before: CallEffect | null; after: CallEffect | null; lagMs: number | null } = { before: null, after: null, lagMs: null };
      const onRecords: FaultEffect[] = [];
      const drawn = call.by === 'user' ? null : (mix?.(call.side) ?? null);
      if (drawn !== null && isCallEffect(drawn.effect)) met[drawn.when] = drawn.effect;
      else if (drawn !== null) onRecords.push(drawn.effect);
      for (const one of active) {
        const { when, effect } = one.rule;
        if (!concerns(one, call)) continue;
        one.matched += 1;
        const taken = isCallEffect(effect) && met[when] !== null;
        if (taken || !hits(one)) continue;
        one.applied += 1;
        if (isCallEffect(effect)) met[when] = effect;
        else if (effect.type === 'lag') met.lagMs = effect.ms;
        else onRecords.push(effect);
      }
      return { ...met, unrest: unrestOf(onRecords, random) };
    },
  };
}

function isCallEffect(effect: FaultEffect): effect is CallEffect {
  return effect.type !== 'lag' && effect.type !== 'late' && effect.type !== 'lock' && effect.type !== 'poison';
}

function concerns({ rule: { side, match }, path }: Active, call: FaultyCall): boolean {
  if (side !== undefined && side !== call.side) return false;
  if (match.method !== undefined && match.method !== call.method) return false;
  if (match.by !== undefined && match.by !== (call.by ?? 'integration')) return false;
  return path.test(call.url);
}
