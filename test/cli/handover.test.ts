import { describe, expect, it } from 'vitest';
import { api, desk, office, type Desk, type Office } from './support.ts';

const rep = 'rep@example.com';

interface Found {
  readonly leads: readonly Record<string, unknown>[];
  readonly members: number;
  readonly tasks: readonly Record<string, unknown>[];
}

/** Both CRMs with somebody whom both know: an empty side stops every run. */
async function staffed(): Promise<Office> {
  const o = await office();
  await o.person({ email: 'known@example.com' });
  return o;
}

async function query(o: Office, soql: string): Promise<readonly Record<string, unknown>[]> {
  return (await o.salesforce('GET', `${api}/query?q=${encodeURIComponent(soql)}`)).records;
}

/** What a user of Salesforce sees. */
async function found(o: Office): Promise<Found> {
  const leads = await query(
    o,
    "SELECT Id, Email, FirstName, LastName, Company, Status, OwnerId, HasOptedOutOfEmail, Truce_Key__c, Truce_Cross_Id__c FROM Lead WHERE Email != 'known@example.com' ORDER BY Email",
  );
  const members = (await query(o, 'SELECT Id FROM CampaignMember')).length;
  return { leads, members, tasks: await query(o, 'SELECT Subject, Description, WhoId, OwnerId FROM Task') };
}

async function userOf(o: Office, email: string): Promise<string> {
  const [user] = await query(o, `SELECT Id, Email FROM User WHERE Email = '${email}'`);
  return String(user?.['Id']);
}

/** The e-mail addresses of two people who sell. */
async function sellers(o: Office): Promise<readonly [string, string]> {
  const users = await query(o, "SELECT Email FROM User WHERE IsActive = true AND UserType = 'Standard' ORDER BY Email");
  return [String(users[0]?.['Email']), String(users[1]?.['Email'])];
}

function configure(d: Desk, handover: Record<string, unknown>): void {
  d.write('truce.config.json', { mode: 'sync', guards: { canary: 0 }, handover });
}

const sync = (d: Desk, ...more: readonly string[]) => d.run(['sync', '--json', '--yes', ...more]);

describe('handover', () => {
  it('is off by default: nobody who has no lead gets one', async () => {
    await using o = await staffed();
    using d = desk(o.box, { TRUCE_MODE: 'sync', TRUCE_WAREHOUSE: 'none' });
    await o.person({ email: 'ann@example.com', sales: null });
    expect((await sync(d)).exit).toBe(0);
    expect((await found(o)).leads).toEqual([]);
  });

  it('gives a ready person a lead with owner, campaign, opt-out and a note, once, and links them', async () => {
    await using o = await staffed();
    using d = desk(o.box);
    const [owner] = await sellers(o);
    await o.salesforce('POST', `${api}/sobjects/Campaign`, { Name: 'Fair', IsActive: true });
    const { contact } = await o.person({ email: 'ann@example.com', sales: null });
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${contact}`, { properties: { firstname: 'Ann' } });
    await o.person({ email: 'refused@example.com', marketing: 'UNQUALIFIED', sales: null });
    configure(d, { rung: 'handed', owner: { rule: 'fixed', owner }, campaign: 'Fair' });
    const ran = await sync(d);
    expect(ran.exit, ran.text).toBe(0);
    expect(ran.json()).toMatchObject({ plan: { create: 1 }, applied: 1, rejected: 0 });
    const { leads, members, tasks } = await found(o);
    expect(leads).toHaveLength(1);
    expect(leads[0]).toMatchObject({
      Email: 'ann@example.com',
      FirstName: 'Ann',
      LastName: 'ann',
      Company: '[unknown]',
      Status: 'Open - Not Contacted',
      OwnerId: await userOf(o, owner),
      HasOptedOutOfEmail: false,
      Truce_Cross_Id__c: contact,
    });
    expect(String(leads[0]?.['Truce_Key__c'])).toMatch(new RegExp(`^hubspot-\\d+-${contact}$`));
    expect(members).toBe(1);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ WhoId: leads[0]?.['Id'], OwnerId: leads[0]?.['OwnerId'], Subject: 'New lead from marketing: handed' });
    expect(String(tasks[0]?.['Description'])).toMatch(/marketing has it at "NEW" \(handed\) since \d{4}-/);
    const again = await sync(d);
    expect(again.json()).toMatchObject({ plan: { create: 0, update: 0 }, applied: 0 });
    expect((await d.run(['status', '--json'])).json().people.linked).toBe(2);
    expect((await found(o)).tasks).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)(
    'whose answer is lost %s it took effect makes one lead, one member, one note in the end',
    async (when) => {
      await using o = await staffed();
      using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
      const [owner] = await sellers(o);
      await o.salesforce('POST', `${api}/sobjects/Campaign`, { Name: 'Fair', IsActive: true });
      for (const name of ['ann', 'bob', 'cas']) await o.person({ email: `${name}@example.com`, sales: null });
      configure(d, { rung: 'handed', owner: { rule: 'fixed', owner }, campaign: 'Fair' });
      o.box.faults.add([{ side: 'salesforce', match: { path: 'composite/graph' }, nth: 1, when, effect: { type: 'reset' } }]);
      await sync(d);
      await sync(d);
      await sync(d);
      const { leads, members, tasks } = await found(o);
      expect(leads.map((lead) => lead['Email'])).toEqual(['ann@example.com', 'bob@example.com', 'cas@example.com']);
      expect([members, tasks.length]).toEqual([3, 3]);
      expect((await d.run(['status', '--json'])).json()).toMatchObject({ openIntents: 0 });
    },
  );

  it('of more people than allowed stops with the number, and goes through when that is allowed', async () => {
    await using o = await staffed();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    const [owner] = await sellers(o);
    for (const name of ['ann', 'bob', 'cas']) await o.person({ email: `${name}@example.com`, sales: null });
    configure(d, { rung: 'handed', atMost: 2, owner: { rule: 'fixed', owner } });
    const stopped = await sync(d);
    expect(stopped.exit).toBe(3);
    expect(stopped.text).toContain('TOO_MANY_CREATES');
    expect((await found(o)).leads).toEqual([]);
    expect((await sync(d, '--allow-creates', '3')).exit).toBe(0);
    expect((await found(o)).leads).toHaveLength(3);
  });

  it('goes round the owners over runs, and a plan that is only looked at takes nobody’s turn', async () => {
    await using o = await staffed();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    const [one, two] = await sellers(o);
    configure(d, { rung: 'handed', owner: { rule: 'round-robin', owners: [one, two] }, note: false });
    for (const name of ['ann', 'bob', 'cas']) {
      await o.person({ email: `${name}@example.com`, sales: null });
      expect((await d.run(['plan', '--json'])).out.join('\n')).toContain('"op":"create"');
      await sync(d);
    }
    const owners = (await found(o)).leads.map((lead) => lead['OwnerId']);
    expect(owners).toEqual([await userOf(o, one), await userOf(o, two), await userOf(o, one)]);
    expect((await found(o)).tasks).toEqual([]);
  });

  it('goes by territory, and holds back whose owner is nobody, with the fix', async () => {
    await using o = await staffed();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    const [one, two] = await sellers(o);
    const country = async (email: string, value: string) => {
      const { contact } = await o.person({ email, sales: null });
      await o.hubspot('PATCH', `/crm/v3/objects/contacts/${contact}`, { properties: { country: value } });
    };
    await country('ann@example.com', 'France');
    await country('bob@example.com', 'Peru');
    await country('cas@example.com', 'Nowhere');
    configure(d, { rung: 'handed', owner: { rule: 'territory', field: 'country', map: { France: one, Peru: rep }, otherwise: two } });
    expect((await sync(d)).exit).toBe(0);
    const { leads } = await found(o);
    expect(leads.map((lead) => [lead['Email'], lead['OwnerId']])).toEqual([
      ['ann@example.com', await userOf(o, one)],
      ['cas@example.com', await userOf(o, two)],
    ]);
    const held = (await d.run(['quarantine', 'list', '--json'])).text;
    expect(held).toContain('OWNER_UNKNOWN');
    expect(held).toContain(rep);
  });

  it('leaves alone whom Salesforce knows under the same address', async () => {
    await using o = await staffed();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    const [owner] = await sellers(o);
    configure(d, { rung: 'handed', owner: { rule: 'fixed', owner } });
    expect((await sync(d)).json()).toMatchObject({ plan: { create: 0 } });
    expect((await query(o, 'SELECT Id FROM Lead')).length).toBe(1);
  });

  it('refuses without the field for its key, and says to provision', async () => {
    await using o = await office({ provisioned: false });
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    await o.person({ email: 'known@example.com' });
    await o.person({ email: 'ann@example.com', sales: null });
    configure(d, { rung: 'handed', owner: { rule: 'fixed', owner: rep } });
    const ran = await sync(d);
    expect(ran.exit).toBe(3);
    expect(ran.text).toContain('HANDOVER_KEY_MISSING');
    expect(ran.text).toContain('truce provision');
  });

  it('names a campaign or a field that is not there, before anything is made', async () => {
    await using o = await staffed();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    const [owner] = await sellers(o);
    await o.person({ email: 'ann@example.com', sales: null });
    configure(d, { rung: 'handed', owner: { rule: 'fixed', owner }, campaign: 'No such fair' });
    expect((await sync(d)).text).toContain('HANDOVER_CAMPAIGN');
    configure(d, {
      rung: 'handed',
      owner: { rule: 'fixed', owner },
      fields: { LastName: 'lastname', Company: 'company', Rank__c: 'rank' },
    });
    const checked = await d.run(['check', '--mode', 'sync']);
    expect(checked.exit).toBe(3);
    expect(checked.text).toContain('the handover needs the field Rank__c');
    expect(checked.text).toContain('the handover needs the field rank');
    expect((await found(o)).leads).toEqual([]);
  });
});
