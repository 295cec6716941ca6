import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, results, START, testPortal, text, type TestPortal } from './portal.ts';

const MERGE = 'https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/merge-contacts';
const NEW_ID = 'https://pipe0.com/docs/pipe-catalog/object:merge:hubspot/1';
const ERRORS = 'https://developers.hubspot.com/docs/api-reference/error-handling';
const CONTACTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide';

const HOUR = 3_600_000;
const PATH = '/crm/v3/objects/contacts';

describe('a merge', () => {
  const merged = async (): Promise<TestPortal & { ann: string; bob: string; deal: string; id: string }> => {
    const portal = testPortal();
    const { seed } = portal.half;
    const first = { email: 'ann@acme.example', firstname: 'Ann', lifecyclestage: 'lead' };
    const ann = seed.record('contacts', first, { at: START - 2 * HOUR });
    const other = { email: 'bob@acme.example', city: 'Bonn', firstname: 'Bob', lifecyclestage: 'customer' };
    const bob = seed.record('contacts', other, { at: START - 3 * HOUR });
    const deal = seed.record('deals', { dealname: 'Big' }, { at: START });
    seed.associate('contacts', bob, 'deals', deal);
    portal.clock.advance(1000);
    const reply = await portal.send(`POST ${PATH}/merge`, { primaryObjectId: ann, objectIdToMerge: bob });
    expect(reply.status).toBe(200);
    return { ...portal, ann, bob, deal, id: text(reply, 'id') };
  };
  const values = async (portal: TestPortal & { id: string }, ...names: readonly string[]): Promise<unknown> =>
    dig(await portal.send(`GET ${PATH}/${portal.id}?properties=${names.join(',')}`), 'properties');

  conforms({ known: 'recorded', source: NEW_ID }, 'makes a record with a new id', async () => {
    const { ann, bob, id } = await merged();
    expect([ann, bob]).not.toContain(id);
  });

  conforms({ known: 'specified', source: MERGE }, 'leaves one record', async () => {
    const { send, id } = await merged();
    expect(ids(await send(`GET ${PATH}`))).toEqual([id]);
    expect(ids(await send(`GET ${PATH}?archived=true`))).toEqual([]);
  });

  conforms({ known: 'specified', source: MERGE }, 'keeps the primary record’s values', async () => {
    expect(await values(await merged(), 'email', 'firstname')).toMatchObject({ email: 'ann@acme.example', firstname: 'Ann' });
  });

  conforms({ known: 'specified', source: MERGE }, 'fills in the other’s values where the primary has none', async () => {
    expect(await values(await merged(), 'city')).toMatchObject({ city: 'Bonn' });
  });

  conforms(
    { known: 'assumed', probe: 'merge a lead (primary) with a customer, then read lifecyclestage' },
    'keeps the later lifecycle stage',
    async () => {
      expect(await values(await merged(), 'lifecyclestage')).toMatchObject({ lifecyclestage: 'customer' });
    },
  );

  conforms({ known: 'specified', source: CONTACTS }, 'keeps the other’s e-mail as a secondary one', async () => {
    expect(await values(await merged(), 'hs_additional_emails')).toMatchObject({ hs_additional_emails: 'bob@acme.example' });
  });

  conforms({ known: 'specified', source: CONTACTS }, 'is found by both e-mails', async () => {
    const { send, id } = await merged();
    for (const email of ['ann@acme.example', 'bob@acme.example']) {
      expect(dig(await send(`GET ${PATH}/${email}?idProperty=email`), 'id')).toBe(id);
    }
  });

  conforms(
    { known: 'assumed', probe: 'merge two contacts, then read hs_merged_object_ids' },
    'names both old ids in hs_merged_object_ids',
    async () => {
      const portal = await merged();
      expect(await values(portal, 'hs_merged_object_ids')).toMatchObject({ hs_merged_object_ids: `${portal.ann};${portal.bob}` });
    },
  );

  conforms(
    { known: 'assumed', probe: 'merge two contacts, then read hs_calculated_merged_vids' },
    'tells when in hs_calculated_merged_vids',
    async () => {
      const portal = await merged();
      const expected = `${portal.ann}:${START + 1000};${portal.bob}:${START + 1000}`;
      expect(await values(portal, 'hs_calculated_merged_vids')).toMatchObject({ hs_calculated_merged_vids: expected });
    },
  );

  conforms({ known: 'assumed', probe: 'merge two contacts, then read createdate' }, 'has the older creation date', async () => {
    expect(await values(await merged(), 'createdate')).toMatchObject({ createdate: '2026-03-02T12:00:00.000Z' });
  });

  conforms({ known: 'specified', source: CONTACTS }, 'answers single reads by both old ids', async () => {
    const { send, ann, bob, id } = await merged();
    for (const old of [ann, bob]) expect(dig(await send(`GET ${PATH}/${old}`), 'id')).toBe(id);
  });

  conforms({ known: 'specified', source: CONTACTS }, 'takes single updates by both old ids', async () => {
    const { send, ann, bob, id } = await merged();
    for (const old of [ann, bob]) expect(dig(await send(`PATCH ${PATH}/${old}`, { properties: { city: 'Kiel' } }), 'id')).toBe(id);
  });

  conforms({ known: 'assumed', probe: 'batch/update by an id that was merged away' }, 'takes no batch updates by an old id', async () => {
    const { send, ann } = await merged();
    const reply = await send(`POST ${PATH}/batch/update`, { inputs: [{ id: ann, properties: { city: 'Ulm' } }] });
    expect([reply.status, dig(reply, 'errors', 0, 'context', 'ids')]).toEqual([207, [ann]]);
  });

  conforms({ known: 'assumed', probe: 'batch/read by an id that was merged away' }, 'answers no batch reads by an old id', async () => {
    const { send, bob } = await merged();
    const reply = await send(`POST ${PATH}/batch/read`, { inputs: [{ id: bob }], properties: [] });
    expect([reply.status, dig(reply, 'errors', 0, 'context', 'ids')]).toEqual([207, [bob]]);
  });

  conforms({ known: 'specified', source: MERGE }, 'carries the associations of both', async () => {
    const { send, id, deal } = await merged();
    const read = await send(`GET ${PATH}/${id}?associations=deals`);
    expect(dig(read, 'associations', 'deals', 'results')).toEqual([{ id: deal, type: 'contact_to_deal' }]);
    expect(results(await send(`GET /crm/v4/objects/deals/${deal}/associations/contacts`))).toMatchObject([{ toObjectId: id }]);
  });

  conforms({ known: 'specified', source: MERGE }, 'leaves one record in search', async () => {
    const { send, id } = await merged();
    expect(ids(await send(`POST ${PATH}/search`, {}))).toEqual([id]);
  });

  conforms({ known: 'specified', source: MERGE }, 'keeps the histories, newest first', async () => {
    const { send, id } = await merged();
    const read = await send(`GET ${PATH}/${id}?propertiesWithHistory=firstname`);
    expect(dig(read, 'propertiesWithHistory', 'firstname', 0)).toMatchObject({ value: 'Ann', timestamp: '2026-03-02T13:00:00.000Z' });
  });

  conforms({ known: 'specified', source: MERGE }, 'of companies goes the same way', async () => {
    const { send, half } = testPortal();
    const [a, b] = ['Acme', 'Acme Inc'].map((name) => half.seed.record('companies', { name }, { at: START }));
    const reply = await send('POST /crm/v3/objects/companies/merge', { primaryObjectId: a, objectIdToMerge: b });
    expect([reply.status, ids(await send('GET /crm/v3/objects/companies'))]).toEqual([200, [text(reply, 'id')]]);
  });

  conforms(
    { known: 'assumed', probe: 'merge two contacts that are associated with each other' },
    'of two that are associated does not associate the result with itself',
    async () => {
      const { send, half } = testPortal();
      const [a = '', b = ''] = ['a', 'b'].map((name) => half.seed.record('contacts', { email: `${name}@acme.example` }, { at: START }));
      half.seed.associate('contacts', a, 'contacts', b);
      const id = text(await send(`POST ${PATH}/merge`, { primaryObjectId: a, objectIdToMerge: b }), 'id');
      expect(results(await send(`GET /crm/v4/objects/contacts/${id}/associations/contacts`))).toEqual([]);
    },
  );

  conforms({ known: 'assumed', probe: 'merge two contacts with a primary company each' }, 'leaves one primary company', async () => {
    const { send, half } = testPortal();
    const { seed } = half;
    const [a = '', b = ''] = ['a', 'b'].map((name) => seed.record('contacts', { email: `${name}@acme.example` }, { at: START }));
    const [acme = '', beta = ''] = ['Acme', 'Beta'].map((name) => seed.record('companies', { name }, { at: START }));
    seed.associate('contacts', a, 'companies', acme);
    seed.associate('contacts', b, 'companies', beta);
    const id = text(await send(`POST ${PATH}/merge`, { primaryObjectId: a, objectIdToMerge: b }), 'id');
    const read = await send(`GET ${PATH}/${id}?associations=companies`);
    expect(dig(read, 'associations', 'companies', 'results')).toEqual([
      { id: acme, type: 'contact_to_company_unlabeled' },
      { id: acme, type: 'contact_to_company' },
      { id: beta, type: 'contact_to_company_unlabeled' },
    ]);
  });

  conforms({ known: 'assumed', probe: 'merge a contact with itself' }, 'with itself is refused', async () => {
    const { send, id } = await merged();
    expect((await send(`POST ${PATH}/merge`, { primaryObjectId: id, objectIdToMerge: id })).status).toBe(400);
  });

  conforms({ known: 'specified', source: ERRORS }, 'with a record that is not there is 404', async () => {
    const { send, id } = await merged();
    expect((await send(`POST ${PATH}/merge`, { primaryObjectId: id, objectIdToMerge: '42' })).status).toBe(404);
  });

  conforms({ known: 'specified', source: ERRORS }, 'beyond 250 identities is 414', async () => {
    const { send, half } = testPortal();
    let id = half.seed.record('contacts', { email: 'c@acme.example' }, { at: START });
    let last = await send(`GET ${PATH}/${id}`);
    for (let n = 0; n < 130 && last.status === 200; n += 1) {
      const other = half.seed.record('contacts', { email: `c${n}@acme.example` }, { at: START });
      last = await send(`POST ${PATH}/merge`, { primaryObjectId: id, objectIdToMerge: other });
      if (last.status === 200) id = text(last, 'id');
    }
    expect([last.status, dig(last, 'message')]).toEqual([414, 'Cannot have more than 250 identities on a profile']);
  });
});
