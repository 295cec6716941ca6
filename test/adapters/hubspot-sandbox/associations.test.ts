import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, results, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide';
const READ = 'https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/batch/get-associations';
const DEFAULTS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/batch/create-associations';
const LIMIT = 'https://developers.hubspot.com/changelog/bug-fix-batch-read-limit-for-hubspot-associations-api';
const RECORDED = 'https://github.com/sudhakar-mwb/Practus-Migration/blob/main/migrate-campaigns.js';
const SPEC = 'https://github.com/HubSpot/HubSpot-public-api-spec-collection';
const LABELS = '@hubspot/api-client lib/codegen/crm/associations/v4/models/LabelsBetweenObjectPair';

const V4 = '/crm/v4/associations';

function pair(): TestPortal & { contact: string; deal: string; other: string; company: string } {
  const portal = testPortal();
  const { seed } = portal.half;
  return {
    ...portal,
    contact: seed.record('contacts', { email: 'ann@acme.example' }, { at: START }),
    other: seed.record('contacts', { email: 'bob@acme.example' }, { at: START }),
    deal: seed.record('deals', { dealname: 'Big' }, { at: START }),
    company: seed.record('companies', { name: 'Acme' }, { at: START }),
  };
}

const hubspot = (associationTypeId: number): object[] => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }];

const link = (from: string, to: string, associationTypeId: number): object => ({
  from: { id: from },
  to: { id: to },
  types: hubspot(associationTypeId),
});

const ids = (reply: Reply): unknown[] => results(reply).map((target) => target['toObjectId']);

describe('reading associations', () => {
  const read = (portal: TestPortal, list: readonly string[], path = V4): Promise<Reply> =>
    portal.send(`POST ${path}/contacts/deals/batch/read`, { inputs: list.map((id) => ({ id })) });

  conforms({ known: 'specified', source: READ }, 'gives the targets of each record with the types of association', async () => {
    const portal = pair();
    portal.half.seed.associate('contacts', portal.contact, 'deals', portal.deal);
    const reply = await read(portal, [portal.contact]);
    expect([reply.status, results(reply)]).toEqual([
      200,
      [
        {
          from: { id: portal.contact },
          to: [{ toObjectId: portal.deal, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 4, label: null }] }],
        },
      ],
    ]);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'of a record without any is 207 with an error that means zero', async () => {
    const portal = pair();
    const reply = await read(portal, [portal.contact]);
    expect([reply.status, results(reply), dig(reply, 'numErrors')]).toEqual([207, [], 1]);
    expect(dig(reply, 'errors', 0)).toEqual({
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      message: `No deal is associated with contact ${portal.contact}.`,
      context: { fromObjectId: [portal.contact], fromObjectType: ['contact'], toObjectType: ['deal'] },
    });
  });

  conforms({ known: 'specified', source: SPEC }, 'of a record without any is 207 in 2026-03 and 200 in 2026-09', async () => {
    const portal = pair();
    expect((await read(portal, [portal.contact], '/crm/associations/2026-03')).status).toBe(207);
    const folded = await read(portal, [portal.contact], '/crm/associations/2026-09');
    expect([folded.status, dig(folded, 'numErrors')]).toEqual([200, 1]);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'of a record that does not exist means zero too', async () => {
    expect(dig(await read(pair(), ['42']), 'errors', 0, 'subCategory')).toBe('crm.associations.NO_ASSOCIATIONS_FOUND');
  });

  conforms({ known: 'specified', source: LIMIT }, 'takes 1,000 inputs and no more', async () => {
    const portal = pair();
    const many = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n + 1));
    expect((await read(portal, many(1000))).status).toBe(207);
    expect((await read(portal, many(1001))).status).toBe(400);
  });

  conforms({ known: 'specified', source: READ }, 'takes the cursor of a page for each input', async () => {
    const portal = pair();
    const { seed } = portal.half;
    const all = Array.from({ length: 501 }, (_, n) => seed.record('deals', { dealname: `D${n}` }, { at: START }));
    for (const deal of all) seed.associate('contacts', portal.contact, 'deals', deal);
    const first = await read(portal, [portal.contact]);
    expect(dig(first, 'results', 0, 'to')).toHaveLength(500);
    const after = text(first, 'results', 0, 'paging', 'next', 'after');
    const second = await portal.send(`POST ${V4}/contacts/deals/batch/read`, { inputs: [{ id: portal.contact, after }] });
    expect(dig(second, 'results', 0, 'to')).toMatchObject([{ toObjectId: all.at(-1) }]);
    expect(dig(second, 'results', 0)).not.toHaveProperty('paging');
  });

  conforms({ known: 'specified', source: GUIDE }, 'of one record pages, and ends without paging', async () => {
    const portal = pair();
    const { seed } = portal.half;
    const all = Array.from({ length: 12 }, (_, n) => seed.record('contacts', { email: `c${n}@acme.example` }, { at: START }));
    for (const id of all) seed.associate('deals', portal.deal, 'contacts', id);
    const path = `GET /crm/v4/objects/deals/${portal.deal}/associations/contacts?limit=5`;
    const seen: unknown[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const page = await portal.send(`${path}&after=${after}`);
      seen.push(...ids(page));
      after = dig(page, 'paging', 'next', 'after') as string | undefined;
    }
    expect(seen).toEqual(all);
  });

  conforms({ known: 'specified', source: GUIDE }, 'of one record takes 500 a page and no more', async () => {
    const portal = pair();
    const path = `GET /crm/v4/objects/deals/${portal.deal}/associations/contacts`;
    expect((await portal.send(`${path}?limit=500`)).status).toBe(200);
    expect((await portal.send(`${path}?limit=501`)).status).toBe(400);
  });

  conforms(
    { known: 'assumed', probe: 'GET /crm/v4/objects/contacts/42/associations/deals' },
    'of one record that is not there is 404',
    async () => {
      expect((await pair().send('GET /crm/v4/objects/contacts/42/associations/deals')).status).toBe(404);
    },
  );

  conforms({ known: 'recorded', source: RECORDED }, 'by a GUID is INVALID_IDENTIFIER', async () => {
    const reply = await read(pair(), ['0b3163b6-49be-4a05-a128-cd987387da43']);
    expect([reply.status, dig(reply, 'category'), dig(reply, 'subCategory')]).toEqual([
      400,
      'VALIDATION_ERROR',
      'crm.associations.INVALID_IDENTIFIER',
    ]);
  });
});

describe('making associations', () => {
  const create = (portal: TestPortal, kind: string, inputs: readonly object[]): Promise<Reply> =>
    portal.send(`POST ${V4}/${kind}/batch/create`, { inputs });

  conforms({ known: 'specified', source: GUIDE }, 'makes both directions at once', async () => {
    const portal = pair();
    await create(portal, 'deals/contacts', [link(portal.deal, portal.contact, 3)]);
    expect(ids(await portal.send(`GET /crm/v4/objects/contacts/${portal.contact}/associations/deals`))).toEqual([portal.deal]);
    expect(ids(await portal.send(`GET /crm/v4/objects/deals/${portal.deal}/associations/contacts`))).toEqual([portal.contact]);
  });

  conforms({ known: 'specified', source: LABELS }, 'answers 201 with both ends and the labels', async () => {
    const portal = pair();
    const reply = await create(portal, 'deals/contacts', [link(portal.deal, portal.contact, 3)]);
    expect([reply.status, results(reply)]).toEqual([
      201,
      [{ fromObjectTypeId: '0-3', fromObjectId: portal.deal, toObjectTypeId: '0-1', toObjectId: portal.contact, labels: [] }],
    ]);
  });

  conforms(
    { known: 'assumed', probe: 'associate a deal with a contact that does not exist, in a batch' },
    'is 207 where one end is not there',
    async () => {
      const portal = pair();
      const reply = await create(portal, 'deals/contacts', [link(portal.deal, portal.contact, 3), link(portal.deal, '999', 3)]);
      expect([reply.status, results(reply).length, dig(reply, 'numErrors')]).toEqual([207, 1, 1]);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'leaves the records’ modified stamps alone', async () => {
    const portal = pair();
    portal.clock.advance(1000);
    // Not with a deal: that moves the contact's lifecycle stage, and so its stamp.
    await create(portal, 'contacts/companies', [link(portal.contact, portal.company, 279)]);
    for (const path of [`companies/${portal.company}`, `contacts/${portal.contact}`]) {
      expect(dig(await portal.send(`GET /crm/v3/objects/${path}`), 'updatedAt')).toBe(new Date(START).toISOString());
    }
  });

  conforms({ known: 'specified', source: GUIDE }, 'again changes nothing', async () => {
    const portal = pair();
    for (let time = 0; time < 2; time += 1) await create(portal, 'deals/contacts', [link(portal.deal, portal.contact, 3)]);
    expect(results(await portal.send(`GET /crm/v4/objects/deals/${portal.deal}/associations/contacts`))).toHaveLength(1);
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes the type of its own direction only', async () => {
    const portal = pair();
    expect((await create(portal, 'deals/contacts', [link(portal.deal, portal.contact, 4)])).status).toBe(400);
    expect((await create(portal, 'contacts/deals', [link(portal.contact, portal.deal, 4)])).status).toBe(201);
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes 2,000 inputs and no more', async () => {
    const portal = pair();
    const inputs = Array.from({ length: 2001 }, () => link(portal.deal, portal.contact, 3));
    expect((await create(portal, 'deals/contacts', inputs.slice(1))).status).toBe(201);
    expect((await create(portal, 'deals/contacts', inputs)).status).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'of a contact with companies makes the first one primary', async () => {
    const portal = pair();
    const beta = portal.half.seed.record('companies', { name: 'Beta' }, { at: START });
    const inputs = [portal.company, beta].map((id) => ({ from: { id: portal.contact }, to: { id } }));
    await portal.send(`POST ${V4}/contacts/companies/batch/associate/default`, { inputs });
    const unlabelled = { category: 'HUBSPOT_DEFINED', typeId: 279, label: null };
    expect(results(await portal.send(`GET /crm/v4/objects/contacts/${portal.contact}/associations/companies`))).toEqual([
      { toObjectId: portal.company, associationTypes: [unlabelled, { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }] },
      { toObjectId: beta, associationTypes: [unlabelled] },
    ]);
  });

  conforms({ known: 'specified', source: DEFAULTS }, 'by default answers both directions of each pair', async () => {
    const portal = pair();
    const reply = await portal.send(`POST ${V4}/contacts/deals/batch/associate/default`, {
      inputs: [{ from: { id: portal.contact }, to: { id: portal.deal } }],
    });
    expect([reply.status, results(reply)]).toEqual([
      200,
      [
        { from: { id: portal.contact }, to: { id: portal.deal }, associationSpec: hubspot(4)[0] },
        { from: { id: portal.deal }, to: { id: portal.contact }, associationSpec: hubspot(3)[0] },
      ],
    ]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'of one pair by default is a PUT', async () => {
    const portal = pair();
    const reply = await portal.send(`PUT /crm/v4/objects/contacts/${portal.contact}/associations/default/deals/${portal.deal}`);
    expect([reply.status, dig(reply, 'status')]).toEqual([200, 'COMPLETE']);
  });

  conforms({ known: 'specified', source: GUIDE }, 'of one pair with types is a PUT with a list', async () => {
    const portal = pair();
    const reply = await portal.send(`PUT /crm/v4/objects/contacts/${portal.contact}/associations/deals/${portal.deal}`, hubspot(4));
    expect([reply.status, dig(reply, 'toObjectId')]).toEqual([201, portal.deal]);
  });
});

describe('removing associations', () => {
  conforms({ known: 'specified', source: GUIDE }, 'in a batch is 204 and removes both directions', async () => {
    const portal = pair();
    portal.half.seed.associate('contacts', portal.contact, 'deals', portal.deal);
    const inputs = [{ from: { id: portal.contact }, to: [{ id: portal.deal }] }];
    expect((await portal.send(`POST ${V4}/contacts/deals/batch/archive`, { inputs })).status).toBe(204);
    expect(ids(await portal.send(`GET /crm/v4/objects/deals/${portal.deal}/associations/contacts`))).toEqual([]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'leaves the others of the record', async () => {
    const portal = pair();
    for (const id of [portal.contact, portal.other]) portal.half.seed.associate('contacts', id, 'deals', portal.deal);
    await portal.send(`POST ${V4}/contacts/deals/batch/archive`, { inputs: [{ from: { id: portal.contact }, to: [{ id: portal.deal }] }] });
    expect(ids(await portal.send(`GET /crm/v4/objects/deals/${portal.deal}/associations/contacts`))).toEqual([portal.other]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'of one pair is a DELETE, 204 also when there is none', async () => {
    const portal = pair();
    const path = `DELETE /crm/v4/objects/contacts/${portal.contact}/associations/deals/${portal.deal}`;
    expect([(await portal.send(path)).status, (await portal.send(path)).status]).toEqual([204, 204]);
  });
});

describe('the types of association', () => {
  conforms({ known: 'specified', source: GUIDE }, 'are listed for a direction', async () => {
    expect(results(await pair().send(`GET ${V4}/contacts/companies/labels`))).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
      { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
    ]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'have the documented ids', async () => {
    const { send } = pair();
    const documented = [
      ['contacts', 'deals', 4],
      ['deals', 'contacts', 3],
      ['contacts', 'companies', 279],
      ['companies', 'contacts', 280],
      ['contacts', 'emails', 197],
      ['emails', 'contacts', 198],
      ['contacts', 'calls', 193],
      ['calls', 'contacts', 194],
      ['meetings', 'contacts', 200],
      ['notes', 'contacts', 202],
      ['contacts', 'tasks', 203],
      ['tasks', 'contacts', 204],
      ['deals', 'calls', 205],
      ['deals', 'emails', 209],
      ['deals', 'meetings', 211],
      ['deals', 'notes', 213],
      ['leads', 'calls', 596],
    ] as const;
    for (const [from, to, typeId] of documented) {
      const listed = results(await send(`GET ${V4}/${from}/${to}/labels`)).map((type) => type['typeId']);
      expect([from, to, listed.includes(typeId)]).toEqual([from, to, true]);
    }
  });

  conforms(
    { known: 'assumed', probe: 'GET /crm/v4/associations/campaigns/contacts/labels' },
    'between campaigns and contacts exist',
    async () => {
      const portal = pair();
      const { id } = portal.half.seed.campaign({ hs_name: 'Spring' }, { at: START });
      const [type] = results(await portal.send(`GET ${V4}/campaigns/contacts/labels`));
      const made = await portal.send(`POST ${V4}/campaigns/contacts/batch/create`, {
        inputs: [link(id, portal.contact, Number(type?.['typeId']))],
      });
      expect(made.status).toBe(201);
    },
  );
});
