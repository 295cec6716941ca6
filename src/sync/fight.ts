import type { PlannedChange } from '../model/plan.ts';
import type { Instant } from '../model/words.ts';
import type { Frozen, Hold, State } from '../state/types.ts';
import type { PlannedPerson } from './plan.ts';
import { sameValue, shown } from './values.ts';

/** A value that was written this often, and was replaced by another one each time, is not written again. */
const writesInVain = 3;
/** Runs that are looked back on: a value that comes back less often is people's business. */
const runsLookedAt = 12;

/** The quarantine's code for a field that an automation keeps rewriting. */
export const fightCode = 'FIGHT';

/** Finds fields over which Truce and an automation fight, while a plan is made. */
export interface Fights {
  /** The person's plan without the changes that were written in vain too often; those fields are held back and frozen. */
  keepOut(person: PlannedPerson): Promise<PlannedPerson>;
  /** What is to be frozen since the last call. */
  taken(): readonly Frozen[];
  count(): number;
}

/** Looks back on the last runs. Without enough of them nothing is looked up. */
export async function openFights(state: State, { runId, now }: { readonly runId: string; readonly now: Instant }): Promise<Fights> {
  const runs = (await state.runs.last(200)).filter((run) => run.command === 'sync' && run.id !== runId).slice(0, runsLookedAt);
  const oldest = runs.at(-1)?.startedAt ?? 0;
  const since = runs.length < writesInVain ? null : Math.max(oldest, (await state.frozen.releasedAt()) ?? 0);
  let freeze: Frozen[] = [];
  let count = 0;
  return {
    keepOut: async (person) => {
      if (since === null || person.lines.length === 0) return person;
      const hold: Hold[] = [];
      const lines: PlannedPerson['lines'][number][] = [];
      for (const line of person.lines) {
        const { side, recordId, kind } = line;
        if (recordId === null) {
          lines.push(line);
          continue;
        }
        const written = (await state.journal.ofRecord(side, recordId, since))
          .filter(({ status }) => status === 'applied')
          .flatMap((intent) => (intent.line.room === 'sync' ? intent.line.changes : []));
        const fought = line.changes.filter((change) => change.rule !== 'ask' && inVain(written, change));
        for (const change of fought) freeze.push({ side, kind, recordId, field: change.name, why: 'fight', runId, byRun: runId, at: now });
        count += fought.length;
        if (fought.length > 0) hold.push({ side, kind, recordId, code: fightCode, ...sentences(fought, runId), at: now });
        const changes = line.changes.filter((change) => !fought.includes(change));
        if (changes.length > 0) lines.push({ ...line, changes });
      }
      return hold.length === 0 ? person : { ...person, lines, hold: [...person.hold, ...hold] };
    },
    taken: () => {
      const all = freeze;
      freeze = [];
      return all;
    },
    count: () => count,
  };
}

function inVain(written: readonly PlannedChange[], planned: PlannedChange): boolean {
  return written.filter((change) => change.name === planned.name && sameValue(change.after, planned.after)).length >= writesInVain;
}

function sentences(changes: readonly PlannedChange[], runId: string): Pick<Hold, 'cause' | 'fix'> {
  const values = changes.map((change) => `${change.remote ?? change.name} ${shown(change.after)}`).join(', ');
  return {
    cause: `Written ${writesInVain} times within the last ${runsLookedAt} runs, and replaced by something else each time: ${values}.`,
    fix: `Find the workflow or flow that rewrites it (truce explain shows who did), stop one of the two, then: truce release ${runId}`,
  };
}
