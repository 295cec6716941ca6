import { Command } from 'commander';
import type { SyncResult } from '../../sync/sync-run.ts';
import type { Truce } from '../../truce.ts';
import type { Notice } from '../../worker/notices/notice.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Session } from '../main.ts';
import { allowances, withAllowances, withScope, withStores, type AllowanceOptions } from '../options.ts';
import { withNotices } from '../notify.ts';
import { syncLines, withProgress } from '../talk.ts';

interface Options extends CommonOptions, AllowanceOptions {
  readonly only?: string;
  readonly limit?: number;
  readonly yes?: boolean;
  readonly strict?: boolean;
}

/** `truce sync`: one whole run, as far as the mode allows. */
export function syncCommand(session: Session): Command {
  return withAllowances(withScope(withStores(new Command('sync'))))
    .description(
      'One run as far as the mode allows: read both CRMs, plan, write, outcomes. The first live run writes 25 people, reads them back, and stops.',
    )
    .option('--yes', 'ask nothing, and let the first live run go on after its 25 people')
    .option('--strict', 'exit code 1 when anything is in quarantine or was refused')
    .addHelpText(
      'after',
      `
What it may write is the mode: observe nothing, outcomes Truce's own fields, sync also the status and the mapped fields.
With --json the last line of stdout is one JSON object; quarantined records are counted, not an error.

Examples:
  truce sync                                       reads only, until "mode" in truce.config.json says more
  truce sync --mode sync --only jane@example.com   one person
  truce sync --mode sync --limit 100               at most 100 people
  truce sync --json --yes                          for a scheduler; examples/scheduled.md`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      const work = async (truce: Truce): Promise<readonly Notice[]> => {
        let result = await run(session, truce, options);
        if (result.canary !== null && (await goOn(session, result))) result = await run(session, truce, { ...options, yes: true });
        session.exit = exitOf(result, { strict: options.strict === true, alertAbove: truce.settings.quarantine.alertAbove });
        const notices = await noticesOf(result);
        if (options.json === true) {
          io.data(JSON.stringify(jsonLine(result, session.exit)));
          return notices;
        }
        for (const line of syncLines(result)) io.data(line);
        if (result.restored !== null) io.say(`${restoredStop.message} ${restoredStop.hint}`);
        if (result.mode === 'observe')
          io.say(
            'Nothing was written: the mode is observe. `truce plan` shows what sync would do; set "mode" in truce.config.json, or --mode sync.',
          );
        return notices;
      };
      await withNotices(io, options, { command: 'sync', pings: true, work: () => withTruce(io, options, { work }) });
    });
}

const restoredStop = {
  code: 'STATE_RESTORED',
  message: 'The state is a restored one, or a new one where another has been: both sides were compared, nothing was written.',
  hint: 'Look at `truce plan`, then: truce state confirm --yes',
};

async function noticesOf({ fights, outcomes, restored }: SyncResult): Promise<readonly Notice[]> {
  const { noticeOfFights, noticeOfStop } = await import('../../worker/notices/notice.ts');
  const stopped = restored === null ? (outcomes?.stopped ?? null) : restoredStop;
  return [noticeOfFights(fights), stopped === null ? null : noticeOfStop(stopped)].filter((notice) => notice !== null);
}

async function run(session: Session, truce: Truce, options: Options): Promise<SyncResult> {
  return await withProgress(session.io, truce, () =>
    truce.sync({
      signal: session.io.signal,
      yes: options.yes === true,
      allow: allowances(options),
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(options.limit === undefined ? {} : { limit: options.limit }),
    }),
  );
}

/** Asks whether to go on after the canary; without a terminal it stops there. */
async function goOn({ io }: Session, result: SyncResult): Promise<boolean> {
  const { people = 0, wrong = 0 } = result.canary ?? {};
  io.say(
    `The first live run wrote ${people} people and read them back: ${wrong === 0 ? 'every value stands as planned' : `${wrong} records are not as planned`}.`,
  );
  if (wrong > 0) return false;
  const answer = await io.ask('Go on with everybody? [y/N] ');
  if (answer !== null && /^y(es)?$/i.test(answer)) return true;
  io.say('Stopped there. Look at them in both CRMs; `truce sync` goes on with the rest, `--yes` without asking.');
  return false;
}

function exitOf(result: SyncResult, { strict, alertAbove }: { readonly strict: boolean; readonly alertAbove: number }): ExitCode {
  if (result.restored !== null || result.outcomes?.stopped?.code === 'COVERAGE_INCOMPLETE') return exitCodes.guard;
  const wrong = (result.canary?.wrong ?? 0) > 0 || result.quarantined > alertAbove;
  return wrong || (strict && result.quarantined + result.rejected > 0) ? exitCodes.attention : exitCodes.done;
}

/** The line that schedulers and tests read; its shape is fixed. */
function jsonLine(result: SyncResult, exit: ExitCode): object {
  const { create, update, conflict, unchanged } = result.plan;
  return {
    run: result.run,
    mode: result.mode,
    plan: { create, update, conflict, unchanged },
    applied: result.applied,
    rejected: result.rejected,
    raced: result.raced,
    quarantined: result.quarantined,
    campaigns: result.campaigns,
    calls: { hubspot: result.calls.marketing, salesforce: result.calls.sales },
    durationMs: result.durationMs,
    exit,
    held: result.plan.held,
    skipped: result.skipped,
    waiting: result.waiting,
    canary: result.canary,
    restored: result.restored,
    outcomes: result.outcomes,
    warehouse: result.warehouse,
    problems: result.problems,
  };
}
