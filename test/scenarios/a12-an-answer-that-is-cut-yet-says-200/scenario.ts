import type { Scenario } from '../stage.ts';
import { makeMany } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations({ patienceMs: 600 });
  await makeMany(both, 'salesforce', 60);
  await both.later(3_600_000);
  const t = await both.open();
  const half = '{"totalSize":60,"done":true,"records":[{"attributes":{"type":"Lead","url":"/x"},"Id":"00Q000000000001AAA","Sta';
  const match = { path: 'composite|/query' };
  const said200 = { type: 'status', status: 200, body: half, headers: { 'content-type': 'application/json' } } as const;
  both.box.faults.add([{ side: 'salesforce', match, when: 'after', effect: said200 }]);
  const first = await stage.pull(t);
  const { people } = await t.status();
  stage.note(`leads kept of the half answer ${people.sales}`);
  stage.never('a row of a half answer is kept', first.exit === 5 && people.sales === 0);
  both.box.faults.clear();
  both.box.calls.clear();
  both.box.faults.add([{ side: 'salesforce', match, nth: 2, when: 'after', effect: { type: 'cut', share: 0.6 } }]);
  const second = await stage.pull(t);
  stage.never(
    'the scenario cuts nothing',
    both.box.calls().some((call) => call.fault === 'after:cut'),
  );
  stage.never('a row that was cut off is missing', second.result?.people.sales === 60);
};
