import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

/** A campaign with a member, and an opportunity of an account with a contact in a role. */
function related(r: Rig): {
  readonly campaign: string;
  readonly lead: string;
  readonly account: string;
  readonly deal: string;
  readonly contact: string;
} {
  const { seed } = r.half;
  const campaign = seed.insert('Campaign', { Name: 'C' }, { at: START });
  const lead = seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
  seed.insert('CampaignMember', { CampaignId: campaign, LeadId: lead }, { at: START });
  const account = seed.insert('Account', { Name: 'A' }, { at: START });
  const contact = seed.insert('Contact', { LastName: 'c', AccountId: account }, { at: START });
  const deal = seed.insert(
    'Opportunity',
    { Name: 'D', StageName: 'Prospecting', CloseDate: '2026-04-01', AccountId: account },
    { at: START },
  );
  seed.insert('OpportunityContactRole', { OpportunityId: deal, ContactId: contact }, { at: START });
  return { campaign, lead, account, deal, contact };
}

describe('what a delete takes along', () => {
  conforms(
    { known: 'assumed', probe: 'DELETE a lead that is a campaign member, then query CampaignMember' },
    'a lead takes its memberships along',
    async () => {
      const r = rig();
      expect((await r.send('DELETE', `/sobjects/Lead/${related(r).lead}`)).status).toBe(204);
      expect(await r.records('SELECT Id FROM CampaignMember')).toHaveLength(0);
    },
  );
  conforms(
    { known: 'assumed', probe: 'DELETE a campaign with members, then query CampaignMember' },
    'a campaign takes its members along',
    async () => {
      const r = rig();
      expect((await r.send('DELETE', `/sobjects/Campaign/${related(r).campaign}`)).status).toBe(204);
      expect(await r.records('SELECT Id FROM CampaignMember')).toHaveLength(0);
    },
  );
  conforms(
    { known: 'assumed', probe: 'DELETE an opportunity with a contact role, then query OpportunityContactRole' },
    'an opportunity takes its contact roles along',
    async () => {
      const r = rig();
      expect((await r.send('DELETE', `/sobjects/Opportunity/${related(r).deal}`)).status).toBe(204);
      expect(await r.records('SELECT Id FROM OpportunityContactRole')).toHaveLength(0);
    },
  );
  conforms(
    { known: 'assumed', probe: 'DELETE a contact with a role, then query OpportunityContactRole' },
    'a contact takes its roles along',
    async () => {
      const r = rig();
      expect((await r.send('DELETE', `/sobjects/Contact/${related(r).contact}`)).status).toBe(204);
      expect(await r.records('SELECT Id FROM OpportunityContactRole')).toHaveLength(0);
    },
  );
});

describe('words and headers', () => {
  conforms(
    { known: 'assumed', probe: 'PATCH a lead with an If-Unmodified-Since of 1970 and read the body of the 412' },
    'the 412 of a condition is PRECONDITION_FAILED in an array',
    async () => {
      const r = rig();
      const answer = await r.send('PATCH', `/sobjects/Lead/${related(r).lead}`, {
        body: { Company: 'z' },
        headers: { 'if-unmodified-since': new Date(0).toUTCString() },
      });
      expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([412, 'PRECONDITION_FAILED']);
    },
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/batch with Sforce-Auto-Assign: FALSE that creates a lead, with an active assignment rule' },
    'the parts of a batch share the headers of the request around them',
    async () => {
      const r = rig();
      const batchRequests = [{ method: 'POST', url: 'v67.0/sobjects/Lead', richInput: { LastName: 'x', Company: 'y' } }];
      await r.send('POST', '/composite/batch', { body: { batchRequests }, headers: { 'sforce-auto-assign': 'FALSE' } });
      expect((await r.records('SELECT Owner.Name FROM Lead'))[0]?.['Owner']?.['Name']).toBe('Truce Integration');
    },
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/batch with 26 parts and read code and words' },
    'twenty-six parts of a batch are LIMIT_EXCEEDED',
    async () => {
      const batchRequests = Array.from({ length: 26 }, () => ({ method: 'GET', url: 'v67.0/limits' }));
      const answer = await rig().send('POST', '/composite/batch', { body: { batchRequests } });
      expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([400, 'LIMIT_EXCEEDED']);
    },
  );
  conforms(
    { known: 'assumed', probe: 'convert a lead with a custom field that the lead field mapping does not name, and read the contact' },
    'a conversion maps no custom field',
    async () => {
      const r = rig();
      const lead = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y', Truce_Key__c: 'k' }, { at: START });
      r.half.seed.convertLead(lead, { at: START, opportunity: null });
      expect((await r.records('SELECT Truce_Key__c FROM Contact'))[0]?.['Truce_Key__c']).toBeNull();
    },
  );
});
