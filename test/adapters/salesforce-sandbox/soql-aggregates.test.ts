import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { readOnly, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

/** The rows of a grouped query as lists of these columns. */
async function rows(query: string, ...columns: readonly string[]): Promise<unknown[][]> {
  return (await readOnly().records(query)).map((one) => columns.map((column) => one[column]));
}

describe('counting', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` },
    'COUNT() answers a number and no records',
    async () => {
      expect((await readOnly().soql('SELECT COUNT() FROM Lead')).json).toEqual({ totalSize: 5, done: true, records: [] });
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` }, 'COUNT() takes a condition', async () => {
    expect((await readOnly().soql("SELECT COUNT() FROM Lead WHERE Company = 'Zeta'")).json['totalSize']).toBe(1);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` }, 'COUNT() counts up to a LIMIT', async () => {
    expect((await readOnly().soql('SELECT COUNT() FROM Lead LIMIT 2')).json['totalSize']).toBe(2);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` },
    'COUNT() takes no ORDER BY',
    refuses('SELECT COUNT() FROM Lead ORDER BY Name', 'MALFORMED_QUERY', /COUNT/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` },
    'COUNT() takes no GROUP BY',
    refuses('SELECT COUNT() FROM Lead GROUP BY Status', 'MALFORMED_QUERY', /COUNT/),
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` }, 'COUNT(Id) answers one row', async () => {
    expect((await readOnly().soql('SELECT COUNT(Id) FROM Lead')).json).toEqual({
      totalSize: 1,
      done: true,
      records: [{ attributes: { type: 'AggregateResult' }, expr0: 5 }],
    });
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` },
    'COUNT(field) leaves out empty fields',
    async () => {
      expect(await rows('SELECT COUNT(Rating) n FROM Lead', 'n')).toEqual([[2]]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_count.htm` },
    'COUNT_DISTINCT counts values, in any case, without empty ones',
    async () => {
      expect(await rows('SELECT COUNT_DISTINCT(Company) c, COUNT_DISTINCT(LeadSource) s FROM Lead', 'c', 's')).toEqual([[2, 1]]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions.htm` },
    'nothing to count is 0, and the rest is null',
    async () => {
      expect(await rows("SELECT COUNT(Id) c, SUM(AnnualRevenue) s, MAX(CreatedDate) m FROM Lead WHERE Name = 'x'", 'c', 's', 'm')).toEqual([
        [0, null, null],
      ]);
    },
  );
});

describe('SUM, AVG, MIN, MAX', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions.htm` },
    'SUM leaves out empty fields',
    async () => {
      expect(await rows('SELECT SUM(AnnualRevenue) s FROM Lead', 's')).toEqual([[350]]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions.htm` },
    'AVG divides by the filled ones',
    async () => {
      expect(await rows('SELECT AVG(AnnualRevenue) a FROM Lead', 'a')).toEqual([[175]]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions.htm` },
    'MIN and MAX of instants are instants',
    async () => {
      expect(await rows('SELECT MIN(CreatedDate) a, MAX(CreatedDate) b FROM Lead', 'a', 'b')).toEqual([
        ['2025-01-26T09:30:15.000+0000', '2026-03-02T09:30:15.000+0000'],
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions.htm` },
    'MIN and MAX of text are text',
    async () => {
      expect(await rows('SELECT MIN(Company) a, MAX(Company) b FROM Lead', 'a', 'b')).toEqual([['Acme', 'Zeta']]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions_field_types.htm` },
    'SUM takes numbers alone',
    refuses('SELECT SUM(Name) FROM Lead', 'MALFORMED_QUERY', 'field Name does not support aggregate operator SUM'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions_field_types.htm` },
    'AVG takes no instants',
    refuses('SELECT AVG(CreatedDate) FROM Lead', 'MALFORMED_QUERY', 'field CreatedDate does not support aggregate operator AVG'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions_field_types.htm` },
    'MAX takes no truth values',
    refuses('SELECT MAX(IsConverted) FROM Lead', 'MALFORMED_QUERY', 'field IsConverted does not support aggregate operator MAX'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_agg_functions_field_types.htm` },
    'COUNT takes no long text',
    refuses('SELECT COUNT(Description) FROM Lead', 'MALFORMED_QUERY', 'field Description does not support aggregate operator COUNT'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_group_by_considerations.htm` },
    'an aggregate of all rows takes no LIMIT',
    refuses(
      'SELECT MAX(CreatedDate) FROM Lead LIMIT 1',
      'MALFORMED_QUERY',
      'Non-grouped query that uses overall aggregate functions cannot also use LIMIT',
    ),
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_format.htm` }, 'FORMAT shows an aggregate', async () => {
    expect(await rows('SELECT FORMAT(MAX(AnnualRevenue)) m FROM Lead', 'm')).toEqual([['$250']]);
  });
});
