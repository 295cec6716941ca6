import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { auditCommand } from './commands/audit.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { explainCommand } from './commands/explain.ts';
import { forgetCommand } from './commands/forget.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { linkCommand } from './commands/link.ts';
import { leaksCommand } from './commands/leaks.ts';
import { outcomesCommand } from './commands/outcomes.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { planCommand } from './commands/plan.ts';
import { provisionCommand } from './commands/provision.ts';
import { pullCommand } from './commands/pull.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { releaseCommand } from './commands/release.ts';
import { reportCommand } from './commands/report.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { stateCommand } from './commands/state.ts';
import { statusCommand } from './commands/status.ts';
import { syncCommand } from './commands/sync.ts';
import { undoCommand } from './commands/undo.ts';
import { CrmError, TruceError } from '../errors.ts';
import { errorAsJson, exitCodeOf, exitCodes, explainError, type ExitCode } from './exit.ts';
import { processIo, type Io } from './io.ts';
import { packageVersion } from './version.ts';

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
  const said: string[] = [];
  const program = buildProgram(session, said);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return session.exit;
  } catch (error) {
    return error instanceof CommanderError ? endUsage(error, { io, argv, said }) : endError(error, { io, argv });
  }
}

/** The command tree, for `main` and for the test that compares it with the README. Usage errors go to `said` too. */
export function buildProgram(session: Session, said: string[] = []): Command {
  const { io } = session;
  const program = new Command('truce')
    .description(
      'Makes peace between marketing and sales: one lead status in HubSpot and Salesforce, outcomes on the campaign, and the numbers both argue about.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help; `truce COMMAND --help` shows every option of a command, with examples')
    .helpCommand(false)
    .addHelpText('after', firstSteps)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.data(text.trimEnd()),
      writeErr: (text) => {
        said.push(text.trimEnd());
        io.say(text.trimEnd());
      },
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
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
    leaksCommand,
    explainCommand,
    undoCommand,
    releaseCommand,
    pauseCommand,
    resumeCommand,
    stateCommand,
    statusCommand,
    quarantineCommand,
    auditCommand,
    linkCommand,
    forgetCommand,
    importCommand,
    sandboxCommand,
    demoCommand,
  ]) {
    const command = add(session).copyInheritedSettings(program).helpOption('-h, --help', 'print this help');
    program.addCommand(command);
  }
  return program;
}

interface Ending {
  readonly io: Io;
  readonly argv: readonly string[];
}

/** Help and version are no errors; what is has been said by the parser already, and is data for who asked for data. */
function endUsage(error: CommanderError, { io, argv, said }: Ending & { readonly said: readonly string[] }): ExitCode {
  if (error.exitCode === 0) return exitCodes.done;
  if (argv.includes('--json')) {
    const [message = 'No command was given.'] = error.code === 'commander.help' ? [] : said;
    const hint = 'Run `truce --help`, or `truce COMMAND --help`.';
    io.data(JSON.stringify({ error: { code: 'USAGE', message: message.replace(/^error: /, ''), hint }, exit: exitCodes.usage }));
  }
  return exitCodes.usage;
}

function endError(thrown: unknown, { io, argv }: Ending): ExitCode {
  // Whatever an interrupted piece of work threw: it was the signal that ended it.
  const error: unknown = io.signal.aborted && !(thrown instanceof TruceError && !isAbort(thrown)) ? io.signal.reason : thrown;
  if (argv.includes('--json')) io.data(JSON.stringify(errorAsJson(error)));
  for (const line of explainError(error)) io.say(line);
  return exitCodeOf(error);
}

function isAbort(error: TruceError): boolean {
  return error instanceof CrmError && error.failure === 'aborted';
}

const firstSteps = `
First steps:
  truce demo                   a made-up company, from two CRMs to a report, in a minute
  truce init                   write truce.config.json from what both CRMs say
  truce check                  name what is missing, with the fix
  truce pull                   read both CRMs; writes to neither
  truce report --out report.html
  truce plan                   what a sync would change, and why; writes nothing
  truce sync --mode sync       do it: 25 people first, then it stops and asks

Credentials come from the environment or a .env file: HUBSPOT_ACCESS_TOKEN, SALESFORCE_INSTANCE_URL, and
SALESFORCE_ACCESS_TOKEN or SALESFORCE_CLIENT_ID with SALESFORCE_CLIENT_SECRET.
Data goes to stdout, talk to stderr; --json on every command. Status values, guards and teams: truce.config.json.
Exit codes: 0 done, 1 needs attention, 2 usage or configuration, 3 a guard stopped it, 4 access, 5 try later, 6 state.`;
