import { Command, InvalidArgumentError } from 'commander';
import { machineUser, withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { duration, instant, withStores } from '../options.ts';

interface Options extends CommonOptions {
  readonly reason?: string;
  readonly until?: number;
}

/** `truce pause`: nothing is written any more. */
export function pauseCommand(session: Session): Command {
  return withStores(new Command('pause'))
    .description(
      'Write nothing from now on: sync, outcomes and apply stop at once with exit code 3, also a run under way. Contacts nobody.',
    )
    .option('--reason <text>', 'why, for whoever finds it paused')
    .option('--until <when>', 'goes on by itself then: 2026-01-31T17:00:00Z, or in 30m, 2h, 1d', end)
    .addHelpText(
      'after',
      `
A run under way stops before its next batch; what it has sent is finished and known. pull, plan, report and undo work on.
\`truce status\` shows who paused and why.

Examples:
  truce pause --reason "CRM migration" --until 8h
  truce resume`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      await withTruce(io, options, {
        sides: [],
        work: async (truce) => {
          const pause = await truce.pause({ by: machineUser(), reason: options.reason, until: options.until });
          const { pauseInWords } = await import('../../sync/pause.ts');
          io.data(options.json === true ? JSON.stringify({ paused: pause, exit: session.exit }) : pauseInWords(pause));
        },
      });
    });
}

/** `truce resume`: ends a pause. */
export function resumeCommand(session: Session): Command {
  return withStores(new Command('resume'))
    .description('End a pause: the next run writes again. Contacts nobody.')
    .addHelpText('after', '\nExamples:\n  truce resume')
    .action(async (options: CommonOptions) => {
      const { io } = session;
      await withTruce(io, options, {
        sides: [],
        work: async (truce) => {
          const was = await truce.resume();
          if (options.json === true) return io.data(JSON.stringify({ was, exit: session.exit }));
          const { pauseInWords } = await import('../../sync/pause.ts');
          io.data(was === null ? 'It was not paused.' : `Resumed. It was: ${pauseInWords(was)}`);
        },
      });
    });
}

function end(text: string): number {
  const at = /^\d+[smhd]$/.test(text) ? Date.now() + duration(text) : instant(text);
  if (at <= Date.now()) throw new InvalidArgumentError('It must be in the future.');
  return at;
}
