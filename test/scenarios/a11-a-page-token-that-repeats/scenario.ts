import type { Scenario } from '../stage.ts';
import { makeMany } from '../stage-passes.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  await makeMany(both, 'hubspot', 150);
  await both.later(3_600_000);
  const t = await both.open();
  const body = { results: [], paging: { next: { after: '100', link: 'https://api.hubapi.com/crm/v3/objects/contacts?after=100' } } };
  both.box.faults.add([
    {
      side: 'hubspot',
      match: { path: 'objects/contacts\\?.*after=' },
      effect: { type: 'status', status: 200, body, headers: { 'content-type': 'application/json' } },
    },
  ]);
  const run = await stage.pull(t);
  const pages = both.calls('hubspot', /objects\/contacts\?.*after=/).length;
  stage.note(`pages asked for by token ${pages}`);
  const done = (await t.status()).cursors.some((one) => one.side === 'marketing' && one.stream === 'people' && one.done);
  stage.never('it pages in a circle', pages <= 10);
  stage.never('a circle counts as the end', run.exit !== 0 && !done);
};
