import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** A stranger's client, at one version. */
export interface Pin {
  readonly name: string;
  readonly version: string;
}

/** A client that can be loaded, or why there is none. */
export type Installed =
  | { readonly ready: true; readonly folder: string; readonly require: NodeJS.Require }
  | { readonly ready: false; readonly why: string };

/** Nothing younger is installed below a client either: the same versions today and next year. */
const BEFORE = '2026-11-15';
const LONGEST_MS = 240_000;

/** Outside the package, so that a clone stays as small as it is. */
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'truce-clients');

/**
 * A client from the cache, which npm fills the first time; install scripts do not run. An install takes at most four
 * minutes. Where the registry can't be reached the answer says so, on the error stream too.
 */
export async function installed(pin: Pin): Promise<Installed> {
  const folder = join(cache, `${pin.name.replaceAll('/', '+')}@${pin.version}`);
  if (!existsSync(folder)) {
    const why = await install(pin, folder);
    if (why !== undefined) {
      console.warn(`${pin.name} ${pin.version} is not tried: ${why}`);
      return { ready: false, why };
    }
  }
  return { ready: true, folder, require: createRequire(join(folder, 'package.json')) };
}

/** Installs beside the place and moves the whole there, so that half an install is never taken for one. */
async function install(pin: Pin, folder: string): Promise<string | undefined> {
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(join(cache, '.half-'));
  try {
    await writeFile(join(half, 'package.json'), JSON.stringify({ private: true }));
    const said = await npm(
      [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--fetch-retries=1',
        '--fetch-retry-mintimeout=2000',
        `--before=${BEFORE}`,
        `${pin.name}@${pin.version}`,
      ],
      half,
    );
    if (said !== undefined) return said;
    await rename(half, folder).catch((error: unknown) => {
      // Another run was faster.
      if (!existsSync(folder)) throw error;
    });
    return undefined;
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** Undefined when npm did it, else what it said last. */
function npm(args: readonly string[], cwd: string): Promise<string | undefined> {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_registry)/i.test(name))),
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
  };
  return new Promise((resolve) => {
    const child = spawn('npm', args, { cwd, env, timeout: LONGEST_MS, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', (error) => resolve(`npm can't be run: ${error.message}`));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(undefined);
      const last = said.split('\n').find((line) => /npm error code|npm error network|ERR!/.test(line)) ?? said.trim().slice(-200);
      resolve(signal === null ? `npm could not install it: ${last}` : `npm took longer than ${String(LONGEST_MS / 1000)} s`);
    });
  });
}
