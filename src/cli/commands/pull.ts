import { Command } from 'commander';
import { withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { progress } from '../progress.ts';

/** `truce pull`: reads both CRMs into the state and the warehouse; writes to neither CRM. */
export function pullCommand(session: Session): Command {
  return withStores(new Command('pull'))
    .description('Read both CRMs into the warehouse. Writes to no CRM: read-only keys are enough.')
    .option('--rebuild', 'start the warehouse anew; says first which period of history would be lost, and keeps the old file')
    .option('--yes', 'ask nothing')
    .addHelpText('after', '\nExample:\n  truce pull && truce report --out report.html')
    .action(async (options: CommonOptions & { readonly rebuild?: boolean; readonly yes?: boolean }) => {
      const { io } = session;
      if (options.rebuild === true) await archiveWarehouse(session, options);
      await withTruce(io, options, async (truce) => {
        const bar = await progress(io);
        const stop = truce.on('page', (page) => bar.step(`${page.side} ${page.stream}`, page.records));
        try {
          const result = await truce.pull({ signal: io.signal });
          if (options.json === true) io.data(JSON.stringify(result));
          else {
            for (const stream of result.streams) io.data(`${stream.side} ${stream.stream}: ${stream.records} changed`);
            io.say(
              `People: ${result.people.marketing} in marketing's CRM, ${result.people.sales} in sales' CRM, ${result.people.linked} in both. Next: truce report --out report.html`,
            );
          }
        } finally {
          stop();
          bar.stop();
        }
      });
    });
}
