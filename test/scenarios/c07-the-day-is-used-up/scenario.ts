import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const bob = await both.twin('bob');
  const t = await both.open();
  await both.later(3_600_000);
  await stage.sync(t);
  for (const one of [ann, bob]) await both.setContact(one.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.later();
  both.box.faults.add([
    { side: 'salesforce', match: { method: 'PATCH' }, nth: [2, 3, 4, 5, 6, 7, 8], effect: { type: 'answer', answer: 'rate-total' } },
  ]);
  const stopped = await stage.sync(t);
  const { quarantine } = await t.status();
  both.box.faults.clear();
  await both.later(24 * 3_600_000);
  const next = await stage.sync(t);
  await both.end({ ann, bob });
  stage.never('a day that ended is called a success', stopped.exit === 5);
  stage.never('somebody is held back for it', quarantine.length === 0);
  stage.never(
    'what is left is forgotten',
    next.exit === 0 && both.calls('salesforce').filter((call) => call.method === 'PATCH' && call.status < 300).length === 2,
  );
};
