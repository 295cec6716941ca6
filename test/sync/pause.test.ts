import { expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

function changed(crms: TwoCrms, count: number) {
  return Array.from({ length: count }, (_, n) => crms.pair(`p${n}@example.com`, { sales: 'Working' }));
}

const paused = { name: 'PlanError', code: 'PAUSED', message: expect.stringMatching(/^Paused by joe since .*Z: CRM migration$/) };

test('while it is paused nothing that writes begins, contacts anybody or leaves a run behind, and it says who paused and why', async () => {
  await using crms = twoCrms();
  changed(crms, 1);
  const t = await crms.open();
  await t.pause({ by: 'joe', reason: 'CRM migration' });
  const calls = [crms.marketing.world.calls(), crms.sales.world.calls()];
  await expect(t.sync({ yes: true })).rejects.toMatchObject(paused);
  await expect(t.outcomes()).rejects.toMatchObject(paused);
  expect([crms.marketing.world.calls(), crms.sales.world.calls()]).toEqual(calls);
  expect(await t.status()).toMatchObject({ runs: [], paused: { by: 'joe', reason: 'CRM migration', until: null } });
  const plan = await t.plan();
  await expect(t.apply(plan)).rejects.toMatchObject(paused);
  expect((await t.pull()).people.linked).toBe(1);
  expect(await t.resume()).toMatchObject({ by: 'joe' });
  expect((await t.status()).paused).toBeNull();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1 });
  expect(await t.resume()).toBeNull();
});

test('a pause until an instant is over by itself', async () => {
  await using crms = twoCrms();
  changed(crms, 1);
  const t = await crms.open();
  await t.pause({ by: 'joe', until: crms.now() + 1_000 });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'PAUSED', message: expect.stringContaining(' until 2026-') });
  crms.later();
  expect((await t.status()).paused).toBeNull();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 1 });
});

test('a run under way stops before its next batch, and the next run writes the rest once', async () => {
  await using crms = twoCrms({ marketing: { perCall: { write: 2 } } });
  const pairs = changed(crms, 9);
  const t = await crms.open();
  let written = 0;
  const stop = t.on('line', ({ status }) => {
    if (status === 'applied' && (written += 1) === 2) void t.pause({ by: 'joe', reason: 'CRM migration' });
  });
  await expect(t.sync({ yes: true })).rejects.toMatchObject(paused);
  stop();
  expect(crms.writes()[0]).toBe(1);
  expect(await t.status()).toMatchObject({ openIntents: 0, runs: [{ status: 'stopped', code: 'PAUSED' }] });
  await t.resume();
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 7 });
  for (const pair of pairs) expect(crms.statuses(pair)).toEqual(['In progress', 'Working']);
});

test('while it is paused a pull repairs nothing that a killed run left open, and the sync after it does', async () => {
  await using crms = twoCrms();
  const [pair] = changed(crms, 1);
  const t = await crms.open();
  const error = new CrmError('NETWORK', 'the machine went down', { system: 'crm-m', failure: 'network', hint: 'start again' });
  crms.marketing.world.fail({ on: 'write', when: 'after', error });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
  await t.pause({ by: 'joe' });
  await t.pull();
  expect((await t.status()).openIntents).toBe(1);
  await t.resume();
  await t.sync({ yes: true });
  expect((await t.status()).openIntents).toBe(0);
  expect(crms.statuses(pair!)).toEqual(['In progress', 'Working']);
  expect(crms.writes()[0]).toBe(1);
});
