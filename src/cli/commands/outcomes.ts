import { Command } from 'commander';
import type { Truce } from '../../truce.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import type { Session } from '../main.ts';
import { withMode, withStores } from '../options.ts';
import { withNotices } from '../notify.ts';
import { counted, withProgress } from '../talk.ts';

/** `truce outcomes`: reads both CRMs, then writes what became of the leads onto campaigns and people. */
export function outcomesCommand(session: Session): Command {
  return withMode(withStores(new Command('outcomes')))
    .description(
      "Read both CRMs, recompute what became of every campaign's leads, and write it onto campaigns and people: only into Truce's own fields.",
    )
    .addHelpText(
      'after',
      `
Everything is recomputed, never incremented; a second run writes nothing. \`truce sync\` does this too, after the status.
Exit code 3 in the mode observe, and while the warehouse is not complete.

Examples:
  truce provision --create && truce outcomes --mode outcomes
  truce outcomes --mode outcomes --json`,
    )
    .action(async (options: CommonOptions) => {
      const { io } = session;
      const work = {
        work: async (truce: Truce): Promise<void> => {
          const result = await withProgress(io, truce, () => truce.outcomes({ signal: io.signal }));
          for (const skipped of result.skipped) io.say(`! Skipped on ${skipped.side}'s ${skipped.kind}s: ${skipped.code}. ${skipped.fix}`);
          if (result.rejected > 0) session.exit = exitCodes.attention;
          const { calls } = result;
          if (options.json === true)
            return io.data(JSON.stringify({ ...result, calls: { hubspot: calls.marketing, salesforce: calls.sales }, exit: session.exit }));
          for (const kind of ['campaigns', 'people', 'members'] as const)
            io.data(`${kind}\twritten ${result[kind].written}\tunchanged ${result[kind].unchanged}`);
          io.say(`${counted(result.rejected, 'write')} refused. The figures stand in the fields that begin with "Truce" on each campaign.`);
        },
      };
      await withNotices(io, options, { command: 'outcomes', pings: false, work: () => withTruce(io, options, work) });
    });
}
