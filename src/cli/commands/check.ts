import { Command } from 'commander';
import type { Description, OwnFieldState, StreamVolume } from '../../crm.ts';
import { ConfigError } from '../../errors.ts';
import type { Mode, Side } from '../../model/words.ts';
import type { CheckResult } from '../../truce.ts';
import { environment, rawConfig, withTruce } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { checkLiveOptions, live, type LiveOptions } from '../live.ts';
import type { Session } from '../main.ts';
import { mapLines } from '../map-lines.ts';
import { withMode, withStores } from '../options.ts';
import { counted } from '../talk.ts';

const sides: readonly Side[] = ['marketing', 'sales'];

/** `truce check`: names everything that is missing in both CRMs, with the fix; writes nothing. */
export function checkCommand(session: Session): Command {
  return withMode(withStores(new Command('check')))
    .description(
      'Name every missing scope, permission, field, picklist value and history, and a native connector that owns a field, each with the fix. Writes nothing.',
    )
    .option(
      '--save-schema <file>',
      "write both CRMs' fields, picklists, record types and validation rules to a file; no personal data, no record",
    )
    .option('--estimate', 'also say how many calls and minutes a first pull takes on each side; counts only, nothing is pulled')
    .option(
      '--live',
      'instead: ask the accounts what documentation leaves open, and compare it with what Truce takes for granted; reads only',
    )
    .option('--consent <what>', 'with --live: "write" lets it also write, on one record of its own in each CRM that it removes again')
    .option('--share <file>', 'with --live: write what was found to a file that holds no id and no value')
    .option('--schema <file>', 'check the configuration against such a file instead of the CRMs: no credentials, nothing is contacted')
    .addHelpText(
      'after',
      `
Every value of the mapped picklists is taken to the other side and back; what does not come back is listed with what it will do.
What stands in the way of the mode is marked ✗ (exit code 4 for a permission, 3 for anything else); the rest is marked ·
and only makes less possible. With --json it prints one line:
{"mode","accounts":{"marketing","sales"},"problems":[{"side","code","blocks","message","fix"}],
"maps":[{"field","from","value","rung","there","back","verdict","effect"}],
"automation":{"marketing":[{"field","name","kind"}],"sales"},"ready","exit"}; the same with --schema. Automation is what of the
CRM's own uses a mapped field (flows, Apex triggers, validation rules, workflows); null: it could not be read. With
--estimate also "estimate":{"marketing":{"calls","minutes","shareOfDay","streams":[{"stream","records","calls"}]},"sales"}. adapters/sandbox/README.md describes the schema file.
With --live each line is ✓ as assumed, ✗ otherwise (exit code 1), or ? not settled here; with --json
{"live":{"marketing":[{"id","assumption","verdict","found","writes"}],"sales"},"left","exit"}.

Examples:
  truce check                 is it ready to read and report?
  truce check --mode sync     is it ready to keep the status the same?
  truce check --estimate      what will the first pull cost?
  truce check --live --share found.json      does this account behave as the documentation was read?
  truce check --save-schema schema.json      then, in a CI: truce check --schema schema.json --mode sync
                                             and: truce sandbox --schema schema.json`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      checkLiveOptions(options);
      if (options.live === true) return live(session, options);
      if (options.schema !== undefined) return offline(session, options, options.schema);
      await withTruce(io, options, {
        work: async (truce) => {
          const result = await truce.check({
            signal: io.signal,
            setup: options.saveSchema !== undefined,
            volumes: options.estimate === true,
          });
          report(session, options, { result, mode: truce.settings.mode });
          if (options.saveSchema === undefined) return;
          const { saveSchema } = await import('../schema.ts');
          io.say(`The schema of both CRMs is in ${await saveSchema(io, options.saveSchema, result)}.`);
        },
      });
    });
}

interface Options extends LiveOptions {
  readonly estimate?: boolean;
  readonly saveSchema?: string;
  readonly schema?: string;
}

/** Checks the configuration against a schema file: contacts nobody and opens no store. */
async function offline(session: Session, options: Options, file: string): Promise<void> {
  const { io } = session;
  if (options.estimate === true) {
    throw new ConfigError('OPTION_INVALID', '--estimate counts in the CRMs; a schema file has no records.', {
      hint: 'Leave --schema out.',
    });
  }
  if (options.saveSchema !== undefined) {
    throw new ConfigError('OPTION_INVALID', '--schema and --save-schema exclude each other.', {
      hint: 'Save first, then check against the file.',
    });
  }
  const [{ checkSchema, loadSchema }, { parseConfig }] = await Promise.all([import('../schema.ts'), import('../../../config/schema.ts')]);
  const settings = parseConfig(await rawConfig(options, await environment(io), io));
  report(session, options, { result: await checkSchema(await loadSchema(io, file), settings), mode: settings.mode });
}

/** Prints what was found, and sets the exit code. */
function report(session: Session, options: Options, { result, mode }: { readonly result: CheckResult; readonly mode: Mode }): void {
  const { io } = session;
  const blocking = result.problems.filter((problem) => problem.blocks.includes(mode));
  session.exit = exitOf(blocking);
  const { accounts, problems, maps } = result;
  const automation = Object.fromEntries(sides.map((side) => [side, result.descriptions[side].automation]));
  const estimate = options.estimate === true ? { estimate: Object.fromEntries(sides.map((side) => [side, estimateOf(result, side)])) } : {};
  if (options.json === true)
    return io.data(
      JSON.stringify({ mode, accounts, problems, maps, automation, ...estimate, ready: blocking.length === 0, exit: session.exit }),
    );
  for (const line of checkLines(result, (problem) => problem.blocks.includes(mode))) io.data(line);
  for (const line of mapLines(maps)) io.data(line);
  if (options.estimate === true) for (const side of sides) for (const line of estimateLines(side, estimateOf(result, side))) io.data(line);
  if (options.schema !== undefined) io.say('Permissions and other writers are not in a schema file: only a check of the CRMs tells them.');
  io.say(blocking.length === 0 ? `Ready for mode ${mode}.` : `Not ready for mode ${mode}: correct what is marked ✗.`);
}

type Problem = CheckResult['problems'][number];

function exitOf(blocking: readonly Problem[]): ExitCode {
  if (blocking.length === 0) return exitCodes.done;
  return blocking.some((problem) => problem.code === 'PERMISSION_MISSING') ? exitCodes.access : exitCodes.guard;
}

/** Accounts, problems with their fixes, and Truce's own fields that are not ready: by place, each with the fix once. */
function checkLines({ accounts, descriptions, problems }: CheckResult, blocks: (problem: Problem) => boolean): readonly string[] {
  const who = sides.map((side) => {
    const { name, id, sandbox, apiVersion, self } = accounts[side];
    return `${side}: ${name} (${id})${sandbox ? ', a sandbox' : ''}, API ${apiVersion}, as ${self.name}`;
  });
  const found = problems
    .filter((problem) => problem.code !== 'OWN_FIELD_MISSING')
    .flatMap((problem) => [
      `${blocks(problem) ? '✗' : '·'} ${problem.message} (${problem.code}${problem.blocks.length === 0 ? '' : `; stops ${problem.blocks.join(', ')}`})`,
      `    -> ${problem.fix}`,
    ]);
  const own = sides.flatMap((side) => ownFieldLines(side, descriptions[side].own));
  return [...who, ...found, ...own, ...sides.flatMap((side) => automationLines(side, descriptions[side]))];
}

/** What of the CRM's own uses the mapped fields, and what could not be looked at. */
function automationLines(side: Side, { automation, automationGaps = [] }: Description): readonly string[] {
  const byField = Map.groupBy(automation ?? [], (one) => one.field);
  const used = [...byField].map(
    ([field, list]) => `· ${side}: ${field} is used by ${list.map(({ kind, name }) => `${kind} "${name}"`).join(', ')} (AUTOMATION)`,
  );
  return [
    ...used,
    ...(used.length === 0
      ? []
      : ['    -> A write may start a flow or workflow, or be refused by a rule: try it with one person first (`truce sync --only`).']),
    ...(automationGaps.length === 0
      ? []
      : [`· ${side}: not checked for use of the mapped fields: ${automationGaps.join(', ')} (AUTOMATION)`]),
  ];
}

interface Estimate {
  readonly calls: number;
  /** Rounded up. */
  readonly minutes: number;
  /** Of the calls that are left today; null where the vendor does not say. */
  readonly shareOfDay: number | null;
  readonly streams: readonly Pick<StreamVolume, 'stream' | 'records' | 'calls'>[];
}

/** What a first pull of a side takes. */
function estimateOf({ descriptions, budgets }: CheckResult, side: Side): Estimate {
  const volumes = descriptions[side].volumes ?? [];
  const calls = volumes.reduce((sum, { calls: some }) => sum + some, 0);
  const minutes = Math.ceil(volumes.reduce((sum, { ms }) => sum + ms, 0) / 60_000);
  const left = budgets[side]?.remaining;
  const shareOfDay = left === undefined ? null : left === 0 ? 1 : calls / left;
  return { calls, minutes, shareOfDay, streams: volumes.map(({ stream, records, calls: some }) => ({ stream, records, calls: some })) };
}

function estimateLines(side: Side, { calls, minutes, shareOfDay, streams }: Estimate): readonly string[] {
  const share = shareOfDay === null ? '' : `, ${shareOfDay < 0.001 ? 'under 0.1' : (100 * shareOfDay).toFixed(1)} % of what is left today`;
  return [
    `First pull, ${side}: about ${counted(calls, 'call')}${share}, ${counted(minutes, 'minute')}; both sides are read at once.`,
    ...streams.map(
      ({ stream, records, calls: some }) =>
        `    ${stream}: ${records === null ? '' : `${counted(records, 'record')}, `}${counted(some, 'call')}`,
    ),
  ];
}

function ownFieldLines(side: Side, own: readonly OwnFieldState[]): readonly string[] {
  const open = own.filter((field) => field.state !== 'ready' && field.stem !== 'key' && field.stem !== 'cross_id');
  const groups = Map.groupBy(open, (field) => `${field.on} ${field.state} ${field.fix}`);
  return [...groups.values()].flatMap((fields) => {
    const [first] = fields;
    if (first === undefined) return [];
    const names = fields.map((field) => field.name).join(', ');
    return [
      `· ${side}: ${counted(fields.length, "of Truce's own fields", "of Truce's own fields")} on ${places[first.on]} ${fields.length === 1 ? 'is' : 'are'} ${first.state}; outcomes are not written there: ${names} (OWN_FIELD_MISSING)`,
      `    -> ${first.fix}`,
    ];
  });
}

const places: Readonly<Record<OwnFieldState['on'], string>> = { person: 'people', campaign: 'campaigns', member: 'campaign members' };
