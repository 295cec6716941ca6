import type { SandboxSide } from './faults.ts';

/** One call that an imitation received. */
export interface Call {
  /** Epoch milliseconds on the sandbox's clock. */
  readonly at: number;
  readonly side: SandboxSide;
  readonly method: string;
  /** The path without its query, with record ids as `{id}`. */
  readonly path: string;
  /** The path and query as sent. */
  readonly url: string;
  /** Whose token it carried: the `user`'s, or anything else. */
  readonly by: 'user' | 'integration';
  /** 0 where the connection broke before an answer. */
  readonly status: number;
  /** The fault it met, as `before:reset`. */
  readonly fault: string | null;
}

/** How often what was called. */
export interface CallCount {
  readonly side: SandboxSide;
  readonly method: string;
  readonly path: string;
  readonly by: Call['by'];
  readonly count: number;
  /** How often each status was the answer. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Counts of all calls, and the last ones in full. */
export interface CallLog {
  add(call: Call): void;
  counts(): readonly CallCount[];
  /** Sums by side: all calls, and those of the integration alone. */
  totals(): Readonly<Record<SandboxSide, { readonly all: number; readonly integration: number }>>;
  /** The last calls, oldest first. */
  last(): readonly Call[];
  clear(): void;
}

const KEPT = 10_000;

/** Makes an empty log. It keeps the last 10,000 calls; counts are of all. */
export function makeCallLog(): CallLog {
  let log: Call[] = [];
  const counts = new Map<
    string,
    { -readonly [K in keyof CallCount]: CallCount[K] extends number ? number : CallCount[K] } & { statuses: Record<string, number> }
  >();
  return {
    add(call) {
      log.push(call);
      if (log.length >= 2 * KEPT) log = log.slice(-KEPT);
      const key = `${call.side} ${call.by} ${call.method} ${call.path}`;
      const { side, method, path, by } = call;
      const count = counts.get(key) ?? { side, method, path, by, count: 0, statuses: {} };
      count.count += 1;
      count.statuses[call.status] = (count.statuses[call.status] ?? 0) + 1;
      counts.set(key, count);
    },
    counts: () => [...counts.values()].sort((a, b) => b.count - a.count).map((count) => ({ ...count, statuses: { ...count.statuses } })),
    totals() {
      const totals = { hubspot: { all: 0, integration: 0 }, salesforce: { all: 0, integration: 0 } };
      for (const { side, by, count } of counts.values()) {
        totals[side].all += count;
        if (by === 'integration') totals[side].integration += count;
      }
      return totals;
    },
    last: () => log.slice(-KEPT),
    clear() {
      log = [];
      counts.clear();
    },
  };
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Salesforce ids have 15 or 18 letters and digits and begin with a key prefix; locators end in `-` and an offset. */
const RECORD = /^(?=.*\d)[0-9A-Za-z]{3}[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?(?:-\d+)?$/;

/** A path with what changes from call to call taken out, so that calls of one kind count together. */
export function pathPattern(url: string): string {
  const [path = ''] = url.split('?', 1);
  const segments = path.split('/').map((segment) => {
    if (/^\d+$/.test(segment) || GUID.test(segment) || RECORD.test(segment)) return '{id}';
    return segment.includes('%40') || segment.includes('@') ? '{email}' : segment;
  });
  return segments.join('/');
}
