const DAY = 86_400_000;

/** What Bulk API 2.0 may use in a rolling day; shared by all users. */
const MOST = { batches: 15_000, queryJobs: 10_000, queryMegabytes: 976_562 } as const;
type Item = keyof typeof MOST;
const MEGABYTE = 1_048_576;

export interface Quota {
  /** Takes one; false when the day's are used up, and nothing is taken. */
  take(item: 'batches' | 'queryJobs'): boolean;
  addResult(bytes: number): void;
  limit(item: Item): { readonly Max: number; readonly Remaining: number };
}

/**
 * Counts a rolling day of batches (10,000 records each, so 150 million records), query jobs and query results.
 * @param enforced false: counted, and never refused.
 */
export function quotaOf(now: () => number, enforced: boolean): Quota {
  const used: Record<Item, { readonly at: number; amount: number }[]> = { batches: [], queryJobs: [], queryMegabytes: [] };

  function sum(item: Item): number {
    const entries = used[item];
    while (entries[0] !== undefined && entries[0].at <= now() - DAY) entries.shift();
    return entries.reduce((total, entry) => total + entry.amount, 0);
  }

  function add(item: Item, amount: number): void {
    const minute = Math.floor(now() / 60_000) * 60_000;
    const last = used[item].at(-1);
    if (last?.at === minute) last.amount += amount;
    else used[item].push({ at: minute, amount });
  }

  return {
    take(item) {
      if (enforced && sum(item) >= MOST[item]) return false;
      add(item, 1);
      return true;
    },
    addResult: (bytes) => add('queryMegabytes', bytes / MEGABYTE),
    limit: (item) => ({ Max: MOST[item], Remaining: Math.max(0, MOST[item] - Math.ceil(sum(item))) }),
  };
}
