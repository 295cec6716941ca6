import type { SandboxSide } from './faults.ts';

/** One call that an imitation received. */
export interface Call {
  /** Counts up from 1, over both sides. */
  readonly id: number;
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
  /** `integration` and `user` are the two lasting tokens, `other` a granted or an unknown one, `none` no bearer at all. */
  readonly token: 'integration' | 'user' | 'other' | 'none';
  /** 0 where the connection broke before an answer. */
  readonly status: number;
  /** The fault it met, as `before:reset`, or `records:poison` where single records were to fail. */
  readonly fault: string | null;
  /** The vendor's own name of the request, where it sends one: HubSpot's correlation id. */
  readonly requestId: string | null;
  /** Sizes of the two bodies; of an answer that never arrived, 0. */
  readonly bytesIn: number;
  readonly bytesOut: number;
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

/** Counts of all calls, and the last ones in full. Called itself, it gives the last ones. */
export interface CallLog {
  (): readonly Call[];
  add(call: Omit<Call, 'id'>): void;
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
  let added = 0;
  const counts = new Map<
    string,
    { -readonly [K in keyof CallCount]: CallCount[K] extends number ? number : CallCount[K] } & { statuses: Record<string, number> }
  >();
  const last = (): readonly Call[] => log.slice(-KEPT);
  return Object.assign(() => last(), {
    add(call: Omit<Call, 'id'>) {
      added += 1;
      log.push({ id: added, ...call });
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
    last,
    clear() {
      log = [];
      counts.clear();
    },
  });
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
