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
    ['2026-01-05t09:00z', '2026-01-05T09:00:00.000Z ms'],
    ['2026-01-05 09:00:00.1234567+0530', '2026-01-05T03:30:00.123Z ms'],
    ['2026-01-05T09:00:00-08', '2026-01-05T17:00:00.000Z ms'],
    ['2026-01-05 09:00:00', '2026-01-05T08:00:00.000Z ms'],
    ['2026-07-05 09:00:00', '2026-07-05T07:00:00.000Z ms'],
  ])('%s is %s', (text, expected) => expect(at(text)).toBe(expected));

  it('knows both sides of a change of clocks, and the first of two readings', () => {
    expect(at('2026-03-29 01:59:59')).toBe('2026-03-29T00:59:59.000Z ms');
    expect(at('2026-03-29 03:00:00')).toBe('2026-03-29T01:00:00.000Z ms');
    expect(at('2026-10-25 02:30:00')).toBe('2026-10-25T00:30:00.000Z ms');
    expect(at('2026-10-25 03:00:00')).toBe('2026-10-25T02:00:00.000Z ms');
    expect(at('2026-01-05 09:00:00', 'UTC')).toBe('2026-01-05T09:00:00.000Z ms');
  });

  it.each(['yesterday', '2026-13-01', '2026-02-29', '2026-01-05 25:00', '05.01.2026', '1767603600', '99999999999999999999'])(
    '%s is refused with a sentence',
    (text) => {
      const read = instantReader('UTC')(text);
      expect(typeof read).toBe('string');
      expect(read).toContain(text);
    },
  );
});
