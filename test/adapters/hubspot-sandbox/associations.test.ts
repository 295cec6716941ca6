import { describe, expect, it } from 'vitest';
import { dig, ids, results, START, testPortal, type TestPortal } from './portal.ts';

function pair(portal: TestPortal): { contact: string; deal: string; other: string } {
  const { seed } = portal.half;
  return {
    contact: seed.record('contacts', { email: 'ann@acme.example' }, { at: START }),
    other: seed.record('contacts', { email: 'bob@acme.example' }, { at: START }),
    deal: seed.record('deals', { dealname: 'Big' }, { at: START }),
  };
}

describe('associations', () => {
  // specified: associations v4 guide: nothing associated is an error entry that means zero
  it('answer 207 for a record without any, 200 in 2026-09', async () => {
    const portal = testPortal();
    const { contact, other, deal } = pair(portal);
    portal.half.seed.associate('contacts', contact, 'deals', deal);
    const inputs = [{ id: contact }, { id: other }];
    for (const [path, status] of [
      ['/crm/v4/associations', 207],
      ['/crm/associations/2026-03', 207],
      ['/crm/associations/2026-09', 200],
    ] as const) {
      const reply = await portal.send(`POST ${path}/contacts/deals/batch/read`, { inputs });
      expect([path, reply.status]).toEqual([path, status]);
      expect(results(reply)).toEqual([
        { from: { id: contact }, to: [{ toObjectId: deal, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 4, label: null }] }] },
      ]);
      expect(dig(reply, 'errors', 0)).toMatchObject({
        subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
        context: { fromObjectId: [other] },
      });
    }
  });

  // specified: associations v4 guide
  it('are made and removed in batches, in both directions, without touching the records', async () => {
    const portal = testPortal();
    const { contact, other, deal } = pair(portal);
    portal.clock.advance(1000);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }];
    const made = await portal.send('POST /crm/v4/associations/deals/contacts/batch/create', {
      inputs: [
        { from: { id: deal }, to: { id: contact }, types },
        { from: { id: deal }, to: { id: other }, types },
        { from: { id: deal }, to: { id: '999' }, types },
      ],
    });
    expect(made.status).toBe(207);
    expect(results(made)[0]).toEqual({
      fromObjectTypeId: '0-3',
      fromObjectId: deal,
      toObjectTypeId: '0-1',
      toObjectId: contact,
      labels: [],
    });
    expect(dig(await portal.send(`GET /crm/v3/objects/deals/${deal}`), 'updatedAt')).toBe(new Date(START).toISOString());
    const back = await portal.send(`GET /crm/v4/objects/contacts/${other}/associations/deals`);
    expect(results(back).map((target) => target['toObjectId'])).toEqual([deal]);
    const gone = await portal.send('POST /crm/v4/associations/contacts/deals/batch/archive', {
      inputs: [{ from: { id: other }, to: [{ id: deal }] }],
    });
    expect(gone.status).toBe(204);
    const left = await portal.send(`GET /crm/v4/objects/deals/${deal}/associations/contacts?limit=500`);
    expect(results(left).map((target) => target['toObjectId'])).toEqual([contact]);
    const wrong = await portal.send('POST /crm/v4/associations/deals/contacts/batch/create', {
      inputs: [{ from: { id: deal }, to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }],
    });
    expect(wrong.status).toBe(400);
  });

  // specified: type ids of the associations guide; the first company of a contact is its primary one
  it('make the first company primary and say so', async () => {
    const portal = testPortal();
    const { contact } = pair(portal);
    const [one = '', two = ''] = ['Acme', 'Beta'].map((name) => portal.half.seed.record('companies', { name }, { at: START }));
    const reply = await portal.send('POST /crm/v4/associations/contacts/companies/batch/associate/default', {
      inputs: [one, two].map((id) => ({ from: { id: contact }, to: { id } })),
    });
    expect([reply.status, results(reply).length]).toEqual([200, 4]);
    const read = await portal.send('POST /crm/v4/associations/contacts/companies/batch/read', { inputs: [{ id: contact }] });
    const unlabelled = { category: 'HUBSPOT_DEFINED', typeId: 279, label: null };
    expect(dig(read, 'results', 0, 'to')).toEqual([
      { toObjectId: one, associationTypes: [unlabelled, { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }] },
      { toObjectId: two, associationTypes: [unlabelled] },
    ]);
    const embedded = await portal.send(`GET /crm/v3/objects/contacts/${contact}?associations=companies`);
    expect(dig(embedded, 'associations', 'companies', 'results')).toEqual([
      { id: one, type: 'contact_to_company_unlabeled' },
      { id: one, type: 'contact_to_company' },
      { id: two, type: 'contact_to_company_unlabeled' },
    ]);
    const labels = await portal.send('GET /crm/v4/associations/contacts/companies/labels');
    expect(results(labels).map((type) => type['typeId'])).toEqual([279, 1]);
  });

  it('page when one record has many', async () => {
    const portal = testPortal();
    const { deal } = pair(portal);
    const all = Array.from({ length: 12 }, (_, n) => portal.half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
    for (const id of all) portal.half.seed.associate('deals', deal, 'contacts', id);
    const path = `GET /crm/v4/objects/deals/${deal}/associations/contacts?limit=5`;
    const seen: unknown[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const page = await portal.send(`${path}&after=${after}`);
      seen.push(...results(page).map((target) => target['toObjectId']));
      after = dig(page, 'paging', 'next', 'after') as string | undefined;
    }
    expect(seen).toEqual(all);
  });
});

describe('leads', () => {
  // specified: leads guide: a name and a contact are needed
  it('need a name and a contact', async () => {
    const portal = testPortal();
    const { contact } = pair(portal);
    const associations = [{ to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 578 }] }];
    expect((await portal.send('POST /crm/v3/objects/leads', { properties: { hs_lead_name: 'Ann' } })).status).toBe(400);
    const nameless = await portal.send('POST /crm/v3/objects/leads', { properties: {}, associations });
    expect(dig(nameless, 'errors', 0, 'code')).toBe('MISSING_REQUIRED_PROPERTY');
    const made = await portal.send('POST /crm/v3/objects/leads', {
      properties: { hs_lead_name: 'Ann', hs_lead_label: 'HOT' },
      associations,
    });
    expect(made.status).toBe(201);
    const list = await portal.send('GET /crm/v3/objects/0-136?associations=contacts');
    expect(dig(list, 'results', 0, 'associations', 'contacts', 'results')).toEqual([{ id: contact, type: 'lead_to_contact' }]);
  });

  // specified: engagement guides: all need hs_timestamp
  it('and engagements a time', async () => {
    const portal = testPortal();
    for (const type of ['calls', 'emails', 'meetings', 'tasks', 'notes', 'communications']) {
      const refused = await portal.send(`POST /crm/v3/objects/${type}`, { properties: {} });
      expect([type, refused.status]).toEqual([type, 400]);
      const made = await portal.send(`POST /crm/v3/objects/${type}`, { properties: { hs_timestamp: '2026-03-01T10:00:00Z' } });
      expect([type, made.status]).toEqual([type, 201]);
      expect(ids(await portal.send(`GET /crm/v3/objects/${type}`))).toHaveLength(1);
    }
  });
});
