import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';

const EXEMPLARS = 'https://github.com/salesforcecli/plugin-data/blob/main/test/test-files/queryFields.exemplars.ts';

async function columns(soql: string) {
  const answer = await rig().send('GET', `/query?q=${encodeURIComponent(soql)}&columns=true`);
  expect(answer.status).toBe(200);
  return answer.json;
}

const PLAIN = {
  aggregate: false,
  apexType: null,
  booleanType: false,
  custom: false,
  foreignKeyName: null,
  insertable: false,
  joinColumns: [],
  numberType: false,
  textType: false,
  updatable: false,
};

describe('the columns of a query', () => {
  conforms({ known: 'recorded', source: EXEMPLARS }, 'columns=true answers with the columns instead of the records', async () => {
    const answer = await columns('SELECT Id, Name FROM Lead');
    expect(answer['columnMetadata']).toEqual([
      { ...PLAIN, apexType: 'Id', columnName: 'Id', displayName: 'Id' },
      { ...PLAIN, apexType: 'String', columnName: 'Name', displayName: 'Name', textType: true },
    ]);
    expect(answer).not.toHaveProperty('records');
  });

  conforms({ known: 'recorded', source: EXEMPLARS }, 'a parent and a list of children are columns that hold columns', async () => {
    const parent = (await columns('SELECT Name, Owner.Name FROM Account'))['columnMetadata']?.at(1);
    expect(parent).toMatchObject({
      aggregate: false,
      columnName: 'Owner',
      foreignKeyName: 'OwnerId',
      joinColumns: [{ columnName: 'Name' }],
    });
    const child = (await columns('SELECT Name, (SELECT LastName FROM Contacts) FROM Account'))['columnMetadata']?.at(1);
    expect(child).toMatchObject({ aggregate: true, apexType: null, columnName: 'Contacts', foreignKeyName: null });
    expect(child?.['joinColumns']?.at(0)).toMatchObject({ columnName: 'LastName', insertable: true, updatable: true });
  });

  conforms({ known: 'recorded', source: EXEMPLARS }, 'an aggregate is a column with its function as display name', async () => {
    const answer = await columns('SELECT CampaignId, AVG(Amount) FROM Opportunity GROUP BY CampaignId');
    expect(answer['columnMetadata']).toEqual([
      { ...PLAIN, apexType: 'Id', columnName: 'CampaignId', displayName: 'CampaignId', insertable: true, updatable: true },
      { ...PLAIN, aggregate: true, columnName: 'expr0', displayName: 'avg(Amount)', numberType: true },
    ]);
  });

  conforms(
    { known: 'specified', source: '@salesforce/plugin-data lib/commands/data/query.js' },
    'a wrong query is refused as ever',
    async () => {
      const answer = await rig().send('GET', `/query?q=${encodeURIComponent('SELECT Nonsense FROM Lead')}&columns=true`);
      expect(answer.json.at(0)?.['errorCode']).toBe('INVALID_FIELD');
    },
  );
});
