import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const demoLimitMs = 60_000;

let home = '';
let clone = '';
let readme = '';

/** The environment of somebody who has just cloned: the machine's own Node and npm, no credentials, nothing of this run. */
const env = Object.fromEntries(
  Object.entries({
    ...process.env,
    PATH: (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((folder) => !folder.includes('node_modules') && !folder.includes('node-gyp-bin'))
      .join(delimiter),
  }).filter(([name]) => !/^(HUBSPOT|SALESFORCE|TRUCE|VITEST|NODE_ENV|npm_(lifecycle|package))/.test(name)),
);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

async function shell(command: string, cwd: string): Promise<Ended> {
  const startedAt = performance.now();
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, stdout, stderr, ms: performance.now() - startedAt };
}

/** The shell commands of a section of the README, one a line. */
function commandsOf(heading: string): readonly string[] {
  const section = readme.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
  return [...section.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)]
    .flatMap((match) => (match[1] as string).split('\n').map((line) => line.trim()))
    .filter((line) => line.startsWith('npm '));
}

/** What the README says that the demo prints. */
function promised(): readonly string[] {
  const block = /<!-- demo-output -->[\s\S]*?```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  return block.trim().split('\n');
}

/** Numbers, units and record ids depend on the day; the words do not. */
const words = (line: string): string =>
  line
    .trim()
    .replace(/\S*(?=truce-demo)/, '')
    .replace(/\b00Q\w+/g, '#')
    .replace(/\d+(\.\d+)?( (s|min|h|days)\b)?/g, '#')
    .replace(/\s+/g, ' ');

beforeAll(async () => {
  readme = await readFile(join(root, 'README.md'), 'utf8');
  home = await mkdtemp(join(tmpdir(), 'truce-clone-'));
  clone = join(home, 'truce');
  const { code, stderr } = await shell(`git clone --quiet ${root} ${clone}`, home);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

describe("the README's commands in a fresh clone", () => {
  it('are the two that need nothing', () => {
    expect(commandsOf('Try it')).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
  });

  it('the first installs, and shows within a minute what the README says', async () => {
    const [install = '', demo = ''] = (commandsOf('Try it')[0] as string).split(' && ');
    const installed = await shell(install, clone);
    expect({ code: installed.code, stderr: installed.stderr.split('\n').filter((line) => /error/i.test(line)) }).toEqual({
      code: 0,
      stderr: [],
    });
    const { code, stdout, stderr, ms } = await shell(demo, clone);
    expect(code).toBe(0);
    const printed = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('npm '));
    const expected = promised();
    expect(printed.map(words)).toEqual(expected.map(words));
    const figures = expected.findIndex((line) => line.startsWith('4.'));
    expect(figures).toBeGreaterThan(5);
    expected.slice(0, figures).forEach((line, at) => expect(numbersNear(printed[at] ?? '', line)).toBe(true));
    const report = /\S+truce-demo\/report\.html/.exec(stdout)?.[0] ?? '';
    expect((await stat(report)).size).toBeGreaterThan(100_000);
    console.log(`npm ci took ${Math.round(installed.ms / 1000)} s, the demo ${Math.round(ms / 1000)} s`);
    expect(ms).toBeLessThanOrEqual(demoLimitMs);
  });

  it('then those for own data read both accounts, report, and plan, and write to neither', async () => {
    await using box = await sandbox({ people: 100, limits: 'none', lagMs: 0 });
    const { hubspot, salesforce } = box;
    await writeFile(
      join(clone, '.env'),
      [
        `HUBSPOT_BASE_URL=${hubspot.url}`,
        `HUBSPOT_ACCESS_TOKEN=${hubspot.token}`,
        `SALESFORCE_INSTANCE_URL=${salesforce.url}`,
        `SALESFORCE_CLIENT_ID=${salesforce.clientId}`,
        `SALESFORCE_CLIENT_SECRET=${salesforce.clientSecret}`,
      ].join('\n'),
      { mode: 0o600 },
    );
    const commands = [...commandsOf('Your own data'), ...commandsOf('Then: what would change')];
    expect(commands.map((command) => /truce -- (\w+)/.exec(command)?.[1])).toEqual(['check', 'pull', 'report', 'init', 'plan']);
    for (const command of commands) expect(await shell(command, clone)).toMatchObject({ code: 0 });
    expect(await readFile(join(clone, 'report.html'), 'utf8')).toContain('<svg');
    const patched = box.calls
      .counts()
      .filter(({ method, path }) => ['PATCH', 'PUT', 'DELETE'].includes(method) || /batch\/(update|create|upsert)/.test(path));
    expect(patched).toEqual([]);
  });
});

/** Counts of people and writes differ a little from day to day; ids are no counts. */
function numbersNear(printed: string, expected: string): boolean {
  const counts = (line: string): readonly number[] => [...line.matchAll(/(?<![\w.])\d{1,6}(?![\w])/g)].map((match) => Number(match[0]));
  const [a, b] = [counts(printed), counts(expected)];
  return a.length === b.length && a.every((n, at) => Math.abs(n - (b[at] as number)) <= Math.max(3, 0.1 * n));
}
