import type { Scenario } from '../stage.ts';
import { makeMany } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  await makeMany(both, 'salesforce', 2_100);
  await both.later(3_600_000);
  const t = await both.open();
  both.box.faults.add([
    {
      side: 'salesforce',
      match: { path: '/query(All)?/[0-9A-Za-z]{10,}' },
      effect: {
        type: 'status',
        status: 200,
        body: { totalSize: 2_100, done: true, records: [] },
        headers: { 'content-type': 'application/json' },
      },
    },
  ]);
  const cut = await stage.pull(t);
  const cursor = (await t.status()).cursors.find((one) => one.side === 'sales' && one.stream === 'people');
  both.box.faults.clear();
  await both.later();
  const whole = await stage.pull(t);
  stage.never('a page that got lost is called the end', cut.exit !== 0);
  stage.never('the cursor passes what was not read', cursor === undefined || !cursor.done);
  stage.never('the next run misses them', whole.result?.people.sales === 2_100);
};
