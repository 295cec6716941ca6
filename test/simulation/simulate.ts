import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/schema.ts';
import { openState } from '../../src/state/open.ts';
import type { State } from '../../src/state/types.ts';
import { chance } from './chance.ts';
import { Endless, makeKernel, type Kernel, type Life } from './kernel.ts';
import { makeHistory, type Happening, type Violation } from './history.ts';
import { judge } from './oracle/judge.ts';
import { makeOperations, type Operations } from './operations.ts';
import { editOf, noFaults, type Scenario } from './scenario.ts';
import { lasting, snapshotOf } from './snapshot.ts';
import { configOf } from './words.ts';
import { makeWorld } from './world.ts';

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

async function live(scenario: Scenario, place: Place): Promise<Simulated> {
  const history = makeHistory();
  const violations: Violation[] = [];
  const agitator = chance(scenario.seed, 'agitation');
  let cycle = 0;
  let faulty = true;
  let crashes = 0;
  let faults = 0;
  let faultySteps = 0;
  const restless: { readonly steps: number; readonly act: () => void }[] = [];
  const kernel: Kernel = makeKernel({
    startAt,
    latency: chance(scenario.seed, 'latency'),
    slowestMs: 400,
    crashesAt: (step) => faulty && scenario.crashes.includes(step),
    beforeStep: (step) => {
      if (!faulty) return;
      for (const action of scenario.actions) if (action.when.cycle === cycle && action.when.step === step) world.act(action);
      for (const due of restless.splice(0)) {
        if (due.steps <= 0) due.act();
        else restless.push({ ...due, steps: due.steps - 1 });
      }
    },
    onCrash: () => {
      crashes += 1;
      history.add({ kind: 'crash' });
    },
  });
  const world = makeWorld(scenario, { history, now: () => kernel.now() });
  const life: { now: Life } = { now: { dead: false } };
  const operations: Operations = makeOperations({
    ...place,
    scenario,
    world,
    history,
    kernel,
    settings: parseConfig(configOf(scenario.rules)),
    faults: () => (faulty ? scenario.faults : noFaults),
    dice: chance(scenario.seed, 'faults'),
    poison: new Set(scenario.poison.flatMap((who) => world.recordOf('sales', who) ?? [])),
    onFault: () => void (faults += 1),
    onRead: (side, ids) => {
      if (!faulty) return;
      for (const id of ids) {
        if (!agitator.happens(scenario.agitation)) continue;
        const change = editOf(agitator, side);
        restless.push({ steps: agitator.between(0, 3), act: () => world.edit(side, id, change) });
      }
    },
    onIntents: (intents) => {
      if (!faulty) return;
      for (const { line, status } of intents) {
        if (status !== 'open' || line.recordId === null || !agitator.happens(scenario.agitation)) continue;
        const { side, recordId } = line;
        const fields = line.changes.map((one) => one.name);
        // The fields that are about to be written, rather than any.
        const drawn = Array.from({ length: 12 }, () => editOf(agitator, side));
        const change = drawn.find((one) => fields.includes(one.field)) ?? editOf(agitator, side);
        restless.push({ steps: agitator.between(0, 2), act: () => world.edit(side, recordId, change) });
      }
    },
    violated: (violation) => void violations.push(violation),
  });
  const begin = async (): Promise<void> => {
    const before = life.now;
    if (before.dead && scenario.leaseRunsOut) kernel.advance(6 * 60_000);
    if (before.dead || place.opened.length === 0) {
      life.now = { dead: false };
      place.opened.push(await openState({ path: place.statePath }));
    }
  };
  const state = (): State => {
    const last = place.opened.at(-1);
    if (last === undefined) throw new Error('no state is open');
    return last;
  };
  const run = async (what: Scenario['cycles'][number]['operation'] | 'release', clean: boolean): Promise<void> => {
    await begin();
    let ended = await operations.run(what, { state: state(), life: life.now, clean });
    while (ended === 'crashed' && scenario.restarts) {
      await begin();
      ended = await operations.run(what, { state: state(), life: life.now, clean });
    }
  };
  try {
    for (const [at, { pauseMs, operation }] of scenario.cycles.entries()) {
      cycle = at;
      kernel.advance(pauseMs);
      for (const action of scenario.actions) if (action.when.cycle === at && action.when.step === 0) world.act(action);
      await run(operation, false);
      if (operation === 'undo') await run('release', false);
    }
    faulty = false;
    faultySteps = kernel.steps();
    history.add({ kind: 'faults-off' });
    for (let round = 0; round < cleanRuns; round += 1) {
      kernel.advance(30 * hour);
      await run('release', true);
      await run('sync', true);
    }
    kernel.advance(30 * hour);
    const before = lasting(snapshotOf(place.statePath));
    const writes = countSends(history.all);
    await run('sync', true);
    if (countSends(history.all) > writes) violations.push({ invariant: 2, what: 'the run after convergence wrote to a CRM' });
    if (lasting(snapshotOf(place.statePath)) !== before)
      violations.push({ invariant: 2, what: 'the run after convergence changed the state' });
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
    log: operations.log(),
  });
  violations.push(...verdict.violations);
  return {
    violations,
    trace: kernel.trace(),
    steps: kernel.steps(),
    faultySteps,
    crashes,
    faults,
    virtualMs: kernel.now() - startAt,
    raced: verdict.raced,
    unseeable: verdict.unseeable,
    history: history.all,
    values: verdict.values,
  };
}

function countSends(history: readonly Happening[]): number {
  return history.filter((one) => one.kind === 'send').length;
}
