import type { Clock } from '../ports.ts';
import type { LimitClass } from './types.ts';

/** Admits requests of one limit class, first come first served. */
export interface Limiter {
  /** Waits for a place; call the function it resolves to when the exchange is over. Rejects with the signal's reason. */
  acquire(signal?: AbortSignal): Promise<() => void>;
  /** Admits nobody until this many milliseconds have passed: the vendor asked everyone to wait. */
  hold(ms: number): void;
}

interface Waiting {
  readonly admit: (release: () => void) => void;
}

/**
 * An exact rolling window: in no closed interval of `perMs` are more than `requests` admitted, and at most `parallel`
 * are under way. Unlike a bucket that refills while idle it never lets a double burst through.
 */
export function createLimiter(limit: LimitClass, clock: Clock): Limiter {
  const admitted: number[] = [];
  const waiting: Waiting[] = [];
  let oldest = 0;
  let running = 0;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let timer: AbortController | null = null;

  function waitMs(): number {
    const now = clock.now();
    // One millisecond more than the window: two stamps exactly `perMs` apart would both lie in one closed interval.
    const freeAt = admitted.length < limit.requests ? now : (admitted[oldest] ?? now) + limit.perMs + 1;
    return Math.max(freeAt, heldUntil) - now;
  }

  function stamp(): void {
    const now = clock.now();
    if (admitted.length < limit.requests) {
      admitted.push(now);
      return;
    }
    admitted[oldest] = now;
    oldest = (oldest + 1) % limit.requests;
  }

  function release(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      running -= 1;
      pump();
    };
  }

  function pump(): void {
    while (waiting.length > 0 && running < limit.parallel) {
      const ms = waitMs();
      if (ms > 0) {
        wakeIn(ms);
        return;
      }
      stamp();
      running += 1;
      waiting.shift()?.admit(release());
    }
  }

  function wakeIn(ms: number): void {
    if (timer !== null) return;
    timer = new AbortController();
    void wake(ms, timer.signal);
  }

  async function wake(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await clock.sleep(ms, signal);
    } catch {
      return;
    }
    timer = null;
    pump();
  }

  function leave(entry: Waiting): void {
    const index = waiting.indexOf(entry);
    if (index >= 0) waiting.splice(index, 1);
    if (waiting.length > 0 || timer === null) return;
    // Nobody is left to wake: an idle timer would keep the process alive.
    timer.abort();
    timer = null;
  }

  return {
    acquire: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const onAbort = (): void => {
          leave(entry);
          reject(signal?.reason as Error);
        };
        const entry: Waiting = {
          admit: (free) => {
            signal?.removeEventListener('abort', onAbort);
            resolve(free);
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.push(entry);
        pump();
      }),
    hold: (ms) => {
      heldUntil = Math.max(heldUntil, clock.now() + ms);
    },
  };
}
