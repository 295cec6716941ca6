import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess, type Total } from './parts.ts';
import { seededBugs, type SeededBug } from './seeded-bugs.ts';

/** Seeds within which a bug has to be found. */
const mostSeeds = 2_000;
const sweptScenarios = 3;

const root = join(import.meta.dirname, '../..');

export interface FindBugsOptions {
  readonly say: (text: string) => void;
  /** The name of one bug. */
  readonly only: string | null;
}

/** Applies each bug to a copy of the engine, and simulates with it until a rule is broken. Exit code 1: one was not found. */
export async function findBugs({ say, only }: FindBugsOptions): Promise<number> {
  const bugs = seededBugs.filter((bug) => only === null || bug.name === only);
  let missed = 0;
  const queue = [...bugs];
  const worker = async (): Promise<void> => {
    for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
      const found = await hunt(bug);
      if (found === null) missed += 1;
      say(`${found === null ? 'MISSED' : 'found '} ${bug.letter} ${bug.name}${found === null ? '' : `: ${found}`}`);
    }
  };
  await Promise.all([worker(), worker()]);
  say(`${bugs.length - missed} of ${bugs.length} seeded bugs found within ${mostSeeds} seeds or the sweep of ${sweptScenarios} scenarios`);
  return missed === 0 ? 0 : 1;
}

async function hunt(bug: SeededBug): Promise<string | null> {
  const copy = copyWith(bug);
  try {
    const seeds = Array.from({ length: mostSeeds }, (_, at) => at + 1);
    const lived = await inProcess({ job: 'seeds', seeds, untilFirst: true }, copy);
    const first = toldOf(lived);
    if (first !== null) return first;
    return toldOf(await inProcess({ job: 'sweep', seeds: seeds.slice(0, sweptScenarios), untilFirst: true }, copy));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function toldOf({ failures }: Total): string | null {
  const [first] = failures;
  if (first === undefined) return null;
  const where = first.crashAt === null ? `seed ${first.seed}` : `sweep of seed ${first.seed}, step ${first.crashAt}`;
  return `${where}, invariant ${first.violations[0]?.invariant ?? 0}: ${(first.violations[0]?.what ?? '').split('\n')[0]?.slice(0, 110) ?? ''}`;
}

/** A checkout with the bug in it; the packages are those of this one. */
function copyWith(bug: SeededBug): string {
  const copy = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'truce-bug-'));
  for (const part of ['src', 'adapters/memory', 'config', 'test/simulation', 'test/support', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, find, replace } of bug.edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(find).length !== 2)
      throw new Error(`the seeded bug ${bug.name} does not fit ${file} any more: its text must be there exactly once`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return copy;
}
