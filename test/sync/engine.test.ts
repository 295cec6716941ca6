import { describe, expect, test } from 'vitest';
import { withPolicy } from '../support/settings.ts';
import { twoCrms } from '../support/two-crms.ts';

describe('status moves both ways', () => {
  test('a change in marketing reaches sales, one in sales reaches marketing, in their own words', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com');
    const bob = crms.pair('bob@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    const at = crms.later();
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at });
    crms.sales.world.edit(bob.s, 'status', 'Working', { at });
    crms.later();
    const result = await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['Not a fit', 'Closed']);
    expect(crms.statuses(bob)).toEqual(['In progress', 'Working']);
    expect(result).toMatchObject({
      plan: { create: 0, update: 2, conflict: 0, unchanged: 0 },
      applied: 2,
      rejected: 0,
      raced: 0,
      quarantined: 0,
    });
  });

  test('the run after that writes nothing, and neither does the one after', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com', { marketing: 'Fresh', sales: 'Working' });
    const t = await crms.open();
    await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    const writes = crms.writes();
    const states = [crms.marketing.world.snapshot(), crms.sales.world.snapshot()];
    for (let run = 0; run < 2; run += 1) {
      crms.later();
      expect(await t.sync({ yes: true })).toMatchObject({ plan: { update: 0, unchanged: 1 }, applied: 0 });
    }
    expect(crms.writes()).toEqual(writes);
    expect([crms.marketing.world.snapshot(), crms.sales.world.snapshot()]).toEqual(states);
  });

  test('a converted lead reaches marketing as what its deals say, and a won deal is not undone by marketing', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    const { dealId } = crms.sales.world.convert(ann.s, { at: crms.later(), deal: { name: 'Deal', stage: 'Open', outcome: 'open' } });
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses(ann)[0]).toBe('Deal');
    expect(dealId).not.toBeNull();
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
    crms.later();
    const before = crms.writes()[1];
    await t.sync({ yes: true });
    expect(crms.writes()[1]).toBe(before);
    expect(crms.statuses(ann)[0]).toBe('Not a fit');
  });

  test('a rung that sales holds stays in marketing and is counted, not quarantined', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.marketing.world.edit(ann.m, 'status', 'Later', { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ plan: { update: 0, held: 1 }, quarantined: 0 });
    expect(crms.statuses(ann)).toEqual(['Later', 'Open']);
    crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
  });
});

describe('conflicts', () => {
  const cases = [
    ['furthest', ['Not a fit', 'Closed']],
    ['prefer-marketing', ['Not a fit', 'Closed']],
    ['prefer-sales', ['In progress', 'Working']],
    ['most-recent', ['In progress', 'Working']],
    ['ask', ['Not a fit', 'Working']],
  ] as const;

  test.each(cases)('by %s', async (policy, expected) => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com');
    const t = await crms.open({ settings: withPolicy(policy) });
    await t.sync({ yes: true });
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
    crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
    crms.later();
    const result = await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(expected);
    expect(result.plan.conflict).toBe(1);
    const { intents } = await t.explain('ann@example.com');
    if (policy === 'ask') expect(intents).toEqual([]);
    else expect(intents.at(-1)?.line.changes[0]?.reason).toContain('Conflict: marketing has "Not a fit" (rejected)');
    if (policy === 'most-recent') expect(intents.at(-1)?.line.changes[0]?.certainty).toBe('history');
  });
});
