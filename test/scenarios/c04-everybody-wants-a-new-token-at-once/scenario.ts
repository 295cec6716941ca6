import { salesforce } from 'truce/salesforce';
import type { RecordId } from '../../../src/model/words.ts';
import { systemPorts } from '../../../src/system-ports.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const { url, clientId, clientSecret } = both.box.salesforce;
  const crm = salesforce({ instanceUrl: url, clientId, clientSecret }).connect(systemPorts(both.ports));
  stage.closing(() => crm.close());
  const ref = { id: ann.lead as RecordId, object: 'Lead' };
  await crm.read('person', [ref], { fields: ['Status'] });
  both.box.calls.clear();
  both.box.faults.add([{ side: 'salesforce', match: { path: 'services/data' }, nth: 1, effect: { type: 'expire' } }]);
  const answers = await Promise.all(Array.from({ length: 20 }, () => crm.read('person', [ref], { fields: ['Status'] })));
  const grants = both.calls('salesforce', /oauth2\/token/).length;
  stage.note(`reads answered ${answers.filter(([answer]) => answer?.found.length === 1).length}, grants ${grants}`);
  stage.never('each of them logs in for itself', grants === 1);
};
