import { expect } from 'vitest';
import type { CurlExample } from './curl-examples.ts';

const BULK = 'https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch';
const V = '/services/data/v66.0';
const JSON_BODY = ['Content-Type: application/json'];

type Bare = Omit<CurlExample, 'vendor'>;

const JOB = {
  id: expect.stringMatching(/^750\w{15}$/) as unknown,
  object: 'Account',
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  apiVersion: 66,
};
const ACCEPTS = ['Accept: application/json', 'X-PrettyPrint:1'];
const step = (page: string, does: string, rest: Omit<Bare, 'source' | 'does'>): Bare => ({ source: `${BULK}/${page}.htm`, does, ...rest });

/** Calls of the Bulk API guide's walkthroughs. */
export const bulkExamples: readonly Bare[] = [
  step('walkthrough_bulk_insert', 'makes an ingest job', {
    method: 'POST',
    path: `${V}/jobs/ingest/`,
    headers: [...JSON_BODY, ...ACCEPTS],
    body: JSON.stringify({ object: 'Account', contentType: 'CSV', operation: 'insert', lineEnding: 'LF' }),
    status: 200,
    shape: { ...JOB, operation: 'insert', state: 'Open', lineEnding: 'LF', columnDelimiter: 'COMMA' },
    keeps: { job: 'id' },
  }),
  step('walkthrough_bulk_insert', 'uploads its rows', {
    method: 'PUT',
    path: `${V}/jobs/ingest/{job}/batches/`,
    headers: ['Content-Type: text/csv', ...ACCEPTS],
    body: `Name,ShippingCity,NumberOfEmployees,AnnualRevenue,Website,Description
Lorem Ipsum,Milano,2676,912260031,https://ft.com/lacus/at.jsp,"Lorem ipsum dolor sit amet"
Posuere Inc,Bodø,141603,896852810,http://webs.com/in/faucibus/orci/luctus/et/ultrices/posuere.json,"consectetur adipiscing elit"
Amazon,Quintães,80285,684173825,http://amazon.co.uk/potenti/cras/in/purus/eu.png,"Excepteur sint occaecat cupidatat non proident"
`,
    status: 201,
  }),
  step('walkthrough_bulk_insert', 'says that the upload is complete', {
    method: 'PATCH',
    path: `${V}/jobs/ingest/{job}/`,
    headers: ['Content-Type: application/json; charset=UTF-8', ...ACCEPTS],
    body: '{ "state" : "UploadComplete" }',
    status: 200,
    shape: { ...JOB, state: 'UploadComplete' },
  }),
  step('walkthrough_bulk_insert', 'asks for the state until the job is complete', {
    method: 'GET',
    path: `${V}/jobs/ingest/{job}/`,
    headers: ACCEPTS,
    status: 200,
    until: '"JobComplete"',
    shape: { ...JOB, state: 'JobComplete', jobType: 'V2Ingest', numberRecordsProcessed: 3, numberRecordsFailed: 0, retries: 0 },
  }),
  step('walkthrough_bulk_insert', 'fetches the rows that went well', {
    method: 'GET',
    path: `${V}/jobs/ingest/{job}/successfulResults/`,
    headers: [...JSON_BODY, 'Accept: text/csv', 'X-PrettyPrint:1'],
    status: 200,
    shape: expect.stringMatching(/^"sf__Id","sf__Created",/),
    answers: { 'content-type': /^text\/csv/ },
  }),
  step('walkthrough_bulk_insert_multipart', 'makes a job and uploads its rows in one multipart request', {
    method: 'POST',
    path: `${V}/jobs/ingest/`,
    headers: ['Content-Type: multipart/form-data; boundary="BOUNDARY"', ...ACCEPTS],
    body: `--BOUNDARY
Content-Type: application/json
Content-Disposition: form-data; name="job"

{
"object":"Contact",
"contentType":"CSV",
"operation": "insert",
"lineEnding" : "LF"
}

--BOUNDARY
Content-Type: text/csv
Content-Disposition: form-data; name="content"; filename="content"

FirstName,LastName,MailingCity
Astro,Nomical,San Francisco
Hootie,McOwl,San Francisco
Appy,Camper,San Francisco
Earnie,Badger,San Francisco

--BOUNDARY--
`,
    status: 200,
    shape: { ...JOB, object: 'Contact', state: 'UploadComplete' },
    keeps: { multipart: 'id' },
  }),
  step('walkthrough_bulk_insert_multipart', 'finds that job complete', {
    method: 'GET',
    path: `${V}/jobs/ingest/{multipart}/`,
    headers: ACCEPTS,
    status: 200,
    until: '"JobComplete"',
    shape: { object: 'Contact', numberRecordsProcessed: 4, numberRecordsFailed: 0 },
  }),
  step('walkthrough_bulk_query', 'makes a query job', {
    method: 'POST',
    path: `${V}/jobs/query`,
    headers: [...JSON_BODY, 'X-PrettyPrint:1'],
    body: '{ "operation" : "query", "query" : "SELECT Id, Name FROM Account" } ',
    status: 200,
    shape: { ...JOB, operation: 'query', state: 'UploadComplete' },
    keeps: { query: 'id' },
  }),
  step('walkthrough_bulk_query', 'finds the query complete', {
    method: 'GET',
    path: `${V}/jobs/query/{query}`,
    headers: ACCEPTS,
    status: 200,
    until: '"JobComplete"',
    shape: { ...JOB, state: 'JobComplete', jobType: 'V2Query' },
  }),
  step('walkthrough_bulk_query', 'fetches the rows that it found', {
    method: 'GET',
    path: `${V}/jobs/query/{query}/results`,
    headers: ['Accept: text/csv', 'X-PrettyPrint:1'],
    status: 200,
    shape: expect.stringMatching(/^"Id","Name"\n/),
    answers: { 'sforce-numberofrecords': /^\d+$/, 'content-type': /^text\/csv/ },
  }),
  step('get_all_jobs', 'lists the ingest jobs', {
    method: 'GET',
    path: `${V}/jobs/ingest/`,
    headers: ACCEPTS,
    status: 200,
    shape: { done: true, records: expect.any(Array) as unknown, nextRecordsUrl: null },
  }),
  step('delete_job', 'deletes a job', { method: 'DELETE', path: `${V}/jobs/ingest/{job}/`, headers: ACCEPTS, status: 204 }),
];
