import { expect, test } from 'vitest';
import type { Crm, WriteResult } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { withPolicy } from '../support/settings.ts';
import { twoCrms } from '../support/two-crms.ts';

const down = () => new CrmError('NETWORK', 'the machine went down', { system: 'crm-m', failure: 'network', hint: 'start again' });

test('the most recent value is judged by its own time, not by that of an edit which came after it was pulled', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  crms.sales.world.edit(ann.s, 'status', 'Closed', { at: crms.later() });
  crms.later();
  // Marketing's value that was pulled is older than sales'; the one that is set while times are looked up is younger.
  crms.marketing.world.interleave({ on: 'read', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Fresh', { at: crms.later() }),
  );
  const t = await crms.open({ settings: withPolicy('most-recent') });
  await t.sync({ yes: true });
  expect(crms.statuses(ann)[1]).toBe('Closed');
});

test('a value that has to be put back is not forgotten when the row is locked', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const first = await crms.open();
  await first.sync({ yes: true });
  await first.close();
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Later', { at: crms.later() }),
  );
  let writes = 0;
  const marketing = {
    system: 'crm-m',
    connect: (ports: Parameters<typeof crms.marketing.connect>[0]): Crm => {
      const crm = crms.marketing.connect(ports);
      const locked = (intentId: string): WriteResult => ({
        intentId,
        status: 'rejected',
        code: 'LOCKED',
        cause: 'locked',
        fix: 'wait',
        retryable: true,
      });
      return {
        ...crm,
        write: async (kind, batch) => ((writes += 1) === 2 ? batch.map(({ intentId }) => locked(intentId)) : crm.write(kind, batch)),
      };
    },
  };
  const second = await crms.open({ marketing });
  expect(await second.sync({ yes: true })).toMatchObject({ raced: 1 });
  expect(crms.statuses(ann)[0]).toBe('In progress');
  await second.close();
  crms.later();
  const third = await crms.open();
  await third.sync({ yes: true });
  expect(crms.statuses(ann)[0]).toBe('Later');
  expect((await third.status()).openIntents).toBe(0);
});

test('a plan that was made before open writes were resolved is stale', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const first = await crms.open();
  await first.sync({ yes: true });
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  crms.marketing.world.fail({ on: 'write', when: 'after', error: down() });
  await expect(first.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
  crms.later();
  const plan = await first.plan();
  await expect(first.apply(plan)).rejects.toMatchObject({ code: 'PLAN_STALE' });
});
