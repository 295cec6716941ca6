import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { ConfigError, PlanError } from '../../errors.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { putInPlace } from '../files.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';

interface Options extends CommonOptions {
  readonly force?: boolean;
  readonly yes?: boolean;
}

type Action = 'backup' | 'restore' | 'confirm';

/** `truce state`: a copy of the state, and its way back. */
export function stateCommand(session: Session): Command {
  return withStores(new Command('state'))
    .description(
      'Keep a consistent copy of the state (backup), put one in its place (restore), and let a restored one write again (confirm). Contacts nobody.',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(['backup', 'restore', 'confirm']))
    .argument('[file]', 'the copy; confirm needs none')
    .option('--force', 'restore also over a newer state or another one of the same accounts; the state that stands there is kept beside it')
    .option('--yes', 'confirm without a question')
    .addHelpText(
      'after',
      `
backup works while a run is under way, and never over a file. restore checks that the copy belongs to the same accounts and
refuses one that is older than the state. A restored state does not know what was agreed on since: the next syncs compare
both sides and write nothing (exit code 3) until it is confirmed; then every difference is decided as at the first run, by
policy. A copy that was put in place by hand is noticed too, by the mark that each run leaves beside the state
(truce.db.epoch); not when the mark was restored with it, as from a snapshot of the whole folder: say restore then.

Examples:
  truce state backup backups/truce-$(date +%F).db
  truce state restore backups/truce-2026-01-31.db
  truce sync && truce plan                             what differs now; writes nothing
  truce state confirm --yes`,
    )
    .action(async (action: Action, file: string | undefined, options: Options) => {
      switch (action) {
        case 'backup':
          return backup(session, options, named(file, action));
        case 'restore':
          return restore(session, options, named(file, action));
        case 'confirm':
          return confirm(session, options);
      }
    });
}

function named(file: string | undefined, action: Action): string {
  if (file !== undefined) return file;
  throw new ConfigError('OPTION_INVALID', `state ${action} needs a file.`, { hint: `Write: truce state ${action} truce-backup.db` });
}

async function backup({ io, ...session }: Session, options: Options, name: string): Promise<void> {
  const file = resolve(io.cwd, name);
  await stateExists(io, options);
  const { existsSync } = await import('node:fs');
  if (existsSync(file)) {
    throw new ConfigError('OUT_UNWRITABLE', `${file} is there already.`, { hint: 'Name another file: a copy is never written over one.' });
  }
  await withTruce(io, options, { sides: [], work: (truce) => putInPlace(file, (partial) => truce.backup(partial)) });
  if (options.json === true) return io.data(JSON.stringify({ file, exit: session.exit }));
  io.data(`The state is copied to ${file}.`);
}

async function restore({ io, ...session }: Session, options: Options, name: string): Promise<void> {
  const { restoreState } = await import('../../state/restore.ts');
  const to = statePath(options, await environment(io), io);
  const result = await restoreState({ from: resolve(io.cwd, name), to, force: options.force === true, now: Date.now() });
  if (options.json === true) return io.data(JSON.stringify({ state: to, ...result, exit: session.exit }));
  io.data(`Restored to ${to}${result.runsLost === 0 ? '' : `; it does not know ${result.runsLost} later runs`}.`);
  if (result.kept !== null) io.say(`The state that stood there is kept as ${result.kept}.`);
  io.say('The next syncs compare both sides and write nothing. Look at `truce plan`, then: truce state confirm --yes');
}

/** @throws {PlanError} `NOT_CONFIRMED` */
async function confirm({ io, ...session }: Session, options: Options): Promise<void> {
  await stateExists(io, options);
  if (options.yes !== true) {
    const answer = await io.ask('Let the restored state write again? [y/N] ');
    if (answer === null || !/^y(es)?$/i.test(answer))
      throw new PlanError('NOT_CONFIRMED', 'The restored state writes nothing: nobody said yes.', {
        hint: 'Look at `truce plan`, then say --yes to let it write.',
      });
  }
  await withTruce(io, options, {
    sides: [],
    work: async (truce) => {
      const was = await truce.confirmRestored();
      if (options.json === true) return io.data(JSON.stringify({ was, exit: session.exit }));
      io.data(
        was === null
          ? 'The state needs no word: it is not a restored one.'
          : 'Confirmed: the next sync writes, and decides every difference by policy.',
      );
    },
  });
}

/** @throws {ConfigError} `STATE_MISSING` */
async function stateExists(io: Session['io'], options: Options): Promise<void> {
  const [{ existsSync }, path] = [await import('node:fs'), statePath(options, await environment(io), io)];
  if (!existsSync(path))
    throw new ConfigError('STATE_MISSING', `There is no state ${path} yet.`, { hint: 'Name it with --state or TRUCE_STATE.' });
}
