import { describe, expect, it } from 'vitest';
import type { NewLead, WriteItem } from '../../../src/crm.ts';
import type { RecordId } from '../../../src/model/words.ts';
import { sandboxOrg, type SandboxOrg } from './org.ts';

const plain: NewLead = { owner: null, optedOut: false, campaignId: null, note: null };

const item = (name: string, lead: Partial<NewLead> = {}, fields: Readonly<Record<string, string>> = {}): WriteItem => ({
  intentId: `i-${name}`,
  op: 'create',
  object: 'Lead',
  key: `key-${name}`,
  fields: new Map(Object.entries({ LastName: name, Company: 'Engines', Email: `${name}@example.com`, ...fields })),
  own: new Map([['cross_id', `c-${name}`]]),
  lead: { ...plain, ...lead },
});

async function rows(org: SandboxOrg, soql: string): Promise<readonly Record<string, unknown>[]> {
  return ((await org.user('GET', `/query?q=${encodeURIComponent(soql)}`)) as { records: Record<string, unknown>[] }).records;
}

const campaign = (org: SandboxOrg): RecordId =>
  org.half.seed.insert('Campaign', { Name: 'Fair', IsActive: true }, { at: org.clock.now() - 1_000 }) as RecordId;
const note = { subject: 'New lead', text: 'Why now: because.' };
const graphs = (org: SandboxOrg): number => org.log.filter((line) => line.includes('/composite/graph')).length;

describe('a handover', () => {
  it('makes lead, member and note in one call for many people, with opt-out and owner', async () => {
    const org = sandboxOrg();
    const [user] = await rows(org, "SELECT Id FROM User WHERE Name = 'Sasha Seller'");
    const owner = String(user?.['Id']) as RecordId;
    const campaignId = campaign(org);
    const people = Array.from({ length: 80 }, (_, n) => item(`p${n}`, { owner, optedOut: n === 0, campaignId, note }));
    const results = await org.crm.write('person', people);
    expect(results.map((result) => [result.intentId, result.status])).toEqual(people.map(({ intentId }) => [intentId, 'applied']));
    expect(graphs(org)).toBe(2);
    const leads = await rows(
      org,
      'SELECT Id, LastName, OwnerId, HasOptedOutOfEmail, Truce_Key__c, Truce_Cross_Id__c FROM Lead ORDER BY CreatedDate, Id',
    );
    expect(leads).toHaveLength(80);
    expect(leads.every((lead) => lead['OwnerId'] === owner)).toBe(true);
    const first = leads.find((lead) => lead['LastName'] === 'p0');
    expect(first).toMatchObject({ HasOptedOutOfEmail: true, Truce_Key__c: 'key-p0', Truce_Cross_Id__c: 'c-p0' });
    expect(leads.filter((lead) => lead['HasOptedOutOfEmail'] === true)).toHaveLength(1);
    expect(await rows(org, `SELECT LeadId FROM CampaignMember WHERE CampaignId = '${campaignId}'`)).toHaveLength(80);
    expect(await rows(org, `SELECT Description FROM Task WHERE WhoId = '${String(first?.['Id'])}'`)).toMatchObject([
      { Description: note.text },
    ]);
  });

  it('that is refused leaves nothing behind, and the others stand', async () => {
    const org = sandboxOrg();
    const campaignId = campaign(org);
    const people = [
      item('fine', { campaignId, note }),
      item('bad', { campaignId, note }, { Email: 'nonsense' }),
      item('good', { campaignId, note }),
    ];
    const results = await org.crm.write('person', people);
    expect(results.map((result) => result.status)).toEqual(['applied', 'rejected', 'applied']);
    expect(results[1]).toMatchObject({ code: 'INVALID_VALUE', cause: expect.stringContaining('INVALID_EMAIL_ADDRESS') });
    expect(await rows(org, 'SELECT Id FROM Lead')).toHaveLength(2);
    expect([(await rows(org, 'SELECT Id FROM Task')).length, (await rows(org, 'SELECT Id FROM CampaignMember')).length]).toEqual([2, 2]);
  });

  it('of somebody whom a duplicate rule knows is refused with the record that was found', async () => {
    const org = sandboxOrg();
    const known = org.half.seed.insert(
      'Lead',
      { LastName: 'ann', Company: 'Engines', Email: 'ann@example.com' },
      { at: org.clock.now() - 1_000 },
    );
    org.half.seed.duplicateRule('Lead', { active: true, onCreate: 'block' });
    const [result] = await org.crm.write('person', [item('ann', { note })]);
    expect(result).toMatchObject({ status: 'rejected', code: 'DUPLICATE', existingId: known });
    expect(await rows(org, 'SELECT Id FROM Lead')).toHaveLength(1);
  });

  it('a second time by the same key names the first record and makes nothing', async () => {
    const org = sandboxOrg();
    const [first] = await org.crm.write('person', [item('ann', { note })]);
    const [again] = await org.crm.write('person', [item('ann', { note })]);
    expect(again).toMatchObject({ status: 'rejected', code: 'DUPLICATE', existingId: first?.status === 'applied' ? first.id : null });
    expect([(await rows(org, 'SELECT Id FROM Lead')).length, (await rows(org, 'SELECT Id FROM Task')).length]).toEqual([1, 1]);
  });

  it('leaves the owner to the assignment rule only where it is told to', async () => {
    const org = sandboxOrg();
    await org.crm.write('person', [item('ruled', { owner: 'assignment-rule' }), item('mine')]);
    const leads = await rows(org, 'SELECT LastName, Owner.Name FROM Lead ORDER BY LastName');
    const owners = leads.map((lead) => (lead['Owner'] as { Name: string }).Name);
    expect(owners[0]).toBe('Truce Integration');
    expect(owners[1]).not.toBe('Truce Integration');
  });
});
