import { salesforce } from 'truce/salesforce';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations({ patienceMs: 600 });
  const ann = await both.twin('ann');
  await both.later(3_600_000);
  await stage.sync(await both.open());
  await both.setContact(ann.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.later();
  const nobody = salesforce({ instanceUrl: 'http://127.0.0.1:9', accessToken: 'token' });
  const gone = await stage.sync(await both.open({ sales: nobody }));
  stage.never('an address where nobody listens is anything but "later"', gone.exit === 5);
  both.box.faults.add([{ side: 'salesforce', match: { method: 'PATCH' }, nth: 1, when: 'after', effect: { type: 'silence' } }]);
  both.box.calls.clear();
  const dead = await stage.sync(await both.open());
  await both.end({ ann });
  const sent = both.calls('salesforce').filter((call) => call.method === 'PATCH').length;
  stage.note(`writes sent ${sent}`);
  stage.never('a write without an answer is sent again', sent === 1 && dead.result?.applied === 1);
};
