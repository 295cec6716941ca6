import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
/** The project's own Node first, as on a machine that has the right one; npm without this machine's own settings. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
  npm_config_userconfig: '/dev/null',
  npm_config_update_notifier: 'false',
  npm_config_registry: process.env['npm_config_registry'] ?? 'https://registry.npmjs.org/',
};

let home = '';
let tarball = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'truce-package-'));
  await run('npm', ['run', '-s', 'build'], { cwd: root, env });
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', home], { cwd: root, env });
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  tarball = join(home, (packed as { filename: string }).filename);
});

afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

async function project(name: string, manifest: object): Promise<string> {
  const directory = await mkdtemp(join(home, `${name}-`));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name, private: true, type: 'module', ...manifest }));
  return directory;
}

const script = `
import { truce } from 'truce';
import { memory } from 'truce/memory';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
console.log([truce, memory, hubspot, salesforce].every((each) => typeof each === 'function') ? 'ready' : 'broken');
`;

describe('the packed tarball', () => {
  it('installs without a warning into an empty JavaScript project, without DuckDB and charts, and runs', async () => {
    const directory = await project('js', {});
    const { stderr } = await run('npm', ['install', '--omit=optional', tarball], { cwd: directory, env });
    expect(stderr).toBe('');
    await writeFile(join(directory, 'index.js'), script);
    expect((await run(process.execPath, ['index.js'], { cwd: directory, env })).stdout).toBe('ready\n');
    const help = await run(join(directory, 'node_modules/.bin/truce'), ['--help'], { cwd: directory, env });
    expect(help.stdout).toContain('truce demo');
  });

  it('type-checks and runs in an empty TypeScript project, and computes a statistic from the packed SQL', async () => {
    const directory = await project('ts', {});
    const { stderr } = await run('npm', ['install', tarball, 'typescript@7.0.2', '@types/node@24.19.2'], { cwd: directory, env });
    expect(stderr).toBe('');
    await writeFile(join(directory, 'index.ts'), script);
    await writeFile(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] } }),
    );
    await run(join(directory, 'node_modules/.bin/tsc'), [], { cwd: directory, env });
    expect((await run(process.execPath, ['index.ts'], { cwd: directory, env })).stdout).toBe('ready\n');
    await writeFile(join(directory, 'leads.csv'), 'lead_id,created_at,channel\na,2026-01-01T00:00:00Z,web\nb,2026-01-02T00:00:00Z,web\n');
    const bin = join(directory, 'node_modules/.bin/truce');
    await run(bin, ['import', '.', '--warehouse', 'w.duckdb'], { cwd: directory, env });
    await run(bin, ['report', '--format', 'json', '--out', 'report.json', '--warehouse', 'w.duckdb'], { cwd: directory, env });
    const report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as { statistics: { id: string }[] };
    expect(report.statistics.map((each) => each.id)).toContain('B1');
  });
});
