import { existsSync } from 'node:fs';
import { Command } from 'commander';
import type { StatusResult, Truce } from '../../truce.ts';
import type { Notice } from '../../worker/notices/notice.ts';
import { environment, statePath, withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import type { Session } from '../main.ts';
import { withNotices } from '../notify.ts';
import { duration, withStores } from '../options.ts';
import { counted } from '../talk.ts';

interface Options extends CommonOptions {
  readonly failIfOlder?: number;
  readonly notify?: boolean;
}

/** Runs and quarantined records shown without --json. */
const runsShown = 5;
const entriesShown = 20;

/** `truce status`: when it last ran, what is held back; contacts nobody. */
export function statusCommand(session: Session): Command {
  return withStores(new Command('status'))
    .description('Say when Truce last ran, how it went, and what is held back in quarantine, each with the fix. Contacts nobody.')
    .option('--notify', 'with --fail-if-older: send it to TRUCE_NOTICE_URL too, once and not each time')
    .option('--fail-if-older <duration>', 'exit code 1 when the last good run ended longer ago than this: 30s, 30m, 2h, 1d', duration)
    .addHelpText(
      'after',
      `
Needs no credentials and makes no file.

Examples:
  truce status
  truce status --fail-if-older 30m || alert "Truce stands still"
  truce status --fail-if-older 30m --notify           from a second scheduler, with TRUCE_NOTICE_URL set
  truce status --json | jq '.quarantine[].fix'`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      const state = statePath(options, await environment(io), io);
      // Looking must not make a state where none is.
      const none = existsSync(state) ? {} : { state: ':memory:' };
      const looking = {
        sides: [],
        ...none,
        work: async (truce: Truce): Promise<readonly Notice[]> => {
          const status = await truce.status();
          const { failIfOlder } = options;
          const tooOld = failIfOlder !== undefined && (status.lastDoneAt === null || Date.now() - status.lastDoneAt > failIfOlder);
          if (tooOld) session.exit = exitCodes.attention;
          if (options.json === true) io.data(JSON.stringify({ ...status, lastDoneAt: iso(status.lastDoneAt), exit: session.exit }));
          else for (const line of await statusLines(status)) io.data(line);
          if (tooOld && options.json !== true) io.say('The last good run is older than allowed.');
          return tooOld ? [(await import('../../worker/notices/notice.ts')).noticeOfStale(iso(status.lastDoneAt))] : [];
        },
      };
      if (options.notify !== true) return void (await withTruce(io, options, looking));
      await withNotices(io, options, { command: 'status', pings: false, work: () => withTruce(io, options, looking) });
    });
}

async function statusLines({
  lastDoneAt,
  runs,
  people,
  open,
  openIntents,
  quarantine,
  frozen,
  paused,
  restored,
}: StatusResult): Promise<readonly string[]> {
  const { pauseInWords } = await import('../../sync/pause.ts');
  const more = quarantine.length - entriesShown;
  return [
    ...(restored === null ? [] : ['The state is a restored one: nothing is written until: truce state confirm --yes']),
    ...(paused === null ? [] : [`${pauseInWords(paused)} (nothing is written until: truce resume)`]),
    lastDoneAt === null ? 'No run has gone through yet.' : `Last good run ended ${iso(lastDoneAt)}.`,
    ...runs
      .slice(0, runsShown)
      .map(
        (run) =>
          `  ${iso(run.startedAt)}  ${run.command}  ${run.mode}  ${run.status}${run.code === null ? '' : ` (${run.code})`}  ${run.id}`,
      ),
    `${counted(people.marketing, 'person', 'people')} in HubSpot, ${people.sales} in Salesforce, ${people.linked} in both, ${people.ambiguous} ambiguous; ${open} with open changes, ${counted(openIntents, 'write')} to resolve.`,
    ...frozen.map((one) => {
      const why = one.why === 'undo' ? `Undone: ${one.runId}` : 'An automation keeps rewriting what is written';
      return `${why}; ${counted(one.fields, 'field')} held until: truce release ${one.runId}`;
    }),
    `In quarantine: ${quarantine.length}`,
    ...quarantine
      .slice(0, entriesShown)
      .map(
        (entry) =>
          `  ${entry.side} ${entry.kind} ${entry.recordId}: ${entry.cause} (${entry.code}, ${counted(entry.attempts, 'try', 'tries')}) -> ${entry.fix}`,
      ),
    ...(more > 0 ? [`  … ${more} more with --json`] : []),
  ];
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
