import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as breath, setTimeout as pause } from 'node:timers/promises';
import { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salesforceHalf } from '../../../adapters/salesforce/sandbox/index.ts';
import type { SalesforceHalf } from '../../../adapters/salesforce/sandbox/index.ts';
import { realClock, virtualClock } from '../../../adapters/sandbox/clock.ts';
import type { SandboxClock } from '../../../adapters/sandbox/clock.ts';
import { START, V } from './rig.ts';

// jsforce sends loopback requests to a proxy, too, when these are set.
for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name];

function halfOn(clock: SandboxClock): SalesforceHalf {
  let seed = 1;
  return salesforceHalf({
    ports: { clock, random: { next: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 } },
    orgId: '00D5g000000AbCd',
    accessToken: 'integration-token',
    userAccessToken: 'user-token',
    clientId: 'client',
    clientSecret: 'secret',
    apiVersion: '67.0',
    edition: 'enterprise',
    limits: 'published',
    provisioned: true,
  });
}

let server: Server;
let origin: string;

beforeAll(async () => {
  const half = halfOn(realClock());
  server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const { method = 'GET', url = '/' } = incoming;
      const answer = async (): Promise<void> => {
        const reply = await half.handle({ method, url, headers, body: Buffer.concat(chunks), origin });
        response.writeHead(reply.status, reply.headers);
        response.end(reply.body);
      };
      void answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const byName = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe("jsforce's bulk2, on a real clock", () => {
  const connect = (): Connection => new Connection({ instanceUrl: origin, accessToken: 'integration-token', version: '67.0' });

  it('loads records, waits for the results and sorts them into good and bad', async () => {
    const connection = connect();
    connection.bulk2.pollInterval = 100;
    const results = await connection.bulk2.loadAndWaitForResults({
      object: 'Lead',
      operation: 'insert',
      input: [
        { LastName: 'One', Company: 'Acme, Inc.', DoNotCall: true },
        { LastName: 'Two', Company: 'Acme' },
        { LastName: null, Company: 'Nameless' },
      ],
    });
    expect(results.successfulResults.map((row) => ({ ...row, sf__Id: '' })).toSorted(byName)).toEqual([
      { sf__Id: '', sf__Created: 'true', LastName: 'One', Company: 'Acme, Inc.', DoNotCall: 'true' },
      { sf__Id: '', sf__Created: 'true', LastName: 'Two', Company: 'Acme', DoNotCall: '' },
    ]);
    expect(results.failedResults).toHaveLength(1);
    expect(results.failedResults[0]).toMatchObject({
      Company: 'Nameless',
      sf__Error: expect.stringMatching(/^REQUIRED_FIELD_MISSING:/) as string,
    });
    expect(results.unprocessedRecords).toEqual([]);
  }, 30_000);

  it('upserts with a job of its own: open, upload, close, poll, results', async () => {
    const connection = connect();
    const job = connection.bulk2.createJob({ object: 'Lead', operation: 'upsert', externalIdFieldName: 'Truce_Key__c' });
    await job.open();
    expect(job.getInfo()).toMatchObject({ state: 'Open', operation: 'upsert' });
    await job.uploadData('Truce_Key__c,LastName,Company\nk1,Key,Acme\n');
    await job.close();
    await job.poll(100, 20_000);
    expect(await job.getAllResults()).toMatchObject({
      successfulResults: [{ Truce_Key__c: 'k1', sf__Created: 'true' }],
      failedResults: [],
    });
    expect(await job.check()).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 1 });
    await job.delete();
    await expect(job.check()).rejects.toThrow('The requested resource does not exist');
  }, 30_000);

  it('says why a job failed', async () => {
    const connection = connect();
    await expect(
      connection.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'insert', input: 'Nope\n1\n', pollInterval: 100 }),
    ).rejects.toThrow('InvalidBatch : InvalidBatch : Field name not found : Nope');
  }, 30_000);

  it('queries', async () => {
    const connection = connect();
    await connection.sobject('Account').create([{ Name: 'Alpha' }, { Name: 'Beta' }]);
    const stream = await connection.bulk2.query('SELECT Id, Name FROM Account ORDER BY Name', { pollInterval: 100, pollTimeout: 20_000 });
    const records = await stream.toArray();
    expect(records.map((record) => record['Name'])).toEqual(['Alpha', 'Beta']);
    await expect(connection.bulk2.query('SELECT COUNT(Id) FROM Account')).rejects.toThrow('not supported in Bulk V2 Query');
  }, 30_000);
});

interface Got {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** One request as curl sends it. */
function call(method: string, path: string, body?: string, type = 'application/json; charset=UTF-8'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer integration-token', ...(body === undefined ? {} : { 'content-type': type }) };
    const sent = request(`${origin}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('plain requests, on a real clock', () => {
  it('go through a whole ingest job as the guide shows it', async () => {
    const made = (await call('POST', `${V}/jobs/ingest/`, '{"object":"Contact","operation":"insert","lineEnding":"LF"}')).json;
    const id = String(made['id']);
    expect((await call('PUT', `/${String(made['contentUrl'])}`, 'LastName\nZoë\n', 'text/csv')).status).toBe(201);
    expect((await call('PATCH', `${V}/jobs/ingest/${id}/`, '{"state":"UploadComplete"}')).status).toBe(200);
    for (let state = ''; state !== 'JobComplete';) {
      await pause(100);
      state = String((await call('GET', `${V}/jobs/ingest/${id}/`)).json['state']);
    }
    const results = await call('GET', `${V}/jobs/ingest/${id}/successfulResults/`);
    expect(results.type).toBe('text/csv');
    expect(results.text).toMatch(/^"sf__Id","sf__Created","LastName"\n"003\w{15}","true","Zoë"\n$/);
  }, 30_000);
});

describe('a large job, on a virtual clock', () => {
  const send = (half: SalesforceHalf, method: string, path: string, body = '', type = 'application/json') =>
    half.handle({
      method,
      url: `${V}${path}`,
      headers: { authorization: 'Bearer integration-token', 'content-type': type },
      body: Buffer.from(body),
      origin: 'http://127.0.0.1:1',
    });

  it('moves on with the clock alone, in turns with other requests', async () => {
    const clock = virtualClock(START);
    const half = halfOn(clock);
    const made = JSON.parse(String((await send(half, 'POST', '/jobs/ingest', '{"object":"Account","operation":"insert"}')).body)) as {
      id: string;
    };
    const csv = `Name,Industry\n${Array.from({ length: 100_000 }, (_, index) => `Account ${String(index)},Energy\n`).join('')}`;
    await send(half, 'PUT', `/jobs/ingest/${made.id}/batches`, csv, 'text/csv');
    await send(half, 'PATCH', `/jobs/ingest/${made.id}`, '{"state":"UploadComplete"}');
    await clock.moveTo(START + 1000 + 50_100);
    const halfway = half.counts().rows['Account'] ?? 0;
    expect(halfway).toBeGreaterThan(49_000);
    expect(halfway).toBeLessThan(51_000);

    let answered = 0;
    const seen = new Set<number>();
    const moved = clock.moveTo(START + 120_000).then(() => (answered = -answered));
    while (answered >= 0) {
      expect((await send(half, 'GET', '/limits')).status).toBe(200);
      seen.add(half.counts().rows['Account'] ?? 0);
      answered += 1;
      await breath();
    }
    await moved;
    // Other requests were answered while the second half was loaded, about one for each stretch.
    expect(seen.size).toBeGreaterThan(100);
    expect(half.counts().rows['Account']).toBe(100_000);
    const info = JSON.parse(String((await send(half, 'GET', `/jobs/ingest/${made.id}`)).body)) as Record<string, unknown>;
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 100_000, totalProcessingTime: 100_002 });
    const results = String((await send(half, 'GET', `/jobs/ingest/${made.id}/successfulResults`)).body);
    expect(results.split('\n')).toHaveLength(100_002);
  }, 120_000);
});
