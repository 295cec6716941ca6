import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer } from './rig.ts';
import { soap, texts } from './soap.ts';

const MEMBER_STATUS =
  'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmemberstatus.htm';
const LOCKS =
  'https://developer.salesforce.com/docs/atlas.en-us.256.0.draes.meta/draes/draes_object_relationships_record_level_locking.htm';
const CONCURRENT = 'https://help.salesforce.com/s/articleView?id=000389067&language=de&type=1';
const CURRENCY =
  'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_datedconversionrate.htm';

describe('member statuses of a campaign', () => {
  conforms({ known: 'specified', source: MEMBER_STATUS }, 'the default one and one in use can not be deleted', async () => {
    const r = rig();
    const campaign = r.half.seed.insert('Campaign', { Name: 'Fair' }, { at: START });
    const made = await r.send('POST', '/sobjects/CampaignMemberStatus', {
      body: { CampaignId: campaign, Label: 'Visited', HasResponded: true, SortOrder: 9 },
    });
    const visited = String(made.json['id']);
    const lead = r.half.seed.insert('Lead', { LastName: 'B', Company: 'C' }, { at: START });
    const member = r.half.seed.insert('CampaignMember', { CampaignId: campaign, LeadId: lead, Status: 'Visited' }, { at: START });
    const [first] = await r.records('SELECT Id FROM CampaignMemberStatus WHERE IsDefault = true');
    for (const id of [String(first?.['Id']), visited])
      expect((await r.send('DELETE', `/sobjects/CampaignMemberStatus/${id}`)).json.at(0)?.['errorCode']).toBe('DELETE_FAILED');
    await r.send('DELETE', `/sobjects/CampaignMember/${member}`);
    expect((await r.send('DELETE', `/sobjects/CampaignMemberStatus/${visited}`)).status).toBe(204);
    expect((await r.send('DELETE', `/sobjects/Campaign/${campaign}`)).status).toBe(204);
  });

  conforms(
    { known: 'specified', source: MEMBER_STATUS },
    'a campaign always has one default and at least one that counts as a response',
    async () => {
      const r = rig();
      r.half.seed.insert('Campaign', { Name: 'Fair' }, { at: START });
      const statuses = () => r.records('SELECT Id, Label, IsDefault, HasResponded FROM CampaignMemberStatus ORDER BY SortOrder');
      const [sent, responded] = await statuses();
      const change = (id: unknown, body: object): Promise<Answer> =>
        r.send('PATCH', `/sobjects/CampaignMemberStatus/${String(id)}`, { body });
      expect((await change(sent?.['Id'], { IsDefault: false })).status).toBe(400);
      expect((await change(responded?.['Id'], { HasResponded: false })).status).toBe(400);
      expect((await change(responded?.['Id'], { IsDefault: true })).status).toBe(204);
      expect((await statuses()).map((one) => String(one['IsDefault']))).toEqual(['false', 'true']);
      const twin = await r.send('POST', '/sobjects/CampaignMemberStatus', {
        body: { CampaignId: (await r.records('SELECT Id FROM Campaign'))[0]?.['Id'], Label: 'SENT' },
      });
      expect(twin.json.at(0)?.['errorCode']).toBe('DUPLICATE_VALUE');
    },
  );
});

describe('currencies', () => {
  conforms(
    { known: 'specified', source: CURRENCY },
    'CurrencyType and DatedConversionRate are there only with several currencies; a rate ends where the next begins',
    async () => {
      const one = rig();
      for (const name of ['CurrencyType', 'DatedConversionRate'])
        expect((await one.soql(`SELECT Id FROM ${name}`)).json.at(0)?.['errorCode']).toBe('INVALID_TYPE');
      expect((await one.soql('SELECT CurrencyIsoCode FROM Opportunity')).json.at(0)?.['errorCode']).toBe('INVALID_FIELD');
      const r = rig({ multiCurrency: true, currency: 'EUR' });
      for (const [StartDate, ConversionRate] of [
        ['2026-01-01', 1.1],
        ['2026-02-01', 1.2],
      ])
        r.half.seed.insert('DatedConversionRate', { IsoCode: 'USD', StartDate, ConversionRate }, { at: START });
      expect(await r.records('SELECT StartDate, NextStartDate, ConversionRate FROM DatedConversionRate ORDER BY StartDate')).toMatchObject([
        { StartDate: '2026-01-01', NextStartDate: '2026-02-01', ConversionRate: 1.1 },
        { StartDate: '2026-02-01', NextStartDate: '9999-12-31', ConversionRate: 1.2 },
      ]);
      expect(await r.records('SELECT IsoCode, IsCorporate, ConversionRate FROM CurrencyType')).toMatchObject([
        { IsoCode: 'EUR', IsCorporate: true, ConversionRate: 1 },
      ]);
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm',
    },
    'an organisation without person accounts has no field of theirs',
    async () => {
      for (const field of ['IsPersonAccount', 'PersonEmail'])
        expect((await rig().soql(`SELECT ${field} FROM Account`)).json.at(0)?.['errorCode']).toBe('INVALID_FIELD');
    },
  );
});

describe('contention', () => {
  conforms(
    { known: 'specified', source: LOCKS },
    "a write under way to one child holds the parent: another child of it is UNABLE_TO_LOCK_ROW, a stranger's is not",
    async () => {
      const r = rig();
      const { seed } = r.half;
      const [campaign, other] = ['Fair', 'Mail'].map((Name) => seed.insert('Campaign', { Name }, { at: START })) as [string, string];
      const [a, b] = ['A', 'B'].map((LastName) => seed.insert('Lead', { LastName, Company: 'C' }, { at: START })) as [string, string];
      const busy = seed.insert('CampaignMember', { CampaignId: campaign, LeadId: a }, { at: START });
      seed.inFlight(busy, { until: r.now() + 5000 });
      const records = [campaign, other].map((CampaignId) => ({ attributes: { type: 'CampaignMember' }, CampaignId, LeadId: b }));
      const answer = await r.send('POST', '/composite/sobjects', { body: { records } });
      expect(answer.json.at(0)?.['errors']?.at(0)).toEqual({
        statusCode: 'UNABLE_TO_LOCK_ROW',
        message: `unable to obtain exclusive access to this record or 1 records: ${campaign}`,
        fields: [],
      });
      expect(answer.json.at(1)?.['success']).toBe(true);
      r.advance(5000);
      expect((await r.send('POST', '/composite/sobjects', { body: { records: records.slice(0, 1) } })).json.at(0)?.['success']).toBe(true);
    },
  );
});

describe('calls that run for a long time', () => {
  conforms(
    { known: 'recorded', source: CONCURRENT },
    'with 25 under way a further call is refused, over SOAP too; 5 in a Developer organisation',
    async () => {
      for (const [edition, most] of [
        ['enterprise', 25],
        ['developer', 5],
      ] as const) {
        const r = rig({ edition });
        r.half.seed.longCalls(most - 1, { until: r.now() + 60_000 });
        expect((await r.send('GET', '/limits')).status).toBe(200);
        r.half.seed.longCalls(1, { until: r.now() + 30_000 });
        const refused = await r.send('GET', '/limits');
        expect([refused.status, refused.json]).toEqual([
          403,
          [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.' }],
        ]);
        expect(texts(await soap(r, '<getServerTimestamp/>'), 'faultcode')).toEqual(['sf:REQUEST_LIMIT_EXCEEDED']);
        r.advance(30_000);
        expect((await r.send('GET', '/limits')).status).toBe(200);
      }
    },
  );
});
