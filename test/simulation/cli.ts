import { parseArgs } from 'node:util';
import { findBugs } from './bugs.ts';
import { inTwo, nothing, sum, type Failure, type Total } from './parts.ts';
import { scenarioOf, type Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';
import { openWorkshop, simulate } from './simulate.ts';
import { sweepScenario } from './sweep.ts';

const usage = `npm run simulate -- [--seeds N] [--from N] [--sweep N] [--seed N [--with JSON] [--crash-at K]] [--bugs [NAME]]

  --seeds N     lives N seeds, from --from (1), on two processes
  --sweep N     crashes N scenarios at every one of their steps
  --seed N      lives one seed, tells what was broken, and makes it smaller
  --with JSON   what of the seed's scenario is replaced; the line that a failure prints holds it
  --crash-at K  the sweep's scenario of the seed, with a crash before this step
  --bugs        applies each seeded bug to a copy of the engine, and looks whether 2,000 seeds and the sweep find it
`;

/** Failures that are told at length. */
const told = 3;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    sweep: { type: 'string' },
    seed: { type: 'string' },
    with: { type: 'string' },
    'crash-at': { type: 'string' },
    bugs: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.help) say(usage);
else if (values.bugs) process.exitCode = await findBugs({ say, only: values.only ?? null });
else if (values.seed !== undefined) process.exitCode = await one(Number(values.seed));
else process.exitCode = await many();

async function many(): Promise<number> {
  const started = performance.now();
  const from = Number(values.from);
  const count = Number(values.seeds ?? (values.sweep === undefined ? 2_000 : 0));
  const list = (length: number): number[] => Array.from({ length }, (_, at) => from + at);
  const lived = count === 0 ? nothing : await inTwo('seeds', list(count));
  if (count > 0) report('seeds', lived, started);
  const sweeping = performance.now();
  const swept = values.sweep === undefined ? nothing : await inTwo('sweep', list(Number(values.sweep)));
  if (values.sweep !== undefined) report('crash sweep', swept, sweeping);
  const { failures } = sum(lived, swept);
  for (const failure of failures.slice(0, told)) await tell(failure);
  if (failures.length > told)
    say(
      `… and ${failures.length - told} more seeds: ${failures
        .slice(told)
        .map((failure) => failure.seed)
        .join(', ')}`,
    );
  return failures.length === 0 ? 0 : 1;
}

function report(what: string, total: Total, started: number): void {
  const seconds = (performance.now() - started) / 1_000;
  const { lives, steps, crashes, faults, raced, unseeable, virtualMs, failures } = total;
  const hours = Math.round(virtualMs / 3_600_000);
  say(
    `${what}: ${lives} lives in ${seconds.toFixed(1)} s (${(lives / seconds).toFixed(0)} a second), ${steps} steps, ${crashes} crashes, ${faults} faults, ` +
      `${raced} unseen overwrites mended, ${unseeable} that no protocol shows, ${hours} virtual hours, ${failures.length} failures`,
  );
}

async function tell({ seed, crashAt, violations }: Failure): Promise<void> {
  say(`\nseed ${seed}${crashAt === null ? '' : `, crash at step ${crashAt}`}:`);
  for (const { invariant, what } of violations.slice(0, 5)) say(`  [${invariant}] ${what}`);
  if (crashAt !== null) return say(`  repeat: npm run simulate -- --seed ${seed} --crash-at ${crashAt}`);
  await tellSmaller(scenarioOf(seed), violations[0]?.invariant ?? 0);
}

async function tellSmaller(scenario: Scenario, invariant: number): Promise<void> {
  const workshop = await openWorkshop();
  try {
    const small = await shrink(scenario, { invariant, folder: workshop.folder });
    const drawn = scenarioOf(scenario.seed);
    const changed = Object.entries(small).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(drawn[name as keyof Scenario]),
    );
    const { violations, history } = await simulate(small, workshop);
    say(
      `  made smaller: ${small.actions.length} actions, ${small.crashes.length} crashes, ${small.cycles.length} cycles, ${history.length} happenings`,
    );
    for (const one of violations.slice(0, 2)) say(`  [${one.invariant}] ${one.what}`);
    const more = changed.length === 0 ? '' : ` --with '${JSON.stringify(Object.fromEntries(changed))}'`;
    say(`  repeat: npm run simulate -- --seed ${scenario.seed}${more}`);
  } finally {
    workshop.close();
  }
}

async function one(seed: number): Promise<number> {
  const changes = values.with === undefined ? {} : (JSON.parse(values.with) as Partial<Scenario>);
  const crashAt = values['crash-at'];
  const scenario = crashAt === undefined ? { ...scenarioOf(seed), ...changes } : { ...sweepScenario(seed), crashes: [Number(crashAt)] };
  const workshop = await openWorkshop();
  try {
    const life = await simulate(scenario, workshop);
    say(`seed ${seed}: ${life.steps} steps, ${life.crashes} crashes, ${life.faults} faults, trace ${life.trace}`);
    if (life.violations.length === 0) return 0;
    for (const happening of life.history.slice(-50)) say(`  ${JSON.stringify(happening, plain).slice(0, 400)}`);
    for (const { invariant, what } of life.violations) say(`[${invariant}] ${what}`);
    if (values.with === undefined && crashAt === undefined) await tellSmaller(scenario, life.violations[0]?.invariant ?? 0);
    return 1;
  } finally {
    workshop.close();
  }
}

/** Maps as objects, so that a line of the history can be read. */
function plain(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
