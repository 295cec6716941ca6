import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Settings } from '../../src/model/settings.ts';
import { openWarehouse, type DuckDbWarehouse } from '../../src/warehouse/duckdb.ts';
import * as make from './records.ts';
import { day, id, links, page, settings, start } from './records.ts';
import { load, withWarehouse } from './store.ts';

const linked = () => links(['marketing', 'C1', 'P1']);

/** Merges; whether the merged tables were built anew. */
async function rebuilds(warehouse: DuckDbWarehouse, changed: { links?: ReturnType<typeof links>; settings?: Settings } = {}) {
  const before = await warehouse.revision();
  await warehouse.merge(changed.links ?? linked(), changed.settings ?? settings);
  return (await warehouse.revision()) !== before;
}

async function filled(warehouse: DuckDbWarehouse): Promise<void> {
  await load(warehouse, 'marketing', 'people', make.person('C1'));
  await load(warehouse, 'marketing', 'campaigns', make.campaign('K1'));
  await warehouse.load('marketing', 'members', page<'members'>([make.member('M1', 'K1', 'C1')]), { mode: 'snapshot' });
  expect(await warehouse.revision()).toBeNull();
  expect(await rebuilds(warehouse)).toBe(true);
}

describe('a merge of what is merged already', () => {
  it('leaves the tables alone and reports the same', () =>
    withWarehouse(async (warehouse) => {
      await filled(warehouse);
      const first = await warehouse.merge(linked(), settings);
      expect(first).toMatchObject({ leads: 1, campaigns: 1 });
      // Nothing else writes to the merged tables, so what is written here is seen to stay.
      await warehouse.query(`UPDATE leads SET name = 'left alone'`);
      expect(await warehouse.merge(linked(), settings)).toEqual(first);
      expect(await warehouse.query('SELECT name FROM leads')).toEqual([{ name: 'left alone' }]);
    }));

  it('takes a record that comes again, a listing that lists the same, and newer stamps for nothing new', () =>
    withWarehouse(async (warehouse) => {
      await filled(warehouse);
      const later = { at: start + day, asOf: start + 60 * day + 1 };
      await warehouse.load('marketing', 'people', page<'people'>([make.person('C1')], later));
      await warehouse.load('marketing', 'members', page<'members'>([make.member('M1', 'K1', 'C1')], later), { mode: 'snapshot' });
      expect(await rebuilds(warehouse)).toBe(false);
    }));

  it('is still known by the next process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'truce-standing-'));
    try {
      const options = { memoryLimit: '512MB', threads: 1 };
      const first = await openWarehouse(join(folder, 'data.duckdb'), options);
      await filled(first);
      const revision = await first.revision();
      await first.close();
      const reader = await openWarehouse(join(folder, 'data.duckdb'), { ...options, readOnly: true });
      expect(await reader.revision()).toBe(revision);
      await reader.close();
      const second = await openWarehouse(join(folder, 'data.duckdb'), options);
      expect(await rebuilds(second)).toBe(false);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('builds anew when a record says something else, is gone, or is no longer listed', () =>
    withWarehouse(async (warehouse) => {
      await filled(warehouse);
      await warehouse.load('marketing', 'people', page<'people'>([make.person('C1', { name: 'Another' })], { at: start + day }));
      expect(await rebuilds(warehouse)).toBe(true);
      expect(await warehouse.query('SELECT name FROM leads')).toEqual([{ name: 'Another' }]);
      await warehouse.load('marketing', 'members', page<'members'>([], { asOf: start + 61 * day }), { mode: 'snapshot' });
      expect(await rebuilds(warehouse)).toBe(true);
      expect(await warehouse.query('SELECT * FROM campaign_members')).toEqual([]);
      const events = [{ type: 'deleted', id: id('C1'), at: start + 2 * day }] as const;
      await warehouse.load('marketing', 'people', page<'people'>([], { events }));
      expect(await rebuilds(warehouse)).toBe(true);
      expect(await warehouse.query('SELECT * FROM leads')).toEqual([]);
      expect(await rebuilds(warehouse)).toBe(false);
    }));

  it('builds anew when a field that was blank is filled, and when it is blank again', () =>
    withWarehouse(async (warehouse) => {
      await filled(warehouse);
      for (const [index, ownerId] of [id('U1'), null].entries()) {
        await warehouse.load('marketing', 'people', page<'people'>([make.person('C1', { ownerId })], { at: start + (index + 1) * day }));
        expect(await rebuilds(warehouse)).toBe(true);
      }
    }));

  it('builds anew when links, settings, or what is complete have changed', () =>
    withWarehouse(async (warehouse) => {
      await filled(warehouse);
      expect(await rebuilds(warehouse, { links: links(['marketing', 'C1', 'P2']) })).toBe(true);
      expect(await warehouse.query('SELECT lead_id FROM leads')).toEqual([{ lead_id: 'P2' }]);
      expect(await rebuilds(warehouse)).toBe(true);
      const other = { ...settings, hash: 'other' };
      expect(await rebuilds(warehouse, { settings: other })).toBe(true);
      await warehouse.load('sales', 'people', page<'people'>([]));
      expect(await rebuilds(warehouse, { settings: other })).toBe(true);
      expect(await rebuilds(warehouse, { settings: other })).toBe(false);
    }));

  it('builds anew when time has brought a new rate into force', () =>
    withWarehouse(async (warehouse) => {
      const rate = (name: string, startsAt: number, value: string) => ({
        id: id(name),
        currency: 'USD',
        startsAt,
        rate: value,
        corporate: false,
      });
      const asOf = start + 60 * day;
      await load(warehouse, 'sales', 'rates', rate('R1', 0, '2'), rate('R2', asOf + day / 2, '4'));
      await load(
        warehouse,
        'sales',
        'deals',
        make.deal('D1', { outcome: 'open', closedAt: start + 300 * day, amount: { minor: 800n, currency: 'USD' } }),
      );
      const amount = () => warehouse.query('SELECT amount_base FROM deals');
      expect(await rebuilds(warehouse)).toBe(true);
      expect(await amount()).toEqual([{ amount_base: 400n }]);
      const pass = async (at: number) => {
        await warehouse.load('sales', 'deals', page<'deals'>([], { asOf: at }));
        await warehouse.load('sales', 'rates', page<'rates'>([], { asOf: at }));
        return rebuilds(warehouse);
      };
      expect(await pass(asOf + 60_000)).toBe(false);
      expect(await pass(asOf + day / 2)).toBe(true);
      expect(await amount()).toEqual([{ amount_base: 200n }]);
    }));

  it('builds anew when the calendar of its periods is at its end', () =>
    withWarehouse(async (warehouse) => {
      await filled(warehouse);
      const lastEnd = async () =>
        Number((await warehouse.query('SELECT min(e) AS e FROM (SELECT max(ends_at) AS e FROM periods GROUP BY kind)'))[0]?.['e']);
      const end = await lastEnd();
      const pass = async (asOf: number) => {
        for (const stream of ['people', 'campaigns', 'members'] as const) await warehouse.load('marketing', stream, page([], { asOf }));
        return rebuilds(warehouse);
      };
      expect(await pass(end - 1)).toBe(false);
      expect(await pass(end)).toBe(true);
      expect(await lastEnd()).toBeGreaterThan(end);
    }));
});
