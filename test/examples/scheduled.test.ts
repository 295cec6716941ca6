import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../src/cli/exit.ts';
import { buildProgram } from '../../src/cli/main.ts';
import { openState } from '../../src/state/open.ts';
import { credentials, run, type Ended } from './run.ts';

// Each case starts programs that a busy machine may keep waiting.
vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, '../..');
const page = await readFile(join(root, 'examples/scheduled.md'), 'utf8');
/** The files that the page gives, by path. */
const files = new Map(
  [...page.matchAll(/^`(\/[^`]+)`[^\n]*\n\n```\w*\n([\s\S]*?)```/gm)].map((match) => [match[1] as string, match[2] as string]),
);
const units = [...files].filter(([path]) => path.startsWith('/etc/systemd/system/'));

function file(path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`the page has no file ${path}`);
  return text;
}

let box: Sandbox;
let machine = '';

/** A path of the page's machine in the folder that stands for it. */
const here = (text: string): string =>
  text.replaceAll('/opt/truce', root).replaceAll('/var/lib/truce', join(machine, 'lib')).replaceAll('/var/log/truce', join(machine, 'log'));

beforeAll(async () => {
  box = await sandbox({ people: 60, limits: 'none', lagMs: 0 });
  machine = await mkdtemp(join(tmpdir(), 'truce-scheduled-'));
  for (const folder of ['lib', 'log', 'bin']) await mkdir(join(machine, folder));
  for (const path of ['/usr/local/bin/truce', '/usr/local/bin/truce-run']) {
    await writeFile(join(machine, 'bin', basename(path)), here(file(path)));
    await chmod(join(machine, 'bin', basename(path)), 0o755);
  }
  await writeFile(join(machine, 'lib/truce.config.json'), '{ "mode": "sync" }');
  await environment(credentials(box));
});
afterAll(async () => {
  await box.close();
  await rm(machine, { recursive: true, force: true });
});

/** Fills in the page's `.env`; the imitations stand on addresses of their own. */
async function environment(values: Readonly<Record<string, string>>): Promise<void> {
  const asked = { ...values, SALESFORCE_CLIENT_ID: box.salesforce.clientId, SALESFORCE_CLIENT_SECRET: box.salesforce.clientSecret };
  const lines = file('/var/lib/truce/.env')
    .trim()
    .split('\n')
    .map((line) => line.split('=', 1)[0] as keyof typeof asked)
    .map((name) => `${name}=${asked[name]}`);
  await writeFile(join(machine, 'lib/.env'), [...lines, `HUBSPOT_BASE_URL=${values['HUBSPOT_BASE_URL']}`, ''].join('\n'), { mode: 0o600 });
}

function shell(command: string): Promise<Ended> {
  return run('/bin/sh', ['-c', here(command)], { cwd: machine, env: { PATH: `${join(machine, 'bin')}:/usr/bin:/bin` } });
}

/** The command of a line of the page's crontab. */
function cronJob(part: string): string {
  const line = file('/etc/cron.d/truce')
    .split('\n')
    .find((each) => each.includes(part));
  const match = /^\S+ \S+ \S+ \S+ \S+ +truce +(.+)$/.exec(line ?? '');
  if (match === null) throw new Error(`the crontab has no job with ${part}`);
  return match[1] as string;
}

const lastResult = async (): Promise<{ readonly exit: number; readonly error?: { readonly code: string } }> =>
  JSON.parse((await readFile(join(machine, 'log/sync.ndjson'), 'utf8')).trim().split('\n').at(-1) ?? '') as never;

describe('the scheduled run of the page', () => {
  it('finds the files at all, so that the other cases can fail', () => {
    expect([...files.keys()]).toHaveLength(10);
    expect(units).toHaveLength(5);
  });

  it('speaks up when Truce has never run', async () => {
    const { code, stderr } = await shell(cronJob('--fail-if-older'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('older than allowed') as string });
  });

  it('syncs without a word, and leaves one line of JSON and a state for nobody else to read', async () => {
    const { code, stdout, stderr } = await shell(cronJob('truce-run'));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await lastResult()).toMatchObject({ exit: 0, mode: 'sync', rejected: 0 });
    for (const made of ['lib/truce.db', 'lib/truce.duckdb', 'log/sync.ndjson', 'log/sync.log'])
      expect([made, (await stat(join(machine, made))).mode & 0o077]).toEqual([made, 0]);
  });

  it('is quiet while it runs, and the weekly report is there', async () => {
    const watchdog = await shell(cronJob('--fail-if-older'));
    expect(watchdog).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await shell(cronJob('truce report'))).code).toBe(0);
    expect(await readFile(join(machine, 'lib/report.html'), 'utf8')).toContain('<svg');
  });

  it('stays quiet while another run is at work, and does nothing then', async () => {
    const other = await openState({ path: join(machine, 'lib/truce.db') });
    await other.lease.acquire({ pid: process.pid, host: hostname() }, Date.now(), 120_000);
    const calls = box.calls.totals();
    const { code, stdout } = await shell(cronJob('truce-run'));
    await other.lease.release();
    await other.close();
    expect({ code, stdout }).toEqual({ code: exitCodes.state, stdout: '' });
    expect(await lastResult()).toMatchObject({ exit: 6, error: { code: 'STATE_LOCKED' } });
    expect(box.calls.totals()).toEqual(calls);
  });

  it('says what a CRM refused, with the code and the fix', async () => {
    await environment({ ...credentials(box), HUBSPOT_ACCESS_TOKEN: 'pat-wrong' });
    const { code, stdout } = await shell(cronJob('truce-run'));
    expect(code).toBe(exitCodes.access);
    expect(stdout).toMatch(/^truce sync ended with 4:\n\{"error":.+"hint":/);
    expect(stdout).not.toContain('pat-wrong');
  });

  it('tries later, without a word, when a CRM is not there', async () => {
    await environment({ ...credentials(box), HUBSPOT_BASE_URL: 'http://127.0.0.1:9' });
    const { code, stdout } = await shell(cronJob('truce-run'));
    expect({ code, stdout }).toEqual({ code: exitCodes.later, stdout: '' });
    expect(await lastResult()).toMatchObject({ exit: 5 });
  });
});

describe('the page', () => {
  it('explains every exit code', () => {
    for (const code of Object.values(exitCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} \\| \\S`, 'm'));
  });

  it('uses only commands and options that exist', () => {
    const io = {
      env: {},
      cwd: root,
      terminal: null,
      data: () => undefined,
      document: () => undefined,
      say: () => undefined,
      ask: async () => null,
      signal: new AbortController().signal,
    };
    const program = buildProgram({ io, exit: 0 });
    const used = [...page.matchAll(/\btruce (check|plan|sync|status|report|pull|init)((?: --[a-z-]+)*)/g)];
    expect(used.length).toBeGreaterThan(8);
    for (const [text, name, options = ''] of used) {
      const command = program.commands.find((each) => each.name() === name);
      for (const option of options.trim().split(' ').filter(Boolean))
        expect({ text, known: command?.options.some((each) => each.long === option) }).toEqual({ text, known: true });
    }
  });

  it('gives units that systemd accepts', async (context) => {
    const folder = await mkdtemp(join(machine, 'units-'));
    for (const [path, text] of units)
      await writeFile(join(folder, basename(path)), text.replaceAll('/usr/local/bin/truce', '/bin/true').replaceAll('User=truce\n', ''));
    const services = units.map(([path]) => join(folder, basename(path))).filter((path) => !path.includes('@'));
    try {
      execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
    } catch {
      return context.skip('there is no systemd-analyze on this machine');
    }
    const { code, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...services], { cwd: folder });
    const about = stderr.split('\n').filter((line) => line.includes('truce-') && !line.includes('network-online.target'));
    expect({ code, about }).toEqual({ code: 0, about: [] });
  });
});
