import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Leaks } from '../../leaks/find.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { writeWhole } from '../files.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';
import { counted } from '../talk.ts';

type Format = 'text' | 'json' | 'csv';

interface Options extends CommonOptions {
  readonly out?: string;
  readonly format: Format;
}

/** `truce leaks`: leads that are being lost now. */
export function leaksCommand(session: Session): Command {
  return withStores(new Command('leaks'))
    .description(
      'List the leads that are being lost right now, each with cause, fix and deep links, the oldest promise first. Contacts nobody.',
    )
    .option('--out <file>', 'the file to write; without it the list goes to stdout')
    .addOption(new Option('--format <format>', 'how').choices(['text', 'json', 'csv']).default('text'))
    .addHelpText(
      'after',
      `
Causes: untouched (handed over, nobody tried within leaks.slaHours), given-up (fewer than report.attempts attempts, no
answer, idle for leaks.idleDays), no-owner, inactive-owner, no-contact-role (converted, and no deal names it), quarantine.
It is as fresh as the last \`truce pull\` or sync: what was done since does not show.

Examples:
  truce leaks
  truce leaks --format csv --out leaks.csv
  truce leaks --json | jq '.leaks[] | select(.causes[].cause == "untouched") | .urls.sales'`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      const path = statePath(options, await environment(io), io);
      const none = existsSync(path) ? {} : { state: ':memory:' };
      const found = await withTruce(io, options, { sides: [], ...none, work: (truce) => truce.leaks() });
      const text = await render(found, options.json === true ? 'json' : options.format);
      if (options.out === undefined) io.document(text.trimEnd());
      else {
        const file = resolve(io.cwd, options.out);
        await writeWhole(file, text);
        io.say(`Wrote ${file}.`);
      }
      for (const { cause, why } of found.notMeasured) io.say(`! Not looked for: ${cause}. ${why}`);
      io.say(`${counted(found.leaks.length, 'lead')} being lost, as of ${iso(found.asOf)}.`);
    });
}

async function render(found: Leaks, format: Format): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ ...found, asOf: iso(found.asOf), leaks: found.leaks.map((leak) => ({ ...leak, promisedAt: iso(leak.promisedAt) })) })}\n`;
    case 'csv':
      return csv(found);
    case 'text':
      return found.leaks
        .flatMap(textOf)
        .map((line) => `${line}\n`)
        .join('');
  }
}

async function csv(found: Leaks): Promise<string> {
  const [{ stringify }, { harmless }] = await Promise.all([import('csv-stringify/sync'), import('../../report/csv.ts')]);
  const rows = found.leaks.flatMap((leak) =>
    leak.causes.map(({ cause, text, fix }) =>
      [iso(leak.promisedAt), cause, leak.name, leak.owner, text, fix, leak.urls.marketing, leak.urls.sales, leak.lead].map(harmless),
    ),
  );
  const head = ['promised_at', 'cause', 'name', 'owner', 'text', 'fix', 'marketing_url', 'sales_url', 'lead_id'];
  return stringify([head, ...rows], { record_delimiter: 'unix' });
}

function textOf({ promisedAt, name, lead, owner, causes, urls }: Leaks['leaks'][number]): readonly string[] {
  return [
    `${iso(promisedAt)?.slice(0, 10) ?? 'no promise'}  ${name ?? lead}${owner === null ? '' : `, owner ${owner}`}`,
    ...causes.map(({ cause, text, fix }) => `    ${cause}: ${text} -> ${fix}`),
    ...[urls.marketing, urls.sales].flatMap((url) => (url === undefined ? [] : [`    ${url}`])),
  ];
}

function iso(at: number): string;
function iso(at: number | null): string | null;
function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
