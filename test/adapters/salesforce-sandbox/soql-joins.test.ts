import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';
import { filled, names, refuses } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('child lists', () => {
  function accounts(): Rig {
    const r = rig();
    const account = r.half.seed.insert('Account', { Name: 'Acme' }, { at: START });
    r.half.seed.insert('Account', { Name: 'Empty' }, { at: START });
    for (const name of ['c', 'a', 'b']) {
      const id = r.half.seed.insert('Contact', { LastName: name, AccountId: account }, { at: START });
      r.half.seed.insert('Task', { Subject: `call ${name}`, Status: 'Not Started', WhoId: id }, { at: START });
    }
    return r;
  }

  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'children are listed with totalSize, done and records',
    async () => {
      const [acme] = await accounts().records('SELECT (SELECT LastName FROM Contacts) FROM Account ORDER BY Name');
      expect(acme?.['Contacts']).toMatchObject({ totalSize: 3, done: true });
      expect(acme?.['Contacts']?.['records']?.at(0)?.['attributes']?.['type']).toBe('Contact');
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'a parent without children has null',
    async () => {
      expect((await accounts().records('SELECT (SELECT LastName FROM Contacts) FROM Account ORDER BY Name'))[1]?.['Contacts']).toBeNull();
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'a child list has conditions, an order and a limit of its own',
    async () => {
      const [acme] = await accounts().records(
        "SELECT (SELECT LastName FROM Contacts WHERE LastName != 'b' ORDER BY LastName DESC LIMIT 1) FROM Account ORDER BY Name",
      );
      expect(acme?.['Contacts']?.['records']?.map((child) => child['LastName'])).toEqual(['c']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'a child may show its parents',
    async () => {
      const [acme] = await accounts().records('SELECT (SELECT Account.Name FROM Contacts LIMIT 1) FROM Account ORDER BY Name');
      expect(acme?.['Contacts']?.['records']?.at(0)?.['Account']?.['Name']).toBe('Acme');
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_using.htm` },
    'several lists may be asked for',
    async () => {
      const [acme] = await accounts().records(
        'SELECT (SELECT Id FROM Contacts), (SELECT Id FROM Opportunities) FROM Account ORDER BY Name',
      );
      expect([acme?.['Contacts']?.['totalSize'], acme?.['Opportunities']]).toEqual([3, null]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_limits.htm` },
    'children of children are listed since version 58.0',
    async () => {
      const [acme] = await accounts().records(
        'SELECT (SELECT LastName, (SELECT Subject FROM Tasks) FROM Contacts ORDER BY LastName) FROM Account ORDER BY Name',
      );
      expect(acme?.['Contacts']?.['records']?.map((child) => child['Tasks']?.['records']?.at(0)?.['Subject'])).toEqual([
        'call a',
        'call b',
        'call c',
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_limits.htm` },
    'before it they are refused',
    refuses(
      'SELECT (SELECT Id, (SELECT Id FROM Tasks) FROM Contacts) FROM Account',
      'MALFORMED_QUERY',
      /more than 1 level away from the root entity object/i,
      '57.0',
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_limits.htm` },
    'a sixth level is refused',
    refuses(
      'SELECT (SELECT (SELECT (SELECT (SELECT (SELECT Id FROM ChildCampaigns) FROM ChildCampaigns) FROM ChildCampaigns) FROM ChildCampaigns) FROM ChildCampaigns) FROM Campaign',
      'MALFORMED_QUERY',
      /level away from the root entity object/i,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_limits.htm` },
    'more than twenty lists are refused',
    refuses(
      `SELECT ${Array.from({ length: 21 }, () => '(SELECT Id FROM Contacts)').join(', ')} FROM Account`,
      'MALFORMED_QUERY',
      /at most 20/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_relationships_query_limits.htm` },
    'six levels up are refused',
    refuses('SELECT CreatedBy.Manager.Manager.Manager.Manager.Manager.Name FROM Lead', 'MALFORMED_QUERY', /5 levels/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_offset.htm` },
    'OFFSET in a child list needs a parent of LIMIT 1',
    refuses('SELECT (SELECT Id FROM Contacts OFFSET 1) FROM Account', 'MALFORMED_QUERY', /OFFSET/),
  );
  conforms({ known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_offset.htm` }, 'with it, it is answered', async () => {
    const answer = await accounts().records(
      "SELECT (SELECT LastName FROM Contacts ORDER BY LastName OFFSET 1) FROM Account WHERE Name = 'Acme' LIMIT 1",
    );
    expect(answer[0]?.['Contacts']?.['records']?.map((child) => child['LastName'])).toEqual(['b', 'c']);
  });
});

describe('semi-joins and anti-joins', () => {
  /** beta is a member of a campaign. */
  function joined(): Rig {
    const r = filled();
    const campaign = r.half.seed.insert('Campaign', { Name: 'Webinar' }, { at: START });
    const lead = r.half.seed.insert('Lead', { LastName: 'member', Company: 'C' }, { at: START });
    r.half.seed.insert('CampaignMember', { CampaignId: campaign, LeadId: lead }, { at: START });
    return r;
  }

  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'IN takes the column of another query',
    async () => {
      expect(await names("Id IN (SELECT LeadId FROM CampaignMember WHERE Campaign.Name = 'Webinar')", joined())).toEqual(['member']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'NOT IN leaves it out',
    async () => {
      expect(await names('Id NOT IN (SELECT LeadId FROM CampaignMember)', joined())).toHaveLength(5);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'two may be joined with AND',
    async () => {
      expect(
        await names(
          "Id IN (SELECT LeadId FROM CampaignMember) AND OwnerId IN (SELECT Id FROM User WHERE Username = 'sasha.seller@example.com')",
          joined(),
        ),
      ).toEqual(['member']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'a reference may be asked for as well as an id',
    async () => {
      expect(await names("OwnerId IN (SELECT Id FROM User WHERE IsActive = true) AND LastName = 'Alpha'", joined())).toEqual(['Alpha']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'a third one is refused',
    refuses(
      'SELECT Id FROM Lead WHERE Id IN (SELECT LeadId FROM CampaignMember) AND OwnerId IN (SELECT Id FROM User) AND CreatedById IN (SELECT Id FROM User)',
      'MALFORMED_QUERY',
      /Maximum 2 semi join sub-selects/,
    ),
  );
  conforms(
    { known: 'recorded', source: 'http://apsona.com/pages/sfdc/doc/semijoin-subselect.html' },
    'inside further parentheses they are refused',
    refuses(
      "SELECT Id FROM Lead WHERE Name != 'x' AND (Name != 'y' AND Id IN (SELECT LeadId FROM CampaignMember))",
      'MALFORMED_QUERY',
      'Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.',
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://www.linkedin.com/pulse/soql-semi-join-sub-selects-allowed-ehsan-korhani-beqdc' },
    'beside OR they are refused',
    refuses(
      "SELECT Id FROM Lead WHERE Name = 'x' OR Id IN (SELECT LeadId FROM CampaignMember)",
      'MALFORMED_QUERY',
      "Semi join sub-selects are not allowed with the 'OR' operator",
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'behind NOT they are refused',
    refuses('SELECT Id FROM Lead WHERE NOT Id IN (SELECT LeadId FROM CampaignMember)', 'MALFORMED_QUERY', /Semi join sub-selects/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'a field that is no id can not be asked for',
    refuses(
      'SELECT Id FROM Lead WHERE Name IN (SELECT LeadId FROM CampaignMember)',
      'MALFORMED_QUERY',
      /can only query id fields, cannot use: 'Name'/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'a field that is no id can not be selected',
    refuses(
      'SELECT Id FROM Lead WHERE Id IN (SELECT Name FROM Campaign)',
      'MALFORMED_QUERY',
      /can only query id fields, cannot use: 'Name'/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'the same object can not be asked',
    refuses(
      'SELECT Id FROM Lead WHERE Id IN (SELECT Id FROM Lead)',
      'MALFORMED_QUERY',
      'The inner and outer selects should not be on the same object type',
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'one inside another is refused',
    refuses(
      'SELECT Id FROM Lead WHERE Id IN (SELECT LeadId FROM CampaignMember WHERE CampaignId IN (SELECT Id FROM Campaign))',
      'MALFORMED_QUERY',
      /Nesting of semi join/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'tasks and events can not be asked',
    refuses(
      'SELECT Id FROM Lead WHERE Id IN (SELECT WhoId FROM Task)',
      'MALFORMED_QUERY',
      /\^\nERROR at Row:1:Column:52\nEntity 'Task' is not supported for semi join inner selects$/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'LIMIT is not known there',
    refuses('SELECT Id FROM Lead WHERE Id IN (SELECT LeadId FROM CampaignMember LIMIT 1)', 'MALFORMED_QUERY', /unexpected token: 'LIMIT'/),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'ORDER BY is not known there',
    refuses(
      'SELECT Id FROM Lead WHERE Id IN (SELECT LeadId FROM CampaignMember ORDER BY Id)',
      'MALFORMED_QUERY',
      /unexpected token: 'ORDER'/,
    ),
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_comparisonoperators.htm` },
    'two columns are refused',
    refuses('SELECT Id FROM Lead WHERE Id IN (SELECT LeadId, Id FROM CampaignMember)', 'MALFORMED_QUERY', /Only one field/),
  );
});
