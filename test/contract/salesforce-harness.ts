import type { Sandbox } from 'truce/sandbox';
import { salesforce } from 'truce/salesforce';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import { exchange } from '../adapters/sandbox/http.ts';
import { parts, type Ask, type VendorHarness } from './sandbox-harness.ts';

const data = (box: Sandbox): string => `/services/data/v${box.salesforce.apiVersion}`;

export const salesforceVendor: VendorHarness = {
  factory: (box) => salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }),
  url: (box) => box.salesforce.url,
  userToken: (box) => box.salesforce.userAccessToken,
  writes: { path: '/composite|/sobjects/Lead' },
  traits: {
    statusField: 'Status',
    statuses: ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted'],
    textField: 'Description',
    object: 'Lead',
    newPerson: (email) =>
      new Map([
        ['Email', email],
        ['LastName', 'Example'],
        ['Company', 'Acme'],
      ]),
    sizes: { equalStamps: 10_050, pages: 230 },
    sharedEmails: true,
    convertsLeads: true,
  },
  async world(ask, box) {
    const rest = data(box);
    const create = async (sobject: string, fields: Record<string, unknown>): Promise<RecordId> =>
      ((await ask('POST', `${rest}/sobjects/${sobject}`, fields)) as { id: RecordId }).id;
    const query = async (soql: string): Promise<Record<string, unknown>[]> =>
      ((await ask('GET', `${rest}/query?q=${encodeURIComponent(soql)}`)) as { records: Record<string, unknown>[] }).records;
    return {
      userId: await actingUser(ask, box),
      addPerson: ({ email, status }) =>
        create('Lead', { LastName: 'Example', Company: 'Acme', Email: email, ...(status === undefined ? {} : { Status: status }) }),
      async addPeople(count, prefix) {
        const ids: RecordId[] = [];
        const records = Array.from({ length: count }, (_, at) => ({
          attributes: { type: 'Lead' },
          LastName: `Example ${at}`,
          Company: 'Acme',
          Email: `${prefix}-${at}@example.com`,
        }));
        for (const part of parts(records, 200)) {
          const results = (await ask('POST', `${rest}/composite/sobjects`, { allOrNone: true, records: part })) as { id: RecordId }[];
          ids.push(...results.map((result) => result.id));
        }
        return ids;
      },
      edit: async (id, field, value) => void (await ask('PATCH', `${rest}/sobjects/Lead/${id}`, { [field]: value })),
      remove: async (id) => void (await ask('DELETE', `${rest}/sobjects/Lead/${id}`)),
      async merge(winner, loser) {
        await soap(
          box,
          `<merge><request><masterRecord><type>Lead</type><Id>${winner}</Id></masterRecord><recordToMergeIds>${loser}</recordToMergeIds></request></merge>`,
        );
        return winner;
      },
      addAccount: (name) => create('Account', { Name: name }),
      addCampaign: (name) => create('Campaign', { Name: name, IsActive: true }),
      addMember: async (campaignId, personId) => void (await create('CampaignMember', { CampaignId: campaignId, LeadId: personId })),
      async addWonDeal(personId) {
        const answer = await soap(
          box,
          `<convertLead><leadConverts><convertedStatus>Closed - Converted</convertedStatus><leadId>${personId}</leadId></leadConverts></convertLead>`,
        );
        const id = /<opportunityId>(\w+)<\/opportunityId>/.exec(answer)?.[1];
        if (id === undefined) throw new Error(answer);
        await ask('PATCH', `${rest}/sobjects/Opportunity/${id}`, { StageName: 'Closed Won', Amount: 1000, CloseDate: '2026-03-02' });
        return id as RecordId;
      },
      addCall: (personId) =>
        create('Task', {
          WhoId: personId,
          Subject: 'Call',
          TaskSubtype: 'Call',
          CallType: 'Outbound',
          Status: 'Completed',
          ActivityDate: '2026-03-02',
        }),
      async value(id, field): Promise<FieldValue> {
        const lead = (await ask('GET', `${rest}/sobjects/Lead/${id}?fields=${field}`)) as Record<string, FieldValue>;
        return lead[field] ?? null;
      },
      restriction: async () => {
        const move = async (id: string, company: string): Promise<void> =>
          void (await ask('PATCH', `${rest}/sobjects/Lead/${id}`, { Company: company }));
        return { scope: "Company = 'Inside'", enter: (id) => move(id, 'Inside'), leave: (id) => move(id, 'Outside') };
      },
      countByEmail: async (email) => (await query(`SELECT Id FROM Lead WHERE Email = '${email}'`)).length,
    };
  },
};

async function actingUser(ask: Ask, box: Sandbox): Promise<RecordId> {
  const info = (await ask('GET', '/services/oauth2/userinfo')) as { user_id: string };
  const { records } = (await ask(
    'GET',
    `${data(box)}/query?q=${encodeURIComponent(`SELECT Id FROM User WHERE Id = '${info.user_id}'`)}`,
  )) as {
    records: { Id: RecordId }[];
  };
  return records[0]?.Id as RecordId;
}

/** What only SOAP can do: converting a lead and merging two. */
async function soap(box: Sandbox, operation: string): Promise<string> {
  const session = `<SessionHeader><sessionId>${box.salesforce.userAccessToken}</sessionId></SessionHeader>`;
  const body =
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com">' +
    `<env:Header>${session}</env:Header><env:Body>${operation}</env:Body></env:Envelope>`;
  const url = `${box.salesforce.url}/services/Soap/u/${box.salesforce.apiVersion}`;
  const answer = await exchange(url, { method: 'POST', body, headers: { 'content-type': 'text/xml', soapaction: '""' } });
  if (answer.status !== 200 || !answer.text.includes('<success>true</success>')) throw new Error(`SOAP: ${answer.status} ${answer.text}`);
  return answer.text;
}
