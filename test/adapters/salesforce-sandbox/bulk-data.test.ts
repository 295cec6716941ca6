import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { ascending, bulkRig, rowsOf } from './bulk-jobs.ts';
import { V, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const GUIDE = 'https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch';
const PREPARE = 'https://developer.salesforce.com/docs/atlas.en-us.254.0.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm';
const PARENTS = 'https://developer.salesforce.com/docs/platform/api-asynch/guide/relationship-fields-in-a-header-row-2-0.html';

const INSERT = { object: 'Lead', operation: 'insert' };

/** Loads a file that the job can't take, and says why. */
async function failure(r: Rig, job: Record<string, unknown>, csv: string): Promise<string> {
  const b = bulkRig(r);
  const info = await b.info(await b.load(job, csv));
  expect([info['state'], info['numberRecordsProcessed'] as unknown]).toEqual(['Failed', 0]);
  return String(info['errorMessage']);
}

describe('the file of a bulk job', () => {
  conforms({ known: 'specified', source: PREPARE }, 'may have quotes, delimiters and line ends inside quoted values', async () => {
    const r = rig();
    const b = bulkRig(r);
    const id = await b.load(INSERT, 'LastName,Company,Description\n"O""Neil","Acme, Inc.","one\r\ntwo\nthree"\nB,Acme,\n');
    expect(await b.info(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 });
    const [first] = await r.records('SELECT LastName, Company, Description FROM Lead ORDER BY Id');
    expect([first?.['LastName'], first?.['Company'], first?.['Description']]).toEqual(['O"Neil', 'Acme, Inc.', 'one\r\ntwo\nthree']);
    const [row] = (await b.results(id, 'successfulResults')).filter((one) => one['Company'] === 'Acme, Inc.');
    expect(row).toMatchObject({ LastName: 'O"Neil', Description: 'one\r\ntwo\nthree' });
  });

  for (const [name, sign] of Object.entries({ BACKQUOTE: '`', CARET: '^', COMMA: ',', PIPE: '|', SEMICOLON: ';', TAB: '\t' })) {
    conforms({ known: 'specified', source: `${GUIDE}/create_job.htm` }, `may be delimited by ${name}`, async () => {
      const r = rig();
      const b = bulkRig(r);
      const file = [
        ['LastName', 'Company'],
        ['A', `"x${sign}y"`],
      ]
        .map((cells) => cells.join(sign))
        .join('\n');
      const id = await b.load({ ...INSERT, columnDelimiter: name }, file);
      expect(await b.info(id)).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 0 });
      expect((await r.records('SELECT Company FROM Lead'))[0]?.['Company']).toBe(`x${sign}y`);
    });
  }

  conforms({ known: 'specified', source: PREPARE }, 'ends its lines with CRLF where the job says so', async () => {
    const r = rig();
    const b = bulkRig(r);
    const id = await b.load({ ...INSERT, lineEnding: 'CRLF' }, 'LastName,Company\r\n"A","Acme"\r\nB,"Two\nlines"\r\n');
    expect(await b.info(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 });
  });

  conforms(
    { known: 'recorded', source: 'https://github.com/forcedotcom/cli/issues/3113' },
    'fails the job when its lines end otherwise, either way',
    async () => {
      const crlf = 'LastName,Company\r\nA,Acme\r\n';
      expect(await failure(rig(), INSERT, crlf)).toBe(
        'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
      );
      expect(await failure(rig(), { ...INSERT, lineEnding: 'CRLF' }, crlf.replaceAll('\r', ''))).toBe(
        'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF',
      );
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/msrivastav13/node-sf-bulk2/issues/17' },
    'fails the job with InvalidBatch for a column that is no field',
    async () => {
      const r = rig();
      expect(await failure(r, INSERT, 'LastName,Company,Nope\nA,Acme,1\n')).toBe(
        'InvalidBatch : InvalidBatch : Field name not found : Nope',
      );
      expect(r.half.counts().rows['Lead']).toBe(0);
    },
  );

  conforms(
    { known: 'assumed', probe: 'PUT a file that begins with EF BB BF to a job that inserts leads, and GET the job' },
    'fails the job when it begins with a byte order mark, which is taken for part of the first name',
    async () => {
      expect(await failure(rig(), INSERT, '\uFEFFLastName,Company\nA,Acme\n')).toBe(
        'InvalidBatch : InvalidBatch : Field name not found : \uFEFFLastName',
      );
    },
  );

  conforms(
    { known: 'assumed', probe: 'PUT files with an unclosed quote, a column twice, and a Latin-1 ö; GET each job' },
    'fails the job when a quote is never closed, a column comes twice, or it is not UTF-8; its records are given back',
    async () => {
      const r = rig();
      const open = 'LastName,Company\nA,Acme\n"B,Acme\nC,Acme\n';
      expect(await failure(r, INSERT, open)).toContain('Failed to parse CSV');
      const b = bulkRig(r);
      const id = await b.load(INSERT, open);
      expect((await r.send('GET', `/jobs/ingest/${id}/unprocessedrecords`)).text).toBe(open);
      expect(await failure(rig(), INSERT, 'LastName,Company,lastname\nA,Acme,B\n')).toContain('Duplicate field name in header');
      const latin = await b.create(INSERT);
      const job = String(latin.json['id']);
      await r.half.handle({
        method: 'PUT',
        url: `${V}/jobs/ingest/${job}/batches`,
        headers: { authorization: 'Bearer integration-token', 'content-type': 'text/csv' },
        body: Buffer.from('LastName,Company\nKöhler,Acme\n', 'latin1'),
        origin: 'http://127.0.0.1:1',
      });
      await b.patch(job, 'UploadComplete');
      expect(String((await b.finish(job))['errorMessage'])).toContain('not encoded in UTF-8');
    },
  );

  conforms(
    { known: 'specified', source: PREPARE },
    'has an error for a record with a space before or after a quote, and no other',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = await b.load(INSERT, 'LastName,Company\nA,Acme\n"John", "Acme"\n5" pipe,Acme\nB,Acme\n"C" ,Acme\nD, Acme\n');
      expect(await b.info(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 6, numberRecordsFailed: 3 });
      const failed = await b.results(id, 'failedResults');
      expect(failed.map((row) => row['LastName']).sort(ascending)).toEqual(['5" pipe', '"C" ', 'John'].sort(ascending));
      expect(failed.every((row) => row['sf__Error']?.startsWith('InvalidBatch:Failed to parse CSV'))).toBe(true);
      expect((await r.records('SELECT LastName FROM Lead ORDER BY Id')).map((one) => one['LastName'])).toEqual(['A', 'B', 'D']);
    },
  );

  conforms(
    { known: 'assumed', probe: 'PUT a file whose second row has one cell more, and one less, than the header; GET failedResults' },
    'has an error for a record with more or fewer cells than the header',
    async () => {
      const b = bulkRig(rig());
      const id = await b.load(INSERT, 'LastName,Company\nA,Acme,more\nB\nC,Acme\n');
      expect(await b.info(id)).toMatchObject({ numberRecordsProcessed: 3, numberRecordsFailed: 2 });
      expect((await b.results(id, 'failedResults')).map((row) => row['LastName']).sort(ascending)).toEqual(['A', 'B']);
    },
  );

  conforms(
    { known: 'assumed', probe: 'Close a job without data, with an empty file, with a header only; GET each' },
    'may hold no record at all',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      for (const csv of ['', 'LastName,Company', 'LastName,Company\n\n\n']) {
        const id = await b.load(INSERT, csv);
        expect(await b.info(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0 });
      }
    },
  );
});

describe('the results of a bulk job', () => {
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.264.0.api_asynch.meta/api_asynch/get_job_successful_results.htm',
    },
    'begin with sf__Id and sf__Created, then the columns of the file, every value quoted',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = await b.load(INSERT, 'LastName,Company,Title\nA,Acme,\n');
      const answer = await r.send('GET', `/jobs/ingest/${id}/successfulResults`);
      expect(answer.headers['content-type']).toBe('text/csv');
      const [lead] = await r.records('SELECT Id FROM Lead');
      expect(answer.text).toBe(`"sf__Id","sf__Created","LastName","Company","Title"\n"${String(lead?.['Id'])}","true","A","Acme",""\n`);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/get_job_unprocessed_results.htm` },
    'come in another order than the records',
    async () => {
      const b = bulkRig(rig());
      const names = Array.from({ length: 500 }, (_, index) => `P${String(index)}`);
      const id = await b.load(INSERT, `LastName,Company\n${names.map((name) => `${name},Acme\n`).join('')}`);
      const got = (await b.results(id, 'successfulResults')).map((row) => row['LastName']);
      expect(got).not.toEqual(names);
      expect(got.toSorted(ascending)).toEqual(names.toSorted(ascending));
      expect((await b.results(id, 'successfulResults')).map((row) => row['LastName'])).toEqual(got);
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.264.0.api_asynch.meta/api_asynch/get_job_failed_results.htm',
    },
    'show a refused record with its code, words and fields',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = await b.load(INSERT, `LastName,Company,Email\n,Acme,\nA,Acme,nonsense\nB,${'x'.repeat(300)},\n`);
      const failed = await b.results(id, 'failedResults');
      expect(Object.keys(failed[0] ?? {})).toEqual(['sf__Id', 'sf__Error', 'LastName', 'Company', 'Email']);
      expect(failed.map((row) => row['sf__Error']).sort(ascending)).toEqual([
        'INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --',
        'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
        `STRING_TOO_LONG:Company: data value too large: ${'x'.repeat(300)} (max length=255):Company --`,
      ]);
    },
  );

  conforms(
    { known: 'assumed', probe: 'GET successfulResults of a job with columnDelimiter PIPE and lineEnding CRLF, and of one in progress' },
    "have the job's own delimiter and line ending, and are there when it is over",
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const job = { ...INSERT, columnDelimiter: 'PIPE', lineEnding: 'CRLF' };
      const id = await b.load(job, 'LastName|Company\r\nA|Acme\r\n');
      const { text } = await r.send('GET', `/jobs/ingest/${id}/successfulResults`);
      expect(text.startsWith('"sf__Id"|"sf__Created"|"LastName"|"Company"\r\n')).toBe(true);
      expect(rowsOf(text, '|')).toHaveLength(1);
      const open = String((await b.create(INSERT)).json['id']);
      expect((await r.send('GET', `/jobs/ingest/${open}/successfulResults`)).status).toBe(400);
    },
  );
});

describe('the records of a bulk job', () => {
  conforms({ known: 'specified', source: PREPARE }, 'leave a field as it is with an empty cell and clear it with #N/A', async () => {
    const r = rig();
    const b = bulkRig(r);
    const id = r.half.seed.insert('Lead', { LastName: 'L', Company: 'Acme', Title: 'CEO', Phone: '1' }, { at: r.now() });
    const job = await b.load({ object: 'Lead', operation: 'update' }, `Id,Title,Phone\n${id},,#N/A\n`);
    expect(await b.results(job, 'successfulResults')).toEqual([{ sf__Id: id, sf__Created: 'false', Id: id, Title: '', Phone: '#N/A' }]);
    const [lead] = await r.records('SELECT Title, Phone FROM Lead');
    expect([lead?.['Title'], lead?.['Phone']]).toEqual(['CEO', null]);
  });

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_date_format.htm',
    },
    'give dates and times in ISO form, a date without an offset; other values are refused by record',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const file =
        'Name,StartDate,IsActive,BudgetedCost\nA,2026-03-01,true,1000\nB,2026-03-02Z,FALSE,\nC,2026-03-02+05:00,true,\nD,,maybe,\nE,,true,lots\n';
      const id = await b.load({ object: 'Campaign', operation: 'insert' }, file);
      const codes = (await b.results(id, 'failedResults')).map((row) => [row['Name'], row['sf__Error']?.split(':')[0]]).sort(ascending);
      expect(codes).toEqual(['C', 'D', 'E'].map((name) => [name, 'INVALID_TYPE_ON_FIELD_IN_RECORD']));
      const made = await r.records('SELECT Name, StartDate, IsActive, BudgetedCost FROM Campaign ORDER BY Name');
      expect(made.map((one) => [one['StartDate'], one['IsActive'], one['BudgetedCost']])).toEqual([
        ['2026-03-01', true, 1000],
        ['2026-03-02', false, null],
      ]);
    },
  );

  conforms({ known: 'specified', source: PARENTS }, 'name a parent by a field that finds it', async () => {
    const r = rig();
    const b = bulkRig(r);
    const account = r.half.seed.insert('Account', { Name: 'Acme' }, { at: r.now() });
    const buyer = r.half.seed.insert('Contact', { LastName: 'Buyer', Email: 'buyer@example.com', AccountId: account }, { at: r.now() });
    const file = 'LastName,ReportsTo.Email,Owner.Email\nA,buyer@example.com,sasha.seller@example.com\nB,nobody@example.com,\n';
    const id = await b.load({ object: 'Contact', operation: 'insert' }, file);
    const [made] = await r.records("SELECT ReportsToId, Owner.Email FROM Contact WHERE LastName = 'A'");
    expect([made?.['ReportsToId'], made?.['Owner']?.['Email']]).toEqual([buyer, 'sasha.seller@example.com']);
    expect((await b.results(id, 'failedResults')).map((row) => row['sf__Error'])).toEqual([
      'INVALID_FIELD:Foreign key external ID: nobody@example.com not found for field Email in entity Contact:--',
    ]);
    expect(await failure(r, INSERT, 'LastName,Company,Owner.Department\nA,Acme,x\n')).toContain('Field name not found : Owner.Department');
    const lead = await b.load(INSERT, 'LastName,Company,User:Owner.Email\nL,Acme,sasha.seller@example.com\n');
    expect(await b.info(lead)).toMatchObject({ numberRecordsFailed: 0 });
  });

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.232.0.api_asynch.meta/api_asynch/walkthrough_upsert.htm',
    },
    'are upserted by an external id, which says whether each was created',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      r.half.seed.insert('Lead', { LastName: 'Old', Company: 'Acme', Truce_Key__c: 'k1' }, { at: r.now() });
      const job = { object: 'Lead', operation: 'upsert', externalIdFieldName: 'Truce_Key__c' };
      const id = await b.load(job, 'Truce_Key__c,LastName,Company\nk1,Changed,\nk2,New,Acme\n,NoKey,Acme\n');
      const rows = await b.results(id, 'successfulResults');
      expect(Object.fromEntries(rows.map((row) => [row['Truce_Key__c'], row['sf__Created']]))).toEqual({ k1: 'false', k2: 'true' });
      expect((await b.results(id, 'failedResults'))[0]?.['sf__Error']).toBe('MISSING_ARGUMENT:Truce_Key__c not specified:Truce_Key__c --');
      expect((await b.info(id))['externalIdFieldName']).toBe('Truce_Key__c');
      expect((await b.create({ object: 'Lead', operation: 'upsert' })).json.at(0)?.['errorCode']).toBe('INVALIDJOB');
      expect((await b.create({ ...job, externalIdFieldName: 'Company' })).status).toBe(400);
      expect(await failure(r, job, 'LastName,Company\nA,Acme\n')).toContain('Field name not found : Truce_Key__c');
    },
  );

  conforms(
    { known: 'assumed', probe: 'Upsert two records with the same external id in one job; GET failedResults' },
    'are refused when their key occurs twice among the same 200',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const job = { object: 'Lead', operation: 'upsert', externalIdFieldName: 'Truce_Key__c' };
      const id = await b.load(job, 'Truce_Key__c,LastName,Company\nk1,A,Acme\nK1,B,Acme\n');
      expect((await b.results(id, 'failedResults'))[0]?.['sf__Error']).toBe('DUPLICATE_VALUE:Duplicate external id specified: K1:--');
      expect(r.half.counts().rows['Lead']).toBe(1);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/forcedotcom/SFDX-Data-Move-Utility/issues/325' },
    'are deleted by a file of ids alone',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const ids = ['A', 'B'].map((name) => r.half.seed.insert('Lead', { LastName: name, Company: 'Acme' }, { at: r.now() }));
      const job = { object: 'Lead', operation: 'delete' };
      expect(await failure(r, job, `Id,LastName\n${String(ids[0])},A\n`)).toBe(
        "InvalidBatch : InvalidBatch : The 'delete' batch must contain only ids.",
      );
      const id = await b.load(job, `Id\n${String(ids[0])}\n00Q5g00000zzzzz\n${String(ids[0])}\n`);
      expect(await b.info(id)).toMatchObject({ numberRecordsProcessed: 3, numberRecordsFailed: 2 });
      expect((await r.records('SELECT Id FROM Lead')).map((one) => one['Id'])).toEqual([ids[1]]);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toHaveLength(2);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/create_job.htm` },
    'are deleted past the bin only by who has the permission for it',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const lead = r.half.seed.insert('Lead', { LastName: 'A', Company: 'Acme' }, { at: r.now() });
      const job = { object: 'Lead', operation: 'hardDelete' };
      expect((await b.create(job)).json.at(0)?.['errorCode']).toBe('FEATURENOTENABLED');
      const [user] = await r.records("SELECT Id FROM User WHERE Username = 'truce.integration@example.com'");
      const set = await r.send('POST', '/sobjects/PermissionSet', {
        body: { Name: 'Hard', Label: 'Hard', PermissionsBulkApiHardDelete: true },
      });
      await r.send('POST', '/sobjects/PermissionSetAssignment', { body: { AssigneeId: user?.['Id'], PermissionSetId: set.json['id'] } });
      const id = await b.load(job, `Id\n${lead}\n`);
      expect(await b.results(id, 'successfulResults')).toEqual([{ sf__Id: lead, sf__Created: 'false', Id: lead }]);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toEqual([]);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/create_job.htm` },
    'are given to the assignment rule only when the job names one',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const owner = async (): Promise<unknown> =>
        (await r.records('SELECT Owner.Email FROM Lead ORDER BY Id DESC LIMIT 1'))[0]?.['Owner']?.['Email'];
      await b.load(INSERT, 'LastName,Company\nA,Acme\n');
      expect(await owner()).toBe('truce.integration@example.com');
      const [rule] = await r.records("SELECT Id FROM AssignmentRule WHERE SobjectType = 'Lead'");
      const id = await b.load({ ...INSERT, assignmentRuleId: rule?.['Id'] }, 'LastName,Company\nB,Acme\n');
      expect(await owner()).toBe('robin.router@example.com');
      expect((await b.info(id))['assignmentRuleId']).toBe(rule?.['Id']);
      expect((await b.create({ ...INSERT, assignmentRuleId: '01Q5g0000000zzz' })).status).toBe(400);
    },
  );

  conforms(
    { known: 'specified', source: `${GUIDE}/get_job_info.htm` },
    'are tried again while somebody holds them, and saved when they are free',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = r.half.seed.insert('Lead', { LastName: 'Held', Company: 'Acme' }, { at: r.now() });
      r.half.seed.lock(id, { until: r.now() + 9000 });
      const job = await b.load({ object: 'Lead', operation: 'update' }, `Id,Title\n${id},CEO\n`);
      expect(await b.info(job)).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 0, retries: 2 });
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.228.0.api_bulk_v2.meta/api_bulk_v2/bulk_api_2_limits.htm',
    },
    'are refused with UNABLE_TO_LOCK_ROW after ten more tries',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const id = r.half.seed.insert('Lead', { LastName: 'Held', Company: 'Acme' }, { at: r.now() });
      r.half.seed.lock(id, { until: r.now() + 3_600_000 });
      const job = await b.load({ object: 'Lead', operation: 'update' }, `Id,Title\n${id},CEO\n`);
      expect(await b.info(job)).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 1, retries: 10 });
      expect((await b.results(job, 'failedResults'))[0]).toMatchObject({
        sf__Id: id,
        sf__Error: `UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: ${id}:--`,
      });
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.264.0.api_asynch.meta/api_asynch/get_job_failed_results.htm',
    },
    'obey the same rules as over REST: a read-only figure, a converted lead, a member twice',
    async () => {
      const r = rig();
      const b = bulkRig(r);
      const at = { at: r.now() };
      const lead = r.half.seed.insert('Lead', { LastName: 'A', Company: 'Acme' }, at);
      const done = r.half.seed.insert('Lead', { LastName: 'B', Company: 'Acme' }, at);
      r.half.seed.convertLead(done, { ...at, opportunity: null });
      const campaign = r.half.seed.insert('Campaign', { Name: 'C' }, at);
      const codes = async (object: string, operation: string, csv: string) =>
        (await b.results(await b.load({ object, operation }, csv), 'failedResults')).map((row) => row['sf__Error']?.split(':')[0]);
      expect(await codes('Campaign', 'update', `Id,NumberOfLeads\n${campaign},5\n`)).toEqual(['INVALID_FIELD_FOR_INSERT_UPDATE']);
      expect(await codes('Lead', 'update', `Id,Title\n${done},x\n`)).toEqual(['CANNOT_UPDATE_CONVERTED_LEAD']);
      expect(await codes('CampaignMember', 'insert', `CampaignId,LeadId\n${campaign},${lead}\n${campaign},${lead}\n`)).toEqual([
        'DUPLICATE_VALUE',
      ]);
      expect(await codes('Lead', 'insert', `Id,LastName,Company\n${lead},A,Acme\n`)).toEqual(['INVALID_FIELD_FOR_INSERT_UPDATE']);
      expect(await codes('Lead', 'update', 'Id,Title\n,x\n')).toEqual(['MISSING_ARGUMENT']);
    },
  );
});
