import { expect, it } from 'vitest';
import { rig } from './rig.ts';

it('one campaign of 3,000 members keeps its figures right, member by member and conversion by conversion', async () => {
  const r = rig({ limits: 'none' });
  const campaign = String((await r.send('POST', '/sobjects/Campaign', { body: { Name: 'Big' } })).json['id']);
  const count = async (): Promise<unknown> => (await r.records('SELECT NumberOfLeads FROM Campaign'))[0]?.['NumberOfLeads'];
  for (let n = 0; n < 3000; n += 1) {
    r.advance(1000);
    const lead = await r.send('POST', '/sobjects/Lead', { body: { LastName: `L${String(n)}`, Company: 'C' } });
    await r.send('POST', '/sobjects/CampaignMember', { body: { LeadId: lead.json['id'], CampaignId: campaign } });
    if (n % 500 === 0) expect(await count()).toBe(n + 1);
    if (n % 10 === 0)
      r.half.seed.convertLead(String(lead.json['id']), { at: r.now(), opportunity: { StageName: 'Closed Won', Amount: 1 } });
  }
  const [figures] = await r.records(
    'SELECT NumberOfLeads, NumberOfConvertedLeads, NumberOfContacts, NumberOfWonOpportunities, AmountWonOpportunities FROM Campaign',
  );
  expect(figures).toMatchObject({
    NumberOfLeads: 3000,
    NumberOfConvertedLeads: 300,
    NumberOfContacts: 300,
    NumberOfWonOpportunities: 300,
    AmountWonOpportunities: 300,
  });
  const changed = await r.records(
    `SELECT Id FROM Lead WHERE SystemModstamp >= ${new Date(r.now() - 9000).toISOString()} ORDER BY SystemModstamp, Id`,
  );
  // The stamps are whole seconds, the bound is not.
  expect(changed).toHaveLength(9);
});
