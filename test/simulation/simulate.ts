import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/schema.ts';
import { openState } from '../../src/state/open.ts';
import type { State } from '../../src/state/types.ts';
import { makeAgitation } from './agitation.ts';
import { chance } from './chance.ts';
import { Endless, makeKernel, type Kernel, type Life } from './kernel.ts';
import { makeHistory, type Happening, type History, type Violation } from './history.ts';
import { judge } from './oracle/judge.ts';
import { makeOperations, type Operation, type Operations } from './operations.ts';
import { noFaults, type Scenario } from './scenario.ts';
import { lasting, snapshotOf } from './snapshot.ts';
import { configOf } from './words.ts';
import { makeWorld, type World } from './world.ts';

/** What one simulated life came to. */
export interface Simulated {
  readonly violations: readonly Violation[];
  /** The same number for the same seed and the same code. */
  readonly trace: number;
  readonly steps: number;
  /** Steps before the faults were switched off. */
  readonly faultySteps: number;
  readonly crashes: number;
  readonly faults: number;
  readonly virtualMs: number;
  /** Writes that hid an edit nobody had read; all of them were mended, or are in `violations`. */
  readonly raced: number;
  /** Edits that no CRM's protocol lets anybody see: within one second of the stamp of a conditional write. */
  readonly unseeable: number;
  readonly history: readonly Happening[];
  /** The values in both CRMs at the end. */
  readonly values: string;
}

const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const hour = 3_600_000;
const startAt = Date.UTC(2026, 0, 10, 9);
/** Runs without faults after which both sides have to agree. */
const cleanRuns = 3;

/** A folder for the states of many lives, with an empty state in it that each begins with. */
export async function openWorkshop(): Promise<{ readonly folder: string; close(): void }> {
  const folder = mkdtempSync(join(root, 'truce-simulation-'));
  const state = await openState({ path: join(folder, 'empty.db') });
  await state.close();
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Lives through a scenario: cycles with faults, crashes and users who edit, then three clean runs and one with nothing to do. */
export async function simulate(scenario: Scenario, workshop: { readonly folder: string }): Promise<Simulated> {
  const folder = mkdtempSync(join(workshop.folder, 'life-'));
  const statePath = join(folder, 'state.db');
  copyFileSync(join(workshop.folder, 'empty.db'), statePath);
  mkdirSync(join(folder, 'plans'));
  const opened: State[] = [];
  try {
    return await live(scenario, { folder, statePath, opened });
  } finally {
    for (const state of opened) await state.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly folder: string;
  readonly statePath: string;
  readonly opened: State[];
}

/** A life under way: what surrounds the engine, and what is counted. */
interface Lived {
  readonly scenario: Scenario;
  readonly place: Place;
  readonly history: History;
  readonly kernel: Kernel;
  readonly world: World;
  readonly operations: Operations;
  readonly violations: Violation[];
  /** The process that runs now. */
  process: Life;
  cycle: number;
  faulty: boolean;
  crashes: number;
  faults: number;
  faultySteps: number;
}

/** Makes both CRMs with their users, the kernel and the engine's ports. */
function surround(scenario: Scenario, place: Place): Lived {
  const history = makeHistory();
  const agitation = makeAgitation(scenario, () => world);
  const violations: Violation[] = [];
  const kernel: Kernel = makeKernel({
    startAt,
    latency: chance(scenario.seed, 'latency'),
    slowestMs: 400,
    crashesAt: (step) => lived.faulty && scenario.crashes.includes(step),
    beforeStep: (step) => {
      if (!lived.faulty) return;
      actAt(lived, step);
      agitation.step();
    },
    onCrash: () => {
      lived.crashes += 1;
      history.add({ kind: 'crash' });
    },
  });
  const world = makeWorld(scenario, { history, now: () => kernel.now() });
  const operations = makeOperations({
    ...place,
    scenario,
    world,
    history,
    kernel,
    settings: parseConfig(configOf(scenario.rules)),
    faults: () => (lived.faulty ? scenario.faults : noFaults),
    dice: chance(scenario.seed, 'faults'),
    poison: new Set(scenario.poison.flatMap((who) => world.recordOf('sales', who) ?? [])),
    onFault: () => void (lived.faults += 1),
    onRead: (side, ids) => (lived.faulty ? agitation.onRead(side, ids) : undefined),
    onIntents: (intents) => (lived.faulty ? agitation.onIntents(intents) : undefined),
    violated: (violation) => void violations.push(violation),
  });
  const counts = { cycle: 0, faulty: true, crashes: 0, faults: 0, faultySteps: 0 };
  const lived: Lived = { scenario, place, history, kernel, world, operations, violations, process: { dead: false }, ...counts };
  return lived;
}

function actAt({ scenario, cycle, world }: Lived, step: number): void {
  for (const action of scenario.actions) if (action.when.cycle === cycle && action.when.step === step) world.act(action);
}

/** Starts a process where none runs, on the state as it was committed. */
async function begin(lived: Lived): Promise<State> {
  const { place, scenario, kernel } = lived;
  if (lived.process.dead && scenario.leaseRunsOut) kernel.advance(6 * 60_000);
  const open = place.opened.at(-1);
  if (open !== undefined && !lived.process.dead) return open;
  lived.process = { dead: false };
  const state = await openState({ path: place.statePath });
  place.opened.push(state);
  return state;
}

async function run(lived: Lived, what: Operation): Promise<void> {
  const clean = !lived.faulty;
  let ended: string;
  do {
    const state = await begin(lived);
    ended = await lived.operations.run(what, { state, life: lived.process, clean });
  } while (ended === 'crashed' && lived.scenario.restarts);
}

async function live(scenario: Scenario, place: Place): Promise<Simulated> {
  const lived = surround(scenario, place);
  const { kernel, history, violations, world } = lived;
  try {
    await badTimes(lived);
    await goodTimes(lived);
  } catch (error) {
    if (!(error instanceof Endless)) throw error;
    violations.push({ invariant: 30, what: error.message });
  }
  for (const one of place.opened.splice(0)) await one.close().catch(() => undefined);
  const verdict = judge({
    scenario,
    history: history.all,
    world,
    state: snapshotOf(place.statePath),
    stateBytes: readFileSync(place.statePath),
    log: lived.operations.log(),
  });
  return {
    violations: [...violations, ...verdict.violations],
    trace: kernel.trace(),
    steps: kernel.steps(),
    faultySteps: lived.faultySteps,
    crashes: lived.crashes,
    faults: lived.faults,
    virtualMs: kernel.now() - startAt,
    raced: verdict.raced,
    unseeable: verdict.unseeable,
    history: history.all,
    values: verdict.values,
  };
}

/** The scenario's cycles, with its faults, crashes and users. */
async function badTimes(lived: Lived): Promise<void> {
  for (const [at, { pauseMs, operation }] of lived.scenario.cycles.entries()) {
    lived.cycle = at;
    lived.kernel.advance(pauseMs);
    actAt(lived, 0);
    await run(lived, operation);
  }
}

/** Nothing goes wrong any more: a few runs later everything agrees, and a further one has nothing to do. */
async function goodTimes(lived: Lived): Promise<void> {
  const { kernel, history, place, violations } = lived;
  lived.faulty = false;
  lived.faultySteps = kernel.steps();
  history.add({ kind: 'faults-off' });
  for (let round = 0; round < cleanRuns; round += 1) {
    kernel.advance(30 * hour);
    await run(lived, 'release');
    await run(lived, 'sync');
  }
  kernel.advance(30 * hour);
  const before = lasting(snapshotOf(place.statePath));
  const writes = countSends(history.all);
  await run(lived, 'sync');
  if (countSends(history.all) > writes) violations.push({ invariant: 2, what: 'the run after convergence wrote to a CRM' });
  if (lasting(snapshotOf(place.statePath)) !== before)
    violations.push({ invariant: 2, what: 'the run after convergence changed the state' });
}

function countSends(history: readonly Happening[]): number {
  return history.filter((one) => one.kind === 'send').length;
}
