import { resolve } from 'node:path';
import { Command } from 'commander';
import { environment, rawConfig, storePaths, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';

/** `truce import DIR`: CSV exports into a warehouse, for a report without any CRM. */
export function importCommand(session: Session): Command {
  return new Command('import')
    .description('Load CSV exports (leads.csv, touches.csv, deals.csv, …) into a new warehouse, for a report without touching any CRM.')
    .argument('<dir>', 'the folder with the files; adapters/files/README.md says what each may hold')
    .option('--warehouse <file>', 'the warehouse to fill (default: truce.duckdb; environment: TRUCE_WAREHOUSE)')
    .option('--config <file>', 'the configuration file (default: truce.config.json, where it exists; environment: TRUCE_CONFIG)')
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', '\nExample:\n  truce import exports/ && truce report --out report.html')
    .action(async (directory: string, options: CommonOptions) => {
      const { io } = session;
      const env = await environment(io);
      const [{ importFiles }, { openWarehouse }, { parseConfig }] = await Promise.all([
        import('../../../adapters/files/index.ts'),
        import('../../warehouse/duckdb.ts'),
        import('../../../config/schema.ts'),
      ]);
      const settings = parseConfig(await rawConfig(options, env, io));
      const { warehouse: path } = storePaths(options, env, io);
      await using warehouse = await openWarehouse(path);
      const report = await importFiles(resolve(io.cwd, directory), warehouse, { settings, signal: io.signal });
      for (const warning of report.warnings) io.say(`! ${warning}`);
      if (options.json === true) io.data(JSON.stringify({ ...report, warehouse: path }));
      else {
        for (const file of report.files) io.data(`${file.name}: ${file.rows} rows${file.skipped > 0 ? `, ${file.skipped} skipped` : ''}`);
        io.say(`Loaded into ${path}. Next: truce report --out report.html`);
      }
    });
}
