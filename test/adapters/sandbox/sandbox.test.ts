import { execFile } from 'node:child_process';
import { Agent } from 'node:http';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sandbox, startLine, type Sandbox, type SandboxOptions } from 'truce/sandbox';
import { exchange, type Exchange } from './http.ts';

const small = (options: SandboxOptions = {}): Promise<Sandbox> => sandbox({ people: 60, clock: 'virtual', limits: 'none', ...options });

const hubspot = (box: Sandbox, path: string, body?: unknown): Promise<Exchange> =>
  exchange(box.hubspot.url + path, { headers: { authorization: `Bearer ${box.hubspot.userToken}` }, body });

async function soql(box: Sandbox, query: string): Promise<{ totalSize: number; records: Record<string, unknown>[] }> {
  const headers = { authorization: `Bearer ${box.salesforce.userAccessToken}` };
  const answer = await exchange(`${box.salesforce.url}/services/data/v${box.salesforce.apiVersion}/query?q=${encodeURIComponent(query)}`, {
    headers,
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
}

/** Everything that must not differ between two runs: ports and links to them do. */
function withoutPorts(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
}

describe('starting', () => {
  test('the start line has the fixed members and nothing else, and the same seed gives the same one but for the ports', async () => {
    await using one = await small({ people: 5 });
    await using two = await small({ people: 5 });
    await using other = await small({ people: 5, seed: 2 });
    const line = startLine(one);
    expect(Object.entries(line).map(([name, members]) => [name, Object.keys(members)])).toEqual([
      ['hubspot', ['url', 'token', 'userToken', 'portalId']],
      ['salesforce', ['url', 'accessToken', 'userAccessToken', 'clientId', 'clientSecret', 'orgId', 'apiVersion']],
      ['control', ['url']],
    ]);
    expect(withoutPorts(JSON.stringify(startLine(two)))).toBe(withoutPorts(JSON.stringify(line)));
    expect(startLine(other).hubspot.token).not.toBe(line.hubspot.token);
    const urls = [one, two].flatMap((box) => [box.hubspot.url, box.salesforce.url, box.control.url]);
    expect(new Set(urls).size).toBe(6);
  });

  test('the same seed gives the same company, byte for byte, through both APIs', async () => {
    await using one = await small();
    await using two = await small();
    const query = 'SELECT Id, Name, Email, Status, OwnerId, CreatedDate, SystemModstamp FROM Lead ORDER BY Id';
    const path = '/crm/v3/objects/contacts?limit=50&propertiesWithHistory=hs_lead_status,lifecyclestage&properties=email';
    for (const read of [(box: Sandbox) => soql(box, query), async (box: Sandbox) => (await hubspot(box, path)).json()]) {
      const [first, second] = [await read(one), await read(two)];
      expect(withoutPorts(JSON.stringify(second))).toBe(withoutPorts(JSON.stringify(first)));
      expect(JSON.stringify(first).length).toBeGreaterThan(5_000);
    }
  });

  test('ports can be chosen, and a port in use is an error that leaves nothing open', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    await expect(small({ people: 1, portSalesforce: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => taken.close(resolve));
    await using box = await small({ people: 1, portSalesforce: port });
    expect(box.salesforce.url).toBe(`http://127.0.0.1:${port}`);
  });

  test('numbers out of range are refused before anything starts', async () => {
    await expect(sandbox({ people: -1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(sandbox({ portHubspot: 70_000 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(sandbox({ faults: [{ effect: { type: 'status', status: 1 } }] })).rejects.toMatchObject({ code: 'FAULTS_INVALID' });
  });

  test('closing frees the ports, also while a client keeps its connection', async () => {
    const box = await small({ people: 1 });
    const agent = new Agent({ keepAlive: true });
    await exchange(box.hubspot.url, { agent });
    await box.close();
    await box.close();
    agent.destroy();
    for (const { url } of [box.hubspot, box.salesforce, box.control]) await expect(exchange(url)).rejects.toThrow('ECONNREFUSED');
  });

  test('a process that closed its sandbox ends by itself', async () => {
    const script =
      "const { sandbox } = await import('truce/sandbox'); const box = await sandbox({ people: 3 }); await box.close(); console.log('closed');";
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=truce-source', '--input-type=module', '-e', script], {
      timeout: 20_000,
    });
    expect(stdout).toBe('closed\n');
  });
});

describe('time and faults', () => {
  test('both imitations live on the one clock that the control endpoint moves', async () => {
    await using box = await small({ empty: true, lagMs: 5_000 });
    await exchange(`${box.control.url}/clock`, { body: { to: '2026-03-02T10:00:00Z' } });
    const created = (await hubspot(box, '/crm/v3/objects/contacts', { properties: { email: 'ann@example.com' } })).json();
    expect(created.createdAt).toBe('2026-03-02T10:00:00.000Z');
    const search = { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'ann@example.com' }] }] };
    expect((await hubspot(box, '/crm/v3/objects/contacts/search', search)).json().total).toBe(0);
    await exchange(`${box.control.url}/clock`, { body: { advanceMs: 6_000 } });
    expect((await hubspot(box, '/crm/v3/objects/contacts/search', search)).json().total).toBe(1);
    const path = `/services/data/v${box.salesforce.apiVersion}/sobjects/Lead`;
    const headers = { authorization: `Bearer ${box.salesforce.userAccessToken}` };
    await exchange(box.salesforce.url + path, { headers, body: { LastName: 'Example', Company: 'Acme' } });
    const { records } = await soql(box, 'SELECT CreatedDate FROM Lead');
    expect(records.map((record) => record['CreatedDate'])).toEqual(['2026-03-02T10:00:06.000+0000']);
  });

  test('faults given at the start hold from the first call on', async () => {
    await using box = await small({
      people: 1,
      faults: [{ side: 'hubspot', match: { path: '^/crm/v3/owners' }, times: 1, effect: { type: 'status', status: 503 } }],
    });
    expect((await hubspot(box, '/crm/v3/owners')).status).toBe(503);
    expect((await hubspot(box, '/crm/v3/owners')).status).toBe(200);
  });
});

describe('the company', () => {
  test('what both APIs hold is what was decided', async () => {
    await using box = await small({ people: 300 });
    const { company } = box;
    if (company === null) throw new Error('there is a company');
    const count = async (what: string): Promise<number> => (await soql(box, `SELECT Id FROM ${what} LIMIT 2000`)).totalSize;
    const { homes } = company;
    expect(homes.marketing + homes.both + homes.sales).toBe(300);
    expect(await count('Lead')).toBe(homes.both + homes.sales + company.duplicates);
    expect(await count('Lead WHERE IsConverted = true')).toBe(company.converted);
    expect(await count("Lead WHERE Status = 'Closed - Not Converted'")).toBe(company.rejected);
    expect(await count('Lead WHERE Rejection_Reason__c != null')).toBe(company.rejectedWithReason);
    expect(await count('Opportunity WHERE IsWon = true')).toBe(company.deals.won);
    expect(await count('Opportunity WHERE IsClosed = true AND IsWon = false')).toBe(company.deals.lost);
    expect(await count('Opportunity WHERE Loss_Reason__c != null')).toBe(company.deals.lostWithReason);
    expect((await count('Opportunity')) - (await count('OpportunityContactRole'))).toBe(company.deals.withoutRole);
    const search = (type: string, body: object): Promise<number> =>
      hubspot(box, `/crm/v3/objects/${type}/search`, body).then((answer) => answer.json().total);
    expect(await search('contacts', {})).toBe(homes.marketing + homes.both);
    expect(await search('deals', {})).toBe(company.purchases);
  });

  test('everybody who works in one CRM has a user in the other, by e-mail address', async () => {
    await using box = await small({ people: 1 });
    const owners = (await hubspot(box, '/crm/v3/owners?limit=100')).json().results as { email: string; teams?: { name: string }[] }[];
    const { records } = await soql(box, "SELECT Email, UserRole.Name FROM User WHERE Email LIKE '%@fernwick.example'");
    const emails = records.map((record) => record['Email']);
    expect(emails.length).toBeGreaterThanOrEqual(10);
    expect(
      owners
        .filter((owner) => owner.email.endsWith('@fernwick.example'))
        .map((owner) => owner.email)
        .toSorted(),
    ).toEqual(emails.map(String).toSorted());
    expect(new Set(owners.flatMap((owner) => owner.teams?.map((team) => team.name) ?? []))).toEqual(
      new Set(['Marketing', 'Sales Development', 'Account Executives']),
    );
  });

  test('campaigns are paired by stored id, by name, or by nothing a program could go by', async () => {
    await using box = await small({ people: 1 });
    const names = (await hubspot(box, '/marketing/v3/campaigns?limit=100&properties=hs_name,truce_cross_id')).json().results as {
      id: string;
      properties: { hs_name: string; truce_cross_id?: string | null };
    }[];
    const { records } = await soql(box, 'SELECT Id, Name, Truce_Cross_Id__c FROM Campaign');
    const stored = records.filter((record) => record['Truce_Cross_Id__c'] !== null);
    expect(stored.length).toBeGreaterThanOrEqual(5);
    for (const record of stored) expect(names.map((campaign) => campaign.id)).toContain(record['Truce_Cross_Id__c']);
    const sameName = records.filter((record) => names.some((campaign) => campaign.properties.hs_name === record['Name']));
    expect(sameName.length).toBeGreaterThanOrEqual(9);
    const alone = records.filter(
      (record) => record['Truce_Cross_Id__c'] === null && !names.some((campaign) => campaign.properties.hs_name === record['Name']),
    );
    expect(alone.map((record) => record['Name'])).toEqual(['Messe Berlin booth scans']);
    expect(records.length).toBe(names.length + 1);
  });

  test('histories of both CRMs partly disagree, as do two teams', async () => {
    await using box = await small({ people: 300 });
    const contacts: { properties: Record<string, string | null> }[] = [];
    for (let after = ''; after !== 'end';) {
      const page = (
        await hubspot(box, `/crm/v3/objects/contacts?limit=100&properties=email,hs_lead_status${after === '' ? '' : `&after=${after}`}`)
      ).json();
      contacts.push(...page.results);
      after = page.paging?.next?.after ?? 'end';
    }
    const { records } = await soql(box, 'SELECT Email, Status FROM Lead WHERE IsConverted = false AND Email != null LIMIT 2000');
    const sales = new Map(records.map((record) => [record['Email'], record['Status']]));
    const meaning: Record<string, string> = {
      NEW: 'Open - Not Contacted',
      IN_PROGRESS: 'Working - Contacted',
      UNQUALIFIED: 'Closed - Not Converted',
    };
    const pairs = contacts.flatMap(({ properties }) => {
      const [status, other] = [properties['hs_lead_status'], sales.get(properties['email'])];
      return status === null || status === undefined || other === undefined ? [] : [meaning[status] === other];
    });
    const agree = pairs.filter(Boolean).length / pairs.length;
    expect(pairs.length).toBeGreaterThan(80);
    expect(agree).toBeGreaterThan(0.4);
    expect(agree).toBeLessThan(0.9);
    expect((await soql(box, "SELECT Id FROM LeadHistory WHERE Field = 'Status' LIMIT 2000")).totalSize).toBeGreaterThan(50);
  });

  test('without Truce’s own fields and without people there is nothing of either', async () => {
    await using box = await small({ empty: true, provisioned: false });
    expect(box.company).toBeNull();
    expect((await soql(box, 'SELECT Id FROM Lead')).totalSize).toBe(0);
    const properties = (await hubspot(box, '/crm/v3/properties/contacts')).json().results as { name: string }[];
    expect(properties.some((property) => property.name.startsWith('truce_'))).toBe(false);
  });

  test('a free HubSpot account has no campaigns, and the company lives without them', async () => {
    await using box = await small({ people: 20, hubspotTier: 'free' });
    expect((await hubspot(box, '/crm/v3/objects/contacts?limit=10')).json().results.length).toBe(10);
    expect((await soql(box, 'SELECT Id FROM Campaign')).totalSize).toBeGreaterThan(10);
  });
});
