import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alignment } from '../../src/alignment/index.ts';
import type { AlignmentReport } from '../../src/alignment/types.ts';
import type { Bench } from './engines.ts';
import { openBench } from './engines.ts';

/** Public data sets beside the project: too large and under other licences, so they are not part of it. */
const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const olist = `${data}olist_marketing_funnel/`;
const bank = `${data}bpic2012_loan_applications/`;
const day = 86_400_000;
const hour = 3_600_000;
const settings = { touchPolicy: 'human', minCell: 5, horizonDays: 30, attempts: 4 } as const;

const reasonFor = (folder: string): string => (existsSync(folder) ? '' : ` (skipped: ${folder} is not there)`);

describe.skipIf(!existsSync(olist))(`Olist's marketing funnel by files alone${reasonFor(olist)}`, () => {
  let bench: Bench;
  let report: AlignmentReport;
  beforeAll(async () => {
    bench = await openBench('duckdb');
    await bench.query(`INSERT INTO leads (lead_id, created_at, channel, campaign_id)
      SELECT mql_id, epoch_ms(CAST(first_contact_date AS TIMESTAMP)), origin, landing_page_id FROM read_csv('${olist}olist_marketing_qualified_leads_dataset.csv')`);
    await bench.query(`INSERT INTO deals (deal_id, created_at, closed_at, outcome)
      SELECT 'd' || mql_id, epoch_ms(CAST(won_date AS TIMESTAMP)), epoch_ms(CAST(won_date AS TIMESTAMP)), 'won' FROM read_csv('${olist}olist_closed_deals_dataset.csv')`);
    await bench.query(
      `INSERT INTO deal_contacts (deal_contact_id, deal_id, lead_id) SELECT 'c' || mql_id, 'd' || mql_id, mql_id FROM read_csv('${olist}olist_closed_deals_dataset.csv')`,
    );
    report = await alignment(bench, { settings: { ...settings, minCell: 1 } });
  }, 120_000);
  afterAll(() => bench.close());

  test('842 of 8,000 leads were won, and the table by origin is the published one, the blank apart from the unknown', () => {
    const ledger = report.get('ledger').ledger ?? [];
    expect(report.get('ledger').estimate).toBeCloseTo(0.10525, 12);
    expect(ledger[0]).toMatchObject({ leads: 8000, states: { won: 842 }, wonDeals: { n: 842 } });
    const table = ledger.filter((r) => r.dimension === 'channel').map((r) => [r.key, r.leads, r.states.won]);
    expect(table).toEqual([
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
    const campaigns = ledger.filter((r) => r.dimension === 'campaign');
    expect(campaigns).toHaveLength(495);
    expect(campaigns.filter((r) => r.states.won > 0)).toHaveLength(134);
    expect(campaigns.slice(0, 5).map((r) => [r.key.slice(0, 8), r.leads, r.states.won])).toEqual([
      ['b76ef374', 912, 171],
      ['22c29808', 883, 174],
      ['58326e62', 495, 27],
      ['88740e65', 445, 31],
      ['ce1a65ab', 394, 59],
    ]);
  });

  test('the time to close: percentiles of the won, the median over all leads beside them, the negative one shown', () => {
    const found = report.get('time-to-close');
    const quantile = (p: number): number =>
      (found.quantiles?.find((q) => q.population === 'won' && q.clock === 'lead-created' && q.dimension === 'total' && q.p === p)?.value ??
        NaN) / day;
    expect([quantile(0.25), quantile(0.5), quantile(0.75)]).toEqual([5, 14, 54.75]);
    expect(quantile(0.9)).toBeCloseTo(161.9, 9);
    expect(found).toMatchObject({ estimate: null, notReached: expect.stringContaining('Fewer than half') });
    expect(found.quantiles?.find((q) => q.population === 'all' && q.clock === 'lead-created' && q.p === 0.5)).toMatchObject({
      n: 8000,
      value: null,
    });
    const figure = (key: string): number => found.figures?.find((f) => f.key === key)?.value ?? NaN;
    expect(figure('won-mean') / day).toBeCloseTo(48.440618, 6);
    expect([figure('won-shortest') / day, figure('won-longest') / day, figure('negative')]).toEqual([-2, 427, 1]);
    expect(found.rows?.filter((r) => r.dimension === 'won-within').map((r) => r.k)).toEqual([283, 554, 691]);
  });

  test('what the files do not say is not measured', () => {
    for (const id of ['A1', 'A2', 'A3', 'A4', 'F1', 'F3', 'F4'])
      expect(report.get(id)).toMatchObject({ estimate: null, notMeasured: expect.stringMatching(/^needs/) });
    const funnel = report.get('B3').funnel?.filter((r) => r.cohort === 'all') ?? [];
    expect(funnel.map((r) => [r.stage, r.n, r.measured])).toEqual([
      ['inquiry', 8000, true],
      ['mql', 842, false],
      ['handed', 842, false],
      ['accepted', 842, false],
      ['opportunity', 842, true],
      ['won', 842, true],
    ]);
  });
});

describe.skipIf(!existsSync(bank))(`loan applications at a bank (BPI Challenge 2012)${reasonFor(bank)}`, () => {
  let bench: Bench;
  let report: AlignmentReport;
  beforeAll(async () => {
    bench = await openBench('duckdb');
    await bench.query(`CREATE TABLE events AS SELECT * FROM read_csv('${bank}events.csv.gz', all_varchar = true)`);
    const columns = (await bench.query('DESCRIBE events')).map((row) => String(row['column_name']));
    expect(columns).toEqual(expect.arrayContaining(['case_id', 'activity', 'lifecycle', 'resource', 'timestamp']));
    await bench.query('CREATE TABLE log AS SELECT *, epoch_ms(CAST(timestamp AS TIMESTAMPTZ)) AS t FROM events');
    await bench.query("INSERT INTO leads (lead_id, created_at, origin) SELECT case_id, min(t), 'marketing' FROM log GROUP BY case_id");
    await bench.query(`INSERT INTO touches (touch_id, lead_id, occurred_at, kind, side, direction, actor_id)
      SELECT 't' || row_number() OVER (), case_id, t, 'call', 'sales', 'out', resource FROM log WHERE activity LIKE 'W%' AND lifecycle = 'START'`);
    await bench.query(`INSERT INTO status_changes (change_id, entity, entity_id, recorded_in, field, to_status, occurred_at, actor_kind)
      SELECT 's' || row_number() OVER (), 'lead', case_id, 'sales', 'status',
             CASE activity WHEN 'A_SUBMITTED' THEN 'handed' WHEN 'A_PREACCEPTED' THEN 'accepted' WHEN 'A_ACTIVATED' THEN 'customer' ELSE 'rejected' END, t,
             CASE WHEN resource = '112' THEN 'workflow' ELSE 'human' END
      FROM log WHERE activity IN ('A_SUBMITTED', 'A_PREACCEPTED', 'A_ACTIVATED', 'A_DECLINED', 'A_CANCELLED')`);
    report = await alignment(bench, { settings: { ...settings, horizonDays: 60 }, by: [], only: ['A1', 'B3'] });
  }, 120_000);
  afterAll(() => bench.close());

  test('73.87 % of the applications were ever worked on; without those a program declined at once it is more', () => {
    const found = report.get('A1');
    expect(found.population.n).toBe(7455);
    const row = (dimension: string, key: string): number | undefined =>
      found.rows?.find((r) => r.dimension === dimension && r.key === key)?.k;
    expect(row('horizon', '1h')).toBe(2871);
    expect(row('horizon', '24h')).toBe(5274);
    expect(row('horizon', '60d')).toBe(5507);
    expect(found.estimate).toBeCloseTo(0.738699, 6);
    const due = found.rows?.find((r) => r.dimension === 'due');
    expect(due?.n).toBeLessThan(7455);
    expect(due?.estimate).toBeGreaterThan(0.9);
    expect(hour).toBe(3_600_000);
  });
});
