import { expect, test } from 'vitest';
import { truce } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { userHttp, type UserHttp } from '../support/user-http.ts';

const minute = 60_000;

/** One person in both imitations; HubSpot's search shows a change only an hour after it was made. */
async function ann(box: Sandbox) {
  const marketer = userHttp(box.hubspot.url, box.hubspot.userToken);
  const rep = userHttp(box.salesforce.url, box.salesforce.userAccessToken);
  const version = `/services/data/v${box.salesforce.apiVersion}`;
  const properties = { email: 'ann@example.com', lastname: 'Able', hs_lead_status: 'NEW' };
  const contact = String((await marketer.send('POST', '/crm/v3/objects/contacts', { properties }))['id']);
  const fields = { LastName: 'Able', Company: 'Example', Email: 'ann@example.com', Status: 'Open - Not Contacted' };
  const lead = String((await rep.send('POST', `${version}/sobjects/Lead`, fields))['id']);
  await box.clock.moveTo(box.clock.now() + 120 * minute);
  const t = await truce({
    marketing: hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }),
    sales: salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }),
    state: ':memory:',
    config: { mode: 'sync' },
  });
  await t.sync({ yes: true });
  const seen = async (): Promise<unknown> => {
    const answer = await marketer.send('GET', `/crm/v3/objects/contacts/${contact}?properties=hs_lead_status`);
    return (answer['properties'] as Record<string, unknown>)['hs_lead_status'];
  };
  return { t, rep, lead, version, seen };
}

/** A rep converts a lead, as the button in Salesforce does. */
async function convert(rep: UserHttp, { lead, version, deal }: { lead: string; version: string; deal: boolean }): Promise<string> {
  const account = String((await rep.send('POST', `${version}/sobjects/Account`, { Name: 'Example' }))['id']);
  const url = version.replace('/services/data/v', '/services/Soap/u/');
  await rep.soap(
    url,
    `<convertLead><leadConverts><accountId>${account}</accountId><convertedStatus>Closed - Converted</convertedStatus><doNotCreateOpportunity>${String(!deal)}</doNotCreateOpportunity><leadId>${lead}</leadId><opportunityName>Example</opportunityName><overwriteLeadSource>false</overwriteLeadSource><sendNotificationEmail>false</sendNotificationEmail></leadConverts></convertLead>`,
  );
  const row = await rep.send('GET', `${version}/sobjects/Lead/${lead}?fields=ConvertedOpportunityId`);
  return String(row['ConvertedOpportunityId']);
}

test('a run that cannot see its own last writes yet takes them for what stands, and writes nothing', async () => {
  await using box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 60 * minute });
  const { t, rep, lead, version, seen } = await ann(box);
  await using _ = t;
  await rep.send('PATCH', `${version}/sobjects/Lead/${lead}`, { Status: 'Working - Contacted' });
  await box.clock.moveTo(box.clock.now() + minute);
  await t.sync({ yes: true });
  expect(await seen()).toBe('IN_PROGRESS');
  await box.clock.moveTo(box.clock.now() + minute);
  await t.sync({ yes: true });
  expect(await seen()).toBe('IN_PROGRESS');
  expect((await rep.send('GET', `${version}/sobjects/Lead/${lead}?fields=Status`))['Status']).toBe('Working - Contacted');
});

test("a converted lead's status in marketing follows its opportunity, and nothing is written to the lead", async () => {
  await using box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 0 });
  const { t, rep, lead, version, seen } = await ann(box);
  await using _ = t;
  const deal = await convert(rep, { lead, version, deal: true });
  const before = (await rep.send('GET', `${version}/sobjects/Lead/${lead}?fields=LastModifiedDate`))['LastModifiedDate'];
  await box.clock.moveTo(box.clock.now() + minute);
  await t.sync({ yes: true });
  expect(await seen()).toBe('OPEN_DEAL');
  await rep.send('PATCH', `${version}/sobjects/Opportunity/${deal}`, { StageName: 'Closed Lost', Loss_Reason__c: 'Price' });
  await box.clock.moveTo(box.clock.now() + minute);
  await t.sync({ yes: true });
  expect((await rep.send('GET', `${version}/sobjects/Lead/${lead}?fields=LastModifiedDate`))['LastModifiedDate']).toBe(before);
});

test('a lead that was converted without an opportunity counts as accepted in marketing', async () => {
  await using box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 0 });
  const { t, rep, lead, version, seen } = await ann(box);
  await using _ = t;
  await convert(rep, { lead, version, deal: false });
  await box.clock.moveTo(box.clock.now() + minute);
  await t.sync({ yes: true });
  expect(await seen()).toBe('OPEN_DEAL');
});
