import { copyFileSync, existsSync } from 'node:fs';
import { openState } from '../../../src/state/open.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const pairs = ['ann', 'bob', 'cid'].map((name) => crms.pair(`${name}@example.com`));
  const t = await crms.open();
  await stage.sync(t);
  for (const pair of pairs) crms.sales.world.edit(pair.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  const copy = `${crms.statePath}.at-the-cut.db`;
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () => {
    for (const suffix of ['', '-wal']) if (existsSync(crms.statePath + suffix)) copyFileSync(crms.statePath + suffix, copy + suffix);
  });
  await stage.sync(t);
  const state = await openState({ path: copy });
  const open = await state.journal.open();
  await state.close();
  stage.note(`open intents in the copy ${open.length}`);
  stage.never('a request leaves before its note is stored', open.length === 3);
};
