import { XMLParser } from 'fast-xml-parser';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const OBJECTS = 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference';
const SOAP = 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api';

const QUARTER_END = '2026-03-31';

function soap(r: Rig, body: string, options: { readonly token?: string; readonly version?: string } = {}): Promise<Answer> {
  const { token = 'user-token', version = '67.0' } = options;
  return r.send('POST', `/services/Soap/u/${version}`, {
    as: 'nobody',
    headers: { 'content-type': 'text/xml', soapaction: '""' },
    body:
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      `<soapenv:Header xmlns="urn:partner.soap.sforce.com"><SessionHeader><sessionId>${token}</sessionId></SessionHeader></soapenv:Header>` +
      `<soapenv:Body xmlns="urn:partner.soap.sforce.com">${body}</soapenv:Body></soapenv:Envelope>`,
  });
}

function convert(r: Rig, leadId: string, more = ''): Promise<Answer> {
  return soap(
    r,
    `<convertLead><leadConverts><leadId>${leadId}</leadId><convertedStatus>Closed - Converted</convertedStatus>${more}</leadConverts></convertLead>`,
  );
}

function resultOf(answer: Answer): Record<string, unknown> {
  const document = new XMLParser({ removeNSPrefix: true, parseTagValue: false }).parse(answer.text) as {
    Envelope: { Body: { convertLeadResponse: { result: Record<string, unknown> } } };
  };
  return document.Envelope.Body.convertLeadResponse.result;
}

function person(r: Rig, more: Record<string, unknown> = {}): string {
  return r.half.seed.insert(
    'Lead',
    {
      FirstName: 'Ada',
      LastName: 'Byron',
      Company: 'Engines & Sons',
      Email: 'ada@example.com',
      Phone: '1',
      City: 'London',
      LeadSource: 'Web',
      ...more,
    },
    { at: START },
  );
}

describe('convertLead', () => {
  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_convertlead.htm` },
    'answers account, contact, lead and opportunity, with the limits in the header',
    async () => {
      const r = rig();
      const lead = person(r);
      const answer = await convert(r, lead);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toContain('text/xml');
      expect(answer.text).toContain('<limitInfo><current>1</current><limit>103000</limit><type>API REQUESTS</type></limitInfo>');
      expect(Object.keys(resultOf(answer))).toEqual(['accountId', 'contactId', 'leadId', 'opportunityId', 'success']);
      const [converted] = await r.records(
        'SELECT IsConverted, Status, ConvertedDate, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId, IsUnreadByOwner FROM Lead',
      );
      const result = resultOf(answer);
      expect(converted).toMatchObject({
        IsConverted: true,
        Status: 'Closed - Converted',
        ConvertedDate: '2026-03-02',
        ConvertedAccountId: result['accountId'],
        ConvertedContactId: result['contactId'],
        ConvertedOpportunityId: result['opportunityId'],
        IsUnreadByOwner: false,
      });
      expect((await r.records('SELECT Name, Account.Name, Email, MailingCity, LeadSource FROM Contact'))[0]).toMatchObject({
        Name: 'Ada Byron',
        Account: { Name: 'Engines & Sons' },
        Email: 'ada@example.com',
        MailingCity: 'London',
      });
      expect(
        (
          await r.records(
            'SELECT Name, StageName, CloseDate, Account.Name, CreatedBy.Name, (SELECT ContactId, IsPrimary FROM OpportunityContactRoles) FROM Opportunity',
          )
        )[0],
      ).toMatchObject({
        Name: 'Engines & Sons-',
        StageName: 'Prospecting',
        CloseDate: QUARTER_END,
        CreatedBy: { Name: 'Sasha Seller' },
        OpportunityContactRoles: { records: [{ ContactId: result['contactId'], IsPrimary: true }] },
      });
    },
  );

  conforms({ known: 'specified', source: `${SOAP}/sforce_api_calls_convertlead.htm` }, 'without an opportunity its id is nil', async () => {
    const r = rig();
    const answer = await convert(r, person(r), '<doNotCreateOpportunity>true</doNotCreateOpportunity>');
    expect(answer.text).toContain('<opportunityId xsi:nil="true"/>');
    expect(r.half.counts().rows['Opportunity']).toBe(0);
  });

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaignmember.htm` },
    'the member keeps its lead and gains the contact, in the same row',
    async () => {
      const r = rig();
      const lead = person(r);
      const campaign = r.half.seed.insert('Campaign', { Name: 'Fair' }, { at: START });
      const member = r.half.seed.insert('CampaignMember', { CampaignId: campaign, LeadId: lead }, { at: START });
      const { contactId, opportunityId } = resultOf(await convert(r, lead));
      expect((await r.records('SELECT Id, LeadId, ContactId, Type FROM CampaignMember'))[0]).toMatchObject({
        Id: member,
        LeadId: lead,
        ContactId: contactId,
        Type: 'Contact',
      });
      expect((await r.records(`SELECT CampaignId FROM Opportunity WHERE Id = '${String(opportunityId)}'`))[0]?.['CampaignId']).toBe(
        campaign,
      );
    },
  );

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_convertlead.htm` },
    'afterwards the lead is locked: CANNOT_UPDATE_CONVERTED_LEAD',
    async () => {
      const r = rig();
      const lead = person(r);
      await convert(r, lead);
      const answer = await r.send('PATCH', `/sobjects/Lead/${lead}`, { body: { Company: 'x' } });
      expect([answer.status, answer.json]).toEqual([
        400,
        [{ message: 'cannot reference converted lead', errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', fields: [] }],
      ]);
      const many = await r.send('PATCH', '/composite/sobjects', {
        body: { records: [{ attributes: { type: 'Lead' }, id: lead, Status: 'Working - Contacted' }] },
      });
      expect(many.json.at(0)).toEqual({
        success: false,
        errors: [{ statusCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead', fields: [] }],
      });
      expect((await convert(r, lead)).text).toContain('<statusCode>CANNOT_UPDATE_CONVERTED_LEAD</statusCode>');
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_leadhistory.htm` },
    'the history says leadConverted and the change of status',
    async () => {
      const r = rig();
      const lead = person(r);
      await convert(r, lead);
      const rows = await r.records('SELECT Field, OldValue, NewValue, CreatedBy.Name FROM LeadHistory ORDER BY Id');
      expect(rows.map((one) => [one['Field'], one['OldValue'], one['NewValue']])).toEqual([
        ['created', null, null],
        ['leadConverted', null, null],
        ['Status', 'Open - Not Contacted', 'Closed - Converted'],
      ]);
      expect((await r.records('SELECT Field FROM OpportunityFieldHistory ORDER BY Id')).map((one) => one['Field'])).toEqual([
        'created',
        'opportunityCreatedFromLead',
      ]);
    },
  );

  conforms(
    { known: 'assumed', probe: 'convert a lead that has a completed task through convertLead and query WhoId and AccountId of the task' },
    'activities move to the contact',
    async () => {
      const r = rig();
      const lead = person(r);
      r.half.seed.insert('Task', { WhoId: lead, Subject: 'Call', Status: 'Completed' }, { at: START });
      const { contactId, accountId } = resultOf(await convert(r, lead));
      expect((await r.records('SELECT WhoId, AccountId FROM Task'))[0]).toMatchObject({ WhoId: contactId, AccountId: accountId });
    },
  );

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_convertlead.htm` },
    'an existing account and contact are kept, and only completed',
    async () => {
      const r = rig();
      const account = r.half.seed.insert('Account', { Name: 'Kept' }, { at: START });
      const contact = r.half.seed.insert('Contact', { LastName: 'Kept', AccountId: account }, { at: START });
      const lead = person(r);
      const result = resultOf(
        await convert(
          r,
          lead,
          `<accountId>${account}</accountId><contactId>${contact}</contactId><opportunityName>Big one</opportunityName>`,
        ),
      );
      expect(result).toMatchObject({ accountId: account, contactId: contact });
      expect((await r.records('SELECT LastName, FirstName, Email FROM Contact'))[0]).toMatchObject({
        LastName: 'Kept',
        FirstName: 'Ada',
        Email: 'ada@example.com',
      });
      expect((await r.records('SELECT Name, Phone FROM Account'))[0]).toMatchObject({ Name: 'Kept', Phone: '1' });
      expect((await r.records('SELECT Name FROM Opportunity'))[0]?.['Name']).toBe('Big one');
    },
  );

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_convertlead.htm` },
    'a lead of a queue needs an owner; a status that is no converted one is refused; nothing is half done',
    async () => {
      const r = rig();
      const [queue] = await r.records("SELECT Id FROM Group WHERE Type = 'Queue'");
      const lead = person(r, { OwnerId: queue?.['Id'] });
      const refused = await convert(r, lead);
      expect(refused.text).toContain('Converted objects can only be owned by users');
      const status = await soap(
        r,
        `<convertLead><leadConverts><leadId>${lead}</leadId><convertedStatus>Working - Contacted</convertedStatus></leadConverts></convertLead>`,
      );
      expect(status.text).toContain(
        '<message>invalid convertedStatus: Working - Contacted</message><statusCode>INVALID_STATUS</statusCode>',
      );
      expect(r.half.counts().rows).toMatchObject({ Account: 0, Contact: 0, Opportunity: 0 });
      const [user] = await r.records("SELECT Id FROM User WHERE Name = 'Sasha Seller'");
      expect(resultOf(await convert(r, lead, `<ownerId>${String(user?.['Id'])}</ownerId>`))['success']).toBe('true');
    },
  );
});

describe('SOAP', () => {
  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_concepts_core_data_objects.htm` },
    'a bad session is a fault with HTTP 500 and sf:INVALID_SESSION_ID',
    async () => {
      const answer = await soap(rig(), '<getServerTimestamp/>', { token: 'stale' });
      expect(answer.status).toBe(500);
      expect(answer.text).toContain('<faultcode>sf:INVALID_SESSION_ID</faultcode>');
    },
  );

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_concepts_core_data_objects.htm` },
    'unknown operations, versions and envelopes are faults',
    async () => {
      const r = rig();
      expect((await soap(r, '<explode/>')).text).toMatch(/faultcode>sf:/);
      expect((await soap(r, '<getServerTimestamp/>', { version: '9.0' })).text).toContain('sf:UNSUPPORTED_API_VERSION');
      for (const body of ['', 'not xml', '<a><b></a>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']) {
        const answer = await r.send('POST', '/services/Soap/u/67.0', { body, headers: { 'content-type': 'text/xml' } });
        expect(answer.status).toBe(500);
        expect(answer.text).toMatch(/<faultcode>sf:\w+<\/faultcode>/);
      }
    },
  );

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_getuserinfo.htm` },
    'getUserInfo names the organisation and its currency',
    async () => {
      const answer = await soap(rig({ multiCurrency: true, currency: 'EUR' }), '<getUserInfo/>');
      expect(answer.text).toContain(
        '<organizationMultiCurrency>true</organizationMultiCurrency><orgDefaultCurrencyIsoCode>EUR</orgDefaultCurrencyIsoCode>',
      );
      expect(answer.text).toContain('<userName>sasha.seller@example.com</userName>');
    },
  );
});

describe('merge', () => {
  function merge(r: Rig, master: string, losers: readonly string[]): Promise<Answer> {
    const ids = losers.map((id) => `<recordToMergeIds>${id}</recordToMergeIds>`).join('');
    return soap(
      r,
      `<merge><request><masterRecord><type>Lead</type><Id>${master}</Id><Rating>Hot</Rating></masterRecord>${ids}</request></merge>`,
    );
  }

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_merge.htm` },
    'the loser is in the bin with the id of its master; its memberships move',
    async () => {
      const r = rig();
      const [master, loser] = [person(r), person(r)];
      const [shared, own] = ['shared', 'own'].map((Name) => r.half.seed.insert('Campaign', { Name }, { at: START }));
      for (const [CampaignId, LeadId] of [
        [shared, master],
        [shared, loser],
        [own, loser],
      ]) {
        r.half.seed.insert('CampaignMember', { CampaignId, LeadId }, { at: START });
      }
      expect((await merge(r, master, [loser])).text).toContain(`<mergedRecordIds>${loser}</mergedRecordIds>`);
      expect((await r.records('SELECT Id, Rating FROM Lead'))[0]).toMatchObject({ Id: master, Rating: 'Hot' });
      expect((await r.records('SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true', { all: true }))[0]).toMatchObject({
        Id: loser,
        MasterRecordId: master,
      });
      expect(
        (await r.records('SELECT LeadId, Campaign.Name FROM CampaignMember ORDER BY Campaign.Name')).map((one) => [
          one['LeadId'],
          one['Campaign']?.['Name'],
        ]),
      ).toEqual([
        [master, 'own'],
        [master, 'shared'],
      ]);
      expect((await r.records("SELECT NumberOfLeads FROM Campaign WHERE Name = 'shared'"))[0]?.['NumberOfLeads']).toBe(1);
    },
  );

  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_merge.htm` },
    'a record is not merged with itself, with another kind, or with a converted lead',
    async () => {
      const r = rig();
      const master = person(r);
      const converted = person(r);
      r.half.seed.convertLead(converted, { at: START, opportunity: null });
      const [contact] = await r.records('SELECT Id FROM Contact');
      for (const loser of [master, converted, String(contact?.['Id']), '00Q5g000000000zAAA']) {
        expect((await merge(r, master, [loser])).text).toContain('<success>false</success>');
      }
    },
  );
});
