import type { Quota } from '../bulk/quota.ts';
import { RequestProblem } from '../errors.ts';
import type { Org } from '../org.ts';

const MINUTE = 60_000;
const WINDOW_MINUTES = 24 * 60;

/** The organisation's API calls of the last 24 hours. */
export interface Usage {
  /** Counts one call. @throws {RequestProblem} REQUEST_LIMIT_EXCEEDED when the day's allowance is spent. */
  spend(): void;
  used(): number;
  max(): number;
  /** All calls since the beginning. */
  total(): number;
}

/**
 * Counts calls against the edition's published allowance: 100,000 a day and 1,000 a licence (Enterprise), 5,000 a
 * licence (Unlimited), 15,000 (Developer); Professional with API access has Enterprise's. With limits `none` it counts, and refuses nothing.
 */
export function usageOf(org: Org): Usage {
  const window: { readonly minute: number; calls: number }[] = [];
  let inWindow = 0;
  let total = 0;

  function used(): number {
    const oldest = Math.floor(org.store.now() / MINUTE) - WINDOW_MINUTES;
    while (window[0] !== undefined && window[0].minute <= oldest) inWindow -= window.shift()?.calls ?? 0;
    return inWindow;
  }

  function max(): number {
    const { edition } = org.settings;
    if (edition === 'developer') return 15_000;
    let licences = 0;
    for (const user of org.store.rows('User')) {
      if (org.store.value(user, 'IsActive') === true && org.store.value(user, 'UserType') === 'Standard') licences += 1;
    }
    return 100_000 + licences * (edition === 'unlimited' ? 5000 : 1000);
  }

  return {
    spend() {
      refuseConcurrent(org);
      if (org.settings.limits === 'published' && used() >= max()) {
        throw new RequestProblem('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 403);
      }
      total += 1;
      inWindow += 1;
      const minute = Math.floor(org.store.now() / MINUTE);
      const last = window.at(-1);
      if (last?.minute === minute) last.calls += 1;
      else window.push({ minute, calls: 1 });
    },
    used,
    max,
    total: () => total,
  };
}

/**
 * Refuses a call while as many others run for a long time (20 seconds and more) as may.
 * @throws {RequestProblem} REQUEST_LIMIT_EXCEEDED.
 * @source https://help.salesforce.com/s/articleView?id=000389067&language=de&type=1 (25; the words, checked 2026-11-22)
 */
function refuseConcurrent(org: Org): void {
  const { longCalls } = org.custom;
  if (longCalls.length === 0 || org.settings.limits !== 'published') return;
  const running = longCalls.filter((until) => until > org.store.now());
  longCalls.splice(0, longCalls.length, ...running);
  if (running.length >= (org.settings.edition === 'developer' ? 5 : 25))
    throw new RequestProblem('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 403);
}

/** `GET /limits`. Of everything but API calls and bulk jobs nothing is used here. */
export function limitsBody(usage: Usage, bulk: Quota): unknown {
  const whole = (max: number): unknown => ({ Max: max, Remaining: max });
  return {
    ConcurrentAsyncGetReportInstances: whole(200),
    DailyApiRequests: { Max: usage.max(), Remaining: Math.max(0, usage.max() - usage.used()) },
    DailyAsyncApexExecutions: whole(250_000),
    DailyBulkApiBatches: bulk.limit('batches'),
    DailyBulkV2QueryFileStorageMB: bulk.limit('queryMegabytes'),
    DailyBulkV2QueryJobs: bulk.limit('queryJobs'),
    DailyDeliveredPlatformEvents: whole(25_000),
    DailyDurableStreamingApiEvents: whole(10_000),
    DailyStreamingApiEvents: whole(10_000),
    DataStorageMB: whole(1024),
    FileStorageMB: whole(1024),
    HourlyPublishedPlatformEvents: whole(50_000),
    MassEmail: whole(5000),
    SingleEmail: whole(5000),
  };
}
