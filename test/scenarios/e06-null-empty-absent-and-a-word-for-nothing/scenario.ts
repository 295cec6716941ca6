import { mapped } from '../stage-memory.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const fields = [{ name: 'note' }, { name: 'strict' }];
  const crms = stage.memory({ marketing: { fields }, sales: { fields }, show: ['note', 'strict'] });
  const notes = { cleared: null, empty: '', absent: undefined, word: '#N/A' };
  for (const [name, note] of Object.entries(notes)) {
    const m = crms.marketing.world.addPerson({
      id: `m-${name}`,
      email: `${name}@example.com`,
      status: 'Ready',
      fields: { strict: 'kept', ...(note === undefined || note === null ? {} : { note }) },
      at: crms.now(),
    });
    if (note === null || note === '') {
      crms.marketing.world.edit(m, 'note', 'something', { at: crms.now() });
      crms.marketing.world.edit(m, 'note', note, { at: crms.now() });
    }
    crms.sales.world.addPerson({
      id: `s-${name}`,
      email: `${name}@example.com`,
      status: 'Open',
      fields: { note: 'likes tea', strict: 'kept' },
      at: crms.now(),
    });
  }
  crms.later();
  const settings = [...mapped(['note'], { policy: 'prefer-marketing' }), ...mapped(['strict'], { blankOverwrites: true })];
  const t = await crms.open({ with: { fields: settings } });
  await stage.sync(t);
  for (const name of Object.keys(notes)) {
    crms.sales.world.edit(`s-${name}` as never, 'note', null, { at: crms.later() });
    crms.sales.world.edit(`s-${name}` as never, 'strict', null, { at: crms.now() });
  }
  crms.later();
  await stage.sync(t);
  await crms.end();
  const noteOf = (name: string): unknown => crms.marketing.world.person(`m-${name}` as never)?.fields.get('note');
  stage.never('a blank clears what nobody wanted cleared', noteOf('cleared') === 'likes tea' && noteOf('empty') === 'likes tea');
  stage.never('absent is taken for blank', noteOf('absent') === undefined);
  stage.never('a word is taken for nothing', noteOf('word') === '#N/A');
};
