import { expect, test } from 'vitest';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { sandbox } from 'truce/sandbox';
import { truce, type Truce, type TruceOptions } from 'truce';
import { userHttp } from '../support/user-http.ts';

const minute = 60_000;

/** Both vendors' imitations with one person in both, and their users, who go by their own HTTP calls only. */
async function company() {
  const box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 0 });
  const marketer = userHttp(box.hubspot.url, box.hubspot.userToken);
  const rep = userHttp(box.salesforce.url, box.salesforce.userAccessToken);
  const version = `/services/data/v${box.salesforce.apiVersion}`;
  const properties = { email: 'ann@example.com', firstname: 'Ann', lastname: 'Able', hs_lead_status: 'NEW' };
  const contact = String((await marketer.send('POST', '/crm/v3/objects/contacts', { properties }))['id']);
  const fields = { FirstName: 'Ann', LastName: 'Able', Company: 'Example', Email: 'Ann@Example.com', Status: 'Open - Not Contacted' };
  const lead = String((await rep.send('POST', `${version}/sobjects/Lead`, fields))['id']);
  const later = (): Promise<void> => box.clock.moveTo(box.clock.now() + minute);
  await later();
  let opened: Truce | null = null;
  return {
    box,
    later,
    open: async (rest: Partial<TruceOptions> = {}): Promise<Truce> => {
      opened = await truce({
        marketing: hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }),
        sales: salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }),
        state: ':memory:',
        config: { mode: 'sync' },
        ...rest,
      });
      return opened;
    },
    setContact: async (status: string): Promise<void> => {
      await marketer.send('PATCH', `/crm/v3/objects/contacts/${contact}`, { properties: { hs_lead_status: status } });
    },
    setLead: async (status: string): Promise<void> => {
      await rep.send('PATCH', `${version}/sobjects/Lead/${lead}`, { Status: status });
    },
    /** What both users see. */
    read: async (): Promise<readonly [unknown, unknown]> => {
      const seen = await marketer.send('GET', `/crm/v3/objects/contacts/${contact}?properties=hs_lead_status`);
      const held = await rep.send('GET', `${version}/sobjects/Lead/${lead}?fields=Status`);
      return [(seen['properties'] as Record<string, unknown>)['hs_lead_status'], held['Status']];
    },
    /** All values the contact's status had, newest first. */
    history: async (): Promise<readonly unknown[]> => {
      const seen = await marketer.send('GET', `/crm/v3/objects/contacts/${contact}?propertiesWithHistory=hs_lead_status`);
      const entries = (seen['propertiesWithHistory'] as Record<string, { value: unknown }[]>)['hs_lead_status'] ?? [];
      return entries.map((entry) => entry.value);
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await opened?.close();
      await box.close();
    },
  };
}

test("a lead's status moves both ways between both vendors, and a run after that changes nothing that a user can see", async () => {
  await using crms = await company();
  const t = await crms.open();
  await t.sync({ yes: true });
  expect(await crms.read()).toEqual(['NEW', 'Open - Not Contacted']);
  await crms.setLead('Working - Contacted');
  await crms.later();
  await t.sync({ yes: true });
  expect(await crms.read()).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  await crms.later();
  await crms.setContact('UNQUALIFIED');
  await crms.later();
  await t.sync({ yes: true });
  expect(await crms.read()).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
  expect(await crms.history()).toEqual(['UNQUALIFIED', 'IN_PROGRESS', 'NEW']);
  for (let run = 0; run < 2; run += 1) {
    await crms.later();
    await t.sync({ yes: true });
  }
  expect(await crms.read()).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
  expect(await crms.history()).toHaveLength(3);
});

test("a marketer's edit in the moment of our write is back in HubSpot, and sales has the outcome of both", async () => {
  await using crms = await company();
  let edited = false;
  const t = await crms.open({
    beforeWrite: async (line) => {
      if (line.side === 'marketing' && !edited) {
        edited = true;
        await crms.later();
        await crms.setContact('UNQUALIFIED');
        await crms.later();
      }
      return true;
    },
  });
  await t.sync({ yes: true });
  await crms.setLead('Working - Contacted');
  await crms.later();
  await t.sync({ yes: true });
  expect(edited).toBe(true);
  expect(await crms.read()).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
  // Ours hid the edit for a moment, and gave it back.
  expect(await crms.history()).toEqual(['UNQUALIFIED', 'IN_PROGRESS', 'UNQUALIFIED', 'NEW']);
});

test("a rep's edit in the moment of our write is not overwritten in Salesforce, and marketing has the outcome of both", async () => {
  await using crms = await company();
  let edited = false;
  const t = await crms.open({
    beforeWrite: async (line) => {
      if (line.side === 'sales' && !edited) {
        edited = true;
        await crms.later();
        await crms.setLead('Closed - Not Converted');
        await crms.later();
      }
      return true;
    },
  });
  await t.sync({ yes: true });
  await crms.setContact('IN_PROGRESS');
  await crms.later();
  await t.sync({ yes: true });
  expect(edited).toBe(true);
  expect(await crms.read()).toEqual(['UNQUALIFIED', 'Closed - Not Converted']);
});

test('an answer that is lost on the way to either vendor is resolved by reading, and nothing is written twice', async () => {
  await using crms = await company();
  const t = await crms.open();
  await t.sync({ yes: true });
  crms.box.faults.add([
    { side: 'hubspot', match: { method: 'POST', path: 'batch/update' }, nth: 1, when: 'after', effect: { type: 'reset' } },
  ]);
  await crms.setLead('Working - Contacted');
  await crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1 });
  expect(crms.box.faults.list()).toMatchObject([{ applied: 1 }]);
  await crms.later();
  await t.sync({ yes: true });
  expect(await crms.read()).toEqual(['IN_PROGRESS', 'Working - Contacted']);
  expect(await crms.history()).toEqual(['IN_PROGRESS', 'NEW']);
  expect((await t.status()).openIntents).toBe(0);
});
