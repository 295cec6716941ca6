import { describe, expect, it } from 'vitest';
import { desk } from '../../cli/support.ts';
import { rig, type Rig } from './native-connector-rig.ts';
import { hubspot } from '../../../adapters/hubspot/index.ts';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { Description } from '../../../src/crm.ts';
import type { Person } from '../../../src/model/records.ts';
import { systemPorts } from '../../../src/system-ports.ts';

const DAY = 24 * 60;

async function connectorOf(r: Rig): Promise<Description['connector']> {
  const crm = hubspot({ accessToken: r.box.hubspot.token, baseUrl: r.box.hubspot.url }).connect(systemPorts());
  return (await crm.describe()).connector;
}

async function salesPeople(r: Rig): Promise<readonly Person[]> {
  const crm = salesforce({ accessToken: r.box.salesforce.accessToken, instanceUrl: r.box.salesforce.url }).connect(systemPorts());
  const people: Person[] = [];
  for await (const page of crm.changes('people', null)) {
    for (const event of page.events) if (event.type === 'upsert') people.push(event.record);
  }
  return people;
}

describe('truce check beside the native connector', () => {
  it('names each mapped field that the connector writes, whatever field it is, and stops the sync alone', async () => {
    const fields = [
      { hubspot: 'email', salesforce: 'Email', rule: 'prefer-salesforce-unless-blank' },
      { hubspot: 'lastname', salesforce: 'LastName', rule: 'dont-sync' },
      { hubspot: 'website', salesforce: 'Website', rule: 'two-way' },
      { hubspot: 'hs_lead_status', salesforce: 'Status', rule: 'prefer-salesforce-unless-blank' },
    ] as const;
    await using r = await rig({ fields }, { clock: 'real' });
    using d = desk(r.box);
    d.write('truce.config.json', {
      fields: [
        { name: 'website', marketing: 'website', sales: 'Website' },
        { name: 'lastname', marketing: 'lastname', sales: 'LastName' },
      ],
    });
    await r.record('Lead', { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines', Website: 'https://ada.example' });
    await r.box.nativeConnector?.sync();
    const blocked = await d.run(['check', '--json', '--mode', 'sync']);
    const owned = (blocked.json().problems as { code: string; side: string; message: string; fix: string; blocks: string[] }[]).filter(
      (problem) => problem.code === 'CONNECTOR_OWNS_FIELD',
    );
    expect(new Set(owned.map((problem) => /writes (\w+) too/.exec(problem.message)?.[1]))).toEqual(new Set(['hs_lead_status', 'website']));
    expect(owned[0]).toMatchObject({ side: 'marketing', blocks: ['sync'] });
    expect(owned[0]?.message).toMatch(/website \(\d{4}-\d\d-\d\d\).*names SALESFORCE/);
    expect(owned[0]?.fix).toContain('field mappings');
    expect(blocked.exit).toBe(3);
    expect((await d.run(['sync', '--yes', '--json', '--mode', 'sync'])).exit).toBe(3);
    expect((await d.run(['check', '--json', '--mode', 'observe'])).exit).toBe(0);
    expect((await d.run(['check', '--json', '--mode', 'outcomes'])).exit).toBe(0);
  });

  it('sees it on the contacts that synced last, however many synced before them', async () => {
    await using r = await rig(
      {
        fields: [
          { hubspot: 'email', salesforce: 'Email', rule: 'two-way' },
          { hubspot: 'website', salesforce: 'Website', rule: 'two-way' },
        ],
      },
      { clock: 'real' },
    );
    using d = desk(r.box);
    d.write('truce.config.json', { fields: [{ name: 'website', marketing: 'website', sales: 'Website' }] });
    const records = Array.from({ length: 120 }, (_, n) => ({
      attributes: { type: 'Lead' },
      Email: `p${n}@example.com`,
      LastName: `P${n}`,
      Company: 'Engines',
    }));
    await r.salesforce('POST /composite/sobjects', { records });
    await r.box.nativeConnector?.sync();
    expect(JSON.stringify((await d.run(['check', '--json'])).json().problems)).not.toContain('CONNECTOR_OWNS_FIELD');
    // Salesforce stamps whole seconds: what was edited a moment ago is synced once more.
    await new Promise((wait) => setTimeout(wait, 1100));
    await r.box.nativeConnector?.sync();
    const [last] = await r.query("SELECT Id FROM Lead WHERE Email = 'p119@example.com'");
    await r.salesforce(`PATCH /sobjects/Lead/${last.Id}`, { Website: 'https://p119.example' });
    await r.box.nativeConnector?.sync();
    expect(JSON.stringify((await d.run(['check', '--json'])).json().problems)).toContain('CONNECTOR_OWNS_FIELD');
  });

  it('is not stopped by what the connector did more than 30 days ago', async () => {
    await using r = await rig(
      {
        fields: [
          { hubspot: 'email', salesforce: 'Email', rule: 'two-way' },
          { hubspot: 'hs_lead_status', salesforce: 'Status', rule: 'two-way' },
        ],
      },
      { hubspotTier: 'enterprise' },
    );
    await r.record('Lead', { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
    await r.minutes(16);
    expect(await connectorOf(r)).toMatchObject({ present: true, fields: expect.arrayContaining(['email', 'hs_lead_status']) as string[] });
    await r.minutes(31 * DAY);
    expect(await connectorOf(r)).toMatchObject({
      present: false,
      fields: [],
      evidence: expect.stringContaining('more than 30 days ago') as string,
    });
  }, 120_000);

  it('its user in Salesforce counts as the connector, not as a human', async () => {
    await using r = await rig(true, { clock: 'real' });
    await r.contact({ email: 'ada@example.com', lastname: 'Lovelace', company: 'Engines' });
    await r.box.nativeConnector?.sync();
    expect((await salesPeople(r)).map((person) => person.createdBy.kind)).toEqual(['connector']);
  });
});
