import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import { soapConvert } from './soap.ts';

describe('converting into a contact that is there', () => {
  conforms(
    {
      known: 'assumed',
      probe: 'convertLead with the contactId of a member of the same campaign; then SELECT Id, LeadId, ContactId FROM CampaignMember',
    },
    'leaves one member where the lead and the contact were both members',
    async () => {
      const r = rig();
      const { seed } = r.half;
      const account = seed.insert('Account', { Name: 'Engines' }, { at: START });
      const contact = seed.insert('Contact', { LastName: 'Byron', AccountId: account }, { at: START });
      const lead = seed.insert('Lead', { LastName: 'Byron', Company: 'Engines' }, { at: START });
      const campaign = seed.insert('Campaign', { Name: 'Fair' }, { at: START });
      const kept = seed.insert('CampaignMember', { CampaignId: campaign, ContactId: contact }, { at: START });
      seed.insert('CampaignMember', { CampaignId: campaign, LeadId: lead }, { at: START });
      const answer = await soapConvert(r, lead, `<accountId>${account}</accountId><contactId>${contact}</contactId>`);
      expect(answer.text).toContain('<success>true</success>');
      expect((await r.records('SELECT Id FROM CampaignMember')).map((row) => String(row['Id']))).toEqual([kept]);
      expect((await r.records('SELECT NumberOfContacts, NumberOfLeads FROM Campaign'))[0]).toMatchObject({
        NumberOfContacts: 1,
        NumberOfLeads: 0,
      });
    },
  );
});
