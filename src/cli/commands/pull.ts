import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Command } from 'commander';
import { PlanError, StateError } from '../../errors.ts';
import { environment, warehousePathOrNone, withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { wholeNumber, withStores } from '../options.ts';
import { withNotices } from '../notify.ts';
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
    .option(
      '--rebuild',
      'read everything from the beginning and start the warehouse anew; says first which period of history only the old one has, and keeps the old file',
    )
    .option('--yes', 'ask nothing')
    .option('--allow-gone <n>', 'let this many people of a side be gone at once', wholeNumber)
    .addHelpText(
      'after',
      `
The first pull reads everything, later ones what changed. What the credentials may not read is named and left out.

Examples:
  truce pull && truce report --out report.html
  truce pull --rebuild --yes`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      if (options.rebuild === true) await archiveWarehouse(session, options);
      const pulling = () =>
        withTruce(io, options, {
          work: async (truce) => {
            const allow = options.allowGone === undefined ? {} : { allow: { gone: options.allowGone } };
            const { rebuild } = options;
            const result = await withProgress(io, truce, () => truce.pull({ signal: io.signal, rebuild, ...allow }));
            for (const problem of result.problems)
              io.say(`! Not read: ${problem.side} ${problem.stream}: ${problem.message} ${problem.hint}`);
            const { calls, people } = result;
            if (options.json === true)
              return io.data(
                JSON.stringify({ ...result, calls: { hubspot: calls.marketing, salesforce: calls.sales }, exit: session.exit }),
              );
            for (const stream of result.streams) io.data(`${stream.side}\t${stream.stream}\t${stream.records}`);
            io.say(
              `${people.marketing} people in HubSpot, ${people.sales} in Salesforce, ${people.linked} in both; ${result.quarantined} in quarantine. Next: truce report --out report.html`,
            );
          },
        });
      await withNotices(io, options, { command: 'pull', pings: false, work: pulling });
    });
}

/**
 * Moves the warehouse away, after saying what only it still has.
 * @throws {PlanError} `NOT_CONFIRMED` when nobody said yes
 */
async function archiveWarehouse({ io }: Session, options: Options): Promise<void> {
  const path = warehousePathOrNone(options, await environment(io), io);
  if (path === undefined || !existsSync(path)) return;
  const since = await historySince(path);
  const archive = `${path}.${new Date().toISOString().replaceAll(':', '-')}`;
  io.say(`${since} It is kept as ${archive}.`);
  if (options.yes !== true) {
    const answer = await io.ask('Build a new one? [y/N] ');
    if (answer === null || !/^y(es)?$/i.test(answer))
      throw new PlanError('NOT_CONFIRMED', 'The warehouse is left as it is: nobody said yes.', {
        hint: 'Say --yes to build a new one without a question.',
      });
  }
  await rename(path, archive);
  if (existsSync(`${path}.wal`)) await rename(`${path}.wal`, `${archive}.wal`);
}

/** What a new warehouse may lack: the CRMs let old history expire. */
async function historySince(path: string): Promise<string> {
  const { openWarehouse } = await import('../../warehouse/duckdb.ts');
  try {
    await using warehouse = await openWarehouse(path, { readOnly: true });
    const [oldest] = await warehouse.query('SELECT CAST(min(occurred_at) AS DOUBLE PRECISION) AS at FROM status_changes');
    if (typeof oldest?.['at'] !== 'number') return 'The warehouse holds no status history.';
    const since = new Date(oldest['at']).toISOString().slice(0, 10);
    return `The warehouse's status history reaches back to ${since}; what the CRMs have let expire since is only in it.`;
  } catch (error) {
    // A damaged file is why somebody rebuilds; a locked one must not be moved away under its writer.
    if (error instanceof StateError && error.code === 'WAREHOUSE_DAMAGED') return `${error.message} Its history can't be read.`;
    throw error;
  }
}
