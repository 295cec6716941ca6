/**
 * 8,000 real leads through both imitated CRMs, and back: the Olist marketing funnel (Kaggle, CC BY-NC-SA 4.0) is lived
 * again day by day as users of HubSpot and Salesforce would have entered it, then synced, then reported.
 *
 *   node --conditions=truce-source examples/olist.ts DIR [OUT]     DIR holds the two CSV files of the funnel
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SyncResult, StatResult } from 'truce';
import { caller } from './support/http.ts';
import { campaignFigures, compareOlist } from './support/olist-compare.ts';
import { liveOlist, originProperty, type SandboxLine } from './support/olist-world.ts';
import { readOlist } from './support/olist.ts';
import { runTruce, startSandbox } from './support/processes.ts';

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

const sandbox = await startSandbox('2017-01-01T00:00:00Z');
try {
  const { line } = sandbox;
  const callers = {
    hubspot: caller(line.hubspot.url, line.hubspot.userToken),
    salesforce: caller(line.salesforce.url, line.salesforce.userAccessToken),
    control: caller(line.control.url, null),
  };
  console.log(`1. ${data.leads.length} first contacts and ${data.deals.size} won deals, entered one by one through both CRMs' APIs`);
  await liveOlist(data, line, callers);
  console.log(
    `   ${seconds()} s; ${callers.hubspot.calls()} calls to HubSpot, ${callers.salesforce.calls()} to Salesforce, ${callers.control.calls()} moves of the clock`,
  );

  const at = { cwd: folder, env: environment(line) };
  await writeFile(
    join(folder, 'truce.config.json'),
    JSON.stringify({ mode: 'sync', company: { name: 'Olist' }, channel: { marketing: originProperty }, report: { minCell: 1 } }, null, 2),
  );
  const first = await sync(at);
  console.log(
    `2. truce sync: ${first.seconds.toFixed(1)} s, ${first.peakMb} MB at most; ${first.line.campaigns.written} campaign records and ${first.line.outcomes?.people.written} people written`,
  );
  console.log(
    `   ${first.line.calls.hubspot} calls to HubSpot, ${first.line.calls.salesforce} to Salesforce; at least ${lowerBound(data.leads.length, data.deals.size)}`,
  );
  const second = await sync(at);
  console.log(
    `   again: ${second.line.applied + second.line.campaigns.written + (second.line.outcomes?.people.written ?? 0)} writes, ${second.line.calls.hubspot} and ${second.line.calls.salesforce} calls`,
  );

  const page = await runTruce(['report', '--out', 'report.html'], at);
  const json = await runTruce(['report', '--format', 'json', '--out', 'report.json'], at);
  if (page.code !== 0 || json.code !== 0) throw new Error(`truce report ended with ${page.code} and ${json.code}`);
  console.log(`3. truce report: ${page.seconds.toFixed(1)} s, ${page.peakMb} MB at most`);
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as { readonly statistics: readonly StatResult[] };
  const figures = await campaignFigures(line, callers);
  const problems = compareOlist(data, figures, report.statistics);
  console.log(
    `4. Read back through both APIs with a user's token: ${figures.hubspot.size} campaigns in HubSpot, ${figures.salesforce.size} in Salesforce`,
  );
  for (const problem of problems) console.log(`   DIFFERS: ${problem}`);
  if (problems.length === 0)
    console.log("   every campaign's leads and won deals equal the file's, on both sides, and the report's figures equal the reference");
  console.log(`5. ${seconds()} s in all; the sandbox held ${sandbox.peakMb()} MB at most`);
  console.log(`Look at ${join(folder, 'report.html')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  sandbox.stop();
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

function environment({ hubspot, salesforce }: SandboxLine): Readonly<Record<string, string>> {
  return {
    HUBSPOT_BASE_URL: hubspot.url,
    HUBSPOT_ACCESS_TOKEN: hubspot.token,
    SALESFORCE_INSTANCE_URL: salesforce.url,
    SALESFORCE_ACCESS_TOKEN: salesforce.accessToken,
  };
}

type SyncLine = Omit<SyncResult, 'calls'> & { readonly calls: { readonly hubspot: number; readonly salesforce: number } };

async function sync(
  at: Parameters<typeof runTruce>[1],
): Promise<{ readonly line: SyncLine; readonly seconds: number; readonly peakMb: number }> {
  const { code, stdout, seconds: took, peakMb } = await runTruce(['sync', '--json', '--yes'], at);
  if (code !== 0) throw new Error(`truce sync ended with ${code}: ${stdout}`);
  return { line: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as SyncLine, seconds: took, peakMb };
}

/** What no program could do with fewer calls: each page and batch once, nothing read twice. */
function lowerBound(leads: number, deals: number): string {
  const up = (n: number, per: number): number => Math.ceil(n / per);
  const campaigns = new Set(data.leads.map((lead) => lead.landingPage)).size;
  const marketing = up(leads, 100) + up(leads, 50) + up(campaigns, 100) + up(campaigns, 1000) + up(campaigns, 50) + up(deals, 100);
  const sales = up(deals, 2000) * 6 + up(campaigns, 2000) + up(campaigns, 200) + up(deals * 2, 200);
  return `${marketing} and ${sales} (pages of people, histories, memberships, campaigns and deals; batches of outcomes)`;
}
