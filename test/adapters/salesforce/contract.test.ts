import { describe, test } from 'vitest';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';
import { crmContract } from '../../../src/testing/index.ts';
import type { ContractHarness } from '../../../src/testing/index.ts';
import { sandboxOrg } from './org.ts';
import type { SandboxOrg } from './org.ts';

interface Queried {
  readonly totalSize: number;
  readonly records: readonly Readonly<Record<string, FieldValue>>[];
}

function harnessOf(org: SandboxOrg): ContractHarness {
  const { seed } = org.half;
  const add = async (object: string, fields: object): Promise<RecordId> =>
    ((await org.user('POST', `/sobjects/${object}`, fields)) as { id: RecordId }).id;
  const query = async (soql: string): Promise<Queried> => (await org.user('GET', `/query?q=${encodeURIComponent(soql)}`)) as Queried;
  const person = (email: string, status = 'Open - Not Contacted'): Record<string, string> => ({
    LastName: 'Doe',
    Company: 'Acme',
    Email: email,
    Status: status,
  });
  return {
    connect: () => Promise.resolve(org.connect()),
    statusField: 'Status',
    statuses: ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted'],
    textField: 'Title',
    object: 'Lead',
    newPerson: (email) => new Map(Object.entries(person(email))),
    sizes: { equalStamps: 2_100, pages: 2_100 },
    sharedEmails: true,
    convertsLeads: true,
    world: {
      // The salesperson of the sandbox, who makes all of the world's requests.
      userId: '0055g0000000002AAA' as RecordId,
      addPerson: ({ email, status }) => add('Lead', person(email, status)),
      addPeople: (count, prefix) => {
        const at = org.clock.now();
        return Promise.resolve(
          Array.from({ length: count }, (_, n) => seed.insert('Lead', person(`${prefix}-${n}@example.com`), { at }) as RecordId),
        );
      },
      edit: async (id, field, value) => {
        await org.user('PATCH', `/sobjects/Lead/${id}`, { [field]: value });
      },
      remove: async (id) => {
        await org.user('DELETE', `/sobjects/Lead/${id}`);
      },
      merge: async (winner, loser) => {
        await org.merge('Lead', winner, loser);
        return winner;
      },
      addAccount: (name) => add('Account', { Name: name }),
      addCampaign: (name) => add('Campaign', { Name: name }),
      addMember: async (CampaignId, LeadId) => {
        await add('CampaignMember', { CampaignId, LeadId, Status: 'Sent' });
      },
      addWonDeal: (id) => {
        const at = org.clock.now();
        const { opportunityId } = seed.convertLead(id, {
          at,
          opportunity: { Name: 'Deal', StageName: 'Closed Won', CloseDate: '2026-06-01', Amount: 500 },
        });
        return Promise.resolve(opportunityId as RecordId);
      },
      addCall: (WhoId) =>
        add('Task', {
          WhoId,
          Subject: 'Call',
          Status: 'Completed',
          TaskSubtype: 'Call',
          ActivityDate: new Date(org.clock.now()).toISOString().slice(0, 10),
        }),
      value: async (id, field) => (await query(`SELECT ${field} FROM Lead WHERE Id = '${id}'`)).records[0]?.[field] ?? null,
      countByEmail: async (email) => (await query(`SELECT Id FROM Lead WHERE Email = '${email.replaceAll("'", "\\'")}'`)).totalSize,
      restriction: () =>
        Promise.resolve({
          scope: "LeadSource = 'Web'",
          enter: async (id) => {
            await org.user('PATCH', `/sobjects/Lead/${id}`, { LeadSource: 'Web' });
          },
          leave: async (id) => {
            await org.user('PATCH', `/sobjects/Lead/${id}`, { LeadSource: 'Other' });
          },
        }),
      loseNextWrite: (when) => Promise.resolve(org.loseNextWrite(when)),
      advance: (ms) => org.clock.advance(ms),
    },
  };
}

describe('the salesforce adapter over the imitation organisation', () => {
  for (const demand of crmContract()) {
    test(demand.name, async (context) => {
      const harness = harnessOf(sandboxOrg({ provisioned: demand.unprovisioned !== true }));
      const reason = demand.skip?.((await harness.connect()).capabilities, harness);
      if (reason !== undefined) context.skip(reason);
      await demand.run(harness);
    });
  }
});
