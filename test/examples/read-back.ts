import type { Sandbox } from 'truce/sandbox';
import { exchange } from '../adapters/sandbox/http.ts';

type Values = Readonly<Record<string, string | number | null>>;

/** Contacts' properties by id, over HubSpot's API with a user's token. */
export async function contacts(box: Sandbox, ids: readonly string[], property: string): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  for (let at = 0; at < ids.length; at += 100) {
    const answer = await exchange(`${box.hubspot.url}/crm/v3/objects/contacts/batch/read`, {
      headers: { authorization: `Bearer ${box.hubspot.userToken}` },
      body: { inputs: ids.slice(at, at + 100).map((id) => ({ id })), properties: [property] },
    });
    const { results } = answer.json() as { readonly results: readonly { readonly id: string; readonly properties: Values }[] };
    for (const { id, properties } of results) found.set(id, properties[property]);
  }
  return found;
}

/** Campaigns of HubSpot, with a user's token. */
export async function marketingCampaigns(box: Sandbox, properties: readonly string[]): Promise<readonly Values[]> {
  const answer = await exchange(`${box.hubspot.url}/marketing/v3/campaigns?limit=100&properties=${properties.join(',')}`, {
    headers: { authorization: `Bearer ${box.hubspot.userToken}` },
  });
  const { results } = answer.json() as { readonly results: readonly { readonly properties: Values }[] };
  return results.map((result) => result.properties);
}

/** Rows of a SOQL query, with a user's token. */
export async function soql(box: Sandbox, query: string): Promise<readonly Values[]> {
  const url = `${box.salesforce.url}/services/data/v${box.salesforce.apiVersion}/query?q=${encodeURIComponent(query)}`;
  const answer = await exchange(url, { headers: { authorization: `Bearer ${box.salesforce.userAccessToken}` } });
  return (answer.json() as { readonly records: readonly Values[] }).records;
}

/** Every person's and campaign's last change in both CRMs: equal texts mean that nobody wrote meanwhile. */
export async function stamps(box: Sandbox): Promise<readonly string[]> {
  const found: string[] = [];
  for (const object of ['Lead', 'Contact', 'Campaign'])
    for (const row of await soql(box, `SELECT Id, SystemModstamp FROM ${object} ORDER BY Id`))
      found.push(`${row['Id']} ${row['SystemModstamp']}`);
  const campaigns = await exchange(`${box.hubspot.url}/marketing/v3/campaigns?limit=100`, {
    headers: { authorization: `Bearer ${box.hubspot.userToken}` },
  });
  const { results } = campaigns.json() as { readonly results: readonly { readonly id: string; readonly updatedAt: string }[] };
  for (const { id, updatedAt } of results) found.push(`${id} ${updatedAt}`);
  for (let after = ''; ;) {
    const answer = await exchange(`${box.hubspot.url}/crm/v3/objects/contacts?limit=100&properties=lastmodifieddate${after}`, {
      headers: { authorization: `Bearer ${box.hubspot.userToken}` },
    });
    const page = answer.json() as {
      readonly results: readonly { readonly id: string; readonly properties: Values }[];
      readonly paging?: { readonly next: { readonly after: string } };
    };
    for (const { id, properties } of page.results) found.push(`${id} ${properties['lastmodifieddate']}`);
    if (page.paging === undefined) return found;
    after = `&after=${page.paging.next.after}`;
  }
}
