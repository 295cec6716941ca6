/**
 * A report from CSV exports alone: no account, no key, no CRM.
 *
 *   node --conditions=truce-source examples/report-csv.ts                        on six small files that it writes first
 *   node --conditions=truce-source examples/report-csv.ts DIR [REPORT.html]      on your own; adapters/files/README.md
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alignmentOf, headline, openWarehouse, parseConfig, renderReport } from 'truce';
import { importFiles } from 'truce/files';
import { writeExports } from './support/csv-exports.ts';

const [given, out = 'report.html'] = process.argv.slice(2);
const dir = given ?? (await mkdtemp(join(tmpdir(), 'truce-exports-')));
if (given === undefined) {
  await writeExports(dir);
  console.log(`No folder was named: on 240 made-up leads in ${dir}; open the files to see what an export holds.\n`);
}

// The status values are those of your CRM; here they are HubSpot's and Salesforce's own.
const settings = parseConfig({ company: { name: 'Our company', timeZone: 'Europe/Berlin', currency: 'EUR' } });
// In memory: nothing is kept. Name a file instead, and `truce report --warehouse FILE` finds the same data again.
await using warehouse = await openWarehouse(':memory:');
const { files, warnings } = await importFiles(dir, warehouse, { settings });
for (const { name, rows, skipped } of files)
  console.log(`${name.padEnd(24)} ${String(rows).padStart(6)} rows${skipped > 0 ? `, ${skipped} skipped` : ''}`);
for (const warning of warnings) console.log(`! ${warning}`);

const report = await alignmentOf(warehouse, { settings, by: 'channel' });
console.log(`\nAs of ${new Date(report.asOf).toISOString()}. What the files can't tell is not measured, never zero.`);
for (const stat of report.statistics) {
  const { figure, interval, sentence } = headline(stat);
  console.log(`  ${stat.title.padEnd(28)} ${figure.padStart(12)}  ${interval}\n      ${sentence}`);
}

const ladder = report.get('dropped-at-handover').ladder ?? [];
if (ladder.length > 0) console.log('\nWhere handed leads are lost:');
for (const { label, n, share } of ladder)
  console.log(`  ${label.padEnd(40)} ${String(n).padStart(5)}  ${share === null ? '' : `${(share * 100).toFixed(0)} %`}`);

// What the import left out stands at the top of the page.
const notes = warnings.map((warning) => `Import: ${warning}`);
await writeFile(out, await renderReport({ company: settings.company.name, alignment: report, notes }, 'html'));
console.log(`\nLook at next:\n  ${out}, in a browser; it is one file and can be sent`);
console.log('  what each file may hold, and what more it lets the report say: adapters/files/README.md');
console.log('  the same from both CRMs, without exports:                      examples/report-live.ts');
