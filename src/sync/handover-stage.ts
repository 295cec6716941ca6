import type { PlanLine } from '../model/plan.ts';
import type { GuardSettings, Settings } from '../model/settings.ts';
import { normaliseEmail } from './email.ts';
import { planHandover, storeTurn } from './handover.ts';
import type { PlanStageOptions, Stage } from './stages.ts';

/**
 * Plans the handover, where one is configured; stores whose turn it is and who can't be handed over, unless it is a
 * rehearsal. `left`: how many lines the plan may still take; undefined: any number.
 */
export async function handOver(
  { engine, state, signal }: Stage,
  options: PlanStageOptions,
  left: number | undefined,
): Promise<{ readonly lines: readonly PlanLine[]; readonly limited: boolean }> {
  const { crms, settings, ports } = engine;
  if (settings.handover === null || left === 0) return { lines: [], limited: false };
  const { only, accounts, descriptions, stories } = options;
  const persons =
    only === undefined ? undefined : [...(await state.people.find(only)), ...(await state.people.find(normaliseEmail(only) ?? ''))];
  const handover = await planHandover(settings.handover, {
    state,
    crms,
    settings,
    accounts,
    descriptions,
    now: ports.clock.now(),
    signal,
    only: persons === undefined ? undefined : new Set(persons.flatMap(({ linkId }) => linkId ?? [])),
    limit: left,
    stories,
  });
  if (options.commit) {
    await storeTurn(state, handover);
    await state.commit({ hold: handover.hold });
  }
  return { lines: handover.lines, limited: handover.limited };
}

/** The guards, with as many creates as the handover is allowed to make. */
export function guardsOf({ guards, handover }: Pick<Settings, 'guards' | 'handover'>): GuardSettings {
  return handover === null ? guards : { ...guards, creates: Math.max(guards.creates, handover.atMost) };
}
