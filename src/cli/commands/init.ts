import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { hubspotStatus, rungs, salesforceStatus, type StockStatusMap } from '../../../config/stock.ts';
import type { AccountInfo, Description } from '../../crm.ts';
import { ConfigError } from '../../errors.ts';
import type { Rung, Side } from '../../model/words.ts';
import type { Truce } from '../../truce.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { writeWhole } from '../files.ts';
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
    .addHelpText(
      'after',
      `
A value that is none of the vendor's stock values is named, never guessed: you decide its rung in the file. The mode it
writes is observe: nothing is written to a CRM before you say so.

Examples:
  truce init --name "Acme Ltd"
  truce init --json | jq .status`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      const path = resolve(io.cwd, options.config ?? 'truce.config.json');
      if (options.json !== true && options.force !== true && existsSync(path)) {
        throw new ConfigError('CONFIG_EXISTS', `${path} exists already.`, { hint: 'Edit it, or say --force to overwrite it.' });
      }
      // The defaults are enough to ask both CRMs; a file that is to be written anew is not read.
      await withTruce(io, {}, { config: {}, work: (truce) => write(session, truce, { path, options }) });
    });
}

async function write(
  { io }: Session,
  truce: Truce,
  { path, options }: { readonly path: string; readonly options: Options },
): Promise<void> {
  const { accounts, descriptions } = await truce.check({ signal: io.signal });
  const name = options.name ?? (options.json === true ? null : await io.ask("The company's name, for the report: ")) ?? '';
  const { config, open } = configFrom({ accounts, descriptions, name });
  for (const line of open) io.say(`? ${line}`);
  if (options.json === true) return io.data(JSON.stringify(config));
  await writeWhole(path, `${JSON.stringify(config, null, 2)}\n`);
  io.data(path);
  io.say(
    `Written. ${open.length === 0 ? 'Every status value of both CRMs has its rung.' : 'Decide what is named above in the file; such records stay in quarantine until then.'} Next: truce check, truce pull, truce plan.`,
  );
}

interface Known {
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  readonly descriptions: Readonly<Record<Side, Description>>;
  readonly name: string;
}

/** The configuration, and what somebody has to decide: values that no stock map knows are never guessed. */
export function configFrom({ accounts, descriptions, name }: Known): { readonly config: object; readonly open: readonly string[] } {
  const marketing = statusFrom('marketing', descriptions.marketing, hubspotStatus);
  const sales = statusFrom('sales', descriptions.sales, salesforceStatus);
  return {
    config: {
      $schema: `./node_modules/${packageName}/config/truce.schema.json`,
      mode: 'observe',
      accounts: { marketing: accounts.marketing.id, sales: accounts.sales.id },
      company: {
        name: name === '' ? accounts.sales.name : name,
        timeZone: timeZoneOf(accounts),
        currency: accounts.sales.currency ?? accounts.marketing.currency ?? 'USD',
      },
      status: { marketing: marketing.map, sales: sales.map },
    },
    open: [...marketing.open, ...sales.open],
  };
}

/** GMT is what an organisation says that nobody has set up. */
function timeZoneOf({ marketing, sales }: Known['accounts']): string {
  return [marketing.timeZone, sales.timeZone].find((zone) => zone !== null && zone !== 'GMT') ?? 'UTC';
}

interface StatusFound {
  /** Undefined where the field can't be seen: the stock map holds then. */
  readonly map: object | undefined;
  readonly open: readonly string[];
}

function statusFrom(side: Side, description: Description, stock: StockStatusMap): StatusFound {
  const fields = description.objects.filter((object) => object.kind === 'person').flatMap((object) => object.fields);
  const options = fields.filter((field) => field.name === stock.field).flatMap((field) => field.options);
  if (options.length === 0) {
    const why = `these credentials see no values of ${stock.field}. Grant access to the field, or name another one in status.${side}.field with its reads.`;
    return { map: undefined, open: [`status.${side}: ${why}`] };
  }
  const there = new Set(options.filter((option) => option.active).map((option) => option.value));
  const known = options.filter((option) => Object.hasOwn(stock.reads, option.value));
  const unknown = [...there].filter((value) => !Object.hasOwn(stock.reads, value));
  return {
    map: {
      field: stock.field,
      reads: Object.fromEntries(known.map((option) => [option.value, stock.reads[option.value] as Rung])),
      writes: Object.fromEntries(Object.entries(stock.writes).map(([rung, value]) => [rung, there.has(value) ? value : 'hold'])),
    },
    open: unknown.map((value) => `status.${side}.reads: which rung is "${value}"? One of ${rungs.join(', ')}.`),
  };
}
