import { inflateRawSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/latest/crm/exports/guide';
const MODELS = '@hubspot/api-client lib/codegen/crm/exports/models';

const VIEW = {
  exportType: 'VIEW',
  format: 'CSV',
  exportName: 'All people',
  language: 'EN',
  objectType: 'CONTACT',
  objectProperties: ['email', 'hs_lead_status'],
  exportInternalValuesOptions: ['NAMES', 'VALUES'],
};

async function people(portal: TestPortal): Promise<string[]> {
  const ids: string[] = [];
  for (const [email, status] of [
    ['ann@acme.example', 'OPEN_DEAL'],
    ['bob@acme.example', 'NEW'],
  ]) {
    const made = await portal.send('POST /crm/v3/objects/contacts', { properties: { email, hs_lead_status: status } });
    ids.push(text(made, 'id'));
  }
  return ids;
}

const start = (portal: TestPortal, body: unknown): Promise<Reply> => portal.send('POST /crm/v3/exports/export/async', body);
const status = (portal: TestPortal, id: string): Promise<Reply> => portal.send(`GET /crm/v3/exports/export/async/tasks/${id}/status`);

/** The bytes of a finished export, fetched without any token. */
async function file(portal: TestPortal, id: string): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
  const address = new URL(text(await status(portal, id), 'result'));
  const request = { method: 'GET', url: address.pathname, headers: {}, body: new Uint8Array(), origin: address.origin };
  const reply = await portal.half.handle(request);
  expect(reply.status).toBe(200);
  return { type: reply.headers['content-type'] ?? '', bytes: Buffer.from(reply.body) };
}

async function csv(portal: TestPortal, body: unknown): Promise<string[]> {
  const id = text(await start(portal, body), 'id');
  portal.clock.advance(60_000);
  const { type, bytes } = await file(portal, id);
  expect(type).toBe('text/csv;charset=utf-8');
  return Buffer.from(bytes).toString('utf8').trimEnd().split('\n');
}

describe('an export', () => {
  conforms(
    { known: 'specified', source: `${MODELS}/TaskLocator.d.ts` },
    'begins with 202, an id and the address of its status',
    async () => {
      const portal = testPortal();
      const reply = await start(portal, VIEW);
      expect(reply.status).toBe(202);
      const id = text(reply, 'id');
      expect(reply.body).toEqual({ id, links: { status: `http://127.0.0.1:9/crm/v3/exports/export/async/tasks/${id}/status` } });
    },
  );

  conforms(
    { known: 'specified', source: GUIDE },
    'is processed, then complete with the address of a file that needs no token',
    async () => {
      const portal = testPortal();
      const [ann, bob] = await people(portal);
      const id = text(await start(portal, VIEW), 'id');
      expect(dig(await status(portal, id), 'status')).toBe('PROCESSING');
      portal.clock.advance(10_000);
      const done = await status(portal, id);
      expect(done.body).toMatchObject({ status: 'COMPLETE', requestedAt: '2026-03-02T15:00:00.000Z' });
      const { bytes } = await file(portal, id);
      expect(Buffer.from(bytes).toString('utf8')).toBe(
        `"Record ID","email","hs_lead_status"\n"${ann}","ann@acme.example","OPEN_DEAL"\n"${bob}","bob@acme.example","NEW"\n`,
      );
    },
  );

  conforms(
    { known: 'specified', source: `${MODELS}/PublicExportResponse.d.ts` },
    'has details with its state and, at the end, its record count',
    async () => {
      const portal = testPortal();
      await people(portal);
      const id = text(await start(portal, VIEW), 'id');
      const before = await portal.send(`GET /crm/v3/exports/export/${id}`);
      expect(before.body).toMatchObject({ id, exportName: 'All people', exportState: 'PROCESSING', exportType: 'VIEW', objectType: '0-1' });
      expect(dig(before, 'recordCount')).toBeUndefined();
      portal.clock.advance(10_000);
      expect((await portal.send(`GET /crm/v3/exports/export/${id}`)).body).toMatchObject({ exportState: 'DONE', recordCount: 2 });
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'shows labels unless internal names and values are asked for', async () => {
    const portal = testPortal();
    await people(portal);
    const lines = await csv(portal, { ...VIEW, exportInternalValuesOptions: [] });
    expect(lines[0]).toBe('"Record ID","Email","Lead Status"');
    expect(lines[1]).toMatch(/"ann@acme.example","Open Deal"$/);
  });

  conforms({ known: 'specified', source: GUIDE }, 'filters, searches and sorts a view, with at most three filters', async () => {
    const portal = testPortal();
    await people(portal);
    const filter = { propertyName: 'hs_lead_status', operator: 'EQ', value: 'NEW' };
    const filtered = await csv(portal, { ...VIEW, publicCrmSearchRequest: { filters: [filter] } });
    expect(filtered.slice(1).map((line) => line.includes('bob@'))).toEqual([true]);
    expect(await csv(portal, { ...VIEW, publicCrmSearchRequest: { query: 'ann' } })).toHaveLength(2);
    const sorted = await csv(portal, { ...VIEW, publicCrmSearchRequest: { sorts: [{ propertyName: 'email', order: 'DES' }] } });
    expect(sorted[1]).toContain('bob@');
    expect((await start(portal, { ...VIEW, publicCrmSearchRequest: { filters: [filter, filter, filter, filter] } })).status).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'exports the members of a list', async () => {
    const portal = testPortal();
    const [, bob] = await people(portal);
    const made = await portal.send('POST /crm/v3/lists', { name: 'L', objectTypeId: '0-1', processingType: 'MANUAL' });
    const listId = text(made, 'list', 'listId');
    await portal.send(`PUT /crm/v3/lists/${listId}/memberships/add`, [bob]);
    const lines = await csv(portal, { ...VIEW, exportType: 'LIST', listId });
    expect(lines.slice(1)).toEqual([`"${bob}","bob@acme.example","NEW"`]);
    expect((await start(portal, { ...VIEW, exportType: 'LIST', listId: '99' })).status).toBe(404);
  });

  conforms(
    { known: 'assumed', probe: 'Export contacts with associatedObjectType COMPANY and read the head row' },
    'shows associated records’ ids and names in two columns of their own',
    async () => {
      const portal = testPortal();
      const [ann] = await people(portal);
      const company = text(await portal.send('POST /crm/v3/objects/companies', { properties: { name: 'Acme "the" Co' } }), 'id');
      await portal.send(`PUT /crm/v4/objects/contact/${ann}/associations/default/company/${company}`);
      const lines = await csv(portal, { ...VIEW, associatedObjectType: 'COMPANY' });
      expect(lines[0]).toBe('"Record ID","email","hs_lead_status","Associated Company IDs","Associated Company"');
      expect(lines[1]).toBe(`"${ann}","ann@acme.example","OPEN_DEAL","${company}","Acme ""the"" Co"`);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'waits while another one runs', async () => {
    const portal = testPortal();
    await people(portal);
    const [first, second] = [text(await start(portal, VIEW), 'id'), text(await start(portal, VIEW), 'id')];
    const states = async (): Promise<unknown[]> => [
      dig(await status(portal, first), 'status'),
      dig(await status(portal, second), 'status'),
    ];
    expect(await states()).toEqual(['PROCESSING', 'PENDING']);
    portal.clock.advance(2_500);
    expect(await states()).toEqual(['COMPLETE', 'PROCESSING']);
  });

  conforms({ known: 'specified', source: GUIDE }, 'is one of thirty in any 24 hours', async () => {
    const portal = testPortal();
    for (let n = 0; n < 30; n += 1) expect((await start(portal, VIEW)).status).toBe(202);
    expect((await start(portal, VIEW)).status).toBe(429);
    portal.clock.advance(86_400_001);
    expect((await start(portal, VIEW)).status).toBe(202);
  });

  conforms({ known: 'specified', source: GUIDE }, 'has an address that lives five minutes; asking again gives a new one', async () => {
    const portal = testPortal();
    const id = text(await start(portal, VIEW), 'id');
    portal.clock.advance(10_000);
    const first = new URL(text(await status(portal, id), 'result'));
    portal.clock.advance(300_000);
    expect((await portal.send(`GET ${first.pathname}`, undefined, { token: null })).status).toBe(403);
    expect(text(await status(portal, id), 'result')).not.toBe(first.href);
    expect((await file(portal, id)).bytes.length).toBeGreaterThan(0);
  });

  conforms({ known: 'specified', source: GUIDE }, 'is zipped when it is larger than 2 MB', async () => {
    const portal = testPortal();
    const big = 'x'.repeat(60_000);
    for (let n = 0; n < 40; n += 1) await portal.send('POST /crm/v3/objects/contacts', { properties: { message: big } });
    const id = text(await start(portal, { ...VIEW, objectProperties: ['message'] }), 'id');
    portal.clock.advance(60_000);
    const { type, bytes } = await file(portal, id);
    expect(type).toBe('application/zip');
    const zip = Buffer.from(bytes);
    const [size, name] = [zip.readUInt32LE(18), zip.readUInt16LE(26)];
    expect(zip.subarray(30, 30 + name).toString()).toBe('All people.csv');
    const content = inflateRawSync(zip.subarray(30 + name, 30 + name + size)).toString('utf8');
    expect(content.length).toBe(zip.readUInt32LE(22));
    expect(content.split('\n')).toHaveLength(42);
  });

  conforms({ known: 'specified', source: GUIDE }, 'needs the scope crm.export', async () => {
    const portal = testPortal({ scopes: ['crm.objects.contacts.read'] });
    const reply = await start(portal, VIEW);
    expect([reply.status, dig(reply, 'category')]).toEqual([403, 'MISSING_SCOPES']);
  });

  conforms(
    { known: 'specified', source: `${MODELS}/PublicExportViewRequest.d.ts` },
    'refuses what is not an export: 400, or 404 for an unknown one',
    async () => {
      const portal = testPortal();
      for (const wrong of [
        { exportType: 'DUMP' },
        { exportName: '' },
        { objectType: 'PIZZA' },
        { objectProperties: ['nope'] },
        { language: null },
      ])
        expect((await start(portal, { ...VIEW, ...wrong })).status, JSON.stringify(wrong)).toBe(400);
      expect((await status(portal, '1')).status).toBe(404);
    },
  );
});
