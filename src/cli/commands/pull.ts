import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Command } from 'commander';
import { environment, storePaths, withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withStores, wholeNumber } from '../options.ts';
import { withProgress } from '../talk.ts';

interface Options extends CommonOptions {
  readonly rebuild?: boolean;
  readonly yes?: boolean;
  readonly allowGone?: number;
}

/** `truce pull`: reads both CRMs into the state and the warehouse; writes to neither CRM. */
export function pullCommand(session: Session): Command {
  return withStores(new Command('pull'))
    .description('Read both CRMs into the warehouse. Writes to no CRM: read-only keys are enough.')
    .option('--rebuild', 'start the warehouse anew; says first which period of history only the old one has, and keeps the old file')
    .option('--yes', 'ask nothing')
    .option('--allow-gone <n>', 'let this many people of a side be gone at once', wholeNumber)
    .addHelpText('after', '\nExample:\n  truce pull && truce report --out report.html')
    .action(async (options: Options) => {
      const { io } = session;
      if (options.rebuild === true && !(await archiveWarehouse(session, options))) return;
      await withTruce(io, options, async (truce) => {
        const allow = options.allowGone === undefined ? {} : { allow: { gone: options.allowGone } };
        const result = await withProgress(io, truce, () => truce.pull({ signal: io.signal, ...allow }));
        for (const problem of result.problems) io.say(`! Not read: ${problem.side} ${problem.stream}: ${problem.message} ${problem.hint}`);
        if (options.json === true) return io.data(JSON.stringify(result));
        for (const stream of result.streams) io.data(`${stream.side}\t${stream.stream}\t${stream.records}`);
        const { people } = result;
        io.say(
          `${people.marketing} people in marketing's CRM, ${people.sales} in sales' CRM, ${people.linked} in both; ${result.quarantined} in quarantine. Next: truce report --out report.html`,
        );
      });
    });
}

/** Moves the warehouse away, after saying what only it still has. False: the user said no. */
async function archiveWarehouse({ io }: Session, options: Options): Promise<boolean> {
  const { warehouse: path } = storePaths(options, await environment(io), io);
  if (!existsSync(path)) return true;
  const { openWarehouse } = await import('../../warehouse/duckdb.ts');
  const [oldest] = await openWarehouse(path, { readOnly: true }).then(async (warehouse) => {
    await using open = warehouse;
    return await open.query('SELECT CAST(min(occurred_at) AS DOUBLE PRECISION) AS at FROM status_changes');
  });
  const since = typeof oldest?.['at'] === 'number' ? new Date(oldest['at']).toISOString().slice(0, 10) : null;
  const archive = `${path}.${new Date().toISOString().replaceAll(':', '-')}`;
  io.say(
    since === null
      ? `The warehouse holds no status history. It is kept as ${archive}.`
      : `The warehouse's status history reaches back to ${since}; what the CRMs have let expire since is only in it. It is kept as ${archive}.`,
  );
  if (options.yes !== true) {
    const answer = await io.ask('Build a new one? [y/N] ');
    if (answer === null || !/^y(es)?$/i.test(answer)) {
      io.say('Left as it is. Say --yes to go on without a question.');
      return false;
    }
  }
  await rename(path, archive);
  return true;
}
