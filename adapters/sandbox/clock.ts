import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from '../../src/errors.ts';
import type { Clock } from '../../src/ports.ts';

/** The sandbox's time: the vendors' servers know no other. */
export interface SandboxClock extends Clock {
  readonly kind: 'real' | 'virtual';
  /**
   * Moves a virtual clock on; whoever sleeps wakes in order, each at its own time.
   * @throws {ConfigError} CLOCK_IS_REAL when the clock is real; CLOCK_BACKWARDS when `to` has passed
   */
  moveTo(to: number): Promise<void>;
  /** A virtual clock stands still until this work is done; a real one goes on. */
  hold(work: Promise<unknown>): void;
}

/** The machine's clock, shifted so that it starts at `startAt` (epoch milliseconds). @default now */
export function realClock(startAt?: number): SandboxClock {
  const shift = startAt === undefined ? 0 : startAt - Date.now();
  return {
    kind: 'real',
    now: () => Date.now() + shift,
    async sleep(ms, signal) {
      await wait(Math.max(0, ms), undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch((error: unknown) => {
        throw signal?.aborted === true ? signal.reason : error;
      });
    },
    async moveTo() {
      throw new ConfigError('CLOCK_IS_REAL', 'a real clock cannot be moved', { hint: 'Start the sandbox with `--clock virtual`.' });
    },
    hold: () => undefined,
  };
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved. It starts at `startAt` (epoch milliseconds). */
export function virtualClock(startAt: number): SandboxClock {
  let now = startAt;
  const sleepers = new Set<Sleeper>();
  const held = new Set<Promise<unknown>>();
  /** Whoever woke may act, and sleep again, and wait for what it sent, before time goes on. */
  const settled = async (): Promise<void> => {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.allSettled(held);
    } while (held.size > 0);
  };
  const next = (until: number): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) if (sleeper.at <= until && (first === undefined || sleeper.at < first.at)) first = sleeper;
    return first;
  };
  return {
    kind: 'virtual',
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        if (ms <= 0) return resolve();
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: now + ms,
          wake: () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      }),
    async moveTo(to) {
      if (!(to >= now)) {
        throw new ConfigError('CLOCK_BACKWARDS', `the clock stands at ${new Date(now).toISOString()} and moves forward only`, {
          hint: 'Give a later instant.',
        });
      }
      for (let sleeper = next(to); sleeper !== undefined; sleeper = next(to)) {
        sleepers.delete(sleeper);
        now = Math.max(now, sleeper.at);
        sleeper.wake();
        await settled();
      }
      now = Math.max(now, to);
    },
    hold(work) {
      const done = work.finally(() => held.delete(done));
      held.add(done);
    },
  };
}
