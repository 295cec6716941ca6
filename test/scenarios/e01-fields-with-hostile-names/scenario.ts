import { mapped } from '../stage-memory.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const names = ['__proto__', 'constructor', 'toString'];
  const fields = names.map((name) => ({ name }));
  const crms = stage.memory({ marketing: { fields }, sales: { fields }, show: names });
  const ann = crms.pair('ann@example.com');
  for (const name of names) {
    crms.marketing.world.edit(ann.m, name, `value of ${name}`, { at: crms.later() });
    crms.sales.world.edit(ann.s, name, 'something', { at: crms.now() });
    crms.sales.world.edit(ann.s, name, null, { at: crms.now() });
  }
  crms.later();
  const t = await crms.open({ with: { fields: mapped(names) } });
  await stage.sync(t);
  crms.sales.world.edit(ann.s, '__proto__', 'changed', { at: crms.later() });
  crms.later();
  await stage.sync(t);
  await crms.end();
  stage.never(
    'a prototype is touched',
    Object.keys(Object.prototype).length === 0 && ({} as Record<string, unknown>)['value'] === undefined,
  );
  stage.never('a hostile name is dropped', crms.marketing.world.person(ann.m)?.fields.get('__proto__') === 'changed');
};
