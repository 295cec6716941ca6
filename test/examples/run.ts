import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Sandbox } from 'truce/sandbox';

const root = resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end; nothing of this process's own credentials or stores reaches it. */
export async function run(command: string, args: readonly string[], { cwd, env = {} }: Where): Promise<Ended> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HUBSPOT|SALESFORCE|TRUCE)_/.test(name)));
  const child = spawn(command, args, { cwd, env: { ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const code = await new Promise<number | null>((ended, failed) => {
    child.once('error', failed);
    child.once('close', ended);
  });
  return { code, stdout, stderr };
}

/** Runs `examples/NAME.ts` as its first lines say. */
export function example(name: string, args: readonly string[], where: Where): Promise<Ended> {
  return run(process.execPath, ['--conditions=truce-source', resolve(root, `examples/${name}.ts`), ...args], where);
}

/** The environment of somebody whose accounts are these imitations. */
export function credentials({ hubspot, salesforce }: Sandbox): Readonly<Record<string, string>> {
  return {
    HUBSPOT_BASE_URL: hubspot.url,
    HUBSPOT_ACCESS_TOKEN: hubspot.token,
    SALESFORCE_INSTANCE_URL: salesforce.url,
    SALESFORCE_ACCESS_TOKEN: salesforce.accessToken,
  };
}
