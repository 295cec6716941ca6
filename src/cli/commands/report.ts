import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Dimension } from '../../alignment/types.ts';
import { ConfigError } from '../../errors.ts';
import type { ReportFormat } from '../../report/index.ts';
import { writeWhole } from '../files.ts';
import { environment, rawConfig, warehousePath, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { withWarehouse } from '../options.ts';
import { packageVersion } from '../version.ts';

interface Options extends CommonOptions {
  readonly format?: ReportFormat;
  readonly out?: string;
  readonly asOf?: string;
  readonly by: Dimension;
}

/** `truce report`: the figures from the warehouse; talks to no CRM. */
export function reportCommand(session: Session): Command {
  return withWarehouse(new Command('report'))
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
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Needs no credentials: it reads the warehouse only. The HTML is one file that loads nothing from anywhere.

Examples:
  truce report --out report.html
  truce report --format csv --by campaign > figures.csv
  truce report --json --as-of 2026-03-01T00:00:00Z | jq '.statistics[0]'`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      const env = await environment(io);
      const { parseConfig } = await import('../../../config/schema.ts');
      const settings = parseConfig(await rawConfig(options, env, io));
      const [{ openWarehouse }, { reportFrom }] = await Promise.all([
        import('../../warehouse/duckdb.ts'),
        import('../../report/from-warehouse.ts'),
      ]);
      await using warehouse = await openWarehouse(warehousePath(options, env, io), { readOnly: true });
      const text = await reportFrom(warehouse, {
        settings,
        format: formatOf(options),
        by: options.by,
        version: packageVersion(),
        signal: io.signal,
        ...(options.asOf === undefined ? {} : { asOf: instant(options.asOf) }),
      });
      if (options.out === undefined) return io.document(text.trimEnd());
      const file = resolve(io.cwd, options.out);
      await writeWhole(file, text);
      io.say(`Wrote ${file}.`);
    });
}

function formatOf(options: Options): ReportFormat {
  if (options.json === true) return 'json';
  return options.format ?? (options.out?.endsWith('.html') === true ? 'html' : 'text');
}

function instant(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new ConfigError('OPTION_INVALID', `--as-of ${text} is not an instant.`, { hint: 'Write it like 2026-03-01T00:00:00Z.' });
}
