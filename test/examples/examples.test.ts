import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanLine } from 'truce';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contacts, marketingCampaigns, soql, stamps } from './read-back.ts';
import { credentials, example, type Ended } from './run.ts';

// Each case is a program of its own that a busy machine may keep waiting.
vi.setConfig({ testTimeout: 120_000 });

let box: Sandbox;
let folder = '';
let env: Readonly<Record<string, string>> = {};
/** What a sync would write, as examples/plan.ts kept it before anything was written. */
let lines: readonly PlanLine[] = [];
/** When each record was last changed, before any example ran. */
let untouched: readonly string[] = [];

beforeAll(async () => {
  box = await sandbox({ people: 160, limits: 'none', lagMs: 0 });
  folder = await mkdtemp(join(tmpdir(), 'truce-examples-'));
  env = credentials(box);
  untouched = await stamps(box);
  expect(untouched.length).toBeGreaterThan(200);
});
afterAll(async () => {
  await box.close();
  await rm(folder, { recursive: true, force: true });
});

function done({ code, stdout, stderr }: Ended): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\nLook at next:\n {2}\S/);
  return stdout;
}

/** The status fields of all records that the plan names, as their users see them. */
async function statuses(): Promise<ReadonlyMap<string, unknown>> {
  const ids = lines.flatMap((line) => (line.side === 'marketing' && line.recordId !== null ? [line.recordId] : []));
  const leads = await soql(box, 'SELECT Id, Status FROM Lead');
  return new Map([...(await contacts(box, ids, 'hs_lead_status')), ...leads.map((lead) => [String(lead['Id']), lead['Status']] as const)]);
}

const inPlace = async (): Promise<number> => {
  const now = await statuses();
  return lines.filter((line) => line.changes.every((change) => now.get(line.recordId ?? '') === change.after)).length;
};

describe('an example on the accounts of the environment', () => {
  it('plan.ts shows what would change and why, keeps the plan, and writes to no CRM', async () => {
    const stdout = done(await example('plan', ['plan.ndjson'], { cwd: folder, env }));
    const kept = (await readFile(join(folder, 'plan.ndjson'), 'utf8')).trim().split('\n');
    lines = kept.flatMap((text) => (JSON.parse(text) as { readonly line?: PlanLine }).line ?? []);
    expect(lines.length).toBeGreaterThan(25);
    expect(stdout).toContain(`this only reads`);
    expect(stdout).toContain(`A sync would write ${lines.length} records`);
    const counted = [...stdout.matchAll(/^ +(\d+) {2}(HubSpot|Salesforce)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
    expect(counted).toBe(lines.length);
    expect(stdout).toContain(`  ${lines[0]?.changes[0]?.reason}\n`);
    expect(stdout).toContain('truce -- apply plan.ndjson');
    const now = await statuses();
    for (const line of lines) expect(now.get(line.recordId ?? '')).toBe(line.changes[0]?.before);
    expect(await stamps(box)).toEqual(untouched);
  });

  it('report-live.ts writes the page and says the same figures, and writes to no CRM', async () => {
    const stdout = done(await example('report-live', ['page.html'], { cwd: folder, env }));
    const page = await readFile(join(folder, 'page.html'), 'utf8');
    const rate = /Follow-up rate +(\d+ %) +\[/.exec(stdout)?.[1];
    expect(page).toContain(`>${rate}<`);
    const rows = [...stdout.matchAll(/^ {2}(\S.{39}) +(\d+) +(\d+ of \d+|–) +(\d+) +(\d+) {2}\S/gm)];
    expect(rows).toHaveLength(6);
    for (const row of rows.filter((each) => !each[1]?.startsWith('('))) expect(page).toContain((row[1] as string).trim());
    expect(await stamps(box)).toEqual(untouched);
  });

  it('sync.ts leaves them alone without --live, and works on imitations of its own', async () => {
    const calls = box.calls.totals();
    const stdout = done(await example('sync', [], { cwd: folder, env }));
    expect(box.calls.totals()).toEqual(calls);
    expect(stdout).toMatch(
      /^There are credentials[^\n]+leaves your accounts alone unless you add --live\.\nOn a made-up company of 200 people/,
    );
    expect(stdout).toMatch(/Written in all: \d\d records with another status/);
    expect(stdout).toMatch(/Outcomes: \d+ campaigns, \d+ people, \d+ campaign members/);
    expect(stdout).toContain('Once more: 0 records, 0 campaigns');
    expect(stdout).toMatch(/\d+ records are held back until somebody decides[^\n]+\n {2}\S[^\n]+\n {2}-> \S/);
  });

  it('outcomes.ts --live writes the same figures onto the campaigns of both CRMs, and nobody a status', async () => {
    const stdout = done(await example('outcomes', ['--live'], { cwd: folder, env }));
    expect(stdout).toContain('WRITES to both');
    expect(stdout).toContain('Once more: 0 writes');
    const hubspot = await marketingCampaigns(box, ['hs_name', 'truce_leads', 'truce_won_deals']);
    const salesforce = new Map(
      (await soql(box, 'SELECT Name, Truce_Leads__c, Truce_Won_Deals__c FROM Campaign')).map((row) => [row['Name'], row]),
    );
    const shown = [...stdout.matchAll(/^(\S.{35}) {2} *(\d+) {2} +\d+ {2} +(\d+) {2}/gm)];
    expect(shown).toHaveLength(5);
    for (const [, name = '', leads, won] of shown) {
      const marketing = hubspot.find((campaign) => campaign['hs_name'] === name.trim());
      expect({ name, leads: marketing?.['truce_leads'], won: marketing?.['truce_won_deals'] }).toEqual({ name, leads, won });
      const sales = salesforce.get(name.trim());
      expect({ name, leads: sales?.['Truce_Leads__c'], won: sales?.['Truce_Won_Deals__c'] }).toEqual({
        name,
        leads: Number(leads),
        won: Number(won),
      });
    }
    const now = await statuses();
    for (const line of lines) expect(now.get(line.recordId ?? '')).toBe(line.changes[0]?.before);
  });

  it('sync.ts --live writes 25 people, and everybody with --yes; then as it was planned', async () => {
    expect(await inPlace()).toBe(0);
    const first = done(await example('sync', ['--live'], { cwd: folder, env }));
    expect(first).toContain('The first run wrote 25 people and read them back: every value stands as planned.');
    expect(first).toContain('It stopped there.');
    expect(await inPlace()).toBe(25);
    const second = done(await example('sync', ['--live', '--yes'], { cwd: folder, env }));
    expect(second).toContain(`Written in all: ${lines.length - 25} records with another status; 0 refused`);
    expect(second).toContain('Once more: 0 records, 0 campaigns');
    expect(second).toMatch(/Why was http\S+ changed\?\n {2}\S/);
    expect(await inPlace()).toBe(lines.length);
  });

  it('sync.ts says in words what a CRM refused', async () => {
    const { code, stderr } = await example('sync', ['--live'], { cwd: folder, env: { ...env, HUBSPOT_ACCESS_TOKEN: 'pat-wrong' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\S.+\([A-Z_]+\)\n-> \S/);
    expect(stderr).not.toContain('pat-wrong');
  });

  it('sync.ts --live needs them', async () => {
    const { code, stderr } = await example('sync', ['--live'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('--live needs HUBSPOT_ACCESS_TOKEN and SALESFORCE_INSTANCE_URL');
  });
});

describe('report-csv.ts', () => {
  it('writes exports, imports them, and reports what stands in them', async () => {
    const stdout = done(await example('report-csv', [], { cwd: folder }));
    const dir = /made-up leads in (\S+);/.exec(stdout)?.[1] as string;
    const deals = (await readFile(join(dir, 'deals.csv'), 'utf8')).trim().split('\n').slice(1);
    const won = deals.filter((row) => row.split(',')[1] === 'won').length;
    expect(won).toBeGreaterThan(5);
    expect(stdout).toMatch(/^leads\.csv +240 rows$/m);
    expect(stdout).toMatch(new RegExp(`^deals\\.csv +${deals.length} rows$`, 'm'));
    expect(stdout).toMatch(new RegExp(`The ledger +${((won / 240) * 100).toFixed(1)} %`));
    expect(stdout).toMatch(/Closed loop +not measured/);
    expect(stdout).toMatch(/assigned, never contacted, still open +\d+ +\d+ %/);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('<svg');
    await rm(dir, { recursive: true });
  });

  it('takes a folder of your own, and says what it could not read', async () => {
    const dir = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(dir, 'leads.csv'), 'lead_id,created_at,channel\na,2026-01-01T00:00:00Z,web\n,2026-01-02T00:00:00Z,web\n');
    const stdout = done(await example('report-csv', [dir, 'own.html'], { cwd: folder }));
    expect(stdout).toMatch(/^leads\.csv +1 rows, 1 skipped$/m);
    expect(stdout).toContain('! leads.csv:3: skipped');
    expect(await readFile(join(folder, 'own.html'), 'utf8')).toContain('Import: leads.csv:3: skipped');
  });
});
