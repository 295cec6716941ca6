import type { Scenario } from '../stage.ts';
import type { RecordId } from '../../../src/model/words.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const own = new Map([['key', 'k-1'] as const]);
  crms.marketing.world.addPerson({ id: 'm-1', email: 'ann@example.com', status: 'Not a fit', own });
  crms.sales.world.addPerson({ id: 's-1', email: 'a@example.com', status: 'Open', own });
  crms.sales.world.addPerson({ id: 's-2', email: 'b@example.com', status: 'Working', own });
  const t = await crms.open();
  await stage.sync(t);
  const [entry] = await t.quarantine();
  stage.never(
    'somebody has to guess which records',
    ['s-1', 's-2'].every((id) => entry?.cause.includes(id) === true),
  );
  stage.never(
    'one of several is written to',
    crms.writes().every((count) => count === 0),
  );
  crms.sales.world.merge('s-1' as RecordId, 's-2' as RecordId, { at: crms.later() });
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never('the person stays held back for what was mended', (await crms.open().then((one) => one.quarantine())).length === 0);
};
