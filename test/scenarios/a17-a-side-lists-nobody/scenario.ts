import { memory } from '../../../adapters/memory/index.ts';
import { salesOptions } from '../../support/settings.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const pairs = Array.from({ length: 40 }, (_, index) => crms.pair(`p${index}@example.com`));
  crms.sales.world.scope('nobody', () => false);
  crms.sales.world.scope('some', (person) => person.id < 's-2');
  crms.later();
  await stage.sync(await crms.open());
  crms.marketing.world.edit(pairs[0]!.m, 'status', 'Not a fit', { at: crms.later() });
  crms.later();
  for (const scope of ['nobody', 'some']) {
    const t = await crms.open({ with: { scope: { sales: scope } } });
    const run = await stage.sync(t);
    const { people } = await t.status();
    stage.note(`scope ${scope}: linked ${people.linked}`);
    stage.never(`a side that lists ${scope} is believed`, run.exit === 3 && people.linked === 40);
  }
  const other = memory({ system: 'crm-s', account: { id: 'somebody-else' }, statusOptions: salesOptions, objects: ['Lead', 'Contact'] });
  const swapped = await stage.sync(await crms.open({ sales: other }));
  stage.never('another account is taken for ours', swapped.exit === 3 && other.world.calls().changes === 0);
  stage.never(
    'anything is written meanwhile',
    crms.writes().every((count) => count === 0),
  );
  await crms.end();
};
