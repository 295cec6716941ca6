import { openState } from '../../../src/state/open.ts';
import { storedPerson } from '../../support/people.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const [paused, other] = [await openState({ path: crms.statePath }), await openState({ path: crms.statePath })];
  stage.closing(() => Promise.all([paused.close(), other.close()]));
  const at = crms.now();
  await paused.lease.acquire({ pid: 1, host: 'elsewhere' }, at, 60_000);
  await paused.commit({ people: [storedPerson('marketing', 'm1', { version: '1', modifiedAt: 1 })] });
  await other.lease.acquire({ pid: 2, host: 'elsewhere' }, at + 61_000, 60_000);
  await other.commit({ people: [storedPerson('marketing', 'm1', { version: '2', modifiedAt: 2 })] });
  const late = await stage.attempt('the paused run stores', () =>
    paused.commit({ people: [storedPerson('marketing', 'm1', { version: '1b', modifiedAt: 3 })] }),
  );
  const kept = [...(await other.people.get('marketing', ['m1' as never])).values()].map((person) => person.version).join();
  stage.note(`stored version ${kept}`);
  stage.never('an old writer overwrites a newer one', late.code === 'LEASE_LOST' && kept === '2');
};
