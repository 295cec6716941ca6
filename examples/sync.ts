/**
 * A sync inside your own program: the same status on both sides, outcomes on the campaigns, and what became of each write.
 *
 *   node --conditions=truce-source examples/sync.ts             on imitations of both CRMs
 *   node --conditions=truce-source examples/sync.ts --live      on your accounts: writes 25 people, then stops
 *   node --conditions=truce-source examples/sync.ts --live --yes        ... and goes on with everybody
 */
import { truce, TruceError, type PlanLine } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { openCrms } from './support/crms.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
const { signal } = interrupted;

try {
  await using crms = await openCrms({ writes: true });
  await using t = await truce({
    marketing: hubspot(crms.hubspot),
    sales: salesforce(crms.salesforce),
    state: crms.state,
    warehouse: crms.warehouse,
    config: { mode: 'sync', status: { policy: 'furthest' }, guards: { canary: 25, changes: { count: 500 } } },
  });
  const written: PlanLine[] = [];
  t.on('line', ({ line, status }) => {
    if (line.room === 'sync' && status === 'applied') written.push(line);
  });

  let run = await t.sync({ signal });
  if (run.canary !== null) {
    console.log(
      `The first run wrote ${run.canary.people} people and read them back: ${run.canary.wrong === 0 ? 'every value stands as planned.' : `${run.canary.wrong} do not stand as planned.`}`,
    );
    const goOn = !process.argv.includes('--live') || process.argv.includes('--yes');
    if (goOn && run.canary.wrong === 0) run = await t.sync({ signal, yes: true });
    else console.log('It stopped there. Look at them in both CRMs, then add --yes.');
  }
  console.log(
    `Written in all: ${written.length} records with another status; ${run.rejected} refused, ${run.raced} raced by a user's edit.`,
  );
  if (run.outcomes !== null)
    console.log(
      `Outcomes: ${run.outcomes.campaigns.written} campaigns, ${run.outcomes.people.written} people, ${run.outcomes.members.written} campaign members.`,
    );

  // A second run finds the same status everywhere, and its own writes are no news to it.
  if (run.canary === null) {
    const again = await t.sync({ signal });
    console.log(
      `Once more: ${again.applied} records, ${again.campaigns.written} campaigns; ${again.calls.marketing} calls to HubSpot, ${again.calls.sales} to Salesforce.`,
    );
  }

  const [line] = written;
  if (line?.recordId != null) {
    const { intents } = await t.explain(line.recordId);
    console.log(`\nWhy was ${line.urls[line.side]} changed?`);
    for (const intent of intents) for (const change of intent.line.changes) if (change.remote !== null) console.log(`  ${change.reason}`);
  }
  const { quarantine } = await t.status();
  console.log(`\n${quarantine.length} records are held back until somebody decides; nothing else waits for them.`);
  for (const { cause, fix } of quarantine.slice(0, 1)) console.log(`  ${cause}\n  -> ${fix}`);
} catch (error) {
  if (!(error instanceof TruceError)) throw error;
  console.error(`${error.message} (${error.code})\n-> ${error.hint}`);
  process.exitCode = 1;
}

console.log('\nLook at next:');
console.log('  before it writes, see what and why:   examples/plan.ts');
console.log('  every five minutes, unattended:       examples/scheduled.md');
console.log('  keep single records from being written: the option beforeWrite of truce()');
