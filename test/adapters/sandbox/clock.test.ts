import { expect, test } from 'vitest';
import { realClock, virtualClock } from '../../../adapters/sandbox/clock.ts';

const START = Date.UTC(2026, 2, 2, 9);

test('a virtual clock stands still until it is moved', async () => {
  const clock = virtualClock(START);
  expect(clock.now()).toBe(START);
  await clock.moveTo(START + 5_000);
  expect(clock.now()).toBe(START + 5_000);
});

test('sleepers wake in order, each at its own time, also those who lie down again', async () => {
  const clock = virtualClock(START);
  const woke: [string, number][] = [];
  const sleep = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms);
    woke.push([name, clock.now() - START]);
  };
  const all = Promise.all([
    sleep('late', 300),
    sleep('early', 100),
    sleep('twice', 150).then(() => sleep('again', 100)),
    sleep('after', 1_000),
  ]);
  await clock.moveTo(START + 500);
  expect(woke).toEqual([
    ['early', 100],
    ['twice', 150],
    ['again', 250],
    ['late', 300],
  ]);
  await clock.moveTo(START + 1_000);
  await all;
  expect(woke.at(-1)).toEqual(['after', 1_000]);
});

test('an aborted sleep rejects with the reason of the signal, before and while it lasts', async () => {
  const clock = virtualClock(START);
  const stop = new AbortController();
  const sleep = clock.sleep(100, stop.signal);
  stop.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await expect(clock.sleep(100, stop.signal)).rejects.toThrow('enough');
  await expect(realClock().sleep(100_000, stop.signal)).rejects.toThrow('enough');
});

test('time does not go back, and a real clock is not moved', async () => {
  await expect(virtualClock(START).moveTo(START - 1)).rejects.toMatchObject({ code: 'CLOCK_BACKWARDS' });
  await expect(realClock().moveTo(START)).rejects.toMatchObject({ code: 'CLOCK_IS_REAL' });
});

test('a real clock can begin at any time', () => {
  expect(Math.abs(realClock(START).now() - START)).toBeLessThan(60_000);
});
