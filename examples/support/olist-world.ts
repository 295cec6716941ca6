import type { Caller } from './http.ts';
import { timeline, type OlistData, type OlistDeal, type OlistLead } from './olist.ts';

/** The start-up line of `truce sandbox --json`. */
export interface SandboxLine {
  readonly hubspot: { readonly url: string; readonly token: string; readonly userToken: string; readonly portalId: string };
  readonly salesforce: {
    readonly url: string;
    readonly accessToken: string;
    readonly userAccessToken: string;
    readonly apiVersion: string;
  };
  readonly control: { readonly url: string };
}

interface World {
  readonly hubspot: Caller;
  readonly salesforce: Caller;
  readonly control: Caller;
  readonly line: SandboxLine;
  /** Numeric id of each landing page's HubSpot campaign. */
  readonly campaigns: ReadonlyMap<string, string>;
}

export const originProperty = 'lead_origin';
const email = (lead: OlistLead): string => `${lead.id}@olist.example`;

/** Lives the funnel again: every first contact and every won deal at its own time, as users of both CRMs would enter them. */
export async function liveOlist(
  data: OlistData,
  line: SandboxLine,
  callers: Pick<World, 'hubspot' | 'salesforce' | 'control'>,
): Promise<void> {
  const events = timeline(data);
  await setClock(callers.control, (events[0]?.at ?? 0) - 86_400_000);
  await createOriginProperty(callers.hubspot, data);
  const campaigns = await createCampaigns(data, line, callers);
  const world: World = { ...callers, line, campaigns };
  for (const event of events) {
    await setClock(world.control, event.at);
    if (event.kind === 'contact') await enterContact(world, event.lead);
    else await winDeal(world, event.lead, event.deal);
  }
  await setClock(world.control, (events.at(-1)?.at ?? 0) + 86_400_000);
}

async function setClock(control: Caller, to: number): Promise<void> {
  await control.send('POST', '/clock', { to });
}

async function createOriginProperty(hubspot: Caller, data: OlistData): Promise<void> {
  const origins = [...new Set(data.leads.map((lead) => lead.origin))].filter((origin) => origin !== '').toSorted();
  await hubspot.send('POST', '/crm/v3/properties/contacts', {
    name: originProperty,
    label: 'Lead origin',
    type: 'enumeration',
    fieldType: 'select',
    groupName: 'contactinformation',
    options: origins.map((origin, displayOrder) => ({ label: origin, value: origin, displayOrder, hidden: false })),
  });
}

/** One campaign a landing page, under the same name in both CRMs. */
async function createCampaigns(
  data: OlistData,
  line: SandboxLine,
  { hubspot, salesforce }: Pick<World, 'hubspot' | 'salesforce'>,
): Promise<ReadonlyMap<string, string>> {
  const pages = [...new Set(data.leads.map((lead) => lead.landingPage))].toSorted();
  const numeric = new Map<string, string>();
  for (const page of pages) {
    const made = (await hubspot.send('POST', '/marketing/v3/campaigns', { properties: { hs_name: campaignName(page) } })) as { id: string };
    const read = (await hubspot.send('GET', `/marketing/v3/campaigns/${made.id}?properties=hs_object_id`)) as {
      properties: { hs_object_id: string };
    };
    numeric.set(page, read.properties.hs_object_id);
  }
  for (let start = 0; start < pages.length; start += 200) {
    const records = pages
      .slice(start, start + 200)
      .map((page) => ({ attributes: { type: 'Campaign' }, Name: campaignName(page), IsActive: true }));
    await salesforce.send('POST', `/services/data/v${line.salesforce.apiVersion}/composite/sobjects`, { allOrNone: true, records });
  }
  return numeric;
}

/** The campaign's name in both CRMs. */
export function campaignName(landingPage: string): string {
  return `Landing page ${landingPage}`;
}

async function enterContact(world: World, lead: OlistLead): Promise<void> {
  const made = (await world.hubspot.send('POST', '/crm/v3/objects/contacts', {
    properties: {
      email: email(lead),
      company: `Seller ${lead.id.slice(0, 8)}`,
      lifecyclestage: 'marketingqualifiedlead',
      ...(lead.origin === '' ? {} : { [originProperty]: lead.origin }),
    },
  })) as { id: string };
  await world.hubspot.send(
    'PUT',
    `/crm/v4/objects/contacts/${made.id}/associations/default/campaigns/${world.campaigns.get(lead.landingPage)}`,
  );
}

/** Sales enters the lead, converts it, and closes the opportunity as won; nobody fills in the primary campaign. */
async function winDeal({ salesforce, line }: World, lead: OlistLead, deal: OlistDeal): Promise<void> {
  const base = `/services/data/v${line.salesforce.apiVersion}`;
  const made = (await salesforce.send('POST', `${base}/sobjects/Lead`, {
    LastName: lead.id.slice(0, 8),
    Company: `Seller ${lead.id.slice(0, 8)}`,
    Email: email(lead),
    Status: 'Working - Contacted',
    ...(lead.origin === '' ? {} : { LeadSource: lead.origin }),
  })) as { id: string };
  const answer = String(
    await salesforce.send(
      'POST',
      `/services/Soap/u/${line.salesforce.apiVersion}`,
      convertEnvelope(line.salesforce.userAccessToken, made.id, `Deal ${lead.id.slice(0, 8)}`),
      {
        'content-type': 'text/xml; charset=UTF-8',
        soapaction: '""',
      },
    ),
  );
  const opportunity = /<opportunityId>(006\w+)<\/opportunityId>/.exec(answer)?.[1];
  if (opportunity === undefined) throw new Error(`the lead ${made.id} was not converted: ${answer.slice(0, 400)}`);
  await salesforce.send('PATCH', `${base}/sobjects/Opportunity/${opportunity}`, {
    StageName: 'Closed Won',
    Amount: Number(deal.amount),
    CloseDate: new Date(deal.wonAt).toISOString().slice(0, 10),
  });
}

function convertEnvelope(session: string, leadId: string, opportunity: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com"><soapenv:Header><urn:SessionHeader><urn:sessionId>${session}</urn:sessionId></urn:SessionHeader></soapenv:Header><soapenv:Body><urn:convertLead><urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus><urn:leadId>${leadId}</urn:leadId><urn:opportunityName>${opportunity}</urn:opportunityName></urn:leadConverts></urn:convertLead></soapenv:Body></soapenv:Envelope>`;
}
