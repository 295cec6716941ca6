import { expect } from 'vitest';
import type { CurlExample } from './curl-examples.ts';

const DOCS = 'https://developers.hubspot.com/docs/api/crm';
const JSON_BODY = ['Content-Type: application/json'];
const ID: unknown = expect.stringMatching(/^\d+$/);
const STAMP: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
/** What a record's answer has, whatever its kind. */
const RECORD = { id: ID, createdAt: STAMP, updatedAt: STAMP, archived: false };
/** What a search's answer has. */
const FOUND = { total: expect.any(Number) as unknown, results: expect.any(Array) as unknown };

type Bare = Omit<CurlExample, 'vendor' | 'source'>;

function from(page: string, examples: readonly Bare[]): readonly CurlExample[] {
  return examples.map((example) => ({
    vendor: 'hubspot',
    source: `${DOCS}/${page}`,
    ...(example.body === undefined ? {} : { headers: JSON_BODY }),
    ...example,
  }));
}

const post = (does: string, path: string, body: unknown, more: Partial<Bare> = {}): Bare => ({
  does,
  method: 'POST',
  path,
  body: JSON.stringify(body),
  status: 200,
  ...more,
});
const get = (does: string, path: string, shape: unknown, more: Partial<Bare> = {}): Bare => ({
  does,
  method: 'GET',
  path,
  status: 200,
  shape,
  ...more,
});

const JANE = { email: 'example@hubspot.com', firstname: 'Jane', lastname: 'Doe', phone: '(555) 555-5555', company: 'HubSpot' };
const defined = (associationTypeId: number) => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }];

const properties: readonly Bare[] = [
  post(
    'makes a property',
    '/crm/v3/properties/contacts',
    { groupName: 'contactinformation', name: 'favorite_food', label: 'Favorite Food', type: 'string', fieldType: 'text' },
    { status: 201, shape: { name: 'favorite_food', label: 'Favorite Food', type: 'string', fieldType: 'text', hidden: false } },
  ),
  post(
    'makes a unique property',
    '/crm/v3/properties/deals',
    {
      groupName: 'dealinformation',
      name: 'system_a_unique',
      label: 'Unique ID for System A',
      hasUniqueValue: true,
      type: 'string',
      fieldType: 'text',
    },
    { status: 201, shape: { name: 'system_a_unique', hasUniqueValue: true } },
  ),
  get('reads one property', '/crm/v3/properties/contacts/favorite_food', { name: 'favorite_food', groupName: 'contactinformation' }),
  get('lists the properties', '/crm/v3/properties/contacts', { results: expect.any(Array) as unknown }),
];

const contacts: readonly Bare[] = [
  post(
    'makes a contact with associations',
    '/crm/v3/objects/contacts',
    {
      properties: { ...JANE, website: 'hubspot.com', lifecyclestage: 'marketingqualifiedlead' },
      associations: [
        { to: { id: '{company}' }, types: defined(279) },
        { to: { id: '{email}' }, types: defined(197) },
      ],
    },
    {
      status: 201,
      shape: { ...RECORD, properties: { email: 'example@hubspot.com', lifecyclestage: 'marketingqualifiedlead' } },
      keeps: { jane: 'id' },
    },
  ),
  get('reads a contact by id', '/crm/v3/objects/contacts/{jane}', { ...RECORD, properties: { firstname: 'Jane' } }),
  get('reads a contact by e-mail', '/crm/v3/objects/contacts/example@hubspot.com?idProperty=email', {
    ...RECORD,
    properties: { lastname: 'Doe' },
  }),
  get('lists contacts', '/crm/v3/objects/contacts', { results: expect.any(Array) as unknown, paging: { next: { after: ID } } }),
  get('reads a contact with what it is associated with', '/crm/v3/objects/contacts/{jane}?associations=companies', {
    associations: { companies: { results: expect.any(Array) as unknown } },
  }),
  post(
    'reads a batch by id',
    '/crm/v3/objects/contacts/batch/read',
    { properties: ['email', 'lifecyclestage', 'jobtitle'], inputs: [{ id: '{contact}' }, { id: '{other}' }] },
    { shape: { status: 'COMPLETE', results: [RECORD, RECORD], startedAt: STAMP, completedAt: STAMP } },
  ),
  post(
    'reads a batch with histories',
    '/crm/v3/objects/contacts/batch/read',
    { propertiesWithHistory: ['lifecyclestage', 'hs_lead_status'], inputs: [{ id: '{contact}' }, { id: '{other}' }] },
    { shape: { results: [{ propertiesWithHistory: { lifecyclestage: expect.any(Array) as unknown } }, RECORD] } },
  ),
  post(
    'reads a batch by e-mail',
    '/crm/v3/objects/contacts/batch/read',
    {
      properties: ['email', 'lifecyclestage', 'jobtitle'],
      idProperty: 'email',
      inputs: [{ id: 'lgilmore@thedragonfly.com' }, { id: 'sstjames@thedragonfly.com' }],
    },
    { shape: { results: [RECORD, RECORD] } },
  ),
  post(
    'reads a batch by an own unique property',
    '/crm/v3/objects/contacts/batch/read',
    { properties: ['email', 'lifecyclestage', 'jobtitle'], idProperty: 'internalcustomerid', inputs: [{ id: '12345' }, { id: '67891' }] },
    { shape: { results: [RECORD, RECORD] } },
  ),
  {
    does: 'updates a contact by e-mail',
    method: 'PATCH',
    path: '/crm/v3/objects/contacts/example@hubspot.com?idProperty=email',
    // The page writes the stage's label, Customer, and says above it that the internal name is meant.
    body: JSON.stringify({ properties: { favorite_food: 'burger', jobtitle: 'Manager', lifecyclestage: 'customer' } }),
    status: 200,
    shape: { id: ID, properties: { favorite_food: 'burger', jobtitle: 'Manager' } },
  },
  post(
    'updates a batch',
    '/crm/v3/objects/contacts/batch/update',
    {
      inputs: [
        { id: '{contact}', properties: { favorite_food: 'burger' } },
        { id: '{other}', properties: { favorite_food: 'Donut' } },
      ],
    },
    { shape: { status: 'COMPLETE', results: [RECORD, RECORD] } },
  ),
  post(
    'makes or updates a batch by e-mail',
    '/crm/v3/objects/contacts/batch/upsert',
    {
      inputs: [
        { properties: { phone: '5555555555' }, id: 'test@test.com', idProperty: 'email' },
        { properties: { phone: '7777777777' }, id: 'example@hubspot.com', idProperty: 'email' },
      ],
    },
    { shape: { status: 'COMPLETE', results: expect.arrayContaining([expect.objectContaining({ new: true })]) as unknown } },
  ),
  {
    does: 'associates a contact with a company by type id',
    method: 'PUT',
    path: '/crm/v3/objects/contacts/{contact}/associations/companies/{company}/279',
    status: 200,
    shape: { id: ID, associations: { companies: { results: expect.any(Array) as unknown } } },
  },
  {
    does: 'takes an association of one type away',
    method: 'DELETE',
    path: '/crm/v3/objects/contacts/{contact}/associations/companies/{company}/279',
    status: 204,
  },
  { does: 'deletes a contact', method: 'DELETE', path: '/crm/v3/objects/contacts/{jane}', status: 204 },
];

const deals: readonly Bare[] = [
  post(
    'makes a deal with associations',
    '/crm/v3/objects/deals',
    {
      properties: {
        amount: '1500.00',
        closedate: '2019-12-07T16:50:06.678Z',
        dealname: 'New deal',
        pipeline: 'default',
        dealstage: 'contractsent',
        hubspot_owner_id: '{owner}',
      },
      associations: [
        { to: { id: '{company}' }, types: defined(5) },
        { to: { id: '{contact}' }, types: defined(3) },
      ],
    },
    {
      status: 201,
      shape: { ...RECORD, properties: { dealname: 'New deal', dealstage: 'contractsent', amount: '1500.00' } },
      keeps: { deal: 'id' },
    },
  ),
  get('reads the deal by an own unique property', '/crm/v3/objects/deals/abc?idProperty=system_a_unique', RECORD, {
    first: ['/crm/v3/objects/deals', { properties: { dealname: 'By its number', system_a_unique: 'abc' } }],
  }),
];

const search: readonly Bare[] = [
  post(
    'searches by a part of the e-mail',
    '/crm/v3/objects/contacts/search',
    { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'CONTAINS_TOKEN', value: '*@hubspot.com' }] }] },
    { shape: FOUND },
  ),
  post(
    'searches companies by revenue and asks for two properties',
    '/crm/v3/objects/companies/search',
    {
      filterGroups: [{ filters: [{ propertyName: 'annualrevenue', operator: 'GT', value: '10000000' }] }],
      properties: ['annualrevenue', 'name'],
    },
    { shape: FOUND },
  ),
  post(
    'searches between two instants',
    '/crm/v3/objects/companies/search',
    {
      filterGroups: [
        { filters: [{ propertyName: 'hs_lastmodifieddate', operator: 'BETWEEN', highValue: '1642672800000', value: '1579514400000' }] },
      ],
    },
    { shape: FOUND },
  ),
  post('searches a word in the default properties', '/crm/v3/objects/contacts/search', { query: 'x' }, { shape: FOUND }),
  post('sorts', '/crm/v3/objects/contacts/search', { sorts: [{ propertyName: 'createdate', direction: 'DESCENDING' }] }, { shape: FOUND }),
  post('asks for twenty', '/crm/v3/objects/contacts/search', { limit: 20 }, { shape: { ...FOUND, paging: { next: { after: '20' } } } }),
  post('asks for the next ones', '/crm/v3/objects/contacts/search', { after: '20' }, { shape: FOUND }),
  // The page shows this on tickets, which the imitation doesn't have; deals take the same filter.
  post(
    'searches deals of a contact, with filters outside a group',
    '/crm/v3/objects/deals/search',
    { filters: [{ propertyName: 'associations.contact', operator: 'EQ', value: '{contact}' }] },
    { shape: { total: 1, results: [{ properties: { dealname: 'New deal' } }] } },
  ),
];

const associations: readonly Bare[] = [
  {
    does: 'associates without a label',
    method: 'PUT',
    path: '/crm/v4/objects/contact/{contact}/associations/default/company/{company}',
    status: 200,
    shape: { status: 'COMPLETE', results: expect.any(Array) as unknown },
  },
  get('lists the associations of one record', '/crm/v4/objects/contacts/{contact}/associations/companies', {
    results: [{ toObjectId: expect.anything() as unknown, associationTypes: expect.any(Array) as unknown }],
  }),
  post(
    'reads associations of several',
    '/crm/v4/associations/contacts/companies/batch/read',
    { inputs: [{ id: '{contact}' }] },
    {
      shape: { status: 'COMPLETE', results: [{ from: { id: ID }, to: expect.any(Array) as unknown }] },
    },
  ),
  get('lists labels', '/crm/v4/associations/contacts/companies/labels', {
    results: expect.arrayContaining([expect.objectContaining({ category: 'HUBSPOT_DEFINED', typeId: 279 })]) as unknown,
  }),
  {
    does: 'takes all associations of two records away',
    method: 'DELETE',
    path: '/crm/v4/objects/contacts/{contact}/associations/companies/{company}',
    status: 204,
  },
];

const lists: readonly Bare[] = [
  post(
    'makes a list',
    '/crm/v3/lists',
    { name: 'My static list', objectTypeId: '0-1', processingType: 'MANUAL' },
    {
      shape: { list: { listId: ID, name: 'My static list', processingType: 'MANUAL' } },
      keeps: { list: 'list.listId' },
    },
  ),
  {
    does: 'adds records to a list',
    method: 'PUT',
    path: '/crm/v3/lists/{list}/memberships/add',
    body: '["{contact}","{other}"]',
    status: 200,
    shape: { recordsIdsAdded: expect.any(Array) as unknown },
  },
  get('lists the members', '/crm/v3/lists/{list}/memberships', {
    results: [{ recordId: ID, membershipTimestamp: STAMP }, { recordId: ID }],
  }),
  post('searches lists', '/crm/v3/lists/search', { query: 'static', processingTypes: ['MANUAL'] }, { shape: { lists: [{ listId: ID }] } }),
  {
    does: 'gives a list another name',
    method: 'PUT',
    path: '/crm/v3/lists/{list}/update-list-name?listName=Another',
    status: 200,
    shape: { updatedList: { listId: ID, name: 'Another' } },
  },
  get('says which lists a record is in', '/crm/v3/lists/records/0-1/{contact}/memberships', { results: [{ listId: ID }] }),
  { does: 'empties a list', method: 'DELETE', path: '/crm/v3/lists/{list}/memberships', status: 204 },
  { does: 'deletes a list', method: 'DELETE', path: '/crm/v3/lists/{list}', status: 204 },
  { does: 'takes the deletion back', method: 'PUT', path: '/crm/v3/lists/{list}/restore', status: 204 },
];

/** Calls of HubSpot's guides. */
export const hubspotExamples: readonly CurlExample[] = [
  ...from('properties', properties),
  ...from('contacts', contacts),
  ...from('deals', deals.slice(0, 1)),
  ...from('properties', deals.slice(1)),
  ...from('search', search),
  ...from('associations', associations),
  ...from('lists', lists),
];
