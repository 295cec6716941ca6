import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Dimension } from '../../alignment/types.ts';
import { ConfigError } from '../../errors.ts';
import type { ReportFormat } from '../../report/index.ts';
import { environment, rawConfig, storePaths, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { packageVersion } from '../version.ts';

interface Options extends CommonOptions {
  readonly format: ReportFormat;
  readonly out?: string;
  readonly asOf?: string;
  readonly by: Dimension;
}

/** `truce report`: the figures from the warehouse; talks to no CRM. */
export function reportCommand(session: Session): Command {
  return new Command('report')
    .description('Show what became of the leads, from the warehouse that pull or import filled. Talks to no CRM.')
    .addOption(
      new Option('--format <format>', 'how to render it (default: html where --out ends in .html, else text)').choices([
        'html',
        'json',
        'csv',
        'text',
        'markdown',
      ]),
    )
    .option('--out <file>', 'the file to write; without it the report goes to stdout')
    .option('--as-of <iso>', 'nothing after this instant is seen (default: as far as both CRMs were read)')
    .addOption(
      new Option('--by <dimension>', 'the split beside the totals')
        .choices(['channel', 'campaign', 'owner', 'team', 'month'])
        .default('channel'),
    )
    .option('--warehouse <file>', 'where the merged data is (default: truce.duckdb; environment: TRUCE_WAREHOUSE)')
    .option('--config <file>', 'the configuration file (default: truce.config.json, where it exists; environment: TRUCE_CONFIG)')
    .option('--json', 'the same as --format json')
    .addHelpText('after', '\nExamples:\n  truce report --out report.html\n  truce report --format csv --by campaign > figures.csv')
    .action(async (options: Options) => {
      const { io } = session;
      const env = await environment(io);
      const { parseConfig } = await import('../../../config/schema.ts');
      const settings = parseConfig(await rawConfig(options, env, io));
      const [{ openWarehouse }, { reportFrom }] = await Promise.all([
        import('../../warehouse/duckdb.ts'),
        import('../../report/from-warehouse.ts'),
      ]);
      await using warehouse = await openWarehouse(storePaths(options, env, io).warehouse, { readOnly: true });
      const text = await reportFrom(warehouse, {
        settings,
        format: formatOf(options),
        by: options.by,
        version: packageVersion(),
        signal: io.signal,
        ...(options.asOf === undefined ? {} : { asOf: instant(options.asOf) }),
      });
      if (options.out === undefined) return io.data(text.trimEnd());
      const file = resolve(io.cwd, options.out);
      const { writeFile } = await import('node:fs/promises');
      await writeFile(file, text);
      io.say(`Wrote ${file}.`);
    });
}

function formatOf(options: Options): ReportFormat {
  if (options.json === true) return 'json';
  return (options.format as ReportFormat | undefined) ?? (options.out?.endsWith('.html') === true ? 'html' : 'text');
}

function instant(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new ConfigError('OPTION_INVALID', `--as-of ${text} is not an instant.`, { hint: 'Write it like 2026-03-01T00:00:00Z.' });
}
