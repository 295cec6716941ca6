import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { outcomesCommand } from './commands/outcomes.ts';
import { planCommand } from './commands/plan.ts';
import { provisionCommand } from './commands/provision.ts';
import { pullCommand } from './commands/pull.ts';
import { reportCommand } from './commands/report.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { statusCommand } from './commands/status.ts';
import { syncCommand } from './commands/sync.ts';
import { errorAsJson, exitCodeOf, exitCodes, explainError, type ExitCode } from './exit.ts';
import { processIo, type Io } from './io.ts';

/** A command tells its exit code here. */
export interface Session {
  readonly io: Io;
  exit: ExitCode;
}

/**
 * Runs the command line; never exits the process by itself.
 * @returns the exit code, as listed in the README.
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  const session: Session = { io, exit: exitCodes.done };
  const program = buildProgram(session);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return session.exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (argv.includes('--json')) io.data(JSON.stringify(errorAsJson(error)));
    for (const line of explainError(error)) io.say(line);
    return exitCodeOf(error);
  }
}

/** The command tree, for `main` and for the test that compares it with the README. */
export function buildProgram(session: Session): Command {
  const program = new Command('truce')
    .description(
      'Makes peace between marketing and sales: one lead status in HubSpot and Salesforce, outcomes on the campaign, and the numbers both argue about.',
    )
    .addHelpText('after', firstSteps)
    .exitOverride()
    .configureOutput({ writeOut: (text) => session.io.data(text.trimEnd()), writeErr: (text) => session.io.say(text.trimEnd()) })
    .showHelpAfterError('Run `truce --help`, or `truce COMMAND --help`.');
  for (const add of [
    initCommand,
    checkCommand,
    provisionCommand,
    pullCommand,
    planCommand,
    applyCommand,
    syncCommand,
    outcomesCommand,
    reportCommand,
    statusCommand,
    importCommand,
    sandboxCommand,
    demoCommand,
  ]) {
    const command = add(session);
    command.exitOverride().configureOutput(program.configureOutput());
    program.addCommand(command);
  }
  return program;
}

const firstSteps = `
First steps:
  truce demo                   a made-up company, from two CRMs to a report, in a minute
  truce init                   write truce.config.json from what both CRMs say
  truce check                  name what is missing, with the fix
  truce pull                   read both CRMs; writes to neither
  truce report --out report.html
  truce plan                   what a sync would change, and why; writes nothing
  truce sync                   do it: 25 people first, then it stops and asks

Credentials come from the environment or a .env file: HUBSPOT_ACCESS_TOKEN, SALESFORCE_INSTANCE_URL, and
SALESFORCE_ACCESS_TOKEN or SALESFORCE_CLIENT_ID with SALESFORCE_CLIENT_SECRET.
Exit codes: 0 done, 1 needs attention, 2 usage or configuration, 3 a guard stopped it, 4 access, 5 try later, 6 state.`;
