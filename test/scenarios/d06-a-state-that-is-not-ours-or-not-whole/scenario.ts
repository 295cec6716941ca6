import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { memory } from '../../../adapters/memory/index.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  for (let index = 0; index < 200; index += 1) crms.pair(`p${index}@example.com`);
  const t = await crms.open();
  await stage.sync(t);
  await t.close();
  const calls = (): string => JSON.stringify([crms.marketing.world.calls(), crms.sales.world.calls()]);
  const sql = (statement: string) => (path: string) => {
    const db = new DatabaseSync(path);
    db.exec(statement);
    db.close();
  };
  const damages: readonly (readonly [string, string, (path: string) => void])[] = [
    ['cut in half', 'STATE_DAMAGED', (path) => truncateSync(path, readFileSync(path).length / 2)],
    ['written over', 'STATE_DAMAGED', (path) => writeFileSync(path, 'not a database, but a note that somebody saved here '.repeat(400))],
    ["another program's", 'STATE_FOREIGN', sql('PRAGMA application_id = 7')],
    ['of a newer Truce', 'STATE_NEWER', sql('PRAGMA user_version = 99')],
  ];
  for (const [index, [what, code, damage]] of damages.entries()) {
    const path = `${crms.folder}/damaged-${index}.db`;
    copyFileSync(crms.statePath, path);
    damage(path);
    const before = [readFileSync(path, 'latin1'), calls()];
    const run = await stage.sync(await crms.open({ state: path }));
    stage.never(`a state ${what} is used`, run.exit === 6 && run.code === code && calls() === before[1]);
    stage.never(`a state ${what} is changed`, readFileSync(path, 'latin1') === before[0]);
  }
  const other = memory({ system: 'crm-m', account: { id: 'another-portal' } });
  const run = await stage.sync(await crms.open({ marketing: other }));
  stage.never(
    'a state of another account is used',
    run.exit === 3 && run.code === 'STATE_OTHER_ACCOUNT' && other.world.calls().changes === 0,
  );
};
