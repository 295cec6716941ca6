/**
 * What became of every campaign's leads, from both CRMs: a page to forward, and the figures to compute with. Only reads.
 *
 *   node --conditions=truce-source examples/report-live.ts [REPORT.html]
 */
import { writeFile } from 'node:fs/promises';
import { headline, renderReport, truce } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { openCrms } from './support/crms.ts';

const [out = 'report.html'] = process.argv.slice(2);
await using crms = await openCrms({ writes: false });
await using t = await truce({
  marketing: hubspot(crms.hubspot),
  sales: salesforce(crms.salesforce),
  state: crms.state,
  warehouse: crms.warehouse,
  config: { mode: 'observe', company: { name: 'Our company', timeZone: 'Europe/Berlin' }, report: { horizonDays: 30 } },
});

const pulled = await t.pull();
console.log(
  `Read: ${pulled.people.marketing} people in HubSpot, ${pulled.people.sales} in Salesforce, ${pulled.people.linked} of them in both.`,
);
// What a key may not read is missing from the figures: the report says so at the top.
const notes = pulled.problems.map((problem) => `Not read from ${problem.side}: ${problem.stream}. ${problem.hint}`);

const report = await t.alignment({ by: 'campaign' });
console.log(`\nAs of ${new Date(report.asOf).toISOString()}. A range in brackets holds the true rate with 95 %.`);
for (const stat of report.statistics) {
  const { figure, interval, sentence } = headline(stat);
  console.log(`  ${stat.title.padEnd(28)} ${figure.padStart(12)}  ${interval}\n      ${sentence}`);
}

const campaigns = (report.get('ledger').ledger ?? []).filter((row) => row.dimension === 'campaign').toSorted((a, b) => b.leads - a.leads);
console.log('\nThe campaigns with most leads:');
console.log(`  ${'campaign'.padEnd(40)} leads  followed up  won  lost  most frequent reason`);
for (const row of campaigns.slice(0, 6)) {
  const { followedUp, topReason } = row;
  const share = followedUp === null ? '–' : `${followedUp.k} of ${followedUp.n}`;
  console.log(
    `  ${row.label.slice(0, 40).padEnd(40)} ${String(row.leads).padStart(5)}  ${share.padStart(11)}  ${String(row.wonDeals.n).padStart(3)}  ${String(row.lostDeals.n).padStart(4)}  ${topReason?.reason ?? 'none stated'}`,
  );
}

await writeFile(out, await renderReport({ company: t.settings.company.name, alignment: report, notes }, 'html'));
console.log(`\nLook at next:\n  ${out}, in a browser; it is one file and can be sent`);
console.log('  which outbound contacts count as follow-up: "report.touchPolicy" in config/truce.config.json');
console.log('  the same onto the campaigns in both CRMs:   examples/outcomes.ts');
