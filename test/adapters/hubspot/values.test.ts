import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, fromHubspot, instantOf, moneyOf, toHubspot } from '../../../adapters/hubspot/values.ts';

describe('amounts', () => {
  it.each([
    ['1500', 'USD', 150_000n],
    ['1500.5', 'USD', 150_050n],
    ['12.345', 'USD', 1235n],
    ['-12.345', 'EUR', -1235n],
    ['0.004', 'EUR', 0n],
    ['1500', 'JPY', 1500n],
    ['1.5', 'JPY', 2n],
    ['1.2345', 'KWD', 1235n],
    ['1.5E7', 'USD', 1_500_000_000n],
    ['9007199254740993.01', 'USD', 900_719_925_474_099_301n],
    ['.5', 'USD', 50n],
    ['0', 'USD', 0n],
  ] as const)('%s %s is exactly %s minor units', (text, currency, minor) => {
    expect(moneyOf(text, currency)).toEqual({ minor, currency });
  });

  it.each([
    ['', 'USD'],
    [null, 'USD'],
    ['12', null],
    ['abc', 'USD'],
    ['1,500', 'USD'],
    ['.', 'USD'],
    ['12', 'dollars'],
  ] as const)('%j in %j is no amount, and never 0', (text, currency) => {
    expect(moneyOf(text, currency)).toBeNull();
  });

  it('lose nothing on the way to minor units and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (minor) => {
        const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
        const text = `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(moneyOf(text, 'USD')?.minor).toBe(minor);
      }),
    );
  });
});

describe('values', () => {
  it('are read by the type of their property', () => {
    expect(fromHubspot('5', 'number')).toBe(5);
    expect(fromHubspot('9007199254740993', 'number')).toBe('9007199254740993');
    expect(fromHubspot('true', 'boolean')).toBe(true);
    expect(fromHubspot('false', 'boolean')).toBe(false);
    expect(fromHubspot('1773300826615', 'instant')).toBe('2026-03-12T07:33:46.615Z');
    expect(fromHubspot('2026-03-12T07:33:46Z', 'instant')).toBe('2026-03-12T07:33:46.000Z');
    expect(fromHubspot('2026-03-12', 'date')).toBe('2026-03-12');
    expect(fromHubspot('1773273600000', 'date')).toBe('2026-03-12');
    expect(fromHubspot('NEW', 'text')).toBe('NEW');
  });

  it('are empty as null, whether HubSpot says null or nothing', () => {
    for (const type of ['text', 'number', 'boolean', 'date', 'instant'] as const) {
      expect(fromHubspot(null, type)).toBeNull();
      expect(fromHubspot('', type)).toBeNull();
    }
  });

  it('are written as text, and cleared by an empty one', () => {
    expect(toHubspot(null, 'text')).toBe('');
    expect(toHubspot(true, 'boolean')).toBe('true');
    expect(toHubspot(1e21, 'number')).toBe('1000000000000000000000');
    expect(toHubspot(1e-7, 'number')).toBe('0.0000001');
    expect(toHubspot('2026-03-12T07:33:46.615Z', 'date')).toBe('2026-03-12');
    expect(toHubspot('2026-03-12T07:33:46.615Z', 'instant')).toBe('2026-03-12T07:33:46.615Z');
  });

  it('come back as they were written', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })),
        (value) => {
          const type = typeof value === 'boolean' ? 'boolean' : 'number';
          const back = fromHubspot(toHubspot(value, type), type);
          if (typeof value === 'number') expect(Math.abs(Number(back) - value)).toBeLessThanOrEqual(1e-20);
          else expect(back).toBe(value);
        },
      ),
    );
  });

  it('know an instant in both of HubSpot’s forms, and nothing else', () => {
    expect(instantOf('1773300826615')).toBe(1_773_300_826_615);
    expect(instantOf('2026-03-12T07:33:46.615Z')).toBe(1_773_300_826_615);
    expect([instantOf(''), instantOf(null), instantOf(undefined), instantOf('soon')]).toEqual([null, null, null, null]);
    expect(dayOf(1_773_300_826_615)).toBe(Date.UTC(2026, 2, 12));
    expect(dayOf(-1)).toBe(-86_400_000);
  });
});
