import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const SPEC = 'https://github.com/HubSpot/HubSpot-public-api-spec-collection';
const RECORDED = 'https://github.com/sudhakar-mwb/Practus-Migration/blob/main/migrate-campaigns.js';

const BASE = '/marketing/v3/campaigns';

function spring(): TestPortal & { guid: string; id: string; path: string } {
  const portal = testPortal();
  const { guid, id } = portal.half.seed.campaign({ hs_name: 'Spring' }, { at: START });
  return { ...portal, guid, id, path: `${BASE}/${guid}` };
}

const spend = (portal: TestPortal & { path: string }, amount: number, name = 'Ads'): Promise<Reply> =>
  portal.send(`POST ${portal.path}/spend`, { amount, name, order: 1 });

describe('the money of a campaign', () => {
  conforms({ known: 'specified', source: SPEC }, 'is a ledger of items, dated in epoch milliseconds', async () => {
    const item = await spend(spring(), 10);
    expect([item.status, item.body]).toMatchObject([
      201,
      { id: expect.any(String), amount: 10, name: 'Ads', order: 1, createdAt: START, updatedAt: START },
    ]);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'is summed up with all items in budget/totals', async () => {
    const portal = spring();
    await spend(portal, 0.1);
    await spend(portal, 0.2, 'More ads');
    await portal.send(`POST ${portal.path}/budget`, { amount: 100, name: 'Quarter', order: 1 });
    const totals = await portal.send(`GET ${portal.path}/budget/totals`);
    expect(totals.body).toMatchObject({ budgetTotal: 100, spendTotal: 0.3, remainingBudget: 99.7, currencyCode: 'USD' });
    expect([(dig(totals, 'spendItems') as unknown[]).length, (dig(totals, 'budgetItems') as unknown[]).length]).toEqual([2, 1]);
  });

  conforms(
    { known: 'assumed', probe: 'POST a spend item, then read hs_spend_items_sum_amount' },
    'shows its sums as properties at once',
    async () => {
      const portal = spring();
      await spend(portal, 12.5);
      const read = await portal.send(`GET ${portal.path}?properties=hs_spend_items_sum_amount`);
      expect(dig(read, 'properties', 'hs_spend_items_sum_amount')).toBe('12.5');
    },
  );

  conforms({ known: 'specified', source: SPEC }, 'items are read, replaced and deleted', async () => {
    const portal = spring();
    const path = `${portal.path}/spend/${text(await spend(portal, 10), 'id')}`;
    expect(dig(await portal.send(`PUT ${path}`, { amount: 20, name: 'Ads', order: 1 }), 'amount')).toBe(20);
    expect(dig(await portal.send(`GET ${path}`), 'amount')).toBe(20);
    expect((await portal.send(`DELETE ${path}`)).status).toBe(204);
    expect((await portal.send(`GET ${path}`)).status).toBe(404);
  });
});

describe('the contacts of a campaign', () => {
  const touched = async (): Promise<TestPortal & { path: string; first: string; last: string; linked: string; listed: string }> => {
    const portal = spring();
    const { seed } = portal.half;
    const contact = (name: string, more: Record<string, string> = {}): string =>
      seed.record('contacts', { email: `${name}@acme.example`, ...more }, { at: START });
    const first = contact('a', { hs_analytics_first_touch_converting_campaign: portal.guid });
    const last = contact('b', { hs_analytics_last_touch_converting_campaign: portal.guid });
    const [linked, listed] = [contact('c'), contact('d')];
    seed.associate('campaigns', portal.id, 'contacts', linked);
    const made = await portal.send('POST /crm/v3/lists', { name: 'L', objectTypeId: '0-1', processingType: 'MANUAL' });
    const list = text(made, 'list', 'listId');
    await portal.send(`PUT /crm/v3/lists/${list}/memberships/add`, [listed]);
    expect((await portal.send(`PUT ${portal.path}/assets/OBJECT_LIST/${list}`)).status).toBe(204);
    return { ...portal, first, last, linked, listed };
  };
  const report = async (portal: TestPortal & { path: string }, name: string): Promise<Reply> =>
    portal.send(`GET ${portal.path}/reports/contacts/${name}`);

  conforms({ known: 'specified', source: SPEC }, 'are reported by id only, without a time', async () => {
    const portal = await touched();
    expect((await report(portal, 'contactFirstTouch')).body).toEqual({ results: [{ id: portal.first }] });
  });

  conforms({ known: 'specified', source: SPEC }, 'are those of the first or of the last touch', async () => {
    const portal = await touched();
    expect(ids(await report(portal, 'contactLastTouch'))).toEqual([portal.last]);
  });

  conforms(
    { known: 'assumed', probe: 'GET reports/contacts/influencedContacts of a campaign with a list and associated contacts' },
    'are influenced by touch, by association or by a list',
    async () => {
      const portal = await touched();
      expect(ids(await report(portal, 'influencedContacts'))).toEqual([portal.first, portal.last, portal.linked, portal.listed]);
    },
  );

  conforms({ known: 'specified', source: SPEC }, 'are counted in the metrics', async () => {
    const portal = await touched();
    expect((await portal.send(`GET ${portal.path}/reports/metrics`)).body).toEqual({
      sessions: 0,
      newContactsFirstTouch: 1,
      newContactsLastTouch: 1,
      influencedContacts: 4,
    });
  });

  conforms({ known: 'specified', source: SPEC }, 'are reported in three ways and no other', async () => {
    expect((await report(spring(), 'nonsense')).status).toBe(400);
  });
});

describe('the assets of a campaign', () => {
  conforms({ known: 'recorded', source: RECORDED }, 'stand in the campaign by type, with their names', async () => {
    const portal = spring();
    const made = await portal.send('POST /crm/v3/lists', { name: 'L', objectTypeId: '0-1', processingType: 'MANUAL' });
    const id = text(made, 'list', 'listId');
    await portal.send(`PUT ${portal.path}/assets/OBJECT_LIST/${id}`);
    expect(dig(await portal.send(`GET ${portal.path}`), 'assets')).toEqual({ OBJECT_LIST: { results: [{ id, name: 'L' }] } });
  });

  conforms({ known: 'recorded', source: RECORDED }, 'are 50 of a type in the campaign, with paging for the rest', async () => {
    const portal = spring();
    for (let n = 1; n <= 51; n += 1) await portal.send(`PUT ${portal.path}/assets/FORM/${n}`);
    const forms = await portal.send(`GET ${portal.path}`);
    expect(dig(forms, 'assets', 'FORM', 'results')).toHaveLength(50);
    expect(dig(forms, 'assets', 'FORM', 'paging', 'next', 'after')).toEqual(expect.any(String));
  });

  conforms({ known: 'recorded', source: RECORDED }, 'are paged by type', async () => {
    const portal = spring();
    for (let n = 1; n <= 12; n += 1) await portal.send(`PUT ${portal.path}/assets/FORM/${n}`);
    const first = await portal.send(`GET ${portal.path}/assets/FORM`);
    const rest = await portal.send(`GET ${portal.path}/assets/FORM?after=${text(first, 'paging', 'next', 'after')}`);
    expect([...ids(first), ...ids(rest)]).toEqual(Array.from({ length: 12 }, (_, n) => String(n + 1)));
  });

  conforms({ known: 'specified', source: SPEC }, 'are taken away with 204', async () => {
    const portal = spring();
    await portal.send(`PUT ${portal.path}/assets/FORM/1`);
    expect((await portal.send(`DELETE ${portal.path}/assets/FORM/1`)).status).toBe(204);
    expect(ids(await portal.send(`GET ${portal.path}/assets/FORM`))).toEqual([]);
  });
});
