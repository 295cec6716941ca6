import type { SyncResult } from '../sync/sync-run.ts';
import type { Truce } from '../truce.ts';
import type { Io } from './io.ts';
import { progress } from './progress.ts';

/** Shows on a terminal what a run is doing until `work` is done. */
export async function withProgress<T>(io: Io, truce: Truce, work: () => Promise<T>): Promise<T> {
  const bar = await progress(io);
  const read = new Map<string, number>();
  let written = 0;
  let planned: number | undefined;
  const stops = [
    truce.on('page', ({ side, stream, records }) => {
      const key = `reading ${side} ${stream}`;
      read.set(key, (read.get(key) ?? 0) + records);
      bar.step(key, read.get(key) ?? 0);
    }),
    truce.on('line', () => {
      written += 1;
      bar.step('writing', written, planned);
    }),
    truce.on('planned', ({ create, update }) => (planned = create + update)),
    truce.on('phase', (phase) => {
      [written, planned] = [0, undefined];
      bar.step(phase, 0);
    }),
  ];
  try {
    return await work();
  } finally {
    for (const stop of stops) stop();
    bar.stop();
  }
}

/** `1 record`, `3 records`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A sync's result in a few lines. */
export function syncLines(result: SyncResult): readonly string[] {
  const { plan, outcomes } = result;
  const lines = [
    `Mode ${result.mode}: ${counted(plan.update, 'update')} and ${counted(plan.create, 'create')} planned, ${counted(plan.conflict, 'conflict')} decided, ${plan.unchanged} people unchanged${plan.held > 0 ? `, ${plan.held} held by the status map` : ''}.`,
    `Written ${result.applied}, refused ${result.rejected}, raced and repaired ${result.raced}, skipped ${result.skipped}; in quarantine ${result.quarantined}.`,
  ];
  if (result.waiting > 0)
    lines.push(`${counted(result.waiting, 'record waits', 'records wait')} for later runs: this hour's status writes are used up.`);
  if (result.fights > 0)
    lines.push(`${counted(result.fights, 'field')} that an automation keeps rewriting: left alone, see \`truce quarantine\`.`);
  if (outcomes !== null) {
    lines.push(
      outcomes.stopped === null
        ? `Outcomes: ${counted(outcomes.campaigns.written, 'campaign record')}, ${counted(outcomes.people.written, 'person', 'people')} and ${counted(outcomes.members.written, 'member')} written; ${outcomes.campaigns.unchanged} campaign records unchanged.`
        : `Outcomes: none written. ${outcomes.stopped.message} ${outcomes.stopped.hint}`,
    );
    for (const skipped of outcomes.skipped)
      lines.push(`Outcomes skipped on ${skipped.side}'s ${skipped.kind}s: ${skipped.code}. ${skipped.fix}`);
  }
  for (const problem of result.problems) lines.push(`Not read: ${problem.side} ${problem.stream}: ${problem.message} ${problem.hint}`);
  if (result.warehouse === 'behind') lines.push('The warehouse could not be loaded; it catches up with the next run.');
  return lines;
}
