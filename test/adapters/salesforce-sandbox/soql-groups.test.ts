import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';
import { readOnly, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

/** The rows of a grouped query as lists of these columns. */
async function rows(query: string, ...columns: readonly string[]): Promise<unknown[][]> {
  return (await readOnly().records(query)).map((one) => columns.map((column) => one[column]));
}

describe('GROUP BY', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` },
    'groups are rows of AggregateResult',
    async () => {
      const [row] = await readOnly().records('SELECT LeadSource, COUNT(Id) FROM Lead GROUP BY LeadSource ORDER BY LeadSource');
      expect(row).toEqual({ attributes: { type: 'AggregateResult' }, LeadSource: null, expr0: 3 });
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` }, 'empty fields are a group', async () => {
    expect(await rows('SELECT LeadSource, COUNT(Id) n FROM Lead GROUP BY LeadSource ORDER BY COUNT(Id) DESC', 'LeadSource', 'n')).toEqual([
      [null, 3],
      ['Web', 2],
    ]);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` }, 'totalSize counts the groups', async () => {
    expect((await readOnly().soql('SELECT LeadSource FROM Lead GROUP BY LeadSource')).json['totalSize']).toBe(2);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` }, 'several fields group', async () => {
    expect(
      await rows(
        'SELECT Company, LeadSource, COUNT(Id) n FROM Lead GROUP BY Company, LeadSource ORDER BY Company, LeadSource',
        'Company',
        'LeadSource',
        'n',
      ),
    ).toEqual([
      ['Acme', null, 2],
      ['Acme', 'Web', 2],
      ['Zeta', null, 1],
    ]);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` },
    "a parent's field groups, under its own name",
    async () => {
      expect(await rows('SELECT Owner.Name, COUNT(Id) n FROM Lead GROUP BY Owner.Name', 'Name', 'n')).toEqual([['Sasha Seller', 5]]);
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` }, 'date functions group', async () => {
    expect(
      await rows(
        'SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate) ORDER BY CALENDAR_YEAR(CreatedDate)',
        'y',
        'n',
      ),
    ).toEqual([
      [2025, 2],
      [2026, 3],
    ]);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` },
    'DAY_ONLY groups instants by day',
    async () => {
      expect(
        await rows(
          'SELECT DAY_ONLY(CreatedDate) d, COUNT(Id) n FROM Lead GROUP BY DAY_ONLY(CreatedDate) ORDER BY DAY_ONLY(CreatedDate) DESC LIMIT 1',
          'd',
          'n',
        ),
      ).toEqual([['2026-03-02', 1]]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_alias.htm` },
    'a group without alias is expr0, the next expr1',
    async () => {
      expect(
        Object.keys((await readOnly().records('SELECT COUNT(Id), Company, MAX(CreatedDate) FROM Lead GROUP BY Company'))[0] ?? {}),
      ).toEqual(['attributes', 'expr0', 'Company', 'expr1']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_alias.htm` },
    'a grouped field takes an alias too',
    async () => {
      expect(await rows('SELECT Company c, COUNT(Id) n FROM Lead GROUP BY Company ORDER BY Company', 'c', 'n')).toEqual([
        ['Acme', 4],
        ['Zeta', 1],
      ]);
    },
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with SELECT COUNT(Id) n, MAX(CreatedDate) n FROM Lead' },
    'an alias comes once',
    refuses('SELECT COUNT(Id) n, MAX(CreatedDate) n FROM Lead', 'MALFORMED_QUERY', 'duplicate alias: n'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_alias.htm` },
    'a field has an alias in a grouped query alone',
    refuses('SELECT Status s FROM Lead', 'MALFORMED_QUERY', 'only aggregate expressions use field aliasing'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` },
    'a field neither grouped nor aggregated is refused',
    refuses('SELECT Name, COUNT(Id) FROM Lead', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: Name'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby.htm` },
    'an order by such a field is refused',
    refuses('SELECT Company FROM Lead GROUP BY Company ORDER BY CreatedDate', 'MALFORMED_QUERY', /can not be grouped|must be grouped/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_group_by_considerations.htm` },
    'an instant can not be grouped',
    refuses(
      'SELECT CreatedDate, COUNT(Id) FROM Lead GROUP BY CreatedDate',
      'MALFORMED_QUERY',
      "field 'CreatedDate' can not be grouped in a query call",
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_group_by_considerations.htm` },
    'money can not be grouped',
    refuses('SELECT AnnualRevenue FROM Lead GROUP BY AnnualRevenue', 'MALFORMED_QUERY', /can not be grouped/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_group_by_considerations.htm` },
    'child lists have no place in a grouped query',
    refuses('SELECT Company, (SELECT Id FROM Tasks) FROM Lead GROUP BY Company', 'MALFORMED_QUERY', /child relationships/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_group_by_considerations.htm` },
    'LIMIT and OFFSET take groups',
    async () => {
      expect(await rows('SELECT LastName FROM Lead GROUP BY LastName ORDER BY LastName LIMIT 2 OFFSET 1', 'LastName')).toEqual([
        ['beta'],
        ['Gamma%2'],
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_group_by_considerations.htm` },
    'more than 2,000 groups are EXCEEDED_ID_LIMIT: groups have no locator',
    async () => {
      const r = rig();
      for (let n = 0; n < 2001; n += 1) r.half.seed.insert('Account', { Name: `A${String(n)}` }, { at: r.now() });
      const answer = await r.soql('SELECT Name FROM Account GROUP BY Name');
      expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([400, 'EXCEEDED_ID_LIMIT']);
      expect((await r.soql('SELECT Name FROM Account GROUP BY Name LIMIT 2000')).json).toMatchObject({ totalSize: 2000, done: true });
    },
  );
});

describe('HAVING', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_having.htm` },
    'it keeps groups by their aggregate',
    async () => {
      expect(await rows('SELECT Company, COUNT(Id) n FROM Lead GROUP BY Company HAVING COUNT(Id) > 1', 'Company', 'n')).toEqual([
        ['Acme', 4],
      ]);
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_having.htm` }, 'by what they group by', async () => {
    expect(await rows("SELECT Company FROM Lead GROUP BY Company HAVING Company LIKE 'Z%'", 'Company')).toEqual([['Zeta']]);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_having.htm` }, 'with AND, OR and parentheses', async () => {
    expect(
      await rows("SELECT Company FROM Lead GROUP BY Company HAVING (COUNT(Id) > 1 AND Company LIKE 'B%') OR Company = 'Zeta'", 'Company'),
    ).toEqual([['Zeta']]);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_having.htm` }, 'after WHERE', async () => {
    expect(await rows('SELECT Company, COUNT(Id) n FROM Lead WHERE Rating != null GROUP BY Company HAVING COUNT(Id) >= 2', 'n')).toEqual([
      [2],
    ]);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_having.htm` },
    'a field that is neither grouped nor aggregated is refused',
    refuses(
      "SELECT Company FROM Lead GROUP BY Company HAVING Rating = 'Hot'",
      'MALFORMED_QUERY',
      'Field must be grouped or aggregated: Rating',
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_having.htm` },
    'without groups it has no place',
    refuses("SELECT Id FROM Lead HAVING Name = 'x'", 'MALFORMED_QUERY', /unexpected token/),
  );
});

describe('ROLLUP and CUBE', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_rollup.htm` },
    'ROLLUP adds a grand total',
    async () => {
      expect(await rows('SELECT Company, COUNT(Name) cnt FROM Lead GROUP BY ROLLUP(Company)', 'Company', 'cnt')).toEqual([
        ['Acme', 4],
        ['Zeta', 1],
        [null, 5],
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_grouping.htm` },
    'GROUPING tells a total from an empty field',
    async () => {
      expect(
        await rows(
          'SELECT LeadSource, GROUPING(LeadSource) g, COUNT(Name) cnt FROM Lead GROUP BY ROLLUP(LeadSource) ORDER BY GROUPING(LeadSource), LeadSource',
          'LeadSource',
          'g',
          'cnt',
        ),
      ).toEqual([
        [null, 0, 3],
        ['Web', 0, 2],
        [null, 1, 5],
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_rollup.htm` },
    'ROLLUP of two fields adds totals from right to left',
    async () => {
      expect(
        await rows(
          'SELECT Company, LeadSource, GROUPING(Company) a, GROUPING(LeadSource) b, COUNT(Name) cnt FROM Lead GROUP BY ROLLUP(Company, LeadSource) ORDER BY GROUPING(Company), GROUPING(LeadSource), Company, LeadSource',
          'Company',
          'LeadSource',
          'a',
          'b',
          'cnt',
        ),
      ).toEqual([
        ['Acme', null, 0, 0, 2],
        ['Acme', 'Web', 0, 0, 2],
        ['Zeta', null, 0, 0, 1],
        ['Acme', null, 0, 1, 4],
        ['Zeta', null, 0, 1, 1],
        [null, null, 1, 1, 5],
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_cube.htm` },
    'CUBE adds the totals of every combination',
    async () => {
      expect(
        await rows(
          'SELECT Company, LeadSource, GROUPING(Company) a, GROUPING(LeadSource) b, COUNT(Name) cnt FROM Lead GROUP BY CUBE(Company, LeadSource) ORDER BY GROUPING(Company), GROUPING(LeadSource), Company, LeadSource',
          'a',
          'b',
          'cnt',
        ),
      ).toEqual([
        [0, 0, 2],
        [0, 0, 2],
        [0, 0, 1],
        [0, 1, 4],
        [0, 1, 1],
        [1, 0, 3],
        [1, 0, 2],
        [1, 1, 5],
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_grouping.htm` },
    'HAVING GROUPING keeps the totals alone',
    async () => {
      expect(
        await rows('SELECT Company, COUNT(Name) cnt FROM Lead GROUP BY ROLLUP(Company) HAVING GROUPING(Company) = 1', 'Company', 'cnt'),
      ).toEqual([[null, 5]]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_rollup.htm` },
    'more than three fields are refused',
    refuses('SELECT COUNT(Id) FROM Lead GROUP BY ROLLUP(Company, LeadSource, Rating, Status)', 'MALFORMED_QUERY', /at most 3 fields/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_groupby_rollup.htm` },
    'ROLLUP stands alone in GROUP BY',
    refuses(
      'SELECT COUNT(Id) FROM Lead GROUP BY ROLLUP(Company), LeadSource',
      'MALFORMED_QUERY',
      /at most 3 fields, and stands alone|unexpected token/,
    ),
  );
});
