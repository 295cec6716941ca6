import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import type { AuditRow } from '../../sync/audit.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { putInPlace } from '../files.ts';
import type { Session } from '../main.ts';
import { instant, withStores } from '../options.ts';
import { counted } from '../talk.ts';

interface Options extends CommonOptions {
  readonly out: string;
  readonly since?: number;
  readonly format: 'csv' | 'ndjson';
}

/** Lines written at once. */
const linesPerWrite = 500;

/** `truce audit export`: every write, with who, what, before, after, why and outcome. */
export function auditCommand(session: Session): Command {
  return withStores(new Command('audit'))
    .description(
      'Export every write that Truce ever noted: who, what, before, after, why, outcome; one line for each field. Contacts nobody.',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(['export']))
    .requiredOption('--out <file>', 'where to; readable by its owner only, as it holds values of the CRMs')
    .option('--since <when>', 'only what was noted since then: 2026-01-31, 2026-01-31T17:00:00Z', instant)
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'ndjson']).default('csv'))
    .addHelpText(
      'after',
      `
Who is the user of the machine that started the run, and the approver that \`truce apply --approver\` named. before is what
stood in the CRM when it was read just before the write. Writes older than journal.keepDays are not kept. In CSV a cell
that a spreadsheet would run as a formula begins with an apostrophe; NDJSON is exact.

Examples:
  truce audit export --out audit.csv --since 2026-01-01
  truce audit export --out audit.ndjson --format ndjson`,
    )
    .action(async (_: string, options: Options) => {
      const { io } = session;
      const path = statePath(options, await environment(io), io);
      const none = existsSync(path) ? {} : { state: ':memory:' };
      const file = resolve(io.cwd, options.out);
      const rows = await withTruce(io, options, {
        sides: [],
        ...none,
        work: (truce) => putInPlace(file, (partial) => write(partial, truce.audit(options.since), options.format)),
      });
      if (options.json === true) return io.data(JSON.stringify({ file, rows, exit: session.exit }));
      io.data(`${counted(rows, 'change')} in ${file}.`);
    });
}

async function write(path: string, rows: AsyncIterable<AuditRow>, format: Options['format']): Promise<number> {
  const render = format === 'csv' ? await csvLine() : (row: AuditRow) => `${JSON.stringify(row)}\n`;
  const file = await open(path, 'wx', 0o600);
  try {
    const { auditColumns } = await import('../../sync/audit.ts');
    let lines = format === 'csv' ? [`${auditColumns.join(',')}\n`] : [];
    let count = 0;
    for await (const row of rows) {
      lines.push(render(row));
      count += 1;
      if (lines.length < linesPerWrite) continue;
      await file.write(lines.join(''));
      lines = [];
    }
    await file.write(lines.join(''));
    return count;
  } finally {
    await file.close();
  }
}

async function csvLine(): Promise<(row: AuditRow) => string> {
  const [{ stringify }, { harmless }, { auditColumns }] = await Promise.all([
    import('csv-stringify/sync'),
    import('../../report/csv.ts'),
    import('../../sync/audit.ts'),
  ]);
  return (row) => {
    const cells = auditColumns.map((column) => {
      const value = row[column];
      return typeof value === 'boolean' ? String(value) : harmless(value);
    });
    return stringify([cells], { record_delimiter: 'unix' });
  };
}
