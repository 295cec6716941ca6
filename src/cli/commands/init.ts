import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { hubspotStatus, salesforceStatus, type StockStatusMap } from '../../../config/stock.ts';
import type { AccountInfo, Description } from '../../crm.ts';
import { ConfigError } from '../../errors.ts';
import type { Rung, Side } from '../../model/words.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import type { Session } from '../main.ts';
import { packageName } from '../version.ts';

interface Options extends CommonOptions {
  readonly force?: boolean;
  readonly name?: string;
}

/** `truce init`: writes a configuration from what both CRMs say of themselves. */
export function initCommand(session: Session): Command {
  return new Command('init')
    .description(
      'Write truce.config.json from what both CRMs say: accounts, time zone, currency, and every status value with its rung. Writes to no CRM.',
    )
    .option('--config <file>', 'the file to write (default: truce.config.json)')
    .option('--name <company>', "the company's name, for the report's title")
    .option('--force', 'overwrite an existing file')
    .option('--json', 'print the configuration instead of writing a file')
    .action(async (options: Options) => {
      const { io } = session;
      const path = resolve(io.cwd, options.config ?? 'truce.config.json');
      if (options.json !== true && options.force !== true && existsSync(path)) {
        throw new ConfigError('CONFIG_EXISTS', `${path} exists already.`, { hint: 'Edit it, or say --force to overwrite it.' });
      }
      // The defaults are enough to ask both CRMs; a file that is to be written anew is not read.
      await withTruce(
        io,
        {},
        async (truce) => {
          const { accounts, descriptions } = await truce.check({ signal: io.signal });
          const name = options.name ?? (await io.ask("The company's name, for the report: ")) ?? '';
          const { config, open } = configFrom({ accounts, descriptions, name });
          const text = `${JSON.stringify(config, null, 2)}\n`;
          if (options.json === true) return io.data(JSON.stringify(config));
          await writeFile(path, text);
          io.data(path);
          for (const line of open) io.say(`? ${line}`);
          io.say(
            `Written. ${open.length === 0 ? 'Every status value of both CRMs has its rung.' : 'Decide the values above in the file; their records stay in quarantine until then.'} Next: truce check, truce plan.`,
          );
        },
        { config: {} },
      );
    });
}

interface Known {
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  readonly descriptions: Readonly<Record<Side, Description>>;
  readonly name: string;
}

/** The configuration, and what somebody has to decide: values that no stock map knows are never guessed. */
export function configFrom({ accounts, descriptions, name }: Known): { readonly config: object; readonly open: readonly string[] } {
  const marketing = statusFrom(descriptions.marketing, hubspotStatus);
  const sales = statusFrom(descriptions.sales, salesforceStatus);
  const unknown = (side: string, values: readonly string[]): readonly string[] =>
    values.map(
      (value) =>
        `status.${side}.reads: which rung is "${value}"? One of new, engaged, mql, handed, working, accepted, sql, opportunity, customer, rejected, recycled.`,
    );
  return {
    config: {
      $schema: `./node_modules/${packageName}/config/truce.schema.json`,
      mode: 'observe',
      accounts: { marketing: accounts.marketing.id, sales: accounts.sales.id },
      company: {
        name: name === '' ? accounts.sales.name : name,
        timeZone: accounts.marketing.timeZone ?? accounts.sales.timeZone ?? 'UTC',
        currency: accounts.sales.currency ?? accounts.marketing.currency ?? 'USD',
      },
      status: { marketing: marketing.map, sales: sales.map },
    },
    open: [...unknown('marketing', marketing.unknown), ...unknown('sales', sales.unknown)],
  };
}

function statusFrom(description: Description, stock: StockStatusMap): { readonly map: object; readonly unknown: readonly string[] } {
  const fields = description.objects.filter((object) => object.kind === 'person').flatMap((object) => object.fields);
  const options = fields.find((field) => field.name === stock.field)?.options ?? [];
  const known = options.filter((option) => Object.hasOwn(stock.reads, option.value));
  const there = new Set(known.map((option) => option.value));
  return {
    map: {
      field: stock.field,
      reads: Object.fromEntries(known.map((option) => [option.value, stock.reads[option.value] as Rung])),
      writes: Object.fromEntries(Object.entries(stock.writes).map(([rung, value]) => [rung, there.has(value) ? value : 'hold'])),
    },
    unknown: options.filter((option) => option.active && !there.has(option.value)).map((option) => option.value),
  };
}
