import { describe, expect, it } from 'vitest';

import * as make from './records.ts';
import { day, id, links, settings, start } from './records.ts';
import { load, withWarehouse } from './store.ts';

describe('merging campaigns and deals', () => {
  it('pairs many sales campaigns with one marketing campaign and counts the cost once', () =>
    withWarehouse(async (warehouse) => {
      const cost = (minor: bigint) => ({ cost: { minor, currency: 'EUR' } });
      await load(
        warehouse,
        'marketing',
        'campaigns',
        make.campaign('m1', { name: 'Spring', ...cost(900n) }),
        make.campaign('m2', { name: 'Twice' }),
      );
      await load(
        warehouse,
        'sales',
        'campaigns',
        make.campaign('s1', { name: 'Spring', ...cost(500n) }),
        make.campaign('s2', { name: 'Spring follow-up', crossIds: ['m1'], ...cost(400n) }),
        make.campaign('s3', { name: 'Twice' }),
        make.campaign('s4', { name: 'Twice' }),
        make.campaign('s5', { name: 'By map' }),
      );
      const reviewed = { ...settings, outcomes: { ...settings.outcomes, campaigns: [{ marketing: 'm2', sales: ['By map'] }] } };
      await warehouse.merge(links(), reviewed);
      expect(await warehouse.query('SELECT campaign_id, sales_campaign_ids, cost_minor FROM campaigns ORDER BY campaign_id')).toEqual([
        { campaign_id: 'marketing:m1', sales_campaign_ids: '["s1","s2"]', cost_minor: 900n },
        { campaign_id: 'marketing:m2', sales_campaign_ids: '["s5"]', cost_minor: null },
        { campaign_id: 'sales:s3', sales_campaign_ids: '["s3"]', cost_minor: null },
        { campaign_id: 'sales:s4', sales_campaign_ids: '["s4"]', cost_minor: null },
      ]);
      expect(
        await warehouse.query('SELECT source_id, campaign_id FROM campaign_records WHERE recorded_in = $1 ORDER BY source_id', ['sales']),
      ).toHaveLength(5);
    }));

  it('finds the campaign that first touched a lead, by response, hint or membership', () =>
    withWarehouse(async (warehouse) => {
      await load(
        warehouse,
        'marketing',
        'campaigns',
        make.campaign('m1', { utm: 'Spring' }),
        make.campaign('m2'),
        make.campaign('m3', { utm: 'same' }),
        make.campaign('m4', { utm: 'same' }),
      );
      const hint = (key: string, value: string) => ({ hints: new Map([[key, value]]) });
      await load(
        warehouse,
        'marketing',
        'people',
        make.person('C1', hint('utm_campaign', 'spring')),
        make.person('C2', hint('utm_campaign', 'same')),
        make.person('C3', hint('utm_source', 'm2')),
        make.person('C4', hint('source_detail', 'm2')),
      );
      await load(
        warehouse,
        'marketing',
        'members',
        make.member('1', 'm2', 'C1', { addedAt: start + day }),
        make.member('2', 'm2', 'C2', { addedAt: start + day }),
        make.member('3', 'm1', 'C2', { addedAt: start + 2 * day }),
        make.member('4', 'm1', 'C4', { addedAt: start - day }),
      );
      await warehouse.merge(links(), settings);
      expect(await warehouse.query('SELECT lead_id, campaign_id FROM leads ORDER BY lead_id')).toEqual([
        { lead_id: 'marketing:C1', campaign_id: 'marketing:m1' },
        { lead_id: 'marketing:C2', campaign_id: 'marketing:m2' },
        { lead_id: 'marketing:C3', campaign_id: null },
        { lead_id: 'marketing:C4', campaign_id: 'marketing:m1' },
      ]);
      expect(
        await warehouse.query(`SELECT DISTINCT lead_id, campaign_id, matched_by FROM campaign_hints ORDER BY lead_id, matched_by`),
      ).toEqual([
        { lead_id: 'marketing:C1', campaign_id: 'marketing:m1', matched_by: 'utm' },
        { lead_id: 'marketing:C4', campaign_id: 'marketing:m2', matched_by: 'id' },
        { lead_id: 'marketing:C4', campaign_id: 'marketing:m2', matched_by: 'name' },
      ]);
    }));

  it('takes a membership without a time only where it is the only one', () =>
    withWarehouse(async (warehouse) => {
      const undated = { addedAt: null };
      await load(warehouse, 'marketing', 'campaigns', make.campaign('m1'), make.campaign('m2', { utm: 'two' }));
      await load(
        warehouse,
        'marketing',
        'people',
        make.person('C1'),
        make.person('C2'),
        make.person('C3', { hints: new Map([['utm_campaign', 'two']]) }),
      );
      await load(
        warehouse,
        'marketing',
        'members',
        make.member('1', 'm1', 'C1', undated),
        ...['C2', 'C3'].flatMap((who) => ['m1', 'm2'].map((which) => make.member(`${who}${which}`, which, who, undated))),
      );
      await warehouse.merge(links(), settings);
      const found = await warehouse.query('SELECT lead_id, campaign_id FROM leads ORDER BY lead_id');
      expect(found.map((row) => row['campaign_id'])).toEqual(['marketing:m1', null, 'marketing:m2']);
    }));

  it("counts a linked pair of deals once, with sales' stage and amount", () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1'));
      await load(
        warehouse,
        'marketing',
        'deals',
        make.deal('d1', { crossIds: ['o1'], amount: { minor: 1n, currency: 'EUR' }, createdAt: start }),
        make.deal('d2', { outcome: 'lost', reason: ' price ', closedAt: start + day, amount: { minor: 7n, currency: 'EUR' } }),
      );
      await load(
        warehouse,
        'sales',
        'deals',
        make.deal('o1', { outcome: 'won', closedAt: start + 20 * day, amount: { minor: 2n, currency: 'EUR' }, type: 'New Customer' }),
      );
      await load(warehouse, 'marketing', 'deal-people', make.dealPerson('1', 'd1', 'C1', { addedAt: start }));
      await warehouse.merge(links(), settings);
      expect(
        await warehouse.query(
          'SELECT deal_id, marketing_deal_id, outcome, amount_base, loss_reason, deal_type FROM deals ORDER BY deal_id',
        ),
      ).toEqual([
        { deal_id: 'marketing:d2', marketing_deal_id: 'd2', outcome: 'lost', amount_base: 7n, loss_reason: 'price', deal_type: null },
        { deal_id: 'sales:o1', marketing_deal_id: 'd1', outcome: 'won', amount_base: 2n, loss_reason: null, deal_type: 'new' },
      ]);
      expect(await warehouse.query('SELECT deal_id, lead_id FROM deal_contacts')).toEqual([
        { deal_id: 'sales:o1', lead_id: 'marketing:C1' },
      ]);
    }));

  it('converts amounts at the dated rate, exactly, and has none where there is no rate', () =>
    withWarehouse(async (warehouse) => {
      const rate = (name: string, currency: string, startsAt: number, value: string, corporate = false) => ({
        id: id(name),
        currency,
        startsAt,
        rate: value,
        corporate,
      });
      await load(
        warehouse,
        'sales',
        'rates',
        rate('1', 'EUR', 0, '1', true),
        rate('2', 'USD', start, '1.25'),
        rate('3', 'USD', start + 30 * day, '1.0845'),
        rate('4', 'JPY', 0, '160.5'),
      );
      const won = (name: string, at: number, minor: bigint, currency: string) =>
        make.deal(name, { outcome: 'won', closedAt: at, amount: { minor, currency } });
      await load(
        warehouse,
        'sales',
        'deals',
        won('a', start + day, 1000n, 'USD'),
        won('b', start + 31 * day, 10_000_000_000_000_001n, 'USD'),
        won('c', start, 321n, 'JPY'),
        won('d', start, 1n, 'CHF'),
        won('e', start - day, 1n, 'USD'),
        won('f', start, -1001n, 'USD'),
      );
      const report = await warehouse.merge(links(), settings);
      expect((await warehouse.query('SELECT sales_deal_id, amount_base FROM deals ORDER BY 1')).map((row) => row['amount_base'])).toEqual([
        800n,
        9_220_839_096_357_769n,
        200n,
        null,
        null,
        -801n,
      ]);
      expect(report.dealsWithoutRate).toBe(2);
    }));
});
