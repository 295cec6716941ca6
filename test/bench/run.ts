import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { heading, rowOf, verdictOf, type Figure } from './figure.ts';

const usage = `npm run bench -- [NAME ...] [--json] [--strict]

Measures and prints one table row per figure: what, measured, bar, verdict. Without names all figures, each in a process
of its own, so that none sees another's memory. --json prints a line of JSON per row instead; --strict exits with 1 when
a bar was missed. Figures:
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const folder = join(import.meta.dirname, 'figures');
const known = (await readdir(folder)).map((file) => file.replace(/\.ts$/, '')).sort();
const unknown = positionals.filter((name) => !known.includes(name));

if (values.help || unknown.length > 0) {
  for (const name of unknown) process.stderr.write(`There is no figure "${name}".\n`);
  say(usage + known.map((name) => `  ${name}`).join('\n'));
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else if (positionals.length === 1) await measure(positionals[0] ?? '');
else {
  if (!values.json) say(heading);
  for (const name of positionals.length === 0 ? known : positionals) await inOwnProcess(name);
}

async function measure(name: string): Promise<void> {
  const { figure } = (await import(join(folder, `${name}.ts`))) as { readonly figure: Figure };
  const startedAt = performance.now();
  if (!values.json) say(`\n${name}: ${figure.title}`);
  for (const row of await figure.measure()) {
    const verdict = verdictOf(row);
    say(values.json ? JSON.stringify({ figure: name, ...row, verdict }) : rowOf(row));
    if (values.strict && verdict === 'missed') process.exitCode = 1;
  }
  if (!values.json) say(`    taken in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** A figure that fails does not keep the others from being taken, but the bench has failed. */
async function inOwnProcess(name: string): Promise<void> {
  const args = [
    ...process.execArgv,
    import.meta.filename,
    name,
    ...(values.json ? ['--json'] : []),
    ...(values.strict ? ['--strict'] : []),
  ];
  const code = await new Promise<number | null>((ended, failed) => {
    spawn(process.execPath, args, { stdio: 'inherit' }).once('error', failed).once('close', ended);
  });
  if (code !== 0) process.exitCode = 1;
}
