import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './native-connector-rig.ts';

const PEOPLE = 'https://knowledge.hubspot.com/integrations/sync-salesforce-leads-and-contacts-to-hubspot';
const INCLUSION = 'https://knowledge.hubspot.com/salesforce/create-a-salesforce-inclusion-list';
const DUPLICATES = 'https://knowledge.hubspot.com/salesforce/duplicate-salesforce-leads-or-contacts-syncing-to-hubspot';
const TRIGGERS = 'https://knowledge.hubspot.com/articles/kcs_article/salesforce/what-triggers-a-sync-with-salesforce';
const NOT_SYNCING = 'https://knowledge.hubspot.com/articles/kcs_article/salesforce/why-isn-t-a-contact-syncing-to-salesforce';
const ONE_KIND = 'https://www.coastalconsulting.co/blog/sync-hubspot-contacts-with-salesforce-leads-and-contacts';

const ada = { email: 'ada@example.com', lastname: 'Lovelace', company: 'Engines' };
const adaLead = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' };

describe('contacts become records in Salesforce', () => {
  conforms({ known: 'specified', source: PEOPLE }, 'each new contact becomes a lead', async () => {
    await using r = await rig();
    const id = await r.contact(ada);
    await r.minutes(2);
    const leads = await r.query("SELECT Id, LastName, Company FROM Lead WHERE Email = 'ada@example.com'");
    expect(leads).toMatchObject([{ LastName: 'Lovelace', Company: 'Engines' }]);
    expect((await r.read(id, ['salesforceleadid'])).properties.salesforceleadid).toBe(leads[0].Id);
  });

  conforms({ known: 'specified', source: TRIGGERS }, 'a mere subscriber does not, until the lifecycle stage moves on', async () => {
    await using r = await rig();
    const id = await r.contact({ ...ada, lifecyclestage: 'subscriber' });
    await r.minutes(5);
    expect(await r.query('SELECT Id FROM Lead')).toEqual([]);
    await r.change(id, { lifecyclestage: 'lead' });
    await r.minutes(2);
    expect(await r.query('SELECT Id FROM Lead')).toHaveLength(1);
  });

  conforms({ known: 'specified', source: NOT_SYNCING }, 'a contact without an address does not', async () => {
    await using r = await rig();
    await r.contact({ lastname: 'Nobody', company: 'Engines' });
    await r.minutes(5);
    expect(await r.query('SELECT Id FROM Lead')).toEqual([]);
  });

  conforms({ known: 'specified', source: ONE_KIND }, 'they become leads or contacts, as the setting says, never both', async () => {
    await using r = await rig({ createAs: 'Contact' });
    await r.contact(ada);
    await r.minutes(2);
    expect(await r.query('SELECT Id FROM Lead')).toEqual([]);
    expect(await r.query('SELECT Email FROM Contact')).toMatchObject([{ Email: 'ada@example.com' }]);
  });

  it('none is made when the setting says so', async () => {
    await using r = await rig({ createLeads: false });
    await r.contact(ada);
    await r.minutes(30);
    expect(await r.query('SELECT Id FROM Lead')).toEqual([]);
  });
});

describe('the inclusion list', () => {
  const listOf = async (r: Awaited<ReturnType<typeof rig>>): Promise<string> =>
    (await r.hubspot('POST /crm/v3/lists', { name: 'To Salesforce', processingType: 'MANUAL', objectTypeId: '0-1' })).list.listId as string;

  conforms({ known: 'specified', source: INCLUSION }, 'contacts outside it do not sync; joining it is what syncs them', async () => {
    await using r = await rig({ inclusionList: '1' });
    const list = await listOf(r);
    const id = await r.contact(ada);
    await r.minutes(5);
    expect(await r.query('SELECT Id FROM Lead')).toEqual([]);
    await r.hubspot(`PUT /crm/v3/lists/${list}/memberships/add`, [id]);
    await r.minutes(2);
    expect(await r.query('SELECT Id FROM Lead')).toHaveLength(1);
  });

  conforms(
    { known: 'specified', source: INCLUSION },
    'a new lead becomes a contact although it is not in it, and hears of no further change',
    async () => {
      await using r = await rig({ inclusionList: '1' });
      await listOf(r);
      const lead = await r.record('Lead', { ...adaLead, Phone: '+1 222' });
      await r.minutes(16);
      const [id = ''] = await r.byEmail('ada@example.com');
      expect((await r.read(id, ['phone'])).properties.phone).toBe('+1 222');
      await r.salesforce(`PATCH /sobjects/Lead/${lead}`, { Phone: '+1 444' });
      await r.minutes(31);
      expect((await r.read(id, ['phone'])).properties.phone).toBe('+1 222');
    },
  );
});

describe('records in Salesforce become contacts', () => {
  conforms({ known: 'specified', source: PEOPLE }, 'new leads and new contacts, created by SALESFORCE', async () => {
    await using r = await rig();
    await r.record('Lead', adaLead);
    await r.record('Contact', { Email: 'bob@example.com', LastName: 'Bobson' });
    await r.minutes(16);
    const [first = ''] = await r.byEmail('ada@example.com');
    const [second = ''] = await r.byEmail('bob@example.com');
    const made = (await r.read(first, ['hs_object_source', 'salesforceleadid', 'salesforcecontactid'])).properties;
    expect(made).toMatchObject({ hs_object_source: 'SALESFORCE', salesforceleadid: expect.stringMatching(/^00Q/) as string });
    const other = (await r.read(second, ['salesforceleadid', 'salesforcecontactid'])).properties;
    expect(other).toMatchObject({ salesforceleadid: null, salesforcecontactid: expect.stringMatching(/^003/) as string });
  });

  conforms({ known: 'specified', source: PEOPLE }, 'none is made when the setting says so', async () => {
    await using r = await rig({ createContacts: false });
    await r.record('Lead', adaLead);
    await r.minutes(31);
    expect(await r.byEmail('ada@example.com')).toEqual([]);
  });

  conforms(
    { known: 'specified', source: PEOPLE },
    'what was there before the installation comes with an import, or when it is touched',
    async () => {
      await using imported = await rig(true, { empty: false, people: 60 });
      const { linked } = imported.box.nativeConnector?.status() ?? { linked: 0 };
      expect(linked).toBeGreaterThan(10);
      await using r = await rig({ importAtStart: false }, { empty: false, people: 60 });
      expect(r.box.nativeConnector?.status().linked).toBe(0);
      const [lead] = await r.query('SELECT Id, Email FROM Lead WHERE IsConverted = false AND Email != null LIMIT 1');
      await r.minutes(31);
      expect(r.box.nativeConnector?.status().linked).toBe(0);
      await r.salesforce(`PATCH /sobjects/Lead/${lead.Id}`, { Title: 'Touched' });
      await r.minutes(16);
      expect(r.box.nativeConnector?.status().linked).toBe(1);
    },
  );
});

describe('who is the same person', () => {
  conforms({ known: 'specified', source: DUPLICATES }, 'records are matched by their address, in any case', async () => {
    await using r = await rig({ importAtStart: false });
    const lead = await r.record('Lead', { ...adaLead, Email: 'Ada@Example.com' });
    const id = await r.contact(ada);
    await r.minutes(2);
    expect(await r.query('SELECT Id FROM Lead')).toHaveLength(1);
    expect((await r.read(id, ['salesforceleadid'])).properties.salesforceleadid).toBe(lead);
  });

  conforms(
    { known: 'specified', source: DUPLICATES },
    'the same person under another address is a duplicate, and nobody notices',
    async () => {
      await using r = await rig();
      await r.record('Contact', { Email: 'ada@work.example', LastName: 'Lovelace', FirstName: 'Ada' });
      await r.contact({ ...ada, firstname: 'Ada' });
      await r.minutes(16);
      expect(await r.query("SELECT Id FROM Lead WHERE LastName = 'Lovelace'")).toHaveLength(1);
      expect(await r.query("SELECT Id FROM Contact WHERE LastName = 'Lovelace'")).toHaveLength(1);
      expect([...(await r.byEmail('ada@work.example')), ...(await r.byEmail('ada@example.com'))]).toHaveLength(2);
    },
  );

  conforms(
    { known: 'specified', source: DUPLICATES },
    'of several records under one address it takes any, and then follows the one that was changed last',
    async () => {
      await using r = await rig({ createContacts: false });
      const leads = [
        await r.record('Lead', { ...adaLead, Phone: '+1 111' }),
        await r.record('Lead', { ...adaLead, Phone: '+1 222' }),
        await r.record('Lead', { ...adaLead, Phone: '+1 333' }),
      ];
      const id = await r.contact(ada);
      await r.minutes(2);
      const first = (await r.read(id, ['salesforceleadid', 'phone'])).properties;
      expect(leads).toContain(first.salesforceleadid);
      await r.minutes(16);
      for (const [index, lead] of leads.entries()) {
        await r.salesforce(`PATCH /sobjects/Lead/${lead}`, { Phone: `+1 44${index}` });
        await r.minutes(16);
        expect((await r.read(id, ['salesforceleadid', 'phone'])).properties).toMatchObject({
          salesforceleadid: lead,
          phone: `+1 44${index}`,
        });
      }
    },
  );

  conforms({ known: 'specified', source: PEOPLE }, 'a converted lead goes on as the contact that it became', async () => {
    await using r = await rig();
    const lead = await r.record('Lead', adaLead);
    await r.minutes(16);
    const [id = ''] = await r.byEmail('ada@example.com');
    const { userHttp } = await import('../../support/user-http.ts');
    const sales = userHttp(r.box.salesforce.url, r.box.salesforce.userAccessToken);
    const answer = await sales.soap(
      '/services/Soap/u/67.0',
      `<convertLead><leadConverts><convertedStatus>Closed - Converted</convertedStatus><doNotCreateOpportunity>true</doNotCreateOpportunity><leadId>${lead}</leadId></leadConverts></convertLead>`,
    );
    const contact = /<contactId>(\w+)<\/contactId>/.exec(answer)?.[1];
    await r.minutes(16);
    const { properties } = await r.read(id, ['salesforcecontactid', 'salesforceaccountid']);
    expect(properties.salesforcecontactid).toBe(contact);
    expect(properties.salesforceaccountid).toMatch(/^001/);
    await r.salesforce(`PATCH /sobjects/Contact/${contact}`, { Phone: '+1 777' });
    await r.minutes(16);
    expect((await r.read(id, ['phone'])).properties.phone).toBe('+1 777');
  });

  conforms(
    { known: 'assumed', probe: "delete a synced lead and read the contact's salesforcedeleted after 15 minutes" },
    'a contact whose record was deleted says so and stays',
    async () => {
      await using r = await rig();
      const lead = await r.record('Lead', adaLead);
      await r.minutes(16);
      const [id = ''] = await r.byEmail('ada@example.com');
      await r.salesforce(`DELETE /sobjects/Lead/${lead}`);
      await r.minutes(31);
      expect((await r.read(id, ['salesforcedeleted'])).properties.salesforcedeleted).toBe('true');
    },
  );
});
