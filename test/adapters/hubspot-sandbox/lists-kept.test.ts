import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { testPortal, type TestPortal } from './portal.ts';

const LISTS = 'https://developers.hubspot.com/docs/api/crm/lists';
const CONTACTS = 'https://developers.hubspot.com/docs/api/crm/contacts';

async function listOfTwo(portal: TestPortal) {
  const made = await portal.send('POST /crm/v3/lists', { name: 'Mine', objectTypeId: '0-1', processingType: 'MANUAL' });
  const { listId } = (made.body as { list: { listId: string } }).list;
  const people = ['a', 'b'].map((name) => portal.half.seed.record('contacts', { email: `${name}@acme.example` }, { at: 0 }));
  await portal.send(`PUT /crm/v3/lists/${listId}/memberships/add`, people);
  return { listId, people };
}

describe('a list', () => {
  conforms({ known: 'specified', source: LISTS }, 'takes another name, unless a list has it', async () => {
    const portal = testPortal();
    const { listId } = await listOfTwo(portal);
    await portal.send('POST /crm/v3/lists', { name: 'Other', objectTypeId: '0-1', processingType: 'MANUAL' });
    const named = await portal.send(`PUT /crm/v3/lists/${listId}/update-list-name?listName=New`);
    expect([named.status, named.body]).toMatchObject([200, { updatedList: { listId, name: 'New' } }]);
    expect((await portal.send(`PUT /crm/v3/lists/${listId}/update-list-name?listName=Other`)).status).toBe(409);
    expect((await portal.send(`PUT /crm/v3/lists/${listId}/update-list-name`)).status).toBe(400);
  });

  conforms({ known: 'specified', source: LISTS }, 'that was deleted is restored within 90 days', async () => {
    const portal = testPortal();
    const { listId } = await listOfTwo(portal);
    await portal.send(`DELETE /crm/v3/lists/${listId}`);
    expect((await portal.send(`GET /crm/v3/lists/${listId}`)).status).toBe(404);
    expect((await portal.send(`PUT /crm/v3/lists/${listId}/restore`)).status).toBe(204);
    expect((await portal.send(`GET /crm/v3/lists/${listId}`)).status).toBe(200);
    await portal.send(`DELETE /crm/v3/lists/${listId}`);
    portal.clock.advance(91 * 86_400_000);
    expect((await portal.send(`PUT /crm/v3/lists/${listId}/restore`)).status).toBe(404);
  });

  conforms({ known: 'specified', source: LISTS }, 'is emptied and stays, is filled from another, and says whom it holds', async () => {
    const portal = testPortal();
    const { listId, people } = await listOfTwo(portal);
    const second = await portal.send('POST /crm/v3/lists', { name: 'Two', objectTypeId: '0-1', processingType: 'MANUAL' });
    const other = (second.body as { list: { listId: string } }).list.listId;
    expect((await portal.send(`PUT /crm/v3/lists/${other}/memberships/add-from/${listId}`)).status).toBe(204);
    const of = await portal.send(`GET /crm/v3/lists/records/0-1/${people[0]}/memberships`);
    expect(of.body).toMatchObject({ total: 2, results: [{ listId }, { listId: other }] });
    expect((await portal.send(`DELETE /crm/v3/lists/${listId}/memberships`)).status).toBe(204);
    expect((await portal.send(`GET /crm/v3/lists/${listId}/memberships`)).body).toMatchObject({ total: 0 });
    expect((await portal.send(`GET /crm/v3/lists/${other}/memberships`)).body).toMatchObject({ total: 2 });
  });
});

describe('an association by version 3', () => {
  conforms({ known: 'specified', source: CONTACTS }, 'is made by its type and answers with the record', async () => {
    const { send, half } = testPortal();
    const contact = half.seed.record('contacts', { email: 'a@acme.example' }, { at: 0 });
    const company = half.seed.record('companies', { name: 'Acme' }, { at: 0 });
    const path = `/crm/v3/objects/contacts/${contact}/associations/companies/${company}`;
    for (const type of ['279', 'contact_to_company_unlabeled']) {
      const made = await send(`PUT ${path}/${type}`);
      expect([made.status, made.body]).toMatchObject([
        200,
        { id: contact, associations: { companies: { results: [{ id: company, type: 'contact_to_company_unlabeled' }] } } },
      ]);
    }
    expect((await send(`PUT ${path}/4`)).status).toBe(400);
    expect((await send(`PUT /crm/v3/objects/contacts/${contact}/associations/companies/999/279`)).status).toBe(404);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'is taken away by its type, also twice', async () => {
    const { send, half } = testPortal();
    const contact = half.seed.record('contacts', { email: 'a@acme.example' }, { at: 0 });
    const company = half.seed.record('companies', { name: 'Acme' }, { at: 0 });
    const path = `/crm/v3/objects/contacts/${contact}/associations/companies/${company}`;
    await send(`PUT ${path}/279`);
    expect([(await send(`DELETE ${path}/279`)).status, (await send(`DELETE ${path}/279`)).status]).toEqual([204, 204]);
    expect((await send(`GET /crm/v4/objects/contacts/${contact}/associations/companies`)).body).toMatchObject({ results: [] });
  });

  conforms(
    {
      known: 'assumed',
      probe: 'DELETE /crm/v3/objects/contacts/ID/associations/companies/ID/1 of a primary company, then read its labels',
    },
    'with a label goes alone; the one without a label takes all with it',
    async () => {
      const { send, half } = testPortal();
      const contact = half.seed.record('contacts', { email: 'a@acme.example' }, { at: 0 });
      const company = half.seed.record('companies', { name: 'Acme' }, { at: 0 });
      await send(`PUT /crm/v4/objects/contacts/${contact}/associations/default/companies/${company}`);
      const path = `/crm/v3/objects/contacts/${contact}/associations/companies/${company}`;
      const types = async () => (await send(`GET /crm/v4/objects/contacts/${contact}/associations/companies`)).body;
      expect(await types()).toMatchObject({ results: [{ associationTypes: [{ typeId: 279 }, { typeId: 1 }] }] });
      await send(`DELETE ${path}/1`);
      expect(await types()).toMatchObject({ results: [{ associationTypes: [{ typeId: 279 }] }] });
      await send(`PUT ${path}/1`);
      await send(`DELETE ${path}/279`);
      expect(await types()).toMatchObject({ results: [] });
    },
  );
});
