import { describe, expect, it } from 'vitest';
import { conforms } from './conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const DAY = 86_400_000;

/** Five leads of different ages, two owners' worth of campaign members. */
function filled(): Rig {
  const r = rig();
  const { seed } = r.half;
  const lead = (name: string, days: number, more: Record<string, unknown> = {}): string =>
    seed.insert('Lead', { LastName: name, Company: 'Acme', ...more }, { at: START - days * DAY });
  lead('Alpha', 0, { Email: 'alpha@example.com', AnnualRevenue: 100, Rating: 'Hot', FirstName: 'Ann' });
  lead('beta', 1, { Email: 'Beta@Example.com', AnnualRevenue: 250.4, LeadSource: 'Web' });
  lead('Gamma_1', 40, { LeadSource: 'Web', HasOptedOutOfEmail: true });
  lead('Gamma%2', 100, { Rating: 'Cold' });
  lead("O'Neill", 400, { Status: 'Working - Contacted', Company: 'Zeta' });
  return r;
}

async function names(r: Rig, where: string): Promise<string[]> {
  return (await r.records(`SELECT LastName FROM Lead WHERE ${where} ORDER BY Id`)).map((record) => String(record['LastName']));
}

describe('WHERE', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["LastName = 'ALPHA'", ['Alpha']],
    ["lastname != 'alpha' AND Company = 'acme'", ['beta', 'Gamma_1', 'Gamma%2']],
    ["LastName IN ('alpha', 'Beta')", ['Alpha', 'beta']],
    ["LastName NOT IN ('alpha', 'Beta')", ['Gamma_1', 'Gamma%2', "O'Neill"]],
    ["LastName LIKE 'gamma%'", ['Gamma_1', 'Gamma%2']],
    ["LastName LIKE 'Gamma\\%_'", ['Gamma%2']],
    ["LastName LIKE 'Gamma\\_1'", ['Gamma_1']],
    ["LastName LIKE '_eta'", ['beta']],
    ["LastName = 'O\\'Neill'", ["O'Neill"]],
    ["Email = 'ALPHA@EXAMPLE.COM'", ['Alpha']],
    ['Rating = null', ['beta', 'Gamma_1', "O'Neill"]],
    ["Rating = ''", ['beta', 'Gamma_1', "O'Neill"]],
    ['Rating != null', ['Alpha', 'Gamma%2']],
    ["Rating != 'Hot'", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]],
    ["Rating NOT IN ('Hot')", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]],
    ["NOT Rating = 'Hot'", ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]],
    ["Rating < 'D'", ['Gamma%2']],
    ['AnnualRevenue > 100', ['beta']],
    ['AnnualRevenue >= 100', ['Alpha', 'beta']],
    ['AnnualRevenue < 1000', ['Alpha', 'beta']],
    ['HasOptedOutOfEmail = true', ['Gamma_1']],
    ['HasOptedOutOfEmail != true', ['Alpha', 'beta', 'Gamma%2', "O'Neill"]],
    ["(Rating = 'Hot' OR LeadSource = 'Web') AND NOT (Email = null)", ['Alpha', 'beta']],
    ["NOT (Rating = 'Hot' OR (LeadSource = 'Web' AND NOT HasOptedOutOfEmail = true))", ['Gamma_1', 'Gamma%2', "O'Neill"]],
    ['CreatedDate = TODAY', ['Alpha']],
    ['CreatedDate = YESTERDAY', ['beta']],
    ['CreatedDate = LAST_N_DAYS:1', ['Alpha', 'beta']],
    ['CreatedDate < TODAY', ['beta', 'Gamma_1', 'Gamma%2', "O'Neill"]],
    ['CreatedDate > YESTERDAY', ['Alpha']],
    ['CreatedDate = LAST_MONTH OR CreatedDate = THIS_MONTH', ['Alpha', 'beta']],
    ['CreatedDate = LAST_YEAR', ['Gamma%2', "O'Neill"]],
    ['CreatedDate = N_DAYS_AGO:40', ['Gamma_1']],
    ['CALENDAR_YEAR(CreatedDate) = 2025', ['Gamma%2', "O'Neill"]],
    ['DAY_ONLY(CreatedDate) = 2026-03-01', ['beta']],
    ['CreatedDate >= 2026-03-02T09:30:15Z', ['Alpha']],
    ['CreatedDate > 2026-03-02T09:30:15Z', []],
    ['CreatedDate >= 2026-03-02T10:30:15.000+0100', ['Alpha']],
    ["Owner.Name = 'sasha seller'", ['Alpha', 'beta', 'Gamma_1', 'Gamma%2', "O'Neill"]],
    ["Owner.Type = 'Queue'", []],
    ["CreatedBy.Profile.Name = 'Standard User' AND Company = 'Zeta'", ["O'Neill"]],
    ["Lead.LastName = 'Alpha'", ['Alpha']],
  ];
  for (const [where, expected] of cases) {
    conforms('specified', `${where} finds ${expected.length === 0 ? 'nobody' : expected.join(', ')}`, async () => {
      expect(await names(filled(), where)).toEqual(expected);
    });
  }

  conforms('specified', 'ids are found with 15 characters and with 18, their case mattering', async () => {
    const r = filled();
    const [first] = await r.records("SELECT Id FROM Lead WHERE LastName = 'Alpha'");
    const id = String(first?.['Id']);
    expect(await names(r, `Id = '${id}'`)).toEqual(['Alpha']);
    expect(await names(r, `Id IN ('${id.slice(0, 15)}')`)).toEqual(['Alpha']);
    expect(await names(r, `Id != '${id}'`)).toHaveLength(4);
  });

  conforms('specified', 'a semi-join compares with the column of another query', async () => {
    const r = filled();
    const campaign = r.half.seed.insert('Campaign', { Name: 'Webinar' }, { at: START });
    const [first] = await r.records("SELECT Id FROM Lead WHERE LastName = 'beta'");
    r.half.seed.insert('CampaignMember', { CampaignId: campaign, LeadId: first?.['Id'] }, { at: START });
    expect(await names(r, `Id IN (SELECT LeadId FROM CampaignMember WHERE CampaignId = '${campaign}')`)).toEqual(['beta']);
    expect(await names(r, `Id NOT IN (SELECT LeadId FROM CampaignMember)`)).toHaveLength(4);
  });
});

describe('SELECT', () => {
  conforms('recorded', 'names come back canonical, with attributes, parents nested', async () => {
    const r = filled();
    const [record] = await r.records("select ID, NAME, owner.name, createdby.USERNAME, address from lead where lastname = 'Alpha'");
    const id = String(record?.['Id']);
    expect(record).toEqual({
      attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${id}` },
      Id: id,
      Name: 'Ann Alpha',
      Address: null,
      Owner: { attributes: { type: 'Name', url: expect.stringContaining('/sobjects/User/005') as string }, Name: 'Sasha Seller' },
      CreatedBy: {
        attributes: { type: 'User', url: expect.stringContaining('/sobjects/User/005') as string },
        Username: 'sasha.seller@example.com',
      },
    });
  });

  conforms('recorded', 'an empty parent is null, instants are written with +0000', async () => {
    const r = rig();
    r.half.seed.insert('Contact', { LastName: 'Loner' }, { at: START });
    const [record] = await r.records('SELECT Account.Name, Account.Owner.Name, CreatedDate, Birthdate FROM Contact');
    expect(record).toMatchObject({ Account: null, CreatedDate: '2026-03-02T09:30:15.000+0000', Birthdate: null });
  });

  conforms('specified', 'child subqueries list children with totalSize, or null', async () => {
    const r = rig();
    const account = r.half.seed.insert('Account', { Name: 'Acme' }, { at: START });
    r.half.seed.insert('Account', { Name: 'Empty' }, { at: START });
    for (const name of ['c', 'a', 'b']) r.half.seed.insert('Contact', { LastName: name, AccountId: account }, { at: START });
    const records = await r.records(
      "SELECT Name, (SELECT LastName FROM Contacts WHERE LastName != 'b' ORDER BY LastName LIMIT 5) FROM Account ORDER BY Name",
    );
    expect(records[0]?.['Contacts']).toMatchObject({ totalSize: 2, done: true });
    expect(records[0]?.['Contacts']?.['records']?.map((child) => child['LastName'])).toEqual(['a', 'c']);
    expect(records[1]?.['Contacts']).toBeNull();
  });

  conforms('specified', 'ORDER BY puts nulls first unless LAST is said, in both directions, and text in any case', async () => {
    const r = filled();
    const by = async (order: string): Promise<unknown[]> =>
      (await r.records(`SELECT Rating, LastName FROM Lead ORDER BY ${order}`)).map((one) => one['Rating']);
    expect(await by('Rating')).toEqual([null, null, null, 'Cold', 'Hot']);
    expect(await by('Rating DESC')).toEqual([null, null, null, 'Hot', 'Cold']);
    expect(await by('Rating DESC NULLS LAST')).toEqual(['Hot', 'Cold', null, null, null]);
    const ordered = await r.records('SELECT LastName FROM Lead ORDER BY LastName LIMIT 2 OFFSET 1');
    expect(ordered.map((one) => one['LastName'])).toEqual(['beta', 'Gamma%2']);
  });
});

describe('aggregates', () => {
  conforms('recorded', 'COUNT() answers a number and no records', async () => {
    expect((await filled().soql('SELECT COUNT() FROM Lead')).json).toEqual({ totalSize: 5, done: true, records: [] });
  });

  conforms('recorded', 'grouped rows are AggregateResult, with aliases or expr0', async () => {
    const r = filled();
    const answer = await r.soql(
      'SELECT LeadSource, COUNT(Id) n, MAX(AnnualRevenue), COUNT_DISTINCT(Company) FROM Lead GROUP BY LeadSource HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC',
    );
    expect(answer.json['records']).toEqual([
      { attributes: { type: 'AggregateResult' }, LeadSource: null, n: 3, expr0: 100, expr1: 2 },
      { attributes: { type: 'AggregateResult' }, LeadSource: 'Web', n: 2, expr0: 250, expr1: 1 },
    ]);
  });

  conforms('specified', 'sums and averages skip nulls, extremes keep the type, date functions group', async () => {
    const r = filled();
    const [sums] = await r.records(
      'SELECT SUM(AnnualRevenue) s, AVG(AnnualRevenue) a, MIN(CreatedDate) earliest, COUNT(AnnualRevenue) c FROM Lead',
    );
    expect(sums).toMatchObject({ s: 350, a: 175, earliest: '2025-01-26T09:30:15.000+0000', c: 2 });
    const years = await r.records(
      'SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate) ORDER BY CALENDAR_YEAR(CreatedDate)',
    );
    expect(years.map((one) => [one['y'], one['n']])).toEqual([
      [2025, 2],
      [2026, 3],
    ]);
  });
});

describe('what a query is refused for', () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    [
      'SELECT Nope FROM Lead',
      'INVALID_FIELD',
      /ERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'Lead'\. If you are attempting to use a custom field, be sure to append the '__c'/,
    ],
    ["SELECT Id FROM Lead WHERE Nope__c = 'x'", 'INVALID_FIELD', /No such column 'Nope__c' on entity 'Lead'/],
    ['SELECT Nope.Name FROM Lead', 'INVALID_FIELD', /Didn't understand relationship 'Nope' in field path/],
    ['SELECT Id FROM Leed', 'INVALID_TYPE', /sObject type 'Leed' is not supported/],
    ['SELECT Id, (SELECT Id FROM Nopes) FROM Lead', 'INVALID_TYPE', /Didn't understand relationship 'Nopes' in FROM part/],
    ['SELECT Id FROM CurrencyType', 'INVALID_TYPE', /sObject type 'CurrencyType' is not supported/],
    ['SELECT CurrencyIsoCode FROM Opportunity', 'INVALID_FIELD', /No such column 'CurrencyIsoCode'/],
    ['SELECT SystemModstamp FROM LeadHistory', 'INVALID_FIELD', /No such column 'SystemModstamp' on entity 'LeadHistory'/],
    ['SELECT IsDeleted FROM User', 'INVALID_FIELD', /No such column 'IsDeleted' on entity 'User'/],
    ['SELECT', 'MALFORMED_QUERY', /unexpected token/],
    ['SELECT Id FROM Lead WHERE', 'MALFORMED_QUERY', /unexpected token/],
    ['SELECT Id FROM Lead; DROP TABLE Lead', 'MALFORMED_QUERY', /unexpected token: ';'/],
    ["SELECT Id FROM Lead WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 'MALFORMED_QUERY', /unexpected token: 'OR'/],
    ['SELECT Status s FROM Lead', 'MALFORMED_QUERY', /only aggregate expressions use field aliasing/],
    ['SELECT Name, COUNT(Id) FROM Lead', 'MALFORMED_QUERY', /Field must be grouped or aggregated: Name/],
    ['SELECT CreatedDate, COUNT(Id) FROM Lead GROUP BY CreatedDate', 'MALFORMED_QUERY', /can not be grouped/],
    ['SELECT Id FROM Lead WHERE Name = 5', 'INVALID_FIELD', /must be of type string and should be enclosed in quotes/],
    ["SELECT Id FROM Lead WHERE AnnualRevenue = '5'", 'INVALID_FIELD', /must be of type double and should not be enclosed in quotes/],
    [
      "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'",
      'INVALID_FIELD',
      /must be of type dateTime and should not be enclosed in quotes/,
    ],
    ['SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01', 'INVALID_FIELD', /must be of type dateTime/],
    ["SELECT Id FROM Lead WHERE Id = 'abc'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid ID field: abc/],
    ["SELECT Id FROM Lead WHERE Description = 'x'", 'INVALID_FIELD', /can not be filtered in a query call/],
    ["SELECT Id FROM LeadHistory WHERE NewValue = 'x'", 'INVALID_FIELD', /field 'NewValue' can not be filtered/],
    ["SELECT Id FROM Lead WHERE CreatedDate LIKE 'x'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid operator/],
    ['SELECT Id FROM Lead LIMIT 1 OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', /Maximum SOQL offset allowed is 2000/],
    ['SELECT Id, Id FROM Lead', 'INVALID_FIELD', /duplicate field selected: Id/],
    ['SELECT __proto__ FROM Lead', 'MALFORMED_QUERY', /unexpected token/],
    ['SELECT constructor FROM Lead', 'INVALID_FIELD', /No such column 'constructor'/],
    [`SELECT Id FROM Lead WHERE Name = '${'x'.repeat(17_000)}'`, 'URI_TOO_LONG', /URI/],
  ];
  for (const [soql, code, message] of refused) {
    conforms(code === 'URI_TOO_LONG' ? 'assumed' : 'recorded', `${soql.slice(0, 70)}: ${code}`, async () => {
      const answer = await rig().soql(soql);
      expect(answer.status).toBe(code === 'URI_TOO_LONG' ? 414 : 400);
      expect(answer.json).toHaveLength(1);
      const [error] = answer.json.map((one) => one);
      expect(error?.['errorCode']).toBe(code);
      expect(String(error?.['message'])).toMatch(message);
    });
  }

  it('a missing query string is a malformed query', async () => {
    expect((await rig().send('GET', '/query')).json.at(0)?.['errorCode']).toBe('MALFORMED_QUERY');
  });
});

describe('deleted and archived rows', () => {
  conforms('specified', 'query hides deleted rows, queryAll shows them for fifteen days', async () => {
    const r = rig();
    const id = r.half.seed.insert('Lead', { LastName: 'Gone', Company: 'C' }, { at: START });
    await r.send('DELETE', `/sobjects/Lead/${id}`);
    expect(await r.records('SELECT Id FROM Lead')).toHaveLength(0);
    expect(
      (await r.records('SELECT Id, IsDeleted FROM Lead WHERE IsDeleted = true', { all: true })).map((one) => one['IsDeleted']),
    ).toEqual([true]);
    expect(await r.records(`SELECT Id FROM Lead WHERE Id = '${id}'`, { all: true })).toHaveLength(1);
    r.advance(16 * DAY);
    expect(await r.records('SELECT Id FROM Lead', { all: true })).toHaveLength(0);
  });

  conforms('specified', 'activities closed more than a year ago are seen by queryAll only', async () => {
    const r = rig();
    const task = (days: number, status: string): string =>
      r.half.seed.insert(
        'Task',
        { Subject: `${status} ${String(days)}`, Status: status, ActivityDate: new Date(START - days * DAY).toISOString().slice(0, 10) },
        { at: START - days * DAY },
      );
    task(400, 'Completed');
    task(400, 'Not Started');
    task(10, 'Completed');
    expect((await r.records('SELECT Subject FROM Task ORDER BY Subject')).map((one) => one['Subject'])).toEqual([
      'Completed 10',
      'Not Started 400',
    ]);
    expect((await r.records('SELECT Subject FROM Task WHERE IsArchived = true', { all: true })).map((one) => one['Subject'])).toEqual([
      'Completed 400',
    ]);
  });
});
