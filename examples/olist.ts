/**
 * 8,000 real leads through both imitated CRMs, and back: the Olist marketing funnel (Kaggle, CC BY-NC-SA 4.0) is lived
 * again day by day as users of HubSpot and Salesforce would have entered it, then synced, then reported.
 *
 *   node --conditions=truce-source examples/olist.ts DIR     DIR holds the two CSV files of the funnel
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { renderReport, truce } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { caller } from './support/http.ts';
import { campaignFigures, compareOlist } from './support/olist-compare.ts';
import { liveOlist, originProperty, type SandboxLine } from './support/olist-world.ts';
import { readOlist } from './support/olist.ts';

const [directory, out = 'olist-report'] = process.argv.slice(2);
if (directory === undefined) {
  console.error(
    'Usage: node --conditions=truce-source examples/olist.ts DIR [OUT]\nDIR holds olist_marketing_qualified_leads_dataset.csv and olist_closed_deals_dataset.csv (kaggle.com/datasets/olistbr/marketing-funnel-olist).',
  );
  process.exit(2);
}
const startedAt = performance.now();
const data = await readOlist(directory);
const folder = resolve(out);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

const sandbox = await startSandbox();
try {
  const { line } = sandbox;
  const callers = {
    hubspot: caller(line.hubspot.url, line.hubspot.userToken),
    salesforce: caller(line.salesforce.url, line.salesforce.userAccessToken),
    control: caller(line.control.url, null),
  };
  console.log(`1. ${data.leads.length} first contacts and ${data.deals.size} won deals, entered one by one through both CRMs' APIs`);
  await liveOlist(data, line, callers, () => undefined);
  console.log(
    `   ${seconds()} s; ${callers.hubspot.calls()} calls to HubSpot, ${callers.salesforce.calls()} to Salesforce, ${callers.control.calls()} moves of the clock`,
  );

  await using t = await truce({
    marketing: hubspot({ accessToken: line.hubspot.token, baseUrl: line.hubspot.url }),
    sales: salesforce({ instanceUrl: line.salesforce.url, accessToken: line.salesforce.accessToken }),
    state: join(folder, 'truce.db'),
    warehouse: join(folder, 'truce.duckdb'),
    config: {
      mode: 'sync',
      company: { name: 'Olist', currency: 'USD' },
      channel: { marketing: originProperty },
      guards: { canary: 0 },
      report: { minCell: 1 },
    },
  });
  const synced = await t.sync({ yes: true });
  const again = await t.sync({ yes: true });
  console.log(
    `2. Synced in ${(synced.durationMs / 1000).toFixed(1)} s: ${synced.campaigns.written} campaign records and ${synced.outcomes?.people.written} people written; ${synced.calls.marketing} calls to HubSpot, ${synced.calls.sales} to Salesforce`,
  );
  console.log(`   at least ${lowerBound(data.leads.length, data.deals.size, synced.campaigns.written / 2)}`);
  console.log(
    `   Synced again: ${again.applied + again.campaigns.written + (again.outcomes?.people.written ?? 0)} writes, ${again.calls.marketing} and ${again.calls.sales} calls`,
  );

  const figures = await campaignFigures(line, callers);
  const report = await t.alignment({ by: 'channel' });
  const problems = compareOlist(data, figures, report);
  await writeFile(join(folder, 'report.html'), await renderReport({ company: 'Olist', alignment: report, notes: [] }, 'html'));
  await writeFile(join(folder, 'report.json'), await renderReport({ company: 'Olist', alignment: report, notes: [] }, 'json'));
  console.log(
    `3. Read back through both APIs with a user's token: ${figures.hubspot.size} campaigns in HubSpot, ${figures.salesforce.size} in Salesforce`,
  );
  for (const problem of problems) console.log(`   DIFFERS: ${problem}`);
  if (problems.length === 0)
    console.log("   every campaign's leads and won deals equal the file's, on both sides, and the report's figures equal the reference");
  console.log(
    `4. ${seconds()} s in all; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB here, ${await sandbox.peakMb()} MB in the sandbox`,
  );
  console.log(`Look at ${join(folder, 'report.html')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  sandbox.stop();
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

/** What no program could do with fewer calls: one page or batch after the other, nothing read twice. */
function lowerBound(leads: number, deals: number, campaigns: number): string {
  const up = (n: number, per: number): number => Math.ceil(n / per);
  const marketing = up(leads, 100) + up(leads, 50) + up(leads, 1000) + up(campaigns, 100) + up(deals, 100) + up(campaigns, 50);
  const sales = up(deals, 2000) * 6 + up(campaigns, 2000) + up(deals * 2, 200) + up(campaigns, 200);
  return `${marketing} and ${sales} (pages of people, histories, memberships, campaigns; batches of outcomes)`;
}

/** The sandbox as its own process, started as anybody would start it. */
async function startSandbox(): Promise<{ readonly line: SandboxLine; peakMb(): Promise<number>; stop(): void }> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=truce-source',
      join(import.meta.dirname, '../src/cli/bin.js'),
      'sandbox',
      '--json',
      '--empty',
      '--clock',
      'virtual',
      '--start-at',
      '2017-01-01T00:00:00Z',
      '--limits',
      'none',
      '--lag-ms',
      '0',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const first = await new Promise<string>((ready, failed) => {
    createInterface({ input: child.stdout }).once('line', ready);
    child.once('exit', (code) => failed(new Error(`the sandbox ended with ${code}`)));
  });
  return {
    line: JSON.parse(first) as SandboxLine,
    async peakMb() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
    },
    stop: () => void child.kill(),
  };
}
