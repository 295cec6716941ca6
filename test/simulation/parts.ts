import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Violation } from './history.ts';

/** What one process is told to do. */
export interface Part {
  readonly job: 'seeds' | 'sweep';
  readonly seeds: readonly number[];
  /** Ends with the first seed that fails. */
  readonly untilFirst: boolean;
}

/** A seed that broke a rule; with `crashAt` the step of a sweep. */
export interface Failure {
  readonly seed: number;
  readonly crashAt: number | null;
  readonly violations: readonly Violation[];
}

/** Sums over many lives. */
export interface Total {
  readonly lives: number;
  readonly steps: number;
  readonly crashes: number;
  readonly faults: number;
  readonly raced: number;
  readonly unseeable: number;
  readonly virtualMs: number;
  readonly failures: readonly Failure[];
}

export const nothing: Total = { lives: 0, steps: 0, crashes: 0, faults: 0, raced: 0, unseeable: 0, virtualMs: 0, failures: [] };

export function sum(a: Total, b: Total): Total {
  return {
    lives: a.lives + b.lives,
    steps: a.steps + b.steps,
    crashes: a.crashes + b.crashes,
    faults: a.faults + b.faults,
    raced: a.raced + b.raced,
    unseeable: a.unseeable + b.unseeable,
    virtualMs: a.virtualMs + b.virtualMs,
    failures: [...a.failures, ...b.failures],
  };
}

/** Does a part in a process of its own; `root`: the checkout whose engine is lived with. */
export function inProcess(part: Part, root: string = join(import.meta.dirname, '../..')): Promise<Total> {
  return new Promise((resolve, reject) => {
    const child = fork(join(root, 'test/simulation/part.ts'), [JSON.stringify(part)], {
      cwd: root,
      execArgv: ['--conditions=truce-source', '--disable-warning=ExperimentalWarning'],
    });
    let total: Total | null = null;
    child.on('message', (message) => (total = message as Total));
    child.on('error', reject);
    child.on('exit', (code) =>
      total === null ? reject(new Error(`a part of the simulation ended with ${String(code)}`)) : resolve(total),
    );
  });
}

/** Spreads seeds over two processes, every second one to each. */
export async function inTwo(job: Part['job'], seeds: readonly number[]): Promise<Total> {
  const parts = [0, 1].map((rest) => seeds.filter((_, at) => at % 2 === rest)).filter((part) => part.length > 0);
  const totals = await Promise.all(parts.map((part) => inProcess({ job, seeds: part, untilFirst: false })));
  return totals.reduce(sum, nothing);
}
