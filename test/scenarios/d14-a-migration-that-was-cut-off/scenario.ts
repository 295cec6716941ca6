import { DatabaseSync } from 'node:sqlite';
import { openState } from '../../../src/state/open.ts';
import { applicationId, migrations } from '../../../src/state/schema.sql.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const db = new DatabaseSync(crms.statePath);
  db.exec(
    `PRAGMA journal_mode = WAL; BEGIN; ${migrations[0] ?? ''}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1; COMMIT`,
  );
  db.exec("INSERT INTO meta (key, value) VALUES ('state-id', 'first')");
  db.exec(`BEGIN IMMEDIATE; ${migrations[1] ?? ''}`);
  // The process is gone here: nobody commits.
  db.close();
  const [one, two] = await Promise.all([openState({ path: crms.statePath }), openState({ path: crms.statePath })]);
  const ids = [await one.meta.stateId(), await two.meta.stateId()];
  await one.close();
  await two.close();
  const after = new DatabaseSync(crms.statePath);
  const version = Number(after.prepare('PRAGMA user_version').get()?.['user_version']);
  after.close();
  stage.note(`state ids ${ids.join(' ')}, newest format ${version === migrations.length}`);
  stage.never('a half step stays', version === migrations.length && ids.every((id) => id === 'first'));
  crms.pair('ann@example.com', { sales: 'Working' });
  const run = await stage.sync(await crms.open());
  stage.never('the migrated state can not be used', run.result?.applied === 1);
};
