import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { DAY, fiscal } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

/** Checks that a literal takes its first and last day, and neither the day before nor the day after, as day and as instant. */
function spans(literal: string, first: string, last: string, month = 1): () => Promise<void> {
  return async () => {
    const r = fiscal(month);
    const at = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
    for (const day of [at(first, -1), first, last, at(last, 1)]) {
      r.half.seed.insert('Opportunity', { Name: day, StageName: 'Prospecting', CloseDate: day }, { at: Date.parse(`${day}T23:59:59Z`) });
    }
    const expected = first === last ? [first, first] : [first, last];
    for (const field of ['CloseDate', 'CreatedDate']) {
      const found = await r.records(`SELECT Name FROM Opportunity WHERE ${field} = ${literal} ORDER BY Name`);
      expect(found.map((one) => one['Name'])).toEqual(expected);
    }
  };
}

describe('date literals, on Monday 2 March 2026', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'YESTERDAY is 2026-03-01',
    spans('YESTERDAY', '2026-03-01', '2026-03-01'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'TODAY is 2026-03-02',
    spans('TODAY', '2026-03-02', '2026-03-02'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'TOMORROW is 2026-03-03',
    spans('TOMORROW', '2026-03-03', '2026-03-03'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_WEEK is Sunday to Saturday before',
    spans('LAST_WEEK', '2026-02-22', '2026-02-28'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_WEEK begins on Sunday',
    spans('THIS_WEEK', '2026-03-01', '2026-03-07'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_WEEK is 2026-03-08 to 2026-03-14',
    spans('NEXT_WEEK', '2026-03-08', '2026-03-14'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_MONTH is 2026-02-01 to 2026-02-28',
    spans('LAST_MONTH', '2026-02-01', '2026-02-28'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_MONTH is 2026-03-01 to 2026-03-31',
    spans('THIS_MONTH', '2026-03-01', '2026-03-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_MONTH is 2026-04-01 to 2026-04-30',
    spans('NEXT_MONTH', '2026-04-01', '2026-04-30'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_90_DAYS includes today: 91 days',
    spans('LAST_90_DAYS', '2025-12-02', '2026-03-02'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_90_DAYS begins tomorrow',
    spans('NEXT_90_DAYS', '2026-03-03', '2026-05-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_DAYS:1 is yesterday and today',
    spans('LAST_N_DAYS:1', '2026-03-01', '2026-03-02'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_DAYS:30 is 2026-01-31 to 2026-03-02',
    spans('LAST_N_DAYS:30', '2026-01-31', '2026-03-02'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_DAYS:3 is 2026-03-03 to 2026-03-05',
    spans('NEXT_N_DAYS:3', '2026-03-03', '2026-03-05'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_DAYS_AGO:40 is 2026-01-21',
    spans('N_DAYS_AGO:40', '2026-01-21', '2026-01-21'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_WEEKS:2 ends before this week',
    spans('LAST_N_WEEKS:2', '2026-02-15', '2026-02-28'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_WEEKS:2 is 2026-03-08 to 2026-03-21',
    spans('NEXT_N_WEEKS:2', '2026-03-08', '2026-03-21'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_WEEKS_AGO:2 is 2026-02-15 to 2026-02-21',
    spans('N_WEEKS_AGO:2', '2026-02-15', '2026-02-21'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_MONTHS:2 ends before this month',
    spans('LAST_N_MONTHS:2', '2026-01-01', '2026-02-28'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_MONTHS:2 is 2026-04-01 to 2026-05-31',
    spans('NEXT_N_MONTHS:2', '2026-04-01', '2026-05-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_MONTHS_AGO:2 is 2026-01-01 to 2026-01-31',
    spans('N_MONTHS_AGO:2', '2026-01-01', '2026-01-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_QUARTER is 2026-01-01 to 2026-03-31',
    spans('THIS_QUARTER', '2026-01-01', '2026-03-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_QUARTER is 2025-10-01 to 2025-12-31',
    spans('LAST_QUARTER', '2025-10-01', '2025-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_QUARTER is 2026-04-01 to 2026-06-30',
    spans('NEXT_QUARTER', '2026-04-01', '2026-06-30'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_QUARTERS:2 is 2025-07-01 to 2025-12-31',
    spans('LAST_N_QUARTERS:2', '2025-07-01', '2025-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_QUARTERS:2 is 2026-04-01 to 2026-09-30',
    spans('NEXT_N_QUARTERS:2', '2026-04-01', '2026-09-30'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_QUARTERS_AGO:2 is 2025-07-01 to 2025-09-30',
    spans('N_QUARTERS_AGO:2', '2025-07-01', '2025-09-30'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_YEAR is 2026-01-01 to 2026-12-31',
    spans('THIS_YEAR', '2026-01-01', '2026-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_YEAR is 2025-01-01 to 2025-12-31',
    spans('LAST_YEAR', '2025-01-01', '2025-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_YEAR is 2027-01-01 to 2027-12-31',
    spans('NEXT_YEAR', '2027-01-01', '2027-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_YEARS:2 is 2024-01-01 to 2025-12-31',
    spans('LAST_N_YEARS:2', '2024-01-01', '2025-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_YEARS:2 is 2027-01-01 to 2028-12-31',
    spans('NEXT_N_YEARS:2', '2027-01-01', '2028-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_YEARS_AGO:2 is 2024-01-01 to 2024-12-31',
    spans('N_YEARS_AGO:2', '2024-01-01', '2024-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'a fiscal quarter is one of the calendar while the fiscal year begins in January',
    spans('THIS_FISCAL_QUARTER', '2026-01-01', '2026-03-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_FISCAL_YEAR is 2026-01-01 to 2026-12-31',
    spans('THIS_FISCAL_YEAR', '2026-01-01', '2026-12-31'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'literals are read in any case',
    spans('last_n_days:1', '2026-03-01', '2026-03-02'),
  );
});

describe('date literals of a fiscal year that begins in April', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_FISCAL_YEAR is 2025-04-01 to 2026-03-31',
    spans('THIS_FISCAL_YEAR', '2025-04-01', '2026-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_FISCAL_YEAR is 2024-04-01 to 2025-03-31',
    spans('LAST_FISCAL_YEAR', '2024-04-01', '2025-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_FISCAL_YEAR is 2026-04-01 to 2027-03-31',
    spans('NEXT_FISCAL_YEAR', '2026-04-01', '2027-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_FISCAL_QUARTER is 2026-01-01 to 2026-03-31',
    spans('THIS_FISCAL_QUARTER', '2026-01-01', '2026-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_FISCAL_QUARTER is 2025-10-01 to 2025-12-31',
    spans('LAST_FISCAL_QUARTER', '2025-10-01', '2025-12-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_FISCAL_QUARTER is 2026-04-01 to 2026-06-30',
    spans('NEXT_FISCAL_QUARTER', '2026-04-01', '2026-06-30', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_FISCAL_YEARS:2 is 2023-04-01 to 2025-03-31',
    spans('LAST_N_FISCAL_YEARS:2', '2023-04-01', '2025-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_FISCAL_YEARS:1 is 2026-04-01 to 2027-03-31',
    spans('NEXT_N_FISCAL_YEARS:1', '2026-04-01', '2027-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_FISCAL_YEARS_AGO:1 is 2024-04-01 to 2025-03-31',
    spans('N_FISCAL_YEARS_AGO:1', '2024-04-01', '2025-03-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'LAST_N_FISCAL_QUARTERS:2 is 2025-07-01 to 2025-12-31',
    spans('LAST_N_FISCAL_QUARTERS:2', '2025-07-01', '2025-12-31', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'NEXT_N_FISCAL_QUARTERS:2 is 2026-04-01 to 2026-09-30',
    spans('NEXT_N_FISCAL_QUARTERS:2', '2026-04-01', '2026-09-30', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'N_FISCAL_QUARTERS_AGO:3 is 2025-04-01 to 2025-06-30',
    spans('N_FISCAL_QUARTERS_AGO:3', '2025-04-01', '2025-06-30', 4),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_dateformats.htm` },
    'THIS_YEAR stays the year of the calendar',
    spans('THIS_YEAR', '2026-01-01', '2026-12-31', 4),
  );
});
