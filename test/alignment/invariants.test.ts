import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alignment } from '../../src/alignment/index.ts';
import type { StatResult } from '../../src/alignment/types.ts';
import type { ToyRow, ToyTable } from '../support/toy-company.ts';
import { seeded, toyEnd, toyRows } from '../support/toy-company.ts';
import type { Bench } from './engines.ts';
import { openBench } from './engines.ts';

const day = 86_400_000;
const settings = { touchPolicy: 'human', minCell: 5, horizonDays: 30, attempts: 4, ratchetFields: ['stage'] } as const;
const all = ['A1', 'A2', 'A3', 'A4', 'B1', 'B3', 'B5', 'B6', 'F1', 'F3', 'F4'];
const seeds = fc.integer({ min: 1, max: 1_000_000 });
/** A run takes a second or two: few at a time, with another seed each time. */
const few = { numRuns: 2 };
const one = { numRuns: 1 };

type Rows = ReadonlyMap<ToyTable, readonly ToyRow[]>;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('duckdb');
}, 120_000);
afterAll(() => bench.close());

async function compute(rows: Rows, options: { asOf?: number; only?: readonly string[] } = {}): Promise<readonly StatResult[]> {
  await bench.clear();
  for (const [table, list] of rows) await bench.insert(table, list);
  return (await alignment(bench, { settings, asOf: options.asOf ?? toyEnd, only: options.only ?? all })).statistics;
}

/** Equal but for the last bits of sums that were added up in another order. */
function expectEqual(actual: unknown, expected: unknown, path: string = ''): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    expect(Math.abs(actual - expected), path).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
  } else if (Array.isArray(expected) && Array.isArray(actual)) {
    expect(actual.length, path).toBe(expected.length);
    expected.forEach((one, i) => expectEqual(actual[i], one, `${path}[${i}]`));
  } else if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    const other = new Map(Object.entries(actual));
    for (const [key, value] of Object.entries(expected)) expectEqual(other.get(key), value, `${path}.${key}`);
    expect([...other.keys()], path).toEqual(Object.keys(expected));
  } else expect(actual, path).toEqual(expected);
}

const times = new Set(['created_at', 'opted_out_at', 'occurred_at', 'closed_at', 'added_at']);
const mapRows = (rows: Rows, change: (row: ToyRow, table: ToyTable) => ToyRow): Rows =>
  new Map([...rows].map(([table, list]) => [table, list.map((row) => change(row, table))]));

test('what becomes of leads adds up: fates to 1, ledger to its total, ladder to its population', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const results = await compute(toyRows({ leads: 90, seed }), { only: ['A1', 'A2', 'B1'] });
      const [a1, a2, b1] = results;
      const fates = a1?.rows?.filter((r) => r.dimension === 'fate').map((r) => r.estimate ?? NaN) ?? [];
      if (fates.length > 0) expect(fates.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      const points = (event: string): readonly { y: number; lo: number; hi: number }[] =>
        a1?.curves?.find((c) => c.event === event)?.points ?? [];
      points('touched').forEach((p, i) => {
        expect(p.y + (points('closed-untouched')[i]?.y ?? 0) + (points('waiting')[i]?.y ?? 0)).toBeCloseTo(1, 9);
        expect(p.y).toBeGreaterThanOrEqual((points('touched')[i - 1]?.y ?? 0) - 1e-12);
        expect(p.lo <= p.y + 1e-12 && p.y <= p.hi + 1e-12).toBe(true);
      });
      expect(a2?.ladder?.reduce((sum, step) => sum + step.n, 0) ?? 0).toBe(a2?.population.n ?? 0);
      const rows = b1?.ledger ?? [];
      const total = rows.find((r) => r.dimension === 'total');
      for (const row of rows) expect(Object.values(row.states).reduce((a, b) => a + b, 0)).toBe(row.leads);
      for (const dimension of ['channel', 'campaign']) {
        const parts = rows.filter((r) => r.dimension === dimension);
        for (const [state, n] of Object.entries(total?.states ?? {})) {
          expect(parts.reduce((sum, r) => sum + r.states[state as keyof typeof r.states], 0)).toBe(n);
        }
        const amount = parts.reduce((sum, r) => sum + BigInt(r.wonDeals.amountMinor), 0n);
        expect(String(amount)).toBe(total?.wonDeals.amountMinor);
      }
    }),
    few,
  );
});

test('moving everything by whole weeks changes nothing but the calendar', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: -200, max: 200 }), async (seed, weeks) => {
      const by = weeks * 7 * day;
      const rows = toyRows({ leads: 70, seed });
      const moved = mapRows(rows, (row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key, times.has(key) && typeof value === 'number' ? value + by : value]),
        ),
      );
      const plain = (results: readonly StatResult[]): unknown =>
        results.map((result) => ({ ...result, asOf: 0, funnel: result.funnel?.filter((r) => r.cohort === 'all') }));
      const before = plain(await compute(rows));
      expectEqual(plain(await compute(moved, { asOf: toyEnd + by })), before);
    }),
    one,
  );
});

test('the order of the rows changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const rows = toyRows({ leads: 70, seed });
      const random = seeded(seed);
      const shuffled: Rows = new Map(
        [...rows].map(([table, list]) => [
          table,
          list
            .map((row) => ({ row, key: random() }))
            .sort((a, b) => a.key - b.key)
            .map(({ row }) => row),
        ]),
      );
      expectEqual(await compute(shuffled), await compute(rows));
    }),
    one,
  );
});

test('contacts by programs, bounces, plans and second logs change no figure of follow-up by people', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const rows = toyRows({ leads: 70, seed });
      const random = seeded(seed);
      const touches = rows.get('touches') ?? [];
      const noise = touches.flatMap((touch, i): ToyRow[] => {
        const base = {
          ...touch,
          occurred_at: (touch['occurred_at'] as number) - Math.floor(random() * day),
          direction: 'out',
          kind: 'email',
          side: 'sales',
          dup_of: null,
          result: null,
        };
        const kinds: ToyRow[] = [
          { actor_kind: 'bot' },
          { actor_kind: 'sequence' },
          { actor_kind: 'workflow' },
          { actor_kind: 'human', result: 'bounced' },
          { actor_kind: 'human', result: 'scheduled' },
          { actor_kind: 'human', dup_of: 'other' },
          { actor_kind: 'human', kind: 'task' },
        ];
        return [{ ...base, ...kinds[i % kinds.length], touch_id: `noise${i}` }];
      });
      const human = (results: readonly StatResult[]): unknown =>
        results.map(({ rows: list, figures, estimate, interval, ladder, quantiles }) => ({
          estimate,
          interval,
          ladder,
          quantiles,
          figures,
          rows: list?.filter((r) => r.dimension !== 'policy'),
        }));
      const only = ['A1', 'A2', 'A3', 'A4'];
      const before = human(await compute(rows, { only }));
      expectEqual(human(await compute(new Map([...rows, ['touches', [...touches, ...noise]]]), { only })), before);
    }),
    few,
  );
});

test('a person recorded twice and merged counts once', async () => {
  const rows = toyRows({ leads: 70, seed: 5 });
  const leads = rows.get('leads') ?? [];
  const doubles = leads
    .slice(0, 20)
    .map((lead) => ({ ...lead, lead_id: `double-${String(lead['lead_id'])}`, merged_into: String(lead['lead_id']) }));
  const bare = (results: readonly StatResult[]): unknown => results.map(({ population, ...rest }) => ({ ...rest, n: population.n }));
  const before = bare(await compute(rows));
  expectEqual(bare(await compute(new Map([...rows, ['leads', [...leads, ...doubles]]]))), before);
});

test('a past instant sees nothing that came later', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 60, max: 330 }), async (seed, days) => {
      const rows = toyRows({ leads: 80, seed });
      const asOf = Date.UTC(2025, 0, 1) + days * day + 12_345;
      const known = (row: ToyRow, name: string): boolean => typeof row[name] !== 'number' || row[name] <= asOf;
      const truncated: Rows = new Map(
        [...rows].map(([table, list]) => {
          const name = table === 'leads' || table === 'deals' ? 'created_at' : table === 'deal_contacts' ? 'added_at' : 'occurred_at';
          const kept = list.filter((row) => known(row, name));
          // What these columns say today, nobody knew then.
          if (table === 'leads')
            return [
              table,
              kept.map((row) => ({
                ...row,
                marketing_rung: null,
                sales_rung: null,
                opted_out_at: known(row, 'opted_out_at') ? (row['opted_out_at'] ?? null) : null,
              })),
            ];
          if (table === 'deals')
            return [
              table,
              kept.map((row) => (known(row, 'closed_at') ? row : { ...row, closed_at: null, outcome: 'open', loss_reason: null })),
            ];
          return [table, kept];
        }),
      );
      const plain = (results: readonly StatResult[]): unknown =>
        results.map((result) => {
          const excluded = Object.entries(result.population.excluded).filter(([reason]) => reason !== 'created later');
          return { ...result, population: { ...result.population, excluded: Object.fromEntries(excluded) } };
        });
      const withLater = plain(await compute(rows, { asOf }));
      expectEqual(plain(await compute(truncated, { asOf })), withLater);
    }),
    one,
  );
});
