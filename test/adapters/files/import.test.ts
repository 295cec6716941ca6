import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { importFiles, type ImportReport } from 'truce/files';
import { describe, expect, it } from 'vitest';

import { openWarehouse, type DuckDbWarehouse } from '../../../src/warehouse/duckdb.ts';
import { page, person, settings } from '../../warehouse/records.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

async function withFiles(
  files: Files,
  work: (warehouse: DuckDbWarehouse, run: (more?: Files) => Promise<ImportReport>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'truce-import-'));
  const write = (more: Files): void => {
    for (const [name, content] of Object.entries(more)) writeFileSync(join(folder, name), content);
  };
  try {
    write(files);
    await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
    await work(warehouse, (more = {}) => {
      write(more);
      return importFiles(folder, warehouse, { settings });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const csv = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('importing files', () => {
  it('loads all nine, gzipped or not, whatever the order of the columns', () =>
    withFiles(
      {
        'accounts.csv': csv('name,account_id,employees', '"Acme, Inc.",a1,1200'),
        'users.csv': csv('user_id,team,is_active', 'u1,Salesforce,yes'),
        'campaigns.csv': csv('campaign_id,name,cost,currency', 'k1,Spring,1234.5,EUR'),
        'leads.csv.gz': gzipSync(
          csv('lead_id,created_at,created_in,account_id,campaign_id,channel,is_test', 'p1,2026-01-05T09:00:00Z,hubspot,a1,k1,PAID,false'),
        ),
        'campaign_members.csv': csv('campaign_id,lead_id,responded_at,responded', 'k1,p1,2026-01-06,1'),
        'deals.csv': csv(
          'deal_id,outcome,closed_at,amount,currency,loss_reason',
          'd1,won,2026-02-01 10:00:00,1000.05,,',
          'd2,lost,1769940000000,,,price',
        ),
        'deal_contacts.csv': csv('deal_id,lead_id', 'd1,p1'),
        'status_changes.csv': csv('entity_id,occurred_at,recorded_in,to_raw', 'p1,2026-01-07T10:00:00+02:00,salesforce,Handed'),
        'touches.csv': csv('lead_id,occurred_at,kind', 'p1,2026-01-08T09:00:00.250Z,Call'),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.warnings).toEqual([]);
        expect(report.files.map((file) => [file.name, file.rows, file.skipped])).toEqual([
          ['accounts.csv', 1, 0],
          ['users.csv', 1, 0],
          ['campaigns.csv', 1, 0],
          ['leads.csv.gz', 1, 0],
          ['campaign_members.csv', 1, 0],
          ['deals.csv', 2, 0],
          ['deal_contacts.csv', 1, 0],
          ['status_changes.csv', 1, 0],
          ['touches.csv', 1, 0],
        ]);
        const one = async (sql: string): Promise<unknown> => (await warehouse.query(sql))[0];
        expect(await one('SELECT name, employees FROM accounts')).toEqual({ name: 'Acme, Inc.', employees: 1200n });
        expect(await one('SELECT team, is_active FROM users')).toEqual({ team: 'sales', is_active: true });
        expect(await one('SELECT cost_minor, currency FROM campaigns')).toEqual({ cost_minor: 123_450n, currency: 'EUR' });
        expect(await one('SELECT created_at, created_in, origin FROM leads')).toEqual({
          created_at: BigInt(Date.UTC(2026, 0, 5, 9)),
          created_in: 'marketing',
          origin: 'unknown',
        });
        expect(await one('SELECT member_id, responded_at, at_precision, responded FROM campaign_members')).toEqual({
          member_id: 'k1|p1',
          responded_at: BigInt(Date.UTC(2026, 0, 6)),
          at_precision: 'day',
          responded: true,
        });
        // A time without a zone is the company's, here Berlin's winter time.
        expect(await warehouse.query('SELECT closed_at, amount_minor, currency, amount_base FROM deals ORDER BY deal_id')).toEqual([
          { closed_at: BigInt(Date.UTC(2026, 1, 1, 9)), amount_minor: 100_005n, currency: 'EUR', amount_base: 100_005n },
          { closed_at: 1_769_940_000_000n, amount_minor: null, currency: null, amount_base: null },
        ]);
        expect(await one('SELECT entity, to_status, occurred_at, change_id FROM status_changes')).toEqual({
          entity: 'lead',
          to_status: 'handed',
          occurred_at: BigInt(Date.UTC(2026, 0, 7, 8)),
          change_id: 'status_changes.csv:2',
        });
        expect(await one('SELECT kind, side, direction, actor_kind, occurred_at FROM touches')).toEqual({
          kind: 'call',
          side: 'sales',
          direction: 'out',
          actor_kind: 'human',
          occurred_at: BigInt(Date.UTC(2026, 0, 8, 9)) + 250n,
        });
        expect(await one(`SELECT period FROM periods WHERE kind = 'month' ORDER BY starts_at`)).toEqual({ period: '2026-01' });
      },
    ));

  it('reports what it skips with file and line, and unknown columns', () =>
    withFiles(
      {
        'leads.csv': csv(
          'lead_id,created_at,mood',
          'p1,2026-02-30,x',
          'p2,2026-01-01,x',
          ',2026-01-01,x',
          'p2,2026-01-02,x',
          'p3,1767225600,x',
          'p4,2026-01-01,x,y',
        ),
        'touches.csv': csv(
          'lead_id,occurred_at,kind',
          '"p2",2026-01-01T00:00:00Z,pigeon',
          'p2,2026-01-01T00:00:00Z,email',
          'p9,2026-01-01T00:00:00Z,email',
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.files.map((file) => [file.name, file.rows, file.skipped])).toEqual([
          ['leads.csv', 1, 5],
          ['touches.csv', 2, 1],
        ]);
        expect(report.warnings).toEqual([
          'leads.csv: the column "mood" is not known and left out.',
          'leads.csv:2: skipped, created_at: "2026-02-30" is no date that exists.',
          'leads.csv:4: skipped, lead_id is empty.',
          'leads.csv:6: skipped, created_at: "1767225600" looks like seconds; epoch milliseconds or ISO 8601 are expected.',
          'leads.csv:7: skipped, it has 4 cells, but the header has 3.',
          'leads.csv:5: skipped, the lead_id "p2" stands further up already.',
          'touches.csv:2: skipped, kind: "pigeon" is none of call, email, meeting, social, sms, task, form, click, visit, event, response.',
          'touches: 1 rows name a lead that leads.csv does not have; they count nowhere.',
        ]);
        expect(await warehouse.query('SELECT lead_id FROM leads')).toEqual([{ lead_id: 'p2' }]);
      },
    ));

  it('fills what other files tell: people, campaigns, first campaigns, rungs and double logs', () =>
    withFiles(
      {
        'touches.csv': csv(
          'touch_id,lead_id,occurred_at,recorded_in',
          't1,p1,2026-01-05T09:00:00Z,hubspot',
          't2,p1,2026-01-05T09:00:30Z,salesforce',
          't3,p2,2026-01-05T09:00:30Z,salesforce',
        ),
        'campaign_members.csv': csv('campaign_id,lead_id,added_at', 'k2,p1,2026-01-03', 'k1,p1,2026-01-02'),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.warnings).toEqual([
          'There is no leads.csv: the people are those whom the other files name, without creation time, channel and origin.',
        ]);
        expect(await warehouse.query('SELECT lead_id, campaign_id FROM leads ORDER BY lead_id')).toEqual([
          { lead_id: 'p1', campaign_id: 'k1' },
          { lead_id: 'p2', campaign_id: null },
        ]);
        expect(await warehouse.query('SELECT campaign_id FROM campaigns ORDER BY 1')).toHaveLength(2);
        expect(await warehouse.query('SELECT touch_id, dup_of FROM touches WHERE dup_of IS NOT NULL')).toEqual([
          { touch_id: 't2', dup_of: 't1' },
        ]);
      },
    ));

  it('replaces what was imported before, and changes nothing when it fails', () =>
    withFiles({ 'leads.csv': csv('lead_id', 'p1', 'p2') }, async (warehouse, run) => {
      const leads = async (): Promise<unknown> =>
        (await warehouse.query('SELECT lead_id FROM leads ORDER BY 1')).map((row) => row['lead_id']);
      await run();
      expect(await leads()).toEqual(['p1', 'p2']);
      await run({ 'leads.csv': csv('lead_id', 'p3') });
      expect(await leads()).toEqual(['p3']);
      await expect(run({ 'leads.csv': csv('id', 'p4') })).rejects.toMatchObject({
        code: 'IMPORT_COLUMN_MISSING',
        message: 'leads.csv has no column lead_id.',
      });
      await expect(run({ 'leads.csv': csv('lead_id,lead_id', 'p4,p4') })).rejects.toMatchObject({
        code: 'IMPORT_COLUMN_MISSING',
        message: 'leads.csv has the column lead_id twice.',
      });
      await expect(run({ 'leads.csv': csv('lead_id,created_at', 'p4,soon') })).rejects.toMatchObject({
        code: 'IMPORT_ALL_ROWS_BAD',
        message: expect.stringContaining('leads.csv:2'),
      });
      await expect(run({ 'leads.csv': 'lead_id\n"p4\n' })).rejects.toMatchObject({
        code: 'IMPORT_BAD_CSV',
        message: expect.stringContaining('leads.csv:'),
      });
      expect(await leads()).toEqual(['p3']);
    }));

  it('says which files a folder may hold when it holds none', () =>
    withFiles({ 'contacts.csv': 'x' }, async (_warehouse, run) => {
      await expect(run()).rejects.toMatchObject({ code: 'IMPORT_NO_FILES', hint: expect.stringContaining('leads.csv') });
    }));

  it('refuses a warehouse that a pull has filled, and the other way round', () =>
    withFiles({ 'leads.csv': csv('lead_id', 'p1') }, async (warehouse, run) => {
      await using pulled = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
      await pulled.load('sales', 'people', page<'people'>([person('L1')]));
      await expect(pulled.importMerged(() => Promise.resolve())).rejects.toMatchObject({ code: 'WAREHOUSE_PULLED' });
      await run();
      await expect(warehouse.load('sales', 'people', page<'people'>([person('L1')]))).rejects.toMatchObject({
        code: 'WAREHOUSE_IMPORTED',
        hint: expect.stringContaining('--warehouse'),
      });
    }));

  it('takes hostile column names, a byte order mark, quotes and line ends as they come', () =>
    withFiles({ 'leads.csv': '\uFEFFlead_id,__proto__,name\r\np1,x,"a ""b""\r\nc"\r\n\r\np2,y,☃\r\n' }, async (warehouse, run) => {
      const report = await run();
      expect(report.warnings).toEqual(['leads.csv: the column "__proto__" is not known and left out.']);
      expect(await warehouse.query('SELECT name FROM leads ORDER BY lead_id')).toEqual([{ name: 'a "b"\r\nc' }, { name: '☃' }]);
    }));
});
