import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { historyBook } from '../../../adapters/hubspot/sandbox/histories.ts';
import { emptyLinks } from '../../../adapters/hubspot/sandbox/links.ts';
import type { Version } from '../../../adapters/hubspot/sandbox/model.ts';

const write = fc.record({
  at: fc.integer({ min: 0, max: 12 }),
  source: fc.constantFrom(
    { sourceType: 'CRM_UI', updatedByUserId: 7 },
    { sourceType: 'API' },
    { sourceType: 'FORM', sourceId: 'f', sourceLabel: 'Ünï' },
  ),
  values: fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.constantFrom('', 'x', 'y', '2026-03-02T09:00:00.000Z'), fc.string({ unit: 'binary' })),
  ),
});

/** The same in the plainest way: an array of versions for each property. */
function plainly(
  histories: Map<string, Version[]>,
  { at, source, values }: { at: number; source: Version['source']; values: Map<string, string> },
) {
  const newest = new Map<string, string>();
  for (const [name, value] of values) {
    const versions = histories.get(name) ?? [];
    let place = versions.length;
    while (place > 0 && (versions[place - 1]?.at ?? 0) > at) place -= 1;
    if ((versions[place - 1]?.value ?? '') !== value) versions.splice(place, 0, { value, at, source });
    if (versions.length > 0) histories.set(name, versions);
    newest.set(name, versions.at(-1)?.value ?? value);
  }
  return newest;
}

describe('packed histories', () => {
  test('are those that arrays of versions would be, in any order of writing', () => {
    const book = historyBook();
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const [packed, plain] = [book.empty(), new Map<string, Version[]>()];
        for (const { at, source, values } of writes) {
          const map = new Map(Object.entries(values));
          expect(packed.add(map, at, source)).toEqual(plainly(plain, { at, source, values: map }));
        }
        expect(new Map(packed)).toEqual(
          new Map([...plain].map(([name, versions]) => [name, versions.map((version) => ({ name, ...version }))])),
        );
        for (const name of ['a', 'b', 'c']) expect(packed.get(name)).toEqual(plain.get(name));
        packed.set('a', [{ value: 'z', at: 5, source: { sourceType: 'API' } }]);
        expect(packed.get('a')).toEqual([{ value: 'z', at: 5, source: { sourceType: 'API' } }]);
        packed.clear();
        expect([...packed.keys()]).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('packed associations', () => {
  test('are those that Maps of Maps would be, few or many', () => {
    const step = fc.record({
      from: fc.constantFrom('0-1:11', '0-2:12'),
      typeId: fc.constantFrom('0-2', '0-3'),
      id: fc.integer({ min: 100, max: 140 }).map(String),
      type: fc.integer({ min: 1, max: 3 }),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const [packed, plain] = [emptyLinks(), new Map<string, Map<string, Map<string, Set<number>>>>()];
        for (const { from, typeId, id, type, remove } of steps) {
          const targets = plain.get(from)?.get(typeId);
          if (remove) {
            packed.remove(from, { typeId, id });
            targets?.delete(id);
            continue;
          }
          expect(packed.add(from, { typeId, id }, type)).toBe(targets?.get(id)?.has(type) !== true);
          const all = plain.get(from) ?? new Map<string, Map<string, Set<number>>>();
          plain.set(from, all);
          const mine = all.get(typeId) ?? new Map<string, Set<number>>();
          all.set(typeId, mine.set(id, (mine.get(id) ?? new Set<number>()).add(type)));
        }
        for (const from of ['0-1:11', '0-2:12'])
          for (const typeId of ['0-2', '0-3'])
            expect([...(packed.get(from)?.get(typeId) ?? [])]).toEqual([...(plain.get(from)?.get(typeId) ?? [])]);
      }),
      { numRuns: 300 },
    );
  });
});
