import type { Intent } from '../../src/state/types.ts';
import { openState } from '../../src/state/open.ts';
import { exitCodeOf, type ExitCode } from '../../src/cli/exit.ts';
import { Stopped } from '../../src/cli/io.ts';
import { TruceError } from '../../src/errors.ts';
import type { PullResult, Truce } from '../../src/truce.ts';
import type { SyncResult } from '../../src/sync/sync-run.ts';
import { imitationsOf, type Imitations, type ImitationsOptions } from './stage-imitations.ts';
import { memoryOf, type MemoryPair, type MemoryPairOptions } from './stage-memory.ts';

/** One row of the failure catalogue, played: what is there, what goes wrong, what must and what must never come of it. */
export type Scenario = (stage: Stage) => Promise<void>;

/** How a run ended: done, or with an error that the command would turn into this exit code. */
export interface Ended<T> {
  readonly exit: ExitCode;
  /** The error's code; null where the run went through. */
  readonly code: string | null;
  readonly hint: string | null;
  readonly result: T | null;
}

/** What a scenario plays on: CRMs, runs, and the sheet on which everything that counts is noted. */
export interface Stage extends AsyncDisposable {
  /** Two CRMs in memory, and Truce on them. */
  memory(options?: MemoryPairOptions): MemoryPair;
  /** Both vendors' imitations over HTTP on a virtual clock, and Truce on them. */
  imitations(options?: ImitationsOptions): Promise<Imitations>;
  /** Notes one line. */
  note(line: string): void;
  /** What must never happen: the scenario fails where `held` is false, whatever `expected.txt` says. */
  never(what: string, held: boolean): void;
  /** A sync, its counts and its exit code noted. */
  sync(truce: Truce, options?: Parameters<Truce['sync']>[0]): Promise<Ended<SyncResult>>;
  pull(truce: Truce, options?: Parameters<Truce['pull']>[0]): Promise<Ended<PullResult>>;
  /** Any other work, noted by name: done, or the error's code and exit code. */
  attempt<T>(name: string, work: () => Promise<T>): Promise<Ended<T>>;
  /** Notes quarantine and journal as the state keeps them. Truce has to be closed, or idle. */
  books(statePath: string, names?: ReadonlyMap<string, string>): Promise<readonly Intent[]>;
  /** Closed at the end, last opened first. */
  closing(close: () => unknown): void;
  /** Everything noted so far. */
  sheet(): string;
  /** How often `never` was called. */
  claims(): number;
}

/** An empty stage. */
export function openStage(): Stage {
  const lines: string[] = [];
  const closings: (() => unknown)[] = [];
  let claims = 0;
  let runs = 0;
  const note = (line: string): void => void lines.push(line);
  const attempt = async <T>(name: string, work: () => Promise<T>): Promise<Ended<T>> => {
    try {
      const result = await work();
      note(`${name}: exit 0`);
      return { exit: 0, code: null, hint: null, result };
    } catch (error) {
      if (!(error instanceof TruceError || error instanceof Stopped)) throw error;
      const exit = exitCodeOf(error);
      const { code, hint } = error instanceof TruceError ? error : { code: 'STOPPED', hint: null };
      note(`${name}: exit ${exit} ${code}`);
      return { exit, code, hint, result: null };
    }
  };
  const stage: Stage = {
    memory: (options) => memoryOf(stage, options),
    imitations: (options) => imitationsOf(stage, options),
    note,
    never: (what, held) => {
      claims += 1;
      if (!held) throw new Error(`It happened, and never may: ${what}\n${stage.sheet()}`);
      note(`never: ${what}`);
    },
    attempt,
    sync: async (truce, options) => {
      const ended = await attempt(`run ${(runs += 1)} sync`, () => truce.sync({ yes: true, ...options }));
      if (ended.result !== null) for (const line of countsOf(ended.result)) note(`  ${line}`);
      return ended;
    },
    pull: async (truce, options) => {
      const ended = await attempt(`run ${(runs += 1)} pull`, () => truce.pull(options));
      if (ended.result !== null) {
        const { people } = ended.result;
        note(`  marketing ${people.marketing} sales ${people.sales} linked ${people.linked}`);
      }
      return ended;
    },
    books: (statePath, names = new Map()) => booksOf(stage, statePath, names),
    closing: (close) => void closings.push(close),
    sheet: () => `${lines.join('\n')}\n`,
    claims: () => claims,
    [Symbol.asyncDispose]: async () => {
      for (const close of closings.toReversed()) await close();
    },
  };
  return stage;
}

function countsOf(result: SyncResult): readonly string[] {
  const { create, update, conflict, unchanged, held } = result.plan;
  const { applied, rejected, raced, skipped, quarantined } = result;
  const canary = result.canary === null ? [] : [`canary people ${result.canary.people} wrong ${result.canary.wrong}`];
  const fights = result.fights === 0 ? [] : [`fights ${result.fights}`];
  const restored = result.restored === null ? [] : ['compared only, for the state needs a word (the command ends with exit 3)'];
  return [
    ...restored,
    `plan create ${create} update ${update} conflict ${conflict} unchanged ${unchanged} held ${held}`,
    `applied ${applied} rejected ${rejected} raced ${raced} skipped ${skipped} quarantined ${quarantined}`,
    ...canary,
    ...fights,
  ];
}

async function booksOf(stage: Stage, path: string, names: ReadonlyMap<string, string>): Promise<readonly Intent[]> {
  const state = await openState({ path });
  try {
    const named = (id: string | null): string => (id === null ? '(new)' : (names.get(id) ?? id));
    const intents: Intent[] = [];
    for (const run of (await state.runs.last(200)).toReversed())
      for await (const intent of state.journal.ofRun(run.id)) intents.push(intent);
    stage.note(`journal: ${intents.length === 0 ? 'empty' : ''}`.trimEnd());
    for (const { line, status, code, recordId } of intents) {
      const changes = line.changes.map((change) => `${change.name} ${shown(change.before)} -> ${shown(change.after)}`).join(', ');
      stage.note(
        `  ${line.side} ${named(recordId ?? line.recordId)} ${line.room} ${line.op}: ${changes}: ${status}${code === null ? '' : ` ${code}`}`,
      );
    }
    const held = await state.quarantine.all();
    stage.note(`quarantine: ${held.length === 0 ? 'empty' : ''}`.trimEnd());
    for (const line of held.map((one) => `  ${one.side} ${named(one.recordId)} ${one.code} attempts ${one.attempts}`).toSorted())
      stage.note(line);
    return intents;
  } finally {
    await state.close();
  }
}

/** A value in one line: long ones by their length, so that a sheet stays readable. */
export function shown(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 20)}… (${text.length})` : text;
}
