import type { RecordId } from '../../../src/model/words.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  await both.later(3_600_000);
  await stage.sync(await both.open());
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  both.box.faults.add([{ side: 'salesforce', match: { by: 'integration' }, effect: { type: 'answer', answer: 'maintenance' } }]);
  let [calls, longestMs] = [0, 0];
  for (let run = 0; run < 4; run += 1) {
    await both.later(15 * 60_000);
    both.box.calls.clear();
    const startedAt = both.box.clock.now();
    const ended = await stage.sync(await both.open());
    longestMs = Math.max(longestMs, both.box.clock.now() - startedAt);
    calls = Math.max(calls, both.calls('salesforce').length);
    stage.never('an outage is called a success', ended.exit === 5);
  }
  stage.note(`most calls of one run: ${calls <= 12 ? 'a dozen at most' : String(calls)}`);
  stage.never('a service that is down is hammered', calls <= 12);
  stage.never('a run hangs on for long', longestMs < 5 * 60_000);
  both.box.calls.clear();
  const crm = both.crm('salesforce');
  const ref = { id: ann.lead as RecordId, object: 'Lead' };
  for (let read = 0; read < 30; read += 1) await crm.read('person', [ref], { fields: ['Status'] }).catch(() => undefined);
  stage.note(`calls of thirty reads ${both.calls('salesforce').length}`);
  stage.never('each of many reads is tried five times', both.calls('salesforce').length <= 45);
  both.box.faults.clear();
  await both.later(15 * 60_000);
  const healed = await stage.sync(await both.open());
  await both.end({ ann });
  stage.never('somebody has to close the circuit', healed.exit === 0 && healed.result?.applied === 1);
};
