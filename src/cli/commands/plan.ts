import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Plan, PlanLine, PlanSummary } from '../../model/plan.ts';
import type { FieldValue, Side } from '../../model/words.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { putInPlace } from '../files.ts';
import type { Io } from '../io.ts';
import type { Session } from '../main.ts';
import { withScope, withStores } from '../options.ts';
import { counted, withProgress } from '../talk.ts';

interface Options extends CommonOptions {
  readonly only?: string;
  readonly limit?: number;
  readonly out?: string;
  readonly html?: string;
}

/** `truce plan`: what a sync would write and why; changes nothing anywhere. */
export function planCommand(session: Session): Command {
  return withScope(withStores(new Command('plan')))
    .description('Show what a sync would write, with before, after and the reason. Writes nothing: not to a CRM, not to its own files.')
    .option('--out <file>', 'keep the plan, for review and for `truce apply`')
    .option('--html <file>', 'write it as a page that somebody reads before they approve it; no script, opens offline')
    .addHelpText(
      'after',
      `
~ is a change that one side made, ! a conflict that a policy decided. With --json each line is one JSON object, the last
one holds the summary and the hash.

Examples:
  truce plan --limit 20
  truce plan --only jane@example.com
  truce plan --json | jq 'select(.conflict) | .changes[].reason'
  truce plan --out plan.ndjson --html plan.html        for a manager; then: truce apply plan.ndjson --approver "Ann Example"
  truce plan --out plan.ndjson && truce apply plan.ndjson --mode sync`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      // A plan shows what sync would do; what may be written is asked when it is applied.
      await withTruce(
        io,
        { ...options, mode: options.mode ?? 'sync' },
        {
          work: async (truce) => {
            const planned = (out?: string): Promise<Plan> =>
              withProgress(io, truce, () =>
                truce.plan({
                  signal: io.signal,
                  ...(options.only === undefined ? {} : { only: options.only }),
                  ...(options.limit === undefined ? {} : { limit: options.limit }),
                  ...(out === undefined ? {} : { out }),
                }),
              );
            const shows = async (plan: Plan): Promise<void> => {
              await show(io, plan, options);
              await writePage(io, plan, { options, company: truce.settings.company.name });
            };
            if (options.out === undefined) return shows(await planned());
            const file = resolve(io.cwd, options.out);
            await putInPlace(file, async (partial) => shows(await planned(partial)));
            io.say(`Kept in ${file}. To write it: truce apply ${options.out} --mode sync`);
          },
        },
      );
    });
}

async function writePage(io: Io, plan: Plan, { options, company }: { readonly options: Options; readonly company: string }): Promise<void> {
  if (options.html === undefined) return;
  const file = resolve(io.cwd, options.html);
  const { renderPlan } = await import('../../report/plan-page.ts');
  const page = renderPlan(plan, { company, systems: { marketing: 'HubSpot', sales: 'Salesforce' }, file: options.out ?? null });
  await putInPlace(file, (partial) => writeFile(partial, page, { mode: 0o600 }));
  io.say(`The page to approve is ${file}.`);
}

async function show(io: Io, plan: Plan, { json }: Options): Promise<void> {
  for await (const line of plan.lines()) {
    io.signal.throwIfAborted();
    if (json === true) io.data(JSON.stringify(line));
    else for (const text of describe(line)) io.data(text);
  }
  const { header, summary, hash } = plan;
  if ((summary.waiting ?? 0) > 0 && json !== true)
    io.say(
      `${counted(summary.waiting ?? 0, 'record more waits', 'records more wait')} for later runs: this hour's status writes are used up.`,
    );
  if (json === true) return io.data(JSON.stringify({ header, summary, hash }));
  io.say(
    summary.update + summary.create === 0
      ? `Nothing to do: ${counted(summary.unchanged, 'linked person is', 'linked people are')} the same on both sides; ${summary.held} held by the status map, ${summary.quarantined} linked people held back.`
      : `${counted(summary.update, 'update')}, ${counted(summary.create, 'create')}; ${counted(summary.conflict, 'conflict')} decided; ${counted(summary.unchanged, 'person', 'people')} unchanged, ${summary.held} held by the status map, ${summary.quarantined} linked people held back. To apply: about ${counted(summary.calls.marketing, 'call')} to HubSpot${shareOf(summary, 'marketing')}, ${summary.calls.sales} to Salesforce${shareOf(summary, 'sales')}.`,
  );
}

/** What part of the calls still allowed today a plan needs. */
function shareOf({ calls, budget }: PlanSummary, side: Side): string {
  const today = budget?.[side];
  if (today === null || today === undefined) return '';
  const share = today.remaining === 0 ? 1 : calls[side] / today.remaining;
  return ` (${share < 0.001 ? 'under 0.1' : (100 * share).toFixed(1)} % of the ${today.remaining} left today)`;
}

function describe(line: PlanLine): readonly string[] {
  const { side, urls } = line;
  const counterpart = urls[side === 'marketing' ? 'sales' : 'marketing'];
  return [
    `${line.conflict ? '!' : '~'} ${side} ${line.object ?? line.kind} ${line.recordId ?? '(new)'}${urls[side] === undefined ? '' : `  ${urls[side]}`}`,
    ...(counterpart === undefined ? [] : [`    the same person: ${counterpart}`]),
    ...line.changes.flatMap((change) => [
      `    ${change.name}: ${shown(change.before)} -> ${shown(change.after)}`,
      `    ${change.reason}${change.sideEffect === null ? '' : ` May start: ${change.sideEffect}.`}`,
    ]),
  ];
}

function shown(value: FieldValue | undefined): string {
  return value === undefined ? '(unknown)' : value === null || value === '' ? '(blank)' : String(value);
}
