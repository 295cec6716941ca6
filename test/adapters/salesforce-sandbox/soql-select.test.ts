import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';
import { names, readOnly, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('SELECT', () => {
  conforms(
    {
      known: 'recorded',
      source:
        'https://github.com/grouparoo/grouparoo/blob/main/plugins/@grouparoo/salesforce/__tests__/fixtures/export-objects/export-records-lead.js',
    },
    'an answer has totalSize, done and records',
    async () => {
      expect((await readOnly().soql("SELECT Id FROM Lead WHERE Email = 'nobody@example.com'")).json).toEqual({
        totalSize: 0,
        done: true,
        records: [],
      });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'names come back canonical, with attributes',
    async () => {
      const [record] = await readOnly().records("select ID, NAME from lead where lastname = 'Alpha'");
      const id = String(record?.['Id']);
      expect(record).toEqual({ attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${id}` }, Id: id, Name: 'Ann Alpha' });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'fields come in the order asked for',
    async () => {
      const [record] = await readOnly().records('SELECT Status, Company, Id FROM Lead LIMIT 1');
      expect(Object.keys(record ?? {})).toEqual(['attributes', 'Status', 'Company', 'Id']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'a parent is nested, with attributes of its own',
    async () => {
      const [record] = await readOnly().records('SELECT CreatedBy.Username FROM Lead LIMIT 1');
      expect(record?.['CreatedBy']).toEqual({
        attributes: { type: 'User', url: expect.stringContaining('/sobjects/User/005') as string },
        Username: 'sasha.seller@example.com',
      });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_and_polymorph_keys.htm` },
    'a parent of several kinds is a Name',
    async () => {
      const [record] = await readOnly().records('SELECT owner.name, Owner.Type FROM Lead LIMIT 1');
      expect(record?.['Owner']).toEqual({
        attributes: { type: 'Name', url: expect.stringContaining('/sobjects/User/005') as string },
        Name: 'Sasha Seller',
        Type: 'User',
      });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'an empty parent is null, and so is what it leads to',
    async () => {
      const r = rig();
      r.half.seed.insert('Contact', { LastName: 'Loner' }, { at: START });
      const [record] = await r.records('SELECT Account.Name, Account.Owner.Name FROM Contact');
      expect(record).toMatchObject({ Account: null });
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_valid_date_formats.htm' },
    'instants are written with milliseconds and +0000',
    async () => {
      const [record] = await readOnly().records("SELECT CreatedDate FROM Lead WHERE LastName = 'Alpha'");
      expect(record?.['CreatedDate']).toBe('2026-03-02T09:30:15.000+0000');
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/compound_fields_address.htm' },
    'an address is a compound of its parts',
    async () => {
      const r = rig();
      r.half.seed.insert('Lead', { LastName: 'x', Company: 'y', City: 'London', Country: 'UK' }, { at: START });
      const [record] = await r.records('SELECT Address FROM Lead');
      expect(record?.['Address']).toMatchObject({ city: 'London', country: 'UK', street: null, geocodeAccuracy: null });
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/compound_fields_address.htm' },
    'an address without parts is null',
    async () => {
      const [record] = await readOnly().records("SELECT Address FROM Lead WHERE LastName = 'Alpha'");
      expect(record?.['Address']).toBeNull();
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_alias.htm` }, 'an object may have a short name', async () => {
    const [record] = await readOnly().records("SELECT l.Id, l.Owner.Name FROM Lead l WHERE l.LastName = 'Alpha'");
    expect(record?.['Owner']?.['Name']).toBe('Sasha Seller');
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_tolabel.htm` },
    'toLabel shows labels under the name of the field',
    async () => {
      expect((await readOnly().records("SELECT toLabel(Status) FROM Lead WHERE LastName = 'Alpha'"))[0]?.['Status']).toBe(
        'Open - Not Contacted',
      );
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_tolabel.htm` }, 'toLabel takes an alias', async () => {
    expect((await readOnly().records("SELECT Status, toLabel(Status) shown FROM Lead WHERE LastName = 'Alpha'"))[0]).toMatchObject({
      Status: 'Open - Not Contacted',
      shown: 'Open - Not Contacted',
    });
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_tolabel.htm` }, 'toLabel filters by labels', async () => {
    expect(await names("toLabel(Status) = 'working - contacted'")).toEqual(["O'Neill"]);
  });
  conforms(
    {
      known: 'assumed',
      probe: 'SELECT FORMAT(AnnualRevenue), FORMAT(CreatedDate), FORMAT(ConvertedDate) of a converted lead as a user of locale en_US',
    },
    'FORMAT shows numbers, money and dates in the form of the locale',
    async () => {
      const r = rig();
      r.half.seed.insert('Opportunity', { Name: 'x', StageName: 'Prospecting', CloseDate: '2026-04-01', Amount: 1234.5 }, { at: START });
      const [record] = await r.records(
        'SELECT FORMAT(Amount) a, FORMAT(CloseDate) d, FORMAT(CreatedDate) i, FORMAT(Name) n, FORMAT(Probability) p FROM Opportunity',
      );
      expect(record).toMatchObject({ a: '$1,234.50', d: '4/1/26', i: '3/2/26, 9:30 AM', n: 'x', p: '10%' });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_format.htm` },
    'a field asked for twice with FORMAT needs an alias',
    refuses('SELECT Name, FORMAT(Name) FROM Lead', 'INVALID_FIELD', 'duplicate field selected: Name'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_currency_fields.htm` },
    "convertCurrency shows an amount in the user's currency",
    async () => {
      const r = rig({ multiCurrency: true, currency: 'EUR' });
      r.half.seed.insert('CurrencyType', { IsoCode: 'USD', ConversionRate: 1.25, DecimalPlaces: 2, IsActive: true }, { at: START });
      r.half.seed.insert(
        'Opportunity',
        { Name: 'x', StageName: 'Prospecting', CloseDate: '2026-04-01', Amount: 100, CurrencyIsoCode: 'USD' },
        { at: START },
      );
      const [record] = await r.records(
        'SELECT Amount, convertCurrency(Amount) mine, FORMAT(Amount) shown, FORMAT(convertCurrency(Amount)) both FROM Opportunity',
      );
      expect(record).toMatchObject({ Amount: 100, mine: 80, shown: 'USD 100.00', both: 'EUR 80.00' });
    },
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with convertCurrency(AnnualRevenue) in an organisation of one currency' },
    'convertCurrency is refused where there is one currency',
    refuses('SELECT convertCurrency(AnnualRevenue) FROM Lead', 'MALFORMED_QUERY', /convertCurrency/),
  );
});

describe('FIELDS()', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'ALL is every field the user sees',
    async () => {
      const [record] = await readOnly().records('SELECT FIELDS(ALL) FROM Lead LIMIT 1');
      expect(Object.keys(record ?? {})).toEqual(expect.arrayContaining(['Id', 'Status', 'Truce_Key__c']));
      const described = await readOnly().send('GET', '/sobjects/Lead/describe');
      expect(Object.keys(record ?? {})).toHaveLength((described.json['fields']?.length ?? 0) + 1);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'STANDARD is the fields of Salesforce, with any limit',
    async () => {
      const [record] = await readOnly().records('SELECT FIELDS(STANDARD) FROM Lead');
      expect(Object.keys(record ?? {}).filter((name) => name.endsWith('__c'))).toEqual([]);
      expect(record).toMatchObject({ Status: 'Open - Not Contacted' });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'CUSTOM is the fields of the organisation',
    async () => {
      const [record] = await readOnly().records('SELECT FIELDS(CUSTOM) FROM Lead LIMIT 1');
      expect(Object.keys(record ?? {}).filter((name) => !name.endsWith('__c'))).toEqual(['attributes']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'it may stand beside other fields',
    async () => {
      const [record] = await readOnly().records('SELECT Id, Owner.Name, FIELDS(CUSTOM) FROM Lead LIMIT 200');
      expect(record).toMatchObject({ Owner: { Name: 'Sasha Seller' }, Truce_Key__c: null });
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` }, 'it may stand in a child list', async () => {
    const r = rig();
    const account = r.half.seed.insert('Account', { Name: 'Acme' }, { at: START });
    r.half.seed.insert('Contact', { LastName: 'c', AccountId: account }, { at: START });
    const [record] = await r.records('SELECT (SELECT FIELDS(ALL) FROM Contacts LIMIT 200) FROM Account');
    expect(record?.['Contacts']?.['records']?.at(0)).toMatchObject({ LastName: 'c', AccountId: account });
  });
  conforms(
    { known: 'recorded', source: 'https://github.com/activepieces/activepieces/issues/14521' },
    'ALL with a limit above 200 is refused',
    refuses('SELECT FIELDS(ALL) FROM Lead LIMIT 201', 'MALFORMED_QUERY', /The SOQL FIELDS function must have a LIMIT of at most 200$/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'ALL without a limit is refused',
    refuses('SELECT FIELDS(ALL) FROM Lead', 'MALFORMED_QUERY', /must have a LIMIT of at most 200$/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'CUSTOM without a limit is refused',
    refuses('SELECT FIELDS(CUSTOM) FROM Lead', 'MALFORMED_QUERY', /must have a LIMIT of at most 200$/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'a field that comes twice is refused',
    refuses('SELECT Id, FIELDS(ALL) FROM User LIMIT 200', 'INVALID_FIELD', 'duplicate field selected: Id'),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/egen/spark-salesforce/issues/86' },
    'before version 51.0 it is not known, and the error points at it',
    refuses(
      'SELECT FIELDS(ALL) FROM Account LIMIT 1',
      'UNSUPPORTED_API_VERSION',
      '\nSELECT FIELDS(ALL) FROM Account LIMIT 1\n       ^\nERROR at Row:1:Column:8\nThe SOQL FIELDS function is not supported in this version of the API',
      '50.0',
    ),
  );
});

describe('TYPEOF', () => {
  /** A task about an account, one about an opportunity, one about a campaign, one about nothing. */
  function tasks(): Rig {
    const r = rig();
    const about = [
      r.half.seed.insert('Account', { Name: 'Acme', Phone: '1' }, { at: START }),
      r.half.seed.insert('Opportunity', { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-04-01', Amount: 5 }, { at: START }),
      r.half.seed.insert('Campaign', { Name: 'Fair' }, { at: START }),
      null,
    ];
    for (const WhatId of about) r.half.seed.insert('Task', { Subject: 'Call', Status: 'Not Started', WhatId }, { at: START });
    return r;
  }

  async function whats(query: string): Promise<unknown[]> {
    return (await tasks().records(`${query} ORDER BY Id`)).map((one) => one['What']);
  }

  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_typeof.htm` },
    'the fields depend on the kind of the parent',
    async () => {
      const found = await whats('SELECT TYPEOF What WHEN Account THEN Phone, Name WHEN Opportunity THEN Amount ELSE Name END FROM Task');
      expect(found[0]).toEqual({
        attributes: { type: 'Account', url: expect.stringContaining('/sobjects/Account/001') as string },
        Phone: '1',
        Name: 'Acme',
      });
      expect(found[1]).toEqual({ attributes: { type: 'Opportunity', url: expect.stringContaining('/006') as string }, Amount: 5 });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_typeof.htm` },
    'ELSE gives the fields of Name for every other kind',
    async () => {
      const found = await whats('SELECT TYPEOF What WHEN Account THEN Phone ELSE Id, Name END FROM Task');
      expect(found[2]).toMatchObject({ attributes: { type: 'Campaign' }, Name: 'Fair' });
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_typeof.htm` }, 'an empty parent is null', async () => {
    expect((await whats('SELECT TYPEOF What WHEN Account THEN Phone END FROM Task'))[3]).toBeNull();
  });
  conforms(
    { known: 'assumed', probe: 'SELECT TYPEOF What WHEN Account THEN Phone END FROM Task for a task about a campaign' },
    'without ELSE another kind shows its attributes alone',
    async () => {
      expect((await whats('SELECT TYPEOF What WHEN Account THEN Phone END FROM Task'))[2]).toEqual({
        attributes: { type: 'Campaign', url: expect.stringContaining('/701') as string },
      });
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_typeof.htm` },
    'a relationship of one kind is refused',
    refuses('SELECT TYPEOF CreatedBy WHEN User THEN Name END FROM Lead', 'MALFORMED_QUERY', /polymorphic/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_typeof.htm` },
    'a field that the kind does not have is INVALID_FIELD',
    refuses('SELECT TYPEOF What WHEN Account THEN Amount END FROM Task', 'INVALID_FIELD', /No such column 'Amount' on entity 'Account'/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_typeof.htm` },
    'it can not be counted',
    refuses('SELECT TYPEOF What WHEN Account THEN Phone END, COUNT(Id) FROM Task', 'MALFORMED_QUERY', /Grouped query/),
  );
});
