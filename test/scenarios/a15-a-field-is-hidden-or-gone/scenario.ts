import { memory } from '../../../adapters/memory/index.ts';
import { salesOptions } from '../../support/settings.ts';
import { mapped } from '../stage-memory.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ marketing: { fields: [{ name: 'note' }] }, sales: { fields: [{ name: 'note' }] }, show: ['note'] });
  const ann = crms.pair('ann@example.com');
  crms.marketing.world.edit(ann.m, 'note', 'something', { at: crms.now() });
  crms.marketing.world.edit(ann.m, 'note', null, { at: crms.now() });
  crms.sales.world.edit(ann.s, 'note', 'likes tea', { at: crms.now() });
  crms.later();
  const fields = mapped(['note'], { blankOverwrites: true });
  await stage.sync(await crms.open({ with: { fields } }));
  const hidden = memory({ system: 'crm-s', statusOptions: salesOptions, objects: ['Lead', 'Contact'], conditionalWrite: true });
  hidden.world.addPerson({ id: ann.s, object: 'Lead', email: 'ann@example.com', status: 'Open', at: crms.later() });
  const halted = await stage.sync(await crms.open({ with: { fields }, sales: hidden }));
  stage.note(`note in marketing ${String(crms.marketing.world.person(ann.m)?.fields.get('note'))}`);
  stage.never('a hidden field clears the other side', crms.marketing.world.person(ann.m)?.fields.get('note') === 'likes tea');
  stage.never('the run goes on without saying so', halted.exit === 3 && halted.code === 'FIELD_MISSING');
  crms.sales.world.edit(ann.s, 'note', 'likes coffee', { at: crms.later() });
  crms.later();
  await stage.sync(await crms.open({ with: { fields } }));
  await crms.end();
  stage.never('the field stays forgotten', crms.marketing.world.person(ann.m)?.fields.get('note') === 'likes coffee');
};
