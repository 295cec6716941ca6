import { z } from 'zod';
import { ConfigError } from '../../src/errors.ts';
import type { Random } from '../../src/ports.ts';

/** Which of the two imitations. */
export type SandboxSide = 'hubspot' | 'salesforce';

const effect = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('status'),
    status: z.int().min(100).max(599),
    body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).default(''),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  z.strictObject({ type: z.literal('cut'), share: z.number().min(0).max(1).default(0.5) }),
  z.strictObject({ type: z.literal('reset') }),
  z.strictObject({ type: z.literal('delay'), ms: z.int().min(0) }),
]);

const pattern = z.string().refine(
  (text) => {
    try {
      return new RegExp(text) instanceof RegExp;
    } catch {
      return false;
    }
  },
  { error: 'is no regular expression' },
);

const rule = z.strictObject({
  side: z.enum(['hubspot', 'salesforce']).optional(),
  match: z.strictObject({ method: z.string().toUpperCase().optional(), path: pattern.default('') }).prefault({}),
  nth: z.union([z.int().min(1), z.array(z.int().min(1))]).optional(),
  share: z.number().min(0).max(1).optional(),
  times: z.int().min(1).optional(),
  when: z.enum(['before', 'after']).default('before'),
  effect,
});

/**
 * One rule of a fault script: which calls (`side`, `match.method`, `match.path` as a regular expression on path and
 * query), which of them (`nth` of the matching ones from 1, or a random `share`, at most `times`), whether `before` the
 * vendor's half acts or `after`, and what then happens: `status` with a body, the answer `cut` after a share of its bytes,
 * the connection `reset`, or a `delay` on the sandbox's clock. Without `nth` and `share` every matching call is hit.
 */
export type FaultRule = z.input<typeof rule>;
/** What happens to a call. */
export type FaultEffect = z.output<typeof effect>;

/** Faults under way: rules and how often each matched. */
export interface Faults {
  add(rules: readonly FaultRule[]): void;
  clear(): void;
  list(): readonly { readonly rule: FaultRule; readonly matched: number; readonly applied: number }[];
  /** The faults that a call meets, one at most before and one at most after. Counts the call against every rule. */
  meet(call: { readonly side: SandboxSide; readonly method: string; readonly url: string }): {
    readonly before: FaultEffect | null;
    readonly after: FaultEffect | null;
  };
}

/** @throws {ConfigError} FAULTS_INVALID when it is not a list of rules */
export function parseFaults(json: unknown): readonly FaultRule[] {
  const parsed = z.array(rule).safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConfigError('FAULTS_INVALID', 'the fault script is not valid', {
    hint: 'Give a list of rules: [{ "side": "hubspot", "match": { "method": "POST", "path": "batch" }, "nth": 1, "when": "after", "effect": { "type": "reset" } }].',
    problems: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), expected: issue.message, got: '' })),
  });
}

interface Active {
  readonly rule: z.output<typeof rule>;
  readonly path: RegExp;
  matched: number;
  applied: number;
}

/** Makes an empty fault script. */
export function makeFaults(random: Random): Faults {
  let active: Active[] = [];
  const hits = (one: Active): boolean => {
    const { nth, share, times } = one.rule;
    if (times !== undefined && one.applied >= times) return false;
    if (nth !== undefined && !(Array.isArray(nth) ? nth : [nth]).includes(one.matched)) return false;
    return share === undefined || random.next() < share;
  };
  return {
    add(rules) {
      for (const one of z.array(rule).parse(rules)) active.push({ rule: one, path: new RegExp(one.match.path), matched: 0, applied: 0 });
    },
    clear: () => void (active = []),
    list: () => active.map((one) => ({ rule: one.rule, matched: one.matched, applied: one.applied })),
    meet(call) {
      const met: { before: FaultEffect | null; after: FaultEffect | null } = { before: null, after: null };
      for (const one of active) {
        const { side, match, when } = one.rule;
        if (side !== undefined && side !== call.side) continue;
        if (match.method !== undefined && match.method !== call.method) continue;
        if (!one.path.test(call.url)) continue;
        one.matched += 1;
        if (met[when] !== null || !hits(one)) continue;
        one.applied += 1;
        met[when] = one.rule.effect;
      }
      return met;
    },
  };
}
