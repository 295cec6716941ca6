import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const bob = await both.twin('bob');
  const t = await both.open();
  await both.later();
  await stage.sync(t);
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.setContact(bob.contact, { hs_lead_status: 'UNQUALIFIED' });
  await both.later();
  both.box.faults.add([
    { side: 'hubspot', match: { method: 'POST', path: 'batch/update' }, nth: 1, when: 'after', effect: { type: 'reset' } },
    { side: 'salesforce', match: { method: 'PATCH' }, nth: 1, when: 'after', effect: { type: 'reset' } },
  ]);
  await stage.sync(t);
  await both.later();
  await stage.sync(t);
  const intents = await both.end({ ann, bob });
  const sent = both.calls('hubspot', /batch\/update/).length;
  stage.note(`updates sent to HubSpot ${sent}`);
  stage.never('an update that stands is sent again', sent === 1);
  stage.never(
    'an intent stays open',
    intents.every((intent) => intent.status !== 'open'),
  );
};
