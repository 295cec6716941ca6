import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { bulkRig } from './bulk-jobs.ts';
import { V, rig } from './rig.ts';

const GUIDE = 'https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch';
const PLATFORM = 'https://developer.salesforce.com/docs/platform/api-asynch/guide';

const INSERT = { object: 'Lead', operation: 'insert' };
const people = (count: number): string =>
  `LastName,Company\n${Array.from({ length: count }, (_, index) => `Person ${String(index)},Acme\n`).join('')}`;

describe('a Bulk API 2.0 ingest job', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/mohan-chinnappan-n/cli-dx' },
    'is made open, with an address for its data and the defaults filled in',
    async () => {
      const b = bulkRig(rig());
      const { status, json } = await b.create(INSERT);
      expect(status).toBe(200);
      const id = String(json['id']);
      expect(id).toMatch(/^750\w{15}$/);
      expect(json).toEqual({
        id,
        operation: 'insert',
        object: 'Lead',
        createdById: expect.stringMatching(/^005\w{15}$/) as unknown,
        createdDate: '2026-03-02T09:30:15.400+0000',
        systemModstamp: '2026-03-02T09:30:15.400+0000',
        state: 'Open',
        concurrencyMode: 'Parallel',
        contentType: 'CSV',
        apiVersion: 67,
        contentUrl: `${V.slice(1)}/jobs/ingest/${id}/batches`,
        lineEnding: 'LF',
        columnDelimiter: 'COMMA',
      });
    },
  );

  conforms(
    { known: 'specified', source: `${PLATFORM}/create-job.html` },
    'names its delimiter, line ending, content type and operation out of fixed lists',
    async () => {
      const b = bulkRig(rig());
      const made = await b.create({ ...INSERT, columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF', contentType: 'CSV' });
      expect([made.json['columnDelimiter'], made.json['lineEnding']]).toEqual(['SEMICOLON', 'CRLF']);
      for (const wrong of [{ columnDelimiter: ';' }, { lineEnding: 'CR' }, { contentType: 'JSON' }, { operation: 'merge' }]) {
        const refused = await b.create({ ...INSERT, ...wrong });
        expect([refused.status, refused.json.at(0)?.['errorCode']]).toEqual([400, 'INVALIDJOB']);
      }
      expect((await b.create({ object: 'Lead' })).status).toBe(400);
      expect((await b.create({ operation: 'insert' })).status).toBe(400);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/airbytehq/airbyte/issues/13088' },
    'is refused with INVALIDENTITY for an object that bulk jobs do not reach',
    async () => {
      const refused = await bulkRig(rig()).create({ object: 'Nothing__c', operation: 'insert' });
      expect(refused.status).toBe(400);
      expect(refused.json).toEqual([{ errorCode: 'INVALIDENTITY', message: "Entity 'Nothing__c' is not supported by the Bulk API." }]);
    },
  );

  conforms(
    { known: 'specified', source: `${PLATFORM}/close-job.html` },
    'goes from UploadComplete over InProgress to JobComplete, not before it is closed',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = String((await b.create(INSERT)).json['id']);
      const put = await b.put(id, people(450));
      expect([put.status, put.text]).toEqual([201, '']);
      r.advance(3_600_000);
      expect((await b.info(id))['state']).toBe('Open');
      const closed = await b.patch(id, 'UploadComplete');
      expect([closed.json['state'], closed.json['contentUrl']]).toEqual(['UploadComplete', undefined]);
      r.advance(1100);
      expect((await b.info(id))['state']).toBe('InProgress');
      r.advance(200);
      expect(await b.info(id)).toMatchObject({ state: 'InProgress', numberRecordsProcessed: 200 });
      r.advance(10_000);
      expect((await b.info(id))['state']).toBe('JobComplete');
      expect(r.half.counts().rows['Lead']).toBe(450);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/get_job_info.htm` },
    'tells how many records it processed and refused, and the time it took',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = await b.load(INSERT, 'LastName,Company\nA,Acme\n,Acme\nB,Acme\n');
      const info = await b.info(id);
      expect(info).toMatchObject({
        id,
        jobType: 'V2Ingest',
        state: 'JobComplete',
        apiVersion: 67,
        numberRecordsProcessed: 3,
        numberRecordsFailed: 1,
        retries: 0,
        totalProcessingTime: 200,
        apiActiveProcessingTime: 200,
        apexProcessingTime: 0,
      });
      expect(info).not.toHaveProperty('errorMessage');
      expect(info).not.toHaveProperty('contentUrl');
    },
  );

  conforms(
    {
      known: 'assumed',
      probe: 'POST, PUT and PATCH a job of 1,000 and one of 100,000 leads; GET the job every 100 ms and note when each state begins',
    },
    'waits a second and then takes a fifth of a second for every 200 records',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = String((await b.create(INSERT)).json['id']);
      await b.put(id, people(1000));
      await b.patch(id, 'UploadComplete');
      r.advance(1999);
      expect((await b.info(id))['state']).toBe('InProgress');
      r.advance(1);
      expect(await b.info(id)).toMatchObject({ state: 'JobComplete', totalProcessingTime: 1000 });
    },
  );

  conforms(
    { known: 'recorded', source: 'https://salesforce.stackexchange.com/questions/231917/providing-multiple-batches-to-the-bulk-api-2-0' },
    'takes data once: with a second upload it can not be closed',
    async () => {
      const b = bulkRig(rig());
      const id = String((await b.create(INSERT)).json['id']);
      expect((await b.put(id, people(1))).status).toBe(201);
      expect((await b.put(id, people(1))).status).toBe(201);
      const refused = await b.patch(id, 'UploadComplete');
      expect([refused.status, refused.json.at(0)?.['errorCode']]).toEqual([400, 'INVALIDJOB']);
      expect(String(refused.json.at(0)?.['message'])).toContain("make sure you only do 'PUT' once on a given Job.");
      expect((await b.patch(id, 'Aborted')).json['state']).toBe('Aborted');
    },
  );

  conforms(
    { known: 'specified', source: `${PLATFORM}/upload-job-data.html` },
    'takes at most 150 MB of base64, which is 112.5 MB as sent',
    async () => {
      const r = rig();
      const id = String((await bulkRig(r).create(INSERT)).json['id']);
      const put = (bytes: number): Promise<{ readonly status: number }> =>
        r.half.handle({
          method: 'PUT',
          url: `${V}/jobs/ingest/${id}/batches`,
          headers: { authorization: 'Bearer integration-token', 'content-type': 'text/csv' },
          body: new Uint8Array(bytes),
          origin: 'http://127.0.0.1:1',
        });
      expect((await put((150 * 1024 * 1024 * 3) / 4 + 1)).status).toBe(413);
      expect((await put((150 * 1024 * 1024 * 3) / 4)).status).toBe(201);
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.246.0.api_asynch.meta/api_asynch/walkthrough_upload_multipart_data.htm',
    },
    'may bring its data along in one multipart request, and is closed at once',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const body = [
        '--BOUNDARY',
        'Content-Type: application/json',
        'Content-Disposition: form-data; name="job"',
        '',
        '{ "object": "Contact", "contentType": "CSV", "operation": "insert", "lineEnding": "LF" }',
        '',
        '--BOUNDARY',
        'Content-Type: text/csv',
        'Content-Disposition: form-data; name="content"; filename="content"',
        '',
        'FirstName,LastName,MailingCity',
        'Astro,Nomical,San Francisco',
        'Zoë,McOwl,Zürich',
        '--BOUNDARY--',
        '',
      ].join('\n');
      const headers = { 'content-type': 'multipart/form-data; boundary="BOUNDARY"' };
      const answer = await r.send('POST', '/jobs/ingest/', { body, headers });
      expect([answer.status, answer.json['state']]).toEqual([200, 'UploadComplete']);
      expect(await b.finish(String(answer.json['id']))).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2 });
      const records = await r.records('SELECT FirstName, MailingCity FROM Contact ORDER BY Id');
      expect(records.map((one) => [one['FirstName'], one['MailingCity']])).toEqual([
        ['Astro', 'San Francisco'],
        ['Zoë', 'Zürich'],
      ]);
      const large = body.replace('Astro', 'A'.repeat(100_000));
      expect((await r.send('POST', '/jobs/ingest/', { body: large, headers })).status).toBe(400);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/get_job_unprocessed_results.htm` },
    'is aborted where it stands: what it wrote stays, the rest is unprocessed',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = String((await b.create(INSERT)).json['id']);
      await b.put(id, people(500));
      await b.patch(id, 'UploadComplete');
      r.advance(1200);
      expect((await b.info(id))['numberRecordsProcessed']).toBe(200);
      expect((await b.patch(id, 'Aborted')).json['state']).toBe('Aborted');
      r.advance(3_600_000);
      expect(r.half.counts().rows['Lead']).toBe(200);
      expect(await b.results(id, 'successfulResults')).toHaveLength(200);
      const rest = await b.results(id, 'unprocessedrecords');
      expect(rest.map((row) => row['LastName'])).toEqual(Array.from({ length: 300 }, (_, index) => `Person ${String(index + 200)}`));
      expect((await b.patch(id, 'UploadComplete')).json.at(0)?.['errorCode']).toBe('INVALIDJOBSTATE');
    },
  );

  conforms(
    { known: 'specified', source: `${PLATFORM}/delete-job.html` },
    'can be deleted when it is closed or over, not while it is open or in progress',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = String((await b.create(INSERT)).json['id']);
      const remove = (job: string) => r.send('DELETE', `/jobs/ingest/${job}`);
      expect((await remove(id)).status).toBe(400);
      await b.put(id, people(10));
      await b.patch(id, 'UploadComplete');
      expect((await remove(id)).status).toBe(204);
      r.advance(60_000);
      expect([(await r.send('GET', `/jobs/ingest/${id}`)).status, r.half.counts().rows['Lead']]).toEqual([404, 0]);
      const second = await b.load(INSERT, people(10));
      expect([(await remove(second)).status, (await remove(second)).status]).toEqual([204, 404]);
    },
  );

  conforms({ known: 'specified', source: `${PLATFORM}/get-all-jobs.html` }, 'is listed with others, a thousand at a time', async () => {
    const r = rig();
    const b = bulkRig(r);
    for (let n = 0; n < 1003; n += 1) await b.create(INSERT);
    const first = (await r.send('GET', '/jobs/ingest')).json;
    expect([first['records']?.length, first['done']]).toEqual([1000, false]);
    expect(first['records']?.at(0)).toMatchObject({ jobType: 'V2Ingest', state: 'Open', object: 'Lead' });
    const next = (await r.send('GET', String(first['nextRecordsUrl']))).json;
    expect([next['records']?.length, next['done'], next['nextRecordsUrl']]).toEqual([3, true, null]);
    const filtered = async (filter: string) => (await r.send('GET', `/jobs/ingest?${filter}`)).json['records']?.length;
    expect(await filtered('jobType=V2Ingest')).toBe(1000);
    expect(await filtered('jobType=Classic')).toBe(0);
    expect(await filtered('isPkChunkingEnabled=true')).toBe(0);
    expect((await r.send('GET', '/jobs/ingest?jobType=Other')).status).toBe(400);
  });

  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-bulkapi.html',
    },
    'is forgotten seven days after its end',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = await b.load(INSERT, people(1));
      r.advance(7 * 86_400_000 - 10_000);
      expect((await b.info(id))['state']).toBe('JobComplete');
      r.advance(20_000);
      expect((await r.send('GET', `/jobs/ingest/${id}`)).status).toBe(404);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/bulk_api_2_0_errors.htm` },
    'is closed to a user who did not make it and is no administrator',
    async () => {
      const r = rig();
      const id = await bulkRig(r).load(INSERT, people(1));
      const seen = await r.send('GET', `/jobs/ingest/${id}`, { as: 'user' });
      expect(seen.json.at(0)?.['errorCode']).toBe('INVALIDUSER');
      const own = await r.send('POST', '/jobs/ingest', { body: INSERT, as: 'user' });
      expect((await r.send('GET', `/jobs/ingest/${String(own.json['id'])}`)).status).toBe(200);
      expect((await r.send('GET', `/jobs/ingest/${id}`, { as: 'nobody' })).status).toBe(401);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/get_job_info.htm` },
    'counts each of its calls against the day, and says so in Sforce-Limit-Info',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const before = r.half.counts().calls;
      const id = String((await b.create(INSERT)).json['id']);
      const put = await b.put(id, people(1));
      await b.patch(id, 'UploadComplete');
      const info = await r.send('GET', `/jobs/ingest/${id}`);
      expect(r.half.counts().calls - before).toBe(4);
      expect(put.headers['sforce-limit-info']).toBe('api-usage=2/103000');
      expect(info.headers['sforce-limit-info']).toBe('api-usage=4/103000');
    },
  );

  conforms({ known: 'specified', source: `${GUIDE}/create_job.htm` }, 'exists from version 41 on', async () => {
    const r = rig();
    const at = (version: number) => r.send('POST', `/services/data/v${String(version)}.0/jobs/ingest`, { body: INSERT });
    expect([(await at(40)).status, (await at(41)).status, (await at(41)).json['apiVersion']]).toEqual([404, 200, 41]);
  });

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.264.0.api_asynch.meta/api_asynch/datafiles_understanding_bulk2_ingest.htm',
    },
    'takes a batch of the day for every 10,000 records; without one left it fails and leaves the rest',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      await b.load(INSERT, people(10_001));
      const batches = async () => (await r.send('GET', '/limits')).json['DailyBulkApiBatches'];
      expect(await batches()).toEqual({ Max: 15_000, Remaining: 14_998 });
      const body =
        '--B\nContent-Disposition: form-data; name="job"\n\n{"object":"Account","operation":"insert"}\n--B\nContent-Disposition: form-data; name="content"\n\nName\nA\n--B--';
      for (let n = 0; n < 14_998; n += 1)
        await r.send('POST', '/jobs/ingest', { body, headers: { 'content-type': 'multipart/form-data; boundary=B' } });
      r.advance(60_000);
      await r.send('GET', '/jobs/ingest');
      expect(await batches()).toEqual({ Max: 15_000, Remaining: 0 });
      const id = await b.load(INSERT, people(3));
      const info = await b.info(id);
      expect([info['state'], String(info['errorMessage'])]).toEqual(['Failed', expect.stringContaining('ExceededQuota')]);
      expect(await b.results(id, 'unprocessedrecords')).toHaveLength(3);
      r.advance(86_400_000);
      expect(await batches()).toEqual({ Max: 15_000, Remaining: 15_000 });
    },
    120_000,
  );
});
