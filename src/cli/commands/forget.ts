import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { ConfigError } from '../../errors.ts';
import type { ForgetResult, Truce } from '../../truce.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { filesHolding } from '../grep.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { counted } from '../talk.ts';

interface Options extends CommonOptions {
  readonly yes?: boolean;
  readonly also: readonly string[];
}

/** `truce forget WHO`: erases a person from everything that Truce keeps. */
export function forgetCommand(session: Session): Command {
  return withStores(new Command('forget'))
    .description(
      'Erase a person from state, journal, quarantine and warehouse for good, and never take them in again. Contacts no CRM: delete the person there too.',
    )
    .argument('<who>', 'an e-mail address, a record id of either CRM, or a key')
    .option('--yes', 'do not ask; needed where nobody can be asked')
    .option('--also <path>', 'name the files in this folder that still hold the person; may be given several times', collect, [])
    .addHelpText(
      'after',
      `
All records of the person go: those that are linked, and those with one of their addresses. What is kept is an HMAC of
addresses and ids, whose secret never leaves the state, so that a later pull does not take the person in again. Truce can
erase neither reports, exports, plans and review files that were written, nor back-ups: name their folders with --also.

Examples:
  truce forget jane@example.com
  truce forget jane@example.com --yes --also reports --also exports`,
    )
    .action(async (who: string, options: Options) => {
      const { io } = session;
      const path = statePath(options, await environment(io), io);
      // Looking must not make a state where none is.
      const none = existsSync(path) ? {} : { state: ':memory:' };
      await withTruce(io, options, { sides: [], ...none, work: (truce) => forget(session, truce, { who, options }) });
    });
}

function collect(path: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, path];
}

async function forget({ io }: Session, truce: Truce, { who, options }: { who: string; options: Options }): Promise<void> {
  const found = await truce.forgetting(who);
  const records = found.records.map((record) => `${record.side} ${record.object} ${record.id}`);
  if (options.yes !== true) {
    for (const record of records) io.say(`  ${record}`);
    const answer = await io.ask(`Erase ${counted(records.length, 'record')} from everything that Truce keeps, for good? [y/N] `);
    if (answer === null)
      throw new ConfigError('CONFIRMATION_NEEDED', 'Forgetting somebody can not be undone.', {
        hint: 'Add --yes where nobody can be asked.',
      });
    if (!/^y(es)?$/i.test(answer)) return io.say('Nothing was erased.');
  }
  const result = await truce.forget(who);
  const left = await leftIn(
    options.also.map((path) => resolve(io.cwd, path)),
    result,
  );
  if (options.json === true) {
    const { records: count, warehouse, namesakes } = result;
    return io.data(JSON.stringify({ records: count, warehouse, namesakes, left, exit: 0 }));
  }
  io.data(
    `Erased ${counted(result.records, 'record')} from the state${result.warehouse === null ? '' : ` and ${counted(result.warehouse, 'row')} of people with all that hangs on them from the warehouse`}.`,
  );
  for (const what of result.namesakes) io.say(`Still there: ${what} carries the name.`);
  for (const file of left) io.say(`Still there: ${file}`);
  if (options.also.length === 0)
    io.say(
      'Not reached: reports, exports, plans, review files and back-ups that were written. Name their folders with --also to have them searched.',
    );
}

async function leftIn(paths: readonly string[], result: ForgetResult): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) for await (const file of filesHolding(path, result.words)) files.push(file);
  return files;
}
