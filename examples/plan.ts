/**
 * What a sync would change, and why. Writes nothing: not to a CRM, and nothing of Truce's own but the file of the plan.
 *
 *   node --conditions=truce-source examples/plan.ts [PLAN.ndjson]
 */
import { truce, type PlanLine } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { openCrms } from './support/crms.ts';

const [out] = process.argv.slice(2);
await using crms = await openCrms({ writes: false });
await using t = await truce({
  marketing: hubspot(crms.hubspot),
  sales: salesforce(crms.salesforce),
  state: crms.state,
  config: { mode: 'sync' },
});

const plan = await t.plan(out === undefined ? {} : { out });
const { summary } = plan;
console.log(
  `A sync would write ${summary.update} records: ${summary.writes?.marketing} in HubSpot, ${summary.writes?.sales} in Salesforce.`,
);
console.log(`Of them ${summary.conflict} settle a disagreement by a rule; the others carry over what only one side changed.`);
console.log(
  `${summary.unchanged} people are the same on both sides; ${summary.held} are held: their status has no counterpart to be written.`,
);
console.log(`It would take about ${summary.calls.marketing} calls to HubSpot and ${summary.calls.sales} to Salesforce.\n`);

// Lines come one by one, so that a plan of a million people needs no memory; they may be read as often as wanted.
const kinds = new Map<string, number>();
const shown: PlanLine[] = [];
for await (const line of plan.lines()) {
  if (shown.length < 3) shown.push(line);
  for (const { name, before, after, rule } of line.changes) {
    const kind = `${crmOf(line).padEnd(10)} ${name}: ${String(before ?? '(blank)')} -> ${String(after)}  (${rule})`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
}
console.log('By kind, with the rule that decides:');
for (const [kind, n] of [...kinds].toSorted((a, b) => b[1] - a[1])) console.log(`${String(n).padStart(5)}  ${kind}`);

console.log(`\nThe first ${shown.length}, with the reason and both records:`);
for (const line of shown) {
  for (const change of line.changes) console.log(`  ${change.reason}`);
  for (const url of Object.values(line.urls)) console.log(`    ${url}`);
}

console.log('\nLook at next:');
console.log(
  out === undefined
    ? '  keep the plan for review:       node --conditions=truce-source examples/plan.ts plan.ndjson'
    : `  write the plan as reviewed:     npm run -s truce -- apply ${out} --mode sync`,
);
console.log('  a status that means something else with you: "status" in config/truce.config.json');
console.log('  let it happen:                  examples/sync.ts');

function crmOf(line: PlanLine): string {
  return line.side === 'marketing' ? 'HubSpot' : 'Salesforce';
}
