import { describe, expect, it } from 'vitest';
import { sandbox } from '../../../adapters/sandbox/index.ts';
import { conforms } from '../../conformance/conforms.ts';
import { exchange } from './http.ts';
import { rig, type Json, type Rig } from './native-connector-rig.ts';

const PEOPLE = 'https://knowledge.hubspot.com/integrations/sync-salesforce-leads-and-contacts-to-hubspot';
const ACTIVITIES = 'https://knowledge.hubspot.com/salesforce/sync-activities-and-tasks-between-hubspot-and-salesforce';
const TRIGGERS = 'https://knowledge.hubspot.com/salesforce/salesforce-integration-sync-triggers';
const LIFECYCLE =
  'https://knowledge.hubspot.com/articles/kcs_article/salesforce/what-does-enabling-automatic-lifecycle-stage-transitions-do';
const BACKWARDS = 'https://knowledge.hubspot.com/articles/kcs_article/salesforce/why-did-salesforce-change-my-lifecycle-stage';
const CALLS = 'https://knowledge.hubspot.com/articles/kcs_article/salesforce/what-is-an-api-call-limit';
const ERRORS = 'https://knowledge.hubspot.com/salesforce/resolve-salesforce-integration-sync-errors';

/** Bob, a Salesforce contact that syncs. */
async function bob(r: Rig): Promise<{ readonly id: string; readonly contact: string }> {
  const contact = await r.record('Contact', { Email: 'bob@example.com', LastName: 'Bobson' });
  await r.minutes(16);
  return { id: (await r.byEmail('bob@example.com'))[0] ?? '', contact };
}

const campaignsOf = async (r: Rig, id: string): Promise<unknown> =>
  (await r.read(id, ['salesforcecampaignids'])).properties.salesforcecampaignids;

describe('campaigns', () => {
  conforms({ known: 'specified', source: PEOPLE }, 'memberships show in HubSpot as a list of campaign ids', async () => {
    await using r = await rig();
    const { id, contact } = await bob(r);
    const campaigns = [
      await r.record('Campaign', { Name: 'A', IsActive: true }),
      await r.record('Campaign', { Name: 'B', IsActive: true }),
    ];
    for (const CampaignId of campaigns) await r.record('CampaignMember', { CampaignId, ContactId: contact });
    await r.minutes(16);
    expect(await campaignsOf(r, id)).toBe(campaigns.sort().join(';'));
  });

  conforms({ known: 'specified', source: TRIGGERS }, 'leaving a campaign triggers nothing', async () => {
    await using r = await rig();
    const { id, contact } = await bob(r);
    const CampaignId = await r.record('Campaign', { Name: 'A', IsActive: true });
    const member = await r.record('CampaignMember', { CampaignId, ContactId: contact });
    await r.minutes(16);
    await r.salesforce(`DELETE /sobjects/CampaignMember/${member}`);
    await r.minutes(31);
    expect(await campaignsOf(r, id)).toBe(CampaignId);
  });

  conforms(
    { known: 'assumed', probe: 'a workflow sets a Salesforce campaign on a contact; read CampaignMember.Status' },
    'a campaign chosen in HubSpot makes a member with the default status',
    async () => {
      await using r = await rig();
      const { id, contact } = await bob(r);
      const campaign = await r.record('Campaign', { Name: 'A', IsActive: true });
      await r.change(id, { salesforcecampaignids: campaign });
      await r.minutes(16);
      const members = await r.query(`SELECT Status, CreatedBy.Name FROM CampaignMember WHERE ContactId = '${contact}'`);
      expect(members).toMatchObject([{ Status: 'Sent', CreatedBy: { Name: 'HubSpot Integration' } }]);
    },
  );
});

describe('activities', () => {
  const log = async (r: Rig, kind: string, properties: Readonly<Record<string, string>>, to: readonly [string, number]): Promise<string> =>
    (
      await r.hubspot(`POST /crm/v3/objects/${kind}`, {
        properties: { hs_timestamp: new Date(r.box.clock.now()).toISOString(), ...properties },
        associations: [{ to: { id: to[0] }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: to[1] }] }],
      })
    ).id as string;

  conforms({ known: 'specified', source: ACTIVITIES }, 'calls, notes and tasks in HubSpot become Salesforce tasks, once each', async () => {
    await using r = await rig();
    const { id, contact } = await bob(r);
    await log(r, 'calls', { hs_call_title: 'First call', hs_call_body: 'Spoke to Bob' }, [id, 194]);
    await log(r, 'notes', { hs_note_body: 'Likes engines' }, [id, 202]);
    await log(r, 'tasks', { hs_task_subject: 'Call back', hs_task_status: 'NOT_STARTED' }, [id, 204]);
    await r.minutes(45);
    const tasks = await r.query(`SELECT Subject, Status, Description FROM Task WHERE WhoId = '${contact}' ORDER BY Subject`);
    expect(tasks).toMatchObject([
      { Subject: 'HubSpot Call: First call', Status: 'Completed', Description: 'Spoke to Bob' },
      { Subject: 'HubSpot Note: Likes engines', Status: 'Completed' },
      { Subject: 'HubSpot Task: Call back', Status: 'Not Started' },
    ]);
  });

  conforms(
    { known: 'specified', source: ACTIVITIES },
    'tasks in Salesforce become HubSpot tasks and follow their changes, without an echo',
    async () => {
      await using r = await rig();
      const { id, contact } = await bob(r);
      const task = await r.record('Task', { WhoId: contact, Subject: 'Send quote', Status: 'Not Started', ActivityDate: '2026-03-05' });
      await r.minutes(16);
      const links = await r.hubspot('POST /crm/v4/associations/contacts/tasks/batch/read', { inputs: [{ id }] });
      const made = links.results[0].to.map((to: { toObjectId: number }) => String(to.toObjectId)) as string[];
      expect(made).toHaveLength(1);
      const read = (): Promise<Json> =>
        r.hubspot(`GET /crm/v3/objects/tasks/${made[0]}?properties=hs_task_subject,hs_task_status,hs_timestamp`);
      expect((await read()).properties).toMatchObject({
        hs_task_subject: 'Send quote',
        hs_task_status: 'NOT_STARTED',
        hs_timestamp: '2026-03-05T00:00:00.000Z',
      });
      await r.salesforce(`PATCH /sobjects/Task/${task}`, { Status: 'Completed' });
      await r.minutes(31);
      expect((await read()).properties.hs_task_status).toBe('COMPLETED');
      expect(await r.query(`SELECT Id FROM Task WHERE WhoId = '${contact}'`)).toHaveLength(1);
    },
  );
});

describe('lifecycle stages', () => {
  const deal = async (r: Rig, contact: string): Promise<string> => {
    const opportunity = await r.record('Opportunity', { Name: 'Deal', StageName: 'Qualification', CloseDate: '2026-04-01' });
    await r.record('OpportunityContactRole', { OpportunityId: opportunity, ContactId: contact, Role: 'Decision Maker' });
    return opportunity;
  };
  const stage = async (r: Rig, id: string): Promise<unknown> => (await r.read(id, ['lifecyclestage'])).properties.lifecyclestage;

  conforms(
    { known: 'specified', source: LIFECYCLE },
    'a contact role makes an opportunity of the contact, winning a customer',
    async () => {
      await using r = await rig();
      const { id, contact } = await bob(r);
      const opportunity = await deal(r, contact);
      await r.minutes(16);
      expect(await stage(r, id)).toBe('opportunity');
      await r.salesforce(`PATCH /sobjects/Opportunity/${opportunity}`, { StageName: 'Closed Won' });
      await r.minutes(16);
      expect(await stage(r, id)).toBe('customer');
    },
  );

  conforms({ known: 'specified', source: LIFECYCLE }, 'without a contact role nothing happens', async () => {
    await using r = await rig();
    const { id } = await bob(r);
    const before = await stage(r, id);
    await r.record('Opportunity', { Name: 'Deal', StageName: 'Closed Won', CloseDate: '2026-03-01' });
    await r.minutes(16);
    expect(await stage(r, id)).toBe(before);
  });

  conforms({ known: 'specified', source: BACKWARDS }, 'a customer does not go back to opportunity', async () => {
    await using r = await rig();
    const { id, contact } = await bob(r);
    await r.change(id, { lifecyclestage: 'customer' });
    await deal(r, contact);
    await r.minutes(16);
    expect(await stage(r, id)).toBe('customer');
  });
});

describe('API calls', () => {
  conforms({ known: 'specified', source: CALLS }, "spends the organisation's calls, idle or not", async () => {
    await using r = await rig();
    const used = async (): Promise<number> => {
      const { DailyApiRequests } = await r.salesforce('GET /limits');
      return DailyApiRequests.Max - DailyApiRequests.Remaining;
    };
    const before = await used();
    await r.minutes(60);
    const spent = (await used()) - before;
    expect(spent).toBeGreaterThan(4 * 4);
    expect(r.box.nativeConnector?.status().apiCalls.used).toBeGreaterThanOrEqual(spent - 1);
  });

  conforms({ known: 'specified', source: CALLS }, 'stops at what is allocated, and catches up when calls are free again', async () => {
    await using r = await rig({ apiCallLimit: 40 });
    await r.minutes(120);
    expect(r.box.nativeConnector?.status().apiCalls).toEqual({ used: 40, allocated: 40 });
    const lead = await r.record('Lead', { Email: 'late@example.com', LastName: 'Late', Company: 'Engines' });
    await r.minutes(60);
    expect(await r.byEmail('late@example.com')).toEqual([]);
    await r.minutes(24 * 60);
    const [id = ''] = await r.byEmail('late@example.com');
    expect((await r.read(id, ['salesforceleadid'])).properties.salesforceleadid).toBe(lead);
  });
});

describe('sync errors', () => {
  conforms({ known: 'specified', source: ERRORS }, 'a record that Salesforce refuses is a sync error, and the others sync', async () => {
    await using r = await rig();
    const id = await r.contact({ email: 'nameless@example.com', company: 'Engines' });
    await r.contact({ email: 'ada@example.com', lastname: 'Lovelace', company: 'Engines' });
    await r.minutes(2);
    expect(await r.query('SELECT Email FROM Lead')).toMatchObject([{ Email: 'ada@example.com' }]);
    expect(r.box.nativeConnector?.status().syncErrors).toMatchObject([
      { contactId: id, salesforceId: null, group: 'property values', code: 'REQUIRED_FIELD_MISSING' },
    ]);
  });

  conforms(
    { known: 'specified', source: ERRORS },
    'a value that is no option of the HubSpot property keeps the whole record from syncing',
    async () => {
      await using r = await rig({ alignPicklists: false });
      await r.record('Lead', { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
      await r.minutes(16);
      expect(await r.byEmail('ada@example.com')).toEqual([]);
      const [error] = r.box.nativeConnector?.status().syncErrors ?? [];
      expect(error).toMatchObject({ contactId: null, group: 'property values', code: 'HUBSPOT' });
      expect(error?.message).toContain('INVALID_OPTION');
    },
  );

  conforms(
    { known: 'specified', source: CALLS },
    'what failed is tried again every 30 minutes, and is no error once it works',
    async () => {
      await using r = await rig({ hubspotPollMs: 86_400_000 });
      const id = await r.contact({ email: 'nameless@example.com', company: 'Engines' });
      await r.box.nativeConnector?.sync();
      expect(r.box.nativeConnector?.status().syncErrors).toHaveLength(1);
      await r.change(id, { lastname: 'Named' });
      await r.minutes(31);
      expect(r.box.nativeConnector?.status().syncErrors).toEqual([]);
      expect(await r.query('SELECT LastName FROM Lead')).toMatchObject([{ LastName: 'Named' }]);
    },
  );
});

describe('in the sandbox', () => {
  it('the control endpoint tells its health and lets it sync now; without it the endpoint says so', async () => {
    await using r = await rig();
    await r.contact({ email: 'ada@example.com', lastname: 'Lovelace', company: 'Engines' });
    const after = await exchange(`${r.box.control.url}/native-connector/sync`, { body: {} });
    expect(after.json()).toMatchObject({ linked: 1, apiCalls: { allocated: null }, syncErrors: [] });
    expect((await exchange(`${r.box.control.url}/native-connector`)).json()).toMatchObject({ linked: 1 });
    await using plain = await sandbox({ empty: true });
    const refused = await exchange(`${plain.control.url}/native-connector`);
    expect([refused.status, refused.json().error]).toEqual([400, expect.stringContaining('--native-connector') as string]);
  });

  it('once both sides agree, nothing is written any more', async () => {
    await using r = await rig(true, { empty: false, people: 120 });
    await r.minutes(60);
    const stamp = async (): Promise<unknown> => {
      const page = await r.hubspot('POST /crm/v3/objects/contacts/search', {
        sorts: [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' }],
        limit: 1,
      });
      const [lead] = await r.query('SELECT SystemModstamp FROM Lead ORDER BY SystemModstamp DESC LIMIT 1');
      return [page.results[0].properties.lastmodifieddate, lead.SystemModstamp];
    };
    const before = await stamp();
    await r.minutes(24 * 60);
    expect(await stamp()).toEqual(before);
  });

  it('settings that make no sense name the member', async () => {
    await expect(sandbox({ empty: true, nativeConnector: { pollMs: 1 } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      problems: [{ path: 'nativeConnector.pollMs' }],
    });
    const owner = { hubspot: 'hubspot_owner_id', salesforce: 'OwnerId', rule: 'always-use-salesforce' } as const;
    await expect(sandbox({ empty: true, nativeConnector: { fields: [owner] } })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('without it there is neither its user nor its properties', async () => {
    await using r = await rig(false);
    expect(r.box.nativeConnector).toBeNull();
    expect(await r.query("SELECT Id FROM User WHERE Name = 'HubSpot Integration'")).toEqual([]);
    await expect(r.hubspot('GET /crm/v3/properties/contacts/salesforceleadid')).rejects.toThrow(/404/);
  });
});
