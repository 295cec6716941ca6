import { expect, it } from 'vitest';
import { exchange } from '../adapters/sandbox/http.ts';
import { api, desk, office, type Office, type Pair } from './support.ts';

const syncing = { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' };

const stages = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer'];

async function contact(o: Office, { contact: id }: Pair, names: string): Promise<Readonly<Record<string, string | null>>> {
  return (await o.hubspot('GET', `/crm/v3/objects/contacts/${id}?properties=${names}`)).properties;
}

it('lifecycle stage and lead status follow one rung in the imitated HubSpot: never backwards, and nobody fights', async () => {
  await using o = await office();
  using d = desk(o.box, syncing);
  d.write('truce.config.json', {
    status: {
      marketing: {
        also: [{ field: 'lifecyclestage', writes: { handed: 'marketingqualifiedlead', working: 'salesqualifiedlead', rejected: 'lead' } }],
      },
    },
  });
  const pair = await o.person({ email: 'ann@example.com' });
  const stage = async (): Promise<number> => stages.indexOf((await contact(o, pair, 'lifecyclestage'))['lifecyclestage'] ?? '');
  let furthest = await stage();
  const steps = ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted', 'Open - Not Contacted', 'Working - Contacted'];
  const seen: string[] = [];
  for (const Status of steps) {
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${pair.lead}`, { Status });
    expect(await d.run(['sync', '--yes'])).toMatchObject({ exit: 0 });
    expect(await stage()).toBeGreaterThanOrEqual(furthest);
    furthest = await stage();
    seen.push(`${(await o.statuses(pair))[0] ?? ''} ${stages[furthest] ?? ''}`);
  }
  expect(seen).toEqual([
    'NEW marketingqualifiedlead',
    'IN_PROGRESS salesqualifiedlead',
    'UNQUALIFIED salesqualifiedlead',
    'NEW salesqualifiedlead',
    'IN_PROGRESS salesqualifiedlead',
  ]);
  // A user's own stage, further on or cleared, is nobody's business until the rung moves.
  for (const lifecyclestage of ['customer', '']) {
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${pair.contact}`, { properties: { lifecyclestage } });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ exit: 0, applied: 0, quarantined: 0 });
  }
});

it('owners by e-mail, texts and numbers go both ways between the imitated CRMs, and a second sync writes nothing', async () => {
  await using o = await office({ empty: false, people: 30 });
  using d = desk(o.box, syncing);
  const { results: owners } = await o.hubspot('GET', '/crm/v3/owners?limit=100');
  const { records: users } = await o.salesforce(
    'GET',
    `${api}/query?q=${encodeURIComponent("SELECT Id, Email FROM User WHERE IsActive = true AND UserType = 'Standard'")}`,
  );
  const shared: { owner: string; user: string }[] = owners.flatMap(({ id, email }: { id: string; email: string }) =>
    users.filter((user: { Email: string }) => user.Email === email).map((user: { Id: string }) => ({ owner: id, user: user.Id })),
  );
  const [first, second] = shared;
  if (first === undefined || second === undefined) throw new Error('the company has no two people who are users of both CRMs');
  d.write('truce.config.json', {
    fields: [
      { name: 'owner', marketing: 'hubspot_owner_id', sales: 'OwnerId', transform: 'owner-by-email', policy: 'prefer-sales' },
      { name: 'title', marketing: 'jobtitle', sales: 'Title', blankOverwrites: true },
      { name: 'employees', marketing: 'city', sales: 'NumberOfEmployees' },
    ],
  });
  const only = ['sync', '--yes', '--only', 'ann@example.com'];
  const pair = await o.person({ email: 'ann@example.com' });
  // Without the header, the company's assignment rule gives the lead to somebody else again.
  await exchange(`${o.box.salesforce.url}${api}/sobjects/Lead/${pair.lead}`, {
    method: 'PATCH',
    body: { OwnerId: first.user, NumberOfEmployees: 250 },
    headers: { authorization: `Bearer ${o.box.salesforce.userAccessToken}`, 'Sforce-Auto-Assign': 'FALSE' },
  });
  await o.hubspot('PATCH', `/crm/v3/objects/contacts/${pair.contact}`, { properties: { jobtitle: 'CEO' } });
  expect(await d.run(only)).toMatchObject({ exit: 0 });
  const names = 'hubspot_owner_id,jobtitle,city';
  const lead = async () => o.salesforce('GET', `${api}/sobjects/Lead/${pair.lead}?fields=OwnerId,Title,NumberOfEmployees`);
  expect(await contact(o, pair, names)).toMatchObject({ hubspot_owner_id: first.owner, jobtitle: 'CEO', city: '250' });
  expect(await lead()).toMatchObject({ Title: 'CEO' });
  await o.hubspot('PATCH', `/crm/v3/objects/contacts/${pair.contact}`, {
    properties: { hubspot_owner_id: second.owner, city: '300', jobtitle: '' },
  });
  expect(await d.run(only)).toMatchObject({ exit: 0 });
  expect(await lead()).toMatchObject({ OwnerId: second.user, NumberOfEmployees: 300, Title: null });
  await d.run(only);
  expect((await d.run([...only, '--json'])).json()).toMatchObject({ exit: 0, applied: 0 });
});
