import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Instant } from '../../model/words.ts';
import type { Notice } from './notice.ts';

/** When what was last told, by `command kind code`. A file of its own, so that a damaged state is told once too. */
type Told = Readonly<Record<string, Instant>>;

const hourMs = 3_600_000;

export interface NoticeMemory {
  /** Those that were not told within the time. */
  due(command: string, notices: readonly Notice[], now: Instant): Promise<readonly Notice[]>;
  /** Remembers what was told of a command, and forgets what is over: whatever of it is not among `standing`. */
  keep(
    command: string,
    at: { readonly told: readonly Notice[]; readonly standing: readonly Notice[]; readonly now: Instant },
  ): Promise<void>;
}

/** The memory in a file. One that can't be read or written is as good as empty: telling twice beats not telling. */
export function noticeMemory(path: string, repeatHours: number): NoticeMemory {
  return {
    due: async (command, notices, now) => {
      const told = await load(path);
      return notices.filter((notice) => {
        const last = told[keyOf(command, notice)];
        return last === undefined || now - last >= repeatHours * hourMs || last > now;
      });
    },
    keep: async (command, { told, standing, now }) => {
      const before = await load(path);
      const kept = new Set(standing.map((notice) => keyOf(command, notice)));
      const entries = Object.entries(before).filter(([key]) => !key.startsWith(`${command} `) || kept.has(key));
      const after = Object.fromEntries([...entries, ...told.map((notice) => [keyOf(command, notice), now] as const)]);
      if (JSON.stringify(after) === JSON.stringify(before)) return;
      await store(path, after).catch(() => undefined);
    },
  };
}

function keyOf(command: string, { kind, code }: Notice): string {
  return `${command} ${kind} ${code}`;
}

async function load(path: string): Promise<Told> {
  try {
    const told: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (told === null || typeof told !== 'object') return {};
    return Object.fromEntries(Object.entries(told).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    return {};
  }
}

async function store(path: string, told: Told): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, JSON.stringify(told), { mode: 0o600 });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}
