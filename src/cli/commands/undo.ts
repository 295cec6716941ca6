import { Command } from 'commander';
import type { Truce } from '../../truce.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { counted, withProgress } from '../talk.ts';

/** `truce undo RUN`: puts back what a run wrote, where it still stands. */
export function undoCommand(session: Session): Command {
  return withStores(new Command('undo'))
    .description(
      'Put back what a run wrote, where it still stands, in both CRMs. What somebody changed since is left alone. The fields stay as they are until `truce release`.',
    )
    .argument('<run>', 'the id of the run, as `truce sync` and `truce status` print it')
    .addHelpText(
      'after',
      `
Status, mapped fields and Truce's own figures go back to what they were before the run; agreements too, so that a sync after
it writes nothing. Works in every mode: it is asked for by name. Records that the run created stay.

Examples:
  truce status                 the last runs with their ids
  truce undo run_01k9…
  truce release run_01k9…      when the sync may decide about those fields again`,
    )
    .action(async (run: string, options: CommonOptions) => {
      const { io } = session;
      const work = async (truce: Truce): Promise<void> => {
        const result = await withProgress(io, truce, () => truce.undo(run, { signal: io.signal }));
        const { calls } = result;
        if (options.json === true)
          return io.data(JSON.stringify({ ...result, calls: { hubspot: calls.marketing, salesforce: calls.sales }, exit: session.exit }));
        io.data(
          `${counted(result.restored, 'record')} put back, ${result.leftAlone} left alone as they were changed since, ${counted(result.frozen, 'field')} held.`,
        );
        if (result.created > 0)
          io.say(`${counted(result.created, 'record')} that the run created stay; delete them by hand where they are not wanted.`);
        io.say(`A sync leaves these fields alone until: truce release ${run}`);
      };
      await withTruce(io, options, { work });
    });
}
