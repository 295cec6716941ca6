import type { RecordId } from '../../../src/model/words.ts';
import { openState } from '../../../src/state/open.ts';
import type { Link } from '../../../src/state/types.ts';
import { storedPerson } from '../../support/people.ts';
import { testSettings } from '../../support/settings.ts';

const perCommit = 2_000;

/** Fills a state with people linked on both sides and agreed about, then lets every hundredth change on the sales side. */
export async function linkedPeople(path: string, people: number): Promise<{ readonly changed: number }> {
  const state = await openState({ path });
  try {
    await state.meta.setConfigHash(testSettings().hash);
    for (let from = 0; from < people; from += perCommit) {
      const numbers = Array.from({ length: Math.min(perCommit, people - from) }, (_, index) => from + index);
      const links = numbers.map(linkOf);
      await state.commit({
        pass: 1,
        people: numbers.flatMap((number) => [personOf('marketing', number, 'Ready'), personOf('sales', number, 'Open')]),
        links,
        resolved: links.flatMap((link) => link.members),
        bases: links.map(({ id }) => ({
          linkId: id,
          field: 'status',
          marketing: 'Ready',
          sales: 'Open',
          rung: 'handed',
          held: null,
          at: 1_000,
        })),
        settled: links.map(({ id }) => id),
      });
    }
    const changed = Array.from({ length: Math.ceil(people / 100) }, (_, index) => personOf('sales', index * 100, 'Working'));
    await state.commit({ pass: 2, people: changed });
    return { changed: changed.length };
  } finally {
    await state.close();
  }
}

function personOf(side: 'marketing' | 'sales', number: number, status: string): ReturnType<typeof storedPerson> {
  const version = status === 'Working' ? '2' : '1';
  return storedPerson(side, `${side}-${number}`, { version, emails: [`person-${number}@example.com`], fields: { status } });
}

function linkOf(number: number): Link {
  const members = (['marketing', 'sales'] as const).map((side) => ({ side, id: `${side}-${number}` as RecordId }));
  return { id: `link-${String(number).padStart(8, '0')}`, kind: 'linked', rule: 'email', confidence: 0.95, members, candidates: [] };
}
