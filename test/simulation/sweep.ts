import type { Violation } from './history.ts';
import { noFaults, scenarioOf, type Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

/** What a crash at every step of one scenario came to. */
export interface Swept {
  readonly seed: number;
  /** Steps at which the machine died, one life each. */
  readonly points: number;
  readonly failures: readonly { readonly crashAt: number; readonly violations: readonly Violation[] }[];
}

/**
 * A scenario for the sweep: users edit between the runs only, and what dies is started again at once, so that every crash
 * has to end in the same values as none.
 */
export function sweepScenario(seed: number): Scenario {
  const drawn = scenarioOf(seed);
  return {
    ...drawn,
    rules: { ...drawn.rules, maxChanges: 1_000 },
    cycles: drawn.cycles.map((cycle) => ({ ...cycle, operation: 'sync' })),
    actions: drawn.actions.map((action) => ({ ...action, when: { ...action.when, step: 0 } })),
    faults: noFaults,
    agitation: 0,
    crashes: [],
    restarts: true,
    automations: [],
    poison: [],
  };
}

/** Lives through a scenario once, then once more for each of its steps, with a crash before that step. */
export async function sweep(seed: number, workshop: { readonly folder: string }): Promise<Swept> {
  const scenario = sweepScenario(seed);
  const calm = await simulate(scenario, workshop);
  const failures: { crashAt: number; violations: readonly Violation[] }[] = [];
  if (calm.violations.length > 0) failures.push({ crashAt: 0, violations: calm.violations });
  for (let crashAt = 1; crashAt <= calm.faultySteps; crashAt += 1) {
    const crashed = await simulate({ ...scenario, crashes: [crashAt] }, workshop);
    const same = crashed.values === calm.values;
    const violations = same
      ? crashed.violations
      : [
          ...crashed.violations,
          { invariant: 12, what: `other values than without the crash:\n${difference(calm.values, crashed.values)}` },
        ];
    if (violations.length > 0) failures.push({ crashAt, violations });
  }
  return { seed, points: calm.faultySteps, failures };
}

function difference(calm: string, crashed: string): string {
  const [before, after] = [calm.split('\n'), crashed.split('\n')];
  return before.flatMap((line, at) => (line === after[at] ? [] : [`  ${line}\n  ${after[at] ?? ''}`])).join('\n');
}
