import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Side } from '../../src/model/words.ts';
import { pairCampaigns, type CampaignRecord } from '../../src/warehouse/campaign-pairs.ts';
import { mergeUsers, type UserRecord } from '../../src/warehouse/merged-users.ts';
import {
  convertMinor,
  decimalText,
  minorDigits,
  parseRatio,
  ratioFromText,
  ratioText,
  roundedQuotient,
} from '../../src/warehouse/money.ts';
import { periods } from '../../src/warehouse/periods.ts';
import { endOfTime, rateAt, rateTable } from '../../src/warehouse/rate-table.ts';
import { settings } from './records.ts';

describe('pairing campaigns', () => {
  const record = (side: Side, id: string, name: string, ...crossIds: string[]): CampaignRecord => ({ side, id, name, crossIds });
  const place = (records: readonly CampaignRecord[], reviewed: Parameters<typeof pairCampaigns>[1] = []): Record<string, string> =>
    Object.fromEntries([...pairCampaigns(records, reviewed)].map(([key, where]) => [key, `${where.campaignId} ${where.pairedBy ?? '-'}`]));

  it('takes a reviewed pair before a stored id, and a stored id before the name', () => {
    const records = [
      record('marketing', 'm1', 'A'),
      record('marketing', 'm2', 'B'),
      record('marketing', 'm3', 'C'),
      record('sales', 's1', 'A', 'm2'),
    ];
    expect(place(records, [{ marketing: 'C', sales: ['s1'] }])['sales:s1']).toBe('marketing:m3 reviewed');
    expect(place(records)['sales:s1']).toBe('marketing:m2 stored-id');
    expect(place([records[0]!, record('sales', 's1', 'A')])['sales:s1']).toBe('marketing:m1 name');
  });

  it('leaves apart what is ambiguous, and never guesses by a similar name', () => {
    expect(
      place([record('marketing', 'm1', 'A'), record('marketing', 'm2', 'B', 's1'), record('sales', 's1', 'A', 'm1')])['sales:s1'],
    ).toBe('marketing:m1 name');
    expect(
      place([record('marketing', 'm1', 'X', 's1'), record('marketing', 'm2', 'B', 's1'), record('sales', 's1', 'A')])['sales:s1'],
    ).toBe('sales:s1 -');
    expect(place([record('marketing', 'm1', 'A'), record('marketing', 'm2', 'A'), record('sales', 's1', 'A')])['sales:s1']).toBe(
      'sales:s1 -',
    );
    expect(place([record('marketing', 'm1', 'A'), record('sales', 's1', 'A'), record('sales', 's2', 'A')])['sales:s2']).toBe('sales:s2 -');
    expect(place([record('marketing', 'm1', 'A'), record('sales', 's1', 'a ')])['sales:s1']).toBe('sales:s1 -');
  });
});

describe('merging users', () => {
  const user = (side: Side, id: string, email: string | null, more: Partial<UserRecord> = {}): UserRecord => ({
    side,
    id,
    email,
    otherId: null,
    name: id,
    active: true,
    kind: 'person',
    teams: [],
    timeZone: null,
    ...more,
  });
  const merge = (records: readonly UserRecord[], owners: readonly string[] = []) => mergeUsers(records, settings.teams, new Set(owners));

  it('makes one user of one address, whatever its case, and finds both id spaces of a CRM', () => {
    const { users, userOf } = merge([user('marketing', '7', 'Ann@us.example', { otherId: '70' }), user('sales', '005', 'ann@US.example')]);
    expect(users).toHaveLength(1);
    expect(users[0]).toMatchObject({ userId: 'sales:005', marketingOwnerId: '7', salesUserId: '005', email: 'ann@us.example' });
    expect([userOf.get('marketing:7'), userOf.get('marketing:70'), userOf.get('sales:005')]).toEqual([
      'sales:005',
      'sales:005',
      'sales:005',
    ]);
  });

  it('keeps users without an address, and accounts that share one within a CRM, apart', () => {
    expect(merge([user('marketing', '1', null), user('sales', '2', '')]).users).toHaveLength(2);
    expect(
      merge([user('sales', '1', 'x@us.example'), user('sales', '2', 'x@us.example'), user('marketing', '3', 'x@us.example')]).users,
    ).toHaveLength(3);
  });

  it('takes the team from the configuration, else from owning sales records, else says it is unknown', () => {
    const { users } = merge(
      [
        user('sales', 'a', 'mara@us.example'),
        user('sales', 'b', 'b@us.example', { teams: ['Field Sales'] }),
        user('sales', 'c', 'c@us.example'),
        user('sales', 'd', 'd@us.example'),
        user('sales', 'q', null, { kind: 'queue' }),
        user('sales', 'r', 'robot@us.example'),
      ],
      ['a', 'c', 'q', 'r'],
    );
    expect(users.map((one) => [one.userId, one.team, one.kind])).toEqual([
      ['sales:a', 'marketing', 'person'],
      ['sales:b', 'sales', 'person'],
      ['sales:c', 'sales', 'person'],
      ['sales:d', null, 'person'],
      ['sales:q', null, 'queue'],
      ['sales:r', null, 'integration'],
    ]);
  });
});

describe('money', () => {
  it.each([
    [7n, 2n, 4n],
    [-7n, 2n, -4n],
    [5n, 3n, 2n],
    [-4n, 3n, -1n],
    [0n, 9n, 0n],
  ])('%d / %d is %d, halves away from zero', (dividend, divisor, expected) => expect(roundedQuotient(dividend, divisor)).toBe(expected));

  it('knows currencies without cents and with thousandths', () => {
    expect([minorDigits('EUR'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 0, 3]);
    expect([decimalText(-5n, 'EUR'), decimalText(1234n, 'JPY'), decimalText(1n, 'KWD')]).toEqual(['-0.05', '1234', '0.001']);
    expect(convertMinor(321n, { from: 'JPY', to: 'KWD' }, { numerator: 500n, denominator: 1n })).toBe(642n);
  });

  it('reads a rate exactly and refuses what is none', () => {
    expect(parseRatio('1.0845')).toEqual({ numerator: 2169n, denominator: 2000n });
    expect(parseRatio('12e-1')).toEqual({ numerator: 6n, denominator: 5n });
    expect(['0', '-1', 'NaN', '', '1,5'].map(parseRatio)).toEqual([null, null, null, null, null]);
    expect(ratioFromText(ratioText({ numerator: 3n, denominator: 7n }))).toEqual({ numerator: 3n, denominator: 7n });
    expect(ratioFromText('1/0')).toBeNull();
  });

  it('comes back within one minor unit when it is converted there and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), fc.integer({ min: 1000, max: 100_000 }), (minor, rate) => {
        const there = { numerator: 10_000n, denominator: BigInt(rate) };
        const more = convertMinor(minor, { from: 'EUR', to: 'USD' }, there);
        const back = convertMinor(more, { from: 'USD', to: 'EUR' }, { numerator: BigInt(rate), denominator: 10_000n });
        const off = back - minor;
        expect(off <= 5n && off >= -5n).toBe(true);
      }),
    );
  });
});

describe('the table of rates', () => {
  const rate = (side: Side, currency: string, startsAt: number, value: string, corporate = false) => ({
    side,
    currency,
    startsAt,
    rate: value,
    corporate,
  });

  it('runs each rate until the next one', () => {
    const table = rateTable([rate('sales', 'USD', 100, '1.25'), rate('sales', 'USD', 0, '1.5'), rate('sales', 'EUR', 0, '1', true)], 'EUR');
    expect(table.map((row) => [row.currency, row.startsAt, row.endsAt])).toEqual([
      ['USD', 0, 100],
      ['USD', 100, endOfTime],
    ]);
    expect(rateAt(table, 'USD', 99)).toEqual({ numerator: 3n, denominator: 2n });
    expect(rateAt(table, 'USD', 100)).toEqual({ numerator: 5n, denominator: 4n });
    expect([rateAt(table, 'USD', -1), rateAt(table, 'CHF', 1)]).toEqual([null, null]);
  });

  it("uses one CRM's table, sales' where it has one", () => {
    const both = [rate('sales', 'USD', 0, '1.5'), rate('marketing', 'USD', 0, '9'), rate('marketing', 'CHF', 0, '2')];
    expect(rateTable(both, 'EUR').map((row) => row.currency)).toEqual(['USD']);
    expect(rateTable(both.slice(1), 'EUR').map((row) => row.currency)).toEqual(['USD', 'CHF']);
  });

  it("re-bases over the company's own rate where the CRM counts in another currency, at both rates' dates", () => {
    const table = rateTable(
      [rate('sales', 'USD', 0, '1', true), rate('sales', 'EUR', 0, '0.8'), rate('sales', 'EUR', 50, '0.5'), rate('sales', 'CHF', 0, '0.4')],
      'EUR',
    );
    expect([rateAt(table, 'USD', 10), rateAt(table, 'USD', 60), rateAt(table, 'CHF', 60)]).toEqual([
      { numerator: 5n, denominator: 4n },
      { numerator: 2n, denominator: 1n },
      { numerator: 4n, denominator: 5n },
    ]);
  });

  it("is empty where the CRM counts in another currency and has no rate of the company's", () => {
    expect(rateTable([rate('sales', 'USD', 0, '1', true), rate('sales', 'CHF', 0, '0.4')], 'EUR')).toEqual([]);
  });
});

describe('the calendar', () => {
  const from = Date.UTC(2026, 2, 27, 12);
  const to = Date.UTC(2026, 3, 2, 12);
  const berlin = { ...settings.company, fiscalYearStartMonth: 4 };
  const rows = periods(berlin, from, to);
  const of = (kind: string): readonly (readonly [string, string, string])[] =>
    rows
      .filter((row) => row.kind === kind)
      .map((row) => [row.period, new Date(row.startsAt).toISOString(), new Date(row.endsAt).toISOString()]);

  it("has days of the company's zone, 23 hours long when the clocks go forward", () => {
    const hours = rows.filter((row) => row.kind === 'day').map((row) => [row.period, (row.endsAt - row.startsAt) / 3_600_000]);
    expect(hours).toEqual([
      ['2026-03-27', 24],
      ['2026-03-28', 24],
      ['2026-03-29', 23],
      ['2026-03-30', 24],
      ['2026-03-31', 24],
      ['2026-04-01', 24],
      ['2026-04-02', 24],
    ]);
  });

  it('begins weeks, fiscal quarters and fiscal years where the company does', () => {
    expect(of('week').map(([name]) => name)).toEqual(['2026-03-23', '2026-03-30']);
    expect(of('month')[1]).toEqual(['2026-04', '2026-03-31T22:00:00.000Z', '2026-04-30T22:00:00.000Z']);
    expect(of('quarter')).toEqual([
      ['FY2026-Q4', '2025-12-31T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
      ['FY2027-Q1', '2026-03-31T22:00:00.000Z', '2026-06-30T22:00:00.000Z'],
    ]);
    expect(of('year').map(([name]) => name)).toEqual(['FY2026', 'FY2027']);
    expect(periods({ ...berlin, weekStart: 'sunday', fiscalYearStartMonth: 1 }, from, from).map((row) => row.period)).toEqual([
      '2026-03-27',
      '2026-03-22',
      '2026-03',
      'FY2026-Q1',
      'FY2026',
    ]);
  });

  it('leaves no gap and no overlap, in any zone', () => {
    for (const timeZone of ['UTC', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Auckland']) {
      for (const kind of ['day', 'week', 'month', 'quarter', 'year']) {
        const own = periods({ ...berlin, timeZone }, Date.UTC(2017, 0, 1), Date.UTC(2018, 11, 31)).filter((row) => row.kind === kind);
        own.slice(1).forEach((row, index) => expect(row.startsAt, `${timeZone} ${row.period}`).toBe(own[index]!.endsAt));
      }
    }
  });
});
