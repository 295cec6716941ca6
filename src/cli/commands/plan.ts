import { resolve } from 'node:path';
import { Command } from 'commander';
import type { PlanLine } from '../../model/plan.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withScope, withStores } from '../options.ts';
import { counted, withProgress } from '../talk.ts';

interface Options extends CommonOptions {
  readonly only?: string;
  readonly limit?: number;
  readonly out?: string;
}

/** `truce plan`: what a sync would write and why; changes nothing anywhere. */
export function planCommand(session: Session): Command {
  return withScope(withStores(new Command('plan')))
    .description('Show what a sync would write, with before, after and the reason. Writes nothing: not to a CRM, not to its own files.')
    .option('--out <file>', 'keep the plan, for review and for `truce apply`')
    .addHelpText('after', '\nExamples:\n  truce plan --limit 20\n  truce plan --out plan.ndjson && truce apply plan.ndjson --mode sync')
    .action(async (options: Options) => {
      const { io } = session;
      // A plan shows what sync would do; what may be written is asked when it is applied.
      await withTruce(io, { ...options, mode: options.mode ?? 'sync' }, async (truce) => {
        const plan = await withProgress(io, truce, () =>
          truce.plan({
            signal: io.signal,
            ...(options.only === undefined ? {} : { only: options.only }),
            ...(options.limit === undefined ? {} : { limit: options.limit }),
            ...(options.out === undefined ? {} : { out: resolve(io.cwd, options.out) }),
          }),
        );
        for await (const line of plan.lines()) {
          if (options.json === true) io.data(JSON.stringify(line));
          else for (const text of describe(line)) io.data(text);
        }
        const { summary } = plan;
        if (options.json === true) return io.data(JSON.stringify({ header: plan.header, summary, hash: plan.hash }));
        io.say(
          summary.update + summary.create === 0
            ? `Nothing to do: ${counted(summary.unchanged, 'linked person is', 'linked people are')} the same on both sides.`
            : `${counted(summary.update, 'update')}, ${counted(summary.create, 'create')}; ${counted(summary.conflict, 'conflict')} decided; ${summary.unchanged} people unchanged, ${summary.held} held by the status map, ${summary.quarantined} in quarantine. To apply: about ${summary.calls.marketing} calls to marketing's CRM, ${summary.calls.sales} to sales' CRM.`,
        );
        if (options.out !== undefined)
          io.say(`Kept in ${resolve(io.cwd, options.out)}. To write it: truce apply ${options.out} --mode sync`);
      });
    });
}

function describe(line: PlanLine): readonly string[] {
  const where = `${line.side} ${line.object ?? line.kind} ${line.recordId ?? '(new)'}`;
  return [
    `${line.conflict ? '!' : '~'} ${where}${line.urls[line.side] === undefined ? '' : `  ${line.urls[line.side]}`}`,
    ...line.changes.flatMap((change) => [
      `    ${change.name}: ${shown(change.before)} -> ${shown(change.after)}`,
      `    ${change.reason}${change.sideEffect === null ? '' : ` May start: ${change.sideEffect}.`}`,
    ]),
  ];
}

function shown(value: unknown): string {
  return value === undefined ? '(unknown)' : value === null || value === '' ? '(blank)' : String(value);
}
