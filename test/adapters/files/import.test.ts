import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { openWarehouse } from '../../../src/warehouse/duckdb.ts';
import { page, person } from '../../warehouse/records.ts';
import { csv, withFiles } from './folder.ts';

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
        'touches.csv': csv('lead_id,occurred_at,kind,side,direction,actor_kind', 'p1,2026-01-08T09:00:00.250Z,Call,Salesforce,OUT,human'),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.problems).toEqual([]);
        expect(report.warnings).toEqual([
          'deals: 1 deal of nobody: deal_contacts.csv tells whose a deal is, and only then is a lead won or lost.',
        ]);
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

  it('fills what other files tell: people, campaigns, first campaigns, rungs and double logs', () =>
    withFiles(
      {
        'touches.csv': csv(
          'touch_id,lead_id,occurred_at,kind,recorded_in,side,direction,actor_kind',
          't1,p1,2026-01-05T09:00:00Z,call,hubspot,sales,out,human',
          't2,p1,2026-01-05T09:00:30Z,call,salesforce,sales,out,human',
          't3,p2,2026-01-05T09:00:30Z,call,salesforce,sales,out,human',
        ),
        'campaign_members.csv': csv('campaign_id,lead_id,added_at', 'k2,p1,2026-01-03', 'k1,p1,2026-01-02'),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.warnings).toEqual([
          'There is no leads.csv: the people are those whom the other files name, without creation time, channel and origin.',
        ]);
        // The first time that a person is heard of is not when they were created: a time to close must not begin there.
        expect(await warehouse.query('SELECT lead_id, campaign_id, created_at FROM leads ORDER BY lead_id')).toEqual([
          { lead_id: 'p1', campaign_id: 'k1', created_at: null },
          { lead_id: 'p2', campaign_id: null, created_at: null },
        ]);
        expect(await warehouse.query('SELECT campaign_id FROM campaigns ORDER BY 1')).toHaveLength(2);
        expect(await warehouse.query('SELECT touch_id, dup_of FROM touches WHERE dup_of IS NOT NULL')).toEqual([
          { touch_id: 't2', dup_of: 't1' },
        ]);
      },
    ));

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
});
