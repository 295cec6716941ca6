import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, results, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const LISTS = 'https://developers.hubspot.com/docs/guides/api/crm/lists/overview';
const JOINED = 'https://developers.hubspot.com/docs/api-reference/latest/crm/lists/memberships/get-memberships-by-added-date.md';
const CHANGED = '@hubspot/api-client lib/codegen/crm/lists/models/MembershipsUpdateResponse';
const MEMBERS = '@hubspot/api-client lib/codegen/crm/lists/models/JoinTimeAndRecordId';

describe('static lists', () => {
  const scope = async (): Promise<TestPortal & { a: string; b: string; path: string }> => {
    const portal = testPortal();
    const [a = '', b = ''] = ['a', 'b'].map((name) =>
      portal.half.seed.record('contacts', { email: `${name}@acme.example` }, { at: START }),
    );
    const made = await list(portal, 'Scope');
    return { ...portal, a, b, path: `/crm/v3/lists/${text(made, 'list', 'listId')}` };
  };
  const list = (portal: TestPortal, name: string): Promise<Reply> =>
    portal.send('POST /crm/v3/lists', { name, objectTypeId: '0-1', processingType: 'MANUAL' });
  const members = async (portal: TestPortal & { path: string }, more = ''): Promise<unknown[]> =>
    results(await portal.send(`GET ${portal.path}/memberships${more}`)).map((member) => member['recordId']);

  conforms({ known: 'specified', source: LISTS }, 'are made by name and object type', async () => {
    expect((await list(testPortal(), 'Scope')).body).toMatchObject({
      list: { name: 'Scope', objectTypeId: '0-1', processingType: 'MANUAL' },
    });
  });

  conforms({ known: 'specified', source: LISTS }, 'have names of their own, whatever the case', async () => {
    const portal = await scope();
    expect((await list(portal, 'scope')).status).toBe(409);
  });

  conforms({ known: 'specified', source: CHANGED }, 'take records and say who was added and who is missing', async () => {
    const portal = await scope();
    const added = await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a, '999']);
    expect(added.body).toEqual({ recordsIdsAdded: [portal.a], recordIdsRemoved: [], recordIdsMissing: ['999'] });
  });

  conforms({ known: 'specified', source: LISTS }, 'add a member once', async () => {
    const portal = await scope();
    for (let time = 0; time < 2; time += 1) await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a]);
    expect(await members(portal)).toEqual([portal.a]);
  });

  conforms({ known: 'specified', source: MEMBERS }, 'tell when each member joined', async () => {
    const portal = await scope();
    portal.clock.advance(1000);
    await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a]);
    expect(results(await portal.send(`GET ${portal.path}/memberships`))).toEqual([
      { recordId: portal.a, membershipTimestamp: '2026-03-02T15:00:01.000Z' },
    ]);
  });

  conforms({ known: 'specified', source: LISTS }, 'list their members by record id', async () => {
    const portal = await scope();
    for (const id of [portal.b, portal.a]) await portal.send(`PUT ${portal.path}/memberships/add`, [id]);
    expect(await members(portal)).toEqual([portal.a, portal.b]);
  });

  conforms({ known: 'specified', source: JOINED }, 'list their members in the order of joining, too', async () => {
    const portal = await scope();
    await portal.send(`PUT ${portal.path}/memberships/add`, [portal.b]);
    portal.clock.advance(1000);
    await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a]);
    expect(await members(portal, '/join-order')).toEqual([portal.b, portal.a]);
  });

  conforms({ known: 'specified', source: LISTS }, 'take 250 members a page and no more', async () => {
    const portal = await scope();
    expect((await portal.send(`GET ${portal.path}/memberships?limit=250`)).status).toBe(200);
    expect((await portal.send(`GET ${portal.path}/memberships?limit=251`)).status).toBe(400);
  });

  conforms({ known: 'specified', source: LISTS }, 'take 100,000 ids a call and no more', async () => {
    const portal = await scope();
    const many = Array.from({ length: 100_001 }, (_, n) => n + 1);
    expect((await portal.send(`PUT ${portal.path}/memberships/add`, many)).status).toBe(400);
    expect((await portal.send(`PUT ${portal.path}/memberships/add`, many.slice(1))).status).toBe(200);
  });

  conforms({ known: 'specified', source: LISTS }, 'let members go', async () => {
    const portal = await scope();
    await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a, portal.b]);
    await portal.send(`PUT ${portal.path}/memberships/remove`, [portal.b]);
    expect(await members(portal)).toEqual([portal.a]);
  });

  conforms({ known: 'specified', source: LISTS }, 'are found by name and by search', async () => {
    const portal = await scope();
    expect(dig(await portal.send('GET /crm/v3/lists/object-type-id/0-1/name/scope'), 'list', 'name')).toBe('Scope');
    expect(dig(await portal.send('POST /crm/v3/lists/search', { query: 'sco' }), 'total')).toBe(1);
  });

  conforms(
    { known: 'assumed', probe: 'DELETE a contact that is on a list, then read the list' },
    'lose archived members, and their size with them',
    async () => {
      const portal = await scope();
      await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a, portal.b]);
      await portal.send(`DELETE /crm/v3/objects/contacts/${portal.b}`);
      expect([await members(portal), dig(await portal.send(`GET ${portal.path}`), 'list', 'size')]).toEqual([[portal.a], 1]);
    },
  );

  conforms({ known: 'specified', source: LISTS }, 'never share an id, also after one was deleted', async () => {
    const portal = await scope();
    const second = text(await list(portal, 'Second'), 'list', 'listId');
    await portal.send(`DELETE ${portal.path}`);
    const third = text(await list(portal, 'Third'), 'list', 'listId');
    expect(third).not.toBe(second);
    expect(dig(await portal.send(`GET /crm/v3/lists/${second}`), 'list', 'name')).toBe('Second');
  });

  conforms({ known: 'specified', source: LISTS }, 'follow their members through a merge', async () => {
    const portal = await scope();
    await portal.send(`PUT ${portal.path}/memberships/add`, [portal.a, portal.b]);
    const merged = await portal.send('POST /crm/v3/objects/contacts/merge', { primaryObjectId: portal.a, objectIdToMerge: portal.b });
    expect(await members(portal)).toEqual([dig(merged, 'id')]);
  });
});
