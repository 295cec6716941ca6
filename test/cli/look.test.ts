import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/schema.ts';
import { api, desk, office, type Desk, type Office } from './support.ts';

describe('before anything is provisioned', () => {
  let o: Office;
  let d: Desk;

  beforeAll(async () => {
    o = await office({ provisioned: false });
    d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it('check is ready for reading, names every own field that is missing with the fix, and writes nothing', async () => {
    const before = await o.everything();
    const { exit, out, err } = await d.run(['check']);
    const text = out.join('\n');
    expect(exit).toBe(0);
    expect(err).toEqual(['Ready for mode observe.']);
    expect(text).toContain(`(${o.box.hubspot.portalId})`);
    expect(text).toContain(`(${o.box.salesforce.orgId}), a sandbox, API v${o.box.salesforce.apiVersion}, as Truce Integration`);
    for (const name of [
      'truce_won_deals',
      'truce_outcome',
      'Campaign.Truce_Won_Deals__c',
      'Lead.Truce_Outcome__c',
      'CampaignMember.Truce_Outcome__c',
    ])
      expect(text).toContain(name);
    expect(text).toContain('-> Run `truce provision`');
    expect(await o.everything()).toBe(before);
    expect(d.hashes()).toEqual({});
    const { problems, ready } = (await d.run(['check', '--json'])).json();
    expect(ready).toBe(true);
    const missing = (problems as { side: string; code: string }[]).filter((problem) => problem.code === 'OWN_FIELD_MISSING');
    // 19 figures on campaigns of both CRMs; 5 on contacts of HubSpot; 5 each on leads, contacts and members of Salesforce.
    expect([missing.filter(({ side }) => side === 'marketing').length, missing.filter(({ side }) => side === 'sales').length]).toEqual([
      24, 34,
    ]);
  });

  it('provision shows what is missing and makes nothing', async () => {
    const before = await o.salesforce('GET', `${api}/sobjects/Campaign/describe`);
    const { exit, out, err } = await d.run(['provision']);
    expect(exit).toBe(0);
    expect(out).toContainEqual(expect.stringMatching(/^planned\tmarketing\tcampaigns\.truce_won_deals\t/));
    expect(out).toContainEqual(expect.stringMatching(/^planned\tsales\tfield Campaign\.Truce_Won_Deals__c\t/));
    expect(err.at(-1)).toContain("Nothing was created; --create does it with an admin's credentials.");
    expect(await o.salesforce('GET', `${api}/sobjects/Campaign/describe`)).toEqual(before);
    expect(o.box.calls.last().filter((call) => /tooling|properties\/\w+$/.test(call.path) && call.method !== 'GET')).toEqual([]);
  });

  it('provision --out writes the metadata folder and the property list for an admin to review', async () => {
    const { exit, err } = await d.run(['provision', '--out', 'review/fields']);
    expect(exit).toBe(0);
    expect(err.at(-1)).toContain(d.path('review/fields'));
    const files = readdirSync(d.path('review/fields'), { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(
      expect.arrayContaining([
        'hubspot-properties.json',
        'sfdx-project.json',
        'force-app/main/default/objects/Campaign/fields/Truce_Won_Deals__c.field-meta.xml',
        'force-app/main/default/permissionsets/Truce_Integration.permissionset-meta.xml',
        'force-app/main/default/permissionsets/Truce_Viewer.permissionset-meta.xml',
      ]),
    );
    const list = JSON.parse(readFileSync(d.path('review/fields/hubspot-properties.json'), 'utf8')) as {
      properties: { property: { name: string } }[];
    };
    expect(list.properties.map(({ property }) => property.name)).toContain('truce_won_deals');
  });

  it('provision --create without the right to it says which field and why, and ends with 4', async () => {
    const { exit, out, err } = await d.run(['provision', '--create', '--side', 'salesforce'], {
      env: { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_ACCESS_TOKEN: o.box.salesforce.userAccessToken },
    });
    expect(exit).toBe(4);
    expect(out).toContainEqual(expect.stringMatching(/^failed\tsales\tfield Campaign\.Truce_Won_Deals__c\tINSUFFICIENT_ACCESS/));
    expect(err.at(-1)).toContain('could not be made');
  });

  it('outcomes are skipped with FIELDS_MISSING and the fix, while the status syncs', async () => {
    const jane = await o.person({ email: 'jane@example.com', sales: 'Working - Contacted' });
    await o.salesforce('POST', `${api}/sobjects/Campaign`, { Name: 'Spring' });
    const ran = await d.run(['sync', '--mode', 'sync', '--yes'], { env: { TRUCE_WAREHOUSE: 'truce.duckdb' } });
    expect(ran.exit).toBe(0);
    expect(await o.statuses(jane)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
    expect(ran.text).toMatch(/Outcomes skipped on sales's campaigns: FIELDS_MISSING\. .*truce provision/);
  });

  it('provision --create with an admin makes the fields, grants them, and check is clean', async () => {
    const made = await d.run(['provision', '--create']);
    expect({ exit: made.exit, failed: made.out.filter((line) => line.startsWith('failed')) }).toEqual({ exit: 0, failed: [] });
    expect(made.out).toContainEqual(expect.stringMatching(/^created\tsales\tfield Campaign\.Truce_Won_Deals__c\t/));
    const { problems, ready } = (await d.run(['check', '--mode', 'sync', '--json'])).json();
    expect({ problems, ready }).toEqual({ problems: [], ready: true });
    const again = await d.run(['provision', '--create', '--json']);
    expect((again.json().steps as { status: string }[]).filter(({ status }) => status !== 'present')).toEqual([]);
  });

  it('the fields are then there for a user of HubSpot, and for the Salesforce user that --grant-to names', async () => {
    expect((await o.hubspot('GET', '/crm/v3/properties/campaigns/truce_won_deals')).name).toBe('truce_won_deals');
    const seen = async (): Promise<boolean> => {
      const { fields } = await o.salesforce('GET', `${api}/sobjects/Campaign/describe`);
      return (fields as { name: string }[]).some(({ name }) => name === 'Truce_Won_Deals__c');
    };
    expect(await seen()).toBe(false);
    const granted = await d.run(['provision', '--create', '--side', 'salesforce', '--grant-to', 'sasha.seller@example.com']);
    expect(granted.exit).toBe(0);
    expect(await seen()).toBe(true);
  });

  it('outcomes are then written, where both CRMs show them to their users', async () => {
    const env = { TRUCE_WAREHOUSE: 'truce.duckdb' };
    const ran = await d.run(['outcomes', '--mode', 'outcomes', '--json'], { env });
    expect(ran.json()).toMatchObject({ campaigns: { written: 1 }, rejected: 0, skipped: [], exit: 0 });
    const soql = encodeURIComponent("SELECT Truce_Leads__c, Truce_Won_Deals__c FROM Campaign WHERE Name = 'Spring'");
    expect((await o.salesforce('GET', `${api}/query?q=${soql}`)).records[0]).toMatchObject({ Truce_Leads__c: 0, Truce_Won_Deals__c: 0 });
    const again = await d.run(['outcomes', '--mode', 'outcomes'], { env });
    expect(again.out[0]).toBe('campaigns\twritten 0\tunchanged 1');
  });
});

describe('truce init', () => {
  let o: Office;

  beforeAll(async () => {
    o = await office({ timeZone: 'Europe/Berlin' });
    const { options } = await o.hubspot('GET', '/crm/v3/properties/contacts/hs_lead_status');
    const added = { label: 'Nurturing', value: 'NURTURING', displayOrder: 99, hidden: false };
    await o.hubspot('PATCH', '/crm/v3/properties/contacts/hs_lead_status', { options: [...options, added] });
  });

  afterAll(() => o[Symbol.asyncDispose]());

  it('writes a configuration that the next commands accept, pinned to both accounts, in the mode observe', async () => {
    using d = desk(o.box);
    const { exit, out, err } = await d.run(['init'], { answers: ['Acme Ltd'] });
    expect({ exit, out }).toEqual({ exit: 0, out: [d.path('truce.config.json')] });
    const config: unknown = JSON.parse(readFileSync(d.path('truce.config.json'), 'utf8'));
    expect(config).toMatchObject({
      mode: 'observe',
      accounts: { marketing: o.box.hubspot.portalId, sales: o.box.salesforce.orgId },
      company: { name: 'Acme Ltd', timeZone: 'Europe/Berlin' },
      status: { sales: { field: 'Status', reads: { 'Working - Contacted': 'working' }, writes: { working: 'Working - Contacted' } } },
    });
    expect(parseConfig(config).status.marketing.reads.get('IN_PROGRESS')).toBe('working');
    expect(err.at(-1)).toContain('Next: truce check');
    expect((await d.run(['check'])).exit).toBe(0);
  });

  it("names a value of nobody's stock and guesses no rung for it", async () => {
    using d = desk(o.box);
    const { err } = await d.run(['init']);
    expect(err).toContainEqual(expect.stringMatching(/^\? status\.marketing\.reads: which rung is "NURTURING"\? One of new, engaged, /));
    const config = JSON.parse(readFileSync(d.path('truce.config.json'), 'utf8')) as { status: { marketing: { reads: object } } };
    expect(Object.keys(config.status.marketing.reads)).not.toContain('NURTURING');
    const check = await d.run(['check']);
    expect(check.text).toContain('the option "NURTURING" of hs_lead_status stands for no rung. (VALUE_MISSING)');
    expect(check.text).toContain('-> Add it to status.marketing.reads');
  });

  it('overwrites no file unless told, and leaves it as it was', async () => {
    using d = desk(o.box);
    d.write('truce.config.json', '{"mode":"sync"}');
    const before = d.hashes();
    const ran = await d.run(['init', '--json', '--config', 'truce.config.json']);
    expect(ran.exit).toBe(0);
    expect(ran.json().mode).toBe('observe');
    const refused = await d.run(['init']);
    expect(refused.exit).toBe(2);
    expect(refused.text).toMatch(/exists already\. \(CONFIG_EXISTS\)\n {2}-> Edit it, or say --force/);
    expect(d.hashes()).toEqual(before);
    expect((await d.run(['init', '--force', '--name', 'Acme'])).exit).toBe(0);
    expect(d.hashes()).not.toEqual(before);
  });
});

describe('truce check', () => {
  let o: Office;
  let d: Desk;

  beforeAll(async () => {
    o = await office();
    d = desk(o.box);
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it('names each missing scope of HubSpot with where to add it; what a mode can not do without ends with 4', async () => {
    const tokenInfo = { path: 'access-token-info' };
    const scopes = ['crm.objects.contacts.read', 'crm.schemas.contacts.read', 'crm.objects.companies.read', 'crm.objects.owners.read'];
    const body = { userId: 1, hubId: Number(o.box.hubspot.portalId), appId: 3141592, scopes };
    o.box.faults.add([{ side: 'hubspot', match: tokenInfo, effect: { type: 'status', status: 200, body } }]);
    const reading = await d.run(['check']);
    expect(reading.exit).toBe(0);
    expect(reading.text).toContain(
      "· hubspot: the credentials may not read campaigns. HubSpot's campaigns are left out of outcomes and figures.",
    );
    expect(reading.text).toContain('-> Add the scope marketing.campaigns.read to the service key or private app in HubSpot');
    const syncing = await d.run(['check', '--mode', 'sync']);
    expect(syncing.exit).toBe(4);
    expect(syncing.out).toContainEqual(
      expect.stringMatching(/^✗ hubspot: the credentials may not write people\. \(PERMISSION_MISSING; stops outcomes, sync\)/),
    );
    expect(syncing.err.at(-1)).toBe('Not ready for mode sync: correct what is marked ✗.');
    expect((await d.run(['sync', '--mode', 'sync', '--json'])).json()).toMatchObject({ error: { code: 'PERMISSION_MISSING' }, exit: 4 });
    o.box.faults.clear();
  });

  it('names a field, a picklist value and an untracked history that the configuration needs', async () => {
    const config = d.write('wants.json', {
      mode: 'sync',
      status: {
        sales: {
          reads: { 'Open - Not Contacted': 'handed', Nurtured: 'working' },
          writes: { handed: 'Open - Not Contacted', working: 'Nurtured' },
        },
      },
      fields: [
        { name: 'company', marketing: 'company', sales: 'Company' },
        { name: 'tier', marketing: 'tier', sales: 'Tier__c' },
        { name: 'made', marketing: 'createdate', sales: 'CreatedDate' },
      ],
    });
    const { exit, text } = await d.run(['check', '--config', config]);
    expect(exit).toBe(3);
    for (const said of [
      '✗ hubspot: people have no field tier. (FIELD_MISSING; stops sync)',
      '✗ salesforce: people have no field Tier__c. (FIELD_MISSING; stops sync)',
      "✗ hubspot: the field createdate can't be written. (FIELD_READ_ONLY; stops sync)",
      '· salesforce: the history of Company is not tracked',
      '-> Switch field history tracking on for Company.',
      '· salesforce: Status has no option "Nurtured", which status.sales.writes.working would write. (VALUE_MISSING)',
      '· salesforce: the option "Working - Contacted" of Status stands for no rung. (VALUE_MISSING)',
    ])
      expect(text).toContain(said);
    expect(await d.run(['sync', '--config', config, '--json'])).toMatchObject({ exit: 3 });
    expect(o.writes().filter((call) => call.side === 'hubspot')).toEqual([]);
  });

  it('names a native connector that owns the status, and sync refuses beside it while reading goes on', async () => {
    await o.hubspot('POST', '/crm/v3/properties/contacts', {
      name: 'salesforceleadid',
      label: 'Salesforce Lead ID',
      type: 'string',
      fieldType: 'text',
      groupName: 'contactinformation',
    });
    const { contact, lead } = await o.person({ email: 'jane@example.com' });
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${contact}`, { properties: { salesforceleadid: lead } });
    const at = new Date(Date.now() - 60_000).toISOString();
    const record = {
      id: contact,
      properties: {},
      propertiesWithHistory: { hs_lead_status: [{ value: 'NEW', timestamp: at, sourceType: 'SALESFORCE', sourceId: 'sync' }] },
      createdAt: at,
      updatedAt: at,
      archived: false,
    };
    const answer = { status: 'COMPLETE', results: [record], startedAt: at, completedAt: at };
    o.box.faults.add([{ side: 'hubspot', match: { path: 'contacts/batch/read' }, effect: { type: 'status', status: 200, body: answer } }]);
    const { exit, text } = await d.run(['check', '--mode', 'sync']);
    expect(exit).toBe(3);
    expect(text).toContain("✗ hubspot: the vendor's native integration writes hs_lead_status too");
    expect(text).toContain("-> Take hs_lead_status out of the integration's field mappings");
    expect((await d.run(['sync', '--mode', 'sync', '--json'])).json()).toMatchObject({ error: { code: 'CONNECTOR_OWNS_FIELD' }, exit: 3 });
    expect((await d.run(['sync', '--mode', 'observe'], { env: { TRUCE_WAREHOUSE: 'none' } })).exit).toBe(0);
    o.box.faults.clear();
  });
});
