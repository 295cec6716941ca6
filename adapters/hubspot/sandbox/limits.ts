import { HubspotProblem } from './errors.ts';
import type { AccountFacts } from './model.ts';

/** Which allowance a route draws on. */
export type Meter = 'general' | 'search' | 'associations';

const WINDOW_MS = 10_000;
const SEARCH_WINDOW_MS = 1000;
const SEARCH_PER_SECOND = 5;

/** Calls of the associations API in one day, whatever the edition. @source HubSpot's associations guide (checked 2026-11) */
const ASSOCIATIONS_DAILY = 500_000;

/** @source https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (checked 2026-11) */
const PUBLISHED = {
  free: { burst: 100, associations: 100, daily: 250_000 },
  starter: { burst: 100, associations: 100, daily: 250_000 },
  pro: { burst: 190, associations: 150, daily: 625_000 },
  enterprise: { burst: 190, associations: 150, daily: 1_000_000 },
} as const;

/** Counters of the allowances: ten seconds rolling per token, search per second and calls per day per account. */
export interface Limiter {
  /**
   * Counts a request and returns the rate limit headers of its answer.
   * @throws {HubspotProblem} 429 when an allowance is used up
   */
  take(meter: Meter, token: string, now: number): Readonly<Record<string, string>>;
  /** The day's allowance, how much of it is used, and when it begins anew. */
  daily(now: number): { readonly limit: number; readonly used: number; readonly resetsAt: number };
}

/** `enforced: false` counts and shows headers but refuses nothing. */
export function createLimiter(account: AccountFacts, enforced: boolean): Limiter {
  const allowed = PUBLISHED[account.tier];
  const bursts = new Map<string, number[]>();
  const searches: number[] = [];
  const day = dayCounter(account.timeZone);
  const links = dayCounter(account.timeZone);

  const take = (meter: Meter, token: string, now: number): Readonly<Record<string, string>> => {
    const used = day.count(now);
    const daily = {
      'x-hubspot-ratelimit-daily': String(allowed.daily),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, allowed.daily - used)),
    };
    const tooManyLinks = meter === 'associations' && links.count(now) > ASSOCIATIONS_DAILY;
    if (enforced && (used > allowed.daily || tooManyLinks)) throw tooMany('You have reached your daily limit.', 'DAILY', daily);
    // Search has an allowance of its own and answers without the ten-second headers, refused or not (recorded).
    if (meter === 'search') {
      if (!slide(searches, { now, windowMs: SEARCH_WINDOW_MS, max: SEARCH_PER_SECOND, enforced })) throw tooManySearches(daily);
      return daily;
    }
    const max = meter === 'associations' ? allowed.associations : allowed.burst;
    const key = `${meter} ${token}`;
    const times = bursts.get(key) ?? [];
    bursts.set(key, times);
    const fits = slide(times, { now, windowMs: WINDOW_MS, max, enforced });
    const headers = { ...daily, ...burstHeaders(max, Math.max(0, max - times.length)) };
    if (!fits) throw tooMany('You have reached your ten_secondly_rolling limit.', 'TEN_SECONDLY_ROLLING', headers);
    return headers;
  };
  return { take, daily: (now) => ({ limit: allowed.daily, used: day.used(now), resetsAt: day.resetsAt(now) }) };
}

/** Drops times that have left the window; true and one more when there is room. A refused request takes no room. */
function slide(
  times: number[],
  window: { readonly now: number; readonly windowMs: number; readonly max: number; readonly enforced: boolean },
): boolean {
  const edge = window.now - window.windowMs;
  let expired = 0;
  while (expired < times.length && (times[expired] ?? 0) <= edge) expired += 1;
  times.splice(0, expired);
  if (times.length >= window.max) {
    if (window.enforced) return false;
    times.shift();
  }
  times.push(window.now);
  return true;
}

function burstHeaders(max: number, remaining: number): Record<string, string> {
  return {
    'x-hubspot-ratelimit-interval-milliseconds': String(WINDOW_MS),
    'x-hubspot-ratelimit-max': String(max),
    'x-hubspot-ratelimit-remaining': String(remaining),
    // Deprecated and not enforced, but still sent.
    'x-hubspot-ratelimit-secondly': String(Math.floor(max / 10)),
    'x-hubspot-ratelimit-secondly-remaining': String(Math.max(0, Math.floor(max / 10) - 1)),
  };
}

function tooMany(message: string, policyName: string, headers: Readonly<Record<string, string>>): HubspotProblem {
  return new HubspotProblem(429, message, { errorType: 'RATE_LIMIT', policyName }, headers);
}

/** @source recorded: grouparoo, 2022: neither policyName nor errorType */
function tooManySearches(headers: Readonly<Record<string, string>>): HubspotProblem {
  return new HubspotProblem(429, 'You have reached your secondly limit.', { category: 'RATE_LIMITS' }, headers);
}

interface DayCounter {
  count(now: number): number;
  used(now: number): number;
  resetsAt(now: number): number;
}

/** Counts calls of the account's calendar day: it begins at midnight of the account's time zone. */
function dayCounter(timeZone: string): DayCounter {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  let minute = Number.NaN;
  let day = '';
  let calls = 0;
  const turn = (now: number): void => {
    const thisMinute = Math.floor(now / 60_000);
    if (thisMinute === minute) return;
    minute = thisMinute;
    const today = format.format(now);
    if (today !== day) calls = 0;
    day = today;
  };
  return {
    count: (now) => {
      turn(now);
      calls += 1;
      return calls;
    },
    used: (now) => {
      turn(now);
      return calls;
    },
    resetsAt: (now) => {
      const today = format.format(now);
      let next = (Math.floor(now / 900_000) + 1) * 900_000;
      while (format.format(next) === today) next += 900_000;
      return next;
    },
  };
}
