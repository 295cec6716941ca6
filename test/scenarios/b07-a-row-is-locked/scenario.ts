import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const bob = await both.twin('bob');
  const t = await both.open();
  await both.later();
  await stage.sync(t);
  for (const one of [ann, bob]) await both.setContact(one.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.later();
  both.box.faults.add([{ side: 'salesforce', times: 1, match: { method: 'PATCH' }, effect: { type: 'lock', records: `^${ann.lead}` } }]);
  const passing = await stage.sync(t);
  stage.never('a lock that passes costs a record its change', passing.result?.applied === 2);
  both.box.faults.clear();
  for (const one of [ann, bob]) await both.setContact(one.contact, { hs_lead_status: 'UNQUALIFIED' });
  await both.later();
  both.box.calls.clear();
  both.box.faults.add([{ side: 'salesforce', effect: { type: 'lock', records: `^${ann.lead}` } }]);
  const lasting = await stage.sync(t);
  const tries = both
    .calls('salesforce', new RegExp(`(PATCH|${ann.lead})`))
    .filter((call) => call.method === 'PATCH' && call.url.includes(ann.lead)).length;
  stage.note(`tries at the held row ${tries}`);
  stage.never('a held row is tried for ever', tries <= 5);
  stage.never('a held row keeps others from being written', lasting.result?.applied === 1);
  both.box.faults.clear();
  await both.later(3_600_000);
  await stage.sync(t);
  await both.end({ ann, bob });
};
