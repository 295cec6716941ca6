import { describe } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('where an error points', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/forcedotcom/soql-tooling/issues/86' },
    'at a field that is not there: the query, a caret, row and column',
    refuses(
      'Select Id, Status, Location, Body from Lead',
      'INVALID_FIELD',
      "\nSelect Id, Status, Location, Body from Lead\n                   ^\nERROR at Row:1:Column:20\nNo such column 'Location' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/apache/camel-quarkus/issues/3022' },
    'within a long query it shows the words around the place',
    refuses(
      'SELECT Id, Name, LastReferencedDate, Jigsaw, JigsawContactId, CleanedStatus, AnnualRevenue, NumberOfEmployees, Rating FROM Lead',
      'INVALID_FIELD',
      /^\nLastReferencedDate, Jigsaw, JigsawContactId, CleanedStatus, AnnualRevenue, NumberOfEmployees\n {45}\^\nERROR at Row:1:Column:63\nNo such column/,
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/roblesterjr04/EloquentSalesForce/issues/68' },
    'at the field of the condition, not at the same field of the list',
    refuses(
      'select Id, LeadSource from Lead where LeadSource = 3999',
      'INVALID_FIELD',
      "\nId, LeadSource from Lead where LeadSource = 3999\n                               ^\nERROR at Row:1:Column:39\nvalue of filter criterion for field 'LeadSource' must be of type string and should be enclosed in quotes",
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/forcedotcom/cli/issues/1356' },
    'at the whole path, naming the part that is not there',
    refuses(
      'SELECT Id FROM Lead WHERE CreatedBy.Nope__c = NULL',
      'INVALID_FIELD',
      /\n {26}\^\nERROR at Row:1:Column:27\nNo such column 'Nope__c' on entity 'User'/,
    ),
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with a field that is not there on the third line of the query' },
    'rows are counted in a query of several lines',
    refuses('SELECT Id\nFROM Lead\nWHERE Nope = 1', 'INVALID_FIELD', /^\nWHERE Nope = 1\n {6}\^\nERROR at Row:3:Column:7\n/),
  );
});

describe('what a query is refused for', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/forcedotcom/soql-tooling/issues/86' },
    'a field that is not there',
    refuses(
      'SELECT Nope FROM Lead',
      'INVALID_FIELD',
      /ERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'Lead'\. If you are attempting to use a custom field/,
    ),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a field that is not there, in a condition',
    refuses("SELECT Id FROM Lead WHERE Nope__c = 'x'", 'INVALID_FIELD', /No such column 'Nope__c' on entity 'Lead'/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a field that is not there, in an order',
    refuses('SELECT Id FROM Lead ORDER BY Nope', 'INVALID_FIELD', /Column:30\nNo such column 'Nope' on entity 'Lead'/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a field that is not there, in a group',
    refuses('SELECT COUNT(Id) FROM Lead GROUP BY Nope', 'INVALID_FIELD', /Column:37\nNo such column 'Nope' on entity 'Lead'/),
  );
  conforms(
    { known: 'recorded', source: 'http://www.tgerm.com/2010/11/no-such-column-on-entity-error.html' },
    'a field that Name does not have',
    refuses('SELECT Owner.Department FROM Lead', 'INVALID_FIELD', /No such column 'Department' on entity 'Name'/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a relationship that is not there',
    refuses(
      'SELECT Nope.Name FROM Lead',
      'INVALID_FIELD',
      /Didn't understand relationship 'Nope' in field path\. If you are attempting to use a custom relationship/,
    ),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a child list that is not there',
    refuses(
      'SELECT Id, (SELECT Id FROM Nopes) FROM Lead',
      'INVALID_TYPE',
      /Didn't understand relationship 'Nopes' in FROM part of query call\./,
    ),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'an object that is not there',
    refuses(
      'SELECT Id FROM Leed',
      'INVALID_TYPE',
      /ERROR at Row:1:Column:16\nsObject type 'Leed' is not supported\. If you are attempting to use a custom object/,
    ),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'an object that is not there, behind a count',
    refuses(
      'SELECT COUNT(Id) FROM SourceMember',
      'INVALID_TYPE',
      /ERROR at Row:1:Column:23\nsObject type 'SourceMember' is not supported\./,
    ),
  );
  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm',
    },
    'currencies where there is one',
    refuses('SELECT Id FROM CurrencyType', 'INVALID_TYPE', /sObject type 'CurrencyType' is not supported/),
  );
  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm',
    },
    'a currency of a record where there is one',
    refuses('SELECT CurrencyIsoCode FROM Opportunity', 'INVALID_FIELD', /No such column 'CurrencyIsoCode'/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_leadhistory.htm',
    },
    'a stamp of a history',
    refuses('SELECT SystemModstamp FROM LeadHistory', 'INVALID_FIELD', /No such column 'SystemModstamp' on entity 'LeadHistory'/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm',
    },
    'a recycle bin of users',
    refuses('SELECT IsDeleted FROM User', 'INVALID_FIELD', /No such column 'IsDeleted' on entity 'User'/),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/dufoli/Salesforce-Inspector-Advanced/issues/284' },
    'an empty query',
    refuses(' ', 'MALFORMED_QUERY', 'SOQL statements cannot be empty or null'),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a list of no fields',
    refuses('SELECT FROM Lead', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a query that ends too early',
    refuses('SELECT Id FROM Lead WHERE', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/restforce/restforce/issues/559' },
    'IS NULL',
    refuses('SELECT Id FROM Lead WHERE Name IS NULL', 'MALFORMED_QUERY', "unexpected token: 'IS'"),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a star',
    refuses('SELECT * FROM Lead', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a comma too many',
    refuses('SELECT Id, FROM Lead', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'DISTINCT',
    refuses('SELECT DISTINCT Company FROM Lead', 'MALFORMED_QUERY', /only aggregate expressions use field aliasing|unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a second statement',
    refuses('SELECT Id FROM Lead; DROP TABLE Lead', 'MALFORMED_QUERY', "unexpected token: ';'"),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a statement that changes something',
    refuses('DELETE FROM Lead', 'MALFORMED_QUERY', "unexpected token: 'DELETE'"),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'a comment',
    refuses('SELECT Id FROM Lead -- all of them', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'text that does not end',
    refuses("SELECT Id FROM Lead WHERE Name = 'x", 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm',
    },
    'an empty list',
    refuses('SELECT Id FROM Lead WHERE Name IN ()', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'AND and OR without parentheses',
    refuses("SELECT Id FROM Lead WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 'MALFORMED_QUERY', "unexpected token: 'OR'"),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_limit.htm` },
    'a negative LIMIT',
    refuses('SELECT Id FROM Lead LIMIT -1', 'MALFORMED_QUERY', "unexpected token: '-1'"),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_fields.htm` },
    'a field asked for twice',
    refuses('SELECT Id, Name, id FROM Lead', 'INVALID_FIELD', 'duplicate field selected: Id'),
  );
});
