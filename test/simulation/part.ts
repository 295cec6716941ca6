import { nothing, sum, type Failure, type Part, type Total } from './parts.ts';
import { scenarioOf } from './scenario.ts';
import { openWorkshop, simulate } from './simulate.ts';
import { sweep } from './sweep.ts';

/** One in so many seeds is lived twice: the same seed has to give the same life. */
const livedTwice = 100;

const part = JSON.parse(process.argv[2] ?? '') as Part;
const workshop = await openWorkshop();
let total: Total = nothing;
try {
  for (const seed of part.seeds) {
    total = sum(total, part.job === 'sweep' ? await sweepOne(seed) : await liveOne(seed));
    if (part.untilFirst && total.failures.length > 0) break;
  }
} finally {
  workshop.close();
}
process.send?.(total);

async function liveOne(seed: number): Promise<Total> {
  const life = await simulate(scenarioOf(seed), workshop);
  const again = seed % livedTwice === 0 ? await simulate(scenarioOf(seed), workshop) : life;
  const changed = again.trace === life.trace ? [] : [{ invariant: 32, what: 'the same seed gave another life' }];
  const violations = [...life.violations, ...changed];
  const failures: readonly Failure[] = violations.length === 0 ? [] : [{ seed, crashAt: null, violations }];
  const { steps, crashes, faults, raced, unseeable, virtualMs } = life;
  return { lives: 1, steps, crashes, faults, raced, unseeable, virtualMs, failures };
}

async function sweepOne(seed: number): Promise<Total> {
  const { points, failures } = await sweep(seed, workshop);
  return { ...nothing, lives: points + 1, crashes: points, failures: failures.map((one) => ({ seed, ...one })) };
}
