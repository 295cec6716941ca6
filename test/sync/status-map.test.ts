import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../../config/schema.ts';
import type { StatusMap } from '../../src/model/settings.ts';
import type { DealOutcome } from '../../src/model/records.ts';
import type { FieldValue, Rung } from '../../src/model/words.ts';
import { derivedRung, getRung, ladder, putRung, sideExits, type Complement } from '../../src/sync/status-map.ts';

const rungs: readonly Rung[] = [...ladder, ...sideExits];
const rung = fc.constantFrom(...rungs);
const value = fc.oneof(
  fc.constantFrom('A', 'B', 'C', 'D', '__proto__', 'constructor', 'Open - Not Contacted'),
  fc.string({ minLength: 1, maxLength: 4 }),
);
const solid = value.filter((text) => text.trim() !== '');

/** Any map that a configuration may hold: what is written can also be read, though several rungs may share a value. */
const map: fc.Arbitrary<StatusMap> = fc
  .record({
    reads: fc.uniqueArray(fc.tuple(solid, rung), { selector: ([text]) => text, maxLength: 8 }),
    writes: fc.array(fc.tuple(rung, fc.option(solid)), { maxLength: 11 }),
    blank: fc.option(rung),
  })
  .map(({ reads, writes, blank }) => {
    const readable = new Map<string, Rung>(reads);
    const written = new Map<Rung, string | null>(rungs.map((one) => [one, null]));
    for (const [one, text] of writes) {
      written.set(one, text);
      if (text !== null && !readable.has(text)) readable.set(text, one);
    }
    return { field: 'f', reads: readable, writes: written, blank, history: new Map() };
  });

const raw: fc.Arbitrary<FieldValue> = fc.oneof(solid, fc.constantFrom<FieldValue>(null, ''));
const complement: fc.Arbitrary<Complement | null> = fc.option(fc.record({ raw, rung: fc.option(rung) }));

test('law: putting what was got changes nothing', () => {
  fc.assert(
    fc.property(map, raw, complement, (statusMap, held, base) => {
      const reading = getRung(statusMap, held, base);
      fc.pre(reading.kind === 'rung');
      expect(putRung(statusMap, reading.rung, { raw: held, complement: base })).toEqual({ kind: 'keep' });
    }),
    { numRuns: 5_000 },
  );
});

test('law: getting what was put gives it back, for every rung that has a write value', () => {
  fc.assert(
    fc.property(map, raw, complement, rung, (statusMap, held, base, wanted) => {
      fc.pre(statusMap.writes.get(wanted) !== null);
      const putting = putRung(statusMap, wanted, { raw: held, complement: base });
      expect(putting.kind).not.toBe('hold');
      const after = putting.kind === 'write' ? putting.value : held;
      expect(getRung(statusMap, after, { raw: after, rung: wanted })).toEqual({ kind: 'rung', rung: wanted });
    }),
    { numRuns: 5_000 },
  );
});

test('the laws hold for both stock maps, rung by rung', () => {
  const { status } = parseConfig({});
  for (const statusMap of [status.marketing, status.sales]) {
    for (const [one, text] of statusMap.writes) {
      if (text === null) expect(putRung(statusMap, one, { raw: null, complement: null }).kind).toBe('hold');
      else expect(getRung(statusMap, text, { raw: text, rung: one })).toEqual({ kind: 'rung', rung: one });
    }
  }
});

test('a value without a rung is unknown, an empty one has the meaning that the map gives it, no field is absent', () => {
  const statusMap: StatusMap = { field: 'f', reads: new Map([['A', 'new']]), writes: new Map(), blank: null, history: new Map() };
  expect(getRung(statusMap, 'B', null)).toEqual({ kind: 'unknown', value: 'B' });
  expect(getRung(statusMap, '__proto__', null)).toEqual({ kind: 'unknown', value: '__proto__' });
  expect(getRung(statusMap, '', null)).toEqual({ kind: 'none' });
  expect(getRung({ ...statusMap, blank: 'new' }, null, null)).toEqual({ kind: 'rung', rung: 'new' });
  expect(getRung(statusMap, undefined, null)).toEqual({ kind: 'absent' });
});

test('a remembered rung tells apart what is written as one value, until the value changes', () => {
  const { status } = parseConfig({});
  const shared = status.marketing.writes.get('accepted') ?? '';
  expect(getRung(status.marketing, shared, { raw: shared, rung: 'accepted' })).toEqual({ kind: 'rung', rung: 'accepted' });
  expect(getRung(status.marketing, shared, { raw: 'NEW', rung: 'accepted' })).not.toEqual({ kind: 'rung', rung: 'accepted' });
});

test('the status of a converted person follows from the deals: any won, else any open, else accepted', () => {
  const outcome = fc.constantFrom<DealOutcome>('won', 'open', 'lost');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 5 }), (outcomes) => {
      const expected = outcomes.some((one) => one === 'won')
        ? 'customer'
        : outcomes.some((one) => one === 'open')
          ? 'opportunity'
          : 'accepted';
      expect(derivedRung(outcomes)).toBe(expected);
    }),
  );
});
