import { expect } from 'vitest';
import { bulkExamples } from './curl-examples-bulk.ts';
import type { CurlExample } from './curl-examples.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const V = '/services/data/v66.0';
const JSON_BODY = ['Content-Type: application/json'];
const ID: unknown = expect.stringMatching(/^\w{18}$/);
const SAVED = { id: ID, success: true, errors: [] };

type Bare = Omit<CurlExample, 'vendor'>;

const get = (page: string, does: string, path: string, shape: unknown, more: Partial<Bare> = {}): Bare => ({
  source: `${REST}/${page}.htm`,
  does,
  method: 'GET',
  path,
  status: 200,
  shape,
  ...more,
});
const send = (page: string, does: string, call: readonly [method: string, path: string, body: unknown], more: Partial<Bare>): Bare => ({
  source: `${REST}/${page}.htm`,
  does,
  method: call[0],
  path: call[1],
  body: typeof call[2] === 'string' ? call[2] : JSON.stringify(call[2]),
  headers: JSON_BODY,
  status: 200,
  ...more,
});

const discovery: readonly Bare[] = [
  get(
    'quickstart_code',
    'lists the versions',
    '/services/data/',
    expect.arrayContaining([{ label: "Spring '11", url: '/services/data/v21.0', version: '21.0' }]),
    {
      token: false,
    },
  ),
  get('dome_discovery', 'lists the resources of a version', `${V}/`, { sobjects: `${V}/sobjects`, query: `${V}/query` }),
  get('dome_describeGlobal', 'lists the objects', `${V}/sobjects/`, {
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: expect.any(Array) as unknown,
  }),
  get('dome_sobject_basic_info', 'tells the basics of an object', `${V}/sobjects/Account/`, {
    objectDescribe: { name: 'Account', keyPrefix: '001', updateable: true },
    recentItems: expect.any(Array) as unknown,
  }),
  get('dome_sobject_describe', 'describes an object', `${V}/sobjects/Account/describe/`, {
    name: 'Account',
    keyPrefix: '001',
    fields: expect.arrayContaining([expect.objectContaining({ name: 'Id', type: 'id', length: 18, updateable: false })]) as unknown,
  }),
  get(
    'dome_limits',
    'lists the limits',
    `${V}/limits/`,
    { DailyApiRequests: { Max: expect.any(Number) as unknown } },
    { headers: ['X-PrettyPrint: 1'] },
  ),
];

const ACCOUNT = { Name: 'Express Logistics and Transport' };
const rows: readonly Bare[] = [
  send('dome_sobject_create', 'makes a record', ['POST', `${V}/sobjects/Account/`, ACCOUNT], {
    status: 201,
    shape: SAVED,
    keeps: { account: 'id' },
  }),
  send('resources_sobject_upsert_post', 'makes a record at the address of the id field', ['POST', `${V}/sobjects/Account/Id`, ACCOUNT], {
    status: 201,
    shape: { id: ID, success: true },
  }),
  send('dome_update_fields', 'updates a record', ['PATCH', `${V}/sobjects/Account/{account}`, { BillingCity: 'San Francisco' }], {
    status: 204,
  }),
  get('dome_get_field_values', 'reads fields of a record', `${V}/sobjects/Account/{account}?fields=AccountNumber,BillingPostalCode`, {
    AccountNumber: null,
    BillingPostalCode: null,
    Id: ID,
  }),
  send(
    'dome_upsert',
    'makes a record by its external id',
    ['PATCH', `${V}/sobjects/Account/customExtIdField__c/11999`, { Name: 'California Wheat Corporation', Type: 'New Customer' }],
    { status: 201, shape: { ...SAVED, created: true }, keeps: { wheat: 'id' } },
  ),
  send(
    'dome_upsert',
    'updates the record by its external id',
    ['PATCH', `${V}/sobjects/Account/customExtIdField__c/11999`, { BillingCity: 'San Francisco' }],
    { status: 200, shape: { ...SAVED, created: false } },
  ),
  get('dome_retrieve_record_using_external_id', 'reads a record by its external id', `${V}/sobjects/Account/customExtIdField__c/11999`, {
    attributes: { type: 'Account' },
    Name: 'California Wheat Corporation',
  }),
  get('dome_relationship_traversal', 'follows a relationship to the parent', `${V}/sobjects/Contact/{person}/Account`, {
    attributes: { type: 'Account' },
    Id: ID,
  }),
  {
    source: `${REST}/dome_delete_record.htm`,
    does: 'deletes a record',
    method: 'DELETE',
    path: `${V}/sobjects/Account/{account}`,
    status: 204,
  },
];

const queries: readonly Bare[] = [
  get('dome_query', 'queries', `${V}/query/?q=SELECT+name,id+from+Account`, {
    done: true,
    totalSize: expect.any(Number) as unknown,
    records: expect.any(Array) as unknown,
  }),
  get('quickstart_code', 'queries, as the quick start does', `${V}/query?q=SELECT+name+from+Account`, {
    done: true,
    records: expect.any(Array) as unknown,
  }),
  get('dome_queryall', 'queries deleted records, too', `${V}/queryAll/?q=SELECT+name,isdeleted+from+Account`, {
    done: true,
    records: expect.arrayContaining([expect.objectContaining({ IsDeleted: true })]) as unknown,
  }),
];

const account = (Name: string, more: Record<string, string>) => ({ attributes: { type: 'Account' }, Name, ...more });
const composite: readonly Bare[] = [
  send(
    'dome_composite_upsert_create_contact',
    'updates or makes an account and makes a contact of it',
    [
      'POST',
      `${V}/composite/`,
      {
        allOrNone: true,
        compositeRequest: [
          { method: 'PATCH', url: `${V}/sobjects/Account/customExtIdField__c/ID12345`, referenceId: 'NewAccount', body: { Name: 'Acme' } },
          {
            method: 'POST',
            url: `${V}/sobjects/Contact`,
            referenceId: 'newContact',
            body: { LastName: 'Harrison', AccountId: '@{NewAccount.id}' },
          },
        ],
      },
    ],
    {
      shape: {
        compositeResponse: [
          {
            body: { ...SAVED, created: true },
            httpStatusCode: 201,
            referenceId: 'NewAccount',
            httpHeaders: { Location: expect.any(String) as unknown },
          },
          { body: SAVED, httpStatusCode: 201, referenceId: 'newContact' },
        ],
      },
    },
  ),
  send(
    'dome_composite_batch_example',
    'updates and reads in one batch',
    [
      'POST',
      `${V}/composite/batch/`,
      {
        batchRequests: [
          { method: 'PATCH', url: 'v66.0/sobjects/account/{wheat}', richInput: { Name: 'NewName' } },
          { method: 'GET', url: 'v66.0/sobjects/account/{wheat}?fields=Name,BillingPostalCode' },
        ],
      },
    ],
    {
      shape: {
        hasErrors: false,
        results: [
          { statusCode: 204, result: null },
          { statusCode: 200, result: { Name: 'NewName', BillingPostalCode: null, Id: ID } },
        ],
      },
    },
  ),
  send(
    'resources_composite_sobjects_collections_create',
    'makes records of two kinds in one collection',
    [
      'POST',
      `${V}/composite/sobjects`,
      {
        allOrNone: false,
        records: [
          account('example.com', { BillingCity: 'San Francisco' }),
          { attributes: { type: 'Contact' }, LastName: 'Johnson', FirstName: 'Erica' },
        ],
      },
    ],
    { shape: [SAVED, SAVED], keeps: { first: '0.id', second: '1.id' } },
  ),
  send(
    'resources_composite_sobjects_collections_update',
    'updates records of two kinds',
    [
      'PATCH',
      `${V}/composite/sobjects`,
      {
        allOrNone: false,
        records: [
          { attributes: { type: 'Account' }, id: '{first}', NumberOfEmployees: 27000 },
          { attributes: { type: 'Contact' }, id: '{second}', Title: 'Lead Engineer' },
        ],
      },
    ],
    { shape: [SAVED, SAVED] },
  ),
  send(
    'resources_composite_sobjects_collections_retrieve',
    'reads several records, one of which there is not',
    ['POST', `${V}/composite/sobjects/Account`, { ids: ['{first}', '{wheat}', '001xx000003DGb9AAG'], fields: ['id', 'name'] }],
    { shape: [{ Id: ID, Name: 'example.com' }, { Id: ID, Name: 'NewName' }, null] },
  ),
  send(
    'resources_composite_sobjects_collections_upsert',
    'makes or updates several by external id',
    [
      'PATCH',
      `${V}/composite/sobjects/Account/customExtIdField__c`,
      {
        allOrNone: false,
        records: [account('Company One', { customExtIdField__c: 'AAA' }), account('Company Two', { customExtIdField__c: 'BBB' })],
      },
    ],
    {
      shape: [
        { ...SAVED, created: true },
        { ...SAVED, created: true },
      ],
    },
  ),
  {
    source: `${REST}/resources_composite_sobjects_collections_delete.htm`,
    does: 'deletes several',
    method: 'DELETE',
    path: `${V}/composite/sobjects?ids={first},{second}&allOrNone=false`,
    status: 200,
    shape: [SAVED, SAVED],
  },
];

const sample = (at: number, numberOfEmployees: string) => ({
  attributes: { type: 'Account', referenceId: `ref${String(at)}` },
  name: `SampleAccount${String(at)}`,
  phone: '1111111111',
  website: 'www.salesforce.com',
  numberOfEmployees,
  industry: 'Banking',
});
const trees: readonly Bare[] = [
  send(
    'dome_composite_sobject_tree_flat',
    'makes several records at once',
    ['POST', `${V}/composite/tree/Account/`, { records: [sample(1, '100'), sample(2, '250'), sample(3, '52000')] }],
    {
      status: 201,
      shape: {
        hasErrors: false,
        results: [
          { referenceId: 'ref1', id: ID },
          { referenceId: 'ref2', id: ID },
          { referenceId: 'ref3', id: ID },
        ],
      },
    },
  ),
  send(
    'resources_composite_graph',
    'makes a graph of an account and its contact',
    [
      'POST',
      `${V}/composite/graph`,
      {
        graphs: [
          {
            graphId: '1',
            compositeRequest: [
              { url: `${V}/sobjects/Account/`, body: { name: 'Cloudy Consulting' }, method: 'POST', referenceId: 'reference_id_account_1' },
              {
                url: `${V}/sobjects/Contact/`,
                body: { FirstName: 'Nellie', LastName: 'Cashman', AccountId: '@{reference_id_account_1.id}' },
                method: 'POST',
                referenceId: 'reference_id_contact_1',
              },
            ],
          },
        ],
      },
    ],
    {
      shape: {
        graphs: [
          {
            graphId: '1',
            isSuccessful: true,
            graphResponse: {
              compositeResponse: [
                { body: SAVED, httpStatusCode: 201 },
                { body: SAVED, httpStatusCode: 201 },
              ],
            },
          },
        ],
      },
    },
  ),
];

/** Calls of Salesforce's REST and Bulk guides, of version 66.0. */
export const salesforceExamples: readonly CurlExample[] = [...discovery, ...rows, ...queries, ...composite, ...trees, ...bulkExamples].map(
  (example) => ({
    vendor: 'salesforce' as const,
    ...example,
  }),
);
