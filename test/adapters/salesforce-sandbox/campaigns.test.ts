import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const OBJECTS = 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference';
const HELP = 'https://help.salesforce.com/s/articleView?id';

const FIGURES =
  'NumberOfLeads, NumberOfConvertedLeads, NumberOfContacts, NumberOfResponses, NumberOfOpportunities, NumberOfWonOpportunities, AmountAllOpportunities, AmountWonOpportunities';

function lead(r: Rig, name = 'L'): string {
  return r.half.seed.insert('Lead', { LastName: name, Company: 'C' }, { at: START });
}

function campaign(r: Rig, more: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Campaign', { Name: 'C', ...more }, { at: START });
}

function deal(r: Rig, more: Record<string, unknown>): string {
  return r.half.seed.insert('Opportunity', { Name: 'D', StageName: 'Prospecting', CloseDate: '2026-06-30', ...more }, { at: START });
}

async function figures(r: Rig, id: string, prefix = ''): Promise<unknown[]> {
  const names = FIGURES.split(', ').map((name) => prefix + name);
  const [record] = await r.records(`SELECT ${names.join(', ')} FROM Campaign WHERE Id = '${id}'`);
  return names.map((name) => record?.[name]);
}

describe('campaign members', () => {
  conforms({ known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaignmember.htm` }, 'a person is a member once', async () => {
    const r = rig();
    const member = { CampaignId: campaign(r), LeadId: lead(r) };
    expect((await r.send('POST', '/sobjects/CampaignMember', { body: member })).status).toBe(201);
    const again = await r.send('POST', '/sobjects/CampaignMember', { body: member });
    expect(again.json).toEqual([{ message: 'Already a campaign member.', errorCode: 'DUPLICATE_VALUE', fields: [] }]);
  });

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaignmember.htm` },
    'whether it responded follows from its status; the first day stays',
    async () => {
      const r = rig();
      const id = String(
        (await r.send('POST', '/sobjects/CampaignMember', { body: { CampaignId: campaign(r), LeadId: lead(r) } })).json['id'],
      );
      const read = async (): Promise<unknown[]> => {
        const [one] = await r.records('SELECT Status, HasResponded, FirstRespondedDate FROM CampaignMember');
        return [one?.['Status'], one?.['HasResponded'], one?.['FirstRespondedDate']];
      };
      expect(await read()).toEqual(['Sent', false, null]);
      await r.send('PATCH', `/sobjects/CampaignMember/${id}`, { body: { Status: 'Responded' } });
      expect(await read()).toEqual(['Responded', true, '2026-03-02']);
      r.advance(5 * 86_400_000);
      await r.send('PATCH', `/sobjects/CampaignMember/${id}`, { body: { Status: 'Sent' } });
      await r.send('PATCH', `/sobjects/CampaignMember/${id}`, { body: { Status: 'Responded' } });
      expect(await read()).toEqual(['Responded', true, '2026-03-02']);
      const refused = await r.send('PATCH', `/sobjects/CampaignMember/${id}`, { body: { HasResponded: false, LeadId: lead(r) } });
      expect(refused.json.at(0)).toMatchObject({ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['HasResponded', 'LeadId'] });
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaignmember.htm` },
    'a status that the campaign does not have becomes its default one',
    async () => {
      const r = rig();
      await r.send('POST', '/sobjects/CampaignMember', { body: { CampaignId: campaign(r), LeadId: lead(r), Status: 'Danced' } });
      expect((await r.records('SELECT Status FROM CampaignMember'))[0]?.['Status']).toBe('Sent');
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaignmember.htm` },
    'of a lead and a contact only the contact is kept; one of them is needed',
    async () => {
      const r = rig();
      const contact = r.half.seed.insert('Contact', { LastName: 'P', Email: 'p@example.com' }, { at: START });
      await r.send('POST', '/sobjects/CampaignMember', { body: { CampaignId: campaign(r), LeadId: lead(r), ContactId: contact } });
      expect((await r.records('SELECT LeadId, ContactId, Type, LeadOrContactId, Email FROM CampaignMember'))[0]).toMatchObject({
        LeadId: null,
        ContactId: contact,
        Type: 'Contact',
        LeadOrContactId: contact,
        Email: 'p@example.com',
      });
      const nobody = await r.send('POST', '/sobjects/CampaignMember', { body: { CampaignId: campaign(r) } });
      expect(nobody.json.at(0)?.['errorCode']).toBe('REQUIRED_FIELD_MISSING');
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaignmemberstatus.htm` },
    'each campaign has its own member statuses',
    async () => {
      const r = rig();
      const id = campaign(r);
      expect(
        (
          await r.records(`SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus WHERE CampaignId = '${id}' ORDER BY SortOrder`)
        ).map((one) => [one['Label'], one['IsDefault'], one['HasResponded']]),
      ).toEqual([
        ['Sent', true, false],
        ['Responded', false, true],
      ]);
      const attended = await r.send('POST', '/sobjects/CampaignMemberStatus', {
        body: { CampaignId: id, Label: 'Attended', HasResponded: true, SortOrder: 9 },
      });
      expect(attended.status).toBe(201);
      await r.send('POST', '/sobjects/CampaignMember', { body: { CampaignId: id, LeadId: lead(r), Status: 'attended' } });
      expect((await r.records('SELECT Status, HasResponded FROM CampaignMember'))[0]).toMatchObject({
        Status: 'Attended',
        HasResponded: true,
      });
    },
  );
});

describe('campaign figures', () => {
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaign.htm` },
    'members and primary opportunities are counted, through every change',
    async () => {
      const r = rig();
      const id = campaign(r);
      expect(await figures(r, id)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
      const members = [lead(r), lead(r), lead(r)].map((LeadId, index) =>
        r.half.seed.insert('CampaignMember', { CampaignId: id, LeadId, Status: index === 0 ? 'Responded' : 'Sent' }, { at: START }),
      );
      const won = deal(r, { CampaignId: id, Amount: 100.1 });
      const open = deal(r, { CampaignId: id, Amount: 0.2 });
      expect(await figures(r, id)).toEqual([3, 0, 0, 1, 2, 0, 100.3, 0]);
      await r.send('PATCH', `/sobjects/Opportunity/${won}`, { body: { StageName: 'Closed Won' } });
      await r.send('DELETE', `/sobjects/CampaignMember/${String(members[0])}`);
      expect(await figures(r, id)).toEqual([2, 0, 0, 0, 2, 1, 100.3, 100.1]);
      await r.send('PATCH', `/sobjects/Opportunity/${won}`, { body: { Amount: 50 } });
      await r.send('PATCH', `/sobjects/Opportunity/${open}`, { body: { CampaignId: null } });
      expect(await figures(r, id)).toEqual([2, 0, 0, 0, 1, 1, 50, 50]);
      await r.send('DELETE', `/sobjects/Opportunity/${won}`);
      expect(await figures(r, id)).toEqual([2, 0, 0, 0, 0, 0, 0, 0]);
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaign.htm` },
    'a converted member counts as lead, converted lead and contact',
    async () => {
      const r = rig();
      const id = campaign(r);
      const person = lead(r);
      r.half.seed.insert('CampaignMember', { CampaignId: id, LeadId: person }, { at: START });
      r.half.seed.convertLead(person, { at: START, opportunity: null });
      expect(await figures(r, id)).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaign.htm` },
    'hierarchy figures add up the campaigns below',
    async () => {
      const r = rig();
      const top = campaign(r, { BudgetedCost: 5 });
      const below = campaign(r, { ParentId: top, BudgetedCost: 7 });
      for (const id of [top, below]) r.half.seed.insert('CampaignMember', { CampaignId: id, LeadId: lead(r) }, { at: START });
      deal(r, { CampaignId: below, Amount: 9, StageName: 'Closed Won' });
      expect(await figures(r, top)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
      expect(await figures(r, top, 'Hierarchy')).toEqual([2, 0, 0, 0, 1, 1, 9, 9]);
      expect((await r.records(`SELECT HierarchyBudgetedCost FROM Campaign WHERE Id = '${top}'`))[0]?.['HierarchyBudgetedCost']).toBe(12);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/verbb/formie/issues/1981' },
    'they can not be written, and the record stays as it was',
    async () => {
      const r = rig();
      const id = campaign(r);
      const answer = await r.send('PATCH', '/composite/sobjects', {
        body: { records: [{ attributes: { type: 'Campaign' }, id, Name: 'New', NumberOfResponses: 5 }] },
      });
      expect(answer.json.at(0)?.['errors']?.at(0)).toMatchObject({
        statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
        fields: ['NumberOfResponses'],
      });
      expect((await r.records('SELECT Name FROM Campaign'))[0]?.['Name']).toBe('C');
    },
  );

  conforms(
    {
      known: 'assumed',
      probe:
        'with two currencies, add a USD opportunity to a EUR campaign and read AmountAllOpportunities and SystemModstamp of the campaign',
    },
    'amounts are converted to the currency of the campaign, and figures move no stamp',
    async () => {
      const r = rig({ multiCurrency: true, currency: 'EUR' });
      r.half.seed.insert('CurrencyType', { IsoCode: 'USD', ConversionRate: 1.25, DecimalPlaces: 2, IsActive: true }, { at: START });
      const id = campaign(r);
      r.advance(60_000);
      deal(r, { CampaignId: id, Amount: 100, CurrencyIsoCode: 'USD' });
      expect((await figures(r, id))[6]).toBe(80);
      expect((await r.records('SELECT SystemModstamp FROM Campaign'))[0]?.['SystemModstamp']).toBe('2026-03-02T09:30:15.000+0000');
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.campaigns_def.htm` },
    'who is no marketing user sees campaigns closed to writing',
    async () => {
      const r = rig();
      const id = campaign(r);
      const [user] = await r.records("SELECT Id FROM User WHERE Username = 'sasha.seller@example.com'");
      expect(
        (await r.send('PATCH', `/sobjects/User/${String(user?.['Id'])}`, { body: { UserPermissionsMarketingUser: false } })).status,
      ).toBe(204);
      const global = await r.send('GET', '/sobjects', { as: 'user' });
      const entry = global.json['sobjects']?.map((one) => one).find((one) => String(one['name']) === 'Campaign');
      expect(entry).toMatchObject({ createable: false, updateable: false });
      const answer = await r.send('PATCH', `/sobjects/Campaign/${id}`, { as: 'user', body: { Name: 'Mine' } });
      expect(answer.json.at(0)).toMatchObject({
        errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
        message: 'insufficient access rights on object id',
      });
    },
  );
});
