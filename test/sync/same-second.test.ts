import { expect, test } from 'vitest';
import { truce } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { sandbox } from 'truce/sandbox';
import { userHttp } from '../support/user-http.ts';

const hour = 3_600_000;

test("a rep's edit in the second of our own write is seen, although Salesforce's stamp stays the same", async () => {
  await using box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 0 });
  const marketer = userHttp(box.hubspot.url, box.hubspot.userToken);
  const rep = userHttp(box.salesforce.url, box.salesforce.userAccessToken);
  const version = `/services/data/v${box.salesforce.apiVersion}`;
  const properties = { email: 'ann@example.com', lastname: 'Able', hs_lead_status: 'NEW' };
  const contact = String((await marketer.send('POST', '/crm/v3/objects/contacts', { properties }))['id']);
  const fields = { LastName: 'Able', Company: 'Example', Email: 'ann@example.com', Status: 'Open - Not Contacted' };
  const lead = String((await rep.send('POST', `${version}/sobjects/Lead`, fields))['id']);
  await box.clock.moveTo(box.clock.now() + hour);
  await using t = await truce({
    marketing: hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }),
    sales: salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }),
    state: ':memory:',
    config: { mode: 'sync' },
  });
  await t.sync({ yes: true });
  await marketer.send('PATCH', `/crm/v3/objects/contacts/${contact}`, { properties: { hs_lead_status: 'UNQUALIFIED' } });
  await box.clock.moveTo(box.clock.now() + hour);
  // The rep saves, Truce reads and writes, the rep saves again: the clock stands still meanwhile.
  await rep.send('PATCH', `${version}/sobjects/Lead/${lead}`, { Description: 'called' });
  await t.sync({ yes: true });
  const status = async (): Promise<unknown> => (await rep.send('GET', `${version}/sobjects/Lead/${lead}?fields=Status`))['Status'];
  expect(await status()).toBe('Closed - Not Converted');
  await rep.send('PATCH', `${version}/sobjects/Lead/${lead}`, { Status: 'Working - Contacted' });
  await box.clock.moveTo(box.clock.now() + hour);
  await t.sync({ yes: true });
  const seen = await marketer.send('GET', `/crm/v3/objects/contacts/${contact}?properties=hs_lead_status`);
  expect((seen['properties'] as Record<string, unknown>)['hs_lead_status']).toBe('IN_PROGRESS');
  expect(await status()).toBe('Working - Contacted');
});
