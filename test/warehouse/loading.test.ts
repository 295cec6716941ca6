import { describe, expect, it } from 'vitest';

import type { DuckDbWarehouse } from '../../src/warehouse/duckdb.ts';
import * as make from './records.ts';
import { day, id, links, minute, page, settings, start } from './records.ts';
import { load, withWarehouse } from './store.ts';

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
