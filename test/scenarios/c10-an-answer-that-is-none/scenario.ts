import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const t = await both.open();
  await both.later(3_600_000);
  await stage.sync(t);
  await both.setContact(ann.contact, { hs_lead_status: 'IN_PROGRESS' });
  await both.later();
  const bodies = [
    '<html><body>Sign in</body></html>',
    '{"results":[{"id":"1",',
    '[]',
    'null',
    '{"results":{}}',
    '{"total":1,"results":[{"id":"1","properties":{"lastmodifieddate":1e999}}]}',
    '',
  ];
  for (const body of bodies) {
    both.box.faults.add([
      {
        side: 'hubspot',
        match: { path: 'contacts/search' },
        effect: { type: 'status', status: 200, body, headers: { 'content-type': 'application/json' } },
      },
    ]);
    const run = await stage.sync(t);
    stage.never(`${JSON.stringify(body).slice(0, 24)} is taken for an answer`, run.exit === 5);
    both.box.faults.clear();
    await both.later();
  }
  const sound = await stage.sync(t);
  await both.end({ ann });
  stage.never('the change is lost with the bad page', sound.result?.applied === 1);
};
