import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SandboxLine } from './olist-world.ts';

const bin = join(import.meta.dirname, '../../src/cli/bin.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Largest memory the process ever held, in MB; NaN where the system does not tell. */
  readonly peakMb: number;
  readonly seconds: number;
}

/** Runs `truce ARGS` as anybody would, and measures it. */
export async function runTruce(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ended> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--conditions=truce-source', bin, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  let peakMb = Number.NaN;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (stdout += chunk));
  const watch = setInterval(() => (peakMb = peakOf(child.pid) || peakMb), 50);
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  clearInterval(watch);
  return { code, stdout, peakMb, seconds: (performance.now() - startedAt) / 1000 };
}

/** The sandbox as its own process: empty, on a virtual clock that only its control endpoint moves. */
export async function startSandbox(startAt: string): Promise<{ readonly line: SandboxLine; peakMb(): number; stop(): void }> {
  const options = ['--json', '--empty', '--clock', 'virtual', '--start-at', startAt, '--limits', 'none', '--lag-ms', '0'];
  const child = spawn(process.execPath, ['--conditions=truce-source', bin, 'sandbox', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const first = await new Promise<string>((ready, failed) => {
    createInterface({ input: child.stdout }).once('line', ready);
    child.once('exit', (code) => failed(new Error(`the sandbox ended with ${code}`)));
  });
  return { line: JSON.parse(first) as SandboxLine, peakMb: () => peakOf(child.pid), stop: () => void child.kill() };
}

function peakOf(pid: number | undefined): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024);
  } catch {
    return Number.NaN;
  }
}
