import { expect, test } from 'vitest';
import { crmContract, type ContractHarness } from 'truce/testing';
import type { ChangePage, Crm, ReadAnswer, ReadKind, Stream } from '../../src/crm.ts';
import { memoryHarness } from './memory-harness.ts';

/** Runs a demand of the contract on a memory CRM with a defect. */
async function run(name: string, spoil: (crm: Crm) => Crm): Promise<void> {
  const demand = crmContract().find((candidate) => candidate.name === name);
  if (demand === undefined) throw new Error(`the contract has no demand "${name}"`);
  const { harness } = await memoryHarness({ lagMs: 15_000, overlapMs: 60_000 }, demand.unprovisioned !== true);
  const spoilt: ContractHarness = { ...harness, connect: async () => spoil(await harness.connect()) };
  await demand.run(spoilt);
}

const spoilPages =
  (spoil: (page: ChangePage<Stream>) => ChangePage<Stream>) =>
  (crm: Crm): Crm => ({
    ...crm,
    async *changes(stream, cursor, options) {
      for await (const page of crm.changes(stream, cursor, options)) yield spoil(page) as never;
    },
  });

const spoilAnswers =
  (spoil: (answers: readonly ReadAnswer[]) => readonly ReadAnswer[]) =>
  (crm: Crm): Crm => ({
    ...crm,
    read: async <K extends ReadKind>(...args: Parameters<Crm['read']>) => spoil(await crm.read(...args)) as readonly ReadAnswer<K>[],
  });

const DEFECTS: readonly (readonly [string, (crm: Crm) => Crm, string])[] = [
  [
    'loses the last record of a page',
    spoilPages((page) => ({ ...page, events: page.events.slice(0, -1) })),
    'from null everything there is is delivered, with the fields asked for and no others',
  ],
  [
    'forgets deletions',
    spoilPages((page) => ({ ...page, events: page.events.filter((event) => event.type !== 'deleted') })),
    'a deleted record and a merged one say so',
  ],
  [
    'starts again at every pass',
    (crm) => ({ ...crm, changes: (stream, _cursor, options) => crm.changes(stream, null, options) }),
    'the next pass delivers what changed since, and not what is older than the overlap',
  ],
  ['answers in another order', spoilAnswers((answers) => answers.toReversed()), 'reading many people at once answers each of them'],
  [
    'gives histories oldest first',
    spoilAnswers((answers) =>
      answers.map((answer) => ({
        ...answer,
        found: answer.found.map((found) => ({
          ...found,
          history: new Map([...found.history].map(([field, entries]) => [field, entries.toReversed()])),
        })),
      })),
    ),
    'a history comes newest first, and names its authors',
  ],
  [
    'matches results to items by order of arrival',
    (crm) => ({ ...crm, write: async (kind, batch, options) => (await crm.write(kind, batch, options)).toReversed() }),
    'every item has its result, in order, however many there are',
  ],
  [
    'stops at the first item that is refused',
    (crm) => ({
      ...crm,
      async write(kind, batch, options) {
        const results = await crm.write(kind, batch, options);
        const first = results.findIndex((result) => result.status === 'rejected');
        return first === -1 ? results : results.slice(0, first + 1);
      },
    }),
    'an item that is refused leaves its neighbours alone',
  ],
  [
    'does not listen to the signal',
    (crm) => ({ ...crm, write: (kind, batch) => crm.write(kind, batch) }),
    'an aborted signal stops a write before it has any effect',
  ],
  [
    'creates without looking for the key',
    (crm) => {
      let count = 0;
      return {
        ...crm,
        write: (kind, batch, options) =>
          crm.write(
            kind,
            batch.map((item) => (item.op === 'create' ? { ...item, key: `${item.key}-${(count += 1)}-${Math.random()}` } : item)),
            options,
          ),
      };
    },
    'a create by the same key gives one person, however often it is sent, and the key finds it',
  ],
];

test.each(DEFECTS)('an adapter that %s does not pass, and one that does not, passes', async (_what, spoil, demand) => {
  await expect(run(demand, spoil)).rejects.toThrow();
  await run(demand, (crm) => crm);
});
