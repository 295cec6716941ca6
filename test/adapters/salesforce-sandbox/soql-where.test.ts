import { describe } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { finds } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('WHERE: text', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '= finds text in any case',
    finds("LastName = 'ALPHA'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '!= leaves out text in any case',
    finds("lastname != 'alpha' AND Company = 'acme'", ['beta', 'Gamma_1', 'Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '<> means !=',
    finds("LastName <> 'ALPHA'", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '< compares text in any case',
    finds("LastName < 'BETA'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '<= takes the value itself',
    finds("LastName <= 'BETA'", ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '> compares text',
    finds("LastName > 'gamma_1'", ["O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '>= takes the value itself',
    finds("LastName >= 'gamma_1'", ['Gamma_1', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'a field may be written with the name of its object',
    finds("Lead.LastName = 'Alpha'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'field and operator names are read in any case',
    finds("lastname like 'AL%' and rating in ('hot')", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'an e-mail field is text',
    finds("Email = 'ALPHA@EXAMPLE.COM'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'a picklist is compared as text',
    finds("Rating = 'hot'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    "\\' is a quote",
    finds("LastName = 'O\\'Neill'", ["O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\\\ is a backslash',
    finds("Website = 'back\\\\slash'", ['Gamma_1']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\n is a new line',
    finds("City = 'line\\nbreak'", ['Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\N is a new line too',
    finds("City = 'line\\Nbreak'", ['Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\t is a tab',
    finds("City = 'tab\\there'", ["O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\" is a double quote',
    finds("LastName != 'a\\\"b'", ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\uXXXX is the letter of that number',
    finds("LastName = '\\u0041lpha'", ['Alpha']),
  );
});

describe('WHERE: IN', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'IN takes any of the values',
    finds("LastName IN ('alpha', 'Beta')", ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'IN takes a single value',
    finds("LastName IN ('alpha')", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'IN finds a row once, however often its value is given',
    finds("Email IN ('alpha@example.com', 'ALPHA@EXAMPLE.COM')", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'NOT IN leaves out all of the values',
    finds("LastName NOT IN ('alpha', 'Beta')", ['Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'NOT IN finds empty fields',
    finds("Rating NOT IN ('Hot')", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'IN takes numbers',
    finds('AnnualRevenue IN (100, 7)', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    'IN takes null among the values',
    finds("Rating IN ('Hot', null)", ['Alpha', 'beta', 'Gamma_1', "O'Neill"]),
  );
});

describe('WHERE: LIKE', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '% is any text',
    finds("LastName LIKE 'gamma%'", ['Gamma_1', 'Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '% is no text too',
    finds("LastName LIKE '%alpha%'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '_ is one character',
    finds("LastName LIKE '_eta'", ['beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    '_ is not none',
    finds("LastName LIKE '_beta'", []),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'without a wildcard LIKE wants the whole text',
    finds("LastName LIKE 'alph'", []),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'LIKE is blind to case',
    finds("LastName LIKE 'ALPH%'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\% is a percent sign',
    finds("LastName LIKE 'Gamma\\%_'", ['Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_quotedstringescapes.htm` },
    '\\_ is an underscore',
    finds("LastName LIKE 'Gamma\\_1'", ['Gamma_1']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'LIKE never finds an empty field',
    finds("Rating LIKE '%'", ['Alpha', 'Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'NOT with LIKE finds empty fields',
    finds("NOT Rating LIKE 'H%'", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
});

describe('WHERE: null', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    '= null finds empty fields',
    finds('Rating = null', ['beta', 'Gamma_1', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    'null is read in any case',
    finds('Rating = NULL', ['beta', 'Gamma_1', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    '!= null finds filled fields',
    finds('Rating != null', ['Alpha', 'Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    'the empty text is null',
    finds("Rating = ''", ['beta', 'Gamma_1', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    '!= finds empty fields',
    finds("Rating != 'Hot'", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    'NOT = finds empty fields',
    finds("NOT Rating = 'Hot'", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    '< never finds an empty field',
    finds("Rating < 'D'", ['Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    '> never finds an empty field',
    finds('AnnualRevenue > 0', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    'an empty number is not 0',
    finds('AnnualRevenue = 0', []),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_null.htm` },
    "an empty parent's field is null",
    finds('ConvertedAccount.Name = null', ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
});

describe('WHERE: numbers and truth values', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'a number is compared as a number',
    finds('AnnualRevenue > 100', ['beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    '>= takes the number itself',
    finds('AnnualRevenue >= 100', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'not as text',
    finds('AnnualRevenue < 1000', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'a number may be negative',
    finds('NumberOfEmployees = -5', ['beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'a number may have a sign',
    finds('NumberOfEmployees = +5', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'a number may have a fraction',
    finds('AnnualRevenue = 100.0', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    '= true finds what is set',
    finds('HasOptedOutOfEmail = true', ['Gamma_1']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    'true is read in any case',
    finds('HasOptedOutOfEmail = TRUE', ['Gamma_1']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    '!= true finds what is not set',
    finds('HasOptedOutOfEmail != true', ['Alpha', 'beta', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_conditionexpression.htm` },
    '= false finds what was never set',
    finds('HasOptedOutOfEmail = false', ['Alpha', 'beta', 'Gamma%2', "O'Neill"]),
  );
});

describe('WHERE: AND, OR, NOT', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'AND wants both',
    finds("Company = 'acme' AND Rating = 'Hot'", ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'OR wants one',
    finds("Rating = 'Hot' OR LeadSource = 'Web'", ['Alpha', 'beta', 'Gamma_1']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'parentheses join AND and OR',
    finds("(Rating = 'Hot' OR LeadSource = 'Web') AND NOT (Email = null)", ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'NOT turns a whole group round',
    finds("NOT (Rating = 'Hot' OR (LeadSource = 'Web' AND NOT HasOptedOutOfEmail = true))", ['Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'many of one kind need no parentheses',
    finds("LastName = 'alpha' OR LastName = 'beta' OR LastName = 'x'", ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_logicaloperators.htm` },
    'clauses may stand on several lines',
    finds("Company = 'acme'\nAND\tRating = 'Hot'", ['Alpha']),
  );
});

describe('WHERE: parents', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    "a parent's field can be asked for",
    finds("CreatedBy.Name = 'sasha seller'", ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_and_polymorph_keys.htm` },
    'a parent of several kinds is asked by the fields of Name',
    finds("Owner.Name = 'sasha seller'", ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_and_polymorph_keys.htm` },
    'Type tells which kind a parent is',
    finds("Owner.Type = 'Queue'", []),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_and_polymorph_keys.htm` },
    'Type finds users',
    finds("Owner.Type = 'User'", ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'a parent of a parent can be asked',
    finds("CreatedBy.Profile.Name = 'Standard User' AND Company = 'Zeta'", ["O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_limits.htm` },
    'five levels up are followed',
    finds('CreatedBy.Manager.Manager.Manager.Manager.Name = null', ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
});
