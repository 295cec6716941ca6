import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Truce } from '../../truce.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import type { Session } from '../main.ts';
import { allowances, withAllowances, withMode, withStores, type AllowanceOptions } from '../options.ts';
import { withNotices } from '../notify.ts';
import { withProgress } from '../talk.ts';

/** `truce apply FILE`: writes a reviewed plan. */
export function applyCommand(session: Session): Command {
  return withAllowances(withMode(withStores(new Command('apply'))))
    .description(
      'Write a plan as it was reviewed. Refuses it whole when accounts, configuration or state are others, or it is older than a day; skips lines that drifted.',
    )
    .argument('<file>', 'a plan that `truce plan --out` kept')
    .option('--approver <name>', 'who approved the plan; kept with the run, for `truce audit`')
    .addHelpText(
      'after',
      `
One line for each write: what became of it, side, record, fields. A value that somebody changed since the plan was made
is left alone (skipped), never merged anew. Exit code 3 when the plan is refused, 1 when a write was.

Examples:
  truce plan --out plan.ndjson
  truce apply plan.ndjson --mode sync --approver "Ann Example"`,
    )
    .action(async (file: string, options: CommonOptions & AllowanceOptions & { readonly approver?: string }) => {
      const { io } = session;
      const work = async (truce: Truce): Promise<void> => {
        const result = await withProgress(io, truce, () =>
          truce.apply(resolve(io.cwd, file), { signal: io.signal, allow: allowances(options), approver: options.approver }),
        );
        if (!result.ok) session.exit = exitCodes.attention;
        if (options.json === true)
          return io.data(
            JSON.stringify({
              run: result.id,
              ok: result.ok,
              ...result.counts,
              waiting: result.waiting,
              calls: { hubspot: result.calls.marketing, salesforce: result.calls.sales },
              durationMs: result.durationMs,
              exit: session.exit,
            }),
          );
        for await (const intent of result.lines()) {
          const why = intent.cause === null ? '' : `: ${intent.cause}${intent.fix === null ? '' : ` -> ${intent.fix}`}`;
          io.data(
            `${intent.status}\t${intent.line.side}\t${intent.line.recordId ?? intent.line.key ?? ''}\t${intent.line.changes.map((change) => change.name).join(',')}${why}`,
          );
        }
        const { counts } = result;
        io.say(
          `Written ${counts.applied}, refused ${counts.rejected}, raced and repaired ${counts.raced}, skipped ${counts.skipped}${result.waiting > 0 ? `, left for later syncs ${result.waiting}` : ''}. Run ${result.id}.`,
        );
      };
      await withNotices(io, options, { command: 'apply', pings: false, work: () => withTruce(io, options, { work }) });
    });
}
