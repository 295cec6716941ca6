import type { Clock, Http, Log, LogLevel, Ports, Random } from '../../src/ports.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, waking every sleeper on the way at its own time, in order. */
  advance(ms: number): Promise<void>;
  /** Sets the time without waking anybody: a machine's clock that was put back or forward. */
  set(ms: number): void;
  /** How many sleep now. */
  sleeping(): number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when everything waits: as soon as no other work is left, the earliest sleeper is woken at its own
 * time. With `auto: false` time stands still until `advance(ms)`. Real I/O (sockets) can't be seen by it: while an answer
 * is on its way, waiting code may be woken, as if the answer had taken that long.
 */
export function virtualClock(startMs: number = Date.UTC(2026, 0, 5, 9), options: { readonly auto?: boolean } = {}): VirtualClock {
  const auto = options.auto ?? true;
  const sleepers: Sleeper[] = [];
  let now = startMs;
  let watching = false;
  let activity = 0;

  function wakeEarliest(): void {
    const sleeper = sleepers.shift();
    if (sleeper === undefined) return;
    now = Math.max(now, sleeper.at);
    activity += 1;
    sleeper.wake();
  }

  async function watch(): Promise<void> {
    while (sleepers.length > 0) {
      const before = activity;
      await settle();
      if (activity === before) wakeEarliest();
    }
    watching = false;
  }

  return {
    now: () => now,
    set: (ms) => {
      now = ms;
    },
    sleeping: () => sleepers.length,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const onAbort = (): void => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          activity += 1;
          reject(signal?.reason as Error);
        };
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        const index = sleepers.findIndex((other) => other.at > sleeper.at);
        sleepers.splice(index < 0 ? sleepers.length : index, 0, sleeper);
        activity += 1;
        if (auto && !watching) {
          watching = true;
          void watch();
        }
      }),
    advance: async (ms) => {
      const target = now + ms;
      await settle();
      while ((sleepers[0]?.at ?? Number.POSITIVE_INFINITY) <= target) {
        wakeEarliest();
        await settle();
      }
      now = Math.max(now, target);
    },
  };
}

/** Lets everything that can go on without time go on. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface TestPorts extends Ports {
  readonly clock: VirtualClock;
  /** Everything that was logged. */
  readonly lines: readonly LogLine[];
}

/** Ports on a virtual clock with seeded chance, counted ids, a log that is kept, and no network unless one is given. */
export function testPorts(overrides: Partial<Omit<Ports, 'clock'>> & { readonly clock?: VirtualClock } = {}): TestPorts {
  const lines: LogLine[] = [];
  let count = 0;
  const log: Log = { write: (level, message, fields = {}) => void lines.push({ level, message, fields }) };
  return {
    clock: virtualClock(),
    random: seededRandom(1),
    ids: {
      next: (prefix) => {
        count += 1;
        return `${prefix}_${String(count).padStart(6, '0')}`;
      },
    },
    http: noNetwork,
    log,
    ...overrides,
    lines,
  };
}

const noNetwork: Http = {
  exchange: (request) => Promise.reject(new Error(`this test has no network, yet something asked for ${new URL(request.url).host}`)),
  close: () => Promise.resolve(),
};
