import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/transport/limiter.ts';
import { virtualClock } from '../support/virtual-clock.ts';

/** The largest number of stamps in any closed interval of `perMs`. */
function busiest(stamps: readonly number[], perMs: number): number {
  const sorted = [...stamps].sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (let to = 0; to < sorted.length; to += 1) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) > perMs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

describe('a limit class', () => {
  it('is never exceeded in any window, and is used to at least 0.9 of the bound when there is work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          requests: fc.integer({ min: 1, max: 40 }),
          perMs: fc.integer({ min: 100, max: 20_000 }),
          parallel: fc.integer({ min: 1, max: 20 }),
          jobs: fc.integer({ min: 1, max: 150 }),
          start: fc.integer({ min: 0, max: 1000 }),
        }),
        async ({ requests, perMs, parallel, jobs, start }) => {
          const clock = virtualClock(start);
          const limiter = createLimiter({ name: 'x', requests, perMs, parallel }, clock);
          const stamps: number[] = [];
          let running = 0;
          await Promise.all(
            Array.from({ length: jobs }, async () => {
              const release = await limiter.acquire();
              stamps.push(clock.now());
              running += 1;
              expect(running).toBeLessThanOrEqual(parallel);
              await Promise.resolve();
              running -= 1;
              release();
            }),
          );
          expect(busiest(stamps, perMs)).toBeLessThanOrEqual(requests);
          const shortest = (Math.ceil(jobs / requests) - 1) * perMs;
          const took = Math.max(...stamps) - start;
          expect(took * 0.9).toBeLessThanOrEqual(shortest + 1);
          expect(clock.sleeping()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stays within the window when work comes in bursts and exchanges last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 5000 }), lasts: fc.integer({ min: 0, max: 900 }) }), {
          minLength: 1,
          maxLength: 60,
        }),
        async (jobs) => {
          const clock = virtualClock(0);
          const limiter = createLimiter({ name: 'x', requests: 7, perMs: 1000, parallel: 3 }, clock);
          const stamps: number[] = [];
          let running = 0;
          await Promise.all(
            jobs.map(async ({ at, lasts }) => {
              await clock.sleep(at);
              const release = await limiter.acquire();
              stamps.push(clock.now());
              running += 1;
              expect(running).toBeLessThanOrEqual(3);
              await clock.sleep(lasts);
              running -= 1;
              release();
            }),
          );
          expect(stamps).toHaveLength(jobs.length);
          expect(busiest(stamps, 1000)).toBeLessThanOrEqual(7);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('admits in the order of asking', async () => {
    const limiter = createLimiter({ name: 'x', requests: 2, perMs: 1000, parallel: 2 }, virtualClock(0));
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4].map(async (number) => {
        const release = await limiter.acquire();
        order.push(number);
        release();
      }),
    );
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets a cancelled request go at once, and leaves no timer behind it', async () => {
    const clock = virtualClock(0, { auto: false });
    const limiter = createLimiter({ name: 'x', requests: 1, perMs: 1000, parallel: 5 }, clock);
    (await limiter.acquire())();
    const stop = new AbortController();
    const waiting = limiter.acquire(stop.signal);
    expect(clock.sleeping()).toBe(1);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(clock.sleeping()).toBe(0);
    await expect(limiter.acquire(stop.signal)).rejects.toThrow('enough');
    const next = limiter.acquire();
    await clock.advance(1001);
    (await next)();
  });

  it('keeps everybody waiting while the vendor asks for it', async () => {
    const clock = virtualClock(0);
    const limiter = createLimiter({ name: 'x', requests: 10, perMs: 1000, parallel: 10 }, clock);
    limiter.hold(7000);
    (await limiter.acquire())();
    expect(clock.now()).toBe(7000);
  });

  it('frees a place only once however often it is released', async () => {
    const clock = virtualClock(0, { auto: false });
    const limiter = createLimiter({ name: 'x', requests: 10, perMs: 1000, parallel: 1 }, clock);
    const release = await limiter.acquire();
    release();
    release();
    const second = await limiter.acquire();
    let third = false;
    const waiting = limiter.acquire().then((free) => {
      third = true;
      return free;
    });
    await clock.advance(5000);
    expect(third).toBe(false);
    second();
    (await waiting)();
  });
});
