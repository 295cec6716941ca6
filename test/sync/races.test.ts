import { expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { openState } from '../../src/state/open.ts';
import { withPolicy } from '../support/settings.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

const crash = () => new CrmError('NETWORK', 'the machine went down', { system: 'crm-m', failure: 'network', hint: 'start again' });

/** A pair in agreement, and a change in sales that is on its way to marketing. */
async function onItsWay(crms: TwoCrms) {
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  return { ann, t };
}

test('an edit between reading and writing is put back and merged again: nobody is overwritten unread', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() }),
  );
  const result = await t.sync({ yes: true });
  expect(result).toMatchObject({ raced: 1, rejected: 0 });
  // Merged again, with both edits known: a side exit is sticky.
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
  const { intents } = await t.explain('ann@example.com');
  expect(intents.filter((intent) => intent.line.room === 'repair')).toMatchObject([
    { status: 'applied', repairs: intents.find((one) => one.status === 'raced')?.id },
  ]);
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, raced: 0, plan: { update: 0 } });
});

test('an edit after our write is left alone and goes the other way with the next run', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.interleave({ on: 'write', when: 'after' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() }),
  );
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, raced: 0 });
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Working']);
  crms.later();
  await t.sync({ yes: true });
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
});

test('where the CRM refuses a write to a record that changed, the person is planned anew from what it holds now', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
  crms.later();
  crms.sales.world.interleave({ on: 'write', when: 'before' }, () =>
    crms.sales.world.edit(ann.s, 'status', 'Closed', { at: crms.later() }),
  );
  const result = await t.sync({ yes: true });
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
  expect(result).toMatchObject({ raced: 0, quarantined: 0 });
  const { intents } = await t.explain('ann@example.com');
  expect(intents.map((intent) => [intent.line.side, intent.status, intent.code])).toEqual([
    ['sales', 'superseded', 'CHANGED_MEANWHILE'],
    ['marketing', 'applied', null],
  ]);
});

test('a target that changed since it was planned is seen before the write', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.interleave({ on: 'read', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() }),
  );
  const result = await t.sync({ yes: true });
  expect(result).toMatchObject({ raced: 0, skipped: 1, applied: 1 });
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
});

test('a target that already holds the value is not written, and its new state is taken in', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.interleave({ on: 'read', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() }),
  );
  const [before] = crms.writes();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, skipped: 1 });
  expect(crms.writes()[0]).toBe(before);
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ plan: { update: 0 } });
  expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
});

test.each(['before', 'after'] as const)(
  'a write whose answer is lost (%s it took effect) is resolved by reading, and is there once in the end',
  async (when) => {
    await using crms = twoCrms();
    const { ann, t } = await onItsWay(crms);
    crms.marketing.world.fail({ on: 'write', when });
    const [before] = crms.writes();
    const first = await t.sync({ yes: true });
    expect(first.applied).toBe(when === 'after' ? 1 : 0);
    expect((await t.status()).openIntents).toBe(0);
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    expect(crms.writes()[0] - before).toBe(when === 'after' ? 1 : 2);
  },
);

test.each(['before', 'after'] as const)(
  'a run that dies in a write (%s it took effect) leaves its intent open; the next run resolves it',
  async (when) => {
    await using crms = twoCrms();
    const { ann, t } = await onItsWay(crms);
    crms.marketing.world.fail({ on: 'write', when, error: crash() });
    await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
    expect((await t.status()).openIntents).toBe(1);
    await t.close();
    const again = await crms.open();
    crms.later();
    await again.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    const { intents } = await again.explain('ann@example.com');
    expect(intents.map((intent) => intent.status)).toEqual(when === 'after' ? ['applied'] : ['superseded', 'applied']);
  },
);

test('an edit that was overwritten unseen is put back even when the run died before it could look', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() }),
  );
  crms.marketing.world.fail({ on: 'write', when: 'after', error: crash() });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
  await t.close();
  expect(crms.statuses(ann)[0]).toBe('In progress');
  const again = await crms.open();
  crms.later();
  await again.sync({ yes: true });
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
});

test('a repair whose write is lost is made again', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () =>
    crms.marketing.world.edit(ann.m, 'status', 'Later', { at: crms.later() }),
  );
  crms.marketing.world.fail({ on: 'write', nth: 2, when: 'before', error: crash() });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
  await t.close();
  const again = await crms.open();
  crms.later();
  await again.sync({ yes: true });
  expect(crms.statuses(ann)[0]).toBe('Later');
});

test('a run that dies at any call leaves nothing behind that the next runs do not mend', async () => {
  const calls = ['changes', 'read', 'write', 'account', 'describe'] as const;
  for (const side of ['marketing', 'sales'] as const) {
    for (const on of calls) {
      for (const when of ['before', 'after'] as const) {
        for (const nth of [1, 2]) {
          await using crms = twoCrms();
          const ann = crms.pair('ann@example.com');
          const bob = crms.pair('bob@example.com');
          const t = await crms.open();
          await t.sync({ yes: true });
          crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
          crms.marketing.world.edit(bob.m, 'status', 'Not a fit', { at: crms.later() });
          crms.later();
          crms[side].world.fail({ on, nth, when, error: crash() });
          await t.sync({ yes: true }).catch(() => undefined);
          await t.close();
          const again = await crms.open();
          for (let run = 0; run < 3; run += 1) {
            crms.later();
            await again.sync({ yes: true }).catch(() => undefined);
          }
          const writes = crms.writes();
          crms.later();
          await again.sync({ yes: true });
          const where = `${side} ${on} ${nth} ${when}`;
          expect([where, crms.statuses(ann), crms.statuses(bob)]).toEqual([where, ['In progress', 'Working'], ['Not a fit', 'Closed']]);
          expect([where, crms.writes()]).toEqual([where, writes]);
          expect((await again.status()).openIntents).toBe(0);
        }
      }
    }
  }
});

test('recovering twice is the same as once', async () => {
  await using crms = twoCrms();
  const { ann, t } = await onItsWay(crms);
  crms.marketing.world.fail({ on: 'write', when: 'after', error: crash() });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
  await t.close();
  // The first recovery dies while it reads; the second one does the work.
  crms.marketing.world.fail({ on: 'read', when: 'after', error: crash() });
  const second = await crms.open();
  await expect(second.pull()).rejects.toMatchObject({ code: 'NETWORK' });
  await second.pull();
  await second.pull();
  await second.close();
  const state = await openState({ path: crms.statePath });
  expect((await state.journal.ofRecord('marketing', ann.m)).map((intent) => intent.status)).toEqual(['applied']);
  await state.close();
});

test('without histories or conditions in either CRM, what remains possible is written blindly but never repeated', async () => {
  await using crms = twoCrms({ marketing: { propertyHistory: false }, sales: { conditionalWrite: false, propertyHistory: false } });
  const ann = crms.pair('ann@example.com');
  const t = await crms.open({ settings: withPolicy('most-recent') });
  await t.sync({ yes: true });
  crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, plan: { conflict: 1 } });
  expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
  const { intents } = await t.explain('ann@example.com');
  expect(intents[0]?.line.changes[0]).toMatchObject({ certainty: 'record-stamp', rule: 'most-recent' });
});
