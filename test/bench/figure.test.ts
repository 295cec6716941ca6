import { expect, test } from 'vitest';
import { median, rowOf, verdictOf } from './figure.ts';

test('a bar is reached on its own value, and never by a figure that could not be taken', () => {
  const atMost = { is: 'at most', value: 20 } as const;
  expect([19, 20, 20.5, Number.NaN].map((value) => verdictOf({ value, bar: atMost }))).toEqual(['reached', 'reached', 'missed', 'missed']);
  const atLeast = { is: 'at least', value: 0.9 } as const;
  expect([0.89, 0.9, Number.NaN].map((value) => verdictOf({ value, bar: atLeast }))).toEqual(['missed', 'reached', 'missed']);
  expect(verdictOf({ value: 1, bar: null })).toBe('no bar');
});

test('a row names what was measured, the figure, the bar and the verdict, with its note below', () => {
  const row = rowOf({ what: 'idle run', value: 14, unit: 'calls', bar: { is: 'at most', value: 20 }, note: 'of Salesforce' });
  expect(row.replaceAll(/ +/g, ' ')).toBe('idle run 14 calls at most 20 reached\n of Salesforce');
  expect(rowOf({ what: 'x', value: Number.NaN, unit: 'MB', bar: null, note: '' })).toContain('not measured MB');
});

test('the median of an even number of values lies between the middle two; of none there is none', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, Number.NaN]);
});
