import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, results, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const OVERVIEW = 'https://developers.hubspot.com/docs/guides/api/crm/lists/overview';
const FILTERS = 'https://developers.hubspot.com/docs/api-reference/2026-03/crm/lists/list-filters';
const MEMBERSHIPS = 'https://developers.hubspot.com/docs/api-reference/2026-03/crm/lists/memberships/add-to-list';
const MODELS = '@hubspot/api-client lib/codegen/crm/lists/models';

type Filter = Readonly<Record<string, unknown>>;

const property = (name: string, operation: Filter): Filter => ({ filterType: 'PROPERTY', property: name, operation });
const isAnyOf = (name: string, ...values: string[]): Filter =>
  property(name, { operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values, includeObjectsWithNoValueSet: false });
const and = (...filters: Filter[]): Filter => ({ filterBranchType: 'AND', filterBranches: [], filters });
const or = (...branches: Filter[]): Filter => ({ filterBranchType: 'OR', filters: [], filterBranches: branches });

const list = (portal: TestPortal, processingType: string, filterBranch?: unknown, name = processingType): Promise<Reply> =>
  portal.send('POST /crm/v3/lists', { name, objectTypeId: '0-1', processingType, ...(filterBranch === undefined ? {} : { filterBranch }) });

async function contact(portal: TestPortal, properties: Readonly<Record<string, string>>): Promise<string> {
  return text(await portal.send('POST /crm/v3/objects/contacts', { properties }), 'id');
}

async function members(portal: TestPortal, listId: string): Promise<unknown[]> {
  return results(await portal.send(`GET /crm/v3/lists/${listId}/memberships`)).map((member) => member['recordId']);
}

/** The ids that a branch finds among three contacts, as their first names. */
async function found(...branches: Filter[]): Promise<string[]> {
  const portal = testPortal();
  const names = new Map<unknown, string>();
  for (const [firstname, email, status, employees] of [
    ['Ann', 'ann@acme.example', 'OPEN', '1-5'],
    ['Bob', 'bob@widget.example', 'NEW', ''],
    ['Cid', '', '', ''],
  ] as const) {
    names.set(await contact(portal, { firstname, email, hs_lead_status: status, numemployees: employees }), firstname);
  }
  const made = await list(portal, 'DYNAMIC', or(...branches));
  expect(made.status, made.text).toBe(200);
  return (await members(portal, text(made, 'list', 'listId'))).map((id) => names.get(id) ?? '?');
}

describe('a list with filters', () => {
  conforms(
    { known: 'specified', source: OVERVIEW },
    'that is dynamic follows its records in and out, with the time of joining',
    async () => {
      const portal = testPortal();
      const listId = text(await list(portal, 'DYNAMIC', or(and(isAnyOf('hs_lead_status', 'OPEN')))), 'list', 'listId');
      const ann = await contact(portal, { firstname: 'Ann' });
      expect(await members(portal, listId)).toEqual([]);
      portal.clock.advance(5_000);
      await portal.send(`PATCH /crm/v3/objects/contacts/${ann}`, { properties: { hs_lead_status: 'OPEN' } });
      expect(results(await portal.send(`GET /crm/v3/lists/${listId}/memberships`))).toEqual([
        { recordId: ann, membershipTimestamp: '2026-03-02T15:00:05.000Z' },
      ]);
      await portal.send(`PATCH /crm/v3/objects/contacts/${ann}`, { properties: { hs_lead_status: 'NEW' } });
      expect(await members(portal, listId)).toEqual([]);
    },
  );

  conforms({ known: 'specified', source: OVERVIEW }, 'that is a snapshot is filled once, and by hand from then on', async () => {
    const portal = testPortal();
    const ann = await contact(portal, { hs_lead_status: 'OPEN' });
    const listId = text(await list(portal, 'SNAPSHOT', or(and(isAnyOf('hs_lead_status', 'OPEN')))), 'list', 'listId');
    const bob = await contact(portal, { hs_lead_status: 'OPEN' });
    expect(await members(portal, listId)).toEqual([ann]);
    await portal.send(`PATCH /crm/v3/objects/contacts/${ann}`, { properties: { hs_lead_status: 'NEW' } });
    expect((await portal.send(`PUT /crm/v3/lists/${listId}/memberships/add`, [bob])).status).toBe(200);
    expect(await members(portal, listId)).toEqual([ann, bob]);
  });

  conforms({ known: 'specified', source: MEMBERSHIPS }, 'that is dynamic takes no members by hand', async () => {
    const portal = testPortal();
    const ann = await contact(portal, {});
    const listId = text(await list(portal, 'DYNAMIC', or(and(isAnyOf('hs_lead_status', 'OPEN')))), 'list', 'listId');
    for (const path of ['memberships/add', 'memberships/remove'])
      expect((await portal.send(`PUT /crm/v3/lists/${listId}/${path}`, [ann])).status).toBe(400);
    expect((await portal.send(`DELETE /crm/v3/lists/${listId}/memberships`)).status).toBe(400);
  });

  conforms({ known: 'specified', source: FILTERS }, 'needs an OR branch of AND branches, and a static one needs none', async () => {
    const portal = testPortal();
    const filter = isAnyOf('hs_lead_status', 'OPEN');
    for (const wrong of [undefined, and(filter), or(), { filterBranchType: 'OR', filters: [filter], filterBranches: [and(filter)] }])
      expect((await list(portal, 'DYNAMIC', wrong)).status, JSON.stringify(wrong)).toBe(400);
    expect((await list(portal, 'MANUAL', or(and(filter)))).status).toBe(400);
    expect((await list(portal, 'MAGIC', or(and(filter)))).status).toBe(400);
  });

  conforms({ known: 'specified', source: `${MODELS}/PublicObjectList.d.ts` }, 'shows them when it is asked to', async () => {
    const portal = testPortal();
    const branch = or(and(isAnyOf('hs_lead_status', 'OPEN')));
    const listId = text(await list(portal, 'DYNAMIC', branch), 'list', 'listId');
    expect(dig(await portal.send(`GET /crm/v3/lists/${listId}?includeFilters=true`), 'list', 'filterBranch')).toEqual(branch);
    const plain = await portal.send(`GET /crm/v3/lists/${listId}`);
    expect(dig(plain, 'list', 'filterBranch')).toBeUndefined();
    expect(dig(plain, 'list', 'filtersUpdatedAt')).toBe('2026-03-02T15:00:00.000Z');
  });

  conforms(
    { known: 'specified', source: `${MODELS}/ListFilterUpdateRequest.d.ts` },
    'gets other filters, and its members follow',
    async () => {
      const portal = testPortal();
      const [ann, bob] = [await contact(portal, { hs_lead_status: 'OPEN' }), await contact(portal, { hs_lead_status: 'NEW' })];
      const listId = text(await list(portal, 'DYNAMIC', or(and(isAnyOf('hs_lead_status', 'OPEN')))), 'list', 'listId');
      expect(await members(portal, listId)).toEqual([ann]);
      const changed = await portal.send(`PUT /crm/v3/lists/${listId}/update-list-filters`, {
        filterBranch: or(and(isAnyOf('hs_lead_status', 'NEW'))),
      });
      expect([changed.status, dig(changed, 'updatedList', 'listId')]).toEqual([200, listId]);
      expect(await members(portal, listId)).toEqual([bob]);
    },
  );

  conforms({ known: 'specified', source: OVERVIEW }, 'loses deleted records and has restored ones again', async () => {
    const portal = testPortal();
    const ann = await contact(portal, { hs_lead_status: 'OPEN' });
    const listId = text(await list(portal, 'DYNAMIC', or(and(isAnyOf('hs_lead_status', 'OPEN')))), 'list', 'listId');
    await portal.send(`DELETE /crm/v3/objects/contacts/${ann}`);
    expect(await members(portal, listId)).toEqual([]);
    portal.half.restore('contacts', ann);
    expect(await members(portal, listId)).toEqual([ann]);
  });
});

describe('filters', () => {
  conforms({ known: 'specified', source: FILTERS }, 'of one branch are joined by AND, branches by OR', async () => {
    const known = property('email', { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' });
    expect(await found(and(known, isAnyOf('hs_lead_status', 'OPEN')))).toEqual(['Ann']);
    const unknown = property('email', { operationType: 'ALL_PROPERTY', operator: 'IS_UNKNOWN' });
    expect(await found(and(isAnyOf('hs_lead_status', 'OPEN')), and(unknown))).toEqual(['Ann', 'Cid']);
  });

  conforms({ known: 'specified', source: FILTERS }, 'say whether a record without a value passes', async () => {
    const not = (includeObjectsWithNoValueSet: boolean): Filter =>
      property('hs_lead_status', { operationType: 'ENUMERATION', operator: 'IS_NONE_OF', values: ['NEW'], includeObjectsWithNoValueSet });
    expect(await found(and(not(false)))).toEqual(['Ann']);
    expect(await found(and(not(true)))).toEqual(['Ann', 'Cid']);
  });

  conforms({ known: 'specified', source: FILTERS }, 'compare texts, several at once', async () => {
    const texts = (operator: string, ...values: string[]): Promise<string[]> =>
      found(and(property('email', { operationType: 'MULTISTRING', operator, values })));
    expect(await texts('CONTAINS', 'ACME', 'widget')).toEqual(['Ann', 'Bob']);
    expect(await texts('DOES_NOT_CONTAIN', 'acme')).toEqual(['Bob']);
    expect(await texts('STARTS_WITH', 'bob')).toEqual(['Bob']);
    expect(await texts('ENDS_WITH', 'acme.example')).toEqual(['Ann']);
    expect(await texts('IS_NOT_EQUAL_TO', 'ann@acme.example')).toEqual(['Bob']);
  });

  conforms({ known: 'specified', source: `${MODELS}/PublicInListFilter.d.ts` }, 'ask for membership in another list', async () => {
    const portal = testPortal();
    const [ann, bob] = [await contact(portal, {}), await contact(portal, {})];
    const hand = text(await list(portal, 'MANUAL'), 'list', 'listId');
    await portal.send(`PUT /crm/v3/lists/${hand}/memberships/add`, [ann]);
    const inside = text(
      await list(portal, 'SNAPSHOT', or(and({ filterType: 'IN_LIST', operator: 'IN_LIST', listId: hand })), 'in'),
      'list',
      'listId',
    );
    const outside = { filterType: 'IN_LIST', operator: 'NOT_IN_LIST', listId: hand };
    expect(await members(portal, inside)).toEqual([ann]);
    expect(await members(portal, text(await list(portal, 'SNAPSHOT', or(and(outside)), 'out'), 'list', 'listId'))).toEqual([bob]);
  });

  conforms({ known: 'specified', source: FILTERS }, 'on what there is not are refused', async () => {
    const portal = testPortal();
    const wrong = [
      isAnyOf('nope', 'x'),
      property('email', { operationType: 'MULTISTRING', operator: 'RHYMES_WITH', values: ['x'] }),
      property('email', { operationType: 'MULTISTRING', operator: 'CONTAINS', values: [] }),
      property('hs_object_id', { operationType: 'NUMBER', operator: 'IS_EQUAL_TO', value: 'ten' }),
      { filterType: 'IN_LIST', operator: 'IN_LIST', listId: '99' },
      { filterType: 'HOROSCOPE' },
    ];
    for (const filter of wrong) expect((await list(portal, 'DYNAMIC', or(and(filter)))).status, JSON.stringify(filter)).toBe(400);
    let deep: Filter = and(isAnyOf('hs_lead_status', 'OPEN'));
    for (let depth = 0; depth < 200; depth += 1) deep = { filterBranchType: 'AND', filters: [], filterBranches: [deep] };
    expect((await list(portal, 'DYNAMIC', or(deep))).status).toBe(400);
  });
});
