import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { SandboxOptions } from '../../../adapters/sandbox/index.ts';
import { ConfigError } from '../../errors.ts';
import type { Io } from '../io.ts';
import type { Session } from '../main.ts';
import { loadSchema } from '../schema.ts';
import { wholeNumber } from '../options.ts';

interface Options {
  readonly json?: boolean;
  readonly people: number;
  readonly seed: number;
  readonly portHubspot: number;
  readonly portSalesforce: number;
  readonly limits: 'published' | 'none';
  readonly lagMs: number;
  readonly clock: 'real' | 'virtual';
  readonly startAt?: string;
  readonly faults?: string;
  readonly faultsSeed?: number;
  readonly faultsShare?: number;
  readonly hubspotTier: NonNullable<SandboxOptions['hubspotTier']>;
  readonly salesforceEdition: NonNullable<SandboxOptions['salesforceEdition']>;
  readonly empty?: boolean;
  readonly unprovisioned?: boolean;
  readonly nativeConnector?: true | string;
  readonly schema?: string;
}

/** From so many people on, memory counts more than the last second. */
const MANY = 50_000;

/**
 * Tells V8 not to let its nursery grow, and lets the sandbox collect what making people leaves behind: a third less
 * memory. This process does nothing else, so that nobody is disturbed.
 */
function saveMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--expose-gc');
  globalThis.gc ??= runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
}

/** `truce sandbox`: serves an imitation HubSpot and Salesforce until it is told to stop. */
export function sandboxCommand(session: Session): Command {
  return new Command('sandbox')
    .description(
      'Serve an imitation HubSpot and Salesforce of one made-up company on this machine, for trying and testing. No credentials of anyone.',
    )
    .option('--json', 'print the addresses and tokens as one line of JSON when ready')
    .option('--people <n>', 'people in the company', wholeNumber, 500)
    .option('--seed <n>', 'the same seed gives the same company', wholeNumber, 1)
    .option('--port-hubspot <port>', 'port of the HubSpot imitation; 0: any free one', wholeNumber, 0)
    .option('--port-salesforce <port>', 'port of the Salesforce imitation; 0: any free one', wholeNumber, 0)
    .addOption(
      new Option('--limits <which>', 'enforce the rate limits that the vendors publish, or none')
        .choices(['published', 'none'])
        .default('published'),
    )
    .addOption(
      new Option(
        '--hubspot-tier <tier>',
        'whose rate limits HubSpot keeps: 100 calls in ten seconds (free, starter) or 190 (pro, enterprise)',
      )
        .choices(['free', 'starter', 'pro', 'enterprise'])
        .default('enterprise'),
    )
    .addOption(
      new Option(
        '--salesforce-edition <edition>',
        'whose daily allowance Salesforce keeps: 15,000 calls (developer) or 100,000 and 1,000 (unlimited: 5,000) a licence',
      )
        .choices(['professional', 'enterprise', 'unlimited', 'developer'])
        .default('enterprise'),
    )
    .option('--lag-ms <n>', "how long HubSpot's search index lags, in milliseconds", wholeNumber, 5000)
    .addOption(
      new Option('--clock <which>', 'a virtual clock moves only through the control endpoint').choices(['real', 'virtual']).default('real'),
    )
    .option('--start-at <iso>', 'the instant at which a virtual clock starts')
    .option('--faults <file>', 'a JSON file of faults to inject (adapters/sandbox/README.md)')
    .option('--faults-seed <n>', 'a random mix of faults over the calls of the integration; the same seed gives the same one', wholeNumber)
    .option('--faults-share <share>', 'of these calls, how many meet a fault, 0 to 1 (default: 0.1; needs --faults-seed)', shareOf)
    .option('--empty', 'no people at all')
    .option('--unprovisioned', "without Truce's own fields")
    .option(
      '--native-connector [file]',
      "with HubSpot's own Salesforce integration as a third writer; a JSON file sets it up (adapters/sandbox/README.md)",
    )
    .option('--schema <file>', "imitate a real account's fields, picklists and rules, as `truce check --save-schema` wrote them")
    .addHelpText(
      'after',
      `
Serves until Ctrl-C or SIGTERM and keeps nothing. adapters/sandbox/README.md: clock, faults and call counts over HTTP.

Examples:
  truce sandbox > .env             then, in another terminal: truce check
  truce sandbox --json --people 2000 --clock virtual --limits none
  truce sandbox --faults-seed 7    a tenth of the calls meet a limit, a reset, a cut answer, a lock, ...
  truce sandbox --hubspot-tier starter --salesforce-edition developer`,
    )
    .action(async (options: Options) => {
      const { sandbox, startLine } = await import('../../../adapters/sandbox/index.ts');
      if (options.people >= MANY) saveMemory();
      await using box = await sandbox(await toSandboxOptions(options, session.io));
      if (options.json === true) session.io.data(JSON.stringify(startLine(box)));
      else {
        const line = startLine(box);
        session.io.data(`HUBSPOT_BASE_URL=${line.hubspot.url}`);
        session.io.data(`HUBSPOT_ACCESS_TOKEN=${line.hubspot.token}`);
        session.io.data(`SALESFORCE_INSTANCE_URL=${line.salesforce.url}`);
        session.io.data(`SALESFORCE_ACCESS_TOKEN=${line.salesforce.accessToken}`);
        session.io.say(
          `Both CRMs are up; control endpoint ${line.control.url}. Put the lines above into .env, then try \`truce check\` elsewhere. Ctrl-C stops.`,
        );
      }
      await new Promise<void>((stop) => {
        if (session.io.signal.aborted) stop();
        session.io.signal.addEventListener('abort', () => stop(), { once: true });
      });
    });
}

async function toSandboxOptions(options: Options, io: Io): Promise<SandboxOptions> {
  const { cwd } = io;
  return {
    people: options.people,
    seed: options.seed,
    portHubspot: options.portHubspot,
    portSalesforce: options.portSalesforce,
    limits: options.limits,
    lagMs: options.lagMs,
    clock: options.clock,
    hubspotTier: options.hubspotTier,
    salesforceEdition: options.salesforceEdition,
    ...chaosOf(options),
    empty: options.empty === true,
    provisioned: options.unprovisioned !== true,
    ...(options.schema === undefined ? {} : { schema: await loadSchema(io, options.schema) }),
    ...(options.startAt === undefined ? {} : { startAt: instant(options.startAt) }),
    ...(options.faults === undefined
      ? {}
      : { faults: (await jsonFrom(cwd, '--faults', options.faults)) as NonNullable<SandboxOptions['faults']> }),
    ...(options.nativeConnector === undefined ? {} : { nativeConnector: await connectorFrom(cwd, options.nativeConnector) }),
  };
}

function shareOf(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return share;
}

/** @throws {ConfigError} `OPTION_INVALID` for a share without a seed */
function chaosOf({ faultsSeed, faultsShare }: Options): Pick<SandboxOptions, 'chaos'> {
  if (faultsSeed !== undefined) return { chaos: { seed: faultsSeed, ...(faultsShare === undefined ? {} : { share: faultsShare }) } };
  if (faultsShare === undefined) return {};
  throw new ConfigError('OPTION_INVALID', '--faults-share says how many faults, but nothing draws them.', { hint: 'Add --faults-seed 1.' });
}

function instant(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new ConfigError('OPTION_INVALID', `--start-at ${text} is not an instant.`, { hint: 'Write it like 2026-03-01T09:00:00Z.' });
  return at;
}

async function connectorFrom(cwd: string, given: true | string): Promise<NonNullable<SandboxOptions['nativeConnector']>> {
  return given === true ? true : ((await jsonFrom(cwd, '--native-connector', given)) as NonNullable<SandboxOptions['nativeConnector']>);
}

/** A JSON file that an option names. @throws {ConfigError} `OPTION_INVALID` when it can't be read */
async function jsonFrom(cwd: string, option: string, name: string): Promise<unknown> {
  const file = resolve(cwd, name);
  const { readFile } = await import('node:fs/promises');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ConfigError('OPTION_INVALID', `${option} ${file} can't be read: ${(error as Error).message}`, {
      hint: 'Name a JSON file as adapters/sandbox/README.md describes it.',
      cause: error,
    });
  }
}
