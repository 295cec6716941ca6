import { describe, expect, it } from 'vitest';

import { instantReader } from '../../../adapters/files/instants.ts';

const at = (text: string, zone = 'Europe/Berlin'): unknown => {
  const read = instantReader(zone)(text);
  return typeof read === 'string' ? read : `${new Date(read.at).toISOString()} ${read.precision}`;
};

describe('reading instants', () => {
  it.each([
    ['1767603600000', '2026-01-05T09:00:00.000Z ms'],
    ['2026-01-05', '2026-01-05T00:00:00.000Z day'],
    ['2026-01-05T09:00:00Z', '2026-01-05T09:00:00.000Z ms'],
    ['2026-01-05T09:00:00.250Z', '2026-01-05T09:00:00.250Z ms'],
    ['2026-01-05t09:00z', '2026-01-05T09:00:00.000Z ms'],
    ['2026-01-05 09:00:00.1234567+0530', '2026-01-05T03:30:00.123Z ms'],
    ['2026-01-05T09:00:00-08', '2026-01-05T17:00:00.000Z ms'],
    ['2026-01-05 09:00:00', '2026-01-05T08:00:00.000Z ms'],
    ['2026-07-05 09:00:00', '2026-07-05T07:00:00.000Z ms'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z ms'],
  ])('%s is %s', (text, expected) => expect(at(text)).toBe(expected));

  it('knows both sides of a change of clocks, and the first of two readings', () => {
    expect(at('2026-03-29 01:59:59')).toBe('2026-03-29T00:59:59.000Z ms');
    expect(at('2026-03-29 03:00:00')).toBe('2026-03-29T01:00:00.000Z ms');
    expect(at('2026-10-25 02:30:00')).toBe('2026-10-25T00:30:00.000Z ms');
    expect(at('2026-10-25 03:00:00')).toBe('2026-10-25T02:00:00.000Z ms');
    expect(at('2026-01-05 09:00:00', 'UTC')).toBe('2026-01-05T09:00:00.000Z ms');
  });

  it.each(['UTC', 'America/Los_Angeles', 'America/Sao_Paulo', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Auckland', 'Pacific/Kiritimati'])(
    'a date alone has that date both in UTC and in %s, on every day of a year',
    (zone) => {
      const read = instantReader(zone);
      const local = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
      for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2027, 0, 1); day += 86_400_000) {
        const date = new Date(day).toISOString().slice(0, 10);
        const found = read(date);
        if (typeof found === 'string') throw new Error(found);
        expect(new Date(found.at).toISOString().slice(0, 10)).toBe(date);
        expect(local.format(found.at)).toBe(date);
        expect(found.precision).toBe('day');
      }
    },
  );

  it.each([
    ['yesterday', 'is no instant'],
    ['05.01.2026', 'is no instant'],
    ['2026-13-01', 'is no date that exists'],
    ['2026-02-29', 'is no date that exists'],
    ['2100-02-29T00:00:00Z', 'is no date that exists'],
    ['2026-01-05 25:00', 'is no date that exists'],
    ['1767603600', 'looks like seconds'],
    ['99999999999999999999', 'is no instant'],
    ['0026-01-05', 'is how programs write "no date"'],
    ['0000-00-00', 'is how programs write "no date"'],
    ['0001-01-01T00:00:00Z', 'is how programs write "no date"'],
    ['1900-01-01 00:00:00', 'is how programs write "no date"'],
  ])('%s is refused: it %s', (text, reason) => expect(at(text)).toContain(reason));
});
