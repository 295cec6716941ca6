import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/main.ts';
import { packageVersion } from '../../src/cli/version.ts';
import { desk, type Ran } from './support.ts';

const root = resolve(import.meta.dirname, '../..');
const names = [
  'init',
  'check',
  'provision',
  'pull',
  'plan',
  'apply',
  'sync',
  'outcomes',
  'report',
  'leaks',
  'explain',
  'undo',
  'release',
  'pause',
  'resume',
  'state',
  'status',
  'quarantine',
  'audit',
  'link',
  'forget',
  'import',
  'sandbox',
  'demo',
];

async function truce(...args: readonly string[]): Promise<Ran> {
  using nowhere = desk(null);
  const ran = await nowhere.run(args);
  expect(nowhere.hashes()).toEqual({});
  return ran;
}

describe('truce --help', () => {
  it('names every command, the first steps, the credentials and the exit codes, on stdout', async () => {
    const { exit, out, err } = await truce('--help');
    const text = out.join('\n');
    expect({ exit, err }).toEqual({ exit: 0, err: [] });
    for (const name of names) expect(text).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const word of ['First steps', 'HUBSPOT_ACCESS_TOKEN', 'SALESFORCE_CLIENT_SECRET', 'Exit codes: 0 done', '--version', 'stderr'])
      expect(text).toContain(word);
  });

  it('ends with 2 and the same help on stderr when no command is given', async () => {
    const { exit, out, err } = await truce();
    expect({ exit, out }).toEqual({ exit: 2, out: [] });
    expect(err.join('\n')).toContain('First steps');
  });

  it('prints the version of the package', async () => {
    for (const flag of ['--version', '-V']) expect(await truce(flag)).toMatchObject({ exit: 0, out: [packageVersion()], err: [] });
    expect(packageVersion()).toBe((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version);
  });

  it.each(names)('%s --help shows what it does, every option, and an example', async (name) => {
    const { exit, out, err } = await truce(name, '--help');
    const text = out.join('\n').replace(/\s+/g, ' ');
    expect({ exit, err }).toEqual({ exit: 0, err: [] });
    expect(text).toMatch(new RegExp(`Usage: truce ${name} .*Examples: .*truce ${name}`));
    const command = commandNamed(name);
    expect(command.options.length).toBeGreaterThan(0);
    for (const option of command.options) expect(text).toContain(`${option.flags} ${option.description}`.replace(/\s+/g, ' '));
  });

  it('offers --json on every command', () => {
    expect(names.filter((name) => !commandNamed(name).options.some((option) => option.long === '--json'))).toEqual([]);
  });

  it('has no command that its help does not name', () => {
    expect(program().commands.map((command) => command.name())).toEqual(names);
  });
});

describe('a mistyped command line', () => {
  it('ends with 2 and suggests the command or the option that was meant', async () => {
    const command = await truce('snyc');
    expect([command.exit, command.out]).toEqual([2, []]);
    expect(command.text).toContain("unknown command 'snyc'");
    expect(command.text).toContain('Did you mean sync?');
    const option = await truce('sync', '--limt', '3');
    expect([option.exit, option.out]).toEqual([2, []]);
    expect(option.text).toContain("unknown option '--limt'");
    expect(option.text).toContain('Did you mean --limit?');
    expect(option.text).toContain('truce COMMAND --help');
  });

  it.each([
    [['sync', '--limit', 'many'], 'whole number'],
    [['sync', '--mode', 'everything'], 'Allowed choices are observe, outcomes, sync'],
    [['status', '--fail-if-older', 'yesterday'], '30m, 2h or 1d'],
    [['report', '--format', 'pdf'], 'Allowed choices are html, json, csv, text, markdown'],
    [['apply'], "missing required argument 'file'"],
    [['apply', 'a', 'b'], 'too many arguments'],
  ])('%s says what would be right', async (args, said) => {
    const { exit, text } = await truce(...args);
    expect(exit).toBe(2);
    expect(text).toContain(said);
  });

  it('is JSON on stdout for who asked for JSON', async () => {
    const ran = await truce('sync', '--json', '--limt', '3');
    expect(ran.exit).toBe(2);
    expect(ran.out).toHaveLength(1);
    expect(ran.json()).toEqual({
      error: {
        code: 'USAGE',
        message: expect.stringContaining("unknown option '--limt'") as string,
        hint: 'Run `truce --help`, or `truce COMMAND --help`.',
      },
      exit: 2,
    });
    expect((await truce('--json')).json().error.code).toBe('USAGE');
  });
});

describe('what help loads', () => {
  it('is the command alone: no schema library, no adapter, no engine, no database', () => {
    const listed = spawnSync(
      process.execPath,
      [
        '--conditions=truce-source',
        '--import',
        `data:text/javascript,${encodeURIComponent(listLoaded)}`,
        join(root, 'src/cli/bin.js'),
        '--help',
      ],
      { encoding: 'utf8' },
    );
    expect(listed.status).toBe(0);
    const loaded = listed.stderr.split('\n').filter((line) => line.startsWith('file:'));
    expect(loaded.some((file) => file.endsWith('/commander/index.js'))).toBe(true);
    const packages = loaded.filter((file) => file.includes('/node_modules/') && !file.includes('/node_modules/commander/'));
    const rooms = loaded.filter((file) => /\/(adapters|src\/(?!cli\/|errors\.ts))/.test(file));
    expect({ packages, rooms }).toEqual({ packages: [], rooms: [] });
  });
});

/** Runs in the process that shows help: names every file it loads. */
const listLoaded = `
import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });
`;

function program(): ReturnType<typeof buildProgram> {
  const silent = (): undefined => undefined;
  const io = {
    env: {},
    cwd: root,
    terminal: null,
    data: silent,
    document: silent,
    say: silent,
    ask: async () => null,
    signal: new AbortController().signal,
  };
  return buildProgram({ io, exit: 0 });
}

function commandNamed(name: string): ReturnType<typeof buildProgram> {
  const found = program().commands.find((command) => command.name() === name);
  if (found === undefined) throw new Error(`there is no command ${name}`);
  return found;
}
