import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../config/schema.ts';
import { checkOverwrites } from './oracle/overwrites.ts';
import { scenarioOf, type Scenario } from './scenario.ts';
import { openWorkshop, simulate } from './simulate.ts';
import { sweepScenario } from './sweep.ts';
import { configOf } from './words.ts';

async function living<T>(work: (live: (scenario: Scenario) => ReturnType<typeof simulate>) => Promise<T>): Promise<T> {
  const workshop = await openWorkshop();
  try {
    return await work((scenario) => simulate(scenario, workshop));
  } finally {
    workshop.close();
  }
}

describe('the simulation', () => {
  test('a few seeds are lived without a broken rule, and one seed gives one life', async () => {
    await living(async (live) => {
      for (let seed = 1; seed <= 12; seed += 1) {
        const life = await live(scenarioOf(seed));
        expect([seed, life.violations]).toEqual([seed, []]);
        expect((await live(scenarioOf(seed))).trace).toBe(life.trace);
      }
    });
  });

  test('a crash ends in the values of a life without one', async () => {
    await living(async (live) => {
      const scenario = sweepScenario(5);
      const calm = await live(scenario);
      for (const crash of [10, 25, 40]) {
        const crashed = await live({ ...scenario, crashes: [crash] });
        expect(crashed.crashes).toBe(1);
        expect(crashed.values).toBe(calm.values);
      }
    });
  });

  test('a seed is drawn alike each time, and every drawn configuration is one', () => {
    expect(scenarioOf(77)).toEqual(scenarioOf(77));
    for (let seed = 0; seed < 50; seed += 1) expect(parseConfig(configOf(scenarioOf(seed).rules)).mode).toBe('sync');
  });
});

test('the oracle sees an edit that was overwritten unread, and forgives it when it was put back', async () => {
  await living(async (live) => {
    const life = await live(sweepScenario(5));
    const at = life.history.findIndex((one) => one.kind === 'change' && one.by === 'truce');
    const written = life.history[at];
    if (written?.kind !== 'change') throw new Error('this scenario wrote nothing');
    const edit = { ...written, value: 'an edit of the same moment', before: written.before, by: 'user' as const, intent: null };
    const forged = [...life.history.slice(0, at), edit, written];
    const judged = (history: typeof forged) => checkOverwrites({ scenario: sweepScenario(5), history } as never).violations;
    expect(judged(forged)).toMatchObject([{ invariant: 3 }]);
    expect(judged([...forged, { ...edit, by: 'truce', before: written.value }])).toEqual([]);
    expect(judged(life.history.slice(0, at + 1))).toEqual([]);
  });
});
