import { existsSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { ConfigError } from '../../errors.ts';
import type { QuarantineEntry } from '../../model/plan.ts';
import type { Side } from '../../model/words.ts';
import type { Truce } from '../../truce.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import type { Io } from '../io.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { counted } from '../talk.ts';

interface Options extends CommonOptions {
  readonly field: string;
  readonly prefer?: Side;
}

type Action = 'list' | 'show' | 'retry' | 'settle';

/** `truce quarantine`: who is held back, why, and what to do. */
export function quarantineCommand(session: Session): Command {
  return withStores(new Command('quarantine'))
    .description(
      'Show which records are held back, each with cause, fix, age and attempts; have them tried again at once; decide a conflict. Contacts nobody.',
    )
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'show', 'retry', 'settle']).default('list'))
    .argument('[who]', 'an e-mail address, a record id or a key; show and settle need one, retry takes everybody without')
    .option('--field <name>', 'the field whose conflict is decided', 'status')
    .addOption(new Option('--prefer <side>', 'whose value is to stand').choices(['marketing', 'sales']))
    .addHelpText(
      'after',
      `
What is held back is tried again by itself, after 5 minutes first, then after twice as long each time, at most a day; it
leaves quarantine when its cause is gone. Nothing else waits for it. list prints one record a line, separated by tabs:
age, attempts, side, kind, record, code, cause, fix.

Examples:
  truce quarantine
  truce quarantine list --json | jq 'group_by(.code) | map({code: .[0].code, n: length})'
  truce quarantine show jane@example.com
  truce quarantine retry                                       after the fix: with the next run
  truce quarantine settle jane@example.com --prefer sales      a conflict under the policy "ask"`,
    )
    .action(async (action: Action, who: string | undefined, options: Options) => {
      const { io } = session;
      const path = statePath(options, await environment(io), io);
      // Looking must not make a state where none is.
      const none = existsSync(path) ? {} : { state: ':memory:' };
      await withTruce(io, options, { sides: [], ...none, work: (truce) => act(session, truce, { action, who, options }) });
    });
}

interface Asked {
  readonly action: Action;
  readonly who: string | undefined;
  readonly options: Options;
}

async function act({ io }: Session, truce: Truce, { action, who, options }: Asked): Promise<void> {
  switch (action) {
    case 'list':
      return show(io, await truce.quarantine(who), options);
    case 'show':
      return show(io, await truce.quarantine(named(who, 'show')), options);
    case 'retry': {
      const retried = await truce.retry(who);
      return io.data(
        options.json === true ? JSON.stringify({ retried }) : `${counted(retried, 'record')} will be tried with the next run.`,
      );
    }
    case 'settle': {
      if (options.prefer === undefined)
        throw new ConfigError('OPTION_INVALID', 'settle needs to know whose value is to stand.', {
          hint: 'Add --prefer marketing or --prefer sales.',
        });
      const settled = await truce.settle(named(who, 'settle'), { field: options.field, prefer: options.prefer });
      return io.data(options.json === true ? JSON.stringify({ settled }) : settled);
    }
  }
}

function named(who: string | undefined, action: Action): string {
  if (who !== undefined) return who;
  throw new ConfigError('OPTION_INVALID', `quarantine ${action} needs somebody.`, {
    hint: `Write: truce quarantine ${action} jane@example.com`,
  });
}

function show(io: Io, entries: readonly QuarantineEntry[], { json }: Options): void {
  if (json === true) return io.data(JSON.stringify(entries));
  if (entries.length === 0) return io.data('Nothing is held back.');
  for (const entry of entries)
    io.data(
      [ageOf(entry.firstAt), String(entry.attempts), entry.side, entry.kind, entry.recordId, entry.code, entry.cause, entry.fix].join('\t'),
    );
}

function ageOf(since: number): string {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / 60_000));
  if (minutes < 120) return `${minutes}m`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`;
}
