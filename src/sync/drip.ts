import type { PlanLine } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { State } from '../state/types.ts';

const hourMs = 3_600_000;

/** Lets so many status writes through and no more. */
export interface Drip {
  /** True when all lines of one person may go; their status writes are counted then. */
  take(lines: readonly PlanLine[]): boolean;
}

/**
 * What is left of an hour's status writes. Who needs more of them than a whole hour allows goes when nobody else went in
 * that hour, or they would wait for ever. Repairs of overwritten edits count, yet are never held up.
 */
export async function openDrip(state: State, settings: Settings, now: Instant): Promise<Drip> {
  const perHour = settings.guards.statusWritesPerHour;
  if (perHour === null) return { take: () => true };
  let used = await state.journal.writesOf('status', now - hourMs);
  return {
    take: (lines) => {
      const wanted = lines.filter(writesStatus).length;
      if (wanted > 0 && used > 0 && used + wanted > perHour) return false;
      used += wanted;
      return true;
    },
  };
}

function writesStatus(line: PlanLine): boolean {
  return line.changes.some((change) => change.name === 'status' && change.rule !== 'ask');
}

/** The lines that may go now; of each other `waits` is told, and it stays open for a later run. */
export async function* dripping(lines: AsyncIterable<PlanLine>, drip: Drip, waits: () => void): AsyncGenerator<PlanLine> {
  for await (const line of lines) {
    if (drip.take([line])) yield line;
    else waits();
  }
}
