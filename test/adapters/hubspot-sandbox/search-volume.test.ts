import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hubspotHalf, type HubspotHalf } from '../../../adapters/hubspot/sandbox/index.ts';
import { virtualClock } from '../../../adapters/sandbox/clock.ts';
import { draw } from '../../../adapters/sandbox/random.ts';

const START = Date.UTC(2026, 2, 2, 9);
const clock = virtualClock(START);
const half: HubspotHalf = hubspotHalf({
  ports: { clock, random: draw('volume') },
  portalId: '4711',
  token: 't',
  userToken: 'u',
  tier: 'pro',
  limits: 'none',
  searchLagMs: 0,
  provisioned: true,
});
/** What was written, as the search has to find it: many share an instant, some share all but the case of a name. */
const written = Array.from({ length: 300 }, (_, index) => {
  const email = `p${index}@example.com`;
  const firstname = ['Ann', 'ann', 'Bob', 'Cid'][index % 4] ?? '';
  const at = START - 1_000_000 + Math.floor(index / 7) * 1000;
  return { email, firstname, at, id: half.seed.record('contacts', { email, firstname }, { at }) };
});

interface Filter {
  readonly propertyName: string;
  readonly operator: string;
  readonly value?: string;
  readonly values?: readonly string[];
}

async function search(filters: readonly Filter[], sort?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = '0'; after !== '';) {
    const body = { filterGroups: [{ filters }], sorts: sort === undefined ? [] : [sort], limit: 50, after };
    const request = { method: 'POST', url: '/crm/v3/objects/contacts/search', headers: { authorization: 'Bearer t' }, origin: 'http://x' };
    const answer = await half.handle({ ...request, body: Buffer.from(JSON.stringify(body)) });
    expect(answer.status, String(answer.body)).toBe(200);
    const page = JSON.parse(String(answer.body)) as { total: number; results: { id: string }[]; paging?: { next: { after: string } } };
    found.push(...page.results.map((result) => result.id));
    after = page.paging?.next.after ?? '';
    if (after === '') expect(page.total).toBe(found.length);
  }
  return found;
}

type Person = (typeof written)[number];
const keys: Readonly<Record<string, (person: Person) => number>> = {
  lastmodifieddate: (one) => one.at,
  hs_object_id: (one) => Number(one.id),
};
const compare: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  GT: (a, b) => a > b,
  GTE: (a, b) => a >= b,
  LT: (a, b) => a < b,
  LTE: (a, b) => a <= b,
  EQ: (a, b) => a === b,
};

describe('searches that an index answers', () => {
  test('by modified stamp and id they find what comparing every record finds, in the same order', async () => {
    const one = fc.record({
      propertyName: fc.constantFrom('lastmodifieddate', 'hs_object_id'),
      operator: fc.constantFrom('GT', 'GTE', 'LT', 'LTE', 'EQ'),
      person: fc.integer({ min: 0, max: written.length - 1 }),
      off: fc.constantFrom(-1, 0, 1),
    });
    const sorts = fc.constantFrom(undefined, 'lastmodifieddate', 'hs_object_id', '-hs_object_id');
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 3 }), sorts, async (conditions, sort) => {
        const bounds = conditions.map(({ propertyName, operator, person, off }) => {
          const key = keys[propertyName] ?? Number;
          return { propertyName, operator, bound: key(written[person] as Person) + off, key };
        });
        const expected = written.filter((each) =>
          bounds.every(({ key, operator, bound }) => compare[operator]?.(key(each as Person & number), bound) === true),
        );
        const order = keys[sort?.replace('-', '') ?? 'hs_object_id'] ?? Number;
        expected.sort((a, b) => (sort?.startsWith('-') === true ? -1 : 1) * (order(a) - order(b)) || Number(a.id) - Number(b.id));
        const filters = bounds.map(({ propertyName, operator, bound }) => ({ propertyName, operator, value: String(bound) }));
        expect(await search(filters, sort)).toEqual(expected.map((each) => each.id));
      }),
      { numRuns: 150 },
    );
  });

  test('by e-mail they find it in any case, and no longer by the one before', async () => {
    const [first] = written;
    if (first === undefined) throw new Error('there is somebody');
    const by = (email: string): Promise<readonly string[]> => search([{ propertyName: 'email', operator: 'EQ', value: email }]);
    expect(await by('P0@Example.com')).toEqual([first.id]);
    half.seed.change('contacts', first.id, { email: 'other@example.com' }, { at: START });
    expect(await by('p0@example.com')).toEqual([]);
    expect(await by('other@example.com')).toEqual([first.id]);
    half.seed.change('contacts', first.id, { email: 'p0@example.com' }, { at: START });
    expect(await by('other@example.com')).toEqual([]);
    expect(
      await search([{ propertyName: 'email', operator: 'IN', values: ['p3@example.com', 'p2@example.com', 'nobody@example.com'] }]),
    ).toEqual([written[2]?.id, written[3]?.id]);
    const both = [
      { propertyName: 'email', operator: 'EQ', value: 'p2@example.com' },
      { propertyName: 'firstname', operator: 'EQ', value: 'Ann' },
    ];
    expect(await search(both)).toEqual([]);
  });
});
