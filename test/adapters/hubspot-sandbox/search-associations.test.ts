import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { ids, testPortal } from './portal.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api/crm/search';

/** Two deals; the first one is associated with the contact. */
async function two() {
  const portal = testPortal({ searchLagMs: 0 });
  const { seed } = portal.half;
  const contact = seed.record('contacts', { email: 'a@acme.example' }, { at: 0 });
  const mine = seed.record('deals', { dealname: 'Mine' }, { at: 0 });
  const other = seed.record('deals', { dealname: 'Other' }, { at: 0 });
  const link = (deal: string) => portal.send(`PUT /crm/v4/objects/deals/${deal}/associations/default/contacts/${contact}`);
  await link(mine);
  const search = async (body: object): Promise<string[]> => ids(await portal.send('POST /crm/v3/objects/deals/search', body));
  return { portal, contact, mine, other, link, search };
}

describe('a search by association', () => {
  conforms({ known: 'specified', source: GUIDE }, 'finds the records of one record by associations.contact', async () => {
    const { contact, mine, search } = await two();
    const filters = [{ propertyName: 'associations.contact', operator: 'EQ', value: contact }];
    expect(await search({ filterGroups: [{ filters }] })).toEqual([mine]);
    expect(await search({ filterGroups: [{ filters: [{ ...filters[0], value: '999' }] }] })).toEqual([]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes filters that stand outside of any group', async () => {
    const { contact, mine, other, search } = await two();
    const filters = [{ propertyName: 'associations.contact', operator: 'EQ', value: contact }];
    expect(await search({ filters })).toEqual([mine]);
    expect(await search({ filters: [{ propertyName: 'dealname', operator: 'EQ', value: 'Other' }] })).toEqual([other]);
  });

  conforms(
    { known: 'assumed', probe: 'POST /crm/v3/objects/deals/search with associations.contact and each of the other operators' },
    'knows lists and whether there is any, sees an association at once, and refuses comparisons',
    async () => {
      const { portal, contact, mine, other, link, search } = await two();
      const by = (operator: string, more: object = {}) =>
        search({ filterGroups: [{ filters: [{ propertyName: 'associations.contact', operator, ...more }] }] });
      expect(await by('IN', { values: [contact, '999'] })).toEqual([mine]);
      expect(await by('NOT_IN', { values: [contact] })).toEqual([other]);
      expect(await by('NEQ', { value: contact })).toEqual([other]);
      expect(await by('NOT_HAS_PROPERTY')).toEqual([other]);
      await link(other);
      expect(await by('HAS_PROPERTY')).toEqual([mine, other]);
      const filters = [{ propertyName: 'associations.contact', operator: 'GT', value: '1' }];
      expect((await portal.send('POST /crm/v3/objects/deals/search', { filters })).status).toBe(400);
    },
  );
});
