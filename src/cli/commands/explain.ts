import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Explanation } from '../../sync/explain.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { writeWhole } from '../files.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';

interface Options extends CommonOptions {
  readonly format: 'text' | 'html' | 'json';
  readonly out?: string;
}

/** `truce explain WHO`: one person's whole story across both CRMs. */
export function explainCommand(session: Session): Command {
  return withStores(new Command('explain'))
    .description(
      "Tell one person's whole story across both CRMs in order: every change and who made it, touches, campaigns, deals, and what Truce decided and why. Contacts nobody.",
    )
    .argument('<who>', 'an e-mail address, a record id of either CRM, or a key')
    .addOption(new Option('--format <format>', 'how to write it').choices(['text', 'html', 'json']).default('text'))
    .option('--out <file>', 'write it to a file instead of stdout')
    .addHelpText(
      'after',
      `
Reads what was pulled; needs no credentials. Without a warehouse it tells what Truce itself did.

Examples:
  truce explain jane@example.com
  truce explain 00Q5g00000123 --format html --out jane.html
  truce explain jane@example.com --json | jq '.story[] | select(.where == "truce")'`,
    )
    .action(async (who: string, options: Options) => {
      const { io } = session;
      const path = statePath(options, await environment(io), io);
      // Looking must not make a state where none is.
      const none = existsSync(path) ? {} : { state: ':memory:' };
      await withTruce(io, options, {
        sides: [],
        ...none,
        work: async (truce) => {
          const told = await truce.explain(who);
          const format = options.json === true ? 'json' : options.format;
          const text = format === 'json' ? jsonOf(told) : format === 'html' ? await htmlOf(told, who) : textOf(told, who).join('\n');
          if (options.out === undefined) return format === 'html' ? io.document(text) : io.data(text);
          const file = resolve(io.cwd, options.out);
          await writeWhole(file, `${text}\n`);
          io.say(`Wrote ${file}.`);
        },
      });
    });
}

function jsonOf(told: Explanation): string {
  return JSON.stringify({ ...told, records: told.records.map((record) => ({ ...record, fields: Object.fromEntries(record.fields) })) });
}

async function htmlOf(told: Explanation, who: string): Promise<string> {
  const { renderStory } = await import('../../report/story.ts');
  return renderStory(told, who);
}

function textOf(told: Explanation, who: string): readonly string[] {
  const { records, bases, quarantine, frozen, origins, story } = told;
  const now = [told.campaign === null ? null : `campaign "${told.campaign}"`, told.owner === null ? null : `owner ${told.owner}`];
  return [
    [told.name ?? who, ...now.filter((part) => part !== null)].join(', '),
    ...records.map((record) => `  ${record.side} ${record.object} ${record.id}${record.url === null ? '' : `  ${record.url}`}`),
    ...bases.map(
      (base) =>
        `  agreed on ${base.field} at ${iso(base.at)}: ${base.rung ?? `${String(base.marketing)} / ${String(base.sales)}`}${base.held === null ? '' : `, not written to ${base.held}`}`,
    ),
    ...quarantine.map((entry) => `  held back: ${entry.cause} -> ${entry.fix}`),
    ...(frozen.length === 0 ? [] : [`  held by an undo: ${frozen.join(', ')}`]),
    '',
    ...story.flatMap((line) => [
      `${line.dayOnly ? iso(line.at).slice(0, 10).padEnd(24) : iso(line.at)}  ${line.where.padEnd(9)}  ${line.text}`,
      ...(line.why === null ? [] : [`${' '.repeat(37)}why: ${line.why}`]),
    ]),
    ...(story.length === 0 ? ['Nothing was recorded.'] : []),
    ...origins.flatMap((origin) => [
      '',
      `The deal ${origin.dealId} came from ${origin.campaign === null ? 'no campaign that can be named' : `the campaign "${origin.campaign}"`}${origin.rule === null ? '' : ` (${origin.rule})`}.`,
      ...origin.chain.map((step) => `  ${step}`),
      ...(origin.differs === null ? [] : [`  ${origin.differs}`]),
    ]),
  ];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
