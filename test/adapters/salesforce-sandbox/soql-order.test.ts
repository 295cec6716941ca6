import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { filled, readOnly, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('ORDER BY, LIMIT, OFFSET', () => {
  const ratings = async (order: string): Promise<unknown[]> =>
    (await readOnly().records(`SELECT Rating FROM Lead ORDER BY ${order}`)).map((one) => one['Rating']);
  const lastNames = async (rest: string): Promise<unknown[]> =>
    (await readOnly().records(`SELECT LastName FROM Lead ${rest}`)).map((one) => one['LastName']);

  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` }, 'nulls come first', async () => {
    expect(await ratings('Rating')).toEqual([null, null, null, 'Cold', 'Hot']);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` },
    'downwards they come first too',
    async () => {
      expect(await ratings('Rating DESC')).toEqual([null, null, null, 'Hot', 'Cold']);
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` }, 'unless NULLS LAST is said', async () => {
    expect(await ratings('Rating NULLS LAST')).toEqual(['Cold', 'Hot', null, null, null]);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` }, 'NULLS LAST holds downwards', async () => {
    expect(await ratings('Rating DESC NULLS LAST')).toEqual(['Hot', 'Cold', null, null, null]);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` },
    'NULLS FIRST says what is so anyway',
    async () => {
      expect(await ratings('Rating ASC NULLS FIRST')).toEqual([null, null, null, 'Cold', 'Hot']);
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` }, 'text is ordered in any case', async () => {
    expect(await lastNames('ORDER BY LastName')).toEqual(['Alpha', 'beta', 'Gamma%2', 'Gamma_1', "O'Neill"]);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` },
    'several fields order one within the other',
    async () => {
      expect(await lastNames('ORDER BY Company DESC, LastName DESC')).toEqual(["O'Neill", 'Gamma_1', 'Gamma%2', 'beta', 'Alpha']);
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` }, 'instants are ordered by time', async () => {
    expect((await lastNames('ORDER BY CreatedDate'))[0]).toBe("O'Neill");
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` }, "a parent's field may order", async () => {
    expect(await lastNames('ORDER BY Owner.Name, LastName LIMIT 1')).toEqual(['Alpha']);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_limit.htm` }, 'LIMIT takes the first rows', async () => {
    expect(await lastNames('ORDER BY LastName LIMIT 2')).toEqual(['Alpha', 'beta']);
  });
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_limit.htm` }, 'LIMIT 0 takes none', async () => {
    expect(await lastNames('LIMIT 0')).toEqual([]);
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_offset.htm` },
    'OFFSET leaves out the first rows',
    async () => {
      expect(await lastNames('ORDER BY LastName LIMIT 2 OFFSET 1')).toEqual(['beta', 'Gamma%2']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_offset.htm` },
    'an OFFSET beyond the rows leaves none',
    async () => {
      expect(await lastNames('ORDER BY LastName OFFSET 2000')).toEqual([]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_offset.htm` },
    'an OFFSET above 2,000 is NUMBER_OUTSIDE_VALID_RANGE',
    refuses('SELECT Id FROM Lead LIMIT 1 OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` },
    'more than 32 fields can not order',
    refuses(`SELECT Id FROM Lead ORDER BY ${Array.from({ length: 33 }, () => 'Name').join(', ')}`, 'MALFORMED_QUERY', /32/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` },
    'long text can not order',
    refuses('SELECT Id FROM Lead ORDER BY Description', 'MALFORMED_QUERY', /field 'Description' can not be sorted in a query call$/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_offset.htm` },
    'OFFSET comes after LIMIT',
    refuses('SELECT Id FROM Lead OFFSET 1 LIMIT 1', 'MALFORMED_QUERY', /unexpected token: 'LIMIT'/),
  );
});

describe('scopes, views and rights', () => {
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_using_scope.htm` },
    'USING SCOPE mine finds what the user owns',
    async () => {
      expect(await readOnly().records('SELECT Id FROM Lead USING SCOPE mine', { as: 'user' })).toHaveLength(5);
      expect(await readOnly().records('SELECT Id FROM Lead USING SCOPE Mine')).toHaveLength(0);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_using_scope.htm` },
    'USING SCOPE everything finds all',
    async () => {
      expect(await readOnly().records('SELECT Id FROM Lead USING SCOPE everything')).toHaveLength(5);
    },
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with USING SCOPE mine on an object without owner' },
    'a scope that the object does not have is INVALID_QUERY_SCOPE',
    refuses('SELECT Id FROM LeadHistory USING SCOPE mine', 'INVALID_QUERY_SCOPE', /scope/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_for_view.htm` },
    'FOR VIEW notes when the user last viewed a record',
    async () => {
      const r = filled();
      await r.records("SELECT Id FROM Lead WHERE LastName = 'Alpha' FOR VIEW");
      const [seen] = await r.records("SELECT LastViewedDate, LastReferencedDate FROM Lead WHERE LastName = 'Alpha'");
      expect(seen).toMatchObject({ LastViewedDate: '2026-03-02T09:30:15.000+0000', LastReferencedDate: '2026-03-02T09:30:15.000+0000' });
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_for_view.htm` }, 'for nobody else', async () => {
    const r = filled();
    await r.records("SELECT Id FROM Lead WHERE LastName = 'Alpha' FOR VIEW");
    expect((await r.records("SELECT LastViewedDate FROM Lead WHERE LastName = 'Alpha'", { as: 'user' }))[0]?.['LastViewedDate']).toBeNull();
  });
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_for_reference.htm` },
    'FOR REFERENCE notes a reference, not a view',
    async () => {
      const r = filled();
      await r.records("SELECT Id FROM Lead WHERE LastName = 'Alpha' FOR REFERENCE");
      const [seen] = await r.records("SELECT LastViewedDate, LastReferencedDate FROM Lead WHERE LastName = 'Alpha'");
      expect(seen).toMatchObject({ LastViewedDate: null, LastReferencedDate: '2026-03-02T09:30:15.000+0000' });
    },
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_for_view.htm` }, 'a plain query notes nothing', async () => {
    const r = filled();
    await r.records('SELECT Id FROM Lead');
    expect((await r.records('SELECT LastViewedDate FROM Lead LIMIT 1'))[0]?.['LastViewedDate']).toBeNull();
  });
  conforms(
    { known: 'assumed', probe: 'GET /query with SELECT Id FROM Lead LIMIT 1 FOR UPDATE' },
    'FOR UPDATE is read and changes nothing',
    async () => {
      expect(await readOnly().records('SELECT Id FROM Lead LIMIT 1 FOR UPDATE')).toHaveLength(1);
    },
  );
  conforms(
    { known: 'assumed', probe: 'GET /query with SELECT Id FROM Lead WITH SECURITY_ENFORCED, and WITH USER_MODE' },
    'WITH SECURITY_ENFORCED and WITH USER_MODE change nothing: the API always enforces',
    async () => {
      expect(await readOnly().records('SELECT Id FROM Lead WITH SECURITY_ENFORCED')).toHaveLength(5);
      expect(await readOnly().records('SELECT Id FROM Lead WITH USER_MODE')).toHaveLength(5);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_SOQL_query_all_rows.htm',
    },
    'ALL ROWS belongs to Apex',
    refuses('SELECT Id FROM Lead ALL ROWS', 'MALFORMED_QUERY', /unexpected token: 'ROWS'/),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/jsforce/jsforce/issues/551' },
    'bind variables belong to Apex',
    refuses('SELECT Id FROM Lead WHERE Id = :id', 'MALFORMED_QUERY', 'Bind variables only allowed in Apex code'),
  );
});
