import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, START, testPortal, type TestPortal } from './portal.ts';

const CONTACTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';

const PATH = '/crm/v3/objects/contacts';

function ann(portal: TestPortal, more: Record<string, string> = {}): string {
  return portal.half.seed.record('contacts', { email: 'ann@acme.example', ...more }, { at: START });
}

describe('archived records', () => {
  const archived = async (): Promise<TestPortal & { id: string }> => {
    const portal = testPortal();
    const id = ann(portal);
    portal.clock.advance(1000);
    await portal.send(`DELETE ${PATH}/${id}`);
    return { ...portal, id };
  };

  conforms({ known: 'specified', source: CONTACTS }, 'deleting answers 204', async () => {
    const portal = testPortal();
    expect((await portal.send(`DELETE ${PATH}/${ann(portal)}`)).status).toBe(204);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'deleting again, or what was never there, answers 204', async () => {
    const { send, id } = await archived();
    expect((await send(`DELETE ${PATH}/${id}`)).status).toBe(204);
    expect((await send(`DELETE ${PATH}/42`)).status).toBe(204);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'are not found by their id', async () => {
    const { send, id } = await archived();
    expect((await send(`GET ${PATH}/${id}`)).status).toBe(404);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'are found by their id with archived=true', async () => {
    const { send, id } = await archived();
    expect((await send(`GET ${PATH}/${id}?archived=true`)).body).toMatchObject({
      id,
      archived: true,
      archivedAt: '2026-03-02T15:00:01.000Z',
      properties: { email: 'ann@acme.example' },
    });
  });

  conforms({ known: 'specified', source: CONTACTS }, 'are listed apart from the living', async () => {
    const { send, half, id } = await archived();
    const bob = half.seed.record('contacts', { email: 'bob@acme.example' }, { at: START });
    expect(ids(await send(`GET ${PATH}`))).toEqual([bob]);
    expect(ids(await send(`GET ${PATH}?archived=true`))).toEqual([id]);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'are never found by search', async () => {
    const { send } = await archived();
    expect(dig(await send(`POST ${PATH}/search`, {}), 'total')).toBe(0);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'are read in batches with archived=true only', async () => {
    const { send, id } = await archived();
    const inputs = [{ id }];
    expect(ids(await send(`POST ${PATH}/batch/read`, { inputs, properties: [] }))).toEqual([]);
    expect(ids(await send(`POST ${PATH}/batch/read?archived=true`, { inputs, properties: [] }))).toEqual([id]);
  });

  conforms({ known: 'assumed', probe: `PATCH ${PATH}/ID of an archived contact` }, 'are not updated', async () => {
    const { send, id } = await archived();
    expect((await send(`PATCH ${PATH}/${id}`, { properties: { city: 'Bonn' } })).status).toBe(404);
  });

  conforms(
    { known: 'assumed', probe: 'DELETE a contact, then read the associations of its deal' },
    'are no longer among the associated',
    async () => {
      const portal = testPortal();
      const id = ann(portal);
      const deal = portal.half.seed.record('deals', { dealname: 'Big' }, { at: START });
      portal.half.seed.associate('contacts', id, 'deals', deal);
      await portal.send(`DELETE ${PATH}/${id}`);
      expect((await portal.send(`GET /crm/v4/objects/deals/${deal}/associations/contacts`)).body).toEqual({ results: [] });
    },
  );
});

describe('permanent deletion', () => {
  conforms({ known: 'specified', source: CONTACTS }, 'by id answers 204 and leaves nothing, not even an archived record', async () => {
    const portal = testPortal();
    const id = ann(portal);
    expect((await portal.send(`POST ${PATH}/gdpr-delete`, { objectId: id })).status).toBe(204);
    expect((await portal.send(`GET ${PATH}/${id}`)).status).toBe(404);
    expect((await portal.send(`GET ${PATH}/${id}?archived=true`)).status).toBe(404);
    expect(dig(await portal.send(`POST ${PATH}/search`, {}), 'total')).toBe(0);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'goes by e-mail with idProperty', async () => {
    const portal = testPortal();
    const id = ann(portal);
    expect((await portal.send(`POST ${PATH}/gdpr-delete`, { objectId: 'ann@acme.example', idProperty: 'email' })).status).toBe(204);
    expect((await portal.send(`GET ${PATH}/${id}`)).status).toBe(404);
  });
});
