import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { ascending, bulkRig, rowsOf } from './bulk-jobs.ts';
import { V, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const GUIDE = 'https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch';
const PLATFORM = 'https://developer.salesforce.com/docs/platform/api-asynch/guide';
const UNSUPPORTED = 'https://developer.salesforce.com/docs/atlas.en-us.240.0.api_asynch.meta/api_asynch/queries.htm';

const LEADS = { operation: 'query', query: 'SELECT Id, LastName FROM Lead' };

function withLeads(count: number): Rig {
  const r = rig();
  for (let n = 0; n < count; n += 1)
    r.half.seed.insert('Lead', { LastName: `L${String(n).padStart(5, '0')}`, Company: 'Acme' }, { at: r.now() });
  return r;
}

describe('a Bulk API 2.0 query job', () => {
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.244.0.api_asynch.meta/api_asynch/query_walkthrough.htm',
    },
    'begins with its upload complete, and runs until JobComplete',
    async () => {
      const r = withLeads(3);
      const b = bulkRig(r);
      const { status, json } = await r.send('POST', '/jobs/query', { body: LEADS });
      const id = String(json['id']);
      expect(status).toBe(200);
      expect(json).toEqual({
        id,
        operation: 'query',
        object: 'Lead',
        createdById: expect.stringMatching(/^005/) as unknown,
        createdDate: '2026-03-02T09:30:15.400+0000',
        systemModstamp: '2026-03-02T09:30:15.400+0000',
        state: 'UploadComplete',
        concurrencyMode: 'Parallel',
        contentType: 'CSV',
        apiVersion: 67,
        lineEnding: 'LF',
        columnDelimiter: 'COMMA',
      });
      r.advance(500);
      expect((await b.info(id, 'query'))['state']).toBe('InProgress');
      r.advance(500);
      expect(await b.info(id, 'query')).toMatchObject({
        state: 'JobComplete',
        jobType: 'V2Query',
        numberRecordsProcessed: 3,
        retries: 0,
        totalProcessingTime: 100,
        isPkChunkingSupported: true,
      });
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/query_get_job_results.htm` },
    'gives its result as quoted CSV in the order of the query, with the number of records and no further locator',
    async () => {
      const r = withLeads(2);
      const id = await bulkRig(r).query('SELECT LastName, Owner.Name, Title, Id FROM Lead ORDER BY LastName');
      const answer = await r.send('GET', `/jobs/query/${id}/results`);
      expect(answer.headers).toMatchObject({ 'content-type': 'text/csv', 'sforce-numberofrecords': '2', 'sforce-locator': 'null' });
      const ids = (await r.records('SELECT Id FROM Lead ORDER BY LastName')).map((one) => String(one['Id']));
      expect(answer.text).toBe(
        `"LastName","Owner.Name","Title","Id"\n"L00000","Sasha Seller","","${String(ids[0])}"\n"L00001","Sasha Seller","","${String(ids[1])}"\n`,
      );
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/query_get_job_results.htm` },
    'has its columns by name in versions before 50',
    async () => {
      const r = withLeads(1);
      const base = '/services/data/v49.0/jobs/query';
      const id = String((await r.send('POST', base, { body: { ...LEADS, query: 'SELECT LastName, Company FROM Lead' } })).json['id']);
      r.advance(60_000);
      expect((await r.send('GET', `${base}/${id}/results`)).text.split('\n')[0]).toBe('"Company","LastName"');
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/query_get_job_results.htm` },
    'is read in sets of maxRecords, each locator again as often as one likes',
    async () => {
      const r = withLeads(25);
      const id = await bulkRig(r).query('SELECT LastName FROM Lead ORDER BY LastName');
      const names: string[] = [];
      const locators: string[] = [];
      for (let locator = ''; locator !== 'null';) {
        const page = await r.send('GET', `/jobs/query/${id}/results?maxRecords=10${locator === '' ? '' : `&locator=${locator}`}`);
        names.push(...rowsOf(page.text).map((row) => String(row['LastName'])));
        locator = String(page.headers['sforce-locator']);
        locators.push(locator);
      }
      expect(names).toEqual(Array.from({ length: 25 }, (_, n) => `L${String(n).padStart(5, '0')}`));
      expect(locators).toHaveLength(3);
      const again = await r.send('GET', `/jobs/query/${id}/results?locator=${String(locators[0])}&maxRecords=10`);
      expect(rowsOf(again.text)[0]).toEqual({ LastName: 'L00010' });
      expect((await r.send('GET', `/jobs/query/${id}/results?locator=nonsense`)).status).toBe(400);
      expect((await r.send('GET', `/jobs/query/${id}/results?maxRecords=0`)).status).toBe(400);
    },
  );

  conforms(
    { known: 'specified', source: `${PLATFORM}/query-get-parallel-job-results.html` },
    'gives up to five addresses of parts that can be read side by side, from version 58 on',
    async () => {
      const r = withLeads(3);
      const id = await bulkRig(r).query('SELECT Id FROM Lead');
      const { json } = await r.send('GET', `/jobs/query/${id}/resultPages`);
      expect(json).toEqual({ resultPages: [{ resultUrl: `${V}/jobs/query/${id}/results` }], nextRecordsUrl: null, done: true });
      const [first] = json['resultPages']?.map((page) => String(page['resultUrl'])) ?? [];
      expect(rowsOf((await r.send('GET', String(first))).text)).toHaveLength(3);
      expect((await r.send('GET', `/services/data/v57.0/jobs/query/${id}/resultPages`)).status).toBe(404);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/query_get_job_results.htm` },
    'must be read with the version it was made with',
    async () => {
      const r = withLeads(1);
      const id = await bulkRig(r).query('SELECT Id FROM Lead');
      expect((await r.send('GET', `/services/data/v66.0/jobs/query/${id}/results`)).status).toBe(409);
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.ja-jp.222.0.api_bulk_v2.meta/api_bulk_v2/query_get_job_results.htm',
    },
    'has no result until it is complete',
    async () => {
      const r = withLeads(1);
      const id = String((await r.send('POST', '/jobs/query', { body: LEADS })).json['id']);
      r.advance(500);
      const early = await r.send('GET', `/jobs/query/${id}/results`);
      expect(early.status).toBe(412);
      expect(early.json).toEqual([
        {
          errorCode: 'JOB_NOT_COMPLETE',
          message:
            'can only download query results of successfully completed bulk job with status: JOB_COMPLETE. Current status: IN_PROGRESS',
        },
      ]);
    },
  );

  conforms({ known: 'specified', source: UNSUPPORTED }, 'takes no GROUP BY, aggregate, OFFSET or TYPEOF', async () => {
    const r = withLeads(1);
    for (const query of [
      'SELECT Status FROM Lead GROUP BY Status',
      'SELECT COUNT() FROM Lead',
      'SELECT MAX(CreatedDate) FROM Lead',
      'SELECT Id FROM Lead LIMIT 5 OFFSET 2',
      'SELECT TYPEOF What WHEN Account THEN Name END FROM Task',
    ]) {
      const refused = await r.send('POST', '/jobs/query', { body: { operation: 'query', query } });
      expect([query, refused.status, refused.json.at(0)?.['errorCode']]).toEqual([query, 400, 'FEATURENOTENABLED']);
    }
    expect(
      (
        await r.send('POST', '/jobs/query', {
          body: { operation: 'query', query: 'SELECT Id FROM Lead WHERE CALENDAR_YEAR(CreatedDate) = 2026' },
        })
      ).status,
    ).toBe(200);
  });

  conforms({ known: 'recorded', source: 'https://github.com/OpenFn/adaptors/issues/395' }, 'takes no child subquery', async () => {
    const query = 'SELECT Name, (SELECT Id FROM Contacts) FROM Account';
    const refused = await rig().send('POST', '/jobs/query', { body: { operation: 'query', query } });
    expect(refused.status).toBe(400);
    expect(refused.json.at(0)?.['message']).toBe('Aggregate Relationships not supported in Bulk V2 Query with CSV content type');
  });

  conforms({ known: 'recorded', source: 'https://github.com/airbytehq/airbyte/pull/8206' }, 'takes no compound field', async () => {
    const refused = await rig().send('POST', '/jobs/query', { body: { operation: 'query', query: 'SELECT Id, Address FROM Lead' } });
    expect([refused.status, refused.json.at(0)?.['message'] as unknown]).toEqual([
      400,
      'Selecting compound data not supported in Bulk Query',
    ]);
  });

  conforms(
    { known: 'recorded', source: 'https://github.com/airbytehq/airbyte/issues/7518' },
    'takes no object that the Bulk API does not reach',
    async () => {
      const refused = await rig().send('POST', '/jobs/query', {
        body: { operation: 'query', query: 'SELECT QualifiedApiName FROM EntityDefinition' },
      });
      expect(refused.json).toEqual([
        { errorCode: 'INVALIDENTITY', message: "Entity 'EntityDefinition' is not supported by the Bulk API." },
      ]);
    },
  );

  conforms(
    { known: 'assumed', probe: 'POST a query job for SELECT Nope FROM Lead, for SELECT FROM, and for an unknown object' },
    'is refused at once with what an ordinary query would answer',
    async () => {
      const code = async (query: string) => {
        const answer = await rig().send('POST', '/jobs/query', { body: { operation: 'query', query } });
        return [answer.status, answer.json.at(0)?.['errorCode']];
      };
      expect(await code('SELECT Nope FROM Lead')).toEqual([400, 'INVALID_FIELD']);
      expect(await code('SELECT Id FROM Lead WHERE Nope = 1')).toEqual([400, 'INVALID_FIELD']);
      expect(await code('SELECT FROM')).toEqual([400, 'MALFORMED_QUERY']);
      expect(await code('SELECT Id FROM Nothing__c')).toEqual([400, 'INVALID_TYPE']);
      expect(await code('')).toEqual([400, 'INVALIDJOB']);
    },
  );

  conforms({ known: 'specified', source: `${PLATFORM}/query-abort-job.html` }, 'shows deleted records to queryAll alone', async () => {
    const r = withLeads(2);
    const b = bulkRig(r);
    const [lead] = await r.records('SELECT Id FROM Lead LIMIT 1');
    await r.send('DELETE', `/sobjects/Lead/${String(lead?.['Id'])}`);
    const rows = async (operation: string) => {
      const id = await b.query('SELECT Id, IsDeleted FROM Lead', { operation });
      return rowsOf((await r.send('GET', `/jobs/query/${id}/results`)).text)
        .map((row) => row['IsDeleted'])
        .sort(ascending);
    };
    expect([await rows('query'), await rows('queryAll')]).toEqual([['false'], ['false', 'true']]);
  });

  conforms(
    {
      known: 'assumed',
      probe: 'Run a query job that selects a datetime, a date, a checkbox, an amount, a count, and empty fields; read its CSV',
    },
    'writes instants in UTC, dates as days, checkboxes as words, amounts with a point, and nothing for null',
    async () => {
      const r = rig();
      const account = r.half.seed.insert('Account', { Name: 'Acme', NumberOfEmployees: 12 }, { at: r.now() });
      const deal = { Name: 'D', AccountId: account, StageName: 'Prospecting', CloseDate: '2026-05-01', Amount: 1200 };
      r.half.seed.insert('Opportunity', deal, { at: r.now() });
      const id = await bulkRig(r).query(
        'SELECT CreatedDate, CloseDate, IsWon, Amount, Account.NumberOfEmployees, NextStep, Campaign.Name FROM Opportunity',
      );
      expect((await r.send('GET', `/jobs/query/${id}/results`)).text.split('\n')[1]).toBe(
        '"2026-03-02T09:30:15.000Z","2026-05-01","false","1200.0","12","",""',
      );
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/query_get_job_results.htm` },
    'keeps its result as it was when it ran, in its own delimiter and line ending',
    async () => {
      const r = withLeads(1);
      const id = await bulkRig(r).query('SELECT Id, LastName FROM Lead', { columnDelimiter: 'PIPE', lineEnding: 'CRLF' });
      const [lead] = await r.records('SELECT Id FROM Lead');
      await r.send('PATCH', `/sobjects/Lead/${String(lead?.['Id'])}`, { body: { LastName: 'Later' } });
      expect((await r.send('GET', `/jobs/query/${id}/results`)).text).toBe(`"Id"|"LastName"\r\n"${String(lead?.['Id'])}"|"L00000"\r\n`);
    },
  );

  conforms(
    { known: 'specified', source: `${PLATFORM}/query-abort-job.html` },
    'can be aborted while it runs, and then has no result',
    async () => {
      const r = withLeads(1);
      const b = bulkRig(r);
      const id = String((await r.send('POST', '/jobs/query', { body: LEADS })).json['id']);
      expect((await b.patch(id, 'Aborted', 'query')).json['state']).toBe('Aborted');
      r.advance(60_000);
      expect((await b.info(id, 'query'))['state']).toBe('Aborted');
      expect((await r.send('GET', `/jobs/query/${id}/results`)).status).toBe(412);
      expect((await b.patch(id, 'Aborted', 'query')).json.at(0)?.['errorCode']).toBe('INVALIDJOBSTATE');
    },
  );

  conforms({ known: 'specified', source: `${PLATFORM}/query-delete-job.html` }, 'can be deleted when it is over', async () => {
    const r = withLeads(1);
    const id = String((await r.send('POST', '/jobs/query', { body: LEADS })).json['id']);
    const early = await r.send('DELETE', `/jobs/query/${id}`);
    expect([early.status, early.json.at(0)]).toEqual([
      400,
      { errorCode: 'API_ERROR', message: 'Error encountered when deleting the job because the job is not terminated' },
    ]);
    await bulkRig(r).finish(id, 'query');
    expect((await r.send('DELETE', `/jobs/query/${id}`)).status).toBe(204);
    expect((await r.send('GET', `/jobs/query/${id}`)).status).toBe(404);
  });

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.256.0.api_asynch.meta/api_asynch/query_get_all_jobs.htm',
    },
    'is listed apart from ingest jobs, which are listed here when asked for',
    async () => {
      const r = withLeads(1);
      const b = bulkRig(r);
      await b.query('SELECT Id FROM Lead');
      await b.create({ object: 'Lead', operation: 'insert' });
      const types = async (query: string) => (await r.send('GET', `/jobs/query${query}`)).json['records']?.map((one) => one['jobType']);
      expect(await types('')).toEqual(['V2Query']);
      expect(await types('?jobType=V2Ingest')).toEqual(['V2Ingest']);
      expect(await types('?concurrencyMode=serial')).toEqual([]);
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.228.0.api_bulk_v2.meta/api_bulk_v2/bulk_api_2_limits.htm',
    },
    'counts in a rolling day: 10,000 jobs, and the megabytes of their results',
    async () => {
      const r = withLeads(1);
      const limits = async () => (await r.send('GET', '/limits')).json;
      await bulkRig(r).query('SELECT Id FROM Lead');
      expect((await limits())['DailyBulkV2QueryJobs']).toEqual({ Max: 10_000, Remaining: 9999 });
      expect((await limits())['DailyBulkV2QueryFileStorageMB']).toEqual({ Max: 976_562, Remaining: 976_561 });
      for (let n = 0; n < 9999; n += 1) await r.send('POST', '/jobs/query', { body: LEADS });
      const refused = await r.send('POST', '/jobs/query', { body: LEADS });
      expect([refused.status, refused.json.at(0)?.['errorCode']]).toEqual([400, 'EXCEEDEDQUOTA']);
      r.advance(86_400_000 + 60_000);
      expect((await r.send('POST', '/jobs/query', { body: LEADS })).status).toBe(200);
    },
    60_000,
  );

  conforms({ known: 'specified', source: UNSUPPORTED }, 'exists from version 47 on', async () => {
    const at = async (version: number) =>
      (await withLeads(1).send('POST', `/services/data/v${String(version)}.0/jobs/query`, { body: LEADS })).status;
    expect([await at(46), await at(47)]).toEqual([404, 200]);
  });
});
