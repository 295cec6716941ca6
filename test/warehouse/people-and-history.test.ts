import { describe, expect, it } from 'vitest';

import * as make from './records.ts';
import { day, id, links, minute, page, settings, start } from './records.ts';
import { load, withWarehouse } from './store.ts';

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

  it("makes one account of each side's only account with a domain, and keeps doubtful ones apart", () =>
    withWarehouse(async (warehouse) => {
      await load(
        warehouse,
        'marketing',
        'accounts',
        make.account('a', { domain: 'Acme.example', employees: 5 }),
        make.account('b', { domain: 'two.example' }),
        make.account('c'),
      );
      await load(
        warehouse,
        'sales',
        'accounts',
        make.account('A', { domain: 'acme.example', country: 'DE' }),
        make.account('B', { domain: 'two.example' }),
        make.account('B2', { domain: 'two.example' }),
        make.account('C'),
      );
      await load(warehouse, 'marketing', 'people', make.person('C1', { accountId: id('a') }));
      await warehouse.merge(links(), settings);
      expect(await warehouse.query('SELECT account_id, employees, country FROM accounts ORDER BY account_id')).toEqual([
        { account_id: 'marketing:b', employees: null, country: null },
        { account_id: 'marketing:c', employees: null, country: null },
        { account_id: 'sales:A', employees: 5n, country: 'DE' },
        { account_id: 'sales:B', employees: null, country: null },
        { account_id: 'sales:B2', employees: null, country: null },
        { account_id: 'sales:C', employees: null, country: null },
      ]);
      expect(await warehouse.query('SELECT account_id, region, employees FROM leads')).toEqual([
        { account_id: 'sales:A', region: 'DE', employees: 5n },
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
