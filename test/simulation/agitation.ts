import type { Intent } from '../../src/state/types.ts';
import { chance } from './chance.ts';
import type { RecordId, Side } from './model.ts';
import { editOf, type Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** Users who edit at the worst moment. */
export interface Agitation {
  /** Somebody may edit what Truce has just read, within the next steps. */
  onRead(side: Side, ids: readonly RecordId[]): void;
  /** Somebody may edit the very fields that Truce is about to write. */
  onIntents(intents: readonly Intent[]): void;
  /** Called before each step: does what is due. */
  step(): void;
}

export function makeAgitation(scenario: Scenario, world: () => World): Agitation {
  const dice = chance(scenario.seed, 'agitation');
  let waiting: { readonly steps: number; readonly act: () => void }[] = [];
  return {
    onRead(side, ids) {
      for (const id of ids) {
        if (!dice.happens(scenario.agitation)) continue;
        const change = editOf(dice, side);
        waiting.push({ steps: dice.between(0, 3), act: () => world().edit(side, id, change) });
      }
    },
    onIntents(intents) {
      for (const { line, status } of intents) {
        const { side, recordId } = line;
        if (status !== 'open' || recordId === null || !dice.happens(scenario.agitation)) continue;
        const fields = line.changes.map((one) => one.name);
        // The fields that are about to be written, rather than any.
        const drawn = Array.from({ length: 12 }, () => editOf(dice, side));
        const change = drawn.find((one) => fields.includes(one.field)) ?? editOf(dice, side);
        waiting.push({ steps: dice.between(0, 2), act: () => world().edit(side, recordId, change) });
      }
    },
    step() {
      const due = waiting.filter(({ steps }) => steps <= 0);
      waiting = waiting.filter(({ steps }) => steps > 0).map((one) => ({ ...one, steps: one.steps - 1 }));
      for (const { act } of due) act();
    },
  };
}
