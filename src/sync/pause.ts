import { PlanError } from '../errors.ts';
import type { Instant } from '../model/words.ts';
import type { Pause, State } from '../state/types.ts';

/** The pause that is in force; null when there is none, or when its time is over. */
export async function pauseAt(state: State, now: Instant): Promise<Pause | null> {
  const pause = await state.meta.pause();
  return pause === null || (pause.until !== null && pause.until <= now) ? null : pause;
}

/** Who paused, since when, until when, and why: one sentence. */
export function pauseInWords({ by, reason, at, until }: Pause): string {
  const end = until === null ? '' : ` until ${new Date(until).toISOString()}`;
  return `Paused by ${by} since ${new Date(at).toISOString()}${end}${reason === null ? '.' : `: ${reason}`}`;
}

/**
 * Stops a run that would write while nothing is to be written; before it contacts anybody, and again before each batch.
 * @throws {PlanError} `PAUSED`
 */
export async function stopIfPaused(state: State, now: Instant): Promise<void> {
  const pause = await pauseAt(state, now);
  if (pause === null) return;
  throw new PlanError('PAUSED', pauseInWords(pause), { hint: 'Nothing is written until somebody says `truce resume`.' });
}
