import { Command } from 'commander';
import { withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { counted } from '../talk.ts';

/** `truce release RUN`: lets the sync decide again about the fields of an undone run. */
export function releaseCommand(session: Session): Command {
  return withStores(new Command('release'))
    .description('Let the sync decide again about the fields that an undo holds. Writes to no CRM; the next sync does.')
    .argument('<run>', 'the id of the run that was undone, or of its undo')
    .addHelpText(
      'after',
      `
The sync then decides as it did before the run that was undone. Correct the configuration first, and look at \`truce plan\`.

Examples:
  truce release run_01k9…
  truce plan                   what the next sync will do about it`,
    )
    .action(async (run: string, options: CommonOptions) => {
      const { io } = session;
      await withTruce(io, options, {
        sides: [],
        work: async (truce) => {
          const result = await truce.release(run);
          if (options.json === true) return io.data(JSON.stringify({ ...result, exit: session.exit }));
          io.data(`${counted(result.released, 'field')} released.`);
        },
      });
    });
}
