import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { readOnly, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('what a comparison is refused for', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/roblesterjr04/EloquentSalesForce/issues/68' },
    'a number for a text',
    refuses(
      'SELECT Id FROM Lead WHERE Name = 5',
      'INVALID_FIELD',
      /value of filter criterion for field 'Name' must be of type string and should be enclosed in quotes$/,
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/roblesterjr04/EloquentSalesForce/issues/36' },
    'a text for a number',
    refuses(
      "SELECT Id FROM Lead WHERE AnnualRevenue = '5'",
      'INVALID_FIELD',
      /value of filter criterion for field 'AnnualRevenue' must be of type double and should not be enclosed in quotes$/,
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/roblesterjr04/EloquentSalesForce/issues/36' },
    'a text for a whole number',
    refuses(
      "SELECT Id FROM Lead WHERE NumberOfEmployees = '5'",
      'INVALID_FIELD',
      /must be of type int and should not be enclosed in quotes$/,
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/n8n-io/n8n/issues/3514' },
    'a text for a truth value',
    refuses(
      "SELECT Id FROM Lead WHERE IsConverted = 'true'",
      'INVALID_FIELD',
      /value of filter criterion for field 'IsConverted' must be of type boolean and should not be enclosed in quotes$/,
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/n8n-io/n8n/issues/3514' },
    'a number for a truth value',
    refuses('SELECT Id FROM Lead WHERE IsConverted = 1', 'INVALID_FIELD', /must be of type boolean/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'one wrong literal in a list',
    refuses("SELECT Id FROM Lead WHERE Name IN ('a', 5)", 'INVALID_FIELD', /must be of type string/),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/SFDO-Community/declarative-lookup-rollup-summaries/issues/626' },
    'an id that is none',
    refuses(
      "SELECT Id FROM Lead WHERE OwnerId = '120Y0000015o9cQAA'",
      'INVALID_QUERY_FILTER_OPERATOR',
      /invalid ID field: 120Y0000015o9cQAA$/,
    ),
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with an 18-character id whose last letter is wrong' },
    'an id whose check letters contradict it',
    refuses("SELECT Id FROM Lead WHERE Id = '00Q5g0000000001AAZ'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid ID field/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    'long text in a condition',
    refuses("SELECT Id FROM Lead WHERE Description = 'x'", 'INVALID_FIELD', /field 'Description' can not be filtered in a query call$/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_leadhistory.htm',
    },
    'the values of a history in a condition',
    refuses("SELECT Id FROM LeadHistory WHERE NewValue = 'x'", 'INVALID_FIELD', /field 'NewValue' can not be filtered in a query call$/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'LIKE of an instant',
    refuses("SELECT Id FROM Lead WHERE CreatedDate LIKE 'x'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid operator/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'LIKE of an id',
    refuses("SELECT Id FROM Lead WHERE Id LIKE '00Q%'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid operator on id field/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'an order of truth values',
    refuses('SELECT Id FROM Lead WHERE IsConverted > false', 'INVALID_QUERY_FILTER_OPERATOR', /invalid operator on boolean field/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_multiselect_picklists.htm` },
    'INCLUDES of a single picklist',
    refuses("SELECT Id FROM Lead WHERE Rating INCLUDES ('Hot')", 'INVALID_QUERY_FILTER_OPERATOR', /multipicklist/),
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with a text of 4,001 characters in WHERE, and read code and words' },
    'a text above 4,000 characters',
    refuses(`SELECT Id FROM Lead WHERE Name = '${'x'.repeat(4001)}'`, 'MALFORMED_QUERY', /4000 characters/),
  );
  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm',
    },
    'a text of 4,000 characters is read',
    async () => {
      expect(await readOnly().records(`SELECT Id FROM Lead WHERE Name = '${'x'.repeat(4000)}'`)).toEqual([]);
    },
  );
  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm',
    },
    'a statement above 100,000 characters is refused',
    async () => {
      const soql = `SELECT Id FROM Lead WHERE Id IN (${Array.from({ length: 5000 }, () => "'00Q5g0000000001AAA'").join(',')})`;
      expect(soql.length).toBeGreaterThan(100_000);
      const sent = (query: string) =>
        readOnly().send('POST', '/composite', {
          body: {
            compositeRequest: [{ method: 'GET', referenceId: 'q', url: `/services/data/v67.0/query?q=${encodeURIComponent(query)}` }],
          },
        });
      expect((await sent(soql)).json['compositeResponse']?.at(0)?.['body']?.at(0)).toMatchObject({
        errorCode: 'MALFORMED_QUERY',
        message: 'SOQL statements cannot be longer than 100000 characters.',
      });
      expect((await sent(`${soql.slice(0, 99_000).replace(/,[^,]*$/, '')})`)).json['compositeResponse']?.at(0)?.['httpStatusCode']).toBe(
        200,
      );
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm' },
    'an address above 16,384 characters is 414',
    async () => {
      const answer = await readOnly().soql(`SELECT Id FROM Lead WHERE Name IN ('${'x'.repeat(17_000)}')`);
      expect(answer.status).toBe(414);
    },
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/xjsender/SublimeApex/issues/23' },
    'a query without its q is refused',
    async () => {
      expect((await readOnly().send('GET', '/query')).json.at(0)?.['errorCode']).toBe('MALFORMED_QUERY');
    },
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with SELECT __proto__ FROM Lead' },
    '__proto__',
    refuses('SELECT __proto__ FROM Lead', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'constructor',
    refuses('SELECT constructor FROM Lead', 'INVALID_FIELD', /No such column 'constructor'/),
  );
});
