import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, type Figure, type Measured } from '../figure.ts';
import { compileInto } from '../support/compiled.ts';
import { root, run, withFolder } from '../support/process.ts';

const spawns = 10;
const importSpawns = 5;

export const figure: Figure = {
  title: 'cold start of `truce --help`, and import time of each export',
  measure: () =>
    withFolder(async (folder) => {
      const compiled = await compileInto(folder);
      const bare = await timesOf(['-e', '0'], spawns);
      const rows: Measured[] = [];
      const starts: readonly (readonly [string, readonly string[]])[] = [
        ['as installed', [compiled.bin, '--help']],
        ['in a checkout', ['--conditions=truce-source', join(root, 'src/cli/bin.js'), '--help']],
      ];
      for (const [where, args] of starts) rows.push(...helpRows(where, await timesOf(args, spawns), bare));
      for (const [name, path] of compiled.exports) rows.push(await importRow(name, path));
      return rows;
    }),
};

/** Wall time of whole processes, in milliseconds; the first one, which fills the caches, is not counted. */
async function timesOf(args: readonly string[], count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let spawn = 0; spawn <= count; spawn += 1) {
    const { code, milliseconds } = await run(process.execPath, args);
    if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
    times.push(milliseconds);
  }
  return times.slice(1);
}

function helpRows(where: string, help: readonly number[], bare: readonly number[]): readonly Measured[] {
  const least = Math.min(...help).toFixed(0);
  return [
    {
      what: `truce --help, ${where}`,
      value: median(help),
      unit: 'ms',
      bar: { is: 'at most', value: 150 },
      note: `median of ${spawns}, least ${least} ms; ${(median(help) / median(bare)).toFixed(1)} times \`node -e 0\`, which takes ${median(bare).toFixed(0)} ms`,
    },
  ];
}

async function importRow(name: string, path: string): Promise<Measured> {
  const program = `const from = performance.now(); await import('${pathToFileURL(path).href}'); process.stdout.write(String(performance.now() - from));`;
  const times: number[] = [];
  for (let spawn = 0; spawn < importSpawns; spawn += 1) {
    const { code, stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
    if (code !== 0) throw new Error(`importing ${name} ended with ${code}`);
    times.push(Number(stdout));
  }
  const note = `median of ${importSpawns} fresh processes, as installed; least ${Math.min(...times).toFixed(0)} ms`;
  return { what: `import '${name}'`, value: median(times), unit: 'ms', bar: null, note };
}
