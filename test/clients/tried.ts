import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Sandbox } from 'truce/sandbox';

const README = resolve(import.meta.dirname, '../../adapters/sandbox/README.md');

/** Kinds of call that the sandbox was asked: a method and a path, ids left out. */
export function kindsOfCall(box: Sandbox): readonly string[] {
  return [...new Set(box.calls.counts().map((count) => `${count.method} ${count.path}`))].sort();
}

/**
 * The row that adapters/sandbox/README.md has under a name, and the row as it should be; with UPDATE_README=1 it is
 * written anew first. A figure in the README that no run has shown fails the run.
 */
export async function readmeRow(
  name: string,
  cells: readonly (string | number)[],
): Promise<{ readonly stands: string | undefined; readonly should: string }> {
  const should = `| ${[name, ...cells].join(' | ')} |`;
  const text = await readFile(README, 'utf8');
  const stands = text.split('\n').find((line) => line.startsWith(`| ${name} |`));
  if (process.env['UPDATE_README'] !== '1' || stands === undefined || stands === should) return { stands, should };
  await writeFile(README, text.replace(stands, should));
  return { stands: should, should };
}
