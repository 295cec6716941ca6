import type { Clock } from '../../../src/ports.ts';
import type { SandboxHalf } from '../half.ts';

/** What a CRM answered. */
export interface Answer {
  readonly status: number;
  /** Parsed JSON; null when there was none. */
  readonly body: unknown;
}

/** One CRM as the connector reaches it: over its HTTP interface, with a token of its own. */
export type Caller = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

/** Calls one half of the sandbox without a socket. */
export function callerOf(half: SandboxHalf, token: string): Caller {
  return async (method, path, body, headers = {}) => {
    const answer = await half.handle({
      method,
      url: path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body)),
      origin: 'http://127.0.0.1',
    });
    const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
}

const DAY = 86_400_000;

/** Nothing more may be asked of Salesforce today. */
export class AllowanceSpent extends Error {}

/** The Salesforce calls of the last 24 hours, against what is allocated to HubSpot. */
export interface Allowance {
  /** @throws {AllowanceSpent} when the allocation is used up */
  spend(): void;
  used(): number;
}

/** @param limit calls in 24 hours; null: none of its own */
export function allowanceOf(clock: Clock, limit: number | null): Allowance {
  const minutes: { readonly at: number; calls: number }[] = [];
  let total = 0;
  const used = (): number => {
    while (minutes[0] !== undefined && minutes[0].at <= clock.now() - DAY) total -= minutes.shift()?.calls ?? 0;
    return total;
  };
  return {
    spend() {
      if (limit !== null && used() >= limit) throw new AllowanceSpent('the Salesforce calls allocated to HubSpot are used up');
      const at = Math.floor(clock.now() / 60_000) * 60_000;
      const last = minutes.at(-1);
      if (last?.at === at) last.calls += 1;
      else minutes.push({ at, calls: 1 });
      total += 1;
    },
    used,
  };
}

/** A member of parsed JSON at a path, whatever its shape; undefined where it isn't there. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[key];
  }
  return current;
}

/** The list at a path; empty where there is none. */
export function list(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** A scalar at a path as text; empty for null and for what isn't there. */
export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
}

/** Parts of at most `size`. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
