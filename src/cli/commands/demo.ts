import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Sandbox } from '../../../adapters/sandbox/index.ts';
import type { Truce } from '../../truce.ts';
import { makeFolder, writeWhole } from '../files.ts';
import type { Session } from '../main.ts';
import { wholeNumber } from '../options.ts';
import { syncLines, withProgress } from '../talk.ts';
import { packageVersion } from '../version.ts';

interface Options {
  readonly people: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

/** `truce demo`: a made-up company in two imitated CRMs, from the first look to the report. */
export function demoCommand(session: Session): Command {
  return new Command('demo')
    .description(
      'Show everything on a made-up company in two imitated CRMs on this machine: read, plan, sync, outcomes, report. No account, no credentials.',
    )
    .option('--people <n>', 'people in the company', wholeNumber, 500)
    .option('--seed <n>', 'the same seed gives the same company', wholeNumber, 1)
    .option('--out <dir>', 'where the report goes', 'truce-demo')
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', '\nExamples:\n  truce demo\n  truce demo --people 2000 --seed 7 --out demo-large')
    .action(async (options: Options) => {
      const { sandbox } = await import('../../../adapters/sandbox/index.ts');
      const { io } = session;
      const folder = resolve(io.cwd, options.out);
      await makeFolder(folder);
      io.say(`A company of ${options.people} people, one HubSpot and one Salesforce, both imitated on this machine.`);
      await using box = await sandbox({ people: options.people, seed: options.seed, limits: 'none', lagMs: 0 });
      await using truce = await open(box, folder);
      await act(session, { truce, box, folder, options });
    });
}

async function open(box: Sandbox, folder: string): Promise<Truce> {
  const [{ truce }, { hubspot }, { salesforce }, { rm }] = await Promise.all([
    import('../../truce.ts'),
    import('../../../adapters/hubspot/index.ts'),
    import('../../../adapters/salesforce/index.ts'),
    import('node:fs/promises'),
  ]);
  const files = { state: join(folder, 'truce.db'), warehouse: join(folder, 'truce.duckdb') };
  for (const file of Object.values(files)) for (const tail of ['', '-wal', '-shm', '.wal']) await rm(file + tail, { force: true });
  return await truce({
    marketing: hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }),
    sales: salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }),
    ...files,
    config: { mode: 'sync', company: { name: 'Demo company' }, guards: { canary: 0 } },
  });
}

async function act(
  { io }: Session,
  { truce, box, folder, options }: { readonly truce: Truce; readonly box: Sandbox; readonly folder: string; readonly options: Options },
): Promise<void> {
  io.say('\n1. truce plan: what a sync would change, and why. Nothing is written.');
  const plan = await withProgress(io, truce, () => truce.plan({ signal: io.signal }));
  let shown = 0;
  for await (const line of plan.lines()) {
    if (shown === 3) break;
    shown += 1;
    for (const change of line.changes)
      io.say(
        `   ${line.side} ${line.recordId ?? ''}: ${change.name} ${String(change.before ?? '(blank)')} -> ${String(change.after)}\n      ${change.reason}`,
      );
  }
  io.say(`   … ${plan.summary.update} updates in all, ${plan.summary.conflict} conflicts decided.`);
  io.say('\n2. truce sync: the same status on both sides, and outcomes onto the campaigns.');
  const first = await withProgress(io, truce, () => truce.sync({ yes: true, signal: io.signal }));
  for (const line of syncLines(first)) io.say(`   ${line}`);
  io.say('\n3. truce sync again: nothing left to do.');
  const second = await withProgress(io, truce, () => truce.sync({ yes: true, signal: io.signal }));
  io.say(
    `   ${second.applied} status writes, ${second.campaigns.written} campaign writes; ${second.calls.marketing} calls to HubSpot, ${second.calls.sales} to Salesforce.`,
  );
  io.say('\n4. truce report: what became of the leads.');
  const report = join(folder, 'report.html');
  const { render } = await import('../../report/index.ts');
  const alignment = await truce.alignment({ signal: io.signal });
  await writeWhole(
    report,
    await render(
      { company: 'Demo company', alignment, notes: ["A made-up company: no figure in here is anybody's"], version: packageVersion() },
      'html',
    ),
  );
  const { headline } = await import('../../report/words.ts');
  for (const stat of alignment.statistics) {
    const words = headline(stat);
    io.say(`   ${stat.title.padEnd(34)} ${words.figure.padEnd(12)} ${words.interval}`);
  }
  io.say(`\nOpen ${report}\nThen: your own data, read-only: README.md, "Your own data".`);
  if (options.json === true)
    io.data(
      JSON.stringify({
        report,
        sync: first,
        second: { applied: second.applied, campaigns: second.campaigns },
        sandbox: { hubspot: box.hubspot.portalId, salesforce: box.salesforce.orgId },
      }),
    );
  else io.data(report);
}
