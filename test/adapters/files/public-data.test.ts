import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { StatResult } from '../../../src/alignment/types.ts';

/** Public data sets beside the project: too large and under other licences, so they are not part of it. */
const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const olist = `${data}olist_marketing_funnel/`;
const bank = `${data}bpic2012_loan_applications/`;
const command = fileURLToPath(new URL('../../../src/cli/bin.js', import.meta.url));
const day = 86_400_000;

const reasonFor = (folder: string): string => (existsSync(folder) ? '' : ` (skipped: ${folder} is not there)`);
const run = promisify(execFile);

type Cells = Readonly<Record<string, string>>;

const rowsOf = (text: string): readonly Cells[] => parse(text, { columns: true });

interface Outcome {
  readonly imported: {
    readonly files: readonly { readonly name: string; readonly rows: number; readonly skipped: number }[];
    readonly warnings: readonly string[];
  };
  readonly statistic: (id: string) => StatResult;
}

/** Writes the files, imports them and reports on them, as somebody at a terminal would. */
async function importAndReport(
  folder: string,
  files: Readonly<Record<string, readonly (readonly (string | number)[])[]>>,
  config: unknown,
): Promise<Outcome> {
  for (const [name, rows] of Object.entries(files)) writeFileSync(join(folder, `${name}.csv`), stringify(rows.map((row) => [...row])));
  writeFileSync(join(folder, 'truce.config.json'), JSON.stringify(config));
  const truce = async (...args: readonly string[]): Promise<unknown> => {
    const { stdout } = await run(process.execPath, ['--conditions=truce-source', command, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      maxBuffer: 64_000_000,
    });
    return JSON.parse(stdout);
  };
  const imported = (await truce('import', '.', '--json')) as Outcome['imported'];
  const report = (await truce('report', '--format', 'json')) as { readonly statistics: readonly StatResult[] };
  return { imported, statistic: (id) => report.statistics.find((each) => each.id === id)! };
}

describe.skipIf(!existsSync(olist))(`Olist's marketing funnel through truce import${reasonFor(olist)}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'truce-olist-'));
  let outcome: Outcome;
  beforeAll(async () => {
    const leads = rowsOf(readFileSync(`${olist}olist_marketing_qualified_leads_dataset.csv`, 'utf8'));
    const deals = rowsOf(readFileSync(`${olist}olist_closed_deals_dataset.csv`, 'utf8'));
    outcome = await importAndReport(
      folder,
      {
        leads: [
          ['lead_id', 'created_at', 'campaign_id', 'channel'],
          ...leads.map((row) => [row['mql_id']!, row['first_contact_date']!, row['landing_page_id']!, row['origin']!]),
        ],
        deals: [
          ['deal_id', 'outcome', 'created_at', 'closed_at', 'campaign_id'],
          ...deals.map((row) => [`deal-${row['mql_id']!}`, 'won', row['won_date']!, row['won_date']!, '']),
        ],
        deal_contacts: [['deal_id', 'lead_id'], ...deals.map((row) => [`deal-${row['mql_id']!}`, row['mql_id']!])],
      },
      { report: { minCell: 1 } },
    );
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes every row', () => {
    expect(outcome.imported.files.map((file) => [file.name, file.rows, file.skipped])).toEqual([
      ['leads.csv', 8000, 0],
      ['deals.csv', 842, 0],
      ['deal_contacts.csv', 842, 0],
    ]);
  });

  it('gives 842 of 8,000, and the table by origin with the blank apart from the unknown', () => {
    const ledger = outcome.statistic('B1');
    expect(ledger.estimate).toBeCloseTo(0.10525, 12);
    expect(ledger.ledger?.[0]).toMatchObject({ leads: 8000, states: { won: 842 } });
    expect(ledger.ledger?.filter((row) => row.dimension === 'channel').map((row) => [row.key, row.leads, row.states.won])).toEqual([
      ['organic_search', 2296, 271],
      ['paid_search', 1586, 195],
      ['social', 1350, 75],
      ['unknown', 1099, 179],
      ['direct_traffic', 499, 56],
      ['email', 493, 15],
      ['referral', 284, 24],
      ['other', 150, 4],
      ['display', 118, 6],
      ['other_publicities', 65, 3],
      ['', 60, 14],
    ]);
    const campaigns = ledger.ledger?.filter((row) => row.dimension === 'campaign') ?? [];
    expect([campaigns.length, campaigns.filter((row) => row.states.won > 0).length]).toEqual([495, 134]);
  });

  it('gives 5, 14 and 54.75 days for the won, and counts the one that was won before its first contact', () => {
    const found = outcome.statistic('B6');
    const quantile = (p: number): number | null =>
      found.quantiles?.find((q) => q.population === 'won' && q.clock === 'lead-created' && q.dimension === 'total' && q.p === p)?.value ??
      null;
    expect([quantile(0.25)! / day, quantile(0.5)! / day, quantile(0.75)! / day]).toEqual([5, 14, 54.75]);
    expect(quantile(0.9)! / day).toBeCloseTo(161.9, 9);
    expect(found.figures?.find((figure) => figure.key === 'negative')?.value).toBe(1);
    expect(found.rows?.filter((row) => row.dimension === 'won-within').map((row) => row.k)).toEqual([283, 554, 691]);
  });

  it('measures nothing that the files do not say', () => {
    for (const id of ['A1', 'A2', 'A3', 'A4', 'F1', 'F3', 'F4'])
      expect(outcome.statistic(id)).toMatchObject({ estimate: null, notMeasured: expect.stringMatching(/^needs/u) });
  });
});

describe.skipIf(!existsSync(bank))(`loan applications at a bank (BPI Challenge 2012) through truce import${reasonFor(bank)}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'truce-bpi-'));
  let outcome: Outcome;
  beforeAll(async () => {
    const events = rowsOf(gunzipSync(readFileSync(`${bank}events.csv.gz`)).toString('utf8'));
    const created = new Map<string, string>();
    for (const event of events) if (!created.has(event['case_id']!)) created.set(event['case_id']!, event['timestamp']!);
    const rung = new Map([
      ['A_SUBMITTED', 'handed'],
      ['A_PREACCEPTED', 'accepted'],
      ['A_ACTIVATED', 'customer'],
      ['A_DECLINED', 'rejected'],
      ['A_CANCELLED', 'rejected'],
    ]);
    outcome = await importAndReport(
      folder,
      {
        leads: [['lead_id', 'created_at', 'origin'], ...[...created].map(([id, at]) => [id, at, 'marketing'])],
        touches: [
          ['lead_id', 'occurred_at', 'kind', 'actor_id'],
          ...events
            .filter((event) => event['activity']!.startsWith('W_') && event['lifecycle'] === 'START')
            .map((event) => [event['case_id']!, event['timestamp']!, 'call', event['resource']!]),
        ],
        // Resource 112 is a program: it takes the applications in, and declines some at once.
        status_changes: [
          ['entity_id', 'occurred_at', 'to_status', 'actor_id', 'actor_kind'],
          ...events
            .filter((event) => rung.has(event['activity']!))
            .map((event) => [
              event['case_id']!,
              event['timestamp']!,
              rung.get(event['activity']!)!,
              event['resource']!,
              event['resource'] === '112' ? 'workflow' : 'human',
            ]),
        ],
      },
      { report: { horizonDays: 60 } },
    );
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes every row, and says what it took the touches for', () => {
    expect(outcome.imported.files.map((file) => [file.name, file.rows, file.skipped])).toEqual([
      ['leads.csv', 7455, 0],
      ['status_changes.csv', expect.any(Number), 0],
      ['touches.csv', 41_155, 0],
    ]);
    expect(outcome.imported.warnings).toEqual([
      expect.stringMatching(/^status_changes\.csv: \d+ rows without recorded_in taken for a change in the sales CRM\.$/u),
      'touches.csv: 41155 rows without a side taken for a contact by sales.',
      'touches.csv: 41155 rows without a direction taken for outbound.',
      "touches.csv: 41155 rows without an actor_kind taken for a human's.",
    ]);
  });

  it('gives 5,507 of 7,455 touched, 2,871 within an hour and 5,274 within a day, and the automatic declines apart', () => {
    const found = outcome.statistic('A1');
    const row = (dimension: string, key: string): number | undefined =>
      found.rows?.find((each) => each.dimension === dimension && each.key === key)?.k;
    expect(found.population.n).toBe(7455);
    expect([row('horizon', '1h'), row('horizon', '24h'), row('horizon', '60d')]).toEqual([2871, 5274, 5507]);
    const due = found.rows?.find((each) => each.dimension === 'due');
    expect(due?.n).toBeLessThan(7455);
    expect(due?.estimate).toBeGreaterThan(0.9);
  });
});
