import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';
import type { Rig } from './rig.ts';
import { finds, fiscal, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('dates in WHERE', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an instant is compared with a literal by its edges: before today',
    finds('CreatedDate < TODAY', ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    '<= takes the whole span',
    finds('CreatedDate <= YESTERDAY', ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    '> begins after the span',
    finds('CreatedDate > YESTERDAY', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    '>= begins with it',
    finds('CreatedDate >= YESTERDAY', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    '!= leaves the span out',
    finds('CreatedDate != TODAY', ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'IN takes literals',
    finds('CreatedDate IN (TODAY, YESTERDAY)', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an instant is written without quotes, in UTC',
    finds('CreatedDate >= 2026-03-02T09:30:15Z', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'stamps are whole seconds',
    finds('CreatedDate > 2026-03-02T09:30:15Z', []),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an instant may have an offset',
    finds('CreatedDate >= 2026-03-02T10:30:15+01:00', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an offset may lack its colon',
    finds('CreatedDate >= 2026-03-02T10:30:15.000+0100', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an offset may be behind UTC',
    finds('CreatedDate < 2026-03-02T01:30:15-08:00', ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an instant may have milliseconds',
    finds('CreatedDate = 2026-03-02T09:30:15.000Z', ['Alpha']),
  );
});

describe('date functions in WHERE', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'CALENDAR_YEAR',
    finds('CALENDAR_YEAR(CreatedDate) = 2025', ['Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'CALENDAR_QUARTER',
    finds('CALENDAR_QUARTER(CreatedDate) = 4', ['Gamma%2']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'CALENDAR_MONTH',
    finds('CALENDAR_MONTH(CreatedDate) = 3', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'DAY_IN_MONTH',
    finds('DAY_IN_MONTH(CreatedDate) = 1', ['beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'DAY_IN_WEEK counts from Sunday as 1',
    finds('DAY_IN_WEEK(CreatedDate) = 2', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'DAY_IN_YEAR',
    finds('DAY_IN_YEAR(CreatedDate) = 61', ['Alpha']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'WEEK_IN_MONTH counts seven days from the first',
    finds('WEEK_IN_MONTH(CreatedDate) = 1', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'WEEK_IN_YEAR counts seven days from the first of January',
    finds('WEEK_IN_YEAR(CreatedDate) = 9', ['Alpha', 'beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'HOUR_IN_DAY',
    finds('HOUR_IN_DAY(CreatedDate) = 9', ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'DAY_ONLY gives the day of an instant',
    finds('DAY_ONLY(CreatedDate) = 2026-03-01', ['beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'DAY_ONLY takes literals',
    finds('DAY_ONLY(CreatedDate) = YESTERDAY', ['beta']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'FISCAL_YEAR',
    finds('FISCAL_YEAR(CreatedDate) = 2026', ['Alpha', 'beta', 'Gamma_1']),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'FISCAL_QUARTER',
    finds('FISCAL_QUARTER(CreatedDate) = 1', ['Alpha', 'beta', 'Gamma_1', "O'Neill"]),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'FISCAL_MONTH',
    finds('FISCAL_MONTH(CreatedDate) = 1', ['Gamma_1', "O'Neill"]),
  );
});

describe('what dates are refused for', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/roblesterjr04/EloquentSalesForce/issues/36' },
    'an instant in quotes is INVALID_FIELD',
    refuses(
      "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
      'INVALID_FIELD',
      /value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes$/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'a day is no instant',
    refuses('SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01', 'INVALID_FIELD', /must be of type dateTime and/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'an instant is no day',
    refuses('SELECT Id FROM Opportunity WHERE CloseDate > 2026-01-01T00:00:00Z', 'INVALID_FIELD', /must be of type date and/),
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with WHERE CreatedDate > 2026-13-01T00:00:00Z' },
    'a month that no year has is refused',
    refuses('SELECT Id FROM Lead WHERE CreatedDate > 2026-13-01T00:00:00Z', 'INVALID_FIELD', /must be of type dateTime and/),
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with WHERE CloseDate = 2026-02-30' },
    'a day that no month has is refused',
    refuses('SELECT Id FROM Opportunity WHERE CloseDate = 2026-02-30', 'INVALID_FIELD', /must be of type date and/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'a literal without its number is no literal',
    refuses('SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS', 'MALFORMED_QUERY', /unexpected token/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'a function of dates takes no text',
    refuses('SELECT Id FROM Lead WHERE CALENDAR_YEAR(Name) = 2026', 'MALFORMED_QUERY', /date function/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_date_functions.htm` },
    'HOUR_IN_DAY takes instants alone',
    refuses('SELECT COUNT(Id) FROM Opportunity GROUP BY HOUR_IN_DAY(CloseDate)', 'MALFORMED_QUERY', /date function/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_convert_time_zone.htm` },
    'convertTimezone stands inside a date function alone',
    refuses('SELECT convertTimezone(CreatedDate) FROM Lead', 'MALFORMED_QUERY', /unexpected token: 'convertTimezone'/),
  );
});

describe('convertTimezone', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_convert_time_zone.htm` },
    "shows the hour in the user's zone, in winter and in summer",
    async () => {
      const r = rig();
      const [user] = await r.records("SELECT Id FROM User WHERE Username = 'sasha.seller@example.com'");
      await r.send('PATCH', `/sobjects/User/${String(user?.['Id'])}`, { body: { TimeZoneSidKey: 'America/Los_Angeles' } });
      for (const at of ['2026-01-15T20:00:00Z', '2026-02-15T20:00:00Z', '2025-07-15T20:00:00Z'])
        r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: Date.parse(at) });
      const query =
        'SELECT HOUR_IN_DAY(convertTimezone(CreatedDate)) h, COUNT(Id) n FROM Lead GROUP BY HOUR_IN_DAY(convertTimezone(CreatedDate)) ORDER BY HOUR_IN_DAY(convertTimezone(CreatedDate))';
      expect((await r.records(query, { as: 'user' })).map((one) => [one['h'], one['n']])).toEqual([
        [12, 2],
        [13, 1],
      ]);
      expect((await r.records(query)).map((one) => [one['h'], one['n']])).toEqual([[20, 3]]);
    },
  );
});

describe('names of fiscal years', () => {
  const year = async (r: Rig): Promise<unknown> => {
    r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: Date.parse('2025-05-01T00:00:00Z') });
    return (
      await r.records(
        'SELECT FISCAL_YEAR(CreatedDate) y, FISCAL_QUARTER(CreatedDate) q, FISCAL_MONTH(CreatedDate) m, COUNT(Id) FROM Lead GROUP BY FISCAL_YEAR(CreatedDate), FISCAL_QUARTER(CreatedDate), FISCAL_MONTH(CreatedDate)',
      )
    ).map((one) => [one['y'], one['q'], one['m']])[0];
  };
  conforms(
    { known: 'specified', source: 'https://help.salesforce.com/s/articleView?id=sf.admin_about_cfy.htm' },
    'a fiscal year is named for the year in which it ends',
    async () => {
      expect(await year(fiscal(4))).toEqual([2026, 1, 2]);
    },
  );
  conforms(
    { known: 'specified', source: 'https://help.salesforce.com/s/articleView?id=sf.admin_about_cfy.htm' },
    'or for that in which it begins, where the organisation says so',
    async () => {
      expect(await year(fiscal(4, true))).toEqual([2025, 1, 2]);
    },
  );
});
