import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rig } from './rig.ts';
import type { Rig } from './rig.ts';

// jsforce sends loopback requests to a proxy, too, when these are set.
for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name];

let r: Rig;
let server: Server;
let origin: string;
let connection: Connection;

beforeAll(async () => {
  r = rig();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = async (): Promise<void> => {
        const reply = await r.half.handle({
          method: request.method ?? 'GET',
          url: request.url ?? '/',
          headers,
          body: Buffer.concat(chunks),
          origin,
        });
        response.writeHead(reply.status, reply.headers);
        response.end(reply.body);
      };
      void answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  connection = new Connection({ instanceUrl: origin, accessToken: 'integration-token', version: '67.0' });
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

describe('jsforce, pointed at the half, works without our adapter', () => {
  it('authorizes with client credentials and names the user and the organisation', async () => {
    const own = new Connection({ oauth2: { loginUrl: origin, clientId: 'client', clientSecret: 'secret' }, version: '67.0' });
    const info = await own.authorize({ grant_type: 'client_credentials' });
    expect(info.organizationId).toMatch(/^00D.{15}$/);
    expect(info.id).toMatch(/^005.{15}$/);
    expect(own.instanceUrl).toBe(origin);
    const identity = await own.identity();
    expect(identity.username).toBe('truce.integration@example.com');
    const records = await own.query<{ Name: string }>('SELECT Name FROM Organization');
    expect(records.records[0]?.Name).toBe('Truce Sandbox Company');
  });

  it('refuses a wrong secret with the OAuth error', async () => {
    const own = new Connection({ oauth2: { loginUrl: origin, clientId: 'client', clientSecret: 'wrong' } });
    await expect(own.authorize({ grant_type: 'client_credentials' })).rejects.toThrow('invalid client credentials');
  });

  it('creates, retrieves, updates and deletes one record and many', async () => {
    const made = await connection.sobject('Lead').create({ LastName: 'One', Company: 'Acme' });
    expect(made).toMatchObject({ success: true, errors: [] });
    const id = made.id ?? '';
    await connection.sobject('Lead').update({ Id: id, Company: 'Acme Inc' });
    expect(await connection.sobject('Lead').retrieve(id)).toMatchObject({ Id: id, Company: 'Acme Inc', attributes: { type: 'Lead' } });
    const many = await connection
      .sobject('Lead')
      .create(Array.from({ length: 150 }, (_, index) => ({ LastName: `Many ${String(index)}`, Company: 'Bulk' })));
    expect(many).toHaveLength(150);
    expect(many.every((one) => one.success)).toBe(true);
    const changed = await connection.sobject('Lead').update(many.map((one) => ({ Id: one.id ?? '', Rating: 'Hot' })));
    expect(changed.map((one) => one.id)).toEqual(many.map((one) => one.id));
    const read = await connection.sobject('Lead').retrieve(
      many.map((one) => one.id ?? ''),
      { fields: ['Id', 'Rating'] },
    );
    expect(read.map((one) => one['Rating'])).toEqual(many.map(() => 'Hot'));
    const gone = await connection.sobject('Lead').destroy(many.slice(0, 2).map((one) => one.id ?? ''));
    expect(gone).toEqual([
      { id: many[0]?.id, success: true, errors: [] },
      { id: many[1]?.id, success: true, errors: [] },
    ]);
    expect(await connection.sobject('Lead').count({ Company: 'Bulk' })).toBe(148);
  });

  it('upserts by external id, one and many', async () => {
    const first = await connection.sobject('Lead').upsert({ Truce_Key__c: 'k1', LastName: 'Key', Company: 'K' }, 'Truce_Key__c');
    expect(first).toMatchObject({ success: true, created: true });
    const again = await connection.sobject('Lead').upsert({ Truce_Key__c: 'k1', Company: 'K2' }, 'Truce_Key__c');
    expect(again).toMatchObject({ id: first.id, created: false });
    const both = await connection.sobject('Lead').upsert(
      [
        { Truce_Key__c: 'k1', Company: 'K3' },
        { Truce_Key__c: 'k2', LastName: 'Two', Company: 'K' },
      ],
      'Truce_Key__c',
    );
    expect(both.map((one) => ('created' in one ? one.created : null))).toEqual([false, true]);
  });

  it('pages a query of more than one batch with queryMore', async () => {
    for (let batch = 0; batch < 3; batch += 1) {
      await connection
        .sobject('Account')
        .create(Array.from({ length: 200 }, (_, index) => ({ Name: `Page ${String(batch * 200 + index)}` })));
    }
    const options = {
      autoFetch: false,
      maxFetch: 10_000,
      scanAll: false,
      responseTarget: 'QueryResult' as const,
      headers: { 'Sforce-Query-Options': 'batchSize=250' },
    };
    const names: string[] = [];
    let page = await connection.query<{ Name: string }>("SELECT Name FROM Account WHERE Name LIKE 'Page %' ORDER BY Id", options);
    expect(page.totalSize).toBe(600);
    for (;;) {
      names.push(...page.records.map((record) => record.Name));
      if (page.done || page.nextRecordsUrl === undefined) break;
      page = await connection.queryMore<{ Name: string }>(page.nextRecordsUrl, options);
    }
    expect(names).toEqual(Array.from({ length: 600 }, (_, index) => `Page ${String(index)}`));
  });

  it('describes one object and all', async () => {
    const lead = await connection.sobject('Lead').describe();
    expect(lead.fields.find((field) => field.name === 'Status')).toMatchObject({
      type: 'picklist',
      length: 40,
      nillable: false,
      restrictedPicklist: false,
    });
    const global = await connection.describeGlobal();
    expect(global.sobjects.map((sobject) => sobject.name)).toContain('CampaignMember');
  });

  it('lists what was updated and deleted in whole minutes', async () => {
    const made = await connection.sobject('Campaign').create({ Name: 'Replicated' });
    r.advance(120_000);
    const start = new Date(r.now() - 600_000).toISOString();
    const end = new Date(r.now()).toISOString();
    const updated = await connection.sobject('Campaign').updated(start, end);
    expect(updated.ids).toContain(made.id);
    await connection.sobject('Campaign').destroy(made.id ?? '');
    r.advance(120_000);
    const deleted = await connection.sobject('Campaign').deleted(start, new Date(r.now()).toISOString());
    expect(deleted.deletedRecords.map((record) => record.id)).toContain(made.id);
  });

  it('converts leads through its SOAP API', async () => {
    const lead = await connection.sobject('Lead').create({ LastName: 'Soap', Company: 'Soap & Co', Email: 'soap@example.com' });
    const result = await connection.soap.convertLead({
      leadId: lead.id ?? '',
      convertedStatus: 'Closed - Converted',
      doNotCreateOpportunity: true,
      overwriteLeadSource: false,
      sendNotificationEmail: false,
    });
    expect(result).toMatchObject({ success: true, leadId: lead.id, opportunityId: null });
    expect(result.accountId).toMatch(/^001/);
    const contact = await connection.sobject('Contact').retrieve(result.contactId ?? '');
    expect(contact).toMatchObject({ LastName: 'Soap', Email: 'soap@example.com', AccountId: result.accountId });
    await expect(connection.sobject('Lead').update({ Id: lead.id ?? '', Company: 'X' })).rejects.toMatchObject({
      errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD',
    });
  });

  it('reports errors with their code', async () => {
    await expect(connection.query('SELECT Nope FROM Lead')).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' });
    await expect(connection.sobject('Lead').create({ LastName: 'No company' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    });
    const stranger = new Connection({ instanceUrl: origin, accessToken: 'stale', version: '67.0' });
    await expect(stranger.query('SELECT Id FROM Lead')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
  });
});
