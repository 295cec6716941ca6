import { Command } from 'commander';
import type { OwnFieldState } from '../../crm.ts';
import type { Side } from '../../model/words.ts';
import type { CheckResult } from '../../truce.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Session } from '../main.ts';
import { withMode, withStores } from '../options.ts';
import { counted } from '../talk.ts';

const sides: readonly Side[] = ['marketing', 'sales'];

/** `truce check`: names everything that is missing in both CRMs, with the fix; writes nothing. */
export function checkCommand(session: Session): Command {
  return withMode(withStores(new Command('check')))
    .description(
      'Name every missing scope, permission, field, picklist value and history, and a native connector that owns a field, each with the fix. Writes nothing.',
    )
    .addHelpText(
      'after',
      `
What stands in the way of the mode is marked ✗ (exit code 4 for a permission, 3 for anything else); the rest is marked ·
and only makes less possible.

Examples:
  truce check                 is it ready to read and report?
  truce check --mode sync     is it ready to keep the status the same?`,
    )
    .action(async (options: CommonOptions) => {
      const { io } = session;
      await withTruce(io, options, {
        work: async (truce) => {
          const result = await truce.check({ signal: io.signal });
          const { mode } = truce.settings;
          const blocking = result.problems.filter((problem) => problem.blocks.includes(mode));
          session.exit = exitOf(blocking);
          const { accounts, problems } = result;
          if (options.json === true)
            return io.data(JSON.stringify({ mode, accounts, problems, ready: blocking.length === 0, exit: session.exit }));
          for (const line of checkLines(result, (problem) => problem.blocks.includes(mode))) io.data(line);
          io.say(blocking.length === 0 ? `Ready for mode ${mode}.` : `Not ready for mode ${mode}: correct what is marked ✗.`);
        },
      });
    });
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
  return [...who, ...found, ...sides.flatMap((side) => ownFieldLines(side, descriptions[side].own))];
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
