import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packer, type Cell } from '../../../adapters/sandbox/packed.ts';

const cell: fc.Arbitrary<Cell | null> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    'Open',
    'Closed',
    '2026-03-02T09:00:00.000Z',
    '2026-03-02T09:00:00Z',
    '2026-99-02T09:00:00.000Z',
    '0',
    'true',
    '\u0000',
    'ÿĀ',
  ),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0.1, 1_772_442_000_000, 2 ** 48 - 1, 2 ** 48, -1.5e300, Number.MAX_SAFE_INTEGER),
  fc.boolean(),
  fc.constant(null),
);
const record = fc.uniqueArray(
  fc.tuple(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '__proto__', 'constructor'), cell),
  {
    selector: ([name]) => name,
  },
);

describe('a packed record', () => {
  test('is the Map it was made from, without its nulls, whatever is in it', () => {
    // One packer for all, so that names and frequent values of one record meet those of others.
    const one = packer<Cell>();
    fc.assert(
      fc.property(record, (entries) => {
        const kept = entries.filter((entry): entry is [string, Cell] => entry[1] !== null);
        const packed = one.pack(entries);
        expect([...packed]).toEqual(kept);
        expect([packed.size, [...packed.keys()], [...packed.values()]]).toEqual([
          kept.length,
          kept.map(([name]) => name),
          kept.map(([, value]) => value),
        ]);
        for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', '__proto__', 'constructor', 'toString']) {
          const value = kept.find(([other]) => other === name)?.[1];
          expect([packed.has(name), packed.get(name)]).toEqual([value !== undefined, value]);
        }
        const taken = one.parts(packed);
        if (taken !== null) expect([...one.whole(taken.shape, taken.text)]).toEqual(kept);
      }),
      { numRuns: 3000 },
    );
  });

  test('knows one zero only, as JSON does', () => {
    expect(
      Object.is(
        packer<number>()
          .pack([['a', -0]])
          .get('a'),
        0,
      ),
    ).toBe(true);
  });

  test('holds more different values than are kept once, and values too long to be packed', () => {
    const one = packer<string>();
    const many = Array.from(
      { length: 5000 },
      (_, index) => [`value ${index % 3000}`, one.pack([['name', `value ${index % 3000}`]])] as const,
    );
    for (const [value, packed] of many) expect(packed.get('name')).toBe(value);
    const long = 'x'.repeat(40_000);
    expect([
      ...one.pack([
        ['long', long],
        ['short', 'y'],
      ]),
    ]).toEqual([
      ['long', long],
      ['short', 'y'],
    ]);
  });
});
