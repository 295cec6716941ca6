/**
 * Outcomes onto campaigns: leads, follow-up, deals won and lost with amounts and reasons, in both CRMs, in fields of
 * Truce's own. The status of nobody is touched.
 *
 *   node --conditions=truce-source examples/outcomes.ts             on imitations of both CRMs
 *   node --conditions=truce-source examples/outcomes.ts --live      on your accounts: it writes Truce's own fields
 */
import { openWarehouse, truce, type FieldValue, type OwnStem } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { openCrms } from './support/crms.ts';

await using crms = await openCrms({ writes: true });
// Opened here, so that it can be asked in SQL too; as a path, Truce would open and close it by itself.
const warehouse = await openWarehouse(crms.warehouse);
await using t = await truce({
  marketing: hubspot(crms.hubspot),
  sales: salesforce(crms.salesforce),
  state: crms.state,
  warehouse: async () => warehouse,
  config: { mode: 'outcomes', outcomes: { untouchedAfterDays: 30 } },
});

// An admin makes the fields once. Where they are missing, that place is skipped and the result says so.
for (const [side, { steps }] of Object.entries(await t.provision({ create: false }))) {
  const missing = steps.filter((step) => step.status !== 'present').length;
  console.log(`${side}: ${missing === 0 ? "all of Truce's own fields are there" : `${missing} of Truce's own fields are missing`}`);
}

// Every write is announced. What was written onto a campaign is what stands on it now, the same in both CRMs.
const written = new Map<string | null, { readonly urls: readonly string[]; readonly values: ReadonlyMap<OwnStem | null, FieldValue> }>();
t.on('line', ({ line, status }) => {
  if (line.kind !== 'campaign' || status !== 'applied') return;
  const values = new Map(line.changes.map((change) => [change.own, change.after]));
  written.set(line.linkId, { urls: Object.values(line.urls), values });
});
const run = await t.outcomes();
console.log(`\nWritten: ${run.campaigns.written} campaign records, ${run.people.written} people, ${run.members.written} campaign members.`);
console.log(`Unchanged: ${run.campaigns.unchanged} campaign records. Refused: ${run.rejected}.`);
for (const { side, kind, fix } of run.skipped) console.log(`Skipped: ${side}'s ${kind}s. ${fix}`);

const rows = await warehouse.query('SELECT campaign_id, name FROM campaigns ORDER BY name');
const names = new Map(rows.map((row) => [String(row['campaign_id']), String(row['name'])]));
console.log(`\n${'campaign'.padEnd(36)}  leads  untouched  won    amount  lost  most frequent reason`);
const most = [...written].toSorted(([, a], [, b]) => Number(b.values.get('leads')) - Number(a.values.get('leads'))).slice(0, 5);
for (const [id, { urls, values }] of most) {
  const cell = (stem: OwnStem, width: number): string => String(values.get(stem) ?? '–').padStart(width);
  const cells = [cell('leads', 5), cell('untouched_leads', 9), cell('won_deals', 3), cell('won_amount', 8), cell('lost_deals', 4)];
  const name = names.get(id ?? '') ?? '(no name)';
  console.log([name.slice(0, 36).padEnd(36), ...cells, cell('top_loss_reason', 0)].join('  '));
  for (const url of urls) console.log(`    ${url}`);
}

const again = await t.outcomes();
console.log(
  `\nOnce more: ${again.campaigns.written + again.people.written + again.members.written} writes; figures are recomputed, never added up.`,
);

console.log('\nLook at next:');
console.log('  the campaigns themselves: fields that begin with "Truce" (Salesforce) or "truce_" (HubSpot)');
console.log('  two campaigns that are one: "outcomes.campaigns" in config/truce.config.json');
console.log('  the page that explains the figures: examples/report-live.ts');
