import { PlanError } from '../errors.ts';
import type { Instant } from '../model/words.ts';
import type { RestoredNote, State } from '../state/types.ts';

/** What to remember of a state that is an older one than the last run left: asked before the run takes the lease. */
export async function restoreNote(state: State, now: Instant): Promise<RestoredNote | undefined> {
  return (await state.marker.behind()) ? { at: now } : undefined;
}

/**
 * Refuses what would write while a restored state is not confirmed.
 * @throws {PlanError} `STATE_RESTORED`
 */
export async function refuseRestored(state: State): Promise<void> {
  const restored = await state.meta.restored();
  if (restored === null) return;
  throw new PlanError(
    'STATE_RESTORED',
    `The state is a restored one, or a new one where another has been (noticed ${new Date(restored.at).toISOString()}): what was agreed on since is not known.`,
    {
      hint: '`truce sync` compares both sides and writes nothing, `truce plan` shows what differs; then `truce state confirm --yes`.',
    },
  );
}
