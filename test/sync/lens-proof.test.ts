import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../../config/schema.ts';
import type { FieldDescription, ObjectDescription } from '../../src/crm.ts';
import type { Settings } from '../../src/model/settings.ts';
import type { Rung, Side } from '../../src/model/words.ts';
import { mergeField } from '../../src/sync/merge.ts';
import { proveMaps } from '../../src/sync/lens-proof.ts';
import { ladder, sideExits } from '../../src/sync/status-map.ts';

const rungs: readonly Rung[] = [...ladder, ...sideExits];

function field(
  name: string,
  type: FieldDescription['type'],
  options: readonly string[],
  rest: Partial<FieldDescription> = {},
): FieldDescription {
  return {
    name,
    label: name,
    type,
    writable: true,
    required: false,
    options: options.map((value) => ({ value, label: value, active: true, isDefault: false, converted: false })),
    restricted: true,
    maxLength: null,
    historyTracked: null,
    ...rest,
  };
}

const people = (...fields: readonly FieldDescription[]): { readonly objects: readonly ObjectDescription[] } => ({
  objects: [{ object: 'person', label: 'Person', kind: 'person', fields }],
});

/** Any pair of maps that a configuration may hold, each with a picklist that may know more or fewer values. */
const side = fc
  .record({
    reads: fc.uniqueArray(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), fc.constantFrom(...rungs)), {
      selector: ([text]) => text,
      minLength: 1,
    }),
    writes: fc.uniqueArray(fc.tuple(fc.constantFrom(...rungs), fc.nat()), { selector: ([rung]) => rung }),
    options: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G'), { minLength: 1 }),
  })
  .map(({ reads, writes, options }) => {
    const readable = new Map<string, Rung>(reads);
    const values = [...readable.keys()];
    return {
      options,
      map: {
        field: 'status',
        reads: readable,
        writes: new Map<Rung, string | null>(
          rungs.map((rung) => {
            const at = writes.find(([one]) => one === rung)?.[1];
            return [rung, at === undefined ? null : (values[at % values.length] ?? null)];
          }),
        ),
        blank: null,
        history: new Map(),
      },
    };
  });

test('law: what the table says of a value is what the merge does with it, over any two maps', () => {
  const settings = parseConfig({});
  fc.assert(
    fc.property(side, side, (marketing, sales) => {
      const maps = { marketing: marketing.map, sales: sales.map };
      const own: Settings = { ...settings, fields: [], status: { ...maps, policy: 'furthest' } };
      const descriptions = {
        marketing: people(field('status', 'picklist', marketing.options)),
        sales: people(field('status', 'picklist', sales.options)),
      };
      const rows = proveMaps(own, descriptions);
      expect(rows.length).toBe(marketing.options.length + sales.options.length);
      for (const row of rows) {
        const empty = { raw: null, derived: null, time: null };
        const here = { ...empty, raw: row.value };
        const input = row.from === 'marketing' ? { marketing: here, sales: empty } : { marketing: empty, sales: here };
        const decision = mergeField({ rule: { kind: 'status', name: 'status', maps, policy: 'furthest' }, base: null, ...input });
        if (row.verdict === 'unknown') expect(decision.kind).toBe('quarantine');
        else if (row.verdict === 'held') expect(decision).toMatchObject({ kind: 'settle', agreement: { rung: row.rung } });
        else {
          expect(decision).toMatchObject({ kind: 'write', value: row.there });
          const known: readonly string[] = row.from === 'marketing' ? sales.options : marketing.options;
          expect(row.verdict === 'refused').toBe(!known.includes(row.there ?? ''));
        }
        if (decision.kind !== 'write') continue;
        // With the base as complement nothing moves afterwards, however much the maps join: the source is never flipped.
        const { agreement } = decision;
        const base = { linkId: 'l', field: 'status', at: 1, ...agreement };
        const after = {
          marketing: { ...empty, raw: agreement.marketing },
          sales: { ...empty, raw: agreement.sales },
        };
        expect(mergeField({ rule: { kind: 'status', name: 'status', maps, policy: 'furthest' }, base, ...after }).kind).toBe('nothing');
        if (row.verdict === 'same') {
          // And without a base the value would come back as it was.
          const target: Side = row.from === 'marketing' ? 'sales' : 'marketing';
          const returned = mergeField({
            rule: { kind: 'status', name: 'status', maps, policy: 'furthest' },
            base: null,
            marketing: empty,
            sales: empty,
            [target]: { ...empty, raw: row.there },
          });
          expect(returned).toMatchObject({ kind: 'write', value: row.value });
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test('the stock maps: every value of both stock picklists has a verdict and a sentence', () => {
  const settings = parseConfig({});
  const rows = proveMaps(settings, { marketing: { objects: [] }, sales: { objects: [] } });
  expect(rows.map((row) => [row.from, row.value, row.there, row.back, row.verdict])).toMatchInlineSnapshot(`
    [
      [
        "marketing",
        "NEW",
        "Open - Not Contacted",
        "NEW",
        "same",
      ],
      [
        "marketing",
        "OPEN",
        "Working - Contacted",
        "IN_PROGRESS",
        "kept",
      ],
      [
        "marketing",
        "IN_PROGRESS",
        "Working - Contacted",
        "IN_PROGRESS",
        "same",
      ],
      [
        "marketing",
        "ATTEMPTED_TO_CONTACT",
        "Working - Contacted",
        "IN_PROGRESS",
        "kept",
      ],
      [
        "marketing",
        "CONNECTED",
        "Working - Contacted",
        "IN_PROGRESS",
        "kept",
      ],
      [
        "marketing",
        "OPEN_DEAL",
        null,
        null,
        "held",
      ],
      [
        "marketing",
        "UNQUALIFIED",
        "Closed - Not Converted",
        "UNQUALIFIED",
        "same",
      ],
      [
        "marketing",
        "BAD_TIMING",
        null,
        null,
        "held",
      ],
      [
        "sales",
        "Open - Not Contacted",
        "NEW",
        "Open - Not Contacted",
        "same",
      ],
      [
        "sales",
        "Working - Contacted",
        "IN_PROGRESS",
        "Working - Contacted",
        "same",
      ],
      [
        "sales",
        "Closed - Converted",
        "OPEN_DEAL",
        null,
        "kept",
      ],
      [
        "sales",
        "Closed - Not Converted",
        "UNQUALIFIED",
        "Closed - Not Converted",
        "same",
      ],
    ]
  `);
  for (const row of rows) expect(row.effect).toMatch(/^[A-Z].+\.$/);
});

test('a mapped picklist: joined values are kept apart by the base only, missing options are refused, one way is one way', () => {
  const settings = parseConfig({
    fields: [
      { name: 'region', marketing: 'region', sales: 'Region__c', values: { DE: 'DACH', AT: 'DACH', FR: 'France', UK: 'Britain' } },
      { name: 'tier', marketing: 'tier', sales: 'Tier__c', direction: 'to-sales' },
    ],
  });
  const rows = proveMaps(settings, {
    marketing: people(field('region', 'picklist', ['DE', 'AT', 'FR', 'UK', 'ES']), field('tier', 'picklist', ['gold', 'tin'])),
    sales: people(field('Region__c', 'picklist', ['DACH', 'France']), field('Tier__c', 'picklist', ['gold'])),
  });
  const verdicts = rows.filter((row) => row.field !== 'status').map((row) => [row.from, row.value, row.there, row.back, row.verdict]);
  expect(verdicts).toEqual([
    ['marketing', 'DE', 'DACH', 'DE', 'same'],
    ['marketing', 'AT', 'DACH', 'DE', 'kept'],
    ['marketing', 'FR', 'France', 'FR', 'same'],
    ['marketing', 'UK', 'Britain', null, 'refused'],
    ['marketing', 'ES', null, null, 'refused'],
    ['sales', 'DACH', 'DE', 'DACH', 'same'],
    ['sales', 'France', 'FR', 'France', 'same'],
    ['marketing', 'gold', 'gold', null, 'one-way'],
    ['marketing', 'tin', 'tin', null, 'refused'],
  ]);
});
