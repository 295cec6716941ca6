import { expect, test } from 'vitest';
import { twoCrms } from '../support/two-crms.ts';

test('more rows than are written one by one go out in as few calls as the CRM takes', async () => {
  const count = 1_000;
  await using crms = twoCrms({
    sales: { perCall: { read: 2_000, write: 1_000 } },
    config: { guards: { canary: 0, changes: { count, share: 1 } } },
  });
  const pairs = Array.from({ length: count }, (_, index) => crms.pair(`p${index}@example.com`));
  const t = await crms.open();
  await t.sync({ yes: true });
  const at = crms.later();
  for (const { m } of pairs) crms.marketing.world.edit(m, 'status', 'Not a fit', { at });
  crms.later();
  const before = crms.sales.world.calls();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: count, raced: 0, rejected: 0 });
  const after = crms.sales.world.calls();
  // Read just before, written, and read with the history after.
  expect([after.read - before.read, after.write - before.write]).toEqual([2, 1]);
  expect(new Set(pairs.map((pair) => crms.statuses(pair)[1]))).toEqual(new Set(['Closed']));
});
