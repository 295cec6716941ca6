import { Command, InvalidArgumentError } from 'commander';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';

/** `truce status`: when it last ran, what is held back; contacts nobody. */
export function statusCommand(session: Session): Command {
  return withStores(new Command('status'))
    .description('Say when Truce last ran, how it went, and what is held back in quarantine, each with the fix. Contacts nobody.')
    .option('--fail-if-older <duration>', 'exit code 1 when the last good run ended longer ago than this: 30m, 2h, 1d', duration)
    .addHelpText('after', '\nExample:\n  truce status --fail-if-older 30m || alert "Truce stands still"')
    .action(async (options: CommonOptions & { readonly failIfOlder?: number }) => {
      const { io } = session;
      await withTruce(
        io,
        options,
        async (truce) => {
          const status = await truce.status();
          const now = Date.now();
          const tooOld = options.failIfOlder !== undefined && (status.lastDoneAt === null || now - status.lastDoneAt > options.failIfOlder);
          if (tooOld) session.exit = exitCodes.attention;
          if (options.json === true) return io.data(JSON.stringify({ ...status, lastDoneAt: iso(status.lastDoneAt), exit: session.exit }));
          io.data(status.lastDoneAt === null ? 'No run has gone through yet.' : `Last good run ended ${iso(status.lastDoneAt)}.`);
          for (const run of status.runs.slice(0, 5))
            io.data(
              `  ${iso(run.startedAt)}  ${run.command}  ${run.mode}  ${run.status}${run.code === null ? '' : ` (${run.code})`}  ${run.id}`,
            );
          const { people } = status;
          io.data(
            `${people.marketing} people in marketing's CRM, ${people.sales} in sales' CRM, ${people.linked} in both, ${people.ambiguous} ambiguous; ${status.open} with open changes, ${status.openIntents} writes to resolve.`,
          );
          io.data(`In quarantine: ${status.quarantine.length}`);
          for (const entry of status.quarantine.slice(0, 20))
            io.data(
              `  ${entry.side} ${entry.kind} ${entry.recordId}: ${entry.cause} (${entry.code}, ${entry.attempts} tries) -> ${entry.fix}`,
            );
          if (status.quarantine.length > 20) io.data(`  … ${status.quarantine.length - 20} more with --json`);
          if (tooOld) io.say('The last good run is older than allowed.');
        },
        { credentials: false },
      );
    });
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

const units = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function duration(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  const unit = units.get(match?.[2] ?? '');
  if (match === null || unit === undefined) throw new InvalidArgumentError('Write it like 30m, 2h or 1d.');
  return Number(match[1]) * unit;
}
