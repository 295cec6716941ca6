import { Command } from 'commander';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import type { Session } from '../main.ts';
import { withMode, withStores } from '../options.ts';

/** `truce check`: names everything that is missing in both CRMs, with the fix; writes nothing. */
export function checkCommand(session: Session): Command {
  return withMode(withStores(new Command('check')))
    .description(
      'Name every missing scope, permission, field, picklist value and history, and a native connector that owns a field, each with the fix. Writes nothing.',
    )
    .action(async (options: CommonOptions) => {
      const { io } = session;
      await withTruce(io, options, async (truce) => {
        const { accounts, problems } = await truce.check({ signal: io.signal });
        const { mode } = truce.settings;
        const blocking = problems.filter((problem) => problem.blocks.includes(mode));
        if (blocking.length > 0)
          session.exit = blocking.some((problem) => problem.code === 'PERMISSION_MISSING') ? exitCodes.access : exitCodes.guard;
        if (options.json === true) return io.data(JSON.stringify({ mode, accounts, problems, ready: blocking.length === 0 }));
        for (const side of ['marketing', 'sales'] as const) {
          const account = accounts[side];
          io.data(
            `${side}: ${account.name} (${account.id})${account.sandbox ? ', a sandbox' : ''}, API ${account.apiVersion}, as ${account.self.name}`,
          );
        }
        for (const problem of problems) {
          io.data(
            `${problem.blocks.includes(mode) ? '✗' : '·'} ${problem.message} (${problem.code}${problem.blocks.length === 0 ? '' : `; stops ${problem.blocks.join(', ')}`})`,
          );
          io.data(`    -> ${problem.fix}`);
        }
        io.say(blocking.length === 0 ? `Ready for mode ${mode}.` : `Not ready for mode ${mode}: correct what is marked ✗.`);
      });
    });
}
