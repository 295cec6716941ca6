import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { memory, type MemoryOptions } from 'truce/memory';
import type { ChangePage, Cursor } from '../../../src/crm.ts';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';
import type { Ports } from '../../../src/ports.ts';

const START = Date.UTC(2026, 0, 1);
const STATUSES = ['new', 'working', 'rejected'] as const;

/** What happens next: users act, time passes, or the reader reads one page, perhaps from a cursor it kept. */
type Move =
  | { readonly do: 'add' }
  | { readonly do: 'edit' | 'remove' | 'merge'; readonly who: number; readonly other: number; readonly status: (typeof STATUSES)[number] }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'page' }
  | { readonly do: 'reconnect' };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Move>({ do: 'add' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('edit', 'remove', 'merge'),
      who: fc.nat(40),
      other: fc.nat(40),
      status: fc.constantFrom(...STATUSES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(8_000) }) },
  { weight: 6, arbitrary: fc.constantFrom<Move>({ do: 'page' }, { do: 'reconnect' }) },
);

const flavour: fc.Arbitrary<MemoryOptions> = fc.record({
  lagMs: fc.constantFrom(0, 5_000),
  overlapMs: fc.constantFrom(0, 3_000, 20_000),
  pageSize: fc.constantFrom(1, 2, 5),
  mergeMakesNewId: fc.boolean(),
  stampPrecision: fc.constantFrom('ms', 'second', 'day'),
});

/** A reader that believes what it is told, and keeps nothing but its cursor and what it believes. */
class Reader {
  readonly known = new Map<RecordId, FieldValue>();
  readonly #open: (cursor: Cursor | null) => AsyncIterator<ChangePage<'people'>>;
  #pass: AsyncIterator<ChangePage<'people'>> | null = null;
  #cursor: Cursor | null = null;

  constructor(open: (cursor: Cursor | null) => AsyncIterable<ChangePage<'people'>>) {
    this.#open = (cursor) => open(cursor)[Symbol.asyncIterator]();
  }

  /** Forgets the pass under way: the next page is read from the cursor. */
  reconnect(): void {
    this.#pass = null;
  }

  /** @returns true when the page was the last of its pass */
  async page(): Promise<boolean> {
    this.#pass ??= this.#open(this.#cursor);
    const { value } = (await this.#pass.next()) as { value: ChangePage<'people'> };
    for (const event of value.events) {
      if (event.type === 'upsert') this.known.set(event.id, event.record.fields.get('status') ?? null);
      else this.known.delete(event.id);
    }
    this.#cursor = value.cursor;
    if (value.done) this.#pass = null;
    return value.done;
  }
}

test('whatever users do and wherever a reader stops, after a whole pass it knows what is there', async () => {
  await fc.assert(
    fc.asyncProperty(flavour, fc.array(move, { maxLength: 60 }), async (options, moves) => {
      const now = { ms: START };
      const crm = memory({ startAt: START, ...options });
      const { world } = crm;
      const clock = { now: () => now.ms, sleep: async () => {} };
      const ports = { clock, log: { write: () => {} } } as unknown as Ports;
      const reader = new Reader((cursor) => crm.connect(ports).changes('people', cursor, { fields: ['status'] }));
      const at = (index: number): RecordId | undefined => {
        const ids = [...world.people()].map((person) => person.id);
        return ids[index % Math.max(1, ids.length)];
      };
      for (const step of moves) {
        if (step.do === 'add') world.addPerson({ at: now.ms });
        else if (step.do === 'wait') now.ms += step.ms;
        else if (step.do === 'page') await reader.page();
        else if (step.do === 'reconnect') reader.reconnect();
        else {
          const [who, other] = [at(step.who), at(step.other)];
          if (who === undefined || other === undefined) continue;
          if (step.do === 'edit') world.edit(who, 'status', step.status, { at: now.ms });
          if (step.do === 'remove') world.remove(who, { at: now.ms });
          if (step.do === 'merge' && who !== other) world.merge(who, other, { at: now.ms });
        }
      }
      now.ms += 60_000;
      // The pass under way began before; the one after it sees everything.
      while (!(await reader.page()));
      while (!(await reader.page()));
      const truth = new Map([...world.people()].map((person) => [person.id, person.fields.get('status') ?? null] as const));
      // Compared as sets of pairs: the order is the adapter's own.
      expect(new Set([...reader.known].map(String))).toEqual(new Set([...truth].map(String)));
    }),
    { numRuns: 100 },
  );
});
