import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { ConfigError } from '../../errors.ts';
import type { Decision } from '../../sync/decide.ts';
import type { Identity } from '../../sync/identity.ts';
import type { ReviewRow } from '../../sync/review.ts';
import type { Truce } from '../../truce.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import { putInPlace } from '../files.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { decisionsIn } from '../review-file.ts';
import { counted } from '../talk.ts';

interface Options extends CommonOptions {
  readonly out?: string;
  readonly settled?: boolean;
  readonly dryRun?: boolean;
}

type Action = 'review' | 'settle' | 'show';

/** `truce link`: who is who, decided by a person where no rule is sure. */
export function linkCommand(session: Session): Command {
  return withStores(new Command('link'))
    .description(
      'Decide who is who where no rule is sure: write the open people to a file, read the decisions back, show how a person was found. Contacts nobody.',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(['review', 'settle', 'show']))
    .argument('[what]', 'settle: the edited file; show: an e-mail address, a record id or a key')
    .option('--out <file>', 'review: the file to write, .csv to decide in or .html to look at (default: CSV to stdout)')
    .option('--settled', 'review: the people about whom somebody decided, to decide otherwise')
    .option('--dry-run', 'settle: check the file and say what it would change, store nothing')
    .addHelpText(
      'after',
      `
review writes one line for each person with several possible counterparts, the clearest first. Fill the first column:
  yes        the proposal is right            1          the first candidate is this person, the others are not
  none       nobody of them is                1+2, all   several are: they are kept as one person
  instead    the record takes the place of the one that is linked now
  ask        take an earlier decision back    (empty)    not decided yet
settle checks every line first: while one can't be taken, none is. A decision holds in all later runs, until another
settle; the next sync acts on it. Cells that a spreadsheet would run as a formula carry a leading apostrophe.

Examples:
  truce link review --out who-is-who.csv
  truce link settle who-is-who.csv --dry-run
  truce link settle who-is-who.csv
  truce link review --settled --out decided.csv      to change what was decided
  truce link show jane@example.com`,
    )
    .action(async (action: Action, what: string | undefined, options: Options) => {
      const { io } = session;
      const path = statePath(options, await environment(io), io);
      // Looking must not make a state where none is.
      const none = existsSync(path) ? {} : { state: ':memory:' };
      await withTruce(io, options, { sides: [], ...none, work: (truce) => act(session, truce, { action, what, options }) });
    });
}

interface Asked {
  readonly action: Action;
  readonly what: string | undefined;
  readonly options: Options;
}

async function act(session: Session, truce: Truce, { action, what, options }: Asked): Promise<void> {
  switch (action) {
    case 'review':
      return writeReview(session, truce, options);
    case 'settle':
      return settle(session, truce, { file: named(what, 'settle who-is-who.csv'), options });
    case 'show':
      return show(session, await truce.identity(named(what, 'show jane@example.com')), options);
  }
}

function named(what: string | undefined, example: string): string {
  if (what !== undefined) return what;
  throw new ConfigError('OPTION_INVALID', 'It needs to know what to work on.', { hint: `Write: truce link ${example}` });
}

async function writeReview({ io }: Session, truce: Truce, { out, settled, json }: Options): Promise<void> {
  const { renderReviewCsv, renderReviewHtml } = await import('../../report/review.ts');
  let rows = 0;
  const counting = async function* (): AsyncGenerator<ReviewRow> {
    for await (const row of truce.review({ settled: settled ?? false })) {
      rows += 1;
      yield row;
    }
  };
  if (out === undefined) {
    if (json === true) for await (const row of counting()) io.data(JSON.stringify(row));
    else for await (const text of renderReviewCsv(counting())) io.document(text.trimEnd());
    return;
  }
  const file = resolve(io.cwd, out);
  if (!/\.(csv|html?)$/i.test(file))
    throw new ConfigError('OPTION_INVALID', `${out} is neither .csv nor .html.`, { hint: 'Name a .csv file to decide in.' });
  const render = /\.csv$/i.test(file) ? renderReviewCsv : renderReviewHtml;
  await putInPlace(file, async (partial) => {
    // It holds names and addresses.
    const handle = await open(partial, 'w', 0o600);
    try {
      for await (const text of render(counting())) await handle.appendFile(text);
    } finally {
      await handle.close();
    }
  });
  if (json === true) return io.data(JSON.stringify({ rows, out: file }));
  io.say(
    rows === 0 ? `Nobody is to be decided about; wrote ${file} all the same.` : `Wrote ${counted(rows, 'person', 'people')} to ${file}.`,
  );
}

async function settle(session: Session, truce: Truce, { file, options }: { file: string; options: Options }): Promise<void> {
  const { io } = session;
  const rows: AsyncIterable<Decision> = decisionsIn(resolve(io.cwd, file), file);
  const result = await truce.decide(rows, { dryRun: options.dryRun ?? false });
  if (result.mistakes.length > 0) session.exit = exitCodes.usage;
  if (options.json === true) return io.data(JSON.stringify({ ...result, exit: session.exit }));
  for (const { line, message } of result.mistakes) io.say(`${file}:${line}: ${message}`);
  if (result.mistakes.length > 0)
    return io.say(`Nothing was stored: ${counted(result.mistakes.length, 'line')} can't be taken. Correct them and settle the file again.`);
  const said = `${counted(result.decided, 'decision')}${options.dryRun === true ? ' would be' : ''} stored, ${result.unchanged} stood already, ${result.open} left open.`;
  io.data(said);
}

function show({ io }: Session, identities: readonly Identity[], { json }: Options): void {
  if (json === true)
    return io.data(
      JSON.stringify(
        identities.map((one) => ({
          ...one,
          records: one.records.map((record) => ({ ...record, fields: Object.fromEntries(record.fields) })),
        })),
      ),
    );
  for (const { link, records, candidates, choices, lost, quarantine } of identities) {
    const certainty = link.kind === 'linked' ? `, by ${link.rule}, certainty ${link.confidence}` : '';
    io.data(`${link.id}: ${link.kind === 'linked' ? 'one person in both CRMs' : link.kind}${certainty}`);
    for (const record of records)
      io.data(`  ${record.side} ${record.object} ${record.id}  ${record.emails.join(' ')}${record.url === null ? '' : `  ${record.url}`}`);
    for (const ref of candidates) io.data(`  may be: ${ref.side} ${ref.id}`);
    for (const choice of choices)
      io.data(
        `  decided ${new Date(choice.at).toISOString()}: marketing ${choice.marketing} and sales ${choice.sales} are ${choice.same ? 'one person' : 'two people'}`,
      );
    for (const one of lost) io.data(`  ${one.side} ${one.id} lost its counterpart ${one.goneId} at ${new Date(one.at).toISOString()}`);
    for (const entry of quarantine) io.data(`  held back: ${entry.cause} -> ${entry.fix}`);
  }
}
