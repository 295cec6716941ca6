import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordId } from '../../src/model/words.ts';
import type { StoredPerson } from '../../src/state/types.ts';
import { resolveLinks } from '../../src/sync/link.ts';
import { verdictsOf } from '../../src/sync/verdicts.ts';
import { storedPerson } from '../support/people.ts';

const m = (id: string, rest: Parameters<typeof storedPerson>[2] = {}) => storedPerson('marketing', id, rest);
const s = (id: string, rest: Parameters<typeof storedPerson>[2] = {}) => storedPerson('sales', id, rest);
const emails = ['a@x.io'];

function outcome(
  records: readonly StoredPerson[],
  policy: Parameters<typeof resolveLinks>[1] = 'quarantine',
  verdicts: Parameters<typeof resolveLinks>[2] = verdictsOf({ choices: [], tombstones: [] }),
) {
  const { links, held } = resolveLinks(records, policy, verdicts);
  return {
    linked: links.filter((link) => link.kind === 'linked').map((link) => `${link.members.map((ref) => ref.id).join('+')} by ${link.rule}`),
    held: held.map((entry) => `${entry.ref.id} ${entry.code}`),
    links,
  };
}

test('one address on each side is one person', () => {
  const { linked, held, links } = outcome([m('m1', { emails }), s('s1', { emails: ['other@x.io', 'a@x.io'] })]);
  expect(linked).toEqual(['m1+s1 by email']);
  expect(held).toEqual([]);
  expect(links[0]).toMatchObject({ id: 'p-m-m1', confidence: 0.9 });
});

test('a stored id goes before a key, a key before an address', () => {
  expect(outcome([m('m1', { emails, crossIds: ['s2'] }), s('s1', { emails }), s('s2')]).linked).toEqual(['m1+s2 by cross-id']);
  expect(outcome([m('m1', { emails, key: 'k' }), s('s1', { emails }), s('s2', { key: 'k' })]).linked).toEqual(['m1+s2 by key']);
  expect(outcome([m('m1'), s('s1', { crossIds: ['m1'] })]).linked).toEqual(['m1+s1 by cross-id']);
});

test('two leads with one address: nobody is chosen, the contact is held back with both ids', () => {
  const { linked, held, links } = outcome([m('m1', { emails }), s('s1', { emails }), s('s2', { emails })]);
  expect(linked).toEqual([]);
  expect(held).toEqual(['m1 AMBIGUOUS_MATCH']);
  expect(links.find((link) => link.id === 'p-m-m1')?.candidates.map((ref) => ref.id)).toEqual(['s1', 's2']);
});

test('a policy chooses: the contact before the lead, or the record changed last; a tie chooses nothing', () => {
  const lead = s('s1', { emails, modifiedAt: 20 });
  const contact = s('s2', { emails, object: 'Contact', modifiedAt: 10 });
  expect(outcome([m('m1', { emails }), lead, contact], 'prefer-contact').linked).toEqual(['m1+s2 by policy']);
  expect(outcome([m('m1', { emails }), lead, contact], 'most-recent').linked).toEqual(['m1+s1 by policy']);
  const tie = outcome([m('m1', { emails }), lead, s('s3', { emails, modifiedAt: 20 })], 'most-recent');
  expect(tie.linked).toEqual([]);
  expect(tie.held).toEqual(['m1 AMBIGUOUS_MATCH']);
});

test('a converted lead and the contact it became are one person', () => {
  const lead = s('s1', { emails, converted: true, convertedTo: 'c1' as RecordId });
  expect(outcome([m('m1', { emails }), lead, s('c1', { emails, object: 'Contact' })]).linked).toEqual(['m1+c1+s1 by email']);
  const stored = outcome([m('m1', { linkId: 'L' }), { ...lead, emails: [], linkId: 'L' }, s('c1', { object: 'Contact' })]);
  expect(stored.linked).toEqual(['m1+c1+s1 by stored']);
  expect(stored.links[0]?.id).toBe('L');
});

test('a stored link survives a changed address; a newcomer with the old address is held back', () => {
  const { linked, held } = outcome([m('m1', { emails, linkId: 'L' }), s('s1', { emails: ['new@x.io'], linkId: 'L' }), s('s2', { emails })]);
  expect(linked).toEqual(['m1+s1 by stored']);
  expect(held).toEqual(['s2 AMBIGUOUS_MATCH']);
});

test('conversions that join two linked contacts are held back, not synced twice', () => {
  const { linked, held } = outcome([
    m('m1', { linkId: 'L1' }),
    m('m2', { linkId: 'L2' }),
    s('s1', { linkId: 'L1', converted: true, convertedTo: 'c1' as RecordId }),
    s('c1', { linkId: 'L2', object: 'Contact' }),
  ]);
  expect(linked).toEqual([]);
  expect(held).toEqual(['m1 AMBIGUOUS_MATCH']);
});

test('duplicates without anybody on the other side hold nothing back', () => {
  const { linked, held, links } = outcome([s('s1', { emails }), s('s2', { emails })]);
  expect([linked, held]).toEqual([[], []]);
  expect(links.map((link) => link.kind)).toEqual(['single', 'single']);
});

test('a record whose only address is none is held back with the fix', () => {
  expect(outcome([m('m1', { badEmails: 1 })]).held).toEqual(['m1 MALFORMED_EMAIL']);
  expect(outcome([m('m1', { badEmails: 1, crossIds: ['s1'] }), s('s1')]).held).toEqual([]);
});

/** `m1=s1`: somebody said they are one; `m1!s1`: two. */
function said(...words: readonly string[]) {
  const choices = words.map((word) => {
    const [marketing = '', sales = ''] = word.split(/[=!]/);
    return { marketing: marketing as RecordId, sales: sales as RecordId, same: word.includes('='), at: 1 };
  });
  return verdictsOf({ choices, tombstones: [] });
}

test("somebody's word chooses among candidates, keeps two apart, and joins what nothing else would", () => {
  const three = [m('m1', { emails }), s('s1', { emails }), s('s2', { emails })];
  expect(outcome(three, 'quarantine', said('m1=s2', 'm1!s1'))).toMatchObject({ linked: ['m1+s2 by person'], held: [] });
  expect(outcome(three, 'quarantine', said('m1!s2', 'm1!s1'))).toMatchObject({ linked: [], held: [] });
  expect(outcome(three, 'quarantine', said('m1=s2', 'm1=s1'))).toMatchObject({ linked: ['m1+s1+s2 by person'], held: [] });
  expect(outcome([m('m1'), s('s1')], 'quarantine', said('m1=s1'))).toMatchObject({ linked: ['m1+s1 by person'] });
});

test("somebody's word parts a stored link and gives the record to another", () => {
  const stored = [m('m1', { emails, linkId: 'p-m-m1' }), s('s1', { emails, linkId: 'p-m-m1' }), s('s2', { emails })];
  const { linked, held, links } = outcome(stored, 'quarantine', said('m1!s1', 'm1=s2'));
  expect([linked, held]).toEqual([['m1+s2 by person'], []]);
  expect(new Set(links.map((link) => link.id)).size).toBe(2);
});

test('leads are grouped with the one contact they match by any rule, never two contacts with each other', () => {
  const leads = [s('s1', { emails }), s('s2', { emails }), s('s3', { crossIds: ['m1'] })];
  expect(outcome([m('m1', { emails }), ...leads], 'group')).toMatchObject({ linked: ['m1+s1+s2+s3 by group'], held: [] });
  expect(outcome([m('m1', { emails }), m('m2', { emails }), ...leads.slice(0, 2)], 'group').linked).toEqual([]);
  expect(outcome([m('m1', { emails }), ...leads.slice(0, 2)], 'group', said('m1!s2')).linked).toEqual(['m1+s1 by email']);
});

test('a newcomer with the address of somebody whose counterpart was deleted waits; a stored id still links it', () => {
  const lost = verdictsOf({ choices: [], tombstones: [{ side: 'sales', id: 's1' as RecordId, goneId: 'm0', at: 1 }] });
  const waiting = outcome([m('m1', { emails }), s('s1', { emails })], 'quarantine', lost);
  expect(waiting).toMatchObject({ linked: [], held: ['m1 COUNTERPART_DELETED'] });
  expect(outcome([m('m0', { emails }), s('s1', { emails })], 'quarantine', lost).linked).toEqual(['m0+s1 by email']);
  expect(outcome([m('m1', { emails, crossIds: ['s1'] }), s('s1', { emails })], 'quarantine', lost).linked).toEqual(['m1+s1 by cross-id']);
});

const person = fc.record({
  side: fc.constantFrom('marketing' as const, 'sales' as const),
  id: fc.constantFrom('1', '2', '3', '4', '5'),
  emails: fc.uniqueArray(fc.constantFrom('a@x.io', 'b@x.io', 'c@x.io'), { maxLength: 2 }),
  crossIds: fc.uniqueArray(fc.constantFrom('1', '2', '3'), { maxLength: 1 }),
  convertedTo: fc.option(fc.constantFrom('4', '5')),
  modifiedAt: fc.integer({ min: 1, max: 3 }),
});

const neighbourhood = fc.uniqueArray(person, { selector: (one) => `${one.side} ${one.id}`, maxLength: 7 }).map((people) =>
  people.map(({ side, id, convertedTo, ...rest }) => {
    const target = convertedTo === id || side === 'marketing' ? null : (convertedTo as RecordId | null);
    return storedPerson(side, id, { ...rest, convertedTo: target, converted: target !== null });
  }),
);

test('links do not depend on the order of the records, and every record is in exactly one', () => {
  fc.assert(
    fc.property(
      neighbourhood,
      fc.constantFrom('quarantine' as const, 'prefer-contact' as const, 'most-recent' as const, 'group' as const),
      (people, policy) => {
        const { links, held } = resolveLinks(people, policy);
        const members = links.flatMap((link) => link.members.map((ref) => `${ref.side} ${ref.id}`));
        expect(members.toSorted()).toEqual(people.map((one) => `${one.side} ${one.id}`).toSorted());
        const sorted = (decision: typeof links) => decision.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        expect(sorted(resolveLinks(people.toReversed(), policy).links)).toEqual(sorted(links));
        expect(new Set(links.map((link) => link.id)).size).toBe(links.length);
        expect(held.length).toBeLessThanOrEqual(people.length);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('resolving again with the links stored loses none, and without a policy finds no more', () => {
  fc.assert(
    fc.property(neighbourhood, fc.constantFrom('quarantine' as const, 'most-recent' as const, 'group' as const), (people, policy) => {
      const first = resolveLinks(people, policy).links;
      const linkId = new Map(first.flatMap((link) => link.members.map((ref) => [`${ref.side} ${ref.id}`, link.id] as const)));
      const stored = people.map((one) => ({ ...one, linkId: linkId.get(`${one.side} ${one.id}`) ?? null }));
      const again = resolveLinks(stored, policy).links;
      const shape = (links: typeof first) =>
        links
          .filter((link) => link.kind === 'linked')
          .map((link) => `${link.id}: ${link.members.map((ref) => ref.id).join()}`)
          .toSorted();
      expect(shape(again)).toEqual(expect.arrayContaining(shape(first)));
      if (policy === 'quarantine') expect(shape(again)).toEqual(shape(first));
    }),
    { numRuns: 2_000 },
  );
});
