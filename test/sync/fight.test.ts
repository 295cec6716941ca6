import { expect, test } from 'vitest';
import { twoCrms } from '../support/two-crms.ts';

/** A flow in sales sets what marketing's status becomes there back to Open, and a workflow in marketing sets it to In progress again. */
async function fighting() {
  const crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const bob = crms.pair('bob@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  const automation = (): void => {
    const [marketing, sales] = crms.statuses(ann);
    if (sales === 'Working') crms.sales.world.edit(ann.s, 'status', 'Open', { at: crms.later() });
    else if (marketing === 'Ready') crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
    crms.later();
  };
  return { crms, ann, bob, t, automation };
}

test('a field that automations rewrite again and again is left alone after three writes in vain, and says so', async () => {
  const { crms, ann, bob, t, automation } = await fighting();
  await using _ = crms;
  const fights: number[] = [];
  for (let run = 0; run < 12; run += 1) {
    automation();
    fights.push((await t.sync({ yes: true })).fights);
  }
  expect(fights.reduce((sum, one) => sum + one, 0)).toBe(1);
  const [entry] = await t.quarantine('ann@example.com');
  expect(entry).toMatchObject({ code: 'FIGHT', cause: expect.stringContaining('3 times'), fix: expect.stringContaining('truce release') });
  expect((await t.status()).frozen).toMatchObject([{ why: 'fight', fields: 1 }]);
  const writes = crms.writes();
  automation();
  await t.sync({ yes: true });
  expect(crms.writes()).toEqual(writes);
  // Others go on.
  crms.sales.world.edit(bob.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1 });
  expect(crms.statuses(bob)).toEqual(['In progress', 'Working']);
  expect(crms.statuses(ann)).not.toEqual(undefined);
});

test('a released field is synced again, and its entry is gone', async () => {
  const { crms, ann, t, automation } = await fighting();
  await using _ = crms;
  for (let run = 0; run < 12; run += 1) {
    automation();
    await t.sync({ yes: true });
  }
  const [held] = (await t.status()).frozen;
  expect(await t.release(held?.runId ?? '')).toEqual({ released: 1 });
  expect(await t.quarantine('ann@example.com')).toEqual([]);
  // The writes of before count no more: what was held goes out at once.
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, fights: 0 });
  crms.sales.world.edit(ann.s, 'status', 'Closed', { at: crms.later() });
  crms.later();
  await t.sync({ yes: true });
  expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
});

test('people who change their minds twice are no fight', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  for (const status of ['Working', 'Open', 'Working', 'Open', 'Working']) {
    crms.sales.world.edit(ann.s, 'status', status, { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ fights: 0, applied: 1 });
  }
  expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
});
