import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';
import { soapIds, soapMerge, texts } from './soap.ts';

const UNDELETE = 'https://developer.salesforce.com/docs/atlas.en-us.246.0.api.meta/api/sforce_api_calls_undelete.htm';
const EMPTY = 'https://developer.salesforce.com/docs/atlas.en-us.256.0.api.meta/api/sforce_api_calls_emptyrecyclebin.htm';
const MERGE = 'https://developer.salesforce.com/docs/atlas.en-us.246.0.api.meta/api/sforce_api_calls_merge.htm';
const RECORDED = 'https://salesforce.stackexchange.com/questions/138077/it-is-possible-to-undelete-sobject-and-other-metadata-using-api';
const DAY = 86_400_000;

function lead(r: Rig, name = 'Byron'): string {
  return r.half.seed.insert('Lead', { LastName: name, Company: 'Engines' }, { at: START });
}

describe('undelete', () => {
  conforms({ known: 'specified', source: UNDELETE }, 'brings a record back with everything that its deletion took along', async () => {
    const r = rig();
    const { seed } = r.half;
    const account = seed.insert('Account', { Name: 'Engines' }, { at: START });
    const contact = seed.insert('Contact', { LastName: 'Byron', AccountId: account }, { at: START });
    const campaign = seed.insert('Campaign', { Name: 'Fair' }, { at: START });
    seed.insert('CampaignMember', { CampaignId: campaign, ContactId: contact }, { at: START });
    seed.insert(
      'Opportunity',
      { Name: 'D', AccountId: account, CampaignId: campaign, StageName: 'Prospecting', CloseDate: '2026-06-01', Amount: 5 },
      { at: START },
    );
    const figures = 'SELECT NumberOfContacts, NumberOfOpportunities, AmountAllOpportunities FROM Campaign';
    const [before] = await r.records(figures);
    expect((await r.send('DELETE', `/sobjects/Account/${account}`)).status).toBe(204);
    expect(r.half.counts().rows).toMatchObject({ Account: 0, Contact: 0, CampaignMember: 0, Opportunity: 0 });
    expect((await r.records(figures))[0]).toMatchObject({ NumberOfContacts: 0, NumberOfOpportunities: 0 });
    const answer = await soapIds(r, 'undelete', [account]);
    expect([texts(answer, 'id'), texts(answer, 'success')]).toEqual([[account], ['true']]);
    expect(r.half.counts().rows).toMatchObject({ Account: 1, Contact: 1, CampaignMember: 1, Opportunity: 1 });
    expect((await r.records(figures))[0]).toEqual(before);
  });

  conforms({ known: 'specified', source: UNDELETE }, 'what was deleted earlier by itself stays in the bin', async () => {
    const r = rig();
    const account = r.half.seed.insert('Account', { Name: 'Engines' }, { at: START });
    const contact = r.half.seed.insert('Contact', { LastName: 'Byron', AccountId: account }, { at: START });
    await r.send('DELETE', `/sobjects/Contact/${contact}`);
    await r.send('DELETE', `/sobjects/Account/${account}`);
    expect(texts(await soapIds(r, 'undelete', [contact]), 'statusCode')).toEqual(['UNDELETE_FAILED']);
    await soapIds(r, 'undelete', [account]);
    expect(r.half.counts().rows).toMatchObject({ Account: 1, Contact: 0 });
    expect(texts(await soapIds(r, 'undelete', [contact]), 'success')).toEqual(['true']);
  });

  conforms(
    { known: 'assumed', probe: 'delete a campaign that is the primary source of an open opportunity, undelete it, read CampaignId' },
    'a lookup that the deletion emptied points at the record again',
    async () => {
      const r = rig();
      const campaign = r.half.seed.insert('Campaign', { Name: 'Fair' }, { at: START });
      const deal = { StageName: 'Prospecting', CloseDate: '2026-06-01', CampaignId: campaign };
      r.half.seed.insert('Opportunity', { Name: 'A', ...deal }, { at: START });
      await r.send('DELETE', `/sobjects/Campaign/${campaign}`);
      expect((await r.records('SELECT CampaignId FROM Opportunity'))[0]?.['CampaignId']).toBeNull();
      await soapIds(r, 'undelete', [campaign]);
      expect((await r.records('SELECT CampaignId FROM Opportunity'))[0]?.['CampaignId']).toBe(campaign);
    },
  );

  conforms({ known: 'specified', source: UNDELETE }, 'the loser of a merge comes back; its children stay with the master', async () => {
    const r = rig();
    const [master, loser] = [lead(r, 'Master'), lead(r, 'Loser')];
    const task = r.half.seed.insert('Task', { Subject: 'Call', WhoId: loser }, { at: START });
    await soapMerge(r, 'Lead', master, [loser]);
    expect((await r.records(`SELECT MasterRecordId, IsDeleted FROM Lead WHERE Id = '${loser}'`, { all: true }))[0]).toMatchObject({
      MasterRecordId: master,
      IsDeleted: true,
    });
    expect(texts(await soapIds(r, 'undelete', [loser]), 'success')).toEqual(['true']);
    expect((await r.records(`SELECT MasterRecordId, IsDeleted FROM Lead WHERE Id = '${loser}'`))[0]).toMatchObject({
      MasterRecordId: null,
      IsDeleted: false,
    });
    expect((await r.records(`SELECT WhoId FROM Task WHERE Id = '${task}'`))[0]?.['WhoId']).toBe(master);
  });

  conforms(
    { known: 'recorded', source: RECORDED },
    'each id has its result, and what can not be undeleted says so beside its id',
    async () => {
      const r = rig();
      const gone = lead(r);
      const live = lead(r);
      await r.send('DELETE', `/sobjects/Lead/${gone}`);
      const answer = await soapIds(r, 'undelete', [live, gone.slice(0, 15), 'nonsense']);
      expect(texts(answer, 'success')).toEqual(['false', 'true', 'false']);
      expect(texts(answer, 'statusCode')).toEqual(['UNDELETE_FAILED', 'MALFORMED_ID']);
      expect(texts(answer, 'id')).toEqual([live, gone]);
      expect(answer.text).toContain('<limitInfo>');
    },
  );

  conforms({ known: 'specified', source: UNDELETE }, 'a restored record shows in getUpdated and is no longer deleted', async () => {
    const r = rig();
    const id = lead(r);
    await r.send('DELETE', `/sobjects/Lead/${id}`);
    r.advance(120_000);
    await soapIds(r, 'undelete', [id]);
    r.advance(120_000);
    const span = `start=${encodeURIComponent(new Date(START - 60_000).toISOString())}&end=${encodeURIComponent(new Date(r.now()).toISOString())}`;
    expect((await r.send('GET', `/sobjects/Lead/deleted/?${span}`)).json['deletedRecords']).toEqual([]);
    expect((await r.send('GET', `/sobjects/Lead/updated/?${span}`)).json['ids']).toEqual([id]);
  });
});

describe('the recycle bin', () => {
  conforms(
    { known: 'specified', source: EMPTY },
    'keeps records for fifteen days; after that they are gone from queryAll, and can not be undeleted',
    async () => {
      const r = rig();
      const id = lead(r);
      await r.send('DELETE', `/sobjects/Lead/${id}`);
      r.advance(15 * DAY - 60_000);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toHaveLength(1);
      expect((await r.send('GET', `/sobjects/Lead/${id}`)).json.at(0)?.['errorCode']).toBe('ENTITY_IS_DELETED');
      r.advance(120_000);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toEqual([]);
      expect((await r.send('GET', `/sobjects/Lead/${id}`)).json.at(0)?.['errorCode']).toBe('NOT_FOUND');
      expect(texts(await soapIds(r, 'undelete', [id]), 'statusCode')).toEqual(['UNDELETE_FAILED']);
    },
  );

  conforms(
    { known: 'specified', source: EMPTY },
    'emptyRecycleBin throws records out: not undeletable at once, unseen by queryAll a day later',
    async () => {
      const r = rig();
      const id = lead(r);
      await r.send('DELETE', `/sobjects/Lead/${id}`);
      expect(texts(await soapIds(r, 'emptyRecycleBin', [id]), 'success')).toEqual(['true']);
      expect(texts(await soapIds(r, 'undelete', [id]), 'statusCode')).toEqual(['UNDELETE_FAILED']);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toHaveLength(1);
      r.advance(DAY + 1000);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toEqual([]);
    },
  );

  conforms(
    { known: 'specified', source: EMPTY },
    'a record that went with another can not be thrown out alone, and 200 is the most at once',
    async () => {
      const r = rig();
      const account = r.half.seed.insert('Account', { Name: 'Engines' }, { at: START });
      const contact = r.half.seed.insert('Contact', { LastName: 'Byron', AccountId: account }, { at: START });
      await r.send('DELETE', `/sobjects/Account/${account}`);
      expect(texts(await soapIds(r, 'emptyRecycleBin', [contact]), 'success')).toEqual(['false']);
      const many = await soapIds(
        r,
        'emptyRecycleBin',
        Array.from({ length: 201 }, () => account),
      );
      expect([many.status, texts(many, 'faultcode')]).toEqual([500, ['sf:EXCEEDED_ID_LIMIT']]);
      expect(texts(await soapIds(r, 'emptyRecycleBin', [account]), 'success')).toEqual(['true']);
    },
  );
});

describe('merging', () => {
  conforms(
    { known: 'assumed', probe: 'merge two leads whose status is tracked, then SELECT LeadId, Field FROM LeadHistory for both by queryAll' },
    "a loser's history stays its own: it goes with it, and comes back with it",
    async () => {
      const r = rig();
      const [master, loser] = [lead(r, 'Master'), lead(r, 'Loser')];
      await soapMerge(r, 'Lead', master, [loser]);
      const histories = async (): Promise<readonly string[]> =>
        (await r.records('SELECT LeadId FROM LeadHistory ORDER BY Id')).map((one) => String(one['LeadId']));
      expect(await histories()).toEqual([master]);
      await soapIds(r, 'undelete', [loser]);
      expect(await histories()).toEqual([master, loser]);
    },
  );

  conforms(
    { known: 'specified', source: MERGE },
    "moves a loser account's contacts, opportunities and activities to the master",
    async () => {
      const r = rig();
      const { seed } = r.half;
      const [master, loser] = ['Engines', 'Engines Ltd'].map((Name) => seed.insert('Account', { Name }, { at: START })) as [string, string];
      const contact = seed.insert('Contact', { LastName: 'Byron', AccountId: loser }, { at: START });
      const deal = seed.insert(
        'Opportunity',
        { Name: 'D', AccountId: loser, StageName: 'Prospecting', CloseDate: '2026-06-01' },
        { at: START },
      );
      const answer = await soapMerge(r, 'Account', master, [loser], '<Phone>1</Phone>');
      expect(texts(answer, 'mergedRecordIds')).toEqual([loser]);
      expect([...texts(answer, 'updatedRelatedIds')].sort()).toEqual([contact, deal].sort());
      expect(await r.records('SELECT AccountId, Account.Phone FROM Contact')).toMatchObject([
        { AccountId: master, Account: { Phone: '1' } },
      ]);
      expect((await r.records('SELECT AccountId FROM Opportunity'))[0]?.['AccountId']).toBe(master);
      expect((await r.records('SELECT Id FROM Account')).map((one) => String(one['Id']))).toEqual([master]);
    },
  );

  conforms({ known: 'specified', source: MERGE }, 'two contacts in one campaign leave one member there', async () => {
    const r = rig();
    const { seed } = r.half;
    const account = seed.insert('Account', { Name: 'Engines' }, { at: START });
    const [master, loser] = ['A', 'B'].map((LastName) => seed.insert('Contact', { LastName, AccountId: account }, { at: START })) as [
      string,
      string,
    ];
    const campaign = seed.insert('Campaign', { Name: 'Fair' }, { at: START });
    for (const ContactId of [master, loser]) seed.insert('CampaignMember', { CampaignId: campaign, ContactId }, { at: START });
    await soapMerge(r, 'Contact', master, [loser]);
    expect((await r.records('SELECT ContactId FROM CampaignMember')).map((one) => String(one['ContactId']))).toEqual([master]);
    expect((await r.records('SELECT NumberOfContacts FROM Campaign'))[0]?.['NumberOfContacts']).toBe(1);
  });

  conforms(
    { known: 'specified', source: MERGE },
    'takes up to three records of one object, and refuses a hierarchy that would bite its tail',
    async () => {
      const r = rig();
      const { seed } = r.half;
      const [a, b, c, d] = ['A', 'B', 'C', 'D'].map((name) => lead(r, name)) as [string, string, string, string];
      expect(texts(await soapMerge(r, 'Lead', a, [b, c, d]), 'success')).toEqual(['false']);
      expect(texts(await soapMerge(r, 'Lead', a, [seed.insert('Account', { Name: 'X' }, { at: START })]), 'success')).toEqual(['false']);
      expect(texts(await soapMerge(r, 'Lead', a, [b, c]), 'success')).toEqual(['true']);
      const parent = seed.insert('Account', { Name: 'Parent' }, { at: START });
      const child = seed.insert('Account', { Name: 'Child', ParentId: parent }, { at: START });
      expect(texts(await soapMerge(r, 'Account', child, [parent]), 'success')).toEqual(['false']);
      expect(texts(await soapMerge(r, 'Account', parent, [child]), 'success')).toEqual(['true']);
      expect((await r.records("SELECT ParentId FROM Account WHERE Name = 'Parent'"))[0]?.['ParentId']).toBeNull();
    },
  );
});
