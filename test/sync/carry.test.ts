import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldValue } from '../../src/model/words.ts';
import { canonicalOf, carryValue, pairingOf, type FieldType } from '../../src/sync/carry.ts';

const types: readonly FieldType[] = [
  'text',
  'number',
  'money',
  'boolean',
  'date',
  'instant',
  'picklist',
  'multi-picklist',
  'reference',
  'other',
];

const word = fc.stringMatching(/^[A-Za-z0-9_ -]{1,8}$/).filter((text) => text.trim() !== '');
const moment = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
const dayText = moment.map((at) => at.toISOString().slice(0, 10));
const decimalText = fc.tuple(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.integer({ min: 0, max: 999 })).map(([a, b]) => `${a}.${b}`);
const hard = fc.constantFrom<FieldValue>('007', '1e3', 'TRUE', 'b; a ;b', '__proto__', '2026-13-45', 'e\u0301', '-0', 1e21, '1,5');

/** Any value that a CRM may hold in a field of a type, in any of the ways in which it writes it. */
const valueOf: Readonly<Record<FieldType, fc.Arbitrary<FieldValue>>> = {
  text: fc.oneof(
    word,
    decimalText,
    dayText,
    moment.map((at) => at.toISOString()),
    fc.string({ maxLength: 10 }),
    hard,
  ),
  number: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((n) => Number(n.toFixed(6))),
    fc.integer(),
    decimalText,
  ),
  money: decimalText,
  boolean: fc.constantFrom<FieldValue>(true, false, 'true', 'false'),
  date: fc.oneof(
    dayText,
    dayText.map((text) => Date.parse(text)),
    dayText.map((text) => String(Date.parse(text))),
  ),
  instant: fc.oneof(
    moment.map((at) => at.toISOString()),
    moment.map((at) => at.getTime()),
    moment.map((at) => at.toISOString().replace('Z', '+0000')),
  ),
  picklist: fc.oneof(word, fc.constantFrom('TRUE', 'false', '12', 'a;b')),
  'multi-picklist': fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(';')),
  reference: word,
  other: word,
};

describe('law: what goes there and comes back is the same, or the pair is named as lossy, or the value is refused', () => {
  for (const from of types) {
    for (const to of types) {
      const pairing = pairingOf(from, to);
      test(`${from} to ${to}: ${pairing.kind}`, () => {
        fc.assert(
          fc.property(valueOf[from], (value) => {
            const there = carryValue(value, from, to);
            if (pairing.kind === 'impossible') {
              if (canonicalOf(value, from) !== '') expect(there.kind).toBe('refused');
              return;
            }
            if (there.kind === 'refused') return;
            const back = carryValue(there.value, to, from);
            if (pairing.kind === 'lossy') {
              // The source is not flipped: what comes back still stands for the same value there.
              if (back.kind === 'refused') return;
              const again = carryValue(back.value, from, to);
              expect(again.kind).toBe('value');
              if (again.kind === 'value') expect(canonicalOf(again.value, to)).toBe(canonicalOf(there.value, to));
              return;
            }
            expect(back.kind).toBe('value');
            if (back.kind === 'value') expect(canonicalOf(back.value, from)).toBe(canonicalOf(value, from));
          }),
          { numRuns: 300 },
        );
      });
    }
  }
});

test('values of a type are never refused by a field of the same type', () => {
  for (const type of types.filter((one) => one !== 'reference' && one !== 'other'))
    fc.assert(
      fc.property(valueOf[type], (value) => {
        expect(carryValue(value, type, type).kind).toBe('value');
      }),
    );
});

test('the ways in which CRMs write one value are one', () => {
  const alike: readonly (readonly [FieldType, readonly FieldValue[]])[] = [
    ['date', ['2026-03-01', Date.UTC(2026, 2, 1), String(Date.UTC(2026, 2, 1)), '2026-03-01T00:00:00Z']],
    ['instant', ['2026-03-01T10:00:00.000+0000', '2026-03-01T10:00:00Z', Date.UTC(2026, 2, 1, 10), '2026-03-01T11:00:00+01:00']],
    ['multi-picklist', ['a;b', 'b;a', ' b ; a ;', 'a;b;a']],
    ['number', [1.5, '1.50', '+01.5', '15e-1']],
    ['money', ['1234.50', 1234.5, '1234.5']],
    ['boolean', [true, 'true', 'TRUE']],
  ];
  for (const [type, values] of alike) expect(new Set(values.map((value) => canonicalOf(value, type))).size, type).toBe(1);
  expect(canonicalOf('007', 'text')).not.toBe(canonicalOf('7', 'text'));
});

test('dates and instants: a day is midnight UTC there, an instant loses its time of day, and says so', () => {
  expect(carryValue('2026-03-01', 'date', 'instant')).toEqual({ kind: 'value', value: '2026-03-01T00:00:00.000Z' });
  expect(carryValue('2026-03-01T23:30:00Z', 'instant', 'date')).toEqual({ kind: 'value', value: '2026-03-01' });
  expect(pairingOf('instant', 'date')).toEqual({ kind: 'lossy', loses: 'the time of day' });
});

test('a value that is none of the type is refused with cause and fix', () => {
  expect(carryValue('soon', 'text', 'date')).toMatchObject({ kind: 'refused', code: 'VALUE_NOT_CARRIED' });
  expect(carryValue('007', 'text', 'number')).toMatchObject({
    cause: '"007" can\'t be written to a field of type number: as a number it would come back as "7".',
  });
  expect(carryValue('a;b', 'multi-picklist', 'picklist').kind).toBe('refused');
  expect(carryValue('005A', 'reference', 'reference').kind).toBe('refused');
  for (const blank of [null, '', '  ']) expect(carryValue(blank, 'text', 'number')).toEqual({ kind: 'value', value: null });
});
