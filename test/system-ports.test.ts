import { describe, expect, it } from 'vitest';
import { systemPorts } from '../src/system-ports.ts';
import { virtualClock } from './support/virtual-clock.ts';

describe('the ports of a real run', () => {
  it('make ids that never repeat and sort as they were made, also when the clock is put back', () => {
    const clock = virtualClock(1_700_000_000_000, { auto: false });
    const { ids } = systemPorts({ clock });
    const made: string[] = [];
    for (let index = 0; index < 3000; index += 1) {
      if (index % 500 === 0) clock.set(1_700_000_000_000 + (index === 1500 ? -60_000 : index));
      made.push(ids.next('run'));
    }
    expect(new Set(made).size).toBe(made.length);
    expect([...made].sort()).toEqual(made);
    expect(made[0]).toMatch(/^run_[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it('draw numbers from 0 up to, never including, 1', () => {
    const { random } = systemPorts();
    const drawn = Array.from({ length: 2000 }, () => random.next());
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(drawn).size).toBe(2000);
    expect(drawn.reduce((sum, value) => sum + value, 0) / 2000).toBeCloseTo(0.5, 0);
  });

  it('stop sleeping when told, also before it began', async () => {
    const { clock } = systemPorts();
    const stop = new AbortController();
    const sleeping = clock.sleep(2 ** 33, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow('enough');
    await clock.sleep(0);
  });

  it('print nothing', () => {
    expect(() => systemPorts().log.write('error', 'hidden')).not.toThrow();
  });
});
