import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, testPortal, text, type TestPortal } from './portal.ts';

const OWNERS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide';
const OWNER = '@hubspot/api-client lib/codegen/crm/owners/models/PublicOwner';

describe('owners', () => {
  const rep = (teams: string[] = []): TestPortal & { id: string; userId: string } => {
    const portal = testPortal();
    return { ...portal, ...portal.half.seed.owner({ email: 'rep@acme.example', firstName: 'Rae', lastName: 'Rep', teams }) };
  };

  conforms({ known: 'specified', source: OWNERS }, 'have an id that is not the user’s', async () => {
    const { send, id, userId } = rep();
    expect(id).not.toBe(userId);
    expect((await send(`GET /crm/v3/owners/${id}`)).body).toMatchObject({ id, userId: Number(userId) });
  });

  conforms({ known: 'specified', source: OWNERS }, 'are found by the user’s id with idProperty=userId only', async () => {
    const { send, id, userId } = rep();
    expect((await send(`GET /crm/v3/owners/${userId}`)).status).toBe(404);
    expect(dig(await send(`GET /crm/v3/owners/${userId}?idProperty=userId`), 'id')).toBe(id);
  });

  conforms({ known: 'specified', source: OWNERS }, 'are found by e-mail', async () => {
    const { send, id } = rep();
    expect(ids(await send('GET /crm/v3/owners?email=REP@acme.example'))).toEqual([id]);
    expect(ids(await send('GET /crm/v3/owners?email=nobody@acme.example'))).toEqual([]);
  });

  conforms({ known: 'specified', source: OWNER }, 'have teams, one of them primary', async () => {
    const { send, id } = rep(['Sales', 'East']);
    expect(dig(await send(`GET /crm/v3/owners/${id}`), 'teams')).toMatchObject([
      { name: 'Sales', primary: true },
      { name: 'East', primary: false },
    ]);
  });

  conforms({ known: 'specified', source: OWNER }, 'without a team have no such member', async () => {
    const { send, id } = rep();
    expect((await send(`GET /crm/v3/owners/${id}`)).body).not.toHaveProperty('teams');
  });

  conforms({ known: 'specified', source: OWNERS }, 'are paged', async () => {
    const { send } = rep();
    const first = await send('GET /crm/v3/owners?limit=1');
    const rest = await send(`GET /crm/v3/owners?limit=1&after=${text(first, 'paging', 'next', 'after')}`);
    expect([...ids(first), ...ids(rest)]).toEqual(ids(await send('GET /crm/v3/owners')));
  });

  conforms({ known: 'specified', source: OWNERS }, 'that are archived are listed apart', async () => {
    expect(ids(await rep().send('GET /crm/v3/owners?archived=true'))).toEqual([]);
  });
});
