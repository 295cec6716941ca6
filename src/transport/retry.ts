import type { CrmError } from '../errors.ts';
import type { Random } from '../ports.ts';
import type { OutgoingRequest } from './types.ts';

const firstStepMs = 500;
const longestStepMs = 30_000;
/** Retries that are allowed before their share of the traffic counts. */
const budgetFloor = 10;

/**
 * Whether sending the same request once more is safe and may help: reads whenever the failure may pass, everything else
 * only when it certainly had no effect.
 */
export function mayRepeat(error: CrmError, request: OutgoingRequest): boolean {
  return error.retryable && (request.repeatable || !error.ambiguous);
}

/**
 * How long to wait before attempt `attempt + 1`: what the vendor asked for at least, and a random share of a step that
 * doubles each time on top, so that many workers don't come back together.
 */
export function backoffMs(attempt: number, lowestMs: number, random: Random): number {
  const step = Math.min(longestStepMs, firstStepMs * 2 ** (attempt - 1));
  return Math.ceil(lowestMs + random.next() * step);
}

/** True while retries stay below `share` of all requests, beyond a floor of 10: a failing service isn't hammered. */
export function withinBudget(counts: { readonly requests: number; readonly retries: number }, share: number): boolean {
  return counts.retries < budgetFloor + share * counts.requests;
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds; undefined when there is none or it can't be read.
 * A date is compared with the server's own `Date` where it sent one, so that a wrong local clock does no harm.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Only the HTTP date forms begin with a day's name; Date.parse alone would take "-5" for a year.
  const at = /^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const serverNow = Date.parse(headers['date'] ?? '');
  return Math.max(0, at - (Number.isNaN(serverNow) ? now : serverNow));
}
