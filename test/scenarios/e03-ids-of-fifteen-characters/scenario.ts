import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const lead = String(
    (
      await both.rep.send('POST', `${both.rest}/sobjects/Lead`, {
        LastName: 'Ann',
        Company: 'Example',
        Email: 'ann@work.example.com',
        Status: 'Working - Contacted',
      })
    )['id'],
  );
  const properties = { email: 'ann@home.example.com', hs_lead_status: 'NEW', truce_cross_id: lead.slice(0, 15) };
  const contact = String((await both.marketer.send('POST', '/crm/v3/objects/contacts', { properties }))['id']);
  await both.later(3_600_000);
  const t = await both.open();
  const run = await stage.sync(t);
  const { people } = await t.status();
  stage.note(`linked ${people.linked}, ids of ${lead.length} and 15 characters`);
  await both.end({ ann: { contact, lead } });
  stage.never('15 and 18 characters are two records', people.linked === 1 && run.result?.applied === 1);
};
