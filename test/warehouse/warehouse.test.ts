import { describe, expect, it } from 'vitest';

import type { Stream, StreamRecords } from '../../src/crm.ts';
import type { Side } from '../../src/model/words.ts';
import { openWarehouse, type DuckDbWarehouse } from '../../src/warehouse/duckdb.ts';
import * as make from './records.ts';
import { day, id, links, minute, page, settings, start } from './records.ts';

async function withWarehouse(work: (warehouse: DuckDbWarehouse) => Promise<void>): Promise<void> {
  await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
  await work(warehouse);
}

const load = async <S extends Stream>(warehouse: DuckDbWarehouse, side: Side, stream: S, ...records: StreamRecords[S][]): Promise<void> =>
  warehouse.load(side, stream, page<S>(records));

const all = async (warehouse: DuckDbWarehouse, table: string): Promise<readonly unknown[]> =>
  warehouse.query(`SELECT * FROM ${table} ORDER BY ALL`);

describe('loading', () => {
  it('keeps the cursor and the coverage of each page', () =>
    withWarehouse(async (warehouse) => {
      expect(await warehouse.cursor('sales', 'people')).toBeNull();
      await warehouse.load('sales', 'people', page<'people'>([make.person('L1')], { done: false, cursor: '"one"', historyFrom: start }));
      expect(await warehouse.cursor('sales', 'people')).toBe('"one"');
      expect(await warehouse.coverage()).toEqual([
        { side: 'sales', stream: 'people', complete: false, historyFrom: start, asOf: start + 60 * day },
      ]);
      await warehouse.load(
        'sales',
        'people',
        page<'people'>([make.person('L2')], { cursor: '"two"', asOf: start + 61 * day, historyFrom: start + day }),
      );
      expect(await warehouse.coverage()).toEqual([
        { side: 'sales', stream: 'people', complete: true, historyFrom: start, asOf: start + 61 * day },
      ]);
    }));

  it('changes nothing when a page is loaded twice', () =>
    withWarehouse(async (warehouse) => {
      const people = page<'people'>([make.person('C1'), make.person('C2')]);
      const touches = page<'touches'>([make.touch('T1', 'C1', start + minute)]);
      const once = async (): Promise<unknown[]> => {
        await warehouse.load('marketing', 'people', people);
        await warehouse.load('marketing', 'touches', touches);
        await warehouse.merge(links(), settings);
        return Promise.all(['leads', 'touches', 'coverage', 'raw_people', 'raw_touches'].map((table) => all(warehouse, table)));
      };
      const first = await once();
      expect(await once()).toEqual(first);
      expect(first[0]).toHaveLength(2);
    }));

  it('does not let a stale answer replace a newer version', () =>
    withWarehouse(async (warehouse) => {
      await warehouse.load('marketing', 'people', page<'people'>([make.person('C1', { name: 'new' })], { at: start + day }));
      await warehouse.load('marketing', 'people', page<'people'>([make.person('C1', { name: 'old' })], { at: start }));
      await warehouse.merge(links(), settings);
      expect(await warehouse.query('SELECT name FROM leads')).toEqual([{ name: 'new' }]);
    }));

  it('drops deleted records, and records that left the scope', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1'), make.person('C2'), make.person('C3'));
      await warehouse.load(
        'marketing',
        'people',
        page<'people'>([], {
          events: [
            { type: 'deleted', id: id('C1'), at: start + day },
            { type: 'left', id: id('C2'), at: start + day },
          ],
        }),
      );
      await warehouse.merge(links(), settings);
      expect(await warehouse.query('SELECT marketing_person_id FROM leads')).toEqual([{ marketing_person_id: 'C3' }]);
    }));

  it("gives a merged record's touches to the survivor", () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1'), make.person('C2'), make.person('C3'));
      await load(warehouse, 'marketing', 'touches', make.touch('T1', 'C1', start + minute));
      await warehouse.load(
        'marketing',
        'people',
        page<'people'>([], {
          events: [
            { type: 'merged', id: id('C1'), into: id('C2'), at: start + day },
            { type: 'merged', id: id('C2'), into: id('C3'), at: start + 2 * day },
          ],
        }),
      );
      await warehouse.merge(links(['marketing', 'C1', 'P1']), settings);
      expect(await warehouse.query('SELECT lead_id FROM leads')).toEqual([{ lead_id: 'P1' }]);
      expect(await warehouse.query('SELECT lead_id FROM touches')).toEqual([{ lead_id: 'P1' }]);
    }));

  it('keeps nothing of an erased person but the id', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1', { fields: new Map([['phone', '+49 30 1']]) }));
      await load(warehouse, 'marketing', 'status-history', make.change('H1', 'C1', ['New', 'Handed']));
      await warehouse.load('marketing', 'people', page<'people'>([], { events: [{ type: 'erased', id: id('C1'), at: start + day }] }));
      await warehouse.merge(links(), settings);
      expect(await all(warehouse, 'leads')).toEqual([]);
      expect(await all(warehouse, 'raw_status_history')).toEqual([]);
      const left = await all(warehouse, 'raw_people');
      expect(left).toHaveLength(1);
      expect(Object.values(left[0] as object).filter((value) => value !== null)).toEqual([
        'marketing',
        'C1',
        BigInt(start + day),
        BigInt(start + 60 * day),
        'erased',
      ]);
    }));

  it('takes what a listing leaves out as gone, but only when the listing is done', () =>
    withWarehouse(async (warehouse) => {
      const snapshot = { mode: 'snapshot' } as const;
      await load(warehouse, 'marketing', 'people', make.person('C1'));
      await load(warehouse, 'marketing', 'campaigns', make.campaign('K1'));
      await warehouse.load(
        'marketing',
        'members',
        page<'members'>([make.member('M1', 'K1', 'C1'), make.member('M2', 'K1', 'C1')]),
        snapshot,
      );
      const members = async (): Promise<unknown> => {
        await warehouse.merge(links(), settings);
        return (await warehouse.query('SELECT member_id FROM campaign_members ORDER BY 1')).map((row) => row['member_id']);
      };
      await warehouse.load(
        'marketing',
        'members',
        page<'members'>([make.member('M2', 'K1', 'C1')], { done: false, asOf: start + 70 * day }),
        snapshot,
      );
      expect(await members()).toEqual(['marketing:M1', 'marketing:M2']);
      await warehouse.load('marketing', 'members', page<'members'>([make.member('M3', 'K1', 'C1')], { asOf: start + 71 * day }), snapshot);
      expect(await members()).toEqual(['marketing:M2', 'marketing:M3']);
    }));

  it('keeps a field whose name is hostile', () =>
    withWarehouse(async (warehouse) => {
      const field = "__proto__/~it's";
      const odd = { ...settings, status: { ...settings.status, marketing: { ...settings.status.marketing, field } } };
      await load(warehouse, 'marketing', 'people', make.person('C1', { fields: new Map([[field, 'Working']]) }));
      await warehouse.merge(links(), odd);
      expect(await warehouse.query('SELECT marketing_status, marketing_rung FROM leads')).toEqual([
        { marketing_status: 'Working', marketing_rung: 'working' },
      ]);
    }));
});

describe('merging people', () => {
  it('makes one lead of linked records and one of each record without a link', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1', { channel: 'PAID' }), make.person('C2'));
      await load(
        warehouse,
        'sales',
        'people',
        make.person('L1', { object: 'Lead', createdAt: start + day, ownerId: id('U1'), fields: new Map([['status', 'Working']]) }),
      );
      await load(warehouse, 'sales', 'users', make.user('U1'));
      await warehouse.merge(links(['marketing', 'C1', 'P1'], ['sales', 'L1', 'P1']), settings);
      expect(
        await warehouse.query(
          'SELECT lead_id, marketing_person_id, sales_lead_id, created_in, channel, owner_id, sales_rung FROM leads ORDER BY lead_id',
        ),
      ).toEqual([
        {
          lead_id: 'P1',
          marketing_person_id: 'C1',
          sales_lead_id: 'L1',
          created_in: 'marketing',
          channel: 'PAID',
          owner_id: 'sales:U1',
          sales_rung: 'working',
        },
        {
          lead_id: 'marketing:C2',
          marketing_person_id: 'C2',
          sales_lead_id: null,
          created_in: 'marketing',
          channel: null,
          owner_id: null,
          sales_rung: null,
        },
      ]);
      expect(await warehouse.query('SELECT recorded_in, source_id, merged_id, rule FROM record_links ORDER BY source_id')).toEqual([
        { recorded_in: 'marketing', source_id: 'C1', merged_id: 'P1', rule: 'email' },
        { recorded_in: 'marketing', source_id: 'C2', merged_id: 'marketing:C2', rule: null },
        { recorded_in: 'sales', source_id: 'L1', merged_id: 'P1', rule: 'email' },
      ]);
    }));

  it('makes one person of a converted lead and its contact, standing where the deals say', () =>
    withWarehouse(async (warehouse) => {
      const converted = { contactId: id('C9'), accountId: null, dealId: id('D1'), at: start + day, precision: 'ms' } as const;
      await load(
        warehouse,
        'sales',
        'people',
        make.person('L1', { object: 'Lead', converted, fields: new Map([['status', 'Accepted']]), dealOutcomes: ['lost', 'won'] }),
        make.person('C9', { object: 'Person', createdAt: start + day }),
      );
      await load(warehouse, 'sales', 'deals', make.deal('D1', { outcome: 'won', closedAt: start + 20 * day }));
      await warehouse.merge(links(['sales', 'L1', 'P1']), settings);
      expect(await warehouse.query('SELECT lead_id, sales_lead_id, sales_contact_id, sales_status, sales_rung FROM leads')).toEqual([
        { lead_id: 'P1', sales_lead_id: 'L1', sales_contact_id: 'C9', sales_status: 'Accepted', sales_rung: 'customer' },
      ]);
      expect(await warehouse.query('SELECT deal_id, lead_id FROM deal_contacts')).toEqual([{ deal_id: 'sales:D1', lead_id: 'P1' }]);
    }));

  it('says whose lead it is by who made the first record that is no copy', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'sales', 'users', make.user('Seller', { teams: ['Field Sales'] }), make.user('Mara'));
      const by = (kind: 'human' | 'connector' | 'prospect', user: string | null) => ({
        kind,
        userId: user === null ? null : id(user),
        label: null,
      });
      await load(
        warehouse,
        'sales',
        'people',
        make.person('own', { createdBy: by('human', 'Seller') }),
        make.person('copy', { createdBy: by('connector', null), createdAt: start - day }),
        make.person('lone-copy', { createdBy: by('connector', null) }),
        make.person('by-marketing', { createdBy: by('human', 'Mara') }),
      );
      await load(
        warehouse,
        'marketing',
        'people',
        make.person('form', { createdBy: by('prospect', null) }),
        make.person('me', { emails: ['Boss@US.example'] }),
      );
      await warehouse.merge(links(['sales', 'copy', 'P1'], ['marketing', 'form', 'P1']), settings);
      const rows = await warehouse.query('SELECT lead_id, origin, is_internal FROM leads ORDER BY lead_id');
      expect(rows).toEqual([
        { lead_id: 'P1', origin: 'marketing', is_internal: false },
        { lead_id: 'marketing:me', origin: 'marketing', is_internal: true },
        { lead_id: 'sales:by-marketing', origin: 'marketing', is_internal: false },
        { lead_id: 'sales:lone-copy', origin: 'marketing', is_internal: false },
        { lead_id: 'sales:own', origin: 'sales', is_internal: false },
      ]);
    }));
});

describe('merging touches', () => {
  it('marks the later log of one interaction, and keeps two calls a minute apart as two', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1'));
      await load(warehouse, 'sales', 'people', make.person('L1'));
      const at = (seconds: number): number => start + seconds * 1000;
      await load(
        warehouse,
        'marketing',
        'touches',
        make.touch('a', 'C1', at(0)),
        make.touch('b', 'C1', at(60)),
        make.touch('mail', 'C1', at(1), { kind: 'email' }),
        make.touch('late', 'C1', at(1000)),
      );
      await load(
        warehouse,
        'sales',
        'touches',
        make.touch('a', 'L1', at(2)),
        make.touch('b', 'L1', at(59)),
        make.touch('in', 'L1', at(1), { direction: 'in' }),
        make.touch('far', 'L1', at(1121)),
      );
      const report = await warehouse.merge(links(['marketing', 'C1', 'P'], ['sales', 'L1', 'P']), settings);
      expect(report.duplicateTouches).toBe(2);
      expect(await warehouse.query('SELECT touch_id, dup_of FROM touches WHERE dup_of IS NOT NULL ORDER BY touch_id')).toEqual([
        { touch_id: 'marketing:b', dup_of: 'sales:b' },
        { touch_id: 'sales:a', dup_of: 'marketing:a' },
      ]);
    }));

  it('takes the acting team from the user, and programs as programs', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'people', make.person('C1'));
      await load(
        warehouse,
        'marketing',
        'users',
        make.user('Seller', { teams: ['field sales'] }),
        make.user('Robot', { otherId: id('77') }),
      );
      const by = (user: string) => ({ actor: { kind: 'human', userId: id(user), label: null } }) as const;
      await load(
        warehouse,
        'marketing',
        'touches',
        make.touch('1', 'C1', start, by('Seller')),
        make.touch('2', 'C1', start, by('77')),
        make.touch('3', 'C1', start, { kind: 'form', direction: 'in' }),
        make.touch('4', 'gone', start),
      );
      await warehouse.merge(links(), settings);
      expect(await warehouse.query('SELECT touch_id, side, actor_kind FROM touches ORDER BY touch_id')).toEqual([
        { touch_id: 'marketing:1', side: 'sales', actor_kind: 'human' },
        { touch_id: 'marketing:2', side: 'marketing', actor_kind: 'integration' },
        { touch_id: 'marketing:3', side: 'marketing', actor_kind: 'human' },
      ]);
    }));
});

describe('merging status changes', () => {
  it('gives changes their rungs, adds what a record began with, and counts what no map knows', () =>
    withWarehouse(async (warehouse) => {
      await load(
        warehouse,
        'sales',
        'people',
        make.person('L1', { fields: new Map([['status', 'Odd']]) }),
        make.person('L2', { fields: new Map([['status', 'Handed']]) }),
      );
      await load(
        warehouse,
        'sales',
        'status-history',
        make.change('H1', 'L1', ['Handed', 'Working']),
        make.change('H2', 'L1', ['Working', 'Odd'], { at: start + 2 * day }),
      );
      const report = await warehouse.merge(links(), settings);
      expect(
        await warehouse.query(
          'SELECT entity_id, from_status, to_status, to_raw, occurred_at, rule FROM status_changes ORDER BY entity_id, occurred_at',
        ),
      ).toEqual([
        { entity_id: 'sales:L1', from_status: null, to_status: 'handed', to_raw: 'Handed', occurred_at: BigInt(start), rule: 'initial' },
        {
          entity_id: 'sales:L1',
          from_status: 'handed',
          to_status: 'working',
          to_raw: 'Working',
          occurred_at: BigInt(start + day),
          rule: null,
        },
        { entity_id: 'sales:L1', from_status: 'working', to_status: null, to_raw: 'Odd', occurred_at: BigInt(start + 2 * day), rule: null },
        { entity_id: 'sales:L2', from_status: null, to_status: 'handed', to_raw: 'Handed', occurred_at: BigInt(start), rule: 'initial' },
      ]);
      expect(report.unmapped).toEqual([{ side: 'sales', field: 'status', value: 'Odd', count: 1 }]);
    }));

  it('does not invent the beginning of a record that is older than the history', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'sales', 'people', make.person('L1', { fields: new Map([['status', 'Working']]) }));
      await warehouse.load(
        'sales',
        'status-history',
        page<'status-history'>([make.change('H1', 'L1', ['Handed', 'Working'])], { historyFrom: start + minute }),
      );
      await warehouse.merge(links(), settings);
      expect(await warehouse.query('SELECT rule FROM status_changes')).toEqual([{ rule: null }]);
    }));

  it('sees a hand-over in a change of owner where no status ever shows one', () =>
    withWarehouse(async (warehouse) => {
      await load(warehouse, 'marketing', 'users', make.user('Queue', { kind: 'queue' }), make.user('Seller', { teams: ['field sales'] }));
      await load(warehouse, 'marketing', 'people', make.person('C1'), make.person('C2'));
      await load(
        warehouse,
        'marketing',
        'status-history',
        make.change('H1', 'C1', ['Queue', 'Seller'], { field: 'owner' }),
        make.change('H2', 'C2', ['Queue', 'Seller'], { field: 'owner' }),
        make.change('H3', 'C2', ['New', 'Handed'], { at: start + 2 * day }),
        make.change('H4', 'C2', [null, 'mql'], { at: start + 2 * day, field: 'stage' }),
      );
      await warehouse.merge(links(), settings);
      expect(
        await warehouse.query(
          `SELECT entity_id, to_status, rule FROM status_changes WHERE to_status IN ('handed', 'mql') ORDER BY entity_id, to_status`,
        ),
      ).toEqual([
        { entity_id: 'marketing:C1', to_status: 'handed', rule: 'owner' },
        { entity_id: 'marketing:C2', to_status: 'handed', rule: null },
        { entity_id: 'marketing:C2', to_status: 'mql', rule: null },
      ]);
    }));
});

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
      expect(await warehouse.query(`SELECT DISTINCT lead_id, campaign_id, matched_by FROM campaign_hints ORDER BY lead_id`)).toEqual(
        [
          { lead_id: 'marketing:C1', campaign_id: 'marketing:m1', matched_by: 'utm' },
          { lead_id: 'marketing:C4', campaign_id: 'marketing:m2', matched_by: 'name' },
          { lead_id: 'marketing:C4', campaign_id: 'marketing:m2', matched_by: 'id' },
        ].toSorted((a, b) => a.lead_id.localeCompare(b.lead_id)),
      );
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
