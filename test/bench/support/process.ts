import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '../../..');

/** What a stretch of work took of this process. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Largest memory that this process ever held, until now. */
  readonly peakMb: number;
}

/** Runs `work` after a garbage collection, and tells what it took. */
export async function costOf<T>(work: () => Promise<T>): Promise<Cost & { readonly result: T }> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - startedAt) / 1000, peakMb: peakMb() };
}

/** Peak resident set of this process, in MB of 10^6 bytes. */
export function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1000);
}

export interface Spawned {
  readonly code: number | null;
  readonly stdout: string;
  readonly milliseconds: number;
  /** Peak resident set in MB, as far as it was seen; NaN where the system does not tell. */
  readonly peakMb: number;
}

/** Runs a program to its end. Its standard error is shown when it fails. */
export async function run(program: string, args: readonly string[], options: { readonly watchMemory?: boolean } = {}): Promise<Spawned> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let peak = Number.NaN;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (stderr += chunk));
  const watch = options.watchMemory === true ? setInterval(() => (peak = peakOf(child.pid) ?? peak), 50) : null;
  const code = await new Promise<number | null>((ended, failed) => void child.once('error', failed).once('close', ended));
  if (watch !== null) clearInterval(watch);
  if (code !== 0) process.stderr.write(stderr);
  return { code, stdout, milliseconds: performance.now() - startedAt, peakMb: peak };
}

function peakOf(pid: number | undefined): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Math.round((Number(kilobytes) * 1024) / 1e6);
  } catch {
    return null;
  }
}

/** A folder that is gone when the figure is taken. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'truce-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
