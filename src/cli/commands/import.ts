import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { environment, rawConfig, warehousePath, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withWarehouse } from '../options.ts';
import { counted } from '../talk.ts';

/** `truce import DIR`: CSV exports into a warehouse, for a report without any CRM. */
export function importCommand(session: Session): Command {
  return withWarehouse(new Command('import'))
    .description('Load CSV exports (leads.csv, touches.csv, deals.csv, …) into a new warehouse, for a report without touching any CRM.')
    .argument('<dir>', 'the folder with the files; adapters/files/README.md says what each may hold')
    .option('--json', 'print the result as one line of JSON')
    .addHelpText(
      'after',
      `
Any subset of the files will do, only ids are required; what a figure lacks, the report says.

Examples:
  truce import exports/ && truce report --out report.html
  truce import exports/ --warehouse exports.duckdb`,
    )
    .action(async (directory: string, options: CommonOptions) => {
      const { io } = session;
      const env = await environment(io);
      const [{ importFiles }, { openWarehouse }, { parseConfig }] = await Promise.all([
        import('../../../adapters/files/index.ts'),
        import('../../warehouse/duckdb.ts'),
        import('../../../config/schema.ts'),
      ]);
      const settings = parseConfig(await rawConfig(options, env, io));
      const path = warehousePath(options, env, io);
      const fresh = !existsSync(path);
      const report = await openWarehouse(path)
        .then(async (opened) => {
          await using warehouse = opened;
          return await importFiles(resolve(io.cwd, directory), warehouse, { settings, signal: io.signal });
        })
        .catch(async (error: unknown) => {
          // An import is all or nothing: an empty file in its place would look like a company without leads.
          if (fresh) for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
          throw error;
        });
      for (const warning of report.warnings) io.say(`! ${warning}`);
      if (options.json === true) return io.data(JSON.stringify({ ...report, warehouse: path, exit: session.exit }));
      for (const file of report.files)
        io.data(`${file.name}\t${counted(file.rows, 'row')}${file.skipped > 0 ? `\t${file.skipped} skipped` : ''}`);
      io.say(`Loaded into ${path}. Next: truce report --out report.html`);
    });
}
